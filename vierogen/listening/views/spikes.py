"""Pages of spikes, and of what was handed on."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from vierogen.listening.actions import handing
from vierogen.listening.actions.marking import taste_of
from vierogen.listening.actions.spiking import usual
from vierogen.listening.forms.hits import HandOnForm
from vierogen.listening.models import HandOver, Hit, Spike
from vierogen.listening.views.hit_lines import line_of
from vierogen.listening.views.hits import hit_or_404
from vierogen.people.models import Member
from vierogen.people.requests import member_of
from vierogen.people.roles import Right
from vierogen.web.doors import needs

PER_PAGE = 30


@require_GET
@needs(Right.LISTEN)
def spikes(request: HttpRequest) -> HttpResponse:
    """When there was much more than usual, the latest first."""
    rows = Spike.objects.filter(organisation=member_of(request).organisation).select_related("alert", "top__item")
    page: Any = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    found = [(spike, usual(spike.expected)) for spike in page]
    return render(request, "listening/spikes.html", {"page": page, "spikes": found})


@require_http_methods(["GET", "POST"])
@needs(Right.LISTEN)
def spike(request: HttpRequest, pk: int) -> HttpResponse:
    """One spike: how much, what says most, and one click to hand it on."""
    member = member_of(request)
    rows = Spike.objects.select_related("alert", "top__item__source", "top__alert", "top__marked_by__user")
    found = get_object_or_404(rows, pk=pk, organisation=member.organisation)
    owners = list(handing.owners(member))
    form = HandOnForm(_posted(request), owners=owners, initial=_proposed(found, owners, member))
    if handed := _hand_on(found, form, member):
        return redirect_with_thanks(request, handed)
    context = {
        "spike": found,
        "usual": usual(found.expected),
        "line": line_of(found.top, taste_of(member.organisation_id)) if found.top else None,
        "handed": found.hand_overs.select_related("owner__user", "made_by__user"),
        "form": form,
    }
    return render(request, "listening/spike.html", context)


def _proposed(found: Spike, owners: list[Member], member: Member) -> dict[str, Any]:
    """Filled in so that one click is enough: the first other duty officer, and what happened."""
    officers = [each for each in owners if each.may(Right.ANSWER_ALARM)]
    first = next((each for each in officers if each.pk != member.pk), officers[0] if officers else member)
    values = {"alert": found.alert.name, "number": found.total or found.number, "usual": usual(found.expected)}
    said = _(
        "%(number)d mentions of “%(alert)s”, where %(usual)s is usual. Please find out why, and whether to answer."
    )
    return {"owner": first.pk, "reason": said % values}


@require_http_methods(["GET", "POST"])
@needs(Right.LISTEN)
def hand_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand on a hit, with a reason and an owner."""
    found, member = hit_or_404(request, pk), member_of(request)
    form = HandOnForm(_posted(request), owners=list(handing.owners(member)))
    if handed := _hand_on(found, form, member):
        return redirect_with_thanks(request, handed)
    return render(
        request, "listening/hand_on.html", {"line": line_of(found, taste_of(found.organisation_id)), "form": form}
    )


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _hand_on(what: Hit | Spike, form: HandOnForm, member: Member) -> HandOver | None:
    if not form.is_valid():
        return None
    try:
        return handing.hand_on(what, **form.cleaned_data, by=member)
    except (PermissionDenied, ValidationError) as refusal:
        form.add_error(None, refusal if isinstance(refusal, ValidationError) else str(refusal))
    return None


def redirect_with_thanks(request: HttpRequest, handed: HandOver) -> HttpResponse:
    """To the list of what is handed on."""
    name = handed.owner.name if handed.owner else ""
    messages.success(request, _("Handed on to %(name)s.") % {"name": name})
    return redirect("listening:handed")


@require_GET
@needs(Right.LISTEN)
def handed(request: HttpRequest) -> HttpResponse:
    """What was handed on, to whom and why, the latest first."""
    rows = HandOver.objects.filter(organisation=member_of(request).organisation)
    rows = rows.select_related("hit__item", "hit__alert", "spike__alert", "owner__user", "made_by__user")
    page: Any = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "listening/handed.html", {"page": page, "handed": list(page)})
