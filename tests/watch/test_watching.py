"""The watcher: one has a channel, another takes over, and streams and looks both lead to the same strays, once."""

from collections.abc import Callable
from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection
from django.utils import timezone

from tests.practice.conftest import picture
from tests.waiting import eventually
from tests.watch.conftest import watching
from vierogen.channels.actions import close
from vierogen.channels.models import Channel
from vierogen.channels.states import State as ChannelState
from vierogen.core.leases import LEASE
from vierogen.notices.models import Message
from vierogen.people.models import Member
from vierogen.posts import jobs as posts_jobs
from vierogen.posts.models import Evidence
from vierogen.practice.network import Account, Draft
from vierogen.practice.server import PracticeServer
from vierogen.watch import watching as module
from vierogen.watch.actions.answering import take_down
from vierogen.watch.models import RemotePost, Stray, Watched
from vierogen.watch.states import Mode, Origin, What
from vierogen.watch.watching import Watcher

Phone = Callable[..., str]

pytestmark = pytest.mark.django_db(transaction=True)


def is_live(channel: Channel) -> bool:
    return Watched.objects.filter(channel=channel, mode=Mode.STREAMED).exclude(polled_at=None).exists()


def one_round(watcher: Watcher) -> None:
    watcher.round()
    connection.close()


def seen(what: What) -> Stray:
    found: Stray = eventually(lambda: Stray.objects.filter(what=what).first())
    return found


def test_a_new_channel_is_watched_within_two_seconds(channel: Channel, practice: PracticeServer) -> None:
    with watching():
        eventually(lambda: Watched.objects.exclude(baseline_at=None).exists(), seconds=2)
        eventually(lambda: practice.network.streams._listeners, seconds=2)


def test_a_stray_rings_within_a_second_on_a_streamed_channel(
    channel: Channel, dirk: Member, by_phone: Phone, official: Account
) -> None:
    with watching():
        eventually(lambda: is_live(channel))
        by_phone("Gezellig op het strand!", picture=picture())
        eventually(lambda: Message.objects.filter(alarm__isnull=False).exists(), seconds=1)
        eventually(lambda: Evidence.objects.filter(media_complete=True).exists(), seconds=2)
    [stray] = Stray.objects.all()
    assert stray.evidence is not None
    assert stray.evidence.media.count() == 1


def test_edits_and_deletions_come_by_the_stream(
    channel: Channel, dirk: Member, practice: PracticeServer, official: Account
) -> None:
    changed = practice.network.post_by_phone(official, "Eerst").id
    removed = practice.network.post_by_phone(official, "Straks weg").id
    Channel.objects.update(connected_at=timezone.now())
    with watching():
        eventually(lambda: is_live(channel))
        practice.network.edit(official, changed, Draft("Daarna"))
        practice.network.delete(official, removed)
        assert seen(What.EDIT).remote == RemotePost.objects.get(remote_id=changed)
        assert seen(What.DELETION).remote == RemotePost.objects.get(remote_id=removed)


def test_a_network_without_a_stream_is_looked_at(
    channel: Channel, dirk: Member, practice: PracticeServer, by_phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    practice.faults.next("error_before", count=1000, on="GET /api/v1/streaming/user")
    monkeypatch.setattr(channel.network, "poll_every", 0.2)
    with watching():
        eventually(lambda: Watched.objects.filter(mode=Mode.POLLED).exists())
        by_phone("Gezellig op het strand!")
        assert seen(What.POST).remote is not None
    assert not Watched.objects.filter(mode=Mode.STREAMED).exists()


def test_a_stream_that_breaks_comes_back_and_nothing_is_missed(
    channel: Channel, dirk: Member, practice: PracticeServer, by_phone: Phone
) -> None:
    with watching():
        eventually(lambda: is_live(channel))
        practice.cut_streams()
        by_phone("Precies toen de verbinding weg was")
        assert seen(What.POST).remote is not None


def test_the_same_by_stream_and_look_is_one_stray(
    channel: Channel, dirk: Member, by_phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel.network, "poll_every", 0.02)
    with watching():
        eventually(lambda: is_live(channel))
        for number in range(10):
            by_phone(f"Bericht {number}")
        eventually(lambda: RemotePost.objects.count() == 10)
    assert Stray.objects.count() == 10


def test_exactly_one_watcher_has_a_channel(channel: Channel, practice: PracticeServer) -> None:
    one, two = Watcher(), Watcher()
    try:
        for _ in range(3):
            rounds = [Thread(target=one_round, args=(watcher,)) for watcher in (one, two)]
            for thread in rounds:
                thread.start()
            for thread in rounds:
                thread.join()
        assert len(one.watches) + len(two.watches) == 1
    finally:
        one.leave()
        two.leave()


def test_another_watcher_takes_over_when_the_lease_of_a_dead_one_ends(
    channel: Channel, dirk: Member, by_phone: Phone
) -> None:
    dead, heir = Watcher(), Watcher()
    try:
        dead.round()
        for watch in dead.watches.values():  # killed: it neither watches nor renews
            watch.end()
        heir.round()
        assert not heir.watches
        by_phone("Terwijl niemand keek")
        left = Watched.objects.get().lease_until - timezone.now()
        assert left <= LEASE
        Watched.objects.update(lease_until=timezone.now() - timedelta(milliseconds=1))
        # A row that a thread of the dead one is still writing is passed over, until the next round.
        eventually(lambda: heir.round() or heir.watches)
        assert seen(What.POST).remote is not None
        # If it comes to life again it finds that its channel is gone.
        dead.beat()
        assert not dead.watches
        assert Watched.objects.get().lease_owner == heir.name
    finally:
        dead.leave()
        heir.leave()


def test_a_watcher_that_stops_lets_go_at_once(channel: Channel) -> None:
    with watching():
        eventually(lambda: is_live(channel))
    row = Watched.objects.get()
    assert (row.lease_owner, row.mode) == ("", Mode.NONE)
    assert Watched.objects.claimable(timezone.now()).exists()


def test_a_watcher_keeps_its_lease(channel: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BEAT", 0.05)
    with watching():
        eventually(lambda: is_live(channel))
        until = Watched.objects.get().lease_until
        eventually(lambda: Watched.objects.get().lease_until > until)


def test_a_closed_channel_is_left_alone(
    channel: Channel, cora: Member, practice: PracticeServer, by_phone: Phone
) -> None:
    practice.heartbeat = 0.1
    with watching() as watcher:
        eventually(lambda: is_live(channel))
        close(channel, by=cora)
        eventually(lambda: not watcher.watches)
        eventually(lambda: not practice.network.streams._listeners)
        by_phone("Niet meer van ons")
    assert Stray.objects.count() == 0


def test_a_refused_key_disconnects_the_channel_and_tells_who_answers_for_it(
    channel: Channel, cora: Member, practice: PracticeServer, official: Account
) -> None:
    with watching() as watcher:
        eventually(lambda: is_live(channel))
        practice.network.new_token(official)
        eventually(lambda: Channel.objects.get().state == ChannelState.DISCONNECTED)
        eventually(lambda: not watcher.watches)
    [message] = Message.objects.all()
    assert message.email == cora.user.email


def test_a_take_down_is_seen_by_the_watch_and_raises_nothing(
    channel: Channel, dirk: Member, practice: PracticeServer, by_phone: Phone
) -> None:
    with watching():
        eventually(lambda: is_live(channel))
        by_phone("Oeps", picture=picture())
        take_down(seen(What.POST), by=dirk)
        while posts_jobs.remove("test"):
            pass
        eventually(lambda: RemotePost.objects.exclude(gone_at=None).exists())
    assert practice.network.timeline() == []
    assert Stray.objects.count() == 1
    assert RemotePost.objects.get().origin == Origin.STRAY


def test_a_watcher_whose_thread_died_lets_go_and_begins_anew(channel: Channel) -> None:
    watcher = Watcher()
    try:
        watcher.round()
        [watch] = watcher.watches.values()
        watch.end()
        watch.threads[0].join(10)
        watcher.beat()
        assert Watched.objects.get().lease_owner == ""
        eventually(lambda: watcher.round() or watcher.watches)
        [again] = watcher.watches.values()
        assert again is not watch
    finally:
        watcher.leave()
