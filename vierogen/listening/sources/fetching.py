"""The one polite fetcher of all polled sources: behind the guard, with manners and with limits. Knows no Django.

Manners: an honest name (``opened``), ``robots.txt`` (RFC 9309), conditional requests, one request at a time and a
pause for each host, ``Retry-After`` for all that comes from that host. Limits: redirects, bytes, and seconds from the
first byte sent to the last one read, also where an answer trickles in before its body.
"""

import hashlib
import re
import threading
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

import httpx

from vierogen.core.http import GuardedClient, Refused, TooLarge, guarded_client, rate_of
from vierogen.core.words import gettext_noop as _
from vierogen.listening.sources.base import Memory, SourceError
from vierogen.listening.sources.links import host_of
from vierogen.listening.sources.politeness import HOSTS
from vierogen.listening.sources.robots import ROBOTS

MAX_REDIRECTS = 5
TIMEOUT = httpx.Timeout(connect=10, read=15, write=15, pool=5)
# A site may ask to be left alone for so long (seconds), and no longer.
LONGEST_WAIT = 86_400.0
_PERMANENT = {301, 308}

_SLOW = _("The site took too long to answer.")
_UNREACHABLE = _("The site could not be reached. Perhaps it has a moment's trouble, or the address is wrong.")
_UNTRUSTED = _("The site's certificate is not right, so nothing was read from it.")
_NO_ADDRESS = _("This is not a usable web address.")
_ROUND = _("The address leads on and on, and never arrives.")
_FORBIDDEN = _("The site asks programs not to read this address (robots.txt).")
_REASONS: Mapping[int, str] = {
    401: _("The site only shows this to people who are logged in."),
    403: _("The site does not let programs read this address."),
    404: _("There is nothing at this address (any more)."),
    410: _("The site says that this address is gone for good."),
    429: _("The site asks us to come less often."),
    451: _("The site may not show this, for legal reasons."),
}
_TROUBLE = _("The site has trouble of its own just now.")
_ODD = _("The site gave an answer that makes no sense.")


@dataclass(frozen=True)
class Limits:
    """Of one answer. ``seconds`` go from the first byte sent to the last one read."""

    bytes: int = 10_000_000
    seconds: float = 40.0


LIMITS = Limits()


@dataclass(frozen=True)
class Fetched:
    """An answer. ``body`` is b"" where nothing changed since last time; ``address`` is where it came from in the end.

    ``memory`` is what to hand in next time; ``asked`` the seconds for which the site says that it stays the same.
    """

    address: str
    unchanged: bool = False
    body: bytes = b""
    content_type: str = ""
    asked: float | None = None
    memory: Memory = field(default_factory=dict)


class NotYet(Exception):  # noqa: N818 - says what it is
    """The host was asked a moment ago: it is this source's turn in ``wait`` seconds. No fault of anybody."""

    def __init__(self, wait: float) -> None:
        super().__init__(wait)
        self.wait = wait


def opened(*, allowed: Sequence[str] = (), home: str = "") -> GuardedClient:
    """A client with an honest name, for one use. ``home``: the address of this installation, so that whoever runs
    the site that is read can ask there; ``allowed`` as in ``core.http.guarded_client``."""
    client = guarded_client(allowed=allowed, plain=True, timeout=TIMEOUT)
    if home:
        client.headers["User-Agent"] += f" (+{home})"
    return client


def fetch(  # noqa: PLR0913 - each of these is part of what is asked
    client: httpx.Client,
    address: str,
    *,
    accept: str,
    memory: Memory | None = None,
    robots: bool = True,
    limits: Limits = LIMITS,
) -> Fetched:
    """Fetch ``address`` if it changed. Raises ``SourceError``, or ``NotYet`` where the host has to be left alone.

    Of ``memory`` it knows ``etag``, ``modified``, ``digest``, and ``moved``: where permanent redirects led (RFC 9110,
    15.4.2 and 15.4.9). Where there is nothing any more, the address as it was typed gets its chance again.
    """
    known = dict(memory or {})
    asked = _Asked(client, accept=accept, robots=robots, limits=limits)
    if moved := str(known.get("moved") or ""):
        try:
            return asked.answered(moved, known)
        except SourceError as error:
            if error.wait is not None:
                raise
            known = {}
    return asked.answered(address, known)


@dataclass(frozen=True)
class _Asked:
    client: httpx.Client
    accept: str
    robots: bool
    limits: Limits

    def answered(self, address: str, known: Memory) -> Fetched:
        """Follow redirects, each through the guard, to the answer."""
        here, permanently = address, True
        for _hop in range(MAX_REDIRECTS + 1):
            response, body = self._one(here, known if here == known.get("moved", address) else {})
            if response.next_request is None:
                moved = here if permanently and here != address else known.get("moved") if here == address else None
                return _fetched(response, body, known, here=here, moved=moved)
            permanently = permanently and response.status_code in _PERMANENT
            here = str(response.next_request.url)
        raise SourceError(_ROUND, detail=here[:200])

    def _one(self, address: str, known: Memory) -> tuple[httpx.Response, bytes]:
        host = host_of(address)
        if not host:
            raise SourceError(_NO_ADDRESS)
        pause = 0.0
        if self.robots:
            rules = ROBOTS.of(address, lambda robots: _robots(self.client, robots, limits=self.limits))
            if not rules.allows(address):
                raise SourceError(_FORBIDDEN if rules.parser else _TROUBLE, detail="robots.txt")
            pause = rules.pause
        if wait := HOSTS.turn(host, pause=pause):
            raise NotYet(wait)
        response, body = _got(self.client, address, headers=self._headers(known), limits=self.limits)
        return _accepted(response, host=host), body

    def _headers(self, known: Memory) -> dict[str, str]:
        said = {"If-None-Match": known.get("etag"), "If-Modified-Since": known.get("modified")}
        return {"Accept": self.accept, **{name: str(value) for name, value in said.items() if value}}


def _fetched(response: httpx.Response, body: bytes, known: Memory, *, here: str, moved: object) -> Fetched:
    digest = hashlib.sha256(body).hexdigest()[:32] if body else str(known.get("digest") or "")
    unchanged = response.status_code == 304 or digest == known.get("digest")
    said = {
        "etag": response.headers.get("ETag", "")[:300],
        "modified": response.headers.get("Last-Modified", "")[:100],
    }
    if response.status_code == 304:  # it need not say them again
        said = {name: value or str(known.get(name) or "") for name, value in said.items()}
    memory = {**said, "digest": digest, "moved": moved}
    return Fetched(
        here,
        unchanged=unchanged,
        body=b"" if unchanged else body,
        content_type=response.headers.get("Content-Type", "")[:200],
        asked=_max_age(response.headers.get("Cache-Control", "")),
        memory={name: value for name, value in memory.items() if value},
    )


def _max_age(said: str) -> float | None:
    """RFC 9111, 5.2.2.1; where it may not be kept at all it says nothing about when to come back."""
    match = re.search(r"(?:^|[\s,])max-age=\"?(\d{1,9})", said.lower())
    return float(match[1]) if match and "no-store" not in said.lower() else None


def _accepted(response: httpx.Response, *, host: str) -> httpx.Response:
    status, headers = response.status_code, response.headers
    if status in {200, 304} or response.next_request is not None:
        return response
    wait = None
    if status in {429, 503} and ("Retry-After" in headers or status == 429):
        wait = min(rate_of(headers).seconds, LONGEST_WAIT)
        HOSTS.hush(host, wait)
    reason = _REASONS.get(status, _TROUBLE if status >= 500 else _ODD)
    raise SourceError(reason, wait=wait, gone=status == 410, detail=f"status {status}")


def site_maps(client: httpx.Client, address: str, *, limits: Limits = LIMITS) -> list[str]:
    """The site maps that the site's ``robots.txt`` names (https://www.sitemaps.org/protocol.html#submit_robots)."""
    rules = ROBOTS.of(address, lambda robots: _robots(client, robots, limits=limits))
    return [str(each) for each in rules.parser.sitemaps][:3] if rules.parser else []


def _robots(client: httpx.Client, address: str, *, limits: Limits) -> tuple[int, bytes]:
    """Status and body of a ``robots.txt``; at most five redirects (RFC 9309, 2.3.1.2). Raises ``SourceError``."""
    for _hop in range(MAX_REDIRECTS + 1):
        response, body = _got(client, address, headers={"Accept": "text/plain"}, limits=limits)
        if response.next_request is None:
            return response.status_code, body
        address = str(response.next_request.url)
    return 404, b""


class _Leaving:
    """Which clients are not to fetch anything any more, and what each of them is fetching."""

    def __init__(self) -> None:
        self._cut = WeakSet[httpx.Client]()
        self._clocks: WeakKeyDictionary[httpx.Client, Clock] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def cut(self, client: httpx.Client) -> None:
        """End what is on its way there."""
        with self._lock:
            self._cut.add(client)
            clock = self._clocks.get(client)
        if clock:
            clock.ring()

    def begins(self, client: httpx.Client, clock: "Clock") -> None:
        """Raises ``NotYet`` where it is cut: the source keeps its turn, for whoever reads it next."""
        with self._lock:
            if client in self._cut:
                raise NotYet(0.0)
            self._clocks[client] = clock

    def is_cut(self, client: httpx.Client) -> bool:
        """Was it?"""
        return client in self._cut


_LEAVING = _Leaving()


def cut(client: httpx.Client) -> None:
    """Let nobody wait for this client any more: what it fetches ends at once, and all that follows, in ``NotYet``.

    For one thread that reads, by another; a client is used by one thread.
    """
    _LEAVING.cut(client)


def _got(
    client: httpx.Client, address: str, *, headers: Mapping[str, str], limits: Limits
) -> tuple[httpx.Response, bytes]:
    """One answer and its whole body, unpacked if it is a packed file."""
    clock = Clock(limits.seconds)
    _LEAVING.begins(client, clock)
    try:
        return _answer(client, address, headers=headers, limits=limits, clock=clock)
    except SourceError as error:
        if _LEAVING.is_cut(client):
            raise NotYet(0.0) from error
        raise


def _answer(
    client: httpx.Client, address: str, *, headers: Mapping[str, str], limits: Limits, clock: "Clock"
) -> tuple[httpx.Response, bytes]:
    extensions = {"max_bytes": limits.bytes, "max_seconds": limits.seconds, "trace": clock.see}
    try:
        # A connection of its own for each: then the clock knows which one to cut.
        known = {**headers, "Connection": "close"}
        with clock, client.stream("GET", address, headers=known, extensions=extensions) as response:
            body = b"" if response.status_code != 200 else b"".join(response.iter_raw())
        if clock.rang:  # a body that was cut off may pass for a whole one
            raise SourceError(_SLOW)
        return response, unpacked(body, max_bytes=limits.bytes)
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, ValueError, OSError) as error:
        raise SourceError(_SLOW if clock.rang else _reason(error), detail=repr(error)[:300]) from error


def _reason(error: Exception) -> str:
    if isinstance(error, (Refused, TooLarge)):
        return str(error)
    if isinstance(error, httpx.TimeoutException):
        return _SLOW
    if isinstance(error, httpx.ConnectError):
        return _UNTRUSTED if "CERTIFICATE" in str(error).upper() else _UNREACHABLE
    if isinstance(error, httpx.NetworkError):
        return _UNREACHABLE
    return _ODD if isinstance(error, httpx.HTTPError) else _NO_ADDRESS


class Clock:
    """Cuts the connection when all of it takes too long, wherever it is: a header can trickle in for hours."""

    def __init__(self, seconds: float) -> None:
        self.rang = False
        self.stream: Any = None
        self.timer = threading.Timer(seconds, self.ring)
        self.timer.daemon = True

    def see(self, name: str, told: Mapping[str, Any]) -> None:
        """httpcore's trace: remember the connection that was made."""
        if name in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            self.stream = told.get("return_value")

    def ring(self) -> None:
        """Time is over."""
        self.rang = True
        if self.stream is not None and (line := self.stream.get_extra_info("socket")):
            try:
                line.shutdown(2)
            except OSError:
                return

    def __enter__(self) -> None:
        self.timer.start()

    def __exit__(self, *_ended: object) -> None:
        self.timer.cancel()


def unpacked(body: bytes, *, max_bytes: int) -> bytes:
    """A gzip file (``sitemap.xml.gz``) unpacked, up to ``max_bytes``; anything else as it is.

    Raises ``core.http.TooLarge``: a small one could unpack to gigabytes.
    """
    if not body.startswith(b"\x1f\x8b"):
        return body
    machine = zlib.decompressobj(wbits=31)
    try:
        plain = machine.decompress(body, max_bytes + 1)
    except zlib.error as error:
        raise ValueError("a damaged gzip file") from error
    if len(plain) > max_bytes:
        raise TooLarge(_("The answer was too large."))
    return plain


@contextmanager
def patient() -> Iterator[None]:
    """Tell ``NotYet`` as a ``SourceError``, for a person who waits for the answer."""
    try:
        yield
    except NotYet as busy:
        raise SourceError(_("This site was asked a moment ago. Try again in a minute."), wait=busy.wait) from busy
