"""Site maps: the pages of a site that are new or changed, a few at each reading. Polled.

On the first round nothing is new. A page is known by its address, and a change by the moment that the map tells. A
map without any moments is held against the addresses that it had, up to some thousands. Where more than ``WAITING``
pages come at once, the newest are read.

An index is read in rounds: each map in it has a small memory of its own, and what one reading has no time for is left
for the next, also where the site asks for a minute between two requests.
"""

import hashlib
import time
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import httpx

from vierogen.core.words import gettext_noop as _
from vierogen.listening.sources.addresses import typed
from vierogen.listening.sources.base import LONGEST, Found, Memory, Polled, Reading, SourceError
from vierogen.listening.sources.documents.apart import read_apart
from vierogen.listening.sources.fetching import Limits, NotYet, fetch
from vierogen.listening.sources.links import clean, host_of
from vierogen.listening.sources.pacing import HOUR, MINUTE

ACCEPT = "application/xml, text/xml, */*;q=0.5"
LIMITS = Limits(bytes=20_000_000)
PAGE_LIMITS = Limits(bytes=5_000_000)
# Maps of an index of which something is remembered, and pages told at one reading.
MAPS = 200
PAGES = 5
# Seconds after which a reading begins nothing new: others wait for the same reader.
TIME = 45.0
# Pages that wait for the next reading, addresses of pages without a moment that are remembered of all maps together,
# and pages of a map's last day.
WAITING = 150
UNDATED = 3_000
RECENT = 500
# So many pages, and most of a map, do not change at once.
MANY = 100
_DAY = timedelta(days=1)
# Maps of an index that did not change for so long are not read again.
_OLD = timedelta(days=2)
_TOO_MANY = _("This site map has too many pages and does not say when they changed. Add a feed of the site instead.")


class SiteMap(Polled):
    """New and changed pages of a whole site."""

    key = "sitemap"
    label = _("Site map")
    hint = _("For all new pages of a whole site, often at /sitemap.xml.")

    @classmethod
    def recognises(cls, address: str) -> bool:
        """What is called as site maps are."""
        name = address.lower().partition("?")[0].rpartition("/")[2]
        return "sitemap" in name and name.endswith((".xml", ".xml.gz", ".txt"))

    @classmethod
    def tidied(cls, address: str) -> str:
        """Absolute."""
        return typed(address)

    def read(self, client: httpx.Client, address: str, memory: Memory) -> Reading:
        """The text of a few pages that are new since ``memory``. Raises ``SourceError``."""
        walk = _Walk(client, address, _as_now(memory, address), give_up=time.monotonic() + TIME)
        # What waits comes first: maps are read again when all of it was told.
        wait = 0.0 if walk.memory["waiting"] else walk.through()
        found = tuple(walk.pages())
        more = walk.memory["waiting"] or walk.memory["left"]
        pause = wait or (MINUTE if more else HOUR)
        return Reading(found, memory=walk.memory, again_in=pause, title=host_of(address))


def _as_now(memory: Memory, address: str) -> Memory:
    """A memory with everything in it. Earlier ones knew one edge for all maps of an index."""
    fresh: Memory = {"map": {}, "maps": {}, "left": [], "waiting": [], "known": False}
    if "maps" in memory or not memory:
        return {**fresh, **deepcopy(memory)}
    told = {name: memory[name] for name in ("edge", "seen", "lies") if memory.get(name) is not None}
    waiting, known = list(memory.get("waiting", ())), "seen" in memory
    if memory.get("index"):
        return {**fresh, **told, "waiting": waiting, "known": known}
    return {**fresh, "maps": {_name(address): told}, "waiting": waiting, "known": known}


class Page(NamedTuple):
    """A line of a map."""

    address: str
    moment: datetime | None


@dataclass
class _Walk:
    """One reading. ``memory`` is what to remember, always as far as it came:

    ``map`` of the map or index itself, for the next request; ``maps`` by name, see ``_News``; ``left``: addresses of
    maps that have their turn in this round; ``waiting``: pages to be told; ``edge``: the last moment of all when the
    last round ended; ``known``: was there a whole round? (``seen``: of all maps together, as it once was.)
    """

    client: httpx.Client
    address: str
    memory: Memory
    give_up: float

    def through(self) -> float:
        """Go on with the round, or begin one; returns the seconds that the site wants to be left alone, if it does.

        Raises ``SourceError`` where the map or index itself cannot be read.
        """
        try:
            if not self.memory["left"]:
                self._begin()
            self._inner_maps()
        except NotYet as busy:
            return busy.wait
        if not self.memory["left"]:
            self._end()
        return 0.0

    def _begin(self) -> None:
        """Read the map itself; of an index: which maps may have changed."""
        known = self.memory["map"]
        if known.get("index"):  # it may stay the same while its maps grow
            known = {"moved": known.get("moved")}
        got = fetch(self.client, self.address, accept=ACCEPT, memory=known, limits=LIMITS)
        if got.unchanged:
            return
        told = read_apart("map", got.body, got.content_type)
        inner = _maps(told["maps"], base=got.address)
        if told["pages"]:
            self._hear(self.address, told["pages"], base=got.address)
        names = {_name(each) for each, _moment in inner} | {_name(self.address)}
        maps = {name: kept for name, kept in self.memory["maps"].items() if name in names}
        left = [each for each in _worth_reading(inner) if each != self.address]
        self.memory |= {"map": {**got.memory, "index": bool(inner)}, "maps": maps, "left": left}

    def _inner_maps(self) -> None:
        """As many of the maps that are left as there is time for. Raises ``NotYet``: then it is that map's turn."""
        left: list[str] = self.memory["left"]
        while left and time.monotonic() < self.give_up:
            try:
                self._inner(left[0])
            except SourceError as error:
                if error.reason == _TOO_MANY:
                    raise
                # The others may be well, and this one has its turn in the next round.
            del left[0]

    def _inner(self, address: str) -> None:
        known = self.memory["maps"].get(_name(address), {})
        got = fetch(self.client, address, accept=ACCEPT, memory=known.get("map"), limits=LIMITS)
        if not got.unchanged:
            self._hear(address, read_apart("map", got.body, got.content_type)["pages"], base=got.address)
            self.memory["maps"][_name(address)]["map"] = got.memory

    def _hear(self, address: str, lines: list[list[str | None]], *, base: str) -> None:
        name, maps = _name(address), self.memory["maps"]
        pages = list(_pages(lines, base=base))
        is_new = name not in maps
        # A map that is new in an index we know tells what came since; all else is known when it is first seen.
        at_first = {name: self.memory[name] for name in ("edge", "seen") if name in self.memory} | {"is_new": True}
        known = maps.get(name) or (at_first if self.memory["known"] else {})
        news = _News.of(pages, known)
        others = sum(len(kept.get("seen", ())) for other, kept in maps.items() if other != name)
        if others + len(news.seen) > UNDATED:
            raise SourceError(_TOO_MANY)
        if is_new and len(maps) >= MAPS:
            del maps[next(iter(maps))]
        maps[name] = {"edge": news.edge, "seen": news.seen, "lies": news.lies}
        self.memory["waiting"] = (self.memory["waiting"] + news.fresh)[-WAITING:]

    def _end(self) -> None:
        edges = [kept["edge"] for kept in self.memory["maps"].values() if kept.get("edge")]
        self.memory |= {"known": True, "edge": max(edges, default=self.memory.get("edge"))}
        self.memory.pop("seen", None)

    def pages(self) -> Iterator[Found]:
        """The text of the first few that wait; one that cannot be read is left out."""
        waiting: list[str] = self.memory["waiting"]
        for _turn in range(min(PAGES, len(waiting))):
            if time.monotonic() >= self.give_up:
                return
            try:
                got = fetch(self.client, waiting[0], accept="text/html", limits=PAGE_LIMITS)
                told = read_apart("page", got.body, got.content_type)
            except NotYet:
                return
            except SourceError:
                del waiting[0]
                continue
            del waiting[0]
            link = clean(got.address) or got.address
            text = "\n".join(told["paragraphs"])[:LONGEST]
            yield Found(link, text, title=told["title"], link=link, language=told["language"], network="web")


@dataclass
class _News:
    """What one map tells: ``fresh`` pages, the oldest first, and what to know of it next time.

    ``edge`` (ISO 8601, UTC): pages after it are new, unless their names are in ``seen``. A moment may be a mere day, so
    pages of the last day are told apart by their addresses. ``lies``: its moments say nothing.
    """

    fresh: list[str]
    edge: str | None
    seen: list[str]
    lies: bool

    @classmethod
    def of(cls, pages: list[Page], known: Memory) -> "_News":
        """Hold the pages against what is known of this map; nothing known: nothing is new."""
        dated = sorted(((page, moment) for page, moment in pages if moment), key=lambda line: line[1])
        undated = [page for page, moment in pages if not moment]
        seen, edge = set(known.get("seen", ())), known.get("edge")
        fresh = [page for page, at in dated if edge and at.isoformat() > edge and _name(page, at) not in seen]
        # A map that says of most pages that they changed only tells when it was written itself.
        lies = bool(known.get("lies")) or len(fresh) > max(MANY, len(dated) / 2)
        if lies:
            undated += [page for page, _moment in dated]
            dated, fresh = [], []
        names = [_name(page) for page in undated]
        if known.get("is_new"):
            fresh += [page for page in undated if _name(page) not in seen] if len(undated) <= MANY and not lies else []
        elif "seen" in known and lies == bool(known.get("lies")):
            fresh += [page for page, name in zip(undated, names, strict=True) if name not in seen]
        return cls(fresh, *_edge(dated, edge, names), lies)


def _edge(dated: list[tuple[str, datetime]], edge: str | None, names: list[str]) -> tuple[str | None, list[str]]:
    if not dated:
        return edge, names
    last = dated[-1][1]
    recent = [_name(page, moment) for page, moment in dated if moment > last - _DAY]
    if len(recent) > RECENT:
        return last.isoformat(), names
    return (last - _DAY).isoformat(), recent + names


def _pages(lines: list[list[str | None]], *, base: str) -> Iterator[Page]:
    """The pages that are on the same site, with their moments in UTC."""
    for link, moment in lines:
        address = clean(link or "", base=base)
        if address and _site(address) == _site(base):
            yield Page(address, datetime.fromisoformat(moment).astimezone(UTC) if moment else None)


def _maps(lines: list[list[str | None]], *, base: str) -> list[tuple[str, str | None]]:
    """The maps of an index that are on the same site, with their moments."""
    cleaned = [(clean(link or "", base=base), moment) for link, moment in lines]
    return [(address, moment) for address, moment in cleaned if address and _site(address) == _site(base)]


def _site(address: str) -> str:
    return host_of(address).removeprefix("www.")


def _worth_reading(lines: list[tuple[str, str | None]]) -> list[str]:
    """Those that changed last first; those without a moment always."""
    newest = max((moment for _address, moment in lines if moment), default=None)
    if newest:
        edge = (datetime.fromisoformat(newest) - _OLD).astimezone(UTC).isoformat()
        lines = [line for line in lines if not line[1] or line[1] >= edge]
    ordered = sorted(lines, key=lambda line: line[1] or "", reverse=True)
    return list(dict.fromkeys(address for address, _moment in ordered))[:MAPS]


def _name(page: str, moment: datetime | None = None) -> str:
    told = f"{page} {moment.isoformat()}" if moment else page
    return hashlib.sha256(told.encode()).hexdigest()[:10]
