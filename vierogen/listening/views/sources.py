"""Pages about sources: how they are, adding one from an address, and one of them."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vierogen.listening.actions import bringing, sourcing
from vierogen.listening.forms.sources import ChosenForm, ProgramForm, SourceForm
from vierogen.listening.health import health, late
from vierogen.listening.models import Source, Subscription
from vierogen.listening.sources.webhook import Webhook
from vierogen.listening.states import SourceState
from vierogen.people.requests import attempt, member_of
from vierogen.people.roles import Right
from vierogen.web.doors import needs

PER_PAGE = 50
# In the session: which new address its maker has still to see.
_TO_SHOW = "listening.hook"
DONE = {
    "pause": gettext_lazy("Paused. Nothing is heard from it until you resume it."),
    "resume": gettext_lazy("It is listened to again."),
    "end": gettext_lazy("Ended. What it brought before stays where it is."),
}


def _mine(request: HttpRequest) -> Any:
    rows = Subscription.objects.filter(organisation_id=member_of(request).organisation_id)
    return rows.select_related("source", "made_by__user")


def _or_404(request: HttpRequest, pk: int) -> Subscription:
    found: Subscription = get_object_or_404(_mine(request), pk=pk)
    return found


@require_GET
@needs(Right.LISTEN)
def listing(request: HttpRequest) -> HttpResponse:
    """All sources of the organisation, with how they are; those of everybody below."""
    now = timezone.now()
    rows = _mine(request).exclude(state=SourceState.ENDED).order_by("source__title", "source__address", "pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    shared = Source.objects.filter(for_everybody=True).order_by("title", "pk")[:PER_PAGE]
    context = {
        "page": page,
        "lines": [(row, _kind(row.source), health(row.source, heard=row.state, now=now)) for row in page],
        "shared": [(source, _kind(source), health(source, heard=SourceState.ACTIVE, now=now)) for source in shared],
    }
    return render(request, "listening/sources/list.html", context)


def _kind(source: Source) -> str:
    kind = sourcing.kinds().get(source.kind)
    return _(kind.label) if kind else source.kind


@require_http_methods(["GET", "POST"])
@needs(Right.LISTEN)
def add(request: HttpRequest) -> HttpResponse:
    """One field, the address. What is surely meant is added at once; else there is something to choose."""
    form = SourceForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "listening/sources/add.html", {"form": form, "kinds": _hints()})
    address = form.cleaned_data["address"]
    if request.POST.get("kind"):
        return _chosen(request, address)
    try:
        looked = sourcing.look(address)
    except ValidationError as refusal:
        form.add_error("address", refusal)
        return render(request, "listening/sources/add.html", {"form": form, "kinds": _hints()})
    if len(looked.proposals) == 1 and looked.proposals[0].sure:
        return _added(request, looked.proposals[0], failed=form)
    if looked.problem and not looked.proposals:
        form.add_error("address", looked.problem)
        return render(request, "listening/sources/add.html", {"form": form, "kinds": _hints()})
    return render(request, "listening/sources/choose.html", {"looked": looked, "address": address})


def _hints() -> list[tuple[str, str]]:
    return [
        (_(kind.label), _(kind.hint)) for kind in sourcing.kinds().values() if kind.hint and kind.key != Webhook.key
    ]


def _chosen(request: HttpRequest, address: str) -> HttpResponse:
    form = ChosenForm(request.POST)
    if not form.is_valid():
        return redirect("listening:source_add")
    # What it is called it says itself: others of this installation may hear it under that name too.
    proposal = sourcing.Proposal(form.cleaned_data["kind"], address)
    return _added(request, proposal, failed=SourceForm(request.POST))


def _added(request: HttpRequest, proposal: sourcing.Proposal, *, failed: SourceForm) -> HttpResponse:
    member = member_of(request)
    try:
        subscription = sourcing.add(member.organisation, proposal, by=member)
    except ValidationError as refusal:
        failed.add_error("address", refusal)
        return render(request, "listening/sources/add.html", {"form": failed, "kinds": _hints()})
    messages.success(request, _("Added. It is read from now on."))
    return redirect("listening:source", pk=subscription.pk)


@require_http_methods(["GET", "POST"])
@needs(Right.LISTEN)
def add_program(request: HttpRequest) -> HttpResponse:
    """A secret address for another program."""
    form = ProgramForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        member = member_of(request)
        subscription = sourcing.add_webhook(member.organisation, form.cleaned_data["title"], by=member)
        _to_show(request, subscription.source)
        messages.success(request, _("Made. Give this address to the other program."))
        return redirect("listening:source", pk=subscription.pk)
    return render(request, "listening/sources/program.html", {"form": form})


@require_GET
@needs(Right.LISTEN)
def source(request: HttpRequest, pk: int) -> HttpResponse:
    """One source: how it is, and what can be done.

    A secret address is shown once, to who just made it: who leaves takes along only what the departure lists.
    """
    found = _or_404(request, pk)
    is_new = _is_to_be_shown(request, found)
    context = {
        "subscription": found,
        "source": found.source,
        "kind": _kind(found.source),
        "health": health(found.source, heard=found.state, now=timezone.now()),
        "late": late(found.source),
        "is_hook": found.source.kind == Webhook.key,
        "hook": bringing.address_of(found.source) if is_new else "",
        "secret": bringing.secret_of(found.source) if is_new else "",
        "shown": found.source.address if found.source.address.startswith(("https://", "http://")) else "",
    }
    answer = render(request, "listening/sources/source.html", context)
    if is_new:
        answer["Cache-Control"] = "private, no-store"
    return answer


def _to_show(request: HttpRequest, source: Source) -> None:
    request.session[_TO_SHOW] = bringing.name_of(source)


def _is_to_be_shown(request: HttpRequest, found: Subscription) -> bool:
    """Did whoever asks make this address a moment ago, and not see it yet? Somebody else may have renewed it since."""
    if request.session.get(_TO_SHOW) != bringing.name_of(found.source) or found.source.kind != Webhook.key:
        return False
    del request.session[_TO_SHOW]
    return found.made_by_id == member_of(request).pk


@require_POST
@needs(Right.LISTEN)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Pause, resume or end it."""
    found, name = _or_404(request, pk), request.POST.get("do", "")
    if name not in DONE:
        return redirect("listening:source", pk=pk)
    attempt(request, lambda: sourcing.change(found, name, by=member_of(request)), done=str(DONE[name]))
    return redirect("listening:sources") if name == "end" else redirect("listening:source", pk=pk)


@require_POST
@needs(Right.LISTEN)
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    """A new secret address; the old one is void."""
    found = _or_404(request, pk)
    if found.source.kind == Webhook.key:
        done = _("There is a new address. The old one does not work any more.")
        if attempt(request, lambda: bringing.renew_address(found, by=member_of(request)), done=done):
            _to_show(request, Source.objects.get(pk=found.source_id))
    return redirect("listening:source", pk=pk)
