"""Feeds: RSS, Atom, RDF and JSON Feed, and those of Google Alerts. Polled.

WebSub (https://www.w3.org/TR/websub/) is left out on purpose: it needs an address that hubs can reach, which an
installation behind a firewall has not, and whoever publishes something urgent is read every five minutes anyway.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from vierogen.core.words import gettext_noop as _
from vierogen.listening.sources import pacing
from vierogen.listening.sources.addresses import typed
from vierogen.listening.sources.base import BACKLOG, LONGEST, Found, Memory, Polled, Reading
from vierogen.listening.sources.documents.apart import read_apart
from vierogen.listening.sources.fetching import Fetched, fetch
from vierogen.listening.sources.links import clean

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/rdf+xml, application/feed+json, application/xml;q=0.9, "
    "text/xml;q=0.8, */*;q=0.5"
)
# So many messages of a feed are remembered beyond those that are in it now.
_FORMER = 300
_MOMENTS = 12
_GLOBAL = re.compile(r"^(https?://|urn:|tag:|at://)", re.IGNORECASE)
_SECRET = re.compile(r"https?://(www\.)?google\.[a-z]{2,3}(\.[a-z]{2})?/alerts/feeds/\d+/\d+", re.IGNORECASE)
_LOOKS_LIKE_A_FEED = re.compile(
    r"(\.(rss|atom|rdf)|/(feed|rss|atom)/?|/(feed|rss|atom|index)\.(xml|json)|[?&]feed=(rss2?|atom|rdf))$"
)


class Feed(Polled):
    """A feed. Only what is new, or has other words than before, is given."""

    key = "feed"
    label = _("Feed")
    hint = _("RSS, Atom or JSON Feed: most news sites have one. Those of Google Alerts work too.")

    @classmethod
    def recognises(cls, address: str) -> bool:
        """Google Alerts' own, and what ends as feeds do."""
        return bool(_SECRET.match(address) or _LOOKS_LIKE_A_FEED.search(address.lower()))

    @classmethod
    def is_secret(cls, address: str) -> bool:
        """Is it a feed of Google Alerts?

        A person made it for a program to read, and its address is their secret; Google's robots.txt means those that
        walk through the whole web.
        """
        return bool(_SECRET.match(address))

    @classmethod
    def tidied(cls, address: str) -> str:
        """Absolute; ``feed:`` in front, as some sites write it, goes."""
        return typed(re.sub(r"^feed:(//)?(?=https?:|[^/])", "", address.strip(), flags=re.IGNORECASE))

    def read(self, client: httpx.Client, address: str, memory: Memory) -> Reading:
        """What is new since ``memory``. Raises ``SourceError``."""
        now = datetime.now(UTC)
        got = fetch(client, address, accept=ACCEPT, memory=memory, robots=not self.is_secret(address))
        if got.unchanged:
            moments = _moments(memory)
            again = pacing.again_in(moments, asked=_longest(got.asked, memory.get("ttl")), now=now)
            return Reading(memory={**memory, **got.memory}, again_in=again)
        return _told(got, read_apart("feed", got.body, got.content_type), memory, now=now)


def _told(got: Fetched, told: dict[str, Any], memory: Memory, *, now: datetime) -> Reading:
    entries = _entries(told["entries"], base=got.address, now=now)
    seen: dict[str, str] = memory.get("seen", {})
    fresh = [entry for entry in entries if seen.get(entry["own"]) != entry["words"]]
    if "seen" not in memory:
        fresh = [entry for entry in fresh if entry["at"] and entry["at"] > now - BACKLOG]
    # A feed tells the newest first; the listener wants to hear it in the order in which it happened.
    found = tuple(_found(entry, language=told["language"]) for entry in reversed(fresh))
    moments = sorted({*_moments(memory), *(entry["at"] for entry in entries if entry["at"])})[-_MOMENTS:]
    asked = _longest(got.asked, told["ttl"])
    return Reading(
        found,
        memory={
            **got.memory,
            "seen": _remembered(seen, entries),
            "at": [moment.isoformat(timespec="seconds") for moment in moments],
            "ttl": told["ttl"],
        },
        again_in=pacing.again_in(moments, asked=asked, now=now),
        title=told["title"][:200],
        language=told["language"],
    )


def _entries(told: list[dict[str, Any]], *, base: str, now: datetime) -> list[dict[str, Any]]:
    """Each message once, with ``own`` (what this feed calls it), ``words`` (a digest), ``link``, ``key`` and ``at``."""
    links = [clean(entry["link"], base=base) if entry["link"] else "" for entry in told]
    often = Counter(links)
    entries: dict[str, dict[str, Any]] = {}
    for entry, link in zip(told, links, strict=True):
        name = entry["id"] or link or f"{entry['title']}\n{entry['text']}"
        known = {
            **entry,
            "link": link or (clean(entry["id"]) if _GLOBAL.match(entry["id"]) else ""),
            "own": _digest(name),
            "words": _digest(f"{entry['title']}\n{entry['text']}")[:6],
            "key": _key(entry["id"], link if often[link] == 1 else "", name, base=base),
            "at": plausible(entry["published"], now=now),
        }
        entries.setdefault(known["own"], known)
    return [entry for entry in entries.values() if entry["title"] or entry["text"]]


def _key(guid: str, link: str, name: str, *, base: str) -> str:
    """Its address, which is the same in every feed and every alert; else its name, if the whole world knows it by
    that; else its name within this feed."""
    if link:
        return link
    return guid if _GLOBAL.match(guid) else f"{base}#{_digest(name)}"


def _found(entry: dict[str, Any], *, language: str) -> Found:
    return Found(
        key=entry["key"],
        text=entry["text"][:LONGEST],
        title=entry["title"],
        link=entry["link"],
        language=language,
        author=entry["author"],
        network="web",
        published_at=entry["at"],
        has=frozenset(entry["has"]) | ({"link"} if entry["link"] else set()),
    )


def _remembered(seen: dict[str, str], entries: Iterable[dict[str, Any]]) -> dict[str, str]:
    """What is in the feed now, and the last ones that are not any more: feeds shrink and grow again."""
    now = {entry["own"]: entry["words"] for entry in entries}
    former = [(own, words) for own, words in seen.items() if own not in now][-_FORMER:]
    return {**dict(former), **now}


def _moments(memory: Memory) -> list[datetime]:
    return [datetime.fromisoformat(moment) for moment in memory.get("at", ())]


def _longest(*asked: Any) -> float | None:
    said = [float(each) for each in asked if each]
    return max(said) if said else None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:14]


def plausible(moment: str | None, *, now: datetime) -> datetime | None:
    """The moment, if something can have been written then: not before the web, and not after tomorrow."""
    if not moment:
        return None
    found = datetime.fromisoformat(moment)
    return found if datetime(1991, 1, 1, tzinfo=UTC) < found < now + timedelta(days=1) else None
