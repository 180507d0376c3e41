"""The one HTTP client of the house, behind the SSRF guard. Knows no Django; settings are handed in.

The guard follows OWASP's *Server-Side Request Forgery Prevention*: a name is resolved once, each address is
judged, and the connection goes to the judged address itself, so that a second answer of the name server
changes nothing (DNS rebinding). TLS and the Host header keep the original name.
"""

import re
import socket
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from threading import Event
from types import MappingProxyType
from typing import Any

import httpcore
import httpx

from vierogen.core.numbers import whole
from vierogen.core.words import gettext_noop as _

# Seconds: to connect, between two reads, between two writes, and for a free connection.
TIMEOUT = httpx.Timeout(connect=5, read=15, write=15, pool=5)
# An answer may have this many bytes and take this many seconds in all, unless the request's extensions say
# otherwise (``{"max_bytes": None, "max_seconds": None}`` for a stream without an end).
MAX_BYTES = 20_000_000
MAX_SECONDS = 60.0
# A name may have thousands of dead addresses, each of which takes its time.
MOST_ADDRESSES = 4
# How long to wait after "too many requests" that does not say how long.
DEFAULT_WAIT = 60.0
_staying_inside = Event()
INSIDE = _("This is the practice environment: nothing outside is contacted.")

# The only IPv6 space given out for the public internet, less what is inside it and leads elsewhere:
# https://www.iana.org/assignments/ipv6-unicast-address-assignments and .../iana-ipv6-special-registry
_PUBLIC_V6 = IPv6Network("2000::/3")
_REFUSED = (
    IPv6Network("2001::/23"),  # protocol assignments, among them Teredo (RFC 4380)
    IPv6Network("2002::/16"),  # 6to4: carries any IPv4 address (RFC 3056)
    IPv6Network("3fff::/20"),  # documentation (RFC 9637)
    IPv4Network("192.88.99.0/24"),  # 6to4 relays (RFC 7526)
    IPv4Network("168.63.129.16/32"),  # a cloud's metadata service on an otherwise public address
)


class Refused(httpx.TransportError):
    """The guard did not let the request out; nothing was sent. The message is a plain English sentence."""


class StayedInside(Refused):
    """Nothing outside is contacted from here at all, whatever the address: this is practice."""


class TooLarge(httpx.TransportError):
    """The answer was larger, took longer or was packed differently than we accept."""


def stay_inside() -> None:
    """From now on this process contacts only allowed networks, and asks no name server: for practice."""
    _staying_inside.set()


@dataclass(frozen=True)
class Guard:
    """Says which addresses may be contacted: the public internet and the networks in ``allowed``.

    With ``public=False`` only the networks in ``allowed``.
    """

    allowed: tuple[IPv4Network | IPv6Network, ...] = ()
    public: bool = True

    def addresses(self, host: str, port: int) -> list[str]:
        """Resolve ``host`` once and return the addresses that may be contacted, never none.

        Raises ``Refused`` where all are refused and ``httpx.ConnectError`` where the name is unknown.
        """
        if _staying_inside.is_set() and host != "localhost" and not _is_address(host.strip("[]")):
            raise StayedInside(INSIDE)
        found = _resolved(host.strip("[]"), port)
        permitted = [address for address in found if self.permits(address)]
        if not permitted and _staying_inside.is_set() and any(_is_public(ip_address(one)) for one in found):
            raise StayedInside(INSIDE)
        if not permitted:
            raise Refused(_("This address is not on the public internet, so it was not contacted."))
        return permitted

    def permits(self, address: str) -> bool:
        """May this IP address be contacted?"""
        judged = ip_address(address)
        if any(judged in network for network in self.allowed):
            return True
        return self.public and not _staying_inside.is_set() and _is_public(judged)


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if not address.is_global or address.is_multicast:
        return False
    if any(address in network for network in _REFUSED):
        return False
    # Also keeps out IPv4-mapped and -compatible addresses (RFC 4291) and NAT64 (RFC 6052).
    return isinstance(address, IPv4Address) or address in _PUBLIC_V6


def _resolved(host: str, port: int) -> list[str]:
    # WHATWG URL, "ends in a number": 2130706433, 0177.0.0.1 and 0x7f.1 are ways to hide an IPv4 address.
    last = host.rstrip(".").rpartition(".")[2]
    if re.fullmatch(r"[0-9]+|0[xX][0-9a-fA-F]*", last) and not _is_address(host):
        raise Refused(_("This address is written in an unusual way, so it was not contacted."))
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpx.ConnectError(f"cannot resolve {host!r}: {error}") from error
    return list(dict.fromkeys(str(sockaddr[0]) for *_rest, sockaddr in found))


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


class _Backend(httpcore.NetworkBackend):
    """Opens connections to judged addresses only."""

    def __init__(self, guard: Guard) -> None:
        self.guard = guard
        self.system = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        problem: Exception | None = None
        for address in self.guard.addresses(host, port)[:MOST_ADDRESSES]:
            try:
                return self.system.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
        raise problem or httpcore.ConnectError(f"no address for {host!r}")


class _Transport(httpx.HTTPTransport):
    """httpx's own transport, with the guarded backend below it and bounded answers."""

    def __init__(self, guard: Guard) -> None:
        super().__init__(verify=tls_context(), trust_env=False)
        # httpx hands no backend through; its pool is httpcore's public class.
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls_context(), keepalive_expiry=5, network_backend=_Backend(guard)
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.userinfo:
            raise Refused(_("This address has a user name in it, so it was not contacted."))
        response = super().handle_request(request)
        packing = response.headers.get("Content-Encoding", "identity")
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            stream=_Bounded(response.stream, packing, request.extensions),
            extensions=response.extensions,
        )


class _Bounded(httpx.SyncByteStream):
    """An answer's body that ends in ``TooLarge`` instead of filling memory or never ending."""

    def __init__(
        self,
        stream: httpx.SyncByteStream | httpx.AsyncByteStream,
        packing: str,
        extensions: Mapping[str, Any],
    ) -> None:
        if not isinstance(stream, httpx.SyncByteStream):
            raise TypeError("a synchronous transport gives a synchronous stream")
        self.stream, self.packing = stream, packing
        self.max_bytes: int | None = extensions.get("max_bytes", MAX_BYTES)
        self.max_seconds: float | None = extensions.get("max_seconds", MAX_SECONDS)

    def __iter__(self) -> Iterator[bytes]:
        # We ask for unpacked answers: a small packed one could unpack to gigabytes.
        if self.packing.strip().lower() != "identity":
            raise TooLarge(_("The answer was packed although we asked for it unpacked."))
        size, start = 0, time.monotonic()
        for part in self.stream:
            size += len(part)
            if self.max_bytes is not None and size > self.max_bytes:
                raise TooLarge(_("The answer was too large."))
            if self.max_seconds is not None and time.monotonic() - start > self.max_seconds:
                raise TooLarge(_("The answer took too long."))
            yield part

    def close(self) -> None:
        self.stream.close()


class GuardedClient(httpx.Client):
    """An httpx client whose every connection went through ``guard``; made by ``guarded_client``."""

    guard: Guard


def guarded_client(  # noqa: PLR0913 - each of these is asked by somebody
    *,
    base_url: str = "",
    allowed: Sequence[str] = (),
    headers: Mapping[str, str] = MappingProxyType({}),
    timeout: httpx.Timeout = TIMEOUT,
    plain: bool = False,
    public: bool = True,
) -> GuardedClient:
    """Open the client for one use; close it after (it is a context manager).

    ``allowed`` are networks (``"127.0.0.0/8"``) that the operator permits besides the public internet.
    Unencrypted ``http://`` reaches only those, unless ``plain`` (feeds, the link check) permits it anywhere.
    With ``public=False`` nothing but those is reached at all. Redirects are not followed by themselves. Raises
    ``ValueError`` for a network that is none.
    """
    networks = tuple(ip_network(network) for network in allowed)
    client = GuardedClient(
        base_url=base_url,
        headers={"User-Agent": f"Vierogen/{_version()}", "Accept-Encoding": "identity", **headers},
        timeout=timeout,
        trust_env=False,
        transport=_Transport(Guard(networks, public=public)),
        mounts={"http://": _Transport(Guard(networks, public=plain and public))},
    )
    client.guard = Guard(networks, public=public)
    return client


def open_socket(client: httpx.Client, host: str, port: int, *, encrypted: bool) -> socket.socket:
    """Connect to ``host`` through the guard of ``client``, for what is not HTTP (WebSockets).

    The caller does TLS, with ``tls_context()`` and ``host`` as server name; without it only the operator's
    allowed networks are reached. Raises ``Refused`` or ``httpx.ConnectError``.
    """
    if not isinstance(client, GuardedClient):
        raise TypeError("only a client made by guarded_client can open a socket")
    guard = Guard(client.guard.allowed, public=encrypted and client.guard.public)
    problem: OSError | None = None
    for address in guard.addresses(host, port):
        try:
            return socket.create_connection((address, port), timeout=client.timeout.connect)
        except OSError as error:
            problem = error
    raise httpx.ConnectError(f"cannot connect to {host!r}: {problem}") from problem


@cache
def tls_context() -> ssl.SSLContext:
    """Return the one TLS context of the process: verifies certificate and host name."""
    return httpx.create_ssl_context(trust_env=False)


@cache
def _version() -> str:
    try:
        return version("vierogen")
    except PackageNotFoundError:  # run from a checkout that nobody installed
        return "0"


@dataclass(frozen=True)
class Followed:
    """Where a link ended: the last ``url`` and its HTTP ``status``."""

    url: str
    status: int


def follow(client: httpx.Client, url: str, *, limit: int = 5) -> Followed:
    """Follow at most ``limit`` redirects of ``url``, each hop through the guard; reads no body.

    Raises ``httpx.TransportError`` (``Refused`` among them), ``httpx.TooManyRedirects`` or
    ``httpx.InvalidURL``.
    """
    request = client.build_request("GET", url)
    for _hop in range(limit + 1):
        response = client.send(request, stream=True)
        response.close()
        if response.next_request is None:
            return Followed(str(response.url), response.status_code)
        request = response.next_request
    raise httpx.TooManyRedirects(_("The link leads on and on."), request=request)


@dataclass(frozen=True)
class Rate:
    """What a network says about its limit: calls ``remaining`` (None: not said), ``seconds`` until more."""

    remaining: int | None
    seconds: float


_LIMITS = ("RateLimit", "X-RateLimit", "X-Rate-Limit")


def rate_of(headers: httpx.Headers, *, now: datetime | None = None) -> Rate:
    """Read the rate-limit headers of any network.

    ``Retry-After`` (RFC 9110 10.2.3), Mastodon's ``X-RateLimit-*`` with an ISO date
    (https://docs.joinmastodon.org/api/rate-limits/), Bluesky's ``RateLimit-*`` with a Unix time
    (https://docs.bsky.app/docs/advanced-guides/rate-limits), X's ``x-rate-limit-*`` with a Unix time
    (https://docs.x.com/x-api/fundamentals/rate-limits), the IETF drafts' seconds and ``RateLimit``.
    """
    now = now or datetime.now(UTC)
    found = dict(re.findall(r"(?:^|;)\s*([rt])\s*=\s*(\d+)", headers.get("RateLimit", "")))
    remaining = _first(headers, *(f"{name}-Remaining" for name in _LIMITS)) or found.get("r", "")
    reset = _first(headers, "Retry-After", *(f"{name}-Reset" for name in _LIMITS)) or found.get("t", "")
    return Rate(whole(remaining), _seconds(reset, now))


def _first(headers: httpx.Headers, *names: str) -> str:
    return next((headers[name].strip() for name in names if name in headers), "")


def _seconds(reset: str, now: datetime) -> float:
    if re.fullmatch(r"\d+(\.\d+)?", reset):
        number = float(reset)
        # No limit lasts thirty years: a number that large is a Unix time.
        return max(0.0, number - now.timestamp()) if number > 1e9 else number
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = parse(reset)
        except ValueError:
            continue
        return max(0.0, ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds())
    return DEFAULT_WAIT
