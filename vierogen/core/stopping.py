"""Ending a process when somebody asks for it: SIGTERM, or Ctrl-C."""

import signal
from contextlib import suppress
from queue import Empty, SimpleQueue

# Seconds. A signal that reached another thread is handled when the main one wakes.
_WAKES = 1.0


class AskedToStop:
    """Hears SIGTERM and SIGINT from now on, instead of what they did before; for the main thread.

    A handler runs in the middle of whatever the main thread does. One that sets an ``Event`` takes the lock that
    waiting for that event holds, or that an earlier signal holds, and then waits for itself for ever. The documentation
    of ``SimpleQueue.put`` says that it may be called there.
    """

    def __init__(self) -> None:
        self._asked: SimpleQueue[int] = SimpleQueue()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda which, _frame: self._asked.put(which))

    def wait(self) -> None:
        """Return as soon as somebody asks, or at once if somebody did."""
        while True:
            with suppress(Empty):
                self._asked.get(timeout=_WAKES)
                return
