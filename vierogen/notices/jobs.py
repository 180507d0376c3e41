"""What goes out by itself: mails and pushes that are due, and the next call of an alarm."""

from datetime import datetime, timedelta
from logging import getLogger
from typing import Any

from django.db import transaction
from django.db.models import Count, F
from django.utils import timezone

from vierogen.core.leases import RELEASED, heartbeat, lock
from vierogen.core.schedule import Job
from vierogen.notices import mail, push
from vierogen.notices.actions import escalate
from vierogen.notices.mail import NotTakenError
from vierogen.notices.models import Alarm, AlarmStep, Message, Push, PushSubscription, Waiting

log = getLogger(__name__)

# Greylisting servers take a mail after one to five minutes.
BACKOFF = [timedelta(seconds=seconds) for seconds in (5, 15, 60, 120, 300, 600, 1800)]
# RFC 5321, 4.5.4.1: give up after four to five days.
MAIL_LASTS = timedelta(days=4)
PUSH_LASTS = timedelta(seconds=push.KEPT_SECONDS)
# While the mail server is away everything waits together: 1, 2, 4 ... seconds, this long at most.
LONGEST_OUTAGE_PAUSE = timedelta(seconds=30)
# Names, addresses and texts are of no use for longer; the ledger keeps that it happened.
KEPT = timedelta(days=90)


def send_due(worker: str) -> int:
    """Send every mail and push that is due; returns how many were taken. No transaction is open meanwhile.

    ``worker`` is a name that no other has. At least once: after a crash between the server's yes and our note
    of it the same mail, with the same Message-ID, goes again.
    """
    sent = 0
    while True:
        # In turn: neither a long queue of mails nor a slow push service holds up the other.
        taken = [_send_a_mail(worker), _send_a_push(worker)]
        if taken == [None, None]:
            mail.hang_up(idle=mail.IDLE)
            return sent
        sent += taken.count(True)


def escalate_due() -> int:
    """Make every call of an unanswered alarm that is due; returns how many."""
    made = 0
    while alarm := _escalated():
        made += alarm
    return made


def next_due() -> datetime | None:
    """When there is something to do again; None if nothing waits."""
    alarm = Alarm.objects.ringing().exclude(next_at=None).order_by("next_at").first()
    moments = [Message.objects.next_at(), Push.objects.next_at(), alarm and alarm.next_at]
    return min((moment for moment in moments if moment), default=None)


def forget_old() -> int:
    """Delete what was told to whom more than 90 days ago and is settled; returns how many rows."""
    before = timezone.now() - KEPT
    mails, _by_model = Message.objects.filter(next_at=None, created_at__lt=before).delete()
    steps, _by_model = AlarmStep.objects.filter(alarm__next_at=None, alarm__rung_at__lt=before).delete()
    return mails + steps


def _escalated() -> bool:
    if not Alarm.objects.due(timezone.now()).exists():
        return False
    with transaction.atomic():
        alarm = lock(Alarm.objects.due(timezone.now())).first()
        return bool(alarm and escalate(alarm))


def _send_a_mail(worker: str) -> bool | None:
    """True: taken. False: it was not. None: nothing to send."""
    message = Message.objects.claim(worker)
    if message is None:
        return None
    try:
        with heartbeat(message):
            mail.send(message)
    except NotTakenError as error:
        _not_taken(message, error)
        return False
    _settle(message, sent_at=timezone.now(), next_at=None, problem="")
    return True


def _not_taken(message: Message, error: NotTakenError) -> None:
    now = timezone.now()
    log.warning("Mail %s to user %s was not taken: %s", message.mail_id, message.user_id, error.said)
    if not error.may_retry or now - message.created_at >= MAIL_LASTS:
        _settle(message, failed_at=now, next_at=None, problem=error.said)
        _hurry(message)
    elif error.server_down:
        pause = min(timedelta(seconds=2 ** min(message.attempts, 10)), LONGEST_OUTAGE_PAUSE)
        Message.objects.due(now).update(next_at=now + pause)
        _settle(message, next_at=now + pause, problem=error.said)
    else:
        _settle(message, next_at=now + _pause(message), problem=error.said)


def _hurry(message: Message) -> None:
    """The alarm did not reach somebody: whoever is next and was not told yet is called at once."""
    if message.alarm_id is None:
        return
    unheard = Alarm.objects.ringing().annotate(rungs=Count("steps")).filter(calls__lt=F("rungs"))
    Alarm.objects.filter(pk__in=unheard.filter(pk=message.alarm_id).values("pk")).update(next_at=timezone.now())


def _send_a_push(worker: str) -> bool | None:
    notice = Push.objects.select_related("subscription").claim(worker)
    if notice is None:
        return None
    device = PushSubscription.objects.filter(pk=notice.subscription_id)
    try:
        with heartbeat(notice):
            push.send(notice)
    except push.GoneError:
        device.delete()
    except NotTakenError as error:
        _push_not_taken(notice, error)
    else:
        notice.delete()
        return bool(device.update(reached_at=timezone.now(), failed_at=None))
    return False


def _push_not_taken(notice: Push, error: NotTakenError) -> None:
    now = timezone.now()
    log.warning("Push %s to user %s was not taken: %s", notice.pk, notice.subscription.user_id, error.said)
    PushSubscription.objects.filter(pk=notice.subscription_id).update(failed_at=now)
    if error.may_retry and now - notice.created_at < PUSH_LASTS:
        _settle(notice, next_at=now + _pause(notice))
    else:
        notice.delete()


def _pause(row: Waiting) -> timedelta:
    return BACKOFF[min(row.attempts, len(BACKOFF) - 1)]


def _settle(row: Waiting, **values: Any) -> None:
    # A sender whose lease was taken over has nothing to say any more.
    mine = type(row)._base_manager.filter(pk=row.pk, fence=row.fence)
    mine.update(**values, attempts=F("attempts") + 1, **RELEASED)


JOBS = [
    # Two, so that a mail server that hangs for seconds on one mail does not hold up the next alarm.
    Job("tell", send_due, every=0.1, threads=2, finish=mail.hang_up),
    Job("escalate", lambda _worker: escalate_due(), every=0.5),
    Job("forget notices", lambda _worker: forget_old(), every=3600.0),
]
