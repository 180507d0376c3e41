"""Connections, streams and faults: what a network does to those who talk with it."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import httpx
import pytest

from tests.practice.conftest import client_of, picture
from vierogen.practice.network import Draft
from vierogen.practice.records import Account
from vierogen.practice.server import PracticeServer

STREAM = "/api/v1/streaming/user"


def events(lines: Iterator[str], count: int) -> list[tuple[str, str]]:
    """The next ``count`` events of a stream, comments left out."""
    found: list[tuple[str, str]] = []
    name = ""
    while len(found) < count:
        field, _, value = next(lines).partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            found.append((name, value))
    return found


def send(client: httpx.Client, text: str = "een") -> httpx.Response:
    return client.post("/api/v1/statuses", json={"status": text})


def test_it_listens_on_this_computer_only(server: PracticeServer) -> None:
    assert server.url.startswith("http://127.0.0.1:")


def test_posts_are_still_there_after_a_restart_at_the_same_address(tmp_path: Path) -> None:
    with PracticeServer(tmp_path / "practice.db") as first:
        account = first.network.add_account("gemeente_x", "Gemeente X")
        with client_of(first, account) as client:
            posted = send(client).json()
    with PracticeServer(tmp_path / "practice.db") as second, client_of(second, account) as client:
        assert second.url == first.url
        assert client.get(f"/api/v1/statuses/{posted['id']}").json() == posted


def test_a_taken_port_makes_it_choose_another(tmp_path: Path) -> None:
    with (
        PracticeServer(tmp_path / "practice.db") as first,
        PracticeServer(tmp_path / "practice.db") as second,
    ):
        assert first.url != second.url


def test_what_happens_is_streamed_in_order(server: PracticeServer, official: httpx.Client, gemeente: Account) -> None:
    with official.stream("GET", STREAM) as stream:
        assert stream.headers["Content-Type"] == "text/event-stream"
        lines = stream.iter_lines()
        assert next(lines) == ":)"
        with client_of(server, gemeente) as other:
            posted = send(other).json()
            other.put(f"/api/v1/statuses/{posted['id']}", json={"status": "twee"})
            other.delete(f"/api/v1/statuses/{posted['id']}")
        update, edit, deletion = events(lines, 3)
    told = json.loads(update[1])
    # How many posts there are is counted while the stream tells it, and by then this one may be gone.
    del told["account"]["statuses_count"], posted["account"]["statuses_count"]
    assert (update[0], told) == ("update", posted)
    assert (edit[0], json.loads(edit[1])["content"]) == ("status.update", "<p>twee</p>")
    assert deletion == ("delete", posted["id"])


def test_what_the_phone_does_is_streamed_too(server: PracticeServer, official: httpx.Client, gemeente: Account) -> None:
    with official.stream("GET", STREAM) as stream:
        story = server.network.post_by_phone(gemeente, "", picture=picture(), story=True)
        ((_, data),) = events(stream.iter_lines(), 1)
    found = json.loads(data)
    assert (found["id"], len(found["media_attachments"])) == (story.id, 1)
    assert found["pleroma"]["expires_at"]


def test_a_stream_shows_signs_of_life(server: PracticeServer, official: httpx.Client) -> None:
    server.heartbeat = 0.05
    with official.stream("GET", STREAM) as stream:
        lines = stream.iter_lines()
        assert [next(lines) for _ in range(3)] == [":)", ":thump", ":thump"]


def test_a_stream_takes_its_token_from_the_address_as_well(stranger: httpx.Client, gemeente: Account) -> None:
    with stranger.stream("GET", STREAM, params={"access_token": gemeente.token}) as stream:
        assert stream.status_code == 200


def test_a_stream_needs_a_token(stranger: httpx.Client) -> None:
    answer = stranger.get(STREAM)
    assert (answer.status_code, answer.json()) == (401, {"error": "Invalid access token"})


def test_a_new_token_ends_the_stream(server: PracticeServer, official: httpx.Client, gemeente: Account) -> None:
    with official.stream("GET", STREAM) as stream:
        server.network.new_token(gemeente)
        assert list(stream.iter_lines()) == [":)"]
    assert official.get(STREAM).status_code == 401


def test_a_stream_that_its_reader_left_is_forgotten(server: PracticeServer, official: httpx.Client) -> None:
    server.heartbeat = 0.02
    with official.stream("GET", STREAM) as stream:
        next(stream.iter_lines())
        assert server.network.streams._listeners
    _until(lambda: not server.network.streams._listeners)


def test_streams_can_be_cut_on_purpose(server: PracticeServer, official: httpx.Client) -> None:
    with official.stream("GET", STREAM) as stream:
        server.cut_streams()
        assert list(stream.iter_lines()) == [":)"]


def test_a_stream_that_falls_silent_says_nothing_and_stays_open(
    server: PracticeServer, official: httpx.Client, gemeente: Account
) -> None:
    server.heartbeat = 0.05
    server.faults.next("silent_stream", seconds=1)
    with official.stream("GET", STREAM, timeout=0.4) as stream:
        lines = stream.iter_lines()
        assert next(lines) == ":)"
        server.network.post_by_phone(gemeente, "ongehoord")
        with pytest.raises(httpx.ReadTimeout):
            next(lines)


def test_stopping_ends_open_streams_and_late_answers_within_a_second() -> None:
    server = PracticeServer().start()
    account = server.network.add_account("gemeente_x", "Gemeente X")
    server.faults.next("late", seconds=30)
    ended: list[str] = []

    def late() -> None:
        with client_of(server, account) as client, pytest.raises(httpx.HTTPError):
            send(client)
        ended.append("late")

    def silent() -> None:
        with client_of(server, account) as client, client.stream("GET", STREAM) as stream:
            lines = stream.iter_lines()
            ended.append(next(lines))
            assert list(lines) == []

    threads = [Thread(target=late), *(Thread(target=silent) for _ in range(5))]
    threads[0].start()
    _until(lambda: len(server.posted) == 1)
    for thread in threads[1:]:
        thread.start()
    _until(lambda: len(ended) == 5)
    started = time.monotonic()
    server.stop()
    assert time.monotonic() - started < 1
    for thread in threads:
        thread.join(timeout=2)
    assert not any(thread.is_alive() for thread in threads)


def test_stopping_ends_connections_that_wait_for_another_request(server: PracticeServer) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=2) as connection:
        connection.sendall(b"GET /api/v2/instance HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")
        server.stop()
        assert connection.recv(65536) == b""


def test_stopping_works_before_starting_and_twice() -> None:
    server = PracticeServer()
    server.stop()
    server.stop()


@pytest.mark.parametrize(
    ("kind", "stored"),
    [
        ("error_before", False),
        ("error_after_accepting", True),
        ("limited", False),
    ],
)
def test_an_error_is_answered_with_or_without_having_accepted(
    server: PracticeServer, official: httpx.Client, *, kind: str, stored: bool
) -> None:
    server.faults.next(kind)  # type: ignore[arg-type]
    assert send(official).status_code == (429 if kind == "limited" else 500)
    assert bool(server.network.timeline()) is stored
    assert send(official).status_code == 200


@pytest.mark.parametrize(("kind", "stored"), [("cut_before", False), ("cut_after_accepting", True)])
def test_a_connection_is_cut_without_an_answer(
    server: PracticeServer, official: httpx.Client, *, kind: str, stored: bool
) -> None:
    server.faults.next(kind)  # type: ignore[arg-type]
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        send(official)
    assert bool(server.network.timeline()) is stored
    assert send(official).status_code == 200


def test_a_late_answer_comes_after_the_post_is_there(server: PracticeServer, official: httpx.Client) -> None:
    server.faults.next("late", seconds=5)
    with pytest.raises(httpx.ReadTimeout):
        official.post("/api/v1/statuses", json={"status": "een"}, timeout=0.2)
    assert len(server.network.timeline()) == 1


def test_a_post_accepted_late_appears_after_the_sender_gave_up(server: PracticeServer, official: httpx.Client) -> None:
    server.faults.next("late_accepting", seconds=0.5)
    with pytest.raises(httpx.ReadTimeout):
        official.post("/api/v1/statuses", json={"status": "een"}, timeout=0.1)
    assert server.network.timeline() == []
    _until(lambda: len(server.network.timeline()) == 1)


def test_a_limit_says_how_long_to_wait(server: PracticeServer, official: httpx.Client) -> None:
    server.faults.next("limited", seconds=90)
    answer = send(official)
    assert answer.json() == {"error": "Too many requests"}
    assert (answer.headers["Retry-After"], answer.headers["X-RateLimit-Remaining"]) == ("90", "0")
    reset = datetime.fromisoformat(answer.headers["X-RateLimit-Reset"])
    assert 85 < (reset - datetime.now(UTC)).total_seconds() <= 90


def test_a_fault_can_be_planned_on_any_request(server: PracticeServer, official: httpx.Client) -> None:
    server.faults.next("error_before", on="GET /api/v1/accounts/*")
    assert official.get("/api/v1/accounts/verify_credentials").status_code == 500
    assert official.get("/api/v1/accounts/verify_credentials").status_code == 200


def test_every_request_counts_against_the_limit_of_its_account(
    server: PracticeServer, official: httpx.Client, anna: Account
) -> None:
    server.allowed = 2
    left = [official.get("/api/v1/favourites") for _ in range(3)]
    assert [answer.status_code for answer in left] == [200, 200, 429]
    assert [answer.headers["X-RateLimit-Remaining"] for answer in left] == ["1", "0", "0"]
    with client_of(server, anna) as other:
        assert other.get("/api/v1/favourites").status_code == 200


def test_every_post_is_noted_with_its_moment(server: PracticeServer, official: httpx.Client, gemeente: Account) -> None:
    before = time.monotonic()
    sent = send(official).json()["id"]
    phoned = server.network.publish(gemeente, Draft("twee")).id
    assert [posted.remote_id for posted in server.posted] == [sent, phoned]
    assert all(before <= posted.at <= time.monotonic() for posted in server.posted)
    assert server.posted[0].account == gemeente


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("Content-Length: x", 400),
        ("Content-Length: 999999999", 413),
        ("Transfer-Encoding: chunked", 411),
        ("Content-Type: application/json\r\nContent-Length: 1", 400),
    ],
)
def test_a_request_that_cannot_be_read_gets_an_answer(server: PracticeServer, head: str, status: int) -> None:
    address = server.url.removeprefix("http://").split(":")
    with socket.create_connection((address[0], int(address[1])), timeout=2) as connection:
        connection.sendall(f"POST /api/v1/statuses HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n{{".encode())
        assert connection.recv(4096).split()[1] == str(status).encode()


def test_the_api_has_no_way_to_plan_a_fault(server: PracticeServer, official: httpx.Client) -> None:
    for path in ("/faults", "/api/v1/faults", "/api/v1/statuses?fault=late"):
        official.post(path, json={"status": "x", "kind": "late"})
    assert server.faults.waiting() == 0


def test_one_connection_takes_a_hundred_posts_a_second(server: PracticeServer, official: httpx.Client) -> None:
    started = time.monotonic()
    for number in range(100):
        send(official, f"{number}")
    assert time.monotonic() - started < 1


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 3
    while not true():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.01)
