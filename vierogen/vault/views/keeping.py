"""The vault's pages: which secrets are kept of which account, putting them in, and who has seen them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vierogen.channels.models import Channel
from vierogen.core.sealing import SealError
from vierogen.people.models import Member
from vierogen.people.requests import attempt, member_of
from vierogen.people.roles import Right
from vierogen.vault import keeping, revealing, taking_over
from vierogen.vault.forms import KeepForm
from vierogen.vault.models import Field, Kept, Reveal
from vierogen.vault.states import RevealState
from vierogen.web.doors import needs
from vierogen.web.templatetags.vierogen import moment

LOOKS = {
    RevealState.ASKED: "wait",
    RevealState.ALLOWED: "wait",
    RevealState.SHOWN: "info",
    RevealState.LAPSED: "off",
    RevealState.VETOED: "stop",
    RevealState.OWES_REVIEW: "look",
    RevealState.REVIEWED: "ok",
}
# So many looks are on a page.
PER_PAGE = 50
# The version of a form that does not say which one it showed: none is like it.
NEVER = -1


def kept_of(request: HttpRequest, pk: int, field: str) -> Kept:
    """The secret in this address, perhaps one that was never filled in; 404 for another organisation's."""
    channel = get_object_or_404(
        Channel.objects.visible_to(member_of(request)).official().select_related("organisation"), pk=pk
    )
    if field not in Field.values:
        raise Http404
    found = Kept.objects.filter(channel=channel, field=field).select_related("channel__organisation").first()
    return found or Kept(channel=channel, field=field, version=0)


def filled_or_404(request: HttpRequest, pk: int, field: str) -> Kept:
    """The same, where something is kept."""
    kept = kept_of(request, pk, field)
    if kept.pk is None or kept.is_empty:
        raise Http404
    return kept


@require_GET
@needs(Right.SEE_VAULT)
def listing(request: HttpRequest) -> HttpResponse:
    """Every account, and how much is kept of it."""
    member = member_of(request)
    counts: dict[int, int] = {}
    for channel_id in Kept.objects.visible_to(member).filled().values_list("channel_id", flat=True):
        counts[channel_id] = counts.get(channel_id, 0) + 1
    lines = [
        {"channel": channel, "marks": [_counted(counts.get(channel.pk, 0))]}
        for channel in Channel.objects.visible_to(member).official()
    ]
    return render(request, "vault/list.html", {"lines": lines, "rights": member.rights})


def _counted(count: int) -> tuple[str, str]:
    if not count:
        return "look", _("Nothing kept yet: whoever knows the password could be ill tomorrow")
    return "ok", ngettext("%(count)d secret kept", "%(count)d secrets kept", count) % {"count": count}


@never_cache
@require_GET
@needs(Right.SEE_VAULT)
def secrets_of(request: HttpRequest, pk: int) -> HttpResponse:
    """What is kept of one account, and who has seen it."""
    member = member_of(request)
    channel = get_object_or_404(Channel.objects.visible_to(member).official().select_related("organisation"), pk=pk)
    kept = {
        row.field: row
        for row in Kept.objects.filter(channel=channel).select_related("changed_by__user", "ended_by__user")
    }
    reveals, seen = Reveal.objects.filter(kept__channel=channel).with_all().order_by("-pk"), _last_seen(channel)
    page = Paginator(reveals, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "channel": channel,
        "lines": [_line(Field(value), kept.get(value), seen) for value in Field.values],
        "pending": reveals.pending(),
        "page": page,
        "entries": [entry_of(row) for row in page],
        "may_see": revealing.is_keeper(member, channel),
        "may_break": revealing.may_break_glass(member),
        "rights": member.rights,
    }
    return render(request, "vault/secrets.html", context)


def _last_seen(channel: Channel) -> dict[int, Reveal]:
    """The latest look at each secret of the account, by the secret's number; however long ago it was."""
    latest = Reveal.objects.seen().filter(kept=OuterRef("pk")).order_by("-shown_at", "-pk").values("pk")[:1]
    rows = Kept.objects.filter(channel=channel).annotate(latest=Subquery(latest)).values("latest")
    return {row.kept_id: row for row in Reveal.objects.filter(pk__in=rows).with_all()}


def _line(field: Field, kept: Kept | None, last_seen: Mapping[int, Reveal]) -> dict[str, Any]:
    """What the page says of one kind of secret."""
    if kept is None or kept.is_empty:
        doubts = _doubts(kept) if kept else []
        marks = [("off", _("Nothing kept")), *doubts]
        return {"field": field.value, "label": field.label, "kept": None, "is_open": bool(doubts), "marks": marks}
    who = kept.changed_by.name if kept.changed_by else _("the sealed export")
    marks = [("ok", _("Put in %(at)s by %(name)s") % {"at": moment(kept.changed_at), "name": who})]
    seen = last_seen.get(kept.pk)
    if seen:
        told = {"name": seen.by.name, "at": moment(seen.shown_at)}
        marks.append(("info", _("Last seen by %(name)s, %(at)s") % told))
    if kept.needs_second:
        marks.append(("info", _("A second custodian has to agree")))
    doubts = _doubts(kept)
    marks += doubts
    return {"field": field.value, "label": field.label, "kept": kept, "is_open": bool(doubts), "marks": marks}


def _doubts(kept: Kept) -> list[tuple[str, str]]:
    """What is still to be said of a secret that was destroyed, until that it is ended at the network was."""
    if kept.is_settled:
        return []
    if kept.ended_by:
        told = {"name": kept.ended_by.name}
        text = _("%(name)s, who knew it, said that it is ended at the network. Somebody else still has to say so.")
        return [("look", text % told)]
    if kept.is_empty:
        return [("look", _("Destroyed here. Nobody has said yet that it does not work at the network any more."))]
    text = _("The one before was destroyed here. Nobody has said yet that it does not work at the network any more.")
    return [("look", text)]


@dataclass(frozen=True)
class Look:
    """A line of the list of who has seen what, as web/timeline.html takes it."""

    at: datetime
    state: str
    text: str
    detail: str
    url: str


def entry_of(row: Reveal) -> Look:
    """Who, what, how it ended, and why."""
    told = {"name": row.by.name, "secret": row.kept.get_field_display(), "became": row.get_state_display()}
    at = row.shown_at or row.ended_at or row.asked_at
    text = _("%(name)s, %(secret)s: %(became)s") % told
    return Look(at, LOOKS[RevealState(row.state)], text, row.reason, reverse("vault:asked", args=[row.pk]))


@never_cache
@require_http_methods(["GET", "POST"])
@needs(Right.CONNECT, secret=True)
def keep(request: HttpRequest, pk: int, field: str) -> HttpResponse:
    """Put a secret in, or a new one in its place; what is there is never shown here."""
    kept = kept_of(request, pk, field)
    if not kept.is_empty and keeping.is_leaving(member_of(request)):
        return _send_on(request, kept)
    form = KeepForm(request.POST or None, kept=kept)
    if request.method == "POST" and form.is_valid():
        try:
            _keep(kept, form, by=member_of(request))
        except ValidationError as refusal:
            form.add_error("value", refusal.messages)
        except (PermissionDenied, SealError) as refusal:
            form.add_error(None, str(refusal))
        else:
            told = {"secret": kept.get_field_display(), "account": kept.channel}
            messages.success(request, _("%(secret)s of %(account)s is sealed.") % told)
            takeover = taking_over.waits_for(kept.channel, field)
            return redirect("vault:taking_over", pk=takeover.pk) if takeover else redirect("vault:secrets", pk=pk)
    return render(
        request, "vault/keep.html", {"form": form, "kept": kept, "channel": kept.channel}, status=_status(form)
    )


def _send_on(request: HttpRequest, kept: Kept) -> HttpResponse:
    """Who leaves soon replaces nothing, and is told so before they change it at the network: who can is named."""
    stay = revealing.who_can_agree(kept.channel, but=member_of(request))
    context = {"kept": kept, "channel": kept.channel, "names": ", ".join(one.name for one in stay), "is_leaving": True}
    return render(request, "vault/keep.html", context, status=422 if request.method == "POST" else 200)


def _status(form: KeepForm) -> int:
    return 422 if form.errors else 200


def _keep(kept: Kept, form: KeepForm, *, by: Member) -> None:
    told = form.cleaned_data
    seen = NEVER if told["version"] is None else told["version"]
    keeping.keep(kept.channel, kept.field, told["value"], by=by, needs_second=told["needs_second"], seen=seen)


@require_POST
@needs(Right.CONNECT, fresh=True)
def remove(request: HttpRequest, pk: int, field: str) -> HttpResponse:
    """Destroy a secret that the account does not have any more."""
    kept, version = filled_or_404(request, pk, field), request.POST.get("version", "")
    seen = int(version) if version.isascii() and version.isdigit() else NEVER
    attempt(request, lambda: keeping.remove(kept, by=member_of(request), seen=seen), done=_("It is destroyed."))
    return redirect("vault:secrets", pk=pk)


@require_POST
@needs(Right.CONNECT, fresh=True)
def ended(request: HttpRequest, pk: int, field: str) -> HttpResponse:
    """Say that a destroyed secret does not work at the network any more."""
    kept = kept_of(request, pk, field)
    if kept.pk is None:
        raise Http404
    attempt(request, lambda: keeping.say_ended(kept, by=member_of(request)), done=_("Thank you. It is written down."))
    return redirect("vault:secrets", pk=pk)
