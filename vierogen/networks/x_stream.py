"""X's activity stream: one connection for all accounts of this process.

https://docs.x.com/x-api/activity/introduction. X tells an app all that its accounts do over the same stream, and
takes two connections for an app and no more (https://docs.x.com/x-api/fundamentals/rate-limits), so those who listen
here share one: the first of them opens it, and when it ends, it ends for all.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from threading import Event as Flag
from threading import Lock, Thread

from vierogen.networks.asking import ask, body_as
from vierogen.networks.base import Opened
from vierogen.networks.streaming import TICK, lines
from vierogen.networks.x_api import app_token
from vierogen.networks.x_shown import CREATED, DELETED

log = logging.getLogger(__name__)

# Seconds for the connection to end.
FAREWELL = 2.0
Heard = SimpleQueue[str | None | type[StopIteration]]


class _Connection:
    """An open stream, and everybody who listens to it."""

    def __init__(self) -> None:
        self.over, self.is_open = Flag(), Flag()
        self.listeners: list[Heard] = []
        self.ear: Thread | None = None


_connections: dict[tuple[str, str], _Connection] = {}
_lock = Lock()


class Activity:
    """The app's stream, for one account of it."""

    def __init__(self, opened: Opened, *, server: str, account_id: str) -> None:
        self.http, self.server, self.account_id = opened.http, server, account_id
        self.token = app_token(opened, server=server)

    @property
    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def subscribe(self) -> None:
        """https://docs.x.com/x-api/activity/create-x-activity-subscription: what is missing, for this account."""
        path = f"{self.server}/2/activity/subscriptions"
        listed = body_as(ask(self.http, "GET", path, headers=self._bearer), dict).get("data") or ()
        known = {(each.get("event_type"), (each.get("filter") or {}).get("user_id")) for each in listed}
        for event in (CREATED, DELETED):
            if (event, self.account_id) not in known:
                wanted = {"event_type": event, "filter": {"user_id": self.account_id}}
                ask(self.http, "POST", path, headers=self._bearer, json=wanted)

    def listen(self, stop: Flag) -> Iterator[str | None]:
        """Yield the stream's lines, of all accounts; None right after connecting and as a sign of life of X.

        Raises ``NetworkError`` where it cannot be opened, and ends where it does.
        """
        with _joined((self.server, self.token)) as (connection, heard, is_first):
            if is_first:
                self._open(connection)
            while not (connection.is_open.wait(TICK) or connection.over.is_set() or stop.is_set()):
                pass
            if connection.is_open.is_set():
                yield None
            yield from _heard(heard, stop)

    def _open(self, connection: _Connection) -> None:
        """https://docs.x.com/x-api/activity/activity-stream."""
        flow = lines(self.http, f"{self.server}/2/activity/stream", stop=connection.over, headers=self._bearer)
        next(flow)
        connection.is_open.set()
        connection.ear = Thread(target=_pass_on, args=(flow, connection), daemon=True, name="hears X")
        connection.ear.start()


def _pass_on(flow: Iterator[str | None], connection: _Connection) -> None:
    try:
        for line in flow:
            for listener in list(connection.listeners):
                listener.put(line)
    except Exception:
        log.exception("the stream of X broke")
    finally:
        _close(connection)


def _heard(heard: Heard, stop: Flag) -> Iterator[str | None]:
    while not stop.is_set():
        try:
            line = heard.get(timeout=TICK)
        except Empty:
            continue
        if isinstance(line, type):
            return
        yield line


@contextmanager
def _joined(key: tuple[str, str]) -> Iterator[tuple[_Connection, Heard, bool]]:
    """Take part in the connection that is there, or in a new one. It ends with the one who opened it."""
    heard: Heard = SimpleQueue()
    with _lock:
        connection = _connections.get(key)
        is_first = connection is None or connection.over.is_set()
        if connection is None or is_first:
            connection = _connections[key] = _Connection()
        connection.listeners.append(heard)
    try:
        yield connection, heard, is_first
    finally:
        if is_first:
            _close(connection)
            if connection.ear:
                connection.ear.join(FAREWELL)  # before the client that it reads with is closed
        with _lock:
            connection.listeners.remove(heard)
            if _connections.get(key) is connection and connection.over.is_set():
                del _connections[key]


def _close(connection: _Connection) -> None:
    with _lock:
        connection.over.set()
        for listener in connection.listeners:
            listener.put(StopIteration)
