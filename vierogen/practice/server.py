"""The HTTP door of the practice network, on this computer only, with faults on request.

The standard library's own server, because a connection must be cut on purpose here.
"""

import json
import logging
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Empty
from threading import Condition, Lock, Thread
from threading import Event as Flag
from types import TracebackType
from typing import Any, Self

from vierogen.core.numbers import whole
from vierogen.practice.api import Answer, Api, Unauthorised, error, unauthorised
from vierogen.practice.calls import BadCall, Call, read
from vierogen.practice.entities import PICTURE_BYTES
from vierogen.practice.faults import STREAM, Faults, Plan
from vierogen.practice.network import Posted, PracticeNetwork
from vierogen.practice.records import Account
from vierogen.practice.streams import Event, Events

logger = logging.getLogger(__name__)

LONGEST_BODY = PICTURE_BYTES + 64 * 1024
# https://docs.joinmastodon.org/api/rate-limits/: counted over five minutes. Mastodon allows 300;
# here a benchmark of 100 posts a second fits.
WINDOW = 300
ALLOWED = 100_000


class PracticeServer:
    """The practice network on a port of this computer.

    ``heartbeat`` (seconds between two signs of life on a stream) and ``allowed`` (requests per account
    in five minutes) may be set at any time. ``faults`` makes things go wrong.
    """

    def __init__(self, path: Path | None = None, *, port: int = 0, keys_ignored: bool = False) -> None:
        """Continue with the file at ``path``, or start empty.

        ``port`` 0 takes the port of the last time, so that addresses stay valid, or else any that is free.

        With ``keys_ignored`` an ``Idempotency-Key`` means nothing, as on some real servers.
        """
        self.network = PracticeNetwork(path)
        self.faults = Faults()
        self.heartbeat = 5.0
        self.allowed = ALLOWED
        self.stopping = Flag()
        self._door = self._opened(port)
        self.network.port = self._door.server_port
        self.url = f"http://127.0.0.1:{self._door.server_port}"
        self.api = Api(self.network, self.url, keys_ignored=keys_ignored)
        self._counted: dict[str, tuple[float, int]] = {}
        self._counting = Lock()
        self._thread: Thread | None = None

    def _opened(self, port: int) -> "_Door":
        if not port and self.network.port:
            with suppress(OSError):  # somebody else has it now
                return _Door(("127.0.0.1", self.network.port), self)
        return _Door(("127.0.0.1", port), self)

    def start(self) -> Self:
        """Answer from now on, in a thread of its own."""
        self._thread = Thread(target=self._door.serve_forever, args=(0.01,), daemon=True, name="practice network")
        self._thread.start()
        return self

    def stop(self) -> None:
        """End everything within a second, open streams included. Stopping twice is fine."""
        if self.stopping.is_set():
            return
        self.stopping.set()
        self.network.streams.end()
        if self._thread:
            self._door.shutdown()
            self._thread.join()
        self._door.server_close()
        self._door.cut_everything()
        self.network.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def posted(self) -> list[Posted]:
        """Every post of this run with the monotonic time at which it was stored."""
        return list(self.network.posted)

    def cut_streams(self) -> None:
        """End every open stream now, as a network hiccup does."""
        self.network.streams.end()

    def count(self, account: Account) -> dict[str, str]:
        """Count one request and give https://docs.joinmastodon.org/api/rate-limits/ as headers."""
        moment = time.time()
        with self._counting:
            started, used = self._counted.get(account.id, (moment, 0))
            if moment >= started + WINDOW:
                started, used = moment, 0
            self._counted[account.id] = (started, used + 1)
        return _limits(allowed=self.allowed, left=self.allowed - used - 1, reset=started + WINDOW)


class _Door(ThreadingHTTPServer):
    """Knows every open connection, so that stopping can cut them all."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], practice: PracticeServer) -> None:
        self.practice = practice
        self._open: set[socket.socket] = set()
        self._changed = Condition()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._changed:
            self._open.add(request)
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._changed:
                self._open.discard(request)
                self._changed.notify_all()

    def cut_everything(self) -> None:
        """End every connection, and give what is under way half a second to notice."""
        with self._changed:
            for connection in self._open:
                with suppress(OSError):  # its other end was faster
                    connection.shutdown(socket.SHUT_RDWR)
            self._changed.wait_for(lambda: not self._open, timeout=0.5)

    def handle_error(self, request: Any, client_address: Any) -> None:
        left = isinstance(sys.exception(), ConnectionError)
        if not left and not self.practice.stopping.is_set():
            logger.exception("the practice network failed to answer")


class _Handler(BaseHTTPRequestHandler):
    """One connection: reads requests, lets planned faults happen, answers or streams."""

    server: _Door
    protocol_version = "HTTP/1.1"
    server_version = "PracticeNetwork"
    sys_version = ""
    # Head and body leave in one piece: two small ones would wait for each other.
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = 120.0

    def serve(self) -> None:
        """Answer one request of any method."""
        try:
            call = read(self.command, self.path, self.headers, self._body())
        except BadCall as bad:
            self.close_connection = True
            self._send(error(bad.status, str(bad)))
            return
        with suppress(ConnectionError, TimeoutError):  # the other end has left
            self._answer(call)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = serve  # noqa: N815 - the base class asks for it

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it
        """Say little: addresses may hold tokens."""

    def _body(self) -> bytes:
        if "Transfer-Encoding" in self.headers:
            raise BadCall(411, "Length required")
        length = whole(self.headers.get("Content-Length") or "0")
        if length is None:
            raise BadCall(400, "Bad request")
        if length > LONGEST_BODY:
            raise BadCall(413, "Payload too large")
        return self.rfile.read(length)

    def _answer(self, call: Call) -> None:
        practice = self.server.practice
        plan = practice.faults.take(f"{call.method} {call.path}")
        if plan:
            self._go_wrong(plan, call)
        elif f"{call.method} {call.path}" == STREAM:
            self._stream(call)
        else:
            self._send(self._done(call))

    def _done(self, call: Call) -> Answer:
        """Do it, within the limits."""
        practice = self.server.practice
        account = practice.network.by_token(call.token) if call.token else None
        limits = practice.count(account) if account else {}
        if limits.get("X-RateLimit-Remaining", "").startswith("-"):
            return _limited(WINDOW)
        answer = practice.api.answer(call)
        return Answer(answer.status, answer.body, answer.mime, limits | answer.headers)

    def _go_wrong(self, plan: Plan, call: Call) -> None:
        happening: dict[str, Callable[[], None]] = {
            "late": lambda: self._later(plan.seconds, self._done(call)),
            "late_accepting": lambda: self._later(plan.seconds, call),
            "error_before": lambda: self._send(_broken()),
            "error_after_accepting": lambda: self._send(_broken(self._done(call))),
            "cut_before": self._cut,
            "cut_after_accepting": lambda: self._cut(self._done(call)),
            "limited": lambda: self._send(_limited(plan.seconds)),
        }
        happening[plan.kind]()

    def _later(self, seconds: float, what: Answer | Call) -> None:
        if self.server.practice.stopping.wait(seconds):
            self._cut()
        else:
            self._send(self._done(what) if isinstance(what, Call) else what)

    def _cut(self, answer: Answer | None = None) -> None:
        """End the connection; ``answer``, if there was one, is lost."""
        self.close_connection = True
        with suppress(OSError):  # its other end was faster
            self.connection.shutdown(socket.SHUT_RDWR)

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.mime)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
        self.wfile.flush()

    def _stream(self, call: Call) -> None:
        """https://docs.joinmastodon.org/methods/streaming/#user, as server-sent events."""
        practice = self.server.practice
        try:
            account = practice.api.member(call)
        except Unauthorised:
            self._send(unauthorised(streaming=True))
            return
        self.close_connection = True
        # Listening starts before the answer does: whoever sees the stream open misses nothing after it.
        with practice.network.streams.listen(account) as events:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Cache-Control", "private, no-store")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self._chunk(":)\n")
            self._flow(account, events)
            self._chunk("")

    def _flow(self, account: Account, events: Events) -> None:
        """Pass on events and heartbeats until the stream ends, or falls silent first."""
        practice = self.server.practice
        while not practice.stopping.is_set():
            try:
                event = events.get(timeout=practice.heartbeat)
                text = self._told(event, account) if event else ""
            except Empty:
                text = ":thump\n"
            silence = practice.faults.silence()
            if silence:
                practice.stopping.wait(silence.seconds)
            if silence or not text:
                return
            self._chunk(text)

    def _told(self, event: Event, account: Account) -> str:
        entities = self.server.practice.api.entities
        data = json.dumps(entities.status(event.status, viewer=account)) if event.status else event.remote_id
        return f"event: {event.name}\ndata: {data}\n\n"

    def _chunk(self, text: str) -> None:
        """One piece of a chunked answer (RFC 9112, section 7.1); the empty one is the last."""
        data = text.encode()
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()


def _limits(*, allowed: int, left: int, reset: float) -> dict[str, str]:
    moment = datetime.fromtimestamp(reset, tz=UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return {
        "X-RateLimit-Limit": str(allowed),
        "X-RateLimit-Remaining": str(left),
        "X-RateLimit-Reset": moment,
    }


def _limited(seconds: float) -> Answer:
    """https://docs.joinmastodon.org/api/rate-limits/, with RFC 9110's own header beside Mastodon's."""
    answer = error(429, "Too many requests")
    limits = _limits(allowed=ALLOWED, left=0, reset=time.time() + seconds)
    return Answer(429, answer.body, answer.mime, limits | {"Retry-After": str(round(seconds))})


def _broken(answer: Answer | None = None) -> Answer:
    """A page for people, as Mastodon sends when it breaks; ``answer``, if there was one, is lost."""
    return Answer(500, b"<!doctype html><title>We're sorry, but something went wrong</title>", "text/html")
