"""Long-lived connections to networks: WebSocket frames, server-sent events and lines, behind the SSRF guard.

All yield ``None`` as a sign of life of the other side, never from a clock of our own: a dead watch must not
look like a quiet day.
"""

import logging
import socket
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from threading import Event as Flag
from threading import Thread
from types import MappingProxyType
from urllib.parse import urlsplit

import httpx
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from vierogen.core.http import open_socket, tls_context
from vierogen.core.words import gettext_noop as _
from vierogen.networks.asking import answered, told
from vierogen.networks.base import NetworkError

# Seconds between two looks at the stop flag; so much later at most a stream ends.
TICK = 0.25
# Seconds between two pings, and until a ping without an answer means that the connection is dead.
PING_EVERY = 5.0
PING_PATIENCE = 15.0
# Seconds of silence after which server-sent events are dead: Mastodon thumps every 15.
SILENCE = 45.0
MAX_FRAME = 8_000_000

# At debug level websockets writes whole handshakes into the log, with the token in them.
_LOG = logging.getLogger("vierogen.networks.streaming.websockets")
_LOG.setLevel(logging.INFO)


class NotOffered(NetworkError):  # noqa: N818 - says what the network said
    """The server did not open a WebSocket; ``status`` is its HTTP answer, 0 where there was none."""

    def __init__(self, status: int) -> None:
        super().__init__(_("The network does not offer this kind of stream."), detail=f"status {status}")
        self.status = status


def frames(
    client: httpx.Client, url: str, *, stop: Flag, headers: Mapping[str, str] = MappingProxyType({})
) -> Iterator[str | bytes | None]:
    """Yield the messages of a ``ws(s)://`` address until ``stop`` is set or the connection ends.

    ``None`` comes right after connecting and after each ping that the other side answered (every 5 s).
    Raises ``NotOffered`` or another ``NetworkError`` when the connection cannot be made.
    """
    with _opened(client, url, headers) as connection, suppress(ConnectionClosed):
        yield None
        sent, pong = time.monotonic(), _pinged(connection)
        while not stop.is_set():
            with suppress(TimeoutError):
                yield connection.recv(timeout=TICK)
            waited = time.monotonic() - sent
            if waited > PING_PATIENCE:
                return
            if waited > PING_EVERY and pong.is_set():
                yield None
                sent, pong = time.monotonic(), _pinged(connection)


def _pinged(connection: ClientConnection) -> Flag:
    """Send a ping. Where the other side has closed already, what it said before that is still to be read."""
    try:
        return connection.ping()
    except ConnectionClosed:
        return Flag()


@contextmanager
def _opened(client: httpx.Client, url: str, headers: Mapping[str, str]) -> Iterator[ClientConnection]:
    parts = urlsplit(url)
    encrypted, host = parts.scheme == "wss", parts.hostname or ""
    with told():
        sock = open_socket(client, host, parts.port or (443 if encrypted else 80), encrypted=encrypted)
    try:
        connection = connect(
            url,
            sock=sock,
            ssl=tls_context() if encrypted else None,
            additional_headers=dict(headers),
            user_agent_header=client.headers["User-Agent"],
            compression=None,
            proxy=None,
            ping_interval=None,  # we ping, and tell the watch of each answer
            close_timeout=TICK,
            max_size=MAX_FRAME,
            logger=_LOG,
        )
    except InvalidStatus as error:
        raise NotOffered(error.response.status_code) from error
    except InvalidHandshake as error:
        raise NotOffered(0) from error
    except ValueError:
        # A redirect: it would leave the judged address. Without its cause, which quotes where to.
        raise NotOffered(0) from None
    except (OSError, EOFError) as error:
        reason = _("The network could not be reached.")
        raise NetworkError(reason, may_retry=True, detail=type(error).__name__) from error
    with connection:
        yield connection


def events(
    client: httpx.Client, url: str, *, stop: Flag, headers: Mapping[str, str] = MappingProxyType({})
) -> Iterator[tuple[str, str] | None]:
    """Yield the server-sent events (name, data) of an ``http(s)://`` address until ``stop`` or the end.

    ``None`` comes right after connecting and for each comment, which servers send to keep the connection
    alive (https://html.spec.whatwg.org/multipage/server-sent-events.html). Raises ``NetworkError`` when the
    connection cannot be made.
    """
    with _opened_flow(client, url, {**headers, "Accept": "text/event-stream"}, stop=stop) as response:
        if not response.headers.get("Content-Type", "").startswith("text/event-stream"):
            raise NetworkError(_("The network does not offer this kind of stream."))
        yield None
        with suppress(httpx.HTTPError):
            yield from _told_apart(_lines(response))


def lines(
    client: httpx.Client, url: str, *, stop: Flag, headers: Mapping[str, str] = MappingProxyType({})
) -> Iterator[str | None]:
    """Yield the lines of an answer without an end until ``stop`` is set or the connection ends.

    ``None`` comes right after connecting and for each empty line, which servers send to keep the connection
    alive. Raises ``NetworkError`` when the connection cannot be made.
    """
    with _opened_flow(client, url, headers, stop=stop) as response:
        yield None
        with suppress(httpx.HTTPError):
            for line in _lines(response):
                yield line.strip() or None


@contextmanager
def _opened_flow(client: httpx.Client, url: str, headers: Mapping[str, str], *, stop: Flag) -> Iterator[httpx.Response]:
    with ExitStack() as stack:
        with told():
            response = stack.enter_context(_streamed(client, url, headers))
        stack.enter_context(_cut_on(stop, response))
        yield response


@contextmanager
def _streamed(client: httpx.Client, url: str, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
    with client.stream(
        "GET",
        url,
        headers=dict(headers),
        timeout=httpx.Timeout(client.timeout.connect, read=SILENCE),
        extensions={"max_bytes": None, "max_seconds": None},
    ) as response:
        if not response.is_success:
            response.read()
        answered(response)
        yield response


@contextmanager
def _cut_on(stop: Flag, response: httpx.Response) -> Iterator[None]:
    """Cut the connection when ``stop`` is set: nothing else ends a read that waits."""
    over = Flag()
    sock: socket.socket = response.extensions["network_stream"].get_extra_info("socket")

    def wait() -> None:
        while not over.wait(TICK):
            if stop.is_set():
                with suppress(OSError):
                    # Past the TLS layer, which another thread is reading from.
                    socket.socket.shutdown(sock, socket.SHUT_RDWR)
                return

    watcher = Thread(target=wait, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _lines(response: httpx.Response) -> Iterator[str]:
    """The lines of an answer; it ends at one that is longer than any message. httpx would gather it without a limit."""
    rest = b""
    for part in response.iter_bytes():
        *whole, rest = (rest + part).split(b"\n")
        yield from (line.removesuffix(b"\r").decode(errors="replace") for line in whole)
        if len(rest) > MAX_FRAME:
            return


def _told_apart(lines: Iterable[str]) -> Iterator[tuple[str, str] | None]:
    name, data = "message", list[str]()
    for line in lines:
        field, _colon, value = line.partition(":")
        if not line:
            if data:
                yield name, "\n".join(data)
            name, data = "message", []
        elif not field:
            yield None
        elif field == "event":
            name = value.removeprefix(" ")
        elif field == "data":
            data.append(value.removeprefix(" "))
            if sum(map(len, data)) > MAX_FRAME:
                return
