"""Leaving: everything that somebody holds becomes a task, access ends, and it is closed when nothing is left."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vierogen.ledger.actions import Actor, Machine, record
from vierogen.ledger.moves import move, subject_of
from vierogen.notices.actions import tell
from vierogen.people.actions import (
    addressees,
    came_in,
    end,
    insist,
    keep_another_administrator,
    last_until,
    lock_administrators,
    still_here,
)
from vierogen.people.holding import Held, Holding, holdings, number_of
from vierogen.people.models import Departure, Member, Task
from vierogen.people.roles import Right, Role

MACHINE = Machine("departures")
# So many days before a last day its approach is told.
WARNINGS = (14, 3)
# For these somebody has to be there; without, the organisation stands still.
NEEDED = (Right.REVIEW, Right.RELEASE, Right.ANSWER_ALARM)


@dataclass(frozen=True)
class Left:
    """What somebody holds of one kind at this moment."""

    holding: Holding
    held: list[Held]


def left_with(member: Member) -> list[Left]:
    """Everything that ``member`` holds at this moment, by kind; asked of every room anew."""
    found = [Left(holding, holding.held_by(member)) for holding in holdings()]
    return [one for one in found if one.held]


def missed_after(member: Member) -> list[Right]:
    """What nobody could do any more without ``member``; nobody counts on who never came in."""
    members = member.organisation.members.all()
    held = [right for right in NEEDED if member.may(right)]
    return [right for right in held if not [each for each in members.who_can(right) if each.pk != member.pk]]


@transaction.atomic
def begin(member: Member, *, last_day: date | None, by: Member) -> Departure:
    """Let ``member`` leave: at once (``last_day`` None), or at the end of that day, where the organisation is.

    Only sooner than was known: whoever stays longer, or comes back, does so by another door.
    """
    lock_administrators(member.organisation_id, beside=member)
    insist(by, Right.MANAGE_PEOPLE, organisation_id=member.organisation_id)
    if member.pk == by.pk:
        raise ValidationError(_("Somebody else has to end your membership."))
    member = Member.objects.locked().get(pk=member.pk)
    still_here(member)
    if last_day is None:
        end(member, by=by)
    else:
        _fits(member, last_day)
        keep_another_administrator(member)
        last_until(member, last_day, by=by, is_temporary=member.is_temporary)
    departure = _open(member, by=by)
    if not member.is_current:
        _let_go(departure, by=by)
    _write_down(departure, by=by)
    _tell(departure, but=by)
    return departure


def _fits(member: Member, last_day: date) -> None:
    if last_day < member.organisation.today():
        raise ValidationError(_("This day is over. To end the access at once there is a button of its own."))
    if member.ends_on and last_day > member.ends_on:
        told = {"name": member.name, "day": date_format(member.ends_on)}
        raise ValidationError(_("%(name)s leaves on %(day)s already. A later day is chosen under People.") % told)


def _open(member: Member, *, by: Member | None) -> Departure:
    if known := Departure.objects.open().filter(member=member).first():
        return known
    last_day = member.ends_on or member.organisation.today()
    departure = Departure.objects.create(
        organisation=member.organisation, member=member, last_day=last_day, begun_by=by
    )
    facts, told = {"last_day": last_day.isoformat()}, {"member": member.name}
    record(
        member.organisation_id, "begin_departure", subject_of(departure), by=by or MACHINE, facts=facts, personal=told
    )
    return departure


def _let_go(departure: Departure, *, by: Actor) -> None:
    """End at once what can be, in this very transaction."""
    member = departure.member
    ended = {each.key: each.let_go(member) for each in holdings() if each.ends_at_once}
    now = timezone.now()
    Member.objects.filter(pk=member.pk).update(let_go_at=now)
    told = {key: departure.ended.get(key, 0) + count for key, count in ended.items()}
    departure.ended, departure.ended_at = told, departure.ended_at or now
    departure.save(update_fields=["ended", "ended_at"])
    facts, personal = {"ended": ended}, {"member": member.name}
    record(departure.organisation_id, "let_go", subject_of(departure), by=by, facts=facts, personal=personal)


def _write_down(departure: Departure, *, by: Actor) -> int:
    """Bring the tasks in line with what is held at this moment; returns how many things are left."""
    found = {(one.holding.key, held.subject): held for one in left_with(departure.member) for held in one.held}
    known = {(task.kind, task.subject): task for task in departure.tasks.all()}
    new = [
        Task(departure=departure, kind=kind, subject=subject, title=held.title[:300])
        for (kind, subject), held in found.items()
        if (kind, subject) not in known
    ]
    Task.objects.bulk_create(new)
    back = [task.pk for key, task in known.items() if key in found and task.done_at]
    departure.tasks.filter(pk__in=back).update(done_at=None, done_by=None, taken_by=None)
    gone = [task.pk for key, task in known.items() if key not in found and not task.done_at]
    doer = by if isinstance(by, Member) else None
    departure.tasks.filter(pk__in=gone).update(done_at=timezone.now(), done_by=doer)
    return len(found)


def _locked(departure: Departure) -> Departure:
    """The departure as it is now; who decides about it, or about its member, comes one by one."""
    rows = Departure.objects.select_for_update(of=("self",), no_key=True)
    locked = rows.select_related("organisation").get(pk=departure.pk)
    locked.member = Member.objects.locked().get(pk=locked.member_id)
    return locked


@transaction.atomic
def hand_over(departure: Departure, kind: str, subjects: Iterable[str], *, to: Member, by: Member) -> int:
    """Give what the leaver holds of one kind to ``to``, all of it or nothing; returns how many things.

    What somebody else took meanwhile is passed over. Raises as the room's own action does.
    """
    lock_administrators(departure.organisation_id, beside=departure.member)
    insist(by, Right.MANAGE_PEOPLE, organisation_id=departure.organisation_id)
    departure = _locked(departure)
    holding = next((each for each in holdings() if each.key == kind and each.can_hand_over), None)
    if holding is None:
        raise ValidationError(_("This cannot be handed over here. Follow the link, and do it there."))
    if to.pk == departure.member_id or to.ends_on is not None:
        raise ValidationError(_("%(name)s leaves as well. Choose somebody who stays.") % {"name": to.name})
    came_in(to)
    _write_down(departure, by=by)
    wanted = set(subjects)
    _lock(wanted & _held(holding, departure.member))
    # Asked again: while we waited for the rows, somebody may have taken some.
    wanted &= _held(holding, departure.member)
    for subject in sorted(wanted):
        holding.hand_over(departure.member, subject, to=to, by=by)
    taken = departure.tasks.filter(kind=kind, subject__in=wanted)
    taken.update(done_at=timezone.now(), done_by=by, taken_by=to)
    _write_down(departure, by=by)
    return len(wanted)


def _held(holding: Holding, member: Member) -> set[str]:
    return {held.subject for held in holding.held_by(member)}


def _lock(subjects: Iterable[str]) -> None:
    """Keep all these rows as they are before the first is written down in the ledger.

    Everybody takes a row, and then the ledger: who took the next row after the ledger would wait for them, and they for
    us.
    """
    by_model: dict[str, list[int]] = defaultdict(list)
    for subject in subjects:
        by_model[subject.partition(":")[0]].append(number_of(subject))
    for label in sorted(by_model):
        rows = apps.get_model(label)._base_manager.select_for_update(of=("self",), no_key=True)
        list(rows.filter(pk__in=by_model[label]).order_by("pk").values_list("pk"))


@transaction.atomic
def close(departure: Departure, *, by: Member) -> None:
    """Nothing is left. Asked of every room once more, in the transaction that closes; refused with one thing left."""
    lock_administrators(departure.organisation_id, beside=departure.member)
    insist(by, Right.MANAGE_PEOPLE, organisation_id=departure.organisation_id)
    departure = _locked(departure)
    member = departure.member
    if member.is_current:
        day = date_format(departure.last_day)
        raise ValidationError(_("%(name)s still has access, until %(day)s.") % {"name": member.name, "day": day})
    _let_go(departure, by=by)
    if count := _write_down(departure, by=by):
        told = ngettext("%(count)d thing is left.", "%(count)d things are left.", count) % {"count": count}
        raise ValidationError(told)
    changes = {"closed_at": timezone.now(), "closed_by": by}
    move(departure, "close", by=by, changes=changes, personal={"member": member.name})


def _tell(departure: Departure, *, but: Member | None = None) -> None:
    """Tell the administrators what there is to do."""
    member = departure.member
    rows = member.organisation.members.all().who_may(Right.MANAGE_PEOPLE)
    values = {
        "member": member.name,
        "organisation": member.organisation.name,
        "is_over": not member.is_current,
        "day": departure.last_day,
        "left": departure.tasks.filter(done_at=None).count(),
    }
    to = addressees(each for each in rows if each.pk not in {member.pk, but and but.pk})
    link = reverse("people:departure", args=[departure.pk])
    tell(departure.organisation_id, to, template="people/mail/departure", values=values, link=link)


# What happens without a click


def end_those_who_left() -> int:
    """Let go of everybody whose last day is over where their organisation is; returns how many."""
    return sum(_end_by_itself(member) for member in Member.objects.over(timezone.now()))


@transaction.atomic
def _end_by_itself(member: Member) -> bool:
    member = Member.objects.locked().get(pk=member.pk)
    if member.is_current or member.let_go_at:  # another worker was faster, or somebody changed the day
        return False
    departure = _open(member, by=None)
    departure.member = member
    _let_go(departure, by=MACHINE)
    if _write_down(departure, by=MACHINE):
        _tell(departure)
    else:
        changes = {"closed_at": timezone.now()}
        move(departure, "close", by=MACHINE, changes=changes, personal={"member": member.name})
    return True


def warn_of_last_days() -> int:
    """Tell administrators and the members themselves of last days that come near; returns how many."""
    rows = Member.objects.current().exclude(ends_on=None).select_related("user", "organisation").order_by("pk")
    return sum(_warn(member) for member in rows if member.is_current)


@transaction.atomic
def _warn(member: Member) -> bool:
    left = (member.ends_on - member.organisation.today()).days if member.ends_on else WARNINGS[0] + 1
    due = min((days for days in WARNINGS if left <= days), default=0)
    same = Member.objects.filter(pk=member.pk, ends_on=member.ends_on, warned=member.warned)
    if not due or 0 < member.warned <= due or not same.update(warned=due):
        return False
    values = {
        "member": member.name,
        "organisation": member.organisation.name,
        "day": member.ends_on,
        "left": sum(len(one.held) for one in left_with(member) if not one.holding.ends_at_once),
    }
    members = Member.objects.visible_to(member).exclude(pk=member.pk)
    officers = members.who_may(Right.MANAGE_PEOPLE)
    if member.guide and member.guide.is_current and member.guide not in officers:
        officers.append(member.guide)
    link = reverse("people:leaving", args=[member.pk])
    tell(member.organisation_id, addressees(officers), template="people/mail/last_day", values=values, link=link)
    tell(member.organisation_id, addressees([member]), template="people/mail/my_last_day", values=values)
    return True


def takers(member: Member) -> list[Member]:
    """Who can take something over from ``member``: everybody who came in and stays, but trainees."""
    rows = Member.objects.visible_to(member).current().filter(ends_on=None).exclude(pk=member.pk)
    rows = rows.exclude(held__role=Role.TRAINEE).select_related("user", "organisation").prefetch_related("held")
    return sorted((each for each in rows if not each.is_awaited), key=lambda each: each.name.lower())
