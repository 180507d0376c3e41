"""Reminders: three days after something was asked, then once a week; one mail for all that waits."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from vierogen.learning.models import Agreement, Lesson, Reminder
from vierogen.learning.standing import Lacking, Standing, standings_of
from vierogen.learning.states import AgreementState, LessonState
from vierogen.notices.actions import tell
from vierogen.people.actions import addressees
from vierogen.people.models import Member, Organisation

FIRST, THEN = timedelta(days=3), timedelta(days=7)


def remind_all() -> int:
    """Remind whoever it is time for; returns how many."""
    now = timezone.now()
    return sum(_remind(member, standing, now) for member, standing in _due(now))


def _due(now: datetime) -> Iterator[tuple[Member, Standing]]:
    for organisation in _asking():
        standings = {pk: one for pk, one in standings_of(organisation).items() if _is_old(one, now)}
        members = organisation.members.filter(pk__in=standings).exclude(learning_reminder__at__gt=now - THEN)
        for member in members.select_related("user", "organisation"):
            if not member.is_awaited:  # who never came in cannot do it
                yield member, standings[member.pk]


def _asking() -> Iterator[Organisation]:
    agreements = Agreement.objects.filter(state=AgreementState.IN_FORCE).values("organisation")
    lessons = Lesson.objects.filter(state=LessonState.IN_USE, mandatory=True).values("organisation")
    arriving = Member.objects.exclude(arriving_since=None).values("organisation")
    asking = Q(pk__in=agreements) | Q(pk__in=lessons) | Q(pk__in=arriving)
    yield from Organisation.objects.filter(asking).order_by("pk")


def _asked(standing: Standing) -> tuple[Lacking, ...]:
    """What to remind of; of who still gets started all of it is one thing."""
    return (standing.arrival,) if standing.arrival else standing.open


def _is_old(standing: Standing, now: datetime) -> bool:
    return any(lacking.since <= now - FIRST for lacking in _asked(standing))


@transaction.atomic
def _remind(member: Member, standing: Standing, now: datetime) -> bool:
    """False where another worker was faster."""
    Reminder.objects.get_or_create(member=member, defaults={"at": datetime.fromtimestamp(0, tz=now.tzinfo)})
    if not Reminder.objects.filter(member=member, at__lte=now - THEN).update(at=now):
        return False
    asked = _asked(standing)
    tell(
        member.organisation_id,
        addressees([member]),
        template="learning/mail/reminder",
        values={
            "number": len(asked),
            "titles": [lacking.title for lacking in asked],
            "is_late": not standing.ok,
            "due_at": asked[0].due_at,
        },
        link=standing.url,
    )
    return True
