"""The watch minds itself: silence is an alarm, and so is a network that refuses our key."""

import logging
from collections.abc import Callable

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop

from vierogen.channels.actions import disconnect, keepers
from vierogen.channels.models import Channel
from vierogen.channels.states import State as ChannelState
from vierogen.ledger.actions import record
from vierogen.ledger.moves import WrongStateError, subject_of
from vierogen.notices.actions import end, ring, tell
from vierogen.people.actions import addressees
from vierogen.watch.actions.raising import WATCH, ladder
from vierogen.watch.models import STREAM_SILENCE, Watched
from vierogen.watch.states import Mode

log = logging.getLogger(__name__)

REFUSED = gettext_noop("The network refuses our key.")


def enrol() -> int:
    """Have every channel in our care watched; returns how many are new."""
    new = list(Channel.objects.watched().filter(watched=None))
    if new:
        expected_by = timezone.now() + STREAM_SILENCE
        rows = [Watched(channel=channel, expected_by=expected_by) for channel in new]
        Watched.objects.bulk_create(rows, ignore_conflicts=True)
    return len(new)


def mind_silence() -> int:
    """Ring for every channel of which too long nothing was heard, once; end it when it is heard again.

    Returns how many alarms began or ended. Belongs in a worker: a dead watcher cannot tell that it is dead.
    """
    now = timezone.now()
    rows = Watched.objects.select_related("channel__organisation", "alarm")
    # An exercise ends by itself where nobody watches it.
    fallen = rows.silent(now).filter(silent_since=None, channel__is_exercise=False)
    began = [_safely(_ring, watched) for watched in fallen]
    again = rows.filter(silent_since__isnull=False).exclude(pk__in=Watched.objects.silent(now))
    return sum(began) + sum(_safely(_end, watched) for watched in again)


def _safely(change: Callable[[Watched], bool], watched: Watched) -> bool:
    try:
        return change(watched)
    except Exception:  # one that goes wrong keeps no other from ringing
        log.exception("the silence of channel %s could not be told; it is tried again", watched.channel_id)
        return False


@transaction.atomic
def _ring(watched: Watched) -> bool:
    now, channel = timezone.now(), watched.channel
    mine = Watched.objects.silent(now).filter(pk=watched.pk, silent_since=None)
    if not Watched.objects.filter(pk__in=mine.values("pk"), silent_since=None).update(silent_since=now):
        return False
    values = {
        "organisation": channel.organisation.name,
        "account": channel.handle,
        "network": channel.network_name,
        "heard_at": min(filter(None, [watched.heard_at, watched.polled_at]), default=None),
        "problem": watched.problem,
        "refused": channel.state == ChannelState.DISCONNECTED,
        "practice": channel.in_practice,
    }
    with timezone.override(channel.organisation.zone):
        alarm = ring(
            channel.organisation_id,
            subject=subject_of(watched),
            ladder=ladder(channel),
            template="watch/mail/silence",
            values=values,
            link=reverse("watch:list"),
            by=WATCH,
        )
    Watched.objects.filter(pk=watched.pk).update(alarm=alarm)
    record(channel.organisation_id, "fall_silent", subject_of(watched), by=WATCH)
    return True


@transaction.atomic
def _end(watched: Watched) -> bool:
    mine = Watched.objects.filter(pk=watched.pk, silent_since=watched.silent_since)
    if not mine.update(silent_since=None, alarm=None):
        return False
    if watched.alarm is not None and watched.alarm.ended_at is None:
        end(watched.alarm, by=WATCH)
    record(watched.channel.organisation_id, "hear_again", subject_of(watched), by=WATCH)
    return True


def lose_connection(channel: Channel, *, why: str) -> None:
    """Mark the channel as disconnected and tell its custodians, once. Its silence then rings by itself."""
    try:
        with transaction.atomic():
            disconnect(channel, by=WATCH, why=why)
            Watched.objects.filter(channel=channel).update(mode=Mode.NONE, problem=REFUSED)
            values = {"channel": channel.handle, "reason": why, "practice": channel.in_practice}
            link = reverse("watch:list")
            told = addressees(keepers(channel))
            tell(channel.organisation_id, told, template="channels/mail/disconnected", values=values, link=link)
    except WrongStateError:  # it was marked before
        return
