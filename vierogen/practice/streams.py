"""Who hears at once of what happens on the practice network."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Lock
from typing import Literal

from vierogen.practice.records import Account, Status

Name = Literal["update", "status.update", "delete"]


@dataclass(frozen=True)
class Event:
    """One thing that streams tell, named as on https://docs.joinmastodon.org/methods/streaming/#events.

    A deletion has only ``remote_id``.
    """

    name: Name
    remote_id: str
    status: Status | None = None


# ``None`` says that the stream ends.
Events = SimpleQueue[Event | None]


@dataclass(frozen=True, eq=False)
class Listener:
    """One open stream of one account."""

    account_id: str
    events: Events


class Streams:
    """The open streams of one network."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._lock = Lock()

    @contextmanager
    def listen(self, account: Account) -> Iterator[Events]:
        """Hear of everything in the account's home timeline from now on."""
        listener = Listener(account.id, SimpleQueue())
        with self._lock:
            self._listeners.append(listener)
        try:
            yield listener.events
        finally:
            with self._lock:
                self._listeners.remove(listener)

    def tell(self, event: Event | None, account_ids: Collection[str]) -> None:
        """Put ``event`` into every stream of these accounts, and with ``None`` end them."""
        with self._lock:
            for listener in self._listeners:
                if listener.account_id in account_ids:
                    listener.events.put(event)

    def end(self) -> None:
        """End all streams."""
        with self._lock:
            for listener in self._listeners:
                listener.events.put(None)
