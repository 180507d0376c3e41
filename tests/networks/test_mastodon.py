"""The Mastodon connector on a real Mastodon API server, and on the ways in which servers differ and fail."""

import io
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from queue import Empty, Queue
from threading import Event as Flag
from threading import Thread
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.servers.faulty import FaultyProxy, cut_after, cut_before, error_after, late, limited, refused
from tests.servers.mastodon import MastodonServer
from vierogen.core.http import guarded_client
from vierogen.networks import mastodon as module
from vierogen.networks.base import (
    Disconnected,
    Happened,
    Limited,
    Media,
    NetworkError,
    Opened,
    Outgoing,
    Picture,
    Shown,
    Unknown,
)
from vierogen.networks.mastodon import Mastodon

LOOPBACK = ("127.0.0.0/8",)
POSTS = "POST /api/v1/statuses"


def outgoing(text: str, **more: Any) -> Outgoing:
    now = datetime.now(UTC)
    return Outgoing(text=text, key=Mastodon.new_key(now), created_at=now, **more)


def picture(alt: str = "A red square") -> Picture:
    data = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(data, "JPEG")
    return Picture(data=data.getvalue(), mime="image/jpeg", alt=alt, width=8, height=8)


Connect = Callable[..., Mastodon]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Opens a connector for this server and access token, with `read` seconds of patience."""
    with ExitStack() as clients:

        def start(server: str, key: str = "x", *, read: float = 5, allowed: Sequence[str] = LOOPBACK) -> Mastodon:
            timeout = httpx.Timeout(2, read=read)
            http = clients.enter_context(guarded_client(allowed=allowed, timeout=timeout))
            return Mastodon(Opened(server=server, credentials={"token": key}, http=http))

        yield start


@pytest.fixture
def nowhere(connect: Connect) -> Mastodon:
    """For what needs no server."""
    return connect("mastodon.example")


@pytest.fixture
def anna(mastodon: MastodonServer, connect: Connect) -> Mastodon:
    return connect(mastodon.base_url, mastodon.token("anna"))


@pytest.fixture
def proxy(mastodon: MastodonServer) -> Iterator[FaultyProxy]:
    with FaultyProxy(mastodon.port) as started:
        yield started


@pytest.fixture
def through(mastodon: MastodonServer, proxy: FaultyProxy, connect: Connect) -> Mastodon:
    """Anna, on the same server behind a proxy that can go wrong; patient for a while."""
    return connect(proxy.base_url, mastodon.token("anna"), read=1.5)


# Publishing


def test_a_text_is_published_and_read_back(anna: Mastodon, mastodon: MastodonServer) -> None:
    shown = anna.publish(outgoing("De markt is open.\nTot vijf uur!\n\nKom je ook?"))
    assert shown.text == "De markt is open.\nTot vijf uur!\n\nKom je ook?"
    assert shown == anna.read(shown.remote_id) == anna.recent()[0]
    [status] = mastodon.statuses("anna")
    assert (status["visibility"], status["language"]) == ("public", "nl")


def test_a_picture_is_published_with_its_alt_text(anna: Mastodon) -> None:
    shown = anna.publish(outgoing("Kijk", pictures=(picture("Een rood vlak"), picture("Nog een"))))
    assert [media.alt for media in shown.media] == ["Een rood vlak", "Nog een"]
    assert shown.media[0].mime == "image/jpeg"
    assert httpx.get(shown.media[0].url, trust_env=False).content == picture().data


@pytest.mark.parametrize(
    "text",
    [
        "Lees https://www.example.org/een/heel/lang/pad?met=vraag&en=antwoord op onze site.",
        "Dank @ben en @dave@remote.example voor #zorg & <liefde>",
        "Cafe\u0301 en café",
    ],
)
def test_links_mentions_and_signs_come_back_as_they_were_sent(anna: Mastodon, text: str) -> None:
    post = outgoing(text)
    shown = anna.publish(post)
    assert anna.same(post, shown)
    assert shown.text == text


def test_the_key_makes_a_repeat_harmless_where_the_server_honours_it(anna: Mastodon, mastodon: MastodonServer) -> None:
    post = outgoing("Eén keer")
    assert anna.publish(post).remote_id == anna.publish(post).remote_id
    assert len(mastodon.statuses("anna")) == 1


def test_each_delivery_has_its_own_key() -> None:
    now = datetime.now(UTC)
    assert Mastodon.new_key(now) != Mastodon.new_key(now)


def test_a_picture_in_processing_is_waited_for(
    through: Mastodon, proxy: FaultyProxy, mastodon: MastodonServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PAUSE", 0.01)
    waiting = mastodon.as_person("anna", "POST", "/api/v2/media", files={"file": ("a.jpg", picture().data)})
    proxy.next(refused(202, {"id": waiting["id"], "url": None}), method="POST", path="/api/v2/media")
    proxy.next(refused(206, {"id": waiting["id"], "url": None}), path="/api/v1/media")
    shown = through.publish(outgoing("Kijk", pictures=(picture(),)))
    assert len(shown.media) == 1
    assert proxy.seen == ["POST /api/v2/media", *[f"GET /api/v1/media/{waiting['id']}"] * 2, POSTS]


def test_a_picture_that_stays_in_processing_publishes_nothing(
    through: Mastodon, proxy: FaultyProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PATIENCE", 0.0)
    monkeypatch.setattr(module, "_PAUSE", 0.01)
    proxy.next(refused(202, {"id": "1"}), path="/api/v2/media")
    proxy.next(refused(206, {"id": "1"}), path="/api/v1/media")
    with pytest.raises(NetworkError, match="still busy") as caught:
        through.publish(outgoing("Kijk", pictures=(picture(),)))
    assert caught.value.may_retry
    assert proxy.count(POSTS) == 0


# What may have been accepted


@pytest.mark.parametrize("fault", [late(4), error_after(500), error_after(502), cut_after()])
def test_a_post_without_an_answer_is_unknown_and_then_found(
    through: Mastodon, proxy: FaultyProxy, mastodon: MastodonServer, fault: Any
) -> None:
    post = outgoing("Misschien geplaatst", pictures=(picture(),))
    proxy.next(fault, method="POST", path="/api/v1/statuses")
    with pytest.raises(Unknown):
        through.publish(post)
    found = through.find(post)
    assert found is not None
    assert found.remote_id == mastodon.statuses("anna")[0]["id"]
    assert proxy.count(POSTS) == 1


def test_a_post_that_never_arrived_is_unknown_and_then_not_found(through: Mastodon, proxy: FaultyProxy) -> None:
    post = outgoing("Nooit geplaatst")
    proxy.next(cut_before(), method="POST", path="/api/v1/statuses")
    with pytest.raises(Unknown):
        through.publish(post)
    assert through.find(post) is None


@pytest.mark.parametrize("answer", [["a list"], {"queued": True}])
def test_a_success_that_makes_no_sense_is_unknown(through: Mastodon, proxy: FaultyProxy, answer: object) -> None:
    proxy.next(refused(200, answer), method="POST", path="/api/v1/statuses")
    with pytest.raises(Unknown):
        through.publish(outgoing("Wat nu?"))


@pytest.mark.parametrize("fault", [late(4), error_after(500), cut_after()])
def test_a_picture_without_an_answer_is_no_unknown_post(through: Mastodon, proxy: FaultyProxy, fault: Any) -> None:
    proxy.next(fault, method="POST", path="/api/v2/media")
    with pytest.raises(NetworkError) as caught:
        through.publish(outgoing("Kijk", pictures=(picture(),)))
    assert caught.value.may_retry
    assert not isinstance(caught.value, Unknown)
    assert proxy.count(POSTS) == 0


def test_a_limit_says_when_to_come_back(through: Mastodon, proxy: FaultyProxy) -> None:
    proxy.next(limited(33), method="POST", path="/api/v1/statuses")
    with pytest.raises(Limited) as caught:
        through.publish(outgoing("Te veel"))
    assert caught.value.seconds == 33


def test_a_post_that_the_server_does_not_want_is_final(anna: Mastodon) -> None:
    with pytest.raises(NetworkError, match="does not accept this post") as caught:
        anna.publish(outgoing("x" * 501))
    assert not caught.value.may_retry
    assert not isinstance(caught.value, Unknown)


def test_a_token_that_ended_is_recognised(mastodon: MastodonServer, connect: Connect) -> None:
    stranger = connect(mastodon.base_url, "another-token")
    with pytest.raises(Disconnected):
        stranger.me()
    # This server words it its own way; Mastodon's body is the same.
    with pytest.raises(Disconnected) as caught:
        stranger.publish(outgoing("Wie ben ik?"))
    assert "another-token" not in f"{caught.value.detail}{caught.value!r}{stranger.opened!r}"


# Content is how a post is recognised


def test_a_server_that_ignores_the_key_is_settled_by_looking(anna: Mastodon, mastodon: MastodonServer) -> None:
    post = outgoing("Met @ben@mastodon.example en https://example.org/a")
    mastodon.post("anna", "iets anders")
    # The same content arrived, under no key that this server would give back.
    expected = mastodon.post("anna", post.text)
    mastodon.post("anna", "nog iets anders")
    found = anna.find(post)
    assert found is not None
    assert found.remote_id == expected


def shown(text: str, **more: Any) -> Shown:
    return Shown(remote_id="1", text=text, created_at=datetime.now(UTC), **more)


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ("Hallo  allemaal\r\n\r\n\r\nen welkom ", "Hallo allemaal\n\nen welkom"),
        ("Cafe\u0301", "Café"),
        ("Dank @ben@example.org!", "Dank @ben!"),
        ("Zie https://example.org", "Zie https://example.org/"),
    ],
)
def test_what_servers_do_to_a_text_does_not_make_it_another(nowhere: Mastodon, sent: str, seen: str) -> None:
    assert nowhere.same(outgoing(sent), shown(seen))


def test_another_text_number_of_pictures_kind_or_time_is_another_post(nowhere: Mastodon) -> None:
    post, media = outgoing("Hallo", pictures=(picture(),)), (Media("https://example.org/a.jpg"),)
    ours = shown("Hallo", media=media)
    assert nowhere.same(post, ours)
    assert nowhere.same(post, replace(ours, created_at=post.created_at - timedelta(minutes=4)))
    assert not nowhere.same(post, replace(ours, text="Hallo!"))
    assert not nowhere.same(post, replace(ours, media=()))
    assert not nowhere.same(post, replace(ours, kind="repost"))
    assert not nowhere.same(post, replace(ours, kind="story"))
    assert not nowhere.same(post, replace(ours, created_at=post.created_at - timedelta(minutes=6)))


# Counting, https://docs.joinmastodon.org/user/posting/


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("hallo", 5),
        ("👨‍👩‍👧‍👦", 1),
        ("https://example.org/" + "x" * 200, 23),
        ("http://a.nl", 23),
        ("(https://example.org/a).", 23 + 3),
        ("https://example.org/a_(b)", 23),
        ("https://example.org/a, https://example.org/b", 23 + 2 + 23),
        ("example.org/zonder", 18),
        ("https://localhost/pad", 21),
        ("@ben", 4),
        ("@ben@een.lang.voorbeeld.example hallo", 4 + 6),
        ("mail ben@example.org", 20),
        ("https://example.org/@ben@example.com", 23),
    ],
)
def test_text_is_counted_as_mastodon_counts_it(text: str, length: int) -> None:
    assert Mastodon.length(text) == length


@pytest.mark.parametrize("text", ["@" + "a" * 20_000, "https://a.nl/" + ")" * 20_000, "@a@" * 10_000])
def test_counting_a_strange_text_takes_no_strange_time(text: str) -> None:
    start = time.monotonic()
    Mastodon.length(text)
    assert time.monotonic() - start < 1


# Looking


def test_recent_lists_posts_replies_and_reposts_newest_first(anna: Mastodon, mastodon: MastodonServer) -> None:
    theirs = mastodon.post("ben", "Van Ben")
    first = mastodon.post("anna", "Eerste")
    reply = mastodon.post("anna", "@ben Antwoord", in_reply_to_id=theirs)
    repost = mastodon.as_person("anna", "POST", f"/api/v1/statuses/{theirs}/reblog")["id"]
    found = anna.recent()
    assert [item.remote_id for item in found] == [repost, reply, first]
    assert (found[0].kind, found[0].target, found[0].text) == ("repost", theirs, "Van Ben")
    assert found[1].kind == "post"


def test_recent_lists_what_only_some_people_can_see_too(anna: Mastodon, mastodon: MastodonServer) -> None:
    mastodon.post("anna", "@ben onder ons", visibility="direct")
    mastodon.post("anna", "voor volgers", visibility="private")
    assert [item.text for item in anna.recent()] == ["voor volgers", "@ben onder ons"]


def test_recent_goes_on_beyond_one_page(anna: Mastodon, mastodon: MastodonServer) -> None:
    for number in range(45):
        mastodon.post("anna", f"nummer {number}")
    assert [item.text for item in anna.recent(limit=43)] == [f"nummer {n}" for n in range(44, 1, -1)]
    assert len(anna.recent(limit=100)) == 45
    assert len(anna.recent(limit=3)) == 3


def test_likes_are_listed_after_the_posts(anna: Mastodon, mastodon: MastodonServer) -> None:
    theirs = mastodon.post("ben", "Leuk!")
    mastodon.post("anna", "Van ons")
    mastodon.as_person("anna", "POST", f"/api/v1/statuses/{theirs}/favourite")
    own, like = anna.recent()
    assert own.kind == "post"
    assert (like.remote_id, like.kind, like.target, like.text) == (f"like:{theirs}", "like", theirs, "Leuk!")
    assert anna.read(like.remote_id) == like


@pytest.mark.parametrize("status", [403, 404])
def test_a_token_that_may_not_list_likes_lists_the_rest(
    through: Mastodon, proxy: FaultyProxy, mastodon: MastodonServer, status: int
) -> None:
    mastodon.post("anna", "Van ons")
    proxy.next(refused(status, "outside the authorized scopes"), path="/api/v1/favourites")
    assert [item.text for item in through.recent()] == ["Van ons"]


def test_looking_costs_two_requests_once_it_is_known_who_looks(through: Mastodon, proxy: FaultyProxy) -> None:
    through.recent()
    before = len(proxy.seen)
    through.recent()
    assert len(proxy.seen) - before == 2


def test_an_edit_shows_its_time(anna: Mastodon, mastodon: MastodonServer) -> None:
    post_id = mastodon.post("anna", "Voor")
    before = anna.read(post_id)
    assert before is not None
    assert before.edited_at is None
    mastodon.as_person("anna", "PUT", f"/api/v1/statuses/{post_id}", json={"status": "Na"})
    after = anna.read(post_id)
    assert after is not None
    assert after.text == "Na"
    assert after.edited_at is not None
    assert after.edited_at.tzinfo is not None


def test_a_content_warning_is_part_of_the_text(anna: Mastodon, mastodon: MastodonServer) -> None:
    post_id = mastodon.post("anna", "Iets engs", spoiler_text="Let op")
    found = anna.read(post_id)
    assert found is not None
    assert found.text == "Let op\n\nIets engs"


def test_what_does_not_exist_reads_as_none(anna: Mastodon) -> None:
    assert anna.read("999999") is None
    assert anna.read("like:999999") is None


def test_a_story_is_what_the_server_removes_by_itself(through: Mastodon, proxy: FaultyProxy) -> None:
    story = {
        "id": "7",
        "content": "<p>Even</p>",
        "created_at": "2026-11-21T12:00:00Z",
        "pleroma": {"expires_at": "2026-11-22T12:00:00.000Z"},
    }
    proxy.next(refused(200, story), path="/api/v1/statuses/7")
    found = through.read("7")
    assert found is not None
    assert (found.kind, found.expires_at) == ("story", datetime(2026, 11, 22, 12, tzinfo=UTC))
    proxy.next(refused(200, {**story, "pleroma": {"expires_at": None}}), path="/api/v1/statuses/7")
    found = through.read("7")
    assert found is not None
    assert (found.kind, found.expires_at) == ("post", None)


def test_the_profile_tells_everything_that_others_could_change(anna: Mastodon, mastodon: MastodonServer) -> None:
    before = anna.me()
    assert (before.handle, before.name) == (f"@anna@127.0.0.1:{mastodon.port}", "Anna")
    fields = {"fields_attributes[0][name]": "Site", "fields_attributes[0][value]": "https://example.org"}
    mastodon.as_person(
        "anna",
        "PATCH",
        "/api/v1/accounts/update_credentials",
        data={"display_name": "Gehackt", "note": "Koop nu", **fields},
    )
    after = anna.me()
    assert (after.account_id, after.name) == (before.account_id, "Gehackt")
    assert "Koop nu" in after.about
    assert "Site: https://example.org" in after.about


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("mastodon.example", "https://mastodon.example"),
        (" https://mastodon.example/ ", "https://mastodon.example"),
        ("https://mastodon.example/@anna", "https://mastodon.example"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("mastodon.example:8443", "https://mastodon.example:8443"),
    ],
)
def test_a_server_can_be_written_as_people_write_it(connect: Connect, given: str, address: str) -> None:
    assert connect(given)._server == address


def test_a_private_address_is_contacted_only_where_the_operator_allows_it(
    mastodon: MastodonServer, proxy: FaultyProxy, connect: Connect
) -> None:
    guarded = connect(proxy.base_url, mastodon.token("anna"), allowed=())
    with pytest.raises(NetworkError, match="not on the public internet"):
        guarded.me()
    with pytest.raises(NetworkError, match="not on the public internet"):
        guarded.publish(outgoing("Binnen"))
    assert proxy.seen == []


# Taking down


def test_a_post_and_its_page_are_gone_after_take_down(anna: Mastodon, mastodon: MastodonServer) -> None:
    published = anna.publish(outgoing("Weg ermee"))
    assert anna.remains(published) == [published.url]
    anna.delete(published.remote_id)
    assert anna.remains(published) == []
    assert anna.read(published.remote_id) is None
    assert mastodon.statuses("anna") == []


def test_a_picture_that_the_server_keeps_serving_is_told(anna: Mastodon) -> None:
    published = anna.publish(outgoing("Weg ermee", pictures=(picture(),)))
    anna.delete(published.remote_id)
    # This server, like others, serves the file on after its post is gone.
    assert anna.remains(published) == [published.media[0].url]


def test_a_picture_that_is_gone_is_not_told(anna: Mastodon, mastodon: MastodonServer) -> None:
    gone = Shown(remote_id="999999", text="", media=(Media(f"{mastodon.base_url}/media/attachments/no.jpg"),))
    assert anna.remains(gone) == []


def test_small_copies_of_a_picture_are_read_again_too(anna: Mastodon, mastodon: MastodonServer) -> None:
    published = anna.publish(outgoing("Weg ermee", pictures=(picture(),)))
    anna.delete(published.remote_id)
    small = mastodon.as_person("anna", "POST", "/api/v2/media", files={"file": ("small.jpg", b"small")})["url"]
    [media] = published.media
    assert anna.remains(replace(published, media=(replace(media, preview=small),))) == [media.url, small]


def test_media_are_fetched_as_a_stranger(mastodon: MastodonServer, connect: Connect) -> None:
    asked: list[httpx.Request] = []
    anna = connect(mastodon.base_url, mastodon.token("anna"))
    published = anna.publish(outgoing("Weg ermee", pictures=(picture(),)))
    anna.opened.http.event_hooks["request"].append(asked.append)
    anna.remains(published)
    assert [("/media/" in str(request.url), "Authorization" in request.headers) for request in asked] == [
        (False, True),
        (True, False),
    ]


def test_a_media_server_in_trouble_is_not_taken_for_gone(through: Mastodon, proxy: FaultyProxy) -> None:
    published = through.publish(outgoing("Weg ermee", pictures=(picture(),)))
    through.delete(published.remote_id)
    for fault in (error_after(503), cut_before()):
        proxy.next(fault, path="/media")
        with pytest.raises(NetworkError) as caught:
            through.remains(published)
        assert caught.value.may_retry


def test_what_is_already_gone_is_taken_down_with_success(
    anna: Mastodon, through: Mastodon, proxy: FaultyProxy, mastodon: MastodonServer
) -> None:
    post_id = mastodon.post("anna", "Weg")
    anna.delete(post_id)
    anna.delete(post_id)
    # Somebody is faster between looking and deleting.
    again = mastodon.post("anna", "Weer weg")
    proxy.next(refused(404, "Record not found"), method="DELETE")
    through.delete(again)
    assert proxy.count("DELETE /api/v1/statuses") == 1


def test_the_media_of_a_post_go_with_it(through: Mastodon, proxy: FaultyProxy, mastodon: MastodonServer) -> None:
    post_id = mastodon.post("anna", "Weg")
    through.delete(post_id)
    assert proxy.seen[-1] == f"DELETE /api/v1/statuses/{post_id}?delete_media=true"


def test_a_repost_is_undone_and_the_original_stays(anna: Mastodon, mastodon: MastodonServer) -> None:
    theirs = mastodon.post("ben", "Van Ben")
    mastodon.as_person("anna", "POST", f"/api/v1/statuses/{theirs}/reblog")
    [repost] = anna.recent()
    anna.delete(repost.remote_id)
    assert anna.recent() == []
    assert anna.remains(repost) == []
    assert len(mastodon.statuses("ben")) == 1


def test_a_like_is_undone(anna: Mastodon, mastodon: MastodonServer) -> None:
    theirs = mastodon.post("ben", "Leuk")
    mastodon.as_person("anna", "POST", f"/api/v1/statuses/{theirs}/favourite")
    [like] = anna.recent()
    assert anna.remains(like) != []
    anna.delete(like.remote_id)
    assert anna.recent() == []
    assert anna.remains(like) == []
    anna.delete(like.remote_id)


# Streaming


class Watcher:
    """Follows a stream in a thread; `next` gives what happened, without the signs of life."""

    def __init__(self, network: Mastodon) -> None:
        self.stop, self.ended = Flag(), Flag()
        self.happened: Queue[Happened] = Queue()
        self.alive: list[float] = []
        self.problem: NetworkError | None = None
        self.thread = Thread(target=self._follow, args=(network,), daemon=True)
        self.thread.start()

    def _follow(self, network: Mastodon) -> None:
        try:
            for happened in network.stream(self.stop):
                if happened.happening == "alive":
                    self.alive.append(time.monotonic())
                else:
                    self.happened.put(happened)
        except NetworkError as error:
            self.problem = error
        finally:
            self.ended.set()

    def connected(self) -> "Watcher":
        deadline = time.monotonic() + 10
        while not self.alive and not self.ended.is_set() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert self.problem is None, self.problem
        assert self.alive
        time.sleep(0.1)  # the server opens first and listens to its own events right after
        return self

    def next(self) -> Happened:
        return self.happened.get(timeout=5)

    def silent(self) -> bool:
        try:
            self.happened.get(timeout=0.3)
        except Empty:
            return True
        return False


@pytest.fixture
def watch() -> Iterator[Callable[[Mastodon], Watcher]]:
    watchers: list[Watcher] = []

    def start(network: Mastodon) -> Watcher:
        watchers.append(Watcher(network))
        return watchers[-1]

    yield start
    for watcher in watchers:
        watcher.stop.set()
        watcher.thread.join(5)
        assert not watcher.thread.is_alive()


@pytest.fixture(params=["websocket", "events"])
def streamed(request: pytest.FixtureRequest, through: Mastodon, proxy: FaultyProxy) -> Mastodon:
    """Anna on a server that streams this way only, and that says so in no instance document."""
    through.__dict__["_streaming_server"] = lambda: proxy.base_url
    if request.param == "events":
        proxy.next(refused(404, "Not found"), path=r"/api/v1/streaming\?")
    return through


def test_what_somebody_does_on_the_account_is_streamed(
    streamed: Mastodon, mastodon: MastodonServer, watch: Callable[[Mastodon], Watcher]
) -> None:
    watcher = watch(streamed).connected()
    start = time.monotonic()
    post_id = mastodon.post("anna", "Met de app op een telefoon")
    seen = watcher.next()
    assert time.monotonic() - start < 2
    assert (seen.happening, seen.remote_id) == ("seen", post_id)
    assert seen.shown is not None
    assert seen.shown == streamed.read(post_id)
    mastodon.as_person("anna", "PUT", f"/api/v1/statuses/{post_id}", json={"status": "Veranderd"})
    edited = watcher.next()
    assert edited.happening == "edited"
    assert edited.shown is not None
    assert edited.shown.text == "Veranderd"
    mastodon.as_person("anna", "DELETE", f"/api/v1/statuses/{post_id}")
    assert watcher.next() == Happened("deleted", remote_id=post_id)


def test_only_the_accounts_own_posts_are_streamed(
    streamed: Mastodon, mastodon: MastodonServer, watch: Callable[[Mastodon], Watcher]
) -> None:
    watcher = watch(streamed).connected()
    # Anna follows Cora, so the user stream delivers this one too.
    mastodon.post("cora", "Van iemand anders")
    mastodon.post("ben", "@anna een vermelding")
    own = mastodon.post("anna", "Van ons")
    assert watcher.next().remote_id == own
    assert watcher.silent()


def test_a_repost_is_streamed(
    streamed: Mastodon, mastodon: MastodonServer, watch: Callable[[Mastodon], Watcher]
) -> None:
    theirs = mastodon.post("ben", "Van Ben")
    watcher = watch(streamed).connected()
    mastodon.as_person("anna", "POST", f"/api/v1/statuses/{theirs}/reblog")
    shown = watcher.next().shown
    assert shown is not None
    assert (shown.kind, shown.target) == ("repost", theirs)


def test_a_stream_ends_soon_after_stop(streamed: Mastodon, watch: Callable[[Mastodon], Watcher]) -> None:
    watcher = watch(streamed).connected()
    start = time.monotonic()
    watcher.stop.set()
    assert watcher.ended.wait(2)
    assert time.monotonic() - start < 1


def test_a_stream_that_the_server_ends_ends_without_an_error(
    streamed: Mastodon, proxy: FaultyProxy, watch: Callable[[Mastodon], Watcher]
) -> None:
    watcher = watch(streamed).connected()
    proxy.__exit__(None, None, None)
    assert watcher.ended.wait(2)
    assert watcher.problem is None


def test_a_stream_gives_signs_of_life(
    streamed: Mastodon, watch: Callable[[Mastodon], Watcher], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vierogen.networks.streaming.PING_EVERY", 0.3)
    watcher = watch(streamed).connected()
    deadline = time.monotonic() + 5
    while len(watcher.alive) < 4 and time.monotonic() < deadline:
        time.sleep(0.05)
    gaps = [after - before for before, after in pairwise(watcher.alive)]
    assert len(gaps) >= 3
    assert max(gaps) < 1.5


def test_the_token_is_in_an_address_only_where_no_header_is_taken(
    through: Mastodon, proxy: FaultyProxy, mastodon: MastodonServer, watch: Callable[[Mastodon], Watcher]
) -> None:
    through.__dict__["_streaming_server"] = lambda: proxy.base_url
    watch(through).connected()
    tried = [request for request in proxy.seen if "streaming" in request]
    assert tried == [
        "GET /api/v1/streaming?stream=user",  # refused with 403: this server knows no header here
        f"GET /api/v1/streaming?stream=user&access_token={mastodon.token('anna')}",
    ]


def test_the_instance_says_where_it_streams(
    through: Mastodon, proxy: FaultyProxy, watch: Callable[[Mastodon], Watcher]
) -> None:
    elsewhere = {"configuration": {"urls": {"streaming": f"ws://127.0.0.1:{proxy.target_port}"}}}
    proxy.next(refused(200, elsewhere), path="/api/v2/instance")
    watch(through).connected()
    assert proxy.count("GET /api/v1/streaming") == 0


@pytest.mark.parametrize("told", [{}, {"urls": {"streaming_api": "javascript:alert(1)"}}])
def test_an_instance_that_says_nothing_of_use_streams_on_its_own_address(
    through: Mastodon, proxy: FaultyProxy, watch: Callable[[Mastodon], Watcher], told: object
) -> None:
    proxy.next(refused(404, "Not found"), path="/api/v2/instance")
    proxy.next(refused(200, told), path="/api/v1/instance")
    watch(through).connected()
    assert proxy.count("GET /api/v1/streaming") > 0


def test_a_stream_with_a_token_that_ended_says_so(mastodon: MastodonServer, connect: Connect) -> None:
    stranger = connect(mastodon.base_url, "another-token")
    with pytest.raises(Disconnected):
        next(stranger.stream(Flag()))
    # Also where it ended after we had learned who we are.
    stranger.__dict__["_me"] = "1"
    with pytest.raises(Disconnected):
        next(stranger.stream(Flag()))


def test_a_stream_to_nobody_can_be_tried_again(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(NetworkError) as caught:
        next(connect(f"http://127.0.0.1:{port}").stream(Flag()))
    assert caught.value.may_retry


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("update", "no json"),
        ("update", "[]"),
        ("update", "{}"),
        ("notification", '{"id": "1"}'),
        ("filters_changed", "undefined"),
        ("", ""),
    ],
)
def test_what_a_stream_says_besides_is_passed_over(name: str, payload: str) -> None:
    assert module._happened(name, payload, own="1") is None


@pytest.mark.parametrize("frame", ["no json", "[]", b"\xff"])
def test_a_frame_that_makes_no_sense_is_passed_over(frame: str | bytes) -> None:
    assert module._unframed(frame) == ("", "")
