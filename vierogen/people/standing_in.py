"""Being away: somebody stands in, for as long as it lasts. What was asked travels to them, rights never do."""

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from vierogen.ledger.actions import record
from vierogen.ledger.moves import subject_of
from vierogen.people.actions import came_in, insist, same_organisation
from vierogen.people.models import Absence, Member
from vierogen.people.roles import Right, Role


@transaction.atomic
def plan(member: Member, *, stand_in: Member, starts: date, ends: date, by: Member) -> Absence:
    """Write down that ``member`` is away on these days, both included, and who stands in.

    For oneself; for somebody else (who is ill) whoever manages people. Raises ``PermissionDenied``,
    ``ValidationError``.
    """
    _insist(member, by=by)
    today = member.organisation.today()
    if ends < starts or ends < today:
        raise ValidationError(_("The last day has to be today or later, and not before the first."))
    rows = Member.objects.select_related("user", "organisation")
    other = rows.get(pk=stand_in.pk)
    same_organisation(other, member.organisation_id)
    _refuse_unfit(member, other, starts=starts, ends=ends)
    absence = Absence.objects.create(member=member, stand_in=other, starts=starts, ends=ends, made_by=by)
    facts = {"starts": starts.isoformat(), "ends": ends.isoformat(), "stand_in": other.actor}
    subject, told = subject_of(absence), {"member": member.name}
    record(member.organisation_id, "plan_absence", subject, by=by, facts=facts, personal=told)
    return absence


def _refuse_unfit(member: Member, other: Member, *, starts: date, ends: date) -> None:
    who = {"name": other.name}
    if other.pk == member.pk or not other.is_current or Role.TRAINEE in other.roles:
        raise ValidationError(_("%(name)s cannot stand in. Choose a colleague who is no trainee.") % who)
    came_in(other)
    if other.ends_on and other.ends_on < ends:
        raise ValidationError(_("%(name)s has left by then. Choose somebody else.") % who)
    during = Absence.objects.filter(starts__lte=ends, ends__gte=starts)
    if during.filter(member=other).exists():
        raise ValidationError(_("%(name)s is away too on some of these days. Choose somebody else.") % who)
    if during.filter(member=member).exists():
        raise ValidationError(_("There is an absence on some of these days already. End that first."))
    if during.filter(stand_in=member).exists():
        raise ValidationError(_("%(name)s stands in for a colleague on some of these days.") % {"name": member.name})


@transaction.atomic
def end(absence: Absence, *, by: Member) -> None:
    """Back earlier, or it does not happen: nobody stands in any more."""
    _insist(absence.member, by=by)
    subject, told = subject_of(absence), {"member": absence.member.name}
    absence.delete()
    record(absence.organisation_id, "end_absence", subject, by=by, personal=told)


def _insist(member: Member, *, by: Member) -> None:
    right = Right.SEE if member.pk == by.pk else Right.MANAGE_PEOPLE
    insist(by, right, organisation_id=member.organisation_id)
    if not member.is_current:
        raise PermissionDenied(_("%(name)s has left.") % {"name": member.name})


def stands_in_for(member: Member) -> list[Absence]:
    """Those whose tasks ``member`` sees today beside their own."""
    return list(Absence.objects.filter(stand_in=member).on(member.organisation.today()).with_people())


def to_come(member: Member) -> list[Absence]:
    """The absences of ``member`` that are not over."""
    return list(member.absences.to_come(member.organisation.today()).with_people())


@transaction.atomic
def give(absence: Absence, *, to: Member, by: Member) -> None:
    """Let ``to`` stand in for the rest of it."""
    insist(by, Right.MANAGE_PEOPLE, organisation_id=absence.organisation_id)
    same_organisation(to, absence.organisation_id)
    Absence.objects.filter(pk=absence.pk).delete()
    plan(absence.member, stand_in=to, starts=absence.starts, ends=absence.ends, by=by)


def candidates(member: Member) -> list[Member]:
    """Who could stand in for ``member``."""
    rows = Member.objects.visible_to(member).current().exclude(pk=member.pk).exclude(held__role=Role.TRAINEE)
    able = [each for each in rows.select_related("user", "organisation") if not each.is_awaited]
    return sorted(able, key=lambda each: each.name.lower())
