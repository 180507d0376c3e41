"""A Jetstream server on this machine: a real WebSocket, and what its documentation says of it.

https://github.com/bluesky-social/jetstream (its README, "Consuming Jetstream" and "Example events").
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Condition, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

POSTS = "app.bsky.feed.post"


def event(text: str, *, number: int = 1, record: Any = None, **more: Any) -> dict[str, Any]:
    """A new post as Jetstream tells it: the record as it is in the repository, beside where it stands there."""
    return {
        "did": "did:plc:eygmaihciaxprqvxpfvl6flk",
        "time_us": time.time_ns() // 1_000,
        "kind": "commit",
        "commit": {
            "rev": "3l3qo2vutsw2b",
            "operation": "create",
            "collection": POSTS,
            "rkey": f"3l3qo2vuowo{number}",
            "record": {
                "$type": POSTS,
                "createdAt": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "langs": ["nl"],
                "text": text,
                **more,
                **(record or {}),
            },
            "cid": "bafyreidwaivazkwu67xztlmuobx35hs2lnfh3kolmgfmucldvhd3sgzcqi",
        },
    }


class JetstreamServer:
    """Tells each event to all who listen, and keeps all for those who come back with a cursor."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        # What the connections asked for, in the order in which they came.
        self.asked: list[dict[str, list[str]]] = []
        self._changed = Condition()
        self._open: set[ServerConnection] = set()
        self._server: Server | None = None

    @property
    def address(self) -> str:
        assert self._server is not None
        return f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}/subscribe"

    @property
    def listeners(self) -> int:
        return len(self._open)

    def tell(self, *events: dict[str, Any]) -> None:
        with self._changed:
            self.events += events
            self._changed.notify_all()

    def post(self, text: str, **more: Any) -> None:
        self.tell(event(text, number=len(self.events), **more))

    def cut(self) -> None:
        """End all connections, as a restart of the server does."""
        for connection in list(self._open):
            connection.close()

    def _serve(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        asked = parse_qs(urlsplit(connection.request.path).query)
        self.asked.append(asked)
        told = self._start(asked)
        self._open.add(connection)
        try:
            while True:
                with self._changed:
                    if told == len(self.events):
                        self._changed.wait(0.05)
                    news, told = self.events[told:], len(self.events)
                for each in news:
                    if self._is_wanted(each, asked):
                        connection.send(json.dumps(each))
                if not news and connection.state.name != "OPEN":
                    return
        except ConnectionClosed:
            return
        finally:
            self._open.discard(connection)

    def _start(self, asked: dict[str, list[str]]) -> int:
        """Playback begins at ``cursor``, in microseconds; without one, or one of the future, only what is new."""
        if "cursor" not in asked:
            return len(self.events)
        cursor = int(asked["cursor"][0])
        return next((n for n, each in enumerate(self.events) if each["time_us"] >= cursor), len(self.events))

    @staticmethod
    def _is_wanted(each: dict[str, Any], asked: dict[str, list[str]]) -> bool:
        """Everybody is told of accounts and identities, whatever collections they want."""
        wanted = asked.get("wantedCollections")
        return "commit" not in each or not wanted or each["commit"]["collection"] in wanted

    def start(self) -> None:
        self._server = serve(self._serve, "127.0.0.1", 0, compression=None)
        Thread(target=self._server.serve_forever, name="jetstream", daemon=True).start()

    def stop(self) -> None:
        assert self._server is not None
        self.cut()
        self._server.shutdown()


@contextmanager
def jetstream_server() -> Iterator[JetstreamServer]:
    server = JetstreamServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()
