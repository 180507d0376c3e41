"""The activity stream of the simulated X: subscriptions, and one line for each thing that happens.

https://docs.x.com/x-api/activity/introduction and .../quickstart; the lines: .../event-payloads; signs of life:
https://docs.x.com/x-api/fundamentals/consuming-streaming-data ("at least every 20 seconds", as "\\r\\n").
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Event
from typing import Any

from vierogen.practice.api import Answer
from vierogen.practice.calls import Call
from vierogen.practice.faults import Plan
from vierogen.practice.simulators.door import Flow, told
from vierogen.practice.simulators.x_entities import stamp
from vierogen.practice.simulators.x_records import PROBLEMS, Account, Ids, Problem, invalid, now

EVENTS = ("post.create", "post.delete")
ALIVE = b"\r\n"
TICK = 0.1
# x-api/fundamentals/rate-limits: "2 connections".
CONNECTIONS = 2


@dataclass
class Subscription:
    """One kind of event of one account."""

    id: str
    event: str
    user_id: str
    tag: str
    made_at: str = field(default_factory=lambda: stamp(now()))

    def told(self) -> dict[str, Any]:
        """.../quickstart, "Creating a subscription"."""
        content = {
            "subscription_id": self.id,
            "event_type": self.event,
            "filter": {"user_id": self.user_id},
            "created_at": self.made_at,
            "updated_at": self.made_at,
        }
        return content | ({"tag": self.tag} if self.tag else {})


class Activity:
    """Who wants to hear what, and who is listening; ``keep_alive`` seconds between two signs of life."""

    def __init__(self, ids: Ids, stopping: Event, *, silence: Callable[[], Plan | None]) -> None:
        self.ids, self.stopping, self.silence = ids, stopping, silence
        self.subscriptions: dict[str, Subscription] = {}
        self.listeners: list[SimpleQueue[bytes | None]] = []
        self.keep_alive = 10.0

    def subscribe(self, call: Call, accounts: dict[str, Account]) -> Answer:
        """POST: one kind of event of one account; the same twice is refused (unsure how)."""
        event, user_id = call.value("event_type"), call.value("filter[user_id]")
        if event not in EVENTS or user_id not in accounts:
            raise invalid("event_type or filter is wrong")
        if any((known.event, known.user_id) == (event, user_id) for known in self.subscriptions.values()):
            raise Problem(400, "DuplicateSubscription", kind=f"{PROBLEMS}/duplicate-rules")
        made = Subscription(self.ids.new(), event, user_id, call.value("tag"))
        self.subscriptions[made.id] = made
        return told({"data": [made.told()], "meta": {"total_subscriptions": len(self.subscriptions)}})

    def listed(self) -> Answer:
        """GET."""
        data = [known.told() for known in self.subscriptions.values()]
        return told({"data": data, "meta": {"total_subscriptions": len(data)}})

    def unsubscribe(self, subscription_id: str) -> Answer:
        """DELETE."""
        if self.subscriptions.pop(subscription_id, None) is None:
            raise Problem(404, "Not Found", kind=f"{PROBLEMS}/resource-not-found")
        return told({"data": {"deleted": True}, "meta": {"total_subscriptions": len(self.subscriptions)}})

    def listen(self) -> Flow:
        """GET .../stream. Raises ``Problem`` where two listen already."""
        if len(self.listeners) >= CONNECTIONS:
            detail = "This stream is currently at the maximum allowed connection limit."
            raise Problem(429, "ConnectionException", detail, kind=f"{PROBLEMS}/streaming-connection")
        mine: SimpleQueue[bytes | None] = SimpleQueue()
        self.listeners.append(mine)
        return Flow(self._pieces(mine))

    def say(self, event: str, account: Account, payload: dict[str, Any]) -> None:
        """Tell everybody who listens, where somebody subscribed to it."""
        for known in self.subscriptions.values():
            if (known.event, known.user_id) == (event, account.id):
                content = {
                    "event_uuid": self.ids.new(),
                    "filter": {"user_id": account.id},
                    "event_type": event,
                    "payload": payload,
                }
                line = json.dumps({"data": content | ({"tag": known.tag} if known.tag else {})}).encode() + ALIVE
                for listener in self.listeners:
                    listener.put(line)

    def cut(self) -> None:
        """End every open stream, as happens."""
        for listener in self.listeners:
            listener.put(None)

    def _pieces(self, mine: SimpleQueue[bytes | None]) -> Iterator[bytes]:
        said_at = time.monotonic()
        try:
            while not self.stopping.is_set():
                piece: bytes | None = b""
                with suppress(Empty):
                    piece = mine.get(timeout=TICK)
                if silent := self.silence():
                    self.stopping.wait(silent.seconds)
                    return
                if piece is None:
                    return
                if piece or time.monotonic() - said_at > self.keep_alive:
                    yield piece or ALIVE
                    said_at = time.monotonic()
        finally:
            self.listeners.remove(mine)
