"""Site maps: the pages of a site that are new or changed, a few at each reading. Polled.

On the first reading nothing is new. A page is known by its address, and a change by the moment that the map tells. A
map without any moments is held against the addresses that it had, up to some thousands. Where more than ``WAITING``
pages come at once, the newest are read.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx

from vierogen.core.words import gettext_noop as _
from vierogen.listening.sources.addresses import typed
from vierogen.listening.sources.base import LONGEST, Found, Memory, Polled, Reading, SourceError
from vierogen.listening.sources.documents.apart import read_apart
from vierogen.listening.sources.fetching import Fetched, Limits, NotYet, fetch
from vierogen.listening.sources.links import clean, host_of
from vierogen.listening.sources.pacing import HOUR, MINUTE

ACCEPT = "application/xml, text/xml, */*;q=0.5"
LIMITS = Limits(bytes=20_000_000)
PAGE_LIMITS = Limits(bytes=5_000_000)
# At one reading: maps of an index, and pages.
MAPS = 20
PAGES = 5
# Pages that wait for the next reading, and addresses of pages without a moment that are remembered.
WAITING = 150
UNDATED = 3_000
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
        walk = _Walk(client, memory)
        waiting: list[str] = list(memory.get("waiting", ()))
        try:
            # What waits comes first: the map is read again when all of it was told.
            known = dict(memory) if waiting else walk.through(address)
        except NotYet as busy:
            return Reading(memory=memory, again_in=busy.wait)
        waiting = waiting or known.pop("waiting", [])
        found = tuple(walk.pages(waiting))
        left = waiting[walk.asked :]
        return Reading(
            found, memory={**known, "waiting": left}, again_in=MINUTE if left else HOUR, title=host_of(address)
        )


@dataclass
class _Walk:
    """One reading. ``asked``: how many pages had their turn."""

    client: httpx.Client
    memory: Memory
    asked: int = 0
    _dated: dict[str, datetime] = field(default_factory=dict)
    _undated: list[str] = field(default_factory=list)

    def through(self, address: str) -> Memory:
        """Read the map (an index: the maps in it that may have changed); returns what to remember."""
        got = fetch(self.client, address, accept=ACCEPT, memory=self.memory, limits=LIMITS)
        if got.unchanged and not self.memory.get("index"):
            return {**self.memory, **got.memory, "waiting": []}
        if got.unchanged:  # an index may stay the same while its maps grow
            got = fetch(self.client, address, accept=ACCEPT, limits=LIMITS)
        told = read_apart("map", got.body, got.content_type)
        self._hear(told["pages"], base=got.address)
        for each in _worth_reading(told["maps"], base=got.address)[:MAPS]:
            self._inner(each)
        return {**got.memory, "index": bool(told["maps"]), **self._news()}

    def _inner(self, address: str) -> None:
        try:
            got: Fetched = fetch(self.client, address, accept=ACCEPT, limits=LIMITS)
            self._hear(read_apart("map", got.body, got.content_type)["pages"], base=got.address)
        except (SourceError, NotYet):  # the others may be well, and this one has its turn again
            return

    def _hear(self, pages: list[list[str | None]], *, base: str) -> None:
        for link, moment in pages:
            address = clean(link or "", base=base)
            if address and host_of(address).removeprefix("www.") == host_of(base).removeprefix("www."):
                if moment:
                    self._dated[address] = datetime.fromisoformat(moment)
                else:
                    self._undated.append(address)

    def _news(self) -> Memory:
        """What changed since the last reading, the oldest first; and what to know next time."""
        dated = sorted(self._dated.items(), key=lambda line: line[1])
        fresh = self._later(dated)
        # A map that says of most pages that they changed only tells when it was written itself.
        lies = bool(self.memory.get("lies")) or len(fresh) > max(MANY, len(dated) / 2)
        if lies:
            self._undated += [page for page, _moment in dated]
            dated, fresh = [], []
        if len(self._undated) > UNDATED:
            raise SourceError(_TOO_MANY)
        seen = set(self.memory.get("seen", ()))
        if "seen" in self.memory and lies == bool(self.memory.get("lies")):
            fresh += [page for page in self._undated if _name(page) not in seen]
        return {"lies": lies, "waiting": fresh[-WAITING:], **self._edge(dated)}

    def _later(self, dated: list[tuple[str, datetime]]) -> list[str]:
        if not (edge := self.memory.get("edge")):
            # Nothing is new on the first reading; all is that comes after a map without any moment.
            return []
        seen = set(self.memory.get("seen", ()))
        since = datetime.fromisoformat(edge)
        return [page for page, moment in dated if moment > since and _name(page, moment) not in seen]

    def _edge(self, dated: list[tuple[str, datetime]]) -> Memory:
        """From when on pages are new, and the names of those after it that were told already.

        A moment may be a mere day, so pages of the last day are told apart by their addresses.
        """
        names = [_name(page) for page in self._undated]
        if not dated:
            return {"edge": self.memory.get("edge"), "seen": names}
        last = dated[-1][1]
        recent = [_name(page, moment) for page, moment in dated if moment > last - _DAY]
        if len(recent) > UNDATED:
            return {"edge": last.isoformat(), "seen": names}
        return {"edge": (last - _DAY).isoformat(), "seen": recent + names}

    def pages(self, addresses: list[str]) -> Iterator[Found]:
        """The text of the first few of these; one that cannot be read is left out."""
        for address in addresses[:PAGES]:
            try:
                got = fetch(self.client, address, accept="text/html", limits=PAGE_LIMITS)
                told = read_apart("page", got.body, got.content_type)
            except NotYet:
                return
            except SourceError:
                self.asked += 1
                continue
            self.asked += 1
            link = clean(got.address) or got.address
            text = "\n".join(told["paragraphs"])[:LONGEST]
            yield Found(link, text, title=told["title"], link=link, language=told["language"], network="web")


def _worth_reading(maps: list[list[str | None]], *, base: str) -> list[str]:
    """The maps of an index on the same site, those that changed last first; those without a moment always."""
    host = host_of(base).removeprefix("www.")
    lines = [(clean(link or "", base=base), moment) for link, moment in maps]
    lines = [line for line in lines if line[0] and host_of(line[0]).removeprefix("www.") == host]
    newest = max((moment for _address, moment in lines if moment), default=None)
    if newest:
        edge = (datetime.fromisoformat(newest) - _OLD).astimezone(UTC).isoformat()
        lines = [line for line in lines if not line[1] or line[1] >= edge]
    return [address for address, _moment in sorted(lines, key=lambda line: line[1] or "", reverse=True)]


def _name(page: str, moment: datetime | None = None) -> str:
    told = f"{page} {moment.isoformat()}" if moment else page
    return hashlib.sha256(told.encode()).hexdigest()[:10]
