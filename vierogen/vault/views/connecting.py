"""Pages on which an account is connected: with a key that is filled in, or by logging in at its network."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from vierogen.channels.connection import marks_before, may_be_asked
from vierogen.channels.models import Channel, Takeover, networks
from vierogen.core.sealing import SealError
from vierogen.people.models import Member
from vierogen.people.requests import member_of
from vierogen.people.roles import Right
from vierogen.vault import actions, log_in
from vierogen.vault.forms import AccountForm, CredentialsForm
from vierogen.vault.models import Handshake
from vierogen.vault.taking_over import NEW_KEY
from vierogen.web.doors import needs

# Which log-ins at networks were begun in this session, by number.
_LOG_INS = "log_ins"


@require_GET
@needs(Right.CONNECT)
def choose(request: HttpRequest) -> HttpResponse:
    """Which network?"""
    # Templates call what can be called, so they get no classes.
    lines = [{"key": key, "name": network.name} for key, network in networks().items()]
    return render(request, "vault/choose.html", {"networks": sorted(lines, key=lambda line: line["name"])})


@never_cache
@require_http_methods(["GET", "POST"])
@needs(Right.CONNECT, secret=True)
def connect(request: HttpRequest, network: str) -> HttpResponse:
    """Hand in the credentials of an account, or log in at its network; they are proved, sealed, and never shown."""
    if network not in networks():
        raise Http404
    return _log_in(request, network) if log_in.logs_in(network) else _credentials(request, network)


@never_cache
@require_http_methods(["GET", "POST"])
@needs(Right.CONNECT, secret=True)
def reconnect(request: HttpRequest, pk: int) -> HttpResponse:
    """The same for a known account; its history stays."""
    channel = get_object_or_404(Channel.objects.visible_to(member_of(request)).official(), pk=pk)
    door = _log_in if log_in.logs_in(channel.network_key) else _credentials
    return door(request, channel.network_key, channel=channel)


def _credentials(request: HttpRequest, key: str, *, channel: Channel | None = None) -> HttpResponse:
    known = {"server": channel.server, "handle": channel.handle.lstrip("@")} if channel else {}
    form = CredentialsForm(request.POST or None, network=networks()[key], known=known)
    if request.method == "POST" and form.is_valid():
        try:
            connected = _handed_in(form, key, channel=channel, by=member_of(request))
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        except (PermissionDenied, SealError) as refusal:
            form.add_error(None, str(refusal))
        else:
            return _connected(request, connected)
    told = {"name": networks()[key].name, "key": key, "connection": marks_before(networks()[key], server="")}
    context = {"form": form, "channel": channel, **told}
    return render(request, "vault/connect.html", context, status=422 if form.errors else 200)


def _handed_in(form: CredentialsForm, key: str, *, channel: Channel | None, by: Member) -> Channel:
    server, credentials = form.told()
    if channel is not None:
        return actions.reconnect(channel, server=server, credentials=credentials, by=by)
    return actions.connect(by.organisation, key, server=server, credentials=credentials, by=by)


def _connected(request: HttpRequest, channel: Channel) -> HttpResponse:
    messages.success(request, _("%(channel)s is connected and watched from now on.") % {"channel": channel})
    takeover = Takeover.objects.waiting_for(channel, NEW_KEY)
    if takeover:
        return redirect("vault:taking_over", pk=takeover.pk)
    return redirect("channels:channel", pk=channel.pk)


def _log_in(request: HttpRequest, key: str, *, channel: Channel | None = None) -> HttpResponse:
    """Say what is asked for at the network and why; a POST begins the log-in there."""
    context: dict[str, Any] = {
        "name": networks()[key].name,
        "key": key,
        "channel": channel,
        "asked": may_be_asked(networks()[key]),
        "is_known": actions.client_of(key) is not None,
        "howto": f"docs/howto/connect-{key}.md",
    }
    try:
        context["connection"] = marks_before(networks()[key], server=log_in.server_of(key))
        if request.method == "POST":
            begun = log_in.begin(member_of(request), key, channel=channel)
            request.session[_LOG_INS] = [*_log_ins(request), begun.handshake.pk][-log_in.MOST :]
            return render(request, "vault/going.html", {**context, "address": begun.address})
    except ValidationError as refusal:
        context["problems"] = refusal.messages
    return render(request, "vault/log_in.html", context, status=422 if "problems" in context else 200)


def _log_ins(request: HttpRequest) -> list[int]:
    return list(request.session.get(_LOG_INS, []))


@never_cache
@require_http_methods(["GET", "POST"])
@needs(Right.CONNECT)
def back(request: HttpRequest, network: str) -> HttpResponse:
    """Where the network sends people back to. Looking at it changes nothing: the button on it redeems the code.

    No fresh proof is asked here, since a POST that is kept for it would put the code into the session; whoever has
    the right state proved it at most ten minutes ago, in this very session.
    """
    if log_in.logs_in(network) is None:
        raise Http404
    told = request.POST if request.method == "POST" else request.GET
    context: dict[str, Any] = {"name": networks()[network].name, "network": network}
    try:
        # Facebook's log-in names what is wrong with a link by a number instead.
        error = told.get("error") or told.get("error_code", "")
        handshake = _answered(request, network, error=error, sent=told.get("state", ""))
        if request.method == "POST":
            handshake = log_in.answer(handshake, sent=told.get("state", ""), code=told.get("code", ""))
            return redirect("vault:choose_account", pk=handshake.pk)
    except ValidationError as refusal:
        return _without_referrer(
            render(request, "vault/back.html", {**context, "problems": refusal.messages}, status=422)
        )
    context |= {"sent": told.get("state", ""), "code": told.get("code", ""), "channel": handshake.channel}
    return _without_referrer(render(request, "vault/back.html", context))


# Whoever is not logged in has no log-in under way here. They are sent to log in without this address: what is kept
# to go on with afterwards stands in the session, and the code would stand there with it.
back.redirect_field_name = ""  # type: ignore[attr-defined]


def _without_referrer(answer: HttpResponse) -> HttpResponse:
    """The code stands in this address; our own pages and files need not hear of it either."""
    answer["Referrer-Policy"] = "strict-origin"
    return answer


def _answered(request: HttpRequest, network: str, *, error: str, sent: str) -> Handshake:
    if error:
        raise ValidationError(log_in.refusal(error))
    return log_in.waiting(member_of(request), network, sent=sent, among=_log_ins(request))


@never_cache
@require_http_methods(["GET", "POST"])
@needs(Right.CONNECT, fresh=True)
def choose_account(request: HttpRequest, pk: int) -> HttpResponse:
    """Which of the accounts that the person looks after there? By name and picture, and none is chosen before."""
    handshake = log_in.answered(member_of(request), pk, among=_log_ins(request))
    if handshake is None:
        raise Http404
    candidates = log_in.candidates(handshake)
    form = AccountForm(request.POST if request.method == "POST" else None, candidates=candidates)
    if request.method == "POST" and form.is_valid():
        try:
            channel = log_in.finish(handshake, account_id=form.cleaned_data["account"], by=member_of(request))
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        except (PermissionDenied, SealError) as refusal:
            form.add_error(None, str(refusal))
        else:
            return _connected(request, channel)
    context = {
        "form": form,
        "name": networks()[handshake.network_key].name,
        "channel": handshake.channel,
        "lines": zip(form["account"], candidates, strict=True),
        "none_fits": not any(candidate.fits for candidate in candidates),
        "key": handshake.network_key,
    }
    return render(request, "vault/account.html", context, status=422 if form.errors else 200)
