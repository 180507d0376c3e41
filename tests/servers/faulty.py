"""A proxy before any HTTP server on this machine that can go wrong on purpose: late, 500, 429, cut.

    with FaultyProxy(server.port) as proxy:
        proxy.next(cut_after(), method="POST", path="/api/v1/statuses")

The one request that matches gets the fault; everything else, streams and WebSockets too, goes through.
"""

import json
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True)
class Fault:
    """What becomes of one request.

    `reaches`: the server behind gets it, and has answered before anything else happens. `seconds`: so much
    later the rest happens. `answer`: what the client gets instead of the server's answer; None for that
    answer itself, b"" for a connection that closes without any.
    """

    reaches: bool = True
    seconds: float = 0.0
    answer: bytes | None = None


def late(seconds: float) -> Fault:
    """Accepted, but the answer comes so much later."""
    return Fault(seconds=seconds)


def error_after(status: int = 500) -> Fault:
    """Accepted, but the answer is a server error."""
    return Fault(answer=_answer(status, "Broken on purpose"))


def cut_after() -> Fault:
    """Accepted, but the connection closes before the answer."""
    return Fault(answer=b"")


def cut_before() -> Fault:
    """Never reaches the server: the connection closes."""
    return Fault(reaches=False, answer=b"")


def limited(seconds: int) -> Fault:
    """429: come back after so many seconds."""
    return refused(429, "Too many requests", headers={"Retry-After": str(seconds)})


def refused(status: int, body: Any = "Refused on purpose", *, headers: Mapping[str, str] | None = None) -> Fault:
    """Never reaches the server: the answer is this, a text as the networks' `{"error": ...}`."""
    return Fault(reaches=False, answer=_answer(status, body, headers or {}))


def _answer(status: int, body: Any, headers: Mapping[str, str] | None = None) -> bytes:
    content = json.dumps({"error": body} if isinstance(body, str) else body).encode()
    lines = [
        f"HTTP/1.1 {status} Said by the proxy",
        "Content-Type: application/json",
        f"Content-Length: {len(content)}",
        "Connection: close",
        *(f"{name}: {value}" for name, value in (headers or {}).items()),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


@dataclass
class _Awaited:
    fault: Fault
    method: str
    path: str

    def matches(self, head: bytes) -> bool:
        method, path, _version = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
        return self.method in ("", method) and re.match(self.path, path) is not None


class FaultyProxy:
    """Listens on a free port of 127.0.0.1; `seen` lists the requests ("POST /api/v1/statuses") so far."""

    def __init__(self, target_port: int) -> None:
        self.target_port = target_port
        self.seen: list[str] = []
        self._awaited: list[_Awaited] = []
        self._lock = Lock()
        self._over = Event()
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.base_url = f"http://127.0.0.1:{self.port}"

    def next(self, fault: Fault, *, method: str = "", path: str = "") -> None:
        """Give `fault` to the next request of this method whose path starts with this regular expression."""
        with self._lock:
            self._awaited.append(_Awaited(fault, method, path))

    def count(self, request: str) -> int:
        """How many requests so far started with, for example, "POST /api/v1/statuses"."""
        return sum(line.startswith(request) for line in self.seen)

    def __enter__(self) -> Self:
        Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        with self._lock:
            still_open = [self._listener, *self._open]
        for sock in still_open:
            _close(sock)

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self._listener.accept()
            except OSError:  # closed: the test is over
                return
            Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with self._lock:
            self._open.add(client)
        try:
            self._pass(client, *_request(client))
        except OSError:  # either side went away, as it may
            return
        finally:
            with self._lock:
                self._open.discard(client)
            _close(client)

    def _pass(self, client: socket.socket, head: bytes, body: bytes) -> None:
        fault = self._fault_of(head)
        if fault is None and b"\r\nupgrade:" in head.lower():
            self._join(client, head + body)
            return
        fault = fault or Fault()
        # One request a connection keeps this proxy small.
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
        whole = lines[0] + b"\r\nConnection: close\r\n" + b"\r\n".join(lines[1:]) + body
        if not fault.reaches:
            self._over.wait(fault.seconds)
            client.sendall(fault.answer or b"")
            return
        with socket.create_connection(("127.0.0.1", self.target_port)) as server:
            server.sendall(whole)
            if fault == Fault():
                _pump(server, client)
                return
            answer = _everything(server)
        self._over.wait(fault.seconds)
        client.sendall(answer if fault.answer is None else fault.answer)

    def _fault_of(self, head: bytes) -> Fault | None:
        with self._lock:
            self.seen.append(head.split(b" HTTP/", 1)[0].decode("latin-1"))
            found = next((awaited for awaited in self._awaited if awaited.matches(head)), None)
            if found is not None:
                self._awaited.remove(found)
        return found.fault if found else None

    def _join(self, client: socket.socket, sent: bytes) -> None:
        with socket.create_connection(("127.0.0.1", self.target_port)) as server:
            server.sendall(sent)
            back = Thread(target=_pump_quietly, args=(server, client), daemon=True)
            back.start()
            _pump_quietly(client, server)
            back.join()


def _request(client: socket.socket) -> tuple[bytes, bytes]:
    """One request: its head with the empty line, and its body. `OSError` where it never comes whole."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += _some(client)
    head, _empty, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"\r\ncontent-length:\s*(\d+)", head, re.IGNORECASE)
    chunked = re.search(rb"\r\ntransfer-encoding:\s*chunked", head, re.IGNORECASE)
    while len(body) < (int(length[1]) if length else 0) or (chunked and not body.endswith(b"0\r\n\r\n")):
        body += _some(client)
    return head + b"\r\n\r\n", body


def _some(sock: socket.socket) -> bytes:
    received = sock.recv(65536)
    if not received:
        raise ConnectionResetError
    return received


def _everything(sock: socket.socket) -> bytes:
    return b"".join(iter(lambda: sock.recv(65536), b""))


def _pump(source: socket.socket, sink: socket.socket) -> None:
    while received := source.recv(65536):
        sink.sendall(received)
    sink.shutdown(socket.SHUT_WR)


def _pump_quietly(source: socket.socket, sink: socket.socket) -> None:
    try:
        _pump(source, sink)
    except OSError:
        _close(sink)


def _close(sock: socket.socket) -> None:
    try:
        # close() alone would not wake a thread that is reading from it.
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:  # was not connected any more
        pass
    finally:
        sock.close()
