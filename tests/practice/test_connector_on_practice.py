"""The ordinary Mastodon connector, unchanged, on the practice network."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from queue import Queue
from threading import Event as Flag
from threading import Thread

import httpx
import pytest
import time_machine

from tests.practice.conftest import picture
from vierogen.core.http import guarded_client
from vierogen.networks.base import (
    Disconnected,
    Happened,
    Limited,
    NetworkError,
    Opened,
    Outgoing,
    Picture,
    Shown,
    Unknown,
)
from vierogen.networks.mastodon import Mastodon
from vierogen.practice.network import Draft
from vierogen.practice.records import Account
from vierogen.practice.server import PracticeServer

TEXT = (
    "Het zwembad is *open* & droog.\nKom je ook?\n\n"
    "Zie https://www.voorbeeld.nl/zwembad/openingstijden/zomer?x=1&y=2 #zwemmen @anna"
)


@contextmanager
def connected(server: PracticeServer, account: Account, *, patience: float = 5) -> Iterator[Mastodon]:
    with guarded_client(allowed=["127.0.0.0/8"], timeout=httpx.Timeout(patience)) as client:
        yield Mastodon(Opened(server=server.url, credentials={"token": account.token}, http=client))


@pytest.fixture
def connector(server: PracticeServer, gemeente: Account, anna: Account) -> Iterator[Mastodon]:
    with connected(server, gemeente) as connector:
        yield connector


@contextmanager
def streamed(connector: Mastodon) -> Iterator[Callable[[], Happened]]:
    """The next thing that the connector's stream says, signs of life left out."""
    stop, heard = Flag(), Queue[Happened]()

    def listen() -> None:
        for happened in connector.stream(stop):
            heard.put(happened)

    def following() -> Happened:
        while (happened := heard.get(timeout=3)).happening == "alive":
            pass
        return happened

    thread = Thread(target=listen)
    thread.start()
    try:
        assert heard.get(timeout=3).happening == "alive"
        yield following
    finally:
        stop.set()
        thread.join(timeout=5)
        assert not thread.is_alive()


def outgoing(text: str = TEXT, *, pictures: tuple[Picture, ...] = ()) -> Outgoing:
    now = datetime.now(UTC)
    return Outgoing(text=text, key=Mastodon.new_key(now), created_at=now, pictures=pictures)


def two_pictures() -> tuple[Picture, ...]:
    return (
        Picture(picture("red"), "image/png", "Een rood vlak", 4, 3),
        Picture(picture("blue", form="JPEG"), "image/jpeg", "Een “blauw” vlak", 4, 3),
    )


def test_it_knows_whose_account_it_has(connector: Mastodon, server: PracticeServer, gemeente: Account) -> None:
    profile = connector.me()
    assert (profile.account_id, profile.name) == (gemeente.id, "Gemeente X")
    assert profile.handle == f"@gemeente_x@{server.url.removeprefix('http://')}"
    server.network.change_profile(gemeente, name="Gehackt", avatar=picture())
    assert connector.me().name == "Gehackt"
    assert connector.me().avatar != profile.avatar


def test_what_is_published_reads_back_as_it_was_written(connector: Mastodon) -> None:
    post = outgoing()
    shown = connector.publish(post)
    assert shown.text == TEXT
    assert connector.same(post, shown)
    assert connector.recent() == [shown]
    assert connector.read(shown.remote_id) == shown


def test_both_count_the_same_length(connector: Mastodon) -> None:
    fits = TEXT + "x" * (500 - connector.length(TEXT))
    assert connector.publish(outgoing(fits)).text == fits
    with pytest.raises(NetworkError) as refused:
        connector.publish(outgoing(fits + "x"))
    assert not isinstance(refused.value, Unknown)


def test_pictures_arrive_with_their_alt_texts_in_order(connector: Mastodon) -> None:
    post = outgoing(pictures=two_pictures())
    shown = connector.publish(post)
    assert [medium.alt for medium in shown.media] == ["Een rood vlak", "Een “blauw” vlak"]
    assert [medium.mime for medium in shown.media] == ["image/png", "image/jpeg"]
    assert httpx.get(shown.media[0].url, trust_env=False).content == picture("red")
    assert connector.same(post, shown)
    assert not connector.same(replace(post, pictures=()), shown)


def test_the_same_key_never_posts_twice(connector: Mastodon, server: PracticeServer) -> None:
    post = outgoing()
    assert connector.publish(post) == connector.publish(post)
    assert len(server.posted) == 1


def test_recent_has_posts_reposts_and_likes_of_the_account(
    connector: Mastodon, server: PracticeServer, gemeente: Account, anna: Account
) -> None:
    foreign = server.network.post_by_phone(anna, "privéfeest")
    posted = server.network.post_by_phone(gemeente, "van de telefoon")
    repost = server.network.reblog(gemeente, foreign.id)
    server.network.favourite(gemeente, foreign.id)
    found = connector.recent()
    assert [(shown.kind, shown.remote_id) for shown in found] == [
        ("repost", repost.id),
        ("post", posted.id),
        ("like", f"like:{foreign.id}"),
    ]
    assert [shown.target for shown in found] == [foreign.id, "", foreign.id]
    assert found[0].text == "privéfeest"


def test_more_than_a_page_of_recent_posts_is_found(
    connector: Mastodon, server: PracticeServer, gemeente: Account
) -> None:
    for number in range(45):
        server.network.post_by_phone(gemeente, f"{number}")
    assert [shown.text for shown in connector.recent(limit=45)] == [f"{n}" for n in reversed(range(45))]


def test_posts_edits_and_deletions_are_streamed(connector: Mastodon, server: PracticeServer, gemeente: Account) -> None:
    with streamed(connector) as following:
        posted = server.network.post_by_phone(gemeente, "oeps", picture=picture())
        server.network.edit(gemeente, posted.id, Draft("oei", media_ids=[posted.media[0].id]))
        server.network.delete(gemeente, posted.id)
        seen, edited, deleted = following(), following(), following()
    assert (seen.happening, seen.remote_id) == ("seen", posted.id)
    assert seen.shown is not None
    assert (seen.shown.text, len(seen.shown.media)) == ("oeps", 1)
    assert edited.happening == "edited"
    assert edited.shown is not None
    assert edited.shown.text == "oei"
    assert edited.shown.edited_at is not None
    assert (deleted.happening, deleted.remote_id) == ("deleted", posted.id)


def test_what_others_post_is_not_taken_for_our_own(
    connector: Mastodon, server: PracticeServer, gemeente: Account, anna: Account
) -> None:
    server.network.follow(gemeente, anna)
    with streamed(connector) as following:
        foreign = server.network.post_by_phone(anna, "@gemeente_x hallo")
        own = server.network.reblog(gemeente, foreign.id)
        happened = following()
    assert happened.shown is not None
    assert (happened.remote_id, happened.shown.kind, happened.shown.target) == (own.id, "repost", foreign.id)


def test_heartbeats_are_signs_of_life(connector: Mastodon, server: PracticeServer) -> None:
    server.heartbeat = 0.05
    stop = Flag()
    stream = connector.stream(stop)
    assert [next(stream).happening for _ in range(4)] == ["alive"] * 4
    stop.set()
    assert len(list(stream)) < 20


def test_a_cut_stream_ends_and_can_be_opened_again(
    connector: Mastodon, server: PracticeServer, gemeente: Account
) -> None:
    stream = connector.stream(Flag())
    next(stream)
    server.cut_streams()
    assert {happened.happening for happened in stream} <= {"alive"}
    with streamed(connector) as following:
        posted = server.network.post_by_phone(gemeente, "weer terug")
        assert following().remote_id == posted.id


def test_a_stream_with_a_refused_token_says_so(connector: Mastodon, server: PracticeServer, gemeente: Account) -> None:
    connector.me()
    server.network.new_token(gemeente)
    with pytest.raises(Disconnected):
        next(connector.stream(Flag()))


def test_a_take_down_leaves_nothing(connector: Mastodon) -> None:
    shown = connector.publish(outgoing(pictures=two_pictures()))
    assert connector.remains(shown) == [shown.url, *(address for medium in shown.media for address in medium.addresses)]
    connector.delete(shown.remote_id)
    assert connector.remains(shown) == []
    assert connector.read(shown.remote_id) is None
    connector.delete(shown.remote_id)


def test_a_picture_that_stays_behind_is_seen(connector: Mastodon, server: PracticeServer, gemeente: Account) -> None:
    shown = connector.publish(outgoing(pictures=two_pictures()))
    server.network.delete(gemeente, shown.remote_id)
    assert connector.remains(shown) == [address for medium in shown.media for address in medium.addresses]


def test_reposts_and_likes_are_taken_back(
    connector: Mastodon, server: PracticeServer, gemeente: Account, anna: Account
) -> None:
    foreign = server.network.post_by_phone(anna, "privéfeest")
    server.network.reblog(gemeente, foreign.id)
    server.network.favourite(gemeente, foreign.id)
    found = connector.recent()
    for shown in found:
        connector.delete(shown.remote_id)
        assert connector.remains(shown) == []
    assert len(found) == 2
    assert connector.recent() == []
    assert server.network.timeline() == [foreign]


def test_a_story_is_a_story_until_it_ends(connector: Mastodon, server: PracticeServer, gemeente: Account) -> None:
    with time_machine.travel(datetime(2026, 7, 1, 23, tzinfo=UTC)) as clock:
        story = server.network.post_by_phone(gemeente, "", picture=picture(), story=True)
        (shown,) = connector.recent()
        assert (shown.kind, shown.expires_at) == ("story", story.expires_at)
        assert not connector.same(outgoing("", pictures=two_pictures()[:1]), shown)
        clock.shift(timedelta(hours=25))
        assert connector.recent() == []
        assert connector.read(story.id) is None
        assert connector.remains(shown) == []


@pytest.mark.parametrize(
    ("fault", "accepted"),
    [
        ("error_before", False),
        ("error_after_accepting", True),
        ("cut_before", False),
        ("cut_after_accepting", True),
        ("late", True),
    ],
)
def test_a_lost_answer_is_unknown_and_looking_settles_it(
    server: PracticeServer, gemeente: Account, *, fault: str, accepted: bool
) -> None:
    post = outgoing()
    with connected(server, gemeente, patience=0.5) as connector:
        server.faults.next(fault, seconds=3)  # type: ignore[arg-type]
        with pytest.raises(Unknown):
            connector.publish(post)
        found = connector.find(post)
        assert (found is not None) is accepted
        repeated = connector.publish(post)
    assert found is None or found == repeated
    assert len(server.posted) == 1


def test_what_is_accepted_late_is_found_later(server: PracticeServer, gemeente: Account) -> None:
    post = outgoing()
    with (
        connected(server, gemeente, patience=0.3) as connector,
        server.network.streams.listen(gemeente) as events,
    ):
        server.faults.next("late_accepting", seconds=0.8)
        with pytest.raises(Unknown):
            connector.publish(post)
        assert connector.find(post) is None
        assert events.get(timeout=3)
        assert connector.find(post) is not None


def test_an_accident_before_the_post_itself_is_no_unknown(connector: Mastodon, server: PracticeServer) -> None:
    server.faults.next("cut_after_accepting", on="POST /api/v2/media")
    with pytest.raises(NetworkError) as broken:
        connector.publish(outgoing(pictures=two_pictures()))
    assert not isinstance(broken.value, Unknown)
    assert broken.value.may_retry
    assert server.network.timeline() == []


def test_a_limit_is_told_with_its_seconds(connector: Mastodon, server: PracticeServer) -> None:
    server.faults.next("limited", seconds=42)
    with pytest.raises(Limited) as limited:
        connector.publish(outgoing())
    assert limited.value.seconds == pytest.approx(42, abs=2)
    assert server.network.timeline() == []


def test_a_refused_token_is_a_disconnected_channel(
    connector: Mastodon, server: PracticeServer, gemeente: Account
) -> None:
    server.network.new_token(gemeente)
    with pytest.raises(Disconnected):
        connector.me()
    with pytest.raises(Disconnected):
        connector.publish(outgoing())


def test_a_network_that_is_gone_accepted_nothing(gemeente: Account) -> None:
    server = PracticeServer().start()
    account = server.network.add_account("gemeente_x", "Gemeente X")
    server.stop()
    with connected(server, account) as connector, pytest.raises(NetworkError) as gone:
        connector.publish(outgoing())
    assert not isinstance(gone.value, Unknown)
    assert gone.value.may_retry


def test_two_equal_posts_of_different_times_are_not_confused(
    connector: Mastodon, server: PracticeServer, gemeente: Account
) -> None:
    with time_machine.travel(datetime.now(UTC) - timedelta(hours=1)):
        server.network.post_by_phone(gemeente, TEXT)
    found: Shown | None = connector.find(outgoing())
    assert found is None
