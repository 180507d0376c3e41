"""The watch at the pace that a network can bear: what is told, what wakes it, what it leaves for taking down."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from tests.posts.quiet import Counted, use
from tests.posts.steps import raising
from tests.practice.conftest import picture
from tests.waiting import eventually
from tests.watch.conftest import watching
from vierogen.channels.models import Channel
from vierogen.channels.states import State as ChannelState
from vierogen.networks.abilities import Usage
from vierogen.networks.base import NetworkError, Shown
from vierogen.notices.models import Alarm
from vierogen.people.models import Member
from vierogen.posts import jobs as posts_jobs
from vierogen.posts.actions import removing
from vierogen.posts.models import Delivery, Evidence
from vierogen.practice.network import PracticeNetwork
from vierogen.practice.server import PracticeServer
from vierogen.watch import jobs
from vierogen.watch import watching as module
from vierogen.watch.actions.answering import adopt, take_down
from vierogen.watch.actions.minding import enrol, mind_silence
from vierogen.watch.board import tiles
from vierogen.watch.models import Stray, Watched
from vierogen.watch.pace import RESERVE, SLOWEST
from vierogen.watch.states import State, What
from vierogen.watch.watching import ChannelWatch

pytestmark = pytest.mark.django_db(transaction=True)

Phone = Callable[..., str]
# A Friday morning in the town.
AT_WORK = "2026-11-27 09:30+01:00"
AT_NIGHT = "2026-11-27 23:30+01:00"


@pytest.fixture(autouse=True)
def before_work() -> Iterator[None]:
    """Everything is connected earlier that day, whatever day it is for whoever runs this."""
    with time_machine.travel("2026-11-27 08:00+01:00", tick=True):
        yield


@pytest.fixture
def counted(channel: Channel, dirk: Member, monkeypatch: pytest.MonkeyPatch) -> type[Counted]:
    """The channel on a network that pushes nothing and counts calls by the day."""
    use(Counted, monkeypatch)
    for name, value in {"total": 4800, "used": 0, "asked": 0}.items():
        monkeypatch.setattr(Counted, name, value)
    return Counted


@pytest.fixture
def watch(counted: type[Counted]) -> Iterator[ChannelWatch]:
    """A watcher's part for the channel, which looks when the test says so."""
    enrol()
    with ThreadPoolExecutor(1) as pictures:
        yield ChannelWatch(row(), pictures=pictures)


def row() -> Watched:
    return Watched.objects.select_related("channel__organisation").get()


def looked(watch: ChannelWatch) -> float:
    """A beat of its watcher, one look, and what it told is written; the seconds to the next."""
    watch.hurry(needed=Watched.objects.hurried(timezone.now()).exists())
    pause = watch._look()
    Watched.objects.bulk_update([watch.noted()], [*module.TOLD, "expected_by"])
    return pause


def at(moment: str) -> Any:
    return time_machine.travel(moment, tick=True)


def test_what_was_decided_is_told_as_a_promise(watch: ChannelWatch, anna: Member) -> None:
    with at(AT_WORK):
        pause = looked(watch)
        assert pause == pytest.approx(180, abs=1)
        told = row()
        assert told.promised == pytest.approx(180 + Counted.read_lag + 2, abs=1)
        assert (told.calls_a_day, told.usage) == (4800, pytest.approx(2 / 4800))
        assert told.patience() == timedelta(seconds=3 * (told.promised or 0))
        [tile] = tiles(anna)
        assert tile.promise == "A new post or story: within 4 minutes, at the present pace"
        assert tile.marks[0] == ("ok", tile.promise)
        assert tile.blind_to == Counted.blind_to


def test_before_the_first_look_nothing_is_promised(watch: ChannelWatch, anna: Member) -> None:
    assert row().promise() == "The first look shows how soon"


def test_it_looks_twice_as_often_at_night(watch: ChannelWatch) -> None:
    with at(AT_NIGHT):
        assert looked(watch) == pytest.approx(90, abs=1)
        assert row().promise() == "A new post or story: within 94 seconds, at the present pace"


def test_how_many_calls_there_are_is_asked_once_an_hour(watch: ChannelWatch, monkeypatch: pytest.MonkeyPatch) -> None:
    with at(AT_WORK):
        looked(watch)
        looked(watch)
    assert Counted.asked == 1
    monkeypatch.setattr(Counted, "total", 2400)
    with at("2026-11-27 10:31+01:00"):
        looked(watch)
        assert (Counted.asked, row().calls_a_day) == (2, 2400)


def test_a_network_that_does_not_say_how_many_calls_there_are_is_looked_at_all_the_same(
    watch: ChannelWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Counted, "calls_a_day", raising(NetworkError("Busy.", may_retry=True)))
    with at(AT_WORK):
        assert looked(watch) == pytest.approx(60, abs=1)
    assert (row().problem, row().calls_a_day) == ("", None)


# The reserve


def test_it_slows_down_as_the_share_grows_and_a_take_down_still_has_its_calls(
    watch: ChannelWatch, by_phone: Phone, dirk: Member, practice: PracticeServer, anna: Member
) -> None:
    with at(AT_WORK) as clock:
        looked(watch)
        by_phone("Gezellig op het strand!", picture=picture())
        Counted.used = round(0.84 * Counted.total)
        # Somebody else uses up the rest meanwhile, one look at a time; with an alarm open it would rather hurry.
        for _look in range(4):
            clock.shift(looked(watch))
            Counted.used = max(Counted.used, round(RESERVE * Counted.total))
        assert looked(watch) == pytest.approx(SLOWEST, abs=1)
        assert row().is_slowed()
        [tile] = tiles(anna)
        assert any(state == "look" and "only so many questions a day" in words for state, words in tile.marks)
        assert tile.promise == "A new post or story: within 16 minutes, at the present pace"
        take_down(Stray.objects.get(), by=dirk)
        while posts_jobs.remove("test"):
            pass
        jobs.settle("test")
    assert Stray.objects.get().state == State.TAKEN_DOWN
    assert practice.network.timeline() == []
    assert Counted.used < Counted.total


def test_a_slow_pace_is_no_silence_and_a_dead_watch_at_a_slow_pace_is(watch: ChannelWatch) -> None:
    Counted.used = round(0.9 * Counted.total)
    with at(AT_WORK):
        for _look in range(3):
            looked(watch)
    with at("2026-11-27 09:44+01:00"):
        assert mind_silence() == 0
    with at("2026-11-27 10:17+01:00"):
        assert mind_silence() == 1


# Nobody at it


@pytest.mark.parametrize("dead", [{"lease_owner": "one"}, {"lease_owner": ""}])
def test_a_watcher_that_died_or_left_is_noticed_within_about_a_minute_whatever_the_pace(
    watch: ChannelWatch, anna: Member, dead: dict[str, str]
) -> None:
    Counted.used = round(0.9 * Counted.total)
    with at(AT_WORK):
        Channel.objects.update(connected_at=timezone.now() - timedelta(days=1))
        looked(watch)
        Watched.objects.update(lease_until=timezone.now() + timedelta(seconds=10), **dead)
    with at("2026-11-27 09:31+01:00"):
        assert mind_silence() == 0
        assert "within" in row().promise()
    with at("2026-11-27 09:31:12+01:00"):
        assert row().promise() == "No promise: it is not watched at this moment"
        [tile] = tiles(anna)
        assert tile.marks[0] == ("stop", tile.promise)
        assert mind_silence() == 1
        Watched.objects.update(lease_until=timezone.now())
        assert mind_silence() == 1
    assert not Alarm.objects.get().is_ringing


def test_what_was_connected_again_just_now_is_taken_up_before_it_rings(watch: ChannelWatch) -> None:
    with at(AT_WORK):
        looked(watch)
        Watched.objects.update(lease_until=timezone.now() - timedelta(days=1))
        Channel.objects.update(connected_at=timezone.now())
        assert mind_silence() == 0


@pytest.mark.parametrize(
    ("channel_is", "row_is"),
    [({"state": ChannelState.DISCONNECTED}, {}), ({}, {"silent_since": timezone.now()})],
)
def test_what_is_disconnected_or_silent_is_promised_nothing(
    watch: ChannelWatch, channel_is: dict[str, Any], row_is: dict[str, Any]
) -> None:
    looked(watch)
    Channel.objects.update(**channel_is)
    Watched.objects.update(**row_is)
    assert row().promise() == "No promise: it is not watched at this moment"


def test_the_page_says_what_is_seen_later(watch: ChannelWatch, anna: Member, visit: Any) -> None:
    with at(AT_WORK):
        looked(watch)
        page = visit(anna).get("/watch/").content.decode()
    assert "A new post or story: within 4 minutes, at the present pace." in page
    assert "A changed profile is seen within about 19 minutes. Of posts below the newest 40" in page


# When looking fails


def test_a_look_that_fails_takes_the_promise_back_in_words(watch: ChannelWatch, anna: Member) -> None:
    with at(AT_WORK):
        looked(watch)
        Counted.used = Counted.total
        assert looked(watch) == 600
        [tile] = tiles(anna)
        assert tile.promise == "No promise at this moment: the last look failed"
        assert tile.marks[0] == ("look", "The network asks us to slow down.")
        Counted.used = 10
        looked(watch)
        assert row().promise() == "A new post or story: within 4 minutes, at the present pace"


def test_looking_that_fails_for_three_promises_rings(watch: ChannelWatch) -> None:
    with at(AT_NIGHT):
        looked(watch)
        Counted.used = Counted.total
        looked(watch)
    with at("2026-11-27 23:34+01:00"):
        assert mind_silence() == 0
    with at("2026-11-27 23:35+01:00"):
        assert mind_silence() == 1
    assert Alarm.objects.get().is_ringing


def test_a_look_that_fails_is_tried_again_at_the_pace_and_not_at_once(
    watch: ChannelWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    with at(AT_WORK):
        assert looked(watch) == pytest.approx(180, abs=1)
        with monkeypatch.context() as patch:
            patch.setattr(Counted, "recent", raising(NetworkError("Busy.", may_retry=True)))
            assert looked(watch) >= 179
        # Every failing look was paid for, and what is left is for taking down.

        def failing(self: Counted, limit: int = 40) -> list[Shown]:
            self.usage = Usage(0.9)
            raise NetworkError("Busy.", may_retry=True)

        monkeypatch.setattr(Counted, "recent", failing)
        assert looked(watch) == pytest.approx(SLOWEST, abs=1)


@pytest.mark.parametrize("demand", ["limited", "regain", "rest"])
def test_an_alarm_breaks_no_pause_that_the_network_or_the_reserve_demands(
    watch: ChannelWatch, due: Delivery, monkeypatch: pytest.MonkeyPatch, demand: str
) -> None:
    with at(AT_WORK) as clock:
        if demand == "limited":
            Counted.used = Counted.total
        elif demand == "rest":
            Counted.used = round(0.86 * Counted.total)
        else:
            count = Counted._count

            def counted(self: Counted, calls: int) -> None:
                count(self, calls)
                self.usage = Usage(0.1, regain=600)

            monkeypatch.setattr(Counted, "_count", counted)
        pause = looked(watch)
        assert pause >= 600 - 1
        clock.shift(pause - 10)
        watch.hurry(needed=True)
        assert not watch.look_now.is_set()
        clock.shift(11)
        watch.hurry(needed=True)
        assert watch.look_now.is_set()


# What wakes the look that waits


def test_own_publication_brings_the_look_that_waits_at_once(
    counted: type[Counted], due: Delivery, by_phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BEAT", 0.1)
    with watching() as watcher:
        eventually(lambda: Watched.objects.exclude(promised=None).exists())
        [waiting] = watcher.watches.values()
        before = row().promised
        used = Counted.used
        posts_jobs.deliver("test")
        # Not three minutes later: within a few seconds, and then at the pace of an hour in which accidents happen.
        eventually(lambda: Counted.used > used, seconds=5)
        eventually(lambda: (row().promised or 0) < (before or 0), seconds=5)
        assert waiting.hurried
        by_phone("Gezellig op het strand!")
        waiting.look_now.set()
        eventually(lambda: Stray.objects.filter(what=What.POST).exists())


def test_an_alarm_makes_it_hurry_until_it_has_ended(watch: ChannelWatch, by_phone: Phone, dirk: Member) -> None:
    with at(AT_WORK):
        ordinary = looked(watch)
        by_phone("Gezellig op het strand!")
        assert looked(watch) == pytest.approx(ordinary / 4, abs=1)
        adopt(Stray.objects.get(), by=dirk, reason="Onze fotograaf")
        # A longer gap is promised first and waited later.
        assert looked(watch) == pytest.approx(ordinary / 4, abs=1)
        assert looked(watch) == pytest.approx(ordinary / 4, abs=1)
        assert looked(watch) == pytest.approx(ordinary, abs=1)


def test_who_takes_over_keeps_to_what_was_promised(watch: ChannelWatch, by_phone: Phone, dirk: Member) -> None:
    with at(AT_NIGHT):
        looked(watch)
        with ThreadPoolExecutor(1) as pictures, at("2026-11-30 09:00+01:00"):
            heir = ChannelWatch(row(), pictures=pictures)
            assert [round(looked(heir)) for _look in range(3)] == [90, 90, 180]


def test_a_watcher_that_begins_again_looks_when_it_was_due_and_asks_nothing_twice(
    watch: ChannelWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    with at(AT_WORK) as clock:
        pause = looked(watch)
        asked, used = Counted.asked, Counted.used
        clock.shift(60)
        profiles: list[int] = []
        me = Counted.me
        monkeypatch.setattr(Counted, "me", lambda self: profiles.append(1) or me(self))
        with ThreadPoolExecutor(1) as pictures:
            heir = ChannelWatch(row(), pictures=pictures)
            assert 0.8 * (pause - 62) <= heir.first_pause() <= pause - 59
            looked(heir)
            clock.shift(120)
            # Long overdue: at once.
            assert ChannelWatch(row(), pictures=pictures).first_pause() <= 61
            clock.shift(3600)
            assert ChannelWatch(row(), pictures=pictures).first_pause() == 0
        assert (Counted.asked, Counted.used - used, profiles) == (asked, Counted.calls_a_look, [])


def test_the_hourly_question_counts_as_a_part_of_the_look(watch: ChannelWatch, monkeypatch: pytest.MonkeyPatch) -> None:
    ticking = iter([100.0, 107.0])
    monkeypatch.setattr("vierogen.watch.watching.time.monotonic", lambda: next(ticking, 107.0))
    with at(AT_WORK):
        assert looked(watch) == 180 - 7
    assert row().promised == 180 + Counted.read_lag + 14


# Stories


def test_the_evidence_of_a_story_that_vanished_is_kept_whole(
    watch: ChannelWatch, by_phone: Phone, dirk: Member, practice: PracticeServer
) -> None:
    looked(watch)
    by_phone("Vrijdagmiddag!", story=True, picture=picture())
    looked(watch)
    eventually(lambda: Evidence.objects.filter(media_complete=True).exists())
    [stray] = Stray.objects.all()
    assert (stray.what, stray.is_ringing) == (What.STORY, True)
    with at(str(timezone.now() + timedelta(hours=24, minutes=1))):
        assert standing(practice.network) == []
        looked(watch)
        # It ended by itself: that is no other alarm, and this one still wants an answer.
        stray = Stray.objects.get()
        assert (stray.state, stray.is_ringing) == (State.VANISHED, True)
        kept = removing.open_for(Evidence.objects.get(), by=dirk, reason="Nakijken.")
    assert (kept["text"], kept["kind"], len(kept["pictures"])) == ("Vrijdagmiddag!", "story", 1)


def standing(network: PracticeNetwork) -> list[str]:
    return [status.id for status in network.timeline()]


@pytest.mark.parametrize(("after", "alarms"), [(timedelta(hours=24, minutes=1), 0), (timedelta(hours=3), 1)])
def test_a_story_of_ours_that_ends_is_no_deletion_and_one_that_is_removed_earlier_is(
    watch: ChannelWatch, by_phone: Phone, practice: PracticeServer, official: Any, dirk: Member,
    after: timedelta, alarms: int,
) -> None:  # fmt: skip
    looked(watch)
    story = by_phone("Vrijdagmiddag!", story=True)
    looked(watch)
    adopt(Stray.objects.get(), by=dirk, reason="Van ons, met de app")
    with at(str(timezone.now() + after)):
        if alarms:
            practice.network.delete(official, story)
        looked(watch)
    assert Stray.objects.filter(what=What.DELETION).count() == alarms
    connection.close()


def test_a_story_whose_time_is_over_is_gone_without_a_question(
    watch: ChannelWatch, by_phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked(watch)
    by_phone("Vrijdagmiddag!", story=True)
    looked(watch)
    read: list[str] = []
    monkeypatch.setattr(Counted, "read", lambda _self, remote_id: read.append(remote_id))
    with at(str(timezone.now() + timedelta(hours=24, minutes=1))):
        looked(watch)
    assert (Stray.objects.get().state, read) == (State.VANISHED, [])
