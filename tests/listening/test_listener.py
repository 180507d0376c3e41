"""The listener: one has a source, another takes over, and each hit is stored once, whoever dies when."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from tests.listening.conftest import alert, changed, heard, listening
from tests.listening.jetstream import JetstreamServer
from tests.listening.sources.site import served
from tests.posts.killing import environment
from tests.servers.mastodon import MastodonServer
from tests.servers.smtp import Mailbox
from tests.waiting import eventually
from vierogen.core.leases import LEASE
from vierogen.core.schedule import start
from vierogen.listening import sifting
from vierogen.listening.actions.bringing import bring
from vierogen.listening.actions.grouping import group
from vierogen.listening.actions.reading import follow
from vierogen.listening.caring import Care
from vierogen.listening.inbox import Batch, Inbox
from vierogen.listening.jobs import JOBS
from vierogen.listening.listener import Hosts, Listener
from vierogen.listening.models import Brought, Count, Hit, Item, Source, Subscription
from vierogen.listening.sources.base import Found
from vierogen.listening.states import Rhythm
from vierogen.notices.jobs import JOBS as NOTICES
from vierogen.people.models import Member, Organisation

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("quick")]


def found() -> list[str]:
    return sorted(Hit.objects.values_list("item__text", flat=True))


def row(source: Source) -> Source:
    return Source.objects.get(pk=source.pk)


def is_heard(stream: JetstreamServer) -> bool:
    return bool(stream.listeners)


@contextmanager
def another(step: str = "") -> Iterator["subprocess.Popen[bytes]"]:
    """A listener in a process of its own; at the end of the block it gets ``kill -9``."""
    command = [sys.executable, "-m", "tests.listening.dying_listener", step]
    with subprocess.Popen(command, env=environment(), stderr=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_post_becomes_a_hit_of_those_who_hear_its_source(
    source: Source, stream: JetstreamServer, town: Organisation, elsewhere: Organisation
) -> None:
    ours = alert(town, "brand AND school")
    alert(elsewhere, "brand AND school")
    with listening():
        eventually(lambda: is_heard(stream))
        stream.post("Brand in de school!")
        stream.post("Niets aan de hand.")
        hit = eventually(lambda: Hit.objects.select_related("item").first())
    assert (hit.alert, hit.organisation, hit.clause, hit.item.text) == (
        ours,
        town,
        "brand AND school",
        "Brand in de school!",
    )
    assert hit.item.source == source
    assert (Hit.objects.count(), Item.objects.count(), Count.objects.get().number) == (1, 1, 1)


def test_a_source_for_everybody_is_heard_by_everybody(
    stream: JetstreamServer, town: Organisation, elsewhere: Organisation
) -> None:
    heard("jetstream", stream.address, for_everybody=True)
    for organisation in (town, elsewhere):
        alert(organisation, "brand")
    with listening():
        eventually(lambda: is_heard(stream))
        stream.post("Brand!")
        eventually(lambda: Hit.objects.count() == 2)
    assert Item.objects.count() == 1


def test_how_a_stream_goes_is_told(source: Source, stream: JetstreamServer, town: Organisation) -> None:
    alert(town, "brand")
    with listening():
        eventually(lambda: row(source).read_at)
        stream.post("Brand!")
        stream.post("Rook!")
        eventually(lambda: row(source).items == 2)
    after = row(source)
    assert (after.failures, after.problem, after.memory) == (0, "", {"cursor": stream.events[1]["time_us"]})
    assert after.lag is not None
    assert after.item_at is not None
    assert (after.lease_owner, after.lease_until) == ("", None)


def test_after_a_pause_nothing_is_missed_and_nothing_is_there_twice(
    source: Source, stream: JetstreamServer, town: Organisation
) -> None:
    alert(town, "brand")
    with listening():
        eventually(lambda: is_heard(stream))
        stream.post("Brand 1")
        eventually(lambda: row(source).items)
    stream.post("Brand 2")
    with listening():
        eventually(lambda: Hit.objects.count() == 2)
        stream.cut()
        stream.post("Brand 3")
        eventually(lambda: Hit.objects.count() == 3)
    assert found() == ["Brand 1", "Brand 2", "Brand 3"]
    assert Count.objects.get().number == 3


def test_an_alert_that_is_changed_while_the_stream_runs_takes_effect(
    source: Source, stream: JetstreamServer, town: Organisation
) -> None:
    one = alert(town, "brand")
    with listening() as listener:
        eventually(lambda: is_heard(stream))
        stream.post("Brand 1")
        eventually(lambda: found() == ["Brand 1"])
        changed(one, query="rook")
        two = alert(town, "vuur")
        eventually(lambda: len(listener.sifter.compiled) == 2)
        for text in ("Brand 2", "Rook 3", "Vuur 4"):
            stream.post(text)
        eventually(lambda: Hit.objects.count() == 3)
        changed(two, state="paused")
        eventually(lambda: len(listener.sifter.compiled) == 1)
        stream.post("Vuur 5")
        stream.post("Rook 6")
        eventually(lambda: "Rook 6" in found())
    assert found() == ["Brand 1", "Rook 3", "Rook 6", "Vuur 4"]


def test_an_organisation_that_pauses_a_source_hears_no_more_of_it(
    stream: JetstreamServer, town: Organisation, elsewhere: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vierogen.listening.hearing.BELIEVED", 0.0)
    source = heard("jetstream", stream.address, town, elsewhere)
    theirs = alert(elsewhere, "brand")
    alert(town, "brand")
    with listening():
        eventually(lambda: is_heard(stream))
        Subscription.objects.filter(organisation=town).update(state="paused")
        stream.post("Brand!")
        eventually(Hit.objects.exists)
        assert Hit.objects.get().alert == theirs
        Subscription.objects.update(state="paused")
        # Nobody wants it any more: it is not read either.
        eventually(lambda: not is_heard(stream))
        eventually(lambda: row(source).lease_until is None)


def test_exactly_one_listener_has_a_source(source: Source, stream: JetstreamServer) -> None:
    with listening() as one, listening() as two:
        eventually(lambda: is_heard(stream))
        eventually(lambda: one.sifter.ready.is_set() and two.sifter.ready.is_set())
        for _ in range(3):
            assert len(one.cares) + len(two.cares) == 1
            assert len(stream.asked) == 1


@pytest.mark.parametrize("step", ["before storing", "after storing"])
def test_who_is_killed_in_the_middle_of_a_batch_is_followed_up_and_no_hit_is_lost_or_doubled(
    step: str, source: Source, stream: JetstreamServer, town: Organisation
) -> None:
    alert(town, "brand")
    with another(step) as process:
        # From here on it is known where it was.
        eventually(lambda: row(source).memory, seconds=60)
        for number in range(30):
            stream.post(f"Brand {number:02}")
        assert process.wait(timeout=60) == -signal.SIGKILL
    assert row(source).lease_owner
    assert Hit.objects.count() < 30
    with listening() as heir:
        eventually(lambda: row(source).lease_owner == heir.name, seconds=LEASE.total_seconds() + 60)
        eventually(lambda: Hit.objects.count() == 30)
    assert found() == [f"Brand {number:02}" for number in range(30)]
    assert sum(Count.objects.values_list("number", flat=True)) == 30


def test_what_comes_while_a_killed_one_is_not_replaced_yet_is_found_by_the_next(
    source: Source, stream: JetstreamServer, town: Organisation
) -> None:
    alert(town, "brand")
    with another():
        eventually(lambda: is_heard(stream), seconds=60)
        stream.post("Brand 1")
        eventually(lambda: row(source).items, seconds=30)
    stream.post("Brand 2")
    with listening() as heir:
        eventually(lambda: Hit.objects.count() == 2, seconds=LEASE.total_seconds() + 60)
        assert row(source).lease_owner == heir.name
    assert found() == ["Brand 1", "Brand 2"]


def test_the_late_memory_of_a_dead_one_is_not_written_over_a_newer(source: Source, stream: JetstreamServer) -> None:
    dead = Listener()
    dead.round()
    care = dead.cares[source.pk]
    care.end()
    Source.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    heir = Listener()
    heir.round()
    heir.cares[source.pk].tell(memory={"cursor": 2}, urgent=True)
    heir.write()
    care.tell(memory={"cursor": 1}, urgent=True)
    dead.write()
    assert row(source).memory == {"cursor": 2}
    # Nor does it let go of what is another's now.
    dead.beat()
    assert not dead.cares
    assert row(source).lease_owner == heir.name
    heir.leave()
    assert row(source).lease_owner == ""


def test_a_polled_source_is_read_when_it_is_due_and_let_go(mastodon: MastodonServer, town: Organisation) -> None:
    alert(town, "brand")
    source = heard("mastodon", f"{mastodon.base_url}/tags/school", town)
    mastodon.post("anna", "Brand in de #school")
    with listening():
        eventually(Hit.objects.exists)
        eventually(lambda: row(source).lease_until is None)
        first = row(source)
        assert first.next_at > timezone.now() + timedelta(seconds=30)
        assert (first.items, first.problem, first.failures) == (1, "", 0)
        mastodon.post("ben", "Nog een brand in de #school")
        Source.objects.update(next_at=timezone.now())
        eventually(lambda: Hit.objects.count() == 2)
        eventually(lambda: row(source).items == 2)
    assert row(source).lag is not None


def test_what_a_mastodon_stream_told_between_two_listeners_is_not_lost(
    mastodon: MastodonServer, town: Organisation
) -> None:
    """It has no cursor: the second listener reads back, and what both told is one hit."""
    alert(town, "brand")
    source = heard("mastodon_stream", f"{mastodon.base_url}/public", town)
    with another():
        eventually(lambda: row(source).memory is not None and row(source).read_at)
        mastodon.post("anna", "Brand 0")
        eventually(lambda: found() == ["Brand 0"])
        eventually(lambda: row(source).memory.get("newest"))
    for number in range(1, 60):
        mastodon.post("ben", f"Brand {number}")
    Source.objects.update(lease_until=timezone.now())
    with listening():
        eventually(lambda: Hit.objects.count() == 60)
        mastodon.post("anna", "Brand 60")
        eventually(lambda: Hit.objects.count() == 61)
    assert found() == sorted(f"Brand {number}" for number in range(61))


def test_of_a_host_one_source_is_read_at_a_time_also_of_one_without_a_name() -> None:
    hosts = Hosts()
    rows = [(1, "https://[::1]/a"), (2, "https://[::1]/b"), (3, "https://krant.example/"), (4, "")]
    assert hosts.one_each(rows) == [1, 3, 4]
    assert hosts.one_each(rows) == [4]
    hosts.leave("::1")
    hosts._until["::1"] = 0.0
    assert hosts.busy() == ["krant.example"]
    assert hosts.one_each(rows) == [1, 4]


def test_a_source_of_a_busy_host_without_a_name_is_left_until_it_is_free(
    town: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (heard("feed", f"http://[::1]:9/{name}", town) for name in "ab")
    listener = Listener()
    monkeypatch.setattr(listener, "_read", lambda care: None)
    listener._claim_due()
    assert set(listener.cares) == {first.pk}
    listener._claim_due()
    assert set(listener.cares) == {first.pk}
    listener._hosts.leave("::1")
    listener._hosts._until.clear()
    listener._claim_due()
    assert set(listener.cares) == {first.pk, second.pk}
    listener.leave()


def test_a_source_that_fails_is_tried_again_later_and_later(town: Organisation) -> None:
    source = heard("mastodon", "http://127.0.0.1:1/tags/school", town)
    with listening():
        eventually(lambda: row(source).failures == 1)
        one = row(source)
        assert one.problem == "The network could not be reached."
        assert one.read_at is None
        assert timedelta(minutes=3) < one.next_at - timezone.now() < timedelta(minutes=7)
        Source.objects.update(next_at=timezone.now(), failures=9, lease_until=None)
        eventually(lambda: row(source).failures == 10)
    assert timedelta(hours=12) < row(source).next_at - timezone.now() <= timedelta(days=1)


def test_a_stream_that_is_away_is_told_and_comes_back(
    source: Source, stream: JetstreamServer, town: Organisation
) -> None:
    address = source.address
    Source.objects.update(address="ws://127.0.0.1:1/subscribe")
    with listening() as listener:
        eventually(lambda: row(source).problem)
        listener.cares[source.pk].source.address = address
        eventually(lambda: is_heard(stream))
        eventually(lambda: row(source).problem == "")
    assert row(source).failures == 0


def test_a_post_that_cannot_be_stored_is_left_out_and_the_others_are_not(
    source: Source, stream: JetstreamServer, town: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert(town, "brand")
    store = sifting.store

    def picky(finds: Any, **more: Any) -> int:
        if any("poison" in find.found.text for find in finds):
            raise ValueError("poison")
        return store(finds, **more)

    monkeypatch.setattr(sifting, "store", picky)
    with listening():
        eventually(lambda: is_heard(stream))
        for text in ("Brand 1", "Brand poison", "Brand 2"):
            stream.post(text)
        eventually(lambda: found() == ["Brand 1", "Brand 2"])
        eventually(lambda: row(source).items == 3)


def test_nothing_is_lost_where_nothing_can_be_stored(
    source: Source, stream: JetstreamServer, town: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our own mistake, or a table that is newer than this program: it waits until somebody mends that."""
    alert(town, "brand")
    monkeypatch.setattr(sifting, "AWAY", 0.05)
    store, broken = sifting.store, Event()
    broken.set()

    def stored(finds: Any, **more: Any) -> int:
        if broken.is_set():
            raise IntegrityError("a column that nobody fills")
        return store(finds, **more)

    monkeypatch.setattr(sifting, "store", stored)
    with listening():
        eventually(lambda: is_heard(stream))
        for number in range(10):
            stream.post(f"Brand {number}")
        time.sleep(2)
        assert not Hit.objects.exists()
        broken.clear()
        eventually(lambda: Hit.objects.count() == 10)


@pytest.mark.parametrize("refusals", [3, 11, 14, 17, 20])
def test_nothing_is_lost_where_storing_is_mended_halfway(
    source: Source, town: Organisation, monkeypatch: pytest.MonkeyPatch, refusals: int
) -> None:
    """While posts are tried one after the other: those before the mend were refused by no fault of their own."""
    alert(town, "brand")
    monkeypatch.setattr(sifting, "AWAY", 0.05)
    store, left = sifting.store, iter(range(refusals))

    def stored(finds: Any, **more: Any) -> int:
        if next(left, None) is not None:
            raise IntegrityError("a column that nobody fills")
        return store(finds, **more)

    monkeypatch.setattr(sifting, "store", stored)
    batch = Batch(source.pk, tuple(Found(key=f"post:{number}", text=f"Brand {number}") for number in range(10)))
    sifter = sifting.Sifter(Inbox())
    sifter.compiled.load()
    sifter._sift_whole([batch], Event())
    assert Hit.objects.count() == 10


def test_posts_that_cannot_be_stored_behind_one_that_was_hold_nobody_up(
    source: Source, town: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was stored before shows, stored once more, whose fault it is."""
    alert(town, "brand")
    monkeypatch.setattr(sifting, "AWAY", 0.0)
    store = sifting.store

    def picky(finds: Any, **more: Any) -> int:
        if any("poison" in find.found.text for find in finds):
            raise ValueError("poison")
        return store(finds, **more)

    monkeypatch.setattr(sifting, "store", picky)
    texts = ["Brand 1", *(f"Brand poison {number}" for number in range(10)), "Regen"]
    sifter, noted = sifting.Sifter(Inbox()), list[bool]()
    sifter.compiled.load()
    posts = tuple(Found(key=text, text=text) for text in texts)
    sifter._sift_whole([Batch(source.pk, posts, stored=lambda: noted.append(True))], Event())
    assert (found(), noted) == (["Brand 1"], [True])


def test_a_link_within_a_link_is_stored_without_what_no_database_keeps(source: Source, town: Organisation) -> None:
    alert(town, "brand")
    sifter = sifting.Sifter(Inbox())
    sifter.compiled.load()
    links = [
        "https://www.google.com/url?q=https://x.example/%00a",
        "https://www.google.com/url?q=https://x.example/%ED%A0%80",
    ]
    posts = tuple(Found(key=link, text="Brand", link=link) for link in links)
    assert sifter.sift([Batch(source.pk, posts)]) == 2


def test_a_lone_post_that_cannot_be_stored_keeps_nobody_waiting_for_ever(
    source: Source, stream: JetstreamServer, town: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert(town, "brand")
    monkeypatch.setattr(sifting, "AWAY", 0.05)
    monkeypatch.setattr(sifting, "TRIES", 3)

    def never(finds: Any, **more: Any) -> int:
        if finds:
            raise IntegrityError("a column that nobody fills")
        return 0

    monkeypatch.setattr(sifting, "store", never)
    with listening():
        eventually(lambda: is_heard(stream))
        stream.post("Brand 1")
        stream.post("Regen")
        eventually(lambda: row(source).items == 2)
    assert not Hit.objects.exists()


def test_reading_waits_for_whoever_matches(town: Organisation) -> None:
    from vierogen.listening.inbox import Batch, Inbox

    inbox, stop = Inbox(room=10), Event()
    one = Batch(1, [Found(str(number), "x") for number in range(8)])
    assert inbox.put(one, stop=stop)
    stop.set()
    assert not inbox.put(one, stop=stop)
    assert inbox.take(100, patience=0.0) == [one]
    assert inbox.put(one, stop=stop)


def test_a_key_is_shown_to_its_own_server_only(channel: Any, town: Organisation) -> None:
    source = heard("mastodon_stream", "http://127.0.0.1:9/public", town, channel=channel)
    care = Care(Source.objects.select_related("channel").get(pk=source.pk), inbox=Listener().inbox)
    care._listen()
    connection.close()
    assert care.news()["problem"] == "The channel through which this is read lives on another server."


def test_what_another_program_brings_is_held_against_all_alerts_once(town: Organisation) -> None:
    alert(town, "brand")
    source = heard("webhook", "", town)
    for number in range(3):
        bring(source, json.dumps({"id": number, "text": f"Brand {number}"}).encode(), "application/json")
    with listening():
        eventually(lambda: Hit.objects.count() == 3)
        eventually(lambda: not Brought.objects.exists())
    assert row(source).items == 3
    assert found() == ["Brand 0", "Brand 1", "Brand 2"]


def test_what_was_brought_is_kept_until_its_hits_are_stored(
    town: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert(town, "brand")
    bring(heard("webhook", "", town), b'{"text": "Brand!"}', "application/json")
    dead = Listener()
    dead.round()
    assert dead.inbox.waiting == 1
    dead.leave()
    assert Brought.objects.exists()
    Brought.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    with listening():
        eventually(lambda: not Brought.objects.exists())
    assert found() == ["Brand!"]


def test_a_feed_is_read_again_and_again_and_told_of_what_is_new(town: Organisation) -> None:
    feed = '<rss version="2.0"><channel><title>Nieuws</title>{}</channel></rss>'
    item = "<item><title>Brand {0}</title><guid isPermaLink='false'>g{0}</guid></item>"
    alert(town, "brand")
    with served() as site, listening():
        source = heard("feed", site.put("/feed", feed.format(item.format(1))), town)
        eventually(lambda: row(source).title == "Nieuws")
        Source.objects.update(title="Given by somebody")
        site.put("/feed", feed.format(item.format(2) + item.format(1)))
        Source.objects.update(next_at=timezone.now())
        # What stood there before is no news.
        eventually(lambda: list(Hit.objects.values_list("item__title", flat=True)) == ["Brand 2"])
        eventually(lambda: row(source).items == 1)
        assert row(source).title == "Nieuws"
        site.put("/feed", status=404)
        Source.objects.update(next_at=timezone.now())
        eventually(lambda: row(source).failures == 1)
    assert row(source).problem
    assert row(source).lease_until is None


def test_from_a_post_to_the_mail_of_who_wants_it_at_once(
    source: Source, stream: JetstreamServer, town: Organisation, anna: Member, mailbox: Mailbox
) -> None:
    follow(alert(town, "brand"), Rhythm.AT_ONCE, by=anna)
    stop = Event()
    jobs = start([job for job in (*JOBS, *NOTICES) if job.name in {"bulletins", "tell"}], stop)
    try:
        with listening(group=group):
            eventually(lambda: is_heard(stream))
            stream.post("Brand in de school!")
            mail = mailbox.wait_for(seconds=60)
    finally:
        stop.set()
        for thread in jobs:
            thread.join()
    assert mail.recipients == ("anna@voorbeeld.example",)
    assert "Brand in de school!" in mail.text
    assert "https://bsky.app/profile/" in mail.text
