"""The streams of the AT Protocol, reduced to what one account does.

A server streams all of its repositories as CBOR frames (https://atproto.com/specs/event-stream and
https://atproto.com/specs/sync); Jetstream gives the same as JSON, for chosen accounts only
(https://github.com/bluesky-social/jetstream).
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

import libipld

from vierogen.core.words import gettext_noop as _
from vierogen.networks.base import NetworkError

Operation = Literal["create", "update", "delete"]


class OutdatedCursorError(Exception):
    """The server does not know our cursor: it was set up anew. Start without one."""


@dataclass(frozen=True)
class Change:
    """One record was created, updated or deleted; ``record``, still untamed, is None where it did not come along."""

    operation: Operation
    uri: str
    record: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class News:
    """What one frame says: the ``cursor`` after it, and what changed: records, or the account itself."""

    cursor: str
    changes: tuple[Change, ...] = ()
    account: bool = False


class Source(ABC):
    """A stream for one account. A cursor is the server's own number and the server: ``1234@host``."""

    path: str

    def __init__(self, server: str, did: str) -> None:
        self.did = did
        scheme, self.host, *_rest = urlsplit(server)
        self.base = f"{scheme.replace('http', 'ws', 1)}://{self.host}/{self.path}"

    def address(self, cursor: str) -> str:
        """Return the ``ws(s)://`` address to read on from ``cursor``; another server's means nothing here."""
        number, _at, host = cursor.partition("@")
        after = {"cursor": number} if host == self.host and number.isdecimal() else {}
        query = urlencode({**self.wanted(), **after})
        return f"{self.base}?{query}" if query else self.base

    def news(self, frame: str | bytes) -> News | None:
        """Read one frame; None where it has no number.

        Raises ``OutdatedCursorError``, or ``NetworkError`` for what cannot be read.
        """
        try:
            return self._read(frame)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            reason = _("The network sent something that cannot be read.")
            raise NetworkError(reason, may_retry=True, detail=repr(error)[:500]) from error

    def wanted(self) -> dict[str, str]:
        """Parameters of the address besides the cursor."""
        return {}

    @abstractmethod
    def _read(self, frame: str | bytes) -> News | None: ...

    def _cursor(self, number: int) -> str:
        return f"{number}@{self.host}"


class Firehose(Source):
    """``com.atproto.sync.subscribeRepos`` of the server where the repository lives."""

    path = "xrpc/com.atproto.sync.subscribeRepos"

    def _read(self, frame: str | bytes) -> News | None:
        header, body = libipld.decode_dag_cbor_multi(_as_bytes(frame))
        if header["op"] == -1:
            _complain(body)
        if "seq" not in body:
            return None
        cursor = self._cursor(body["seq"])
        if self.did not in (body.get("repo"), body.get("did")):
            return News(cursor)
        if header["t"] == "#commit":
            return News(cursor, tuple(self._changes(body)))
        return News(cursor, account=header["t"] in ("#identity", "#account"))

    def _changes(self, commit: Mapping[str, Any]) -> Iterator[Change]:
        blocks = _blocks(commit["blocks"])
        for operation in commit["ops"]:
            record = blocks.get(operation["cid"])
            yield Change(
                operation["action"],
                f"at://{self.did}/{operation['path']}",
                record if isinstance(record, dict) else None,
            )


class Jetstream(Source):
    """A Jetstream server; its cursor is a time in microseconds."""

    path = "subscribe"

    def wanted(self) -> dict[str, str]:
        return {"wantedDids": self.did}

    def _read(self, frame: str | bytes) -> News | None:
        event = json.loads(frame)
        cursor = self._cursor(event["time_us"])
        if event["did"] != self.did:
            return News(cursor)
        if event["kind"] != "commit":
            return News(cursor, account=True)
        commit = event["commit"]
        uri = f"at://{self.did}/{commit['collection']}/{commit['rkey']}"
        return News(cursor, (Change(commit["operation"], uri, commit.get("record")),))


def _as_bytes(frame: str | bytes) -> bytes:
    return frame.encode() if isinstance(frame, str) else frame


def _complain(body: Mapping[str, Any]) -> None:
    if body.get("error") == "FutureCursor":
        raise OutdatedCursorError
    reason = _("The network ended the stream.")
    raise NetworkError(reason, may_retry=True, detail=str(body.get("error"))[:500])


def _blocks(car: bytes) -> Mapping[bytes, Any]:
    """The blocks by CID. A record that does not decode must not blind the watch: it is read over HTTP."""
    try:
        _header, blocks = libipld.decode_car(car)
    except (ValueError, RecursionError):
        return {}
    return dict(blocks)
