"""Servers of the Mastodon family: a hashtag that is asked for, and streams of everything that a server knows.

https://docs.joinmastodon.org/methods/timelines/#tag and https://docs.joinmastodon.org/methods/streaming/.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import chain, islice
from threading import Event as Flag
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

import httpx

from vierogen.core.words import gettext_noop as _
from vierogen.listening.sources.base import BACKLOG, LONGEST, Found, Memory, Polled, Reading, SourceError, Streamed
from vierogen.listening.sources.complaints import told
from vierogen.listening.sources.fetching import Clock
from vierogen.listening.sources.links import clean
from vierogen.networks.asking import Forbidden, Missing, ask, body_as
from vierogen.networks.base import NetworkError
from vierogen.networks.mastodon_shown import shown_from
from vierogen.networks.streaming import NotOffered, events, frames
from vierogen.networks.taming import tamed, web_address

Status = Mapping[str, Any]

# The most that a server lists at once, and so many lists at most at one reading.
PAGE, PAGES = 40, 10
# And so many after a connection was cut: the account's own calls go on beside it, of 300 in five minutes.
PAGES_BACK = 50
# Seconds that a reading may take in all.
LONGEST_READING = 60.0
# Seconds: a server allows 300 calls in five minutes from one address.
EVERY = 60.0
_HAS = {"image": "image", "gifv": "image", "video": "video"}
# What was edited may say only now what somebody listens for.
_TOLD = {"update", "status.update"}
_LONGEST_ID, _LONGEST_NAME, _LONGEST_LINK = 100, 300, 4_000
# In the memory of a stream: not all that came while nobody listened could be read afterwards.
UNLISTED = "unlisted"
_STREAMS = {"/public": "public", "/public/local": "public:local"}
_NO_TAG = _("This is not the page of a hashtag. It looks like this: https://mastodon.social/tags/belastingdienst")
_NO_STREAM = _("This is not a stream. It looks like this: https://mastodon.social/public")


class MastodonTag(Polled):
    """All that a server knows with one hashtag, its own people's and others'."""

    key = "mastodon"
    label = _("Mastodon: a hashtag")
    hint = _("The page of the hashtag, for example https://mastodon.social/tags/belastingdienst")

    @classmethod
    def recognises(cls, address: str) -> bool:
        """Only these servers have ``/tags/word`` as the whole path; elsewhere a page may, so it is asked."""
        return False

    @classmethod
    def tidied(cls, address: str) -> str:
        """``https://host/tags/word``; also from ``#word@host``."""
        written = address.strip()
        if written.startswith("#") and "@" in written:
            tag, _at, host = written[1:].rpartition("@")
            written = f"https://{host}/tags/{quote(tag, safe='')}"
        server, path = _apart(written, _NO_TAG)
        tag = unquote(path.removeprefix("/tags/")).lstrip("#")
        if not path.startswith("/tags/") or not tag or "/" in tag:
            raise SourceError(_NO_TAG)
        return f"{server}/tags/{quote(tag.lower(), safe='')}"

    def read(self, client: httpx.Client, address: str, memory: Memory) -> Reading:
        """What came since the last reading, also late from other servers, and what was edited of the newest forty.

        Where only the beginning could be read, the next reading goes on from there.
        """
        server, path = _apart(address, _NO_TAG)
        found, reached = list[Found](), memory
        with told():
            try:
                for statuses, now_known in islice(_since(client, _time_line(server, path), memory), PAGES):
                    found += _all_in(statuses, server)
                    reached = now_known
            except NetworkError:
                if reached is memory:
                    raise
        if "newest" not in memory:
            # What stood there for long is no news.
            since = datetime.now(UTC) - BACKLOG
            found = [each for each in found if each.published_at and each.published_at > since]
        return Reading(tuple(found), reached, EVERY)


class MastodonStream(Streamed):
    """A hashtag, or all public posts that a server knows, at the moment that they are made.

    Since Mastodon 4.2 only somebody with an account on the server may listen.
    """

    key = "mastodon_stream"
    label = _("Mastodon: a stream of posts")
    hint = _("For example https://mastodon.social/public, or /public/local, or /tags/belastingdienst")
    through = "mastodon"

    @classmethod
    def recognises(cls, address: str) -> bool:
        """``https://host/public`` is a page of Mastodon, but may be one of anybody."""
        return False

    @classmethod
    def tidied(cls, address: str) -> str:
        """``https://host/public``, ``/public/local`` or ``/tags/word``."""
        server, path = _apart(address.strip(), _NO_STREAM)
        if path in _STREAMS:
            return f"{server}{path}"
        return MastodonTag.tidied(address)

    def listen(
        self, client: httpx.Client, address: str, memory: Memory, *, stop: Flag
    ) -> Iterator[tuple[list[Found], Memory]]:
        """Through a WebSocket, or server-sent events where it offers only those.

        These have no cursor: what came while nobody listened stands in the time-line, and is read from there.
        """
        server, path = _apart(address, _NO_STREAM)
        known = memory
        with told():
            events = _pushed(client, server, path, stop)
            # Connected: what is made from now on is told. What came before that is not.
            next(events, None)
            for statuses, reached in _missed(client, _time_line(server, path), memory):
                known = reached
                yield _all_in(statuses, server), known
                if stop.is_set():
                    return
            for event in events:
                status = _object(event[1]) if event and event[0] in _TOLD else {}
                statuses = _fresh([status] if _is_status(status) else [], known, with_old=True)
                known = _noted(known, statuses)
                yield _all_in(statuses, server), known


def _time_line(server: str, path: str) -> tuple[str, dict[str, str]]:
    """Where the same stands that is told at this path, as an address and parameters."""
    if path in _STREAMS:
        return f"{server}/api/v1/timelines/public", {"local": "true"} if path == "/public/local" else {}
    return f"{server}/api/v1/timelines/tag/{path.removeprefix('/tags/')}", {}


def _missed(
    client: httpx.Client, time_line: tuple[str, dict[str, str]], memory: Memory
) -> Iterator[tuple[list[Status], Memory]]:
    """What came since the last connection, after a sign of life; at the first connection only what is known now.

    Whatever becomes of it, what comes now is heard. ``UNLISTED`` in the memory says that not all could be read back;
    then the newest post stays the one from before, so that the next connection tries again.
    """
    before = {key: value for key, value in memory.items() if key != UNLISTED}
    pages, reached = _since(client, time_line, before), before
    try:
        first = next(pages, None)
        if "newest" not in before:
            yield [], {"newest": "", **(first[1] if first else {})}
            return
        yield [], before
        for statuses, reached in islice(chain([first] if first else [], pages), PAGES_BACK):
            yield statuses, reached
        if next(pages, None) is not None:
            yield [], {**reached, UNLISTED: True}
    except NetworkError:
        yield [], {**reached, UNLISTED: True}


def _since(
    client: httpx.Client, time_line: tuple[str, dict[str, str]], memory: Memory
) -> Iterator[tuple[list[Status], Memory]]:
    """The posts that ``memory`` does not know, in pages, the oldest page first, each with what is known after it.

    A post from another server is listed where it was made, not where it came in (Mastodon's ids hold that time), so
    the newest page is always read as a whole. Only where more than a page is new, it is read from there on, up to what
    was the newest when that began.
    """
    latest, newest = _page(client, time_line), str(memory.get("newest", ""))
    ranks = [_rank(str(status["id"])) for status in latest]
    has_gap = ranks and newest and min(ranks) > _rank(newest)
    for page in chain(_onwards(client, time_line, newest, until=max(ranks)) if has_gap else [], [latest]):
        fresh = _fresh(page, memory)
        memory = _noted(memory, page)
        yield fresh, memory


def _onwards(
    client: httpx.Client, time_line: tuple[str, dict[str, str]], newest: str, *, until: tuple[int, str]
) -> Iterator[list[Status]]:
    """Page after page from a post on, up to another; it ends where nothing newer comes."""
    while page := _page(client, time_line, min_id=newest):
        yield page
        last = max((str(status["id"]) for status in page), key=_rank)
        if _rank(last) >= until or _rank(last) <= _rank(newest):
            return
        newest = last


def _page(client: httpx.Client, time_line: tuple[str, dict[str, str]], **more: str) -> list[Status]:
    url, parameters = time_line
    # Headers that trickle in do not hold a reader.
    clock = Clock(LONGEST_READING)
    options: dict[str, Any] = {"headers": {"Connection": "close"}, "extensions": {"trace": clock.see}}
    with clock:
        answer = ask(client, "GET", url, params={"limit": PAGE, **parameters, **more}, **options)
    return [status for status in body_as(answer, list) if _is_status(status)]


def _is_status(told: object) -> bool:
    return isinstance(told, dict) and 0 < len(str(told.get("id") or "")) <= _LONGEST_ID


def _fresh(statuses: Sequence[Status], memory: Memory, *, with_old: bool = False) -> list[Status]:
    """Those that are not known, or were edited since.

    Not what is older than all that is known: where posts are deleted, a list shows old ones again. A stream tells
    nothing old, unless it came in late (``with_old``).
    """
    seen: dict[str, str] = memory.get("seen", {})
    known = sorted(map(_rank, seen)) if len(seen) >= PAGE else [_rank(str(memory.get("newest", "")))] * (not seen)
    oldest = (0, "") if with_old or not known else known[0]
    fresh = list[Status]()
    for status in statuses:
        key = str(status["id"])
        if seen[key] != _edited(status) if key in seen else _rank(key) > oldest:
            fresh.append(status)
    return fresh


def _noted(memory: Memory, statuses: Sequence[Status]) -> Memory:
    """What to know again: the newest post, and when each of the last forty was edited."""
    if not statuses:
        return memory
    told = {str(status["id"]): _edited(status) for status in statuses}
    seen = {key: edited for key, edited in memory.get("seen", {}).items() if key not in told} | told
    newest = str(memory.get("newest", ""))
    if UNLISTED not in memory:
        newest = max([newest, *told], key=_rank)
    return {**memory, "newest": newest, "seen": {key: seen[key] for key in sorted(seen, key=_rank)[-PAGE:]}}


def _rank(key: str) -> tuple[int, str]:
    """Ids in the order in which they were made: numbers, or with some servers words of one length."""
    return len(key), key


def _edited(status: Status) -> str:
    return str(status.get("edited_at") or "")[:_LONGEST_ID]


def _all_in(statuses: Iterable[Status], server: str) -> list[Found]:
    return [each for status in statuses if (each := found_in(status, server))]


def _pushed(client: httpx.Client, server: str, path: str, stop: Flag) -> Iterator[tuple[str, str] | None]:
    name = _STREAMS.get(path, "hashtag")
    tag = {} if path in _STREAMS else {"tag": unquote(path.removeprefix("/tags/"))}
    host = _streaming_server(client, server)
    bearer = {"Authorization": token} if (token := client.headers.get("Authorization")) else {}
    socket = f"ws{host.removeprefix('http')}/api/v1/streaming?{urlencode({'stream': name, **tag})}"
    try:
        for frame in frames(client, socket, stop=stop, headers=bearer):
            message = None if frame is None else _object(frame)
            yield None if message is None else (str(message.get("event", "")), str(message.get("payload", "")))
    except NotOffered as refused:
        if refused.status in (401, 403):
            raise
        url = f"{host}/api/v1/streaming/{name.replace(':', '/')}?{urlencode(tag)}"
        yield from events(client, url, stop=stop, headers=bearer)


def _streaming_server(client: httpx.Client, server: str) -> str:
    """https://docs.joinmastodon.org/methods/streaming/#hostname-discovery."""
    with suppress(Missing, Forbidden):
        about = body_as(ask(client, "GET", f"{server}/api/v2/instance"), dict)
        address = ((about.get("configuration") or {}).get("urls") or {}).get("streaming")
        if isinstance(address, str) and address.startswith(("wss://", "ws://")):
            return f"http{address.removeprefix('ws')}".rstrip("/")
    return server


def found_in(status: Mapping[str, Any], server: str) -> Found | None:
    """A public post (https://docs.joinmastodon.org/entities/Status/); None for a repost or what makes no sense."""
    if not status.get("id") or status.get("reblog") or status.get("visibility", "public") not in ("public", "unlisted"):
        return None
    try:
        return _found(status, server)
    except (AttributeError, TypeError, ValueError):
        return None


def _found(status: Mapping[str, Any], server: str) -> Found:
    shown = shown_from(status)
    kinds = {_HAS.get(str(each.get("type")), "") for each in status.get("media_attachments") or ()} - {""}
    link = clean(shown.url[:_LONGEST_LINK])
    return Found(
        key=web_address(status.get("uri")) or link or f"{server}/{status['id']}",
        text=shown.text[:LONGEST],
        link=link,
        language=str(status.get("language") or "")[:_LONGEST_ID],
        author=_author(status.get("account") or {}, server),
        network="mastodon",
        published_at=_past(shown.created_at),
        has=frozenset(kinds | ({"link"} if status.get("card") else set())),
        is_reply=bool(status.get("in_reply_to_id")),
    )


def _past(moment: datetime | None) -> datetime | None:
    """Other servers say when; clocks differ, and some are wrong on purpose."""
    return min(moment, datetime.now(UTC)) if moment else None


def _author(account: Mapping[str, Any], server: str) -> str:
    name = str(account.get("acct") or "")[:_LONGEST_NAME]
    return f"@{name}" if "@" in name or not name else f"@{name}@{urlsplit(server).netloc}"


def _object(text: str | bytes) -> dict[str, Any]:
    with suppress(ValueError, RecursionError):
        read = tamed(json.loads(text))
        if isinstance(read, dict):
            return read
    return {}


def _apart(address: str, complaint: str) -> tuple[str, str]:
    """``https://host`` and the path."""
    scheme, host, path, _query, _fragment = urlsplit(address if "://" in address else f"https://{address}")
    if scheme.lower() not in ("https", "http") or not host or "@" in host:
        raise SourceError(complaint)
    return f"{scheme.lower()}://{host.lower()}", path.rstrip("/")
