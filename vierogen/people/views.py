"""Pages about the members of an organisation."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vierogen.people import actions, departing
from vierogen.people.forms import InviteForm, MemberForm, SettingsForm, chosen
from vierogen.people.models import Absence, Departure, Member, Organisation
from vierogen.people.remarks import remarks_on
from vierogen.people.requests import member_of
from vierogen.people.roles import Right
from vierogen.people.steps import steps_of
from vierogen.web.doors import needs


def _refused(form: BaseForm, refusal: ValidationError | PermissionDenied) -> None:
    form.add_error(None, refusal.messages if isinstance(refusal, ValidationError) else str(refusal))


@require_GET
@needs(Right.SEE)
def people(request: HttpRequest) -> HttpResponse:
    """Who belongs to the organisation, and what they may do."""
    rows = Member.objects.visible_to(member_of(request)).select_related("user", "organisation", "guide__user")
    rows = rows.prefetch_related("held")
    members = sorted(rows, key=lambda member: (not member.is_current, member.name.lower()))
    me = member_of(request)
    if me.may(Right.MANAGE_PEOPLE):
        remarks = remarks_on(me.organisation)
        for each in members:
            each.remarks = remarks.get(each.pk, [])  # type: ignore[attr-defined]
    today = me.organisation.today()
    away = {row.member_id: row for row in Absence.objects.visible_to(me).on(today).with_people()}
    leaving = {row.member_id: row for row in Departure.objects.visible_to(me).open()}
    lines = [(each, away.get(each.pk), leaving.get(each.pk)) for each in members]
    return render(request, "people/list.html", {"lines": lines, "rights": me.rights, "me": me})


@require_http_methods(["GET", "POST"])
@needs(Right.MANAGE_PEOPLE, firm=True)
def ask_in(request: HttpRequest) -> HttpResponse:
    """Invite somebody; ``again`` in the address is a member who left, whose name and address are filled in."""
    member = member_of(request)
    form = InviteForm(request.POST or None, initial=_left(request))
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            actions.invite(member.organisation, told["name"], told["email"], by=member, **chosen(form))
        except (ValidationError, PermissionDenied) as refusal:
            _refused(form, refusal)
        else:
            messages.success(request, _("%(name)s gets a mail with an invitation.") % {"name": told["name"]})
            return redirect("people:list")
    return render(request, "people/invite.html", {"form": form}, status=422 if form.errors else 200)


def _left(request: HttpRequest) -> dict[str, str]:
    wanted = request.GET.get("again", "")
    rows = Member.objects.visible_to(member_of(request)).select_related("user", "organisation")
    who = next((each for each in rows if str(each.pk) == wanted), None)
    return {"name": who.name, "email": who.user.email} if who and not who.is_current else {}


@require_http_methods(["GET", "POST"])
@needs(Right.MANAGE_PEOPLE, firm=True)
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """Change somebody's roles and last day; of who left, it says so."""
    rows = Member.objects.visible_to(member_of(request)).select_related("user", "organisation").prefetch_related("held")
    member = get_object_or_404(rows, pk=pk)
    typed = request.POST.copy()
    form = MemberForm(typed) if request.method == "POST" else MemberForm.about(member)
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data["seen"]
        try:
            actions.change_roles(member, by=member_of(request), seen=seen, **chosen(form))
        except (ValidationError, PermissionDenied) as refusal:
            _refused(form, refusal)
            member = rows.get(pk=pk)
            # What holds now the refusal says and the page shows: whoever saves once more knows of it.
            typed["seen"] = member.as_shown
        else:
            messages.success(request, _("Saved."))
            return redirect("people:list")
    return render(request, "people/member.html", _about(request, member, form), status=422 if form.errors else 200)


def _about(request: HttpRequest, member: Member, form: MemberForm) -> dict[str, object]:
    return {
        "form": form,
        "who": member,
        "is_me": member.pk == member_of(request).pk,
        "guides": departing.takers(member) if member.is_trainee and member.is_current else [],
        "left": [step for step in steps_of(member) if not step.is_done] if member.arriving_since else [],
        "departures": Departure.objects.filter(member=member),
    }


@require_POST
@needs(Right.MANAGE_PEOPLE)
def ask_in_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send somebody who never came in a new invitation."""
    member = get_object_or_404(
        Member.objects.visible_to(member_of(request)).select_related("user", "organisation"), pk=pk
    )
    try:
        actions.invite_again(member, by=member_of(request))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("%(name)s gets a mail with an invitation.") % {"name": member.name})
    return redirect("people:member", pk=member.pk)


@require_POST
@needs(Right.MANAGE_PEOPLE, firm=True)
def say_goodbye(request: HttpRequest, pk: int) -> HttpResponse:
    """End a membership now."""
    member = get_object_or_404(
        Member.objects.visible_to(member_of(request)).select_related("user", "organisation"), pk=pk
    )
    try:
        begun = departing.begin(member, last_day=None, by=member_of(request))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("people:member", pk=member.pk)
    messages.success(request, _("%(name)s has no access any more.") % {"name": member.name})
    return redirect("people:departure", pk=begun.pk)


@require_http_methods(["GET", "POST"])
@needs(Right.MANAGE_ORGANISATION, firm=True)
def organisation_settings(request: HttpRequest) -> HttpResponse:
    """The organisation's own settings."""
    member = member_of(request)
    organisation = Organisation.objects.get(pk=member.organisation_id)
    form = SettingsForm(request.POST or None, instance=organisation)
    if request.method == "POST" and form.is_valid():
        actions.change_settings(organisation, by=member, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("people:list")
    return render(request, "people/settings.html", {"form": form}, status=422 if form.errors else 200)
