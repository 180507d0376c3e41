"""Bluesky's Jetstream: every public post of the network as a line of JSON, from a server that anybody can run.

What the stream says stands in https://github.com/bluesky-social/jetstream, a post in
https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/feed/post.json.
"""

import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from threading import Event as Flag
from urllib.parse import urlencode, urlsplit, urlunsplit

import httpx
import msgspec

from vierogen.core.words import gettext_noop as _
from vierogen.listening.sources.base import LONGEST, Found, Memory, SourceError, Streamed
from vierogen.listening.sources.complaints import told
from vierogen.networks.streaming import frames
from vierogen.networks.taming import tamed_text

POSTS = "app.bsky.feed.post"
# "It may be prudent to rewind your cursor a few seconds for gapless playback": microseconds.
OVERLAP = 5_000_000
_LINK = "app.bsky.richtext.facet#link"
_IMAGES, _VIDEO, _CARD = "app.bsky.embed.images", "app.bsky.embed.video", "app.bsky.embed.external"
# The record has three at most: https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/feed/post.json
_LANGUAGES = 3
_NOTHING: frozenset[str] = frozenset()
# What an embed holds, as words; one object for each choice, as millions of posts pass.
_HAS = {_IMAGES: frozenset({"image"}), _VIDEO: frozenset({"video"}), _CARD: frozenset({"link"})}
_WITH_LINK = {has: has | {"link"} for has in (_NOTHING, *_HAS.values())}


class _Media(msgspec.Struct):
    type: str = msgspec.field(name="$type", default="")


class _Card(msgspec.Struct):
    title: str = ""


class _Embed(msgspec.Struct):
    type: str = msgspec.field(name="$type", default="")
    media: _Media | None = None
    external: _Card | None = None


class _Feature(msgspec.Struct):
    type: str = msgspec.field(name="$type", default="")
    uri: str = ""


class _Index(msgspec.Struct, rename="camel"):
    byte_start: int = 0
    byte_end: int = 0


class _Facet(msgspec.Struct):
    index: _Index
    features: list[_Feature] = []


class _Reply(msgspec.Struct):
    """To what does not matter here."""


class _Post(msgspec.Struct, rename="camel"):
    text: str = ""
    created_at: str = ""
    langs: list[str] = []
    reply: _Reply | None = None
    embed: _Embed | None = None
    facets: list[_Facet] = []
    tags: list[str] = []


class _Commit(msgspec.Struct):
    operation: str
    collection: str
    rkey: str
    # Read only where it is a post: other collections have records of other shapes.
    record: msgspec.Raw = msgspec.Raw()


class _Event(msgspec.Struct):
    did: str
    time_us: int
    commit: _Commit | None = None


_event = msgspec.json.Decoder(_Event).decode
_post = msgspec.json.Decoder(_Post).decode


class Jetstream(Streamed):
    """Posts as they are made; what was edited or deleted later is passed over."""

    key = "jetstream"
    label = _("Bluesky: all posts of the network")
    hint = _("The address of a Jetstream server, for example wss://jetstream2.us-east.bsky.network")

    @classmethod
    def recognises(cls, address: str) -> bool:
        """Nothing else here is read through a WebSocket."""
        return address.strip().lower().startswith(("wss://", "ws://"))

    @classmethod
    def tidied(cls, address: str) -> str:
        """``wss://host/subscribe``, whatever parameters it came with: those are ours to choose."""
        written = address.strip()
        scheme, host, path, _query, _fragment = urlsplit(written if "://" in written else f"wss://{written}")
        scheme = {"https": "wss", "http": "ws"}.get(scheme.lower(), scheme.lower())
        if scheme not in ("wss", "ws") or not host or "@" in host:
            raise SourceError(_("This is not the address of a Jetstream server."))
        return urlunsplit((scheme, host.lower(), path.rstrip("/") or "/subscribe", "", ""))

    def listen(
        self, client: httpx.Client, address: str, memory: Memory, *, stop: Flag
    ) -> Iterator[tuple[list[Found], Memory]]:
        """Go on from the cursor, which is a time and so means the same on each server, some seconds before it."""
        cursor = memory.get("cursor")
        if not isinstance(cursor, int):
            # From now on, also when this is cut before the first post: without a cursor only what is new is told.
            memory = {"cursor": (cursor := time.time_ns() // 1_000)}
        wanted = {"wantedCollections": POSTS, "cursor": max(0, cursor - OVERLAP)}
        with told():
            for frame in frames(client, f"{address}?{urlencode(wanted)}", stop=stop):
                if frame is None:
                    yield [], memory
                    continue
                found, reached = read((frame,))
                memory = {"cursor": reached} if reached else memory
                yield found, memory


def read(lines: Iterable[str | bytes]) -> tuple[list[Found], int]:
    """The new posts among these events, and the time of the last event in microseconds, 0 where there is none.

    A line that is no event, or a post that is none, is passed over: anybody can write anything to the network.
    """
    found, reached = [], 0
    for line in lines:
        try:
            event = _event(line)
            reached = event.time_us
            commit = event.commit
            if commit is not None and commit.operation == "create" and commit.collection == POSTS:
                found.append(_found(event, commit, _post(commit.record)))
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            continue
    return found, reached


def _found(event: _Event, commit: _Commit, post: _Post) -> Found:
    text = _whole(post.text, post.facets) if post.facets else post.text
    if post.tags:
        text = f"{text}\n{' '.join(f'#{tag}' for tag in post.tags)}"
    has, title = _embedded(post)
    if post.facets and any(feature.type == _LINK for facet in post.facets for feature in facet.features):
        has = _WITH_LINK[has]
    return Found(
        f"at://{event.did}/{POSTS}/{commit.rkey}",
        text if text.isascii() and len(text) < LONGEST and "\x00" not in text else tamed_text(text[:LONGEST]),
        title,
        f"https://bsky.app/profile/{event.did}/post/{commit.rkey}",
        " ".join(post.langs[:_LANGUAGES]) if post.langs else "",
        event.did,
        "bluesky",
        _moment(post.created_at, event.time_us),
        has,
        post.reply is not None,
    )


def _embedded(post: _Post) -> tuple[frozenset[str], str]:
    """What is attached, and the title of a link's card; of a quoted post with something beside it, that."""
    embed = post.embed
    if embed is None:
        return _NOTHING, ""
    kind = embed.media.type if embed.media is not None else embed.type
    return _HAS.get(kind, _NOTHING), tamed_text(embed.external.title[:300]) if embed.external is not None else ""


def _moment(claimed: str, seen: int) -> datetime | None:
    """When it was made: what its author claims, unless that lies after the network saw it."""
    try:
        network = datetime.fromtimestamp(seen / 1_000_000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    try:
        made = datetime.fromisoformat(claimed)
    except ValueError:
        return network
    return min(made, network) if made.tzinfo is not None else network


def _whole(text: str, facets: Iterable[_Facet]) -> str:
    """The text with its links in full: apps shorten them. A facet counts in bytes of UTF-8.

    https://docs.bsky.app/docs/advanced-guides/post-richtext
    """
    raw, end = text.encode("utf-8", "surrogatepass"), None
    links = [
        (facet.index.byte_start, facet.index.byte_end, feature.uri)
        for facet in facets
        for feature in facet.features
        if feature.type == _LINK and feature.uri.startswith(("https://", "http://"))
    ]
    for start, stop, uri in sorted(links, reverse=True):
        if 0 <= start < stop <= (len(raw) if end is None else end) and len(uri) < LONGEST:
            raw, end = raw[:start] + uri.encode() + raw[stop:], start
    return raw.decode("utf-8", "replace")
