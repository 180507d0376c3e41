"""The HTTP door of a contract simulator, on this computer only: counts what is asked, lets planned faults happen."""

import json
import socket
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any, ClassVar, Self

import httpx

from vierogen.core.numbers import whole
from vierogen.core.plugins import found_in
from vierogen.practice.api import Answer
from vierogen.practice.calls import BadCall, Call, read
from vierogen.practice.faults import Faults, Plan

LONGEST_BODY = 64 * 1024 * 1024


class Flow:
    """An answer without an end: pieces as they come, until the simulator stops or the other end leaves."""

    def __init__(self, pieces: Iterator[bytes], *, mime: str = "application/json") -> None:
        self.pieces, self.mime = pieces, mime


class Simulator(ABC):
    """One network's contract, kept in memory. ``lock`` is held while a request is answered, so each is whole.

    It lives by the clock of ``time`` and ``datetime``, which tests may move. ``asked`` counts the requests,
    by (whose, "METHOD /path"). ``aside`` holds doors that the network itself has not, by the first part of their
    path: for people who play with it. What is asked there counts for nobody.
    """

    key: ClassVar[str]

    def __init__(self) -> None:
        self.aside: dict[str, Callable[[Call], Answer]] = {}
        self.faults, self.asked, self.lock = Faults(), Counter[tuple[str, str]](), Lock()
        self.stopping = Event()
        self._door: _Door | None = None

    @abstractmethod
    def answer(self, call: Call) -> Answer | Flow:
        """Do what is asked and answer as the network does; refusals are answers too."""

    def whose(self, call: Call) -> str:
        """Whose request this is, for the count."""
        return call.token

    def done(self, call: Call) -> Answer | Flow:
        """Count it, and do it."""
        if aside := self.aside.get(call.path.strip("/").partition("/")[0]):
            return aside(call)
        with self.lock:
            self.asked[self.whose(call), f"{call.method} {call.path}"] += 1
            return self.answer(call)

    @property
    def url(self) -> str:
        """Where it answers; only once it was started."""
        if self._door is None:
            raise RuntimeError("this simulator was not started")
        return f"http://127.0.0.1:{self._door.server_port}"

    @property
    def port(self) -> int:
        """The port of ``url``."""
        return int(self.url.rpartition(":")[2])

    def start(self, port: int = 0) -> Self:
        """Answer from now on, on ``port`` or any that is free. Raises ``OSError`` where it is taken."""
        self._door = _Door(("127.0.0.1", port), self)
        Thread(target=self._door.serve_forever, args=(0.01,), daemon=True, name=f"simulates {self.key}").start()
        return self

    def stop(self) -> None:
        """End everything within a second, open streams included."""
        self.stopping.set()
        if self._door:
            self._door.shutdown()
            self._door.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *problem: object) -> None:
        self.stop()

    def transport(self) -> httpx.MockTransport:
        """The same without sockets, for simulating whole days: a transport for an ``httpx.Client``."""
        return httpx.MockTransport(self._without_sockets)

    def _without_sockets(self, request: httpx.Request) -> httpx.Response:
        call = _read(request.method, request.url.raw_path.decode(), request.headers, request.read())
        answer = self.done(call)
        if isinstance(answer, Flow):
            raise TypeError("a flow needs a socket")
        return httpx.Response(
            answer.status, content=answer.body, headers={"Content-Type": answer.mime, **answer.headers}
        )


def simulators() -> dict[str, type[Simulator]]:
    """Every simulator, by the key of its network."""
    return found_in("vierogen.practice.simulators", Simulator)  # type: ignore[type-abstract]


def told(content: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """An answer of JSON."""
    return Answer(status, json.dumps(content, ensure_ascii=False).encode(), headers=dict(headers or {}))


def _read(method: str, target: str, headers: Any, body: bytes) -> Call:
    return read(method, target, headers, body)


class _Door(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], simulator: Simulator) -> None:
        self.simulator = simulator
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """The other end has left, or the simulator stops: nothing to tell."""


class _Handler(BaseHTTPRequestHandler):
    server: _Door
    protocol_version = "HTTP/1.1"
    server_version = "Simulator"
    sys_version = ""
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = 120.0

    def serve(self) -> None:
        """Answer one request of any method."""
        try:
            call = _read(self.command, self.path, self.headers, self._body())
        except BadCall as bad:
            self.close_connection = True
            self._send(told({"error": {"message": str(bad)}}, status=bad.status))
            return
        with suppress(ConnectionError, TimeoutError):  # the other end has left
            plan = self.server.simulator.faults.take(f"{call.method} {call.path}")
            if plan:
                self._go_wrong(plan, call)
            else:
                self._send(self.server.simulator.done(call))

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = serve  # noqa: N815 - the base class asks for it

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it
        """Say nothing: addresses may hold tokens."""

    def _body(self) -> bytes:
        length = whole(self.headers.get("Content-Length") or "0")
        if length is None or length > LONGEST_BODY:
            raise BadCall(400, "Bad request")
        return self.rfile.read(length)

    def _go_wrong(self, plan: Plan, call: Call) -> None:
        """See ``practice.faults`` for what each kind means."""
        simulator = self.server.simulator
        if plan.kind == "limited":
            self._send(told({}, status=429, headers={"Retry-After": str(round(plan.seconds))}))
            return
        if plan.kind == "late_accepting":
            simulator.stopping.wait(plan.seconds)
        answer = None if plan.kind.endswith("_before") else simulator.done(call)
        if plan.kind == "late":
            simulator.stopping.wait(plan.seconds)
        if plan.kind.startswith("error"):
            self._send(Answer(500, b"<!doctype html><title>Sorry</title>", "text/html"))
        elif plan.kind.startswith("cut") or answer is None:
            self._cut()
        else:
            self._send(answer)

    def _cut(self) -> None:
        self.close_connection = True
        with suppress(OSError):  # its other end was faster
            self.connection.shutdown(socket.SHUT_RDWR)

    def _send(self, answer: Answer | Flow) -> None:
        if isinstance(answer, Flow):
            self._flow(answer)
            return
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.mime)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if self.close_connection:  # said, or the other end may use it once more just before it closes
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
        self.wfile.flush()

    def _flow(self, flow: Flow) -> None:
        """A chunked answer (RFC 9112, section 7.1)."""
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", flow.mime)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.flush()
        for piece in flow.pieces:
            self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()
