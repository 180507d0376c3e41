"""Silence is an alarm: a dead watch never looks like a quiet day."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from vierogen.channels.actions import close
from vierogen.channels.models import Channel
from vierogen.channels.states import State as ChannelState
from vierogen.ledger.models import Entry
from vierogen.notices.models import Alarm, Message
from vierogen.people.models import Member
from vierogen.watch import jobs
from vierogen.watch.actions.minding import enrol, lose_connection, mind_silence
from vierogen.watch.models import STREAM_SILENCE, Watched
from vierogen.watch.states import Mode


@pytest.fixture
def quiet(channel: Channel, dirk: Member) -> Watched:
    """A channel that was heard a moment ago."""
    enrol()
    now = timezone.now()
    Watched.objects.update(mode=Mode.STREAMED, heard_at=now, expected_by=now + STREAM_SILENCE)
    return Watched.objects.get()


def test_a_channel_of_which_nothing_is_heard_rings_once(quiet: Watched, dirk: Member) -> None:
    with time_machine.travel(quiet.expected_by - timedelta(seconds=1), tick=False):
        assert mind_silence() == 0
    with time_machine.travel(quiet.expected_by + timedelta(seconds=1), tick=False):
        assert mind_silence() == 1
        assert mind_silence() == 0
    [message] = Message.objects.all()
    assert message.email == dirk.user.email
    assert quiet.channel.handle in message.title
    assert Alarm.objects.get().subject == f"watch.watched:{quiet.pk}"


def test_the_alarm_ends_when_it_is_heard_again(quiet: Watched) -> None:
    with time_machine.travel(quiet.expected_by + timedelta(seconds=1), tick=False):
        mind_silence()
        Watched.objects.update(expected_by=timezone.now() + STREAM_SILENCE)
        assert mind_silence() == 1
    assert not Alarm.objects.get().is_ringing
    assert Watched.objects.get().silent_since is None
    assert Entry.objects.filter(verb="hear_again").exists()


def test_a_channel_that_was_never_watched_rings_too(channel: Channel, dirk: Member) -> None:
    enrol()
    with time_machine.travel(timezone.now() + STREAM_SILENCE + timedelta(seconds=1), tick=False):
        assert mind_silence() == 1


def test_a_refused_key_is_silence_too(quiet: Watched, cora: Member) -> None:
    lose_connection(quiet.channel, why="The network refuses our key.")
    lose_connection(quiet.channel, why="The network refuses our key.")
    assert Channel.objects.get().state == ChannelState.DISCONNECTED
    assert [message.email for message in Message.objects.all()] == [cora.user.email]
    assert Message.objects.get().text.count("The network refuses") == 1
    with time_machine.travel(quiet.expected_by + timedelta(seconds=1), tick=False):
        assert mind_silence() == 1


def test_a_channel_that_is_closed_is_no_silence(quiet: Watched, cora: Member) -> None:
    with time_machine.travel(quiet.expected_by + timedelta(seconds=1), tick=False):
        mind_silence()
        close(quiet.channel, by=cora)
        assert mind_silence() == 1
        assert mind_silence() == 0
    assert not Alarm.objects.get().is_ringing


def test_a_worker_that_just_started_lets_the_watcher_speak_first(
    quiet: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs.time, "monotonic", lambda: jobs._STARTED + jobs.SETTLING - 1)
    with time_machine.travel(quiet.expected_by + timedelta(seconds=1), tick=False):
        assert not jobs.mind_silence("test")
        monkeypatch.setattr(jobs.time, "monotonic", lambda: jobs._STARTED + jobs.SETTLING)
        assert jobs.mind_silence("test")


def test_how_long_is_silence_depends_on_how_it_is_watched(quiet: Watched) -> None:
    assert quiet.patience() == STREAM_SILENCE
    quiet.mode = Mode.POLLED
    assert quiet.patience() == timedelta(seconds=60)


def test_a_lively_stream_does_not_hide_that_looking_fails(quiet: Watched, dirk: Member) -> None:
    now = timezone.now()
    Watched.objects.update(polled_at=now - timedelta(minutes=9))
    assert mind_silence() == 0
    Watched.objects.update(polled_at=now - timedelta(minutes=11))
    assert mind_silence() == 1
    Watched.objects.update(polled_at=now)
    assert mind_silence() == 1
    assert Watched.objects.get().silent_since is None
