"""The connector against a real Bluesky server: what it publishes, sees and removes, and what of trouble."""

import json
import random
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from io import BytesIO
from itertools import count
from queue import Queue
from statistics import median
from threading import Event, Thread
from time import monotonic
from types import TracebackType
from typing import Any, Self

import httpx
import pytest
from PIL import Image
from websockets.sync.server import ServerConnection, serve

from tests.servers.faulty import FaultyProxy, cut_after, cut_before, error_after, limited
from tests.servers.pds import PDS, Account
from vierogen.core.http import GuardedClient, guarded_client
from vierogen.networks.base import (
    Disconnected,
    Happened,
    Limited,
    NetworkError,
    Opened,
    Outgoing,
    Picture,
    Unknown,
)
from vierogen.networks.bluesky import Bluesky
from vierogen.watch.fingerprints import fingerprint

NAMES = count(1)
PUT = "/xrpc/com.atproto.repo.putRecord"
LOGIN = "POST /xrpc/com.atproto.server.createSession"
REFRESH = "POST /xrpc/com.atproto.server.refreshSession"
# Seconds. The server looks for news for its stream once a second when nothing happened for a while.
PATIENCE = 5.0


@dataclass
class Vault:
    """Remembers what a connector asks it to, and refuses empty values as the real one does."""

    kept: dict[str, str] = field(default_factory=dict)

    def remember(self, changed: Any) -> None:
        assert all(changed.values())
        self.kept.update(changed)


@pytest.fixture
def anna(pds: PDS) -> Account:
    return pds.create_account(f"anna{next(NAMES)}")


@pytest.fixture(scope="module")
def ben(pds: PDS) -> Account:
    """Somebody else, the same in all tests."""
    return pds.create_account(f"ben{next(NAMES)}")


@pytest.fixture(scope="module")
def client() -> Iterator[GuardedClient]:
    with guarded_client(allowed=["127.0.0.0/8", "::1/128"]) as client:
        yield client


Connect = Callable[..., Bluesky]


@pytest.fixture
def connect(client: GuardedClient) -> Connect:
    """Open the connector for an account, with ``credentials`` in place of what a person fills in."""

    def connected(account: Account, vault: Vault | None = None, **credentials: str) -> Bluesky:
        filled_in = {"server": account.server, "handle": account.handle, "app_password": account.password}
        vault = vault or Vault()
        vault.kept = {**filled_in, **vault.kept, **credentials}
        opened = Opened(vault.kept["server"], dict(vault.kept), client, vault.remember)
        return Bluesky(opened)

    return connected


@pytest.fixture
def proxy(pds: PDS) -> Iterator[FaultyProxy]:
    with FaultyProxy(pds.port) as proxy:
        yield proxy


@pytest.fixture
def through(connect: Connect, proxy: FaultyProxy) -> Connect:
    """Open the connector with a session of an earlier time, all of its calls going through the proxy."""

    def connected(account: Account, vault: Vault | None = None, **changed: str) -> Bluesky:
        remembered = {
            "server": proxy.base_url,
            "did": account.did,
            "pds": proxy.base_url,
            "access_jwt": account.access,
            "refresh_jwt": account.refresh,
            "session_of": f"{account.handle} {proxy.base_url}",
        }
        return connect(account, vault, **{**remembered, **changed})

    return connected


def post(text: str = "Goedemorgen", *pictures: Picture) -> Outgoing:
    now = datetime.now(UTC)
    return Outgoing(text, Bluesky.new_key(now), created_at=now, pictures=pictures)


def picture(width: int = 40, height: int = 30, *, alt: str = "Een rood vlak") -> Picture:
    packed = BytesIO()
    Image.new("RGB", (width, height), (random.randrange(256), 0, 0)).save(packed, "PNG")  # noqa: S311
    return Picture(packed.getvalue(), "image/png", alt, width, height)


def posts_of(account: Account) -> list[dict[str, Any]]:
    params = {"repo": account.did, "collection": "app.bsky.feed.post"}
    return [each["value"] for each in account.ask("com.atproto.repo.listRecords", **params)["records"]]


# What goes out


def test_a_post_appears_on_the_network_as_it_was_written(connect: Connect, anna: Account) -> None:
    outgoing = post("Goedemorgen 👩‍👩‍👧‍👦")
    shown = connect(anna).publish(outgoing)
    (there,) = posts_of(anna)
    assert there["text"] == shown.text == "Goedemorgen 👩‍👩‍👧‍👦"
    assert there["langs"] == ["nl"]
    assert datetime.fromisoformat(there["createdAt"]) == shown.created_at
    assert shown.remote_id == f"at://{anna.did}/app.bsky.feed.post/{outgoing.key}"
    assert shown.url == f"https://bsky.app/profile/{anna.did}/post/{outgoing.key}"


def test_links_mentions_and_hashtags_work(connect: Connect, anna: Account, ben: Account) -> None:
    text = f"🎉 @{ben.handle} en @nobody.test: https://voorbeeld.nl/é #feest"
    connect(anna).publish(post(text))
    (there,) = posts_of(anna)
    marked = {
        text.encode()[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode(): facet["features"][0]
        for facet in there["facets"]
    }
    assert marked == {
        f"@{ben.handle}": {"$type": "app.bsky.richtext.facet#mention", "did": ben.did},
        "https://voorbeeld.nl/é": {"$type": "app.bsky.richtext.facet#link", "uri": "https://voorbeeld.nl/é"},
        "#feest": {"$type": "app.bsky.richtext.facet#tag", "tag": "feest"},
    }


def test_pictures_appear_with_their_alt_texts(connect: Connect, anna: Account) -> None:
    red, wide = picture(), picture(80, 20, alt="Een balk")
    shown = connect(anna).publish(post("Kijk", red, wide))
    images = posts_of(anna)[0]["embed"]["images"]
    assert [image["alt"] for image in images] == ["Een rood vlak", "Een balk"]
    assert images[1]["aspectRatio"] == {"width": 80, "height": 20}
    assert [httpx.get(media.url).content for media in shown.media] == [red.data, wide.data]


def test_a_picture_above_the_limit_is_made_smaller(connect: Connect, anna: Account) -> None:
    packed = BytesIO()
    noise = random.Random(7).randbytes(700 * 600 * 3)  # noqa: S311 - the same every time
    Image.frombytes("RGB", (700, 600), noise).save(packed, "PNG")
    assert len(packed.getvalue()) > 1_000_000
    connect(anna).publish(post("Kijk", Picture(packed.getvalue(), "image/png", "Ruis", 700, 600)))
    blob = posts_of(anna)[0]["embed"]["images"][0]["image"]
    assert blob["size"] <= 1_000_000
    assert blob["mimeType"] == "image/jpeg"


@pytest.mark.parametrize("sign", ["é", "e\u0301", "🇳🇱", "नि", "한", "\r\n"])
def test_text_is_counted_as_the_network_counts_it(connect: Connect, anna: Account, sign: str) -> None:
    fits = "x" + sign * 298 + "x"
    assert Bluesky.length(fits) == 300
    network = connect(anna)
    network.publish(post(fits))
    with pytest.raises(NetworkError):
        network.publish(post(fits + "x"))


def test_emoji_of_many_bytes_reach_the_limit_of_bytes_first(connect: Connect, anna: Account) -> None:
    family = "👨‍👩‍👧‍👦"
    fits, too_many = family * 120, family * 121
    assert (Bluesky.length(fits), Bluesky.length(too_many)) == (300, 303)
    network = connect(anna)
    network.publish(post(fits))
    with pytest.raises(NetworkError):
        network.publish(post(too_many))


# Exactly once


def test_the_same_post_twice_is_one_post(connect: Connect, anna: Account) -> None:
    outgoing = post("Eén keer", picture())
    first = connect(anna).publish(outgoing)
    assert connect(anna).publish(outgoing) == first
    assert len(posts_of(anna)) == 1


def test_the_same_post_is_recognised_when_a_mentioned_handle_has_moved(
    connect: Connect, anna: Account, pds: PDS
) -> None:
    mover = pds.create_account("mover")
    outgoing = post(f"Dank @{mover.handle}")
    first = connect(anna).publish(outgoing)
    mover.call("com.atproto.identity.updateHandle", handle="moved.test")
    assert connect(anna).publish(outgoing) == first
    assert len(posts_of(anna)) == 1


def test_something_else_under_the_same_key_is_never_overwritten(connect: Connect, anna: Account) -> None:
    outgoing = post("Van Vierogen")
    created = "2026-01-02T03:04:05.678Z"
    anna.put("app.bsky.feed.post", outgoing.key, text="Van een ander", createdAt=created)
    with pytest.raises(NetworkError, match="something else") as refused:
        connect(anna).publish(outgoing)
    assert not refused.value.may_retry
    assert [there["text"] for there in posts_of(anna)] == ["Van een ander"]


@pytest.mark.parametrize("fault", [cut_after(), error_after(500), error_after(502)])
def test_an_answer_that_gets_lost_is_unknown_and_repeating_is_safe(
    through: Connect, proxy: FaultyProxy, anna: Account, fault: Any
) -> None:
    network, outgoing = through(anna), post()
    proxy.next(fault, method="POST", path=PUT)
    with pytest.raises(Unknown):
        network.publish(outgoing)
    found = network.find(outgoing)
    assert found is not None
    assert network.publish(outgoing) == found
    assert len(posts_of(anna)) == 1


def test_a_post_that_never_arrived_is_unknown_and_not_found(
    through: Connect, proxy: FaultyProxy, anna: Account
) -> None:
    network, outgoing = through(anna), post()
    proxy.next(cut_before(), method="POST", path=PUT)
    with pytest.raises(Unknown):
        network.publish(outgoing)
    assert network.find(outgoing) is None


def test_trouble_while_pictures_are_uploaded_is_certainly_no_post(
    through: Connect, proxy: FaultyProxy, anna: Account
) -> None:
    proxy.next(cut_after(), method="POST", path="/xrpc/com.atproto.repo.uploadBlob")
    with pytest.raises(NetworkError) as refused:
        through(anna).publish(post("Kijk", picture()))
    assert not isinstance(refused.value, Unknown)
    assert refused.value.may_retry


def test_too_many_requests_says_how_long_to_wait(through: Connect, proxy: FaultyProxy, anna: Account) -> None:
    proxy.next(limited(17), method="POST", path=PUT)
    with pytest.raises(Limited) as refused:
        through(anna).publish(post())
    assert refused.value.seconds == 17


# What is there


def test_a_published_post_is_found_by_its_key(connect: Connect, anna: Account) -> None:
    network, outgoing = connect(anna), post()
    assert network.find(outgoing) is None
    shown = network.publish(outgoing)
    assert network.find(outgoing) == shown
    assert network.same(outgoing, shown)
    assert not network.same(post(), shown)
    assert not network.same(outgoing, replace(shown, kind="like"))


def test_what_was_published_reads_as_it_was_approved(connect: Connect, anna: Account, ben: Account) -> None:
    noise = Image.frombytes("RGB", (700, 600), random.Random(7).randbytes(700 * 600 * 3))  # noqa: S311
    packed = BytesIO()
    noise.save(packed, "PNG")
    large = Picture(packed.getvalue(), "image/png", "Ruis", 700, 600)
    network = connect(anna)
    outgoing = post(f"Vraag @{ben.handle}\r\nof kijk op https://gemeente.example/weg, cafe\u0301!", picture(), large)
    seen = network.read(network.publish(outgoing).remote_id)
    assert seen is not None
    assert network.reads_as(outgoing, seen)


@pytest.mark.parametrize("what", ["text", "alt", "picture", "link", "card"])
def test_what_somebody_changed_is_ours_and_reads_otherwise(connect: Connect, anna: Account, what: str) -> None:
    network, outgoing = connect(anna), post("Kijk op https://gemeente.example/weg", picture())
    shown = network.publish(outgoing)
    [record] = posts_of(anna)
    if what == "text":
        record["text"] = "Kijk op https://gemeente.example/dag"
    elif what == "alt":
        record["embed"]["images"][0]["alt"] = "Iets anders"
    elif what == "picture":
        record["embed"]["images"][0]["image"] = anna.upload(picture().data + b"more", "image/png")
    elif what == "link":
        record["facets"][0]["features"][0]["uri"] = "https://elders.example/"
    else:
        card = {"uri": "https://elders.example/", "title": "Win een reis", "description": ""}
        record["embed"] = {"$type": "app.bsky.embed.external", "external": card}
    del record["$type"]
    anna.put("app.bsky.feed.post", outgoing.key, **record)
    seen = network.read(shown.remote_id)
    assert seen is not None
    assert network.same(outgoing, seen)
    assert not network.reads_as(outgoing, seen)
    assert fingerprint(seen) != fingerprint(shown)


def test_posts_reposts_and_likes_are_listed_newest_first(connect: Connect, anna: Account, ben: Account) -> None:
    theirs = ben.post("Van Ben")
    subject = {"uri": theirs, "cid": ben.cid_of(theirs)}
    mine = anna.post("Van Anna")
    repost = anna.create("app.bsky.feed.repost", subject=subject)
    like = anna.create("app.bsky.feed.like", subject=subject)
    seen = connect(anna).recent()
    assert [(each.remote_id, each.kind) for each in seen] == [
        (like, "like"),
        (repost, "repost"),
        (mine, "post"),
    ]
    assert seen[0].target == seen[1].target == theirs
    assert [each.remote_id for each in connect(anna).recent(limit=2)] == [like, repost]


def test_more_than_one_page_is_listed(connect: Connect, anna: Account) -> None:
    keys = [Bluesky.new_key(datetime.now(UTC)) for _ in range(102)]
    create = {"$type": "com.atproto.repo.applyWrites#create", "collection": "app.bsky.feed.post"}
    record = {"$type": "app.bsky.feed.post", "text": "Een van veel", "createdAt": "2026-01-02T03:04:05.678Z"}
    writes = [{**create, "rkey": key, "value": record} for key in keys]
    anna.call("com.atproto.repo.applyWrites", repo=anna.did, writes=writes)
    assert [shown.key for shown in connect(anna).recent(limit=101)] == keys[:0:-1]


def test_one_remote_post_is_read_until_it_is_gone(connect: Connect, anna: Account) -> None:
    network, uri = connect(anna), anna.post("Even")
    assert network.read(uri) == network.recent()[0]
    anna.delete(uri)
    assert network.read(uri) is None


def test_the_profile_is_that_of_the_account(connect: Connect, anna: Account) -> None:
    avatar = anna.upload(picture().data, "image/png")
    bare = connect(anna).me()
    assert (bare.account_id, bare.handle, bare.name, bare.avatar) == (anna.did, anna.handle, "", "")
    anna.put("app.bsky.actor.profile", "self", displayName="Gemeente X", description="Wij", avatar=avatar)
    profile = connect(anna).me()
    assert (profile.name, profile.about) == ("Gemeente X", "Wij")
    assert httpx.get(profile.avatar).headers["Content-Type"] == "image/png"
    assert profile.url == f"https://bsky.app/profile/{anna.handle}"


# Take-down


def test_a_deleted_post_leaves_neither_post_nor_picture(connect: Connect, anna: Account) -> None:
    network = connect(anna)
    shown = network.publish(post("Weg ermee", picture()))
    assert [httpx.get(address).status_code for address in network.remains(shown)] == [200, 200]
    network.delete(shown.remote_id)
    assert network.remains(shown) == []
    network.delete(shown.remote_id)  # already gone is success


def test_a_picture_that_another_post_shows_too_remains(connect: Connect, anna: Account) -> None:
    network, same = connect(anna), picture()
    shown, _other = network.publish(post("Een", same)), network.publish(post("Twee", same))
    network.delete(shown.remote_id)
    assert network.remains(shown) == [shown.media[0].url]


def test_a_like_is_undone(connect: Connect, anna: Account, ben: Account) -> None:
    theirs = ben.post("Van Ben")
    like = anna.create("app.bsky.feed.like", subject={"uri": theirs, "cid": ben.cid_of(theirs)})
    connect(anna).delete(like)
    assert connect(anna).recent() == []


def test_what_belongs_to_another_account_is_not_deleted(connect: Connect, anna: Account, ben: Account) -> None:
    theirs = ben.post("Van Ben")
    with pytest.raises(NetworkError, match="another account"):
        connect(anna).delete(theirs)


# Sessions


def test_logging_in_is_done_once_and_remembered(through: Connect, proxy: FaultyProxy, anna: Account) -> None:
    vault = Vault()
    through(anna, vault, did="", pds="").me()
    assert proxy.count(LOGIN) == 1
    # The server says itself where the repository lives; people log in elsewhere.
    assert vault.kept["pds"] == anna.server
    through(anna, pds=vault.kept["pds"], access_jwt=vault.kept["access_jwt"]).me()
    assert proxy.count(LOGIN) == 1


def test_an_expired_token_is_renewed_without_the_password(
    through: Connect, proxy: FaultyProxy, pds: PDS, anna: Account
) -> None:
    vault, outdated = Vault(), pds.outdated_token(anna.did)
    through(anna, vault, access_jwt=outdated, app_password="wrong").publish(post())
    assert (proxy.count(REFRESH), proxy.count(LOGIN)) == (1, 0)
    assert outdated != vault.kept["access_jwt"]
    assert anna.refresh != vault.kept["refresh_jwt"]
    assert len(posts_of(anna)) == 1


def test_two_connectors_may_renew_the_same_token(through: Connect, pds: PDS, anna: Account) -> None:
    outdated = pds.outdated_token(anna.did)
    for network in [through(anna, access_jwt=outdated), through(anna, access_jwt=outdated)]:
        assert network.me().account_id == anna.did


def test_a_revoked_token_is_replaced_with_the_password(
    through: Connect, proxy: FaultyProxy, pds: PDS, anna: Account
) -> None:
    anna.revoke()
    through(anna, access_jwt=pds.outdated_token(anna.did)).publish(post())
    assert (proxy.count(REFRESH), proxy.count(LOGIN)) == (1, 1)


def test_a_revoked_token_and_a_wrong_password_disconnect(through: Connect, pds: PDS, anna: Account) -> None:
    vault = Vault()
    anna.revoke()
    network = through(anna, vault, access_jwt=pds.outdated_token(anna.did), app_password="wrong")
    with pytest.raises(Disconnected):
        network.publish(post())
    assert vault.kept["refresh_jwt"] == anna.refresh


def test_a_wrong_password_disconnects(connect: Connect, anna: Account) -> None:
    with pytest.raises(Disconnected, match="app password") as refused:
        connect(anna, app_password="not-hers").me()
    assert "not-hers" not in repr(refused.value) + refused.value.detail


def test_a_session_of_another_account_is_not_used(connect: Connect, anna: Account, ben: Account) -> None:
    vault = Vault()
    connect(anna, vault).me()
    changed = {"handle": ben.handle, "app_password": ben.password}
    assert connect(anna, vault, **changed).me().account_id == ben.did


def test_a_handle_may_be_pasted_with_what_clings_to_it(connect: Connect, anna: Account) -> None:
    assert connect(anna, handle=f" \u202a@{anna.handle}\u202c ").me().account_id == anna.did


def test_a_switched_off_account_disconnects(connect: Connect, anna: Account) -> None:
    network = connect(anna)
    network.me()
    anna.call("com.atproto.server.deactivateAccount")
    with pytest.raises(Disconnected, match="switched it off"):
        network.me()
    with pytest.raises(Disconnected, match="switched it off"):
        network.publish(post())


def test_a_server_that_is_down_may_be_tried_again(connect: Connect, anna: Account) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        closed = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    with pytest.raises(NetworkError) as refused:
        connect(anna, server=closed).publish(post())
    assert refused.value.may_retry
    assert not isinstance(refused.value, (Unknown, Disconnected))


# The stream


class Listening:
    """Follows a stream in a thread; ``next`` gives what happened, and fails the test where that takes long."""

    def __init__(self, network: Bluesky, cursor: str = "") -> None:
        self.network, self.cursor = network, cursor
        self.stop, self.heard = Event(), Queue[Happened | Exception | None]()
        self.thread = Thread(target=self.listen, daemon=True)

    def listen(self) -> None:
        try:
            for happened in self.network.stream(self.stop, self.cursor):
                self.heard.put(happened)
        except NetworkError as error:
            self.heard.put(error)
        self.heard.put(None)

    def __enter__(self) -> Self:
        self.thread.start()
        assert self.heard.get(timeout=PATIENCE) == Happened("alive", cursor=self.cursor)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop.set()
        self.thread.join(timeout=5)
        assert not self.thread.is_alive()

    def next(self, *, profile: bool = False) -> Happened:
        """What happened next to posts, reposts and likes, and also to the account with ``profile``.

        The server may still be telling how the account was made.
        """
        until = monotonic() + PATIENCE
        while True:
            happened = self.heard.get(timeout=max(0.01, until - monotonic()))
            assert isinstance(happened, Happened), happened
            if happened.remote_id or (profile and happened.happening == "profile"):
                return happened

    def everything(self) -> Iterator[Happened | Exception]:
        """What happened until the stream ended by itself."""
        while (happened := self.heard.get(timeout=PATIENCE)) is not None:
            yield happened

    def told(self) -> tuple[str, str]:
        happened = self.next()
        return happened.happening, happened.remote_id


def test_the_stream_is_prompt(connect: Connect, anna: Account) -> None:
    took = []
    with Listening(connect(anna)) as stream:
        for number in range(5):
            uri, posted = anna.post(f"Bericht {number}"), monotonic()
            assert stream.told() == ("seen", uri)
            took.append(monotonic() - posted)
    assert median(took) < 1


def test_the_stream_tells_of_posts_reposts_and_likes(connect: Connect, anna: Account, ben: Account) -> None:
    theirs = ben.post("Van Ben")
    network = connect(anna)
    with Listening(network) as stream:
        ben.post("Nog iets van Ben")
        embed = {"images": [{"image": anna.upload(picture().data, "image/png"), "alt": "Rood"}]}
        uri = anna.post("Van de telefoon", embed={"$type": "app.bsky.embed.images", **embed})
        happened = stream.next()
        assert (happened.happening, happened.remote_id) == ("seen", uri)
        assert happened.shown == network.read(uri)
        assert happened.shown is not None
        assert happened.shown.media[0].alt == "Rood"
        for collection in ("app.bsky.feed.repost", "app.bsky.feed.like"):
            uri = anna.create(collection, subject={"uri": theirs, "cid": ben.cid_of(theirs)})
            happened = stream.next()
            assert (happened.happening, happened.remote_id) == ("seen", uri)
            assert happened.shown is not None
            assert happened.shown.target == theirs


def test_the_stream_tells_of_edits_and_deletions(connect: Connect, anna: Account) -> None:
    uri = anna.post("Goed")
    with Listening(connect(anna)) as stream:
        edited = {"text": "Stiekem anders", "createdAt": "2026-01-02T03:04:05.678Z"}
        anna.put("app.bsky.feed.post", uri.rpartition("/")[2], **edited)
        happened = stream.next()
        assert (happened.happening, happened.remote_id) == ("edited", uri)
        assert happened.shown is not None
        assert happened.shown.text == "Stiekem anders"
        anna.delete(uri)
        assert stream.told() == ("deleted", uri)


def test_the_stream_tells_of_changes_of_the_profile_and_the_handle(connect: Connect, anna: Account) -> None:
    with Listening(connect(anna)) as stream:
        uri = anna.post("Hierna")
        assert stream.told() == ("seen", uri)
        anna.put("app.bsky.actor.profile", "self", displayName="Gekaapt")
        assert stream.next(profile=True).happening == "profile"
        anna.call("com.atproto.identity.updateHandle", handle=f"moved-{anna.handle}")
        assert stream.next(profile=True).happening == "profile"


def test_the_stream_leaves_out_what_is_not_watched(connect: Connect, anna: Account, ben: Account) -> None:
    with Listening(connect(anna)) as stream:
        anna.create("app.bsky.graph.follow", subject=ben.did)
        uri = anna.post("Daarna")
        assert stream.told() == ("seen", uri)


def test_a_stream_goes_on_where_the_last_one_stopped(connect: Connect, anna: Account) -> None:
    with Listening(connect(anna)) as stream:
        anna.post("Eerst")
        cursor = stream.next().cursor
    missed = anna.post("Tussendoor")
    with Listening(connect(anna), cursor) as stream:
        assert stream.told() == ("seen", missed)


@pytest.mark.parametrize("cursor", ["99999999@{host}", "3@another.example", "nonsense"])
def test_a_cursor_that_the_server_does_not_know_is_let_go(connect: Connect, anna: Account, cursor: str) -> None:
    host = anna.server.removeprefix("http://")
    with Listening(connect(anna), cursor.format(host=host)) as stream:
        if "host" in cursor:  # the server accepts the connection first, and complains then
            again = stream.heard.get(timeout=5)
            assert isinstance(again, Happened)
            assert again.happening == "alive"
        uri = anna.post("Gewoon verder")
        assert stream.told() == ("seen", uri)


def test_a_stream_ends_promptly_when_asked(connect: Connect, anna: Account) -> None:
    with Listening(connect(anna)) as stream:
        begun = monotonic()
        stream.stop.set()
        stream.thread.join(timeout=5)
        assert monotonic() - begun < 1


def test_a_stream_that_is_cut_ends_and_one_that_cannot_begin_complains(
    through: Connect, anna: Account, pds: PDS
) -> None:
    with FaultyProxy(pds.port) as short, Listening(through(anna, pds=short.base_url)) as stream:
        short.__exit__(None, None, None)
        assert stream.heard.get(timeout=5) is None
    with pytest.raises(NetworkError) as refused:
        next(through(anna, pds=short.base_url).stream(Event()))
    assert refused.value.may_retry


def test_a_post_too_strange_to_decode_is_read_over_http(
    connect: Connect, anna: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def undecodable(car: bytes) -> Any:
        raise ValueError(car)

    monkeypatch.setattr("vierogen.networks.firehose.libipld.decode_car", undecodable)
    with Listening(connect(anna)) as stream:
        uri = anna.post("Toch gezien")
        happened = stream.next()
        assert happened.remote_id == uri
        assert happened.shown is not None
        assert happened.shown.text == "Toch gezien"


WARM = 20


def deep(depth: int) -> str:
    return f'{{"$type": "app.bsky.embed.unknown", "x": {"[" * depth}{"]" * depth}}}'


@pytest.mark.parametrize("depth", [500, 990, 1500])
def test_a_post_made_to_choke_on_is_seen_all_the_same(connect: Connect, anna: Account, depth: int) -> None:
    network = connect(anna)
    with Listening(network) as stream:
        uri = anna.raw_post('"Diep\\u0000"', embed=deep(depth))
        happened = stream.next()
    assert happened.remote_id == uri
    assert happened.shown is not None
    assert happened.shown.text == "Diep\ufffd"
    assert network.recent() == [happened.shown]
    assert network.read(uri) == happened.shown
    assert len(network.remains(happened.shown)) == 1
    json.dumps(happened.shown.raw)


def test_a_post_that_the_server_itself_cannot_read_is_seen_and_taken_down(connect: Connect, anna: Account) -> None:
    network = connect(anna)
    # Only what the server has compiled goes deeper when it writes than when it reads.
    for _warm in range(WARM):
        network.delete(anna.raw_post('"Warm"', embed=deep(1000)))
    with Listening(network) as stream:
        uri = anna.raw_post('"Te diep"', embed=deep(3000))
        assert stream.told() == ("seen", uri)
        with pytest.raises(NetworkError):
            network.read(uri)
        network.delete(uri)
        assert stream.told() == ("deleted", uri)
    assert network.recent() == []


# Jetstream: there is no server of it that runs here, so a small one says what the real one would.


class FakeJetstream:
    """Sends one account's events, in the form of https://github.com/bluesky-social/jetstream#example-events"""

    def __init__(self, *events: dict[str, Any]) -> None:
        self.events, self.asked = events, ""
        self.server = serve(self.answer, "127.0.0.1", 0)
        self.address = f"ws://127.0.0.1:{self.server.socket.getsockname()[1]}"
        self.over = Event()

    def answer(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        self.asked = connection.request.path
        for number, event in enumerate(self.events, start=1_700_000_000_000_000):
            connection.send(json.dumps({"time_us": number, **event}))
        self.over.wait(10)

    def __enter__(self) -> Self:
        Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over.set()
        self.server.shutdown()


def commit(did: str, operation: str, collection: str, record: Any = None) -> dict[str, Any]:
    rkey = "self" if collection.endswith("profile") else "3l3qo2vutsw2b"
    changed = {"rev": "3l3qo2vuowo2b", "operation": operation, "collection": collection, "rkey": rkey}
    return {"did": did, "kind": "commit", "commit": {**changed, **({"record": record} if record else {})}}


def test_jetstream_tells_the_same(connect: Connect, anna: Account, ben: Account) -> None:
    text, uri = {"text": "Van de telefoon"}, f"at://{anna.did}/app.bsky.feed.post/3l3qo2vutsw2b"
    events = [
        commit(ben.did, "create", "app.bsky.feed.post", text),
        commit(anna.did, "create", "app.bsky.feed.post", text),
        commit(anna.did, "update", "app.bsky.feed.post", {"text": "Anders"}),
        commit(anna.did, "delete", "app.bsky.feed.post"),
        commit(anna.did, "update", "app.bsky.actor.profile", {"displayName": "Gekaapt"}),
        {"did": anna.did, "kind": "identity", "identity": {"did": anna.did, "handle": "x.test"}},
        {"did": anna.did, "kind": "account", "account": {"active": False, "did": anna.did}},
    ]
    with FakeJetstream(*events) as jetstream:
        with Listening(connect(anna, jetstream=jetstream.address)) as stream:
            heard = [stream.next(profile=True) for _ in range(6)]
        assert [(each.happening, each.remote_id) for each in heard] == [
            ("seen", uri),
            ("edited", uri),
            ("deleted", uri),
            ("profile", ""),
            ("profile", ""),
            ("profile", ""),
        ]
        assert [each.shown.text for each in heard[:2] if each.shown] == ["Van de telefoon", "Anders"]
        assert jetstream.asked == f"/subscribe?wantedDids={anna.did.replace(':', '%3A')}"
        with Listening(connect(anna, jetstream=jetstream.address), heard[2].cursor) as stream:
            stream.next()
        assert jetstream.asked.endswith("&cursor=1700000000000003")


def test_what_jetstream_says_unreadably_ends_the_stream(connect: Connect, anna: Account) -> None:
    with (
        FakeJetstream({"did": anna.did, "kind": "commit"}) as jetstream,
        Listening(connect(anna, jetstream=jetstream.address)) as stream,
    ):
        (error,) = stream.everything()
    assert isinstance(error, NetworkError)
    assert error.may_retry
