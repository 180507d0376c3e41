"""What sites ask of programs: ``robots.txt`` (RFC 9309). One memory for all threads of a program."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from urllib.parse import urlsplit

from protego import Protego

from vierogen.listening.sources.base import SourceError

AGENT = "Vierogen"
# RFC 9309, 2.5: at least so much must be read.
MAX_BYTES = 500 * 1024
# Seconds: RFC 9309, 2.4 says at most a day; where it could not be read we look again sooner.
KEPT = 86_400.0
KEPT_AFTER_TROUBLE = 600.0
_MOST = 5_000


@dataclass(frozen=True)
class Rules:
    """A site's wishes. Without a parser: all or nothing."""

    parser: Protego | None = None
    everything: bool = True
    until: float = 0.0

    def allows(self, address: str) -> bool:
        """May this address be read?"""
        return bool(self.parser.can_fetch(address, AGENT)) if self.parser else self.everything

    @property
    def pause(self) -> float:
        """Seconds that the site wants between two requests; 0 where it does not say."""
        return float(self.parser.crawl_delay(AGENT) or 0.0) if self.parser else 0.0


class Robots:
    """The wishes of all sites, each asked once a day."""

    def __init__(self) -> None:
        self._known: dict[str, Rules] = {}
        self._lock = Lock()

    def of(self, address: str, fetch: Callable[[str], tuple[int, bytes]]) -> Rules:
        """The wishes of the site of ``address``; ``fetch`` gets status and body of its ``robots.txt``."""
        parts = urlsplit(address)
        site = f"{parts.scheme}://{parts.netloc}"
        with self._lock:
            known = self._known.get(site)
        if known is None or known.until < time.monotonic():
            known = _asked(f"{site}/robots.txt", fetch)
            self._remember(site, known)
        return known

    def forget(self) -> None:
        """Begin anew."""
        with self._lock:
            self._known.clear()

    def _remember(self, site: str, rules: Rules) -> None:
        with self._lock:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[site] = rules


def _asked(address: str, fetch: Callable[[str], tuple[int, bytes]]) -> Rules:
    """RFC 9309, 2.3.1: what is not there forbids nothing, what is in trouble forbids everything."""
    now = time.monotonic()
    status, body = fetch(address)
    if status >= 500 or status == 429:
        return Rules(everything=False, until=now + KEPT_AFTER_TROUBLE)
    if status != 200:
        return Rules(until=now + KEPT)
    try:
        parser = Protego.parse(body[:MAX_BYTES].decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError) as error:
        raise SourceError("robots.txt") from error
    return Rules(parser, until=now + KEPT)


ROBOTS = Robots()
