"""Timestamp identifiers, the record keys of the AT Protocol (https://atproto.com/specs/tid)."""

import secrets
from datetime import UTC, datetime, timedelta
from threading import Lock

_ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = 1_000_000


def new_tid(at: datetime) -> str:
    """Make a key of 13 signs that sorts by time: ``at`` within a millisecond, and after the key before it.

    Whole minutes are what people plan for, so two processes may well ask for the same moment: the rest of the
    millisecond and the 10 bits that the specification calls the clock identifier are random.
    """
    microseconds = (at - _EPOCH) // timedelta(microseconds=1) + secrets.randbelow(1000)
    return _encoded(_clock.after_the_last(microseconds) << 10 | secrets.randbelow(1024))


class _Clock:
    """Never gives the same microsecond twice within the second that it is in."""

    def __init__(self) -> None:
        self.lock, self.last = Lock(), 0

    def after_the_last(self, microseconds: int) -> int:
        with self.lock:
            if microseconds <= self.last < microseconds + _SECOND:
                microseconds = self.last + 1
            self.last = microseconds
            return microseconds


_clock = _Clock()


def _encoded(number: int) -> str:
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(60, -1, -5))
