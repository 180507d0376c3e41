"""Streams over real connections: signs of life come from the other side, and `stop` ends everything soon."""

import socket
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from hashlib import sha1
from threading import Event as Flag
from threading import Thread, Timer
from typing import Any

import httpx
import pytest
from websockets.sync.server import ServerConnection, serve

from tests.servers.faulty import FaultyProxy, refused
from tests.servers.mastodon import MastodonServer
from vierogen.core.http import guarded_client
from vierogen.networks import streaming
from vierogen.networks.base import Disconnected, NetworkError
from vierogen.networks.streaming import NotOffered, events, frames

Handler = Callable[[ServerConnection], None]
Answer = bytes | Callable[[bytes], bytes]


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with guarded_client(allowed=["127.0.0.0/8"], timeout=httpx.Timeout(2)) as opened:
        yield opened


@pytest.fixture
def stop() -> Iterator[Flag]:
    flag = Flag()
    yield flag
    flag.set()


@pytest.fixture
def websocket() -> Iterator[Callable[[Handler], str]]:
    """Starts a WebSocket server with this handler; gives its address."""
    servers = []

    def start(handler: Handler) -> str:
        server = serve(handler, "127.0.0.1", 0)
        servers.append(server)
        Thread(target=server.serve_forever, daemon=True).start()
        return f"ws://127.0.0.1:{server.socket.getsockname()[1]}/"

    yield start
    for server in servers:
        server.shutdown()


@pytest.fixture
def said() -> Iterator[Callable[[Answer], str]]:
    """Starts a server that answers its one connection with this and is silent then; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        held: list[socket.socket] = []

        def accept(answer: Answer) -> None:
            held.append(listener.accept()[0])
            request = held[0].recv(65536)
            held[0].sendall(answer if isinstance(answer, bytes) else answer(request))

        def start(answer: Answer) -> str:
            Thread(target=accept, args=(answer,), daemon=True).start()
            return f"127.0.0.1:{listener.getsockname()[1]}/"

        yield start
        for sock in held:
            sock.close()


def seconds_to_end(stream: Iterator[Any], stop: Flag) -> float:
    """Set `stop` while the stream waits, and measure until it ended."""
    Timer(0.05, stop.set).start()
    start = time.monotonic()
    for _item in stream:
        pass
    return time.monotonic() - start - 0.05


def quiet(connection: ServerConnection) -> None:
    for _message in connection:
        pass


def test_frames_arrive_after_a_first_sign_of_life(
    client: httpx.Client, stop: Flag, websocket: Callable[[Handler], str]
) -> None:
    def handler(connection: ServerConnection) -> None:
        connection.send("text")
        connection.send(b"bytes")

    assert list(frames(client, websocket(handler), stop=stop)) == [None, "text", b"bytes"]


def test_headers_reach_the_websocket_server(
    client: httpx.Client, stop: Flag, websocket: Callable[[Handler], str]
) -> None:
    def handler(connection: ServerConnection) -> None:
        assert connection.request is not None
        headers = connection.request.headers
        connection.send(f"{headers['Authorization']} {headers['User-Agent']}")

    found = list(frames(client, websocket(handler), stop=stop, headers={"Authorization": "Bearer x"}))
    assert str(found[1]).startswith("Bearer x Vierogen/")


def test_a_websocket_ends_soon_after_stop(
    client: httpx.Client, stop: Flag, websocket: Callable[[Handler], str]
) -> None:
    assert seconds_to_end(frames(client, websocket(quiet), stop=stop), stop) < 1


def test_each_answered_ping_is_a_sign_of_life(
    client: httpx.Client, stop: Flag, websocket: Callable[[Handler], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "PING_EVERY", 0.1)
    monkeypatch.setattr(streaming, "TICK", 0.05)
    stream = frames(client, websocket(quiet), stop=stop)
    assert [next(stream) for _turn in range(3)] == [None, None, None]


def handshake(request: bytes) -> bytes:
    key = request.split(b"Sec-WebSocket-Key: ")[1].split(b"\r\n")[0]
    proof = b64encode(sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())  # noqa: S324 - RFC 6455
    lines = [b"HTTP/1.1 101 Welcome", b"Upgrade: websocket", b"Connection: Upgrade"]
    return b"\r\n".join([*lines, b"Sec-WebSocket-Accept: " + proof, b"", b""])


def test_a_websocket_that_answers_no_ping_is_dead(
    client: httpx.Client, stop: Flag, said: Callable[[Answer], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "PING_EVERY", 0.1)
    monkeypatch.setattr(streaming, "PING_PATIENCE", 0.4)
    start = time.monotonic()
    assert list(frames(client, f"ws://{said(handshake)}", stop=stop)) == [None]
    assert 0.4 < time.monotonic() - start < 3


@pytest.mark.parametrize(
    ("status", "headers"),
    [(403, {}), (404, {}), (426, {}), (200, {}), (301, {"Location": "wss://elsewhere.example/"})],
)
def test_a_server_without_websockets_says_so(
    client: httpx.Client, stop: Flag, mastodon: MastodonServer, status: int, headers: dict[str, str]
) -> None:
    with FaultyProxy(mastodon.port) as proxy:
        proxy.next(refused(status, "No", headers=headers))
        with pytest.raises(NotOffered) as caught:
            next(frames(client, f"ws://127.0.0.1:{proxy.port}/", stop=stop))
    assert caught.value.status == (0 if headers else status)


def test_a_websocket_to_nobody_can_be_tried_again(client: httpx.Client, stop: Flag) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(NetworkError) as caught:
        next(frames(client, f"ws://127.0.0.1:{port}/", stop=stop))
    assert caught.value.may_retry


@pytest.mark.parametrize("url", ["ws://10.0.0.1/", "wss://169.254.169.254/", "ws://[::1]/"])
def test_a_websocket_to_a_private_address_is_refused(client: httpx.Client, stop: Flag, url: str) -> None:
    with pytest.raises(NetworkError, match="not on the public internet"):
        next(frames(client, url, stop=stop))


NOTHING = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"


def test_server_sent_events_are_told_apart(client: httpx.Client, stop: Flag, said: Callable[[Answer], str]) -> None:
    url = said(
        HEAD + b":thump\n\nevent: update\ndata: one\ndata: two\nid: 7\n\nevent:delete\ndata:3\r\n\r\ndata: 4\n\n"
    )
    stream = events(client, f"http://{url}", stop=stop)
    found = [next(stream) for _turn in range(5)]
    assert found == [None, None, ("update", "one\ntwo"), ("delete", "3"), ("message", "4")]


def test_server_sent_events_end_soon_after_stop(
    client: httpx.Client, stop: Flag, said: Callable[[Answer], str]
) -> None:
    assert seconds_to_end(events(client, f"http://{said(HEAD)}", stop=stop), stop) < 1


def test_a_silent_stream_of_events_is_dead(
    client: httpx.Client, stop: Flag, said: Callable[[Answer], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "SILENCE", 0.3)
    assert list(events(client, f"http://{said(HEAD)}", stop=stop)) == [None]


def test_what_is_no_stream_of_events_is_refused(
    client: httpx.Client, stop: Flag, said: Callable[[Answer], str]
) -> None:
    with pytest.raises(NetworkError, match="does not offer"):
        next(events(client, f"http://{said(NOTHING)}", stop=stop))


def test_a_refused_stream_of_events_tells_why(client: httpx.Client, stop: Flag, mastodon: MastodonServer) -> None:
    with pytest.raises(Disconnected):
        next(events(client, f"{mastodon.base_url}/api/v1/streaming/user", stop=stop))


def test_the_token_of_a_websocket_address_is_not_logged(
    client: httpx.Client,
    stop: Flag,
    websocket: Callable[[Handler], str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    url = websocket(lambda connection: connection.close())
    list(frames(client, f"{url}?access_token=secret", stop=stop, headers={"Authorization": "secret"}))
    client_side = [record for record in caplog.records if record.name != "websockets.server"]
    assert "secret" not in " ".join(record.getMessage() for record in client_side)


@pytest.mark.parametrize("body", [b"data: " + b"x" * 9_000, b"data: x\n" * 2_000])
def test_an_endless_message_ends_the_stream(
    client: httpx.Client, said: Callable[[Answer], str], stop: Flag, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "MAX_FRAME", 1_000)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
    assert list(events(client, f"http://{said(head + body)}", stop=stop)) == [None]
