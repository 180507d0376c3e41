"""Frames of the streams are read as the AT Protocol writes them; the connector's tests use a real stream."""

import json
from typing import Any

import libipld
import pytest

from vierogen.networks.base import NetworkError
from vierogen.networks.firehose import Change, Firehose, Jetstream, News, OutdatedCursorError

ANNA, BEN = "did:plc:anna", "did:plc:ben"
HOST = "morel.host.bsky.network"
CID = "bafyreicmz2u5cnjx645p3bdw4jpwvtojvim3o7fgg26qq2wt5xaxx66s5i"
SOURCE = Firehose(f"https://{HOST}", ANNA)


def frame(kind: str, body: dict[str, Any], *, operation: int = 1) -> bytes:
    header = {"op": operation, "t": kind} if kind else {"op": operation}
    return libipld.encode_dag_cbor(header) + libipld.encode_dag_cbor(body)


def commit(*operations: dict[str, Any], repo: str = ANNA) -> bytes:
    return frame("#commit", {"seq": 7, "repo": repo, "ops": list(operations), "blocks": b""})


@pytest.mark.parametrize(
    ("server", "cursor", "address"),
    [
        ("https://pds.example", "", "wss://pds.example/xrpc/com.atproto.sync.subscribeRepos"),
        ("http://localhost:81", "9@localhost:81", "ws://localhost:81/xrpc/com.atproto.sync.subscribeRepos?cursor=9"),
        ("https://pds.example", "9@other.example", "wss://pds.example/xrpc/com.atproto.sync.subscribeRepos"),
        ("https://pds.example", "x@pds.example", "wss://pds.example/xrpc/com.atproto.sync.subscribeRepos"),
    ],
)  # fmt: skip
def test_a_stream_is_asked_from_a_cursor_of_the_same_server(server: str, cursor: str, address: str) -> None:
    assert Firehose(server, ANNA).address(cursor) == address


def test_jetstream_is_asked_for_one_account() -> None:
    address = "wss://jetstream.example/subscribe?wantedDids=did%3Aplc%3Aanna&cursor=5"
    assert Jetstream("wss://jetstream.example", ANNA).address("5@jetstream.example") == address


def test_other_accounts_only_move_the_cursor() -> None:
    created = {"action": "create", "path": "app.bsky.feed.post/3l", "cid": None}
    assert SOURCE.news(commit(created, repo=BEN)) == News(f"7@{HOST}")


def test_a_record_that_did_not_come_along_is_told_without_it() -> None:
    created = {"action": "create", "path": "app.bsky.feed.post/3l", "cid": None}
    uri = f"at://{ANNA}/app.bsky.feed.post/3l"
    assert SOURCE.news(commit(created)) == News(f"7@{HOST}", (Change("create", uri),))


def test_each_change_of_a_commit_is_told() -> None:
    operations = [{"action": "delete", "path": f"app.bsky.feed.post/{key}", "cid": None} for key in "abc"]
    news = SOURCE.news(commit(*operations))
    assert news is not None
    assert [change.uri[-1] for change in news.changes] == ["a", "b", "c"]


@pytest.mark.parametrize(("kind", "account"), [("#identity", True), ("#account", True), ("#sync", False)])
def test_changes_of_the_account_itself_are_told(kind: str, account: bool) -> None:
    assert SOURCE.news(frame(kind, {"seq": 7, "did": ANNA})) == News(f"7@{HOST}", account=account)
    assert SOURCE.news(frame(kind, {"seq": 7, "did": BEN})) == News(f"7@{HOST}")


def test_a_remark_without_a_number_is_no_news() -> None:
    assert SOURCE.news(frame("#info", {"name": "OutdatedCursor"})) is None


def test_a_cursor_from_the_future_is_outdated() -> None:
    with pytest.raises(OutdatedCursorError):
        SOURCE.news(frame("", {"error": "FutureCursor"}, operation=-1))


@pytest.mark.parametrize("error", ["ConsumerTooSlow", ""])
def test_an_error_of_the_server_may_be_tried_again(error: str) -> None:
    with pytest.raises(NetworkError) as raised:
        SOURCE.news(frame("", {"error": error}, operation=-1))
    assert raised.value.may_retry


@pytest.mark.parametrize("unreadable", [b"", b"\xff", "text", frame("#commit", {"seq": 7, "repo": ANNA})])
def test_what_cannot_be_read_may_be_tried_again(unreadable: str | bytes) -> None:
    with pytest.raises(NetworkError) as raised:
        SOURCE.news(unreadable)
    assert raised.value.may_retry


@pytest.mark.parametrize("unreadable", ["", "{}", "[]", "null", json.dumps({"time_us": 1, "did": ANNA})])
def test_unreadable_json_may_be_tried_again(unreadable: str) -> None:
    with pytest.raises(NetworkError) as raised:
        Jetstream("wss://jetstream.example", ANNA).news(unreadable)
    assert raised.value.may_retry
