"""Listens to a network's stream in a thread of its own, as the watch does."""

import time
from queue import Empty, Queue
from threading import Event as Flag
from threading import Thread
from types import TracebackType
from typing import Self

from vierogen.networks.base import Happened, Happening, Streams

# Seconds in which something that happened must have been told.
SOON = 5.0


class Listening:
    """Begins when the stream says that it is open; ends within ``SOON`` after the stop."""

    def __init__(self, network: Streams) -> None:
        self.network, self.stop = network, Flag()
        self.heard: Queue[Happened | Exception] = Queue()
        self.thread = Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        first = self.heard.get(timeout=SOON)
        assert first == Happened("alive", cursor=getattr(first, "cursor", "")), f"not alive at first, but {first}"
        time.sleep(0.2)  # a server may open the stream a moment before it listens itself
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop.set()
        self.thread.join(SOON)
        assert not self.thread.is_alive(), "the stream goes on after it was told to stop"

    def hears(self, happening: Happening, remote_id: str) -> Happened:
        """Wait until the stream tells this; whatever else it tells before is passed over."""
        deadline, passed = time.monotonic() + SOON, list[Happened]()
        while True:
            try:
                heard = self.heard.get(timeout=max(0.0, deadline - time.monotonic()))
            except Empty:
                raise AssertionError(f"{happening} {remote_id} was not heard, only {passed}") from None
            if isinstance(heard, Exception):
                raise heard
            if (heard.happening, heard.remote_id) == (happening, remote_id):
                return heard
            passed.append(heard)

    def _listen(self) -> None:
        try:
            for happened in self.network.stream(self.stop):
                self.heard.put(happened)
        except Exception as error:  # noqa: BLE001 - handed to the test, which raises it
            self.heard.put(error)
