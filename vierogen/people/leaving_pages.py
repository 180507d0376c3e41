"""Pages of leaving and of being away."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vierogen.core.numbers import whole
from vierogen.people import departing, standing_in
from vierogen.people.actions import guide
from vierogen.people.forms import AbsenceForm, LeavingForm
from vierogen.people.models import Absence, Departure, Member
from vierogen.people.report import report_of
from vierogen.people.requests import attempt, member_of
from vierogen.people.roles import Right
from vierogen.people.states import DepartureState
from vierogen.web.doors import needs
from vierogen.web.paper import printed


def _colleague(request: HttpRequest, pk: int) -> Member:
    rows = Member.objects.visible_to(member_of(request)).select_related("user", "organisation").prefetch_related("held")
    return get_object_or_404(rows, pk=pk)


def _departure(request: HttpRequest, pk: int) -> Departure:
    rows = Departure.objects.visible_to(member_of(request)).select_related("member__user", "member__organisation")
    return get_object_or_404(rows.select_related("closed_by__user"), pk=pk)


@require_http_methods(["GET", "POST"])
@needs(Right.MANAGE_PEOPLE, firm=True)
def leaving(request: HttpRequest, pk: int) -> HttpResponse:
    """What somebody holds, before they leave; and when that is."""
    me, who = member_of(request), _colleague(request, pk)
    known = Departure.objects.open().filter(member=who).first()
    if request.method == "GET" and (known or not who.is_current):
        return redirect("people:departure", pk=known.pk) if known else redirect("people:member", pk=who.pk)
    form = LeavingForm(request.POST or None, initial={"last_day": who.ends_on})
    if request.method == "POST" and form.is_valid():
        try:
            begun = departing.begin(who, last_day=form.cleaned_data["last_day"], by=me)
        except (ValidationError, PermissionDenied) as refusal:
            form.add_error("last_day", refusal.messages if isinstance(refusal, ValidationError) else str(refusal))
        else:
            messages.success(request, _("The departure of %(name)s has begun.") % {"name": who.name})
            return redirect("people:departure", pk=begun.pk)
    context = {
        "who": who,
        "form": form,
        "left": departing.left_with(who),
        "missed": departing.missed_after(who),
        "is_me": who.pk == me.pk,
    }
    return render(request, "people/leaving.html", context, status=422 if form.errors else 200)


@require_GET
@needs(Right.MANAGE_PEOPLE)
def departure(request: HttpRequest, pk: int) -> HttpResponse:
    """What is left with somebody who leaves, at this very moment."""
    shown = _departure(request, pk)
    who, is_open = shown.member, shown.state == DepartureState.OPEN
    left = departing.left_with(who) if is_open else []
    context: dict[str, Any] = {
        "departure": shown,
        "who": who,
        "is_open": is_open,
        "left": [one for one in left if not one.holding.ends_at_once],
        "at_once": [one for one in left if one.holding.ends_at_once],
        "takers": departing.takers(who) if is_open else [],
        "done": shown.tasks.exclude(done_at=None).select_related("done_by__user", "taken_by__user"),
        "missed": departing.missed_after(who) if is_open and who.is_current else [],
    }
    context["count"] = sum(len(one.held) for one in context["left"])
    return render(request, "people/departure.html", context)


@require_POST
@needs(Right.MANAGE_PEOPLE)
def give(request: HttpRequest, pk: int) -> HttpResponse:
    """Give what was ticked to somebody who stays."""
    shown, told = _departure(request, pk), request.POST
    wanted = whole(told.get("to", ""))
    to = None if wanted is None else _colleague(request, wanted)

    def act() -> str:
        if to is None:
            raise PermissionDenied(_("Choose who takes it."))
        subjects = told.getlist("subject")
        count = departing.hand_over(shown, told.get("kind", ""), subjects, to=to, by=member_of(request))
        if not count:
            raise ValidationError(_("Nothing was handed over: nothing was ticked, or somebody was faster."))
        done = ngettext("%(count)d thing goes to %(name)s.", "%(count)d things go to %(name)s.", count)
        return done % {"count": count, "name": to.name}

    attempt(request, act, done=str)
    return redirect("people:departure", pk=shown.pk)


@require_POST
@needs(Right.MANAGE_PEOPLE)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Nothing is left."""
    shown = _departure(request, pk)
    done = _("The departure of %(name)s is closed: nothing is left.") % {"name": shown.member.name}
    attempt(request, lambda: departing.close(shown, by=member_of(request)), done=done)
    return redirect("people:departure", pk=shown.pk)


@require_GET
@needs(Right.MANAGE_PEOPLE)
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """What was held, who took it and when, on paper."""
    shown = _departure(request, pk)
    what, whom = slugify(_("departure")), slugify(shown.member.name)
    headers = {"Content-Disposition": f'attachment; filename="{what}-{whom}.pdf"'}
    return HttpResponse(printed(report_of(shown)), content_type="application/pdf", headers=headers)


@require_http_methods(["GET", "POST"])
@needs(Right.SEE)
def my_absence(request: HttpRequest) -> HttpResponse:
    """When I am away, and who stands in."""
    return _absence(request, member_of(request))


@require_http_methods(["GET", "POST"])
@needs(Right.MANAGE_PEOPLE)
def absence(request: HttpRequest, pk: int) -> HttpResponse:
    """The same for a colleague, who is ill."""
    return _absence(request, _colleague(request, pk))


def _absence(request: HttpRequest, who: Member) -> HttpResponse:
    me = member_of(request)
    form = AbsenceForm(request.POST or None, member=who)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        done = _("Written down: %(name)s stands in.") % {"name": told["stand_in"].name}
        if attempt(request, lambda: standing_in.plan(who, by=me, **told), done=done):
            return redirect("people:list")
    context = {"who": who, "form": form, "absences": standing_in.to_come(who), "is_me": who.pk == me.pk}
    return render(request, "people/absence.html", context, status=422 if form.errors else 200)


@require_POST
@needs(Right.MANAGE_PEOPLE)
def give_guide(request: HttpRequest, pk: int) -> HttpResponse:
    """Say who knows what a trainee is busy with."""
    who, wanted = _colleague(request, pk), whole(request.POST.get("guide", ""))
    if wanted is None:
        return redirect("people:member", pk=who.pk)
    chosen = _colleague(request, wanted)
    done = _("%(name)s guides them.") % {"name": chosen.name}
    attempt(request, lambda: guide(who, by_whom=chosen, by=member_of(request)), done=done)
    return redirect("people:member", pk=who.pk)


@require_POST
@needs(Right.SEE)
def end_absence(request: HttpRequest, pk: int) -> HttpResponse:
    """Back earlier."""
    me = member_of(request)
    found = get_object_or_404(Absence.objects.visible_to(me).with_people(), pk=pk)
    attempt(request, lambda: standing_in.end(found, by=me), done=_("Nobody stands in any more."))
    return redirect("people:list")
