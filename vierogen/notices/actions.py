"""Telling people, ringing the alarm, and answering it. Everything is queued in the caller's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import make_msgid
from logging import getLogger
from typing import Any, Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from vierogen.core.leases import free
from vierogen.ledger.actions import Actor, Machine, record
from vierogen.ledger.moves import move, subject_of
from vierogen.notices.letters import Letter, absolute, write
from vierogen.notices.models import Alarm, AlarmQuerySet, AlarmStep, Message, Push, PushSubscription

log = getLogger(__name__)

# After the last of the ladder was told, everybody is told again so often; after a day, once a day, until somebody
# acknowledges.
AGAIN = timedelta(minutes=10)
A_DAY = timedelta(hours=24)
DEVICES = 10
ESCALATION = Machine("escalation")


@dataclass(frozen=True)
class Addressee:
    """Somebody who can be told something: where, how they are called, and in which language."""

    user_id: int
    email: str
    name: str
    language: str


class Answerer(Actor, Protocol):
    """Somebody who can answer an alarm: a member, but this room knows no people."""

    @property
    def organisation_id(self) -> int:
        """Whose alarms they answer."""

    def may(self, right: str) -> bool:
        """Do they hold this right today?"""


@transaction.atomic
def tell(  # noqa: PLR0913 - each of these is part of what is told
    organisation_id: int,
    addressees: Iterable[Addressee],
    *,
    template: str,
    values: Mapping[str, Any],
    link: str = "",
    urgent: bool = False,
    headers: Mapping[str, str] | None = None,
) -> list[Message]:
    """Queue a mail to each addressee, rendered now in their language; if ``urgent`` also on their devices.

    Goes out only if the caller's transaction is committed. The templates are described in ``letters.write``;
    they also know ``name``, the addressee's. ``link`` is a path. The title names account and deadline,
    never the content of a post. Times appear in the current time zone. ``headers`` stand in each mail beside the
    usual ones.
    """
    letters = [(to, write(template, {**values, "name": to.name}, language=to.language, link=link)) for to in addressees]
    return _queue(organisation_id, letters, link=link, urgent=urgent, headers=headers)


def _queue(  # noqa: PLR0913 - as with tell
    organisation_id: int,
    letters: Iterable[tuple[Addressee, Letter]],
    *,
    link: str,
    urgent: bool,
    alarm: Alarm | None = None,
    headers: Mapping[str, str] | None = None,
) -> list[Message]:
    letters = list(letters)
    if urgent:
        _queue_pushes({to.user_id: letter.title for to, letter in letters}, link=link)
    return Message.objects.bulk_create(
        Message(
            organisation_id=organisation_id,
            user_id=to.user_id,
            email=to.email,
            name=to.name,
            language=to.language,
            title=letter.title,
            text=letter.text,
            html=letter.html,
            urgent=urgent,
            mail_id=make_msgid(domain=urlsplit(settings.PUBLIC_URL).hostname or "localhost"),
            alarm=alarm,
            headers=dict(headers or {}),
        )
        for to, letter in letters
    )


def _queue_pushes(titles: Mapping[int, str], *, link: str) -> None:
    devices = PushSubscription.objects.filter(user_id__in=titles)
    Push.objects.bulk_create(Push(subscription=device, title=titles[device.user_id], link=link) for device in devices)


@transaction.atomic
def ring(  # noqa: PLR0913 - each of these is part of the alarm
    organisation_id: int,
    *,
    subject: str,
    ladder: Sequence[Addressee],
    template: str,
    values: Mapping[str, Any],
    link: str,
    by: Actor,
    repeat_after: int = 120,
) -> Alarm:
    """Alarm about ``subject`` (``room.model:id``): tell the first of the ladder now, by mail and push.

    Each further one follows after ``repeat_after`` seconds, and after the last everybody again every ten
    minutes, until somebody answers. Templates as with ``tell``; they also know ``alarm_link``, the page
    on which the alarm is answered. With nobody on the ladder it still rings, on the pages and in the log.
    """
    alarm = Alarm.objects.create(organisation_id=organisation_id, subject=subject, link=link, repeat_after=repeat_after)
    known = {**values, "alarm_link": absolute(_page(alarm))}
    AlarmStep.objects.bulk_create(
        _step(alarm, position, to, write(template, {**known, "name": to.name}, language=to.language, link=link))
        for position, to in enumerate(ladder)
    )
    if not ladder:
        log.error("Alarm %s (%s) has nobody to tell: give somebody the role of duty officer.", alarm.pk, subject)
    _call_next(alarm, at=alarm.rung_at)
    record(organisation_id, "ring", subject_of(alarm), by=by, facts={"about": subject, "ladder": len(ladder)})
    return alarm


def _step(alarm: Alarm, position: int, to: Addressee, letter: Letter) -> AlarmStep:
    return AlarmStep(
        alarm=alarm,
        position=position,
        user_id=to.user_id,
        email=to.email,
        name=to.name,
        language=to.language,
        title=letter.title,
        text=letter.text,
        html=letter.html,
    )


@transaction.atomic
def escalate(alarm: Alarm) -> bool:
    """Tell the next of the ladder, or everybody again; False if somebody was faster."""
    now = timezone.now()
    told = _call_next(alarm, at=now)
    if told is None:
        return False
    record(
        alarm.organisation_id,
        "escalate",
        subject_of(alarm),
        by=ESCALATION,
        facts={"call": alarm.calls, "told": [f"user:{step.user_id}" for step in told]},
    )
    return True


def _call_next(alarm: Alarm, *, at: datetime) -> list[AlarmStep] | None:
    """Queue the following call and say when the one after it is; None if it is not ours to make."""
    steps = list(alarm.steps.all())
    called = steps[alarm.calls : alarm.calls + 1] or steps
    following = at + _pause(alarm, steps=len(steps), at=at) if steps else None
    if not _same_call(alarm).update(calls=alarm.calls + 1, next_at=following):
        return None
    alarm.calls, alarm.next_at = alarm.calls + 1, following
    _withdraw(alarm, user_ids=[step.user_id for step in called])
    letters = [(_addressee(step), _letter(step, call=alarm.calls)) for step in called]
    _queue(alarm.organisation_id, letters, link=alarm.link or _page(alarm), urgent=True, alarm=alarm)
    alarm.steps.filter(pk__in=[step.pk for step in called]).update(told_at=at)
    return called


def _same_call(alarm: Alarm) -> AlarmQuerySet:
    return Alarm.objects.ringing().filter(pk=alarm.pk, calls=alarm.calls)


def _pause(alarm: Alarm, *, steps: int, at: datetime) -> timedelta:
    """How long until the call after this one: short while there are new people to tell, and once more."""
    if at - alarm.rung_at >= A_DAY:
        return A_DAY
    repeat = timedelta(seconds=alarm.repeat_after)
    return repeat if alarm.calls < steps else max(repeat, AGAIN)


def _addressee(step: AlarmStep) -> Addressee:
    return Addressee(step.user_id, step.email, step.name, step.language)


def _letter(step: AlarmStep, *, call: int) -> Letter:
    if call == 1:
        return Letter(step.title, step.text, step.html)
    with translation.override(step.language):
        again = _("%(title)s (call %(number)d)") % {"title": step.title[:180], "number": call}
    return Letter(again, step.text, step.html)


def _page(alarm: Alarm) -> str:
    return reverse("notices:alarm", args=[alarm.pk])


def _withdraw(alarm: Alarm, *, user_ids: Sequence[int] | None = None) -> None:
    """Drop mails of this alarm that never left, so that a mail server that comes back brings no flood."""
    unsent = alarm.messages.filter(free(timezone.now()), next_at__isnull=False)
    (unsent if user_ids is None else unsent.filter(user_id__in=user_ids)).delete()


@transaction.atomic
def acknowledge(alarm: Alarm, *, by: Answerer) -> None:
    """Answer the alarm: ``by`` is looking at it, so nobody else is called.

    Raises ``PermissionDenied``, or ``WrongStateError`` when somebody was faster.
    """
    if by.organisation_id != alarm.organisation_id:
        raise PermissionDenied(_("This belongs to another organisation."))
    if not by.may("answer_alarm"):
        raise PermissionDenied(_("Your role does not allow this. Ask an administrator."))
    changes = {"answered_at": timezone.now(), "answered_by": by.name, "next_at": None}
    move(alarm, "acknowledge", by=by, changes=changes)
    _withdraw(alarm)


@transaction.atomic
def end(alarm: Alarm, *, by: Actor) -> None:
    """End the alarm, answered or not: its matter is settled. Raises ``WrongStateError`` if it had ended."""
    move(alarm, "end", by=by, changes={"ended_at": timezone.now(), "next_at": None})
    if not isinstance(by, Machine):  # what a machine settled, somebody still has to hear of
        _withdraw(alarm)


@transaction.atomic
def subscribe(user_id: int, *, endpoint: str, p256dh: str, auth: str, label: str = "") -> PushSubscription:
    """Let a browser show this user's notices. A browser that changes hands belongs to its last user."""
    others = PushSubscription.objects.filter(user_id=user_id).exclude(endpoint=endpoint)
    if others.count() >= DEVICES:
        raise ValidationError(_("You have %(count)d devices already. Remove one first.") % {"count": DEVICES})
    values = {"user_id": user_id, "p256dh": p256dh, "auth": auth, "label": label, "failed_at": None}
    return PushSubscription.objects.update_or_create(endpoint=endpoint, defaults=values)[0]


def unsubscribe(user_id: int, *, device_id: int) -> bool:
    """Forget this user's browser; False if it was not theirs (any more)."""
    return bool(PushSubscription.objects.filter(user_id=user_id, pk=device_id).delete()[0])


def test(organisation_id: int, *, by: Addressee) -> Message:
    """Send ``by`` a mail and pushes that say that all works, the way an alarm would come."""
    link = reverse("notices:mine")
    return tell(organisation_id, [by], template="notices/mail/test", values={}, link=link, urgent=True)[0]


@transaction.atomic
def forget_member(user_id: int, *, organisation_id: int) -> int:
    """Call and mail this user no more about one organisation; returns how many notices were on their way.

    What a sender has in hands at this moment may still leave; it is not tried again.
    """
    for alarm in Alarm.objects.ringing().filter(organisation_id=organisation_id, steps__user_id=user_id).distinct():
        _leave_out(alarm, user_id=user_id)
    mails = Message.objects.filter(user_id=user_id, organisation_id=organisation_id, next_at__isnull=False)
    pushes = Push.objects.filter(subscription__user_id=user_id)  # a title and a link: whose, nobody knows any more
    return int(mails.delete()[0]) + int(pushes.delete()[0])


def _leave_out(alarm: Alarm, *, user_id: int) -> None:
    """Take somebody off the ladder; who comes next stays next."""
    told = sum(step.user_id == user_id for step in list(alarm.steps.all())[: alarm.calls])
    alarm.steps.filter(user_id=user_id).delete()
    Alarm.objects.filter(pk=alarm.pk).update(calls=F("calls") - told)


def unsubscribe_all(user_id: int) -> int:
    """Forget all browsers of this user; returns how many."""
    devices = PushSubscription.objects.filter(user_id=user_id)
    count = devices.count()
    devices.delete()
    return count
