"""What goes wrong on purpose: planned from Python for one server, a number of times; never over HTTP."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from threading import Lock
from typing import Literal, get_args

# late: accepts at once, answers after ``seconds``.  late_accepting: accepts only after ``seconds``.
# error_before, error_after_accepting: answers 500, without and with having accepted.
# cut_before, cut_after_accepting: the connection ends without any answer.
# limited: answers 429 with ``seconds`` to wait.
# silent_stream: an open stream says nothing any more for ``seconds``, not even heartbeats, then ends.
Kind = Literal[
    "late",
    "late_accepting",
    "error_before",
    "error_after_accepting",
    "cut_before",
    "cut_after_accepting",
    "limited",
    "silent_stream",
]

PUBLISH = "POST /api/v1/statuses"
STREAM = "GET /api/v1/streaming/user"
MOST_TIMES = 10_000
LONGEST = 600.0


@dataclass
class Plan:
    """One planned fault, ``left`` times, on requests that match ``on`` (``*`` stands for anything)."""

    kind: Kind
    on: str
    seconds: float
    left: int


class Faults:
    """The faults of one practice server, in the order in which they were planned."""

    def __init__(self) -> None:
        self._plans: list[Plan] = []
        self._lock = Lock()

    def next(self, kind: Kind, *, seconds: float = 5.0, count: int = 1, on: str = "") -> None:
        """Let the next ``count`` requests ``on`` "METHOD /path" go wrong; posting unless said otherwise.

        Raises ``ValueError`` for an unknown kind, a count over 10,000 or a time over ten minutes.
        """
        if kind not in get_args(Kind):
            raise ValueError(f"there is no fault {kind!r}")
        if not (0 < count <= MOST_TIMES and 0 <= seconds <= LONGEST):
            raise ValueError(f"at most {MOST_TIMES} times and {LONGEST:.0f} seconds")
        usual = STREAM if kind == "silent_stream" else PUBLISH
        with self._lock:
            self._plans.append(Plan(kind, on or usual, seconds, count))

    def take(self, asked: str) -> Plan | None:
        """The fault for the request ``asked``, counted down; None where nothing is planned."""
        return self._take(asked, silent=False)

    def silence(self) -> Plan | None:
        """The fault for an open stream, counted down; None where it is to go on."""
        return self._take(STREAM, silent=True)

    def waiting(self) -> int:
        """How many planned faults have not happened yet."""
        with self._lock:
            return sum(plan.left for plan in self._plans)

    def clear(self) -> None:
        """Forget all that is planned."""
        with self._lock:
            self._plans.clear()

    def _take(self, asked: str, *, silent: bool) -> Plan | None:
        with self._lock:
            for plan in self._plans:
                if (plan.kind == "silent_stream") is silent and fnmatchcase(asked, plan.on):
                    plan.left -= 1
                    self._plans = [plan for plan in self._plans if plan.left]
                    return plan
        return None
