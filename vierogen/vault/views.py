"""Pages on which an account is connected."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from vierogen.channels.models import Channel, networks
from vierogen.core.sealing import SealError
from vierogen.people.models import Member
from vierogen.people.roles import Right
from vierogen.vault import actions
from vierogen.vault.forms import CredentialsForm
from vierogen.web.doors import needs


@require_GET
@needs(Right.CONNECT)
def choose(request: HttpRequest) -> HttpResponse:
    """Which network?"""
    # Templates call what can be called, so they get no classes.
    choices = sorted((network.name, key) for key, network in networks().items())
    return render(request, "vault/choose.html", {"networks": choices})


@require_http_methods(["GET", "POST"])
@needs(Right.CONNECT, secret=True)
def connect(request: HttpRequest, network: str) -> HttpResponse:
    """Hand in the credentials of an account; they are proved, sealed, and never shown."""
    if network not in networks():
        raise Http404
    return _credentials(request, network, known={})


@require_http_methods(["GET", "POST"])
@needs(Right.CONNECT, secret=True)
def reconnect(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand in new credentials for a known account; its history stays."""
    member: Member = request.member  # type: ignore[attr-defined]
    channel = get_object_or_404(Channel.objects.visible_to(member), pk=pk)
    known = {"server": channel.server, "handle": channel.handle.lstrip("@")}
    return _credentials(request, channel.network_key, known=known)


def _credentials(request: HttpRequest, key: str, *, known: dict[str, str]) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    form = CredentialsForm(request.POST or None, network=networks()[key], known=known)
    if request.method == "POST" and form.is_valid():
        server, credentials = form.told()
        try:
            channel = actions.connect(member.organisation, key, server=server, credentials=credentials, by=member)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        except (PermissionDenied, SealError) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%(channel)s is connected and watched from now on.") % {"channel": channel})
            return redirect("channels:channel", pk=channel.pk)
    context = {"form": form, "name": networks()[key].name}
    return render(request, "vault/connect.html", context, status=422 if form.errors else 200)
