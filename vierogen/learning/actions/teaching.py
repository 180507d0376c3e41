"""Lessons: written as drafts, taken into use, made mandatory; done by people, who get a certificate."""

import calendar
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from vierogen.learning.models import Certificate, Lesson
from vierogen.learning.numbers import new_number
from vierogen.learning.quiz import Said, all_said
from vierogen.learning.starting import lessons
from vierogen.learning.states import LessonState
from vierogen.ledger.actions import record
from vierogen.ledger.moves import WrongStateError, move, subject_of
from vierogen.people.actions import insist
from vierogen.people.arriving import settle
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Right

# What a new version takes from the one before.
_TAKEN = ("language", "title", "story", "wrong", "helps", "questions", "months", "position")
# And what was asked of people goes on as it was.
_ASKED = ("mandatory", "asked_at", "due_at")
MOST_DAYS = 365


@transaction.atomic
def draft_lesson(organisation: Organisation, values: Mapping[str, Any], *, by: Member, key: str = "") -> Lesson:
    """Write a new lesson; ``values`` are its columns."""
    insist(by, Right.MANAGE_ORGANISATION, organisation_id=organisation.pk)
    # One after the other, so that two lessons get two keys.
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    taken = set(Lesson.objects.filter(organisation=organisation).values_list("key", flat=True))
    wanted = key or slugify(str(values["title"]))[:30] or "lesson"
    free = wanted if wanted not in taken else f"{wanted}-{len(taken) + 1}"
    told = {"position": len(taken), **values}
    lesson = Lesson.objects.create(organisation=organisation, key=free, written_by=by, **told)
    record(organisation.pk, "draft_lesson", subject_of(lesson), by=by, facts={"lesson": lesson.key})
    return lesson


@transaction.atomic
def draft_lesson_anew(lesson: Lesson, *, by: Member) -> Lesson:
    """The draft of the next version: the one that exists, or a new one with the words as they are."""
    insist(by, Right.MANAGE_ORGANISATION, organisation_id=lesson.organisation_id)
    versions = Lesson.objects.select_for_update(no_key=True).filter(organisation=lesson.organisation_id, key=lesson.key)
    newest = versions.order_by("-number")[0]
    if newest.is_draft:
        return newest
    values = {name: getattr(lesson, name) for name in _TAKEN}
    made = Lesson.objects.create(
        organisation_id=lesson.organisation_id, key=lesson.key, number=newest.number + 1, written_by=by, **values
    )
    record(lesson.organisation_id, "draft_lesson", subject_of(made), by=by, facts={"lesson": lesson.key})
    return made


@transaction.atomic
def rewrite_lesson(lesson: Lesson, values: Mapping[str, Any], *, by: Member) -> None:
    """Change a draft."""
    insist(by, Right.MANAGE_ORGANISATION, organisation_id=lesson.organisation_id)
    known = set(values) <= set(_TAKEN)
    if not known or not Lesson.objects.filter(pk=lesson.pk, state=LessonState.DRAFT).update(**values):
        raise WrongStateError("rewrite", subject_of(lesson))
    record(lesson.organisation_id, "rewrite_lesson", subject_of(lesson), by=by, facts={"lesson": lesson.key})


@transaction.atomic
def throw_lesson_away(lesson: Lesson, *, by: Member) -> None:
    """Throw a draft away."""
    insist(by, Right.MANAGE_ORGANISATION, organisation_id=lesson.organisation_id)
    subject = subject_of(lesson)
    if not Lesson.objects.filter(pk=lesson.pk, state=LessonState.DRAFT).delete()[0]:
        raise WrongStateError("throw_away", subject)
    record(lesson.organisation_id, "throw_away_lesson", subject, by=by, facts={"lesson": lesson.key})


@transaction.atomic
def use(lesson: Lesson, *, by: Member) -> None:
    """Let people do a draft from now on; the version before it is replaced, and its certificates stay valid."""
    insist(by, Right.MANAGE_ORGANISATION, organisation_id=lesson.organisation_id)
    rows = Lesson.objects.select_for_update(no_key=True).filter(organisation=lesson.organisation_id, key=lesson.key)
    before = rows.filter(state=LessonState.IN_USE).first()
    changes: dict[str, Any] = {}
    if before is not None:
        changes = {name: getattr(before, name) for name in _ASKED}
        move(before, "replace", by=by, changes={"ended_at": timezone.now()})
    move(lesson, "use", by=by, changes=changes, facts={"lesson": lesson.key, "number": lesson.number})


@transaction.atomic
def retire_lesson(lesson: Lesson, *, by: Member) -> None:
    """Take a lesson out of use: it is asked of nobody any more."""
    insist(by, Right.MANAGE_ORGANISATION, organisation_id=lesson.organisation_id)
    changes = {"ended_at": timezone.now(), "mandatory": False}
    move(lesson, "retire", by=by, changes=changes, facts={"lesson": lesson.key})


@transaction.atomic
def oblige(lesson: Lesson, *, mandatory: bool, days: int, by: Member) -> None:
    """Make a lesson mandatory for everybody who publishes, within so many days, or voluntary again."""
    insist(by, Right.MANAGE_ORGANISATION, organisation_id=lesson.organisation_id)
    if not 0 <= days <= MOST_DAYS:
        raise ValidationError(_("Choose a number of days from 0 to %(most)d.") % {"most": MOST_DAYS})
    now = timezone.now()
    values: dict[str, Any] = {"mandatory": mandatory, "asked_at": None, "due_at": None}
    if mandatory:
        values |= {"asked_at": now, "due_at": now + timedelta(days=days)}
    rows = Lesson.objects.filter(pk=lesson.pk, state=LessonState.IN_USE).exclude(mandatory=mandatory)
    if not rows.update(**values):
        raise WrongStateError("oblige", subject_of(lesson))
    facts = {"lesson": lesson.key, **({"days": days} if mandatory else {})}
    record(lesson.organisation_id, "oblige" if mandatory else "free", subject_of(lesson), by=by, facts=facts)


@transaction.atomic
def take_lessons(organisation: Organisation, *, language: str, by: Member) -> int:
    """Take the lessons of the starter set into use, voluntary; those that are there stay. Returns how many."""
    insist(by, Right.MANAGE_ORGANISATION, organisation_id=organisation.pk)
    known = set(Lesson.objects.filter(organisation=organisation).values_list("key", flat=True))
    new = [lesson for lesson in lessons(language) if lesson["key"] not in known]
    if not new:
        raise ValidationError(_("You have all these lessons already."))
    for each in new:
        values = {name: value for name, value in each.items() if name != "key"}
        use(draft_lesson(organisation, values, by=by, key=each["key"]), by=by)
    return len(new)


def finish(lesson: Lesson, *, answers: Sequence[str], by: Member) -> tuple[Certificate | None, list[Said]]:
    """Hand in the answers to a lesson's questions: with all of them right there is a certificate.

    Returns None in its place otherwise, with what was answered. Wrong answers are kept nowhere. Raises
    ``WrongStateError`` where the lesson was taken out of use meanwhile.
    """
    heard = all_said(lesson.asks, answers)
    if not heard or not all(one.is_right for one in heard):
        return None, heard
    with transaction.atomic():
        insist(by, Right.SEE, organisation_id=lesson.organisation_id)
        rows = Lesson.objects.select_for_update(no_key=True).filter(pk=lesson.pk, state=LessonState.IN_USE)
        if not rows.exists():
            raise WrongStateError("finish", subject_of(lesson))
        now = timezone.now()
        made = Certificate.objects.create(
            member=by, lesson=lesson, number=new_number(), issued_at=now, valid_until=months_later(now, lesson.months)
        )
        facts = {"lesson": lesson.key, "months": lesson.months}
        record(lesson.organisation_id, "certify", subject_of(lesson), by=by, facts=facts)
        settle(by)
    return made, heard


def months_later(at: datetime, months: int) -> datetime:
    """The same day and hour so many months later; the last day of a month that has no such day."""
    year, month = divmod(at.month - 1 + months, 12)
    last = calendar.monthrange(at.year + year, month + 1)[1]
    return at.replace(year=at.year + year, month=month + 1, day=min(at.day, last))
