"""Waiting for something to happen, and the clock that everything here is measured with.

That clock is ``time.monotonic()``: on one machine all processes share it.
"""

import time
from collections.abc import Callable
from random import Random
from typing import TypeVar

Found = TypeVar("Found")

# The same pauses in every run: between two measurements, so that none keeps step with anybody's polling.
chance = Random(2)  # noqa: S311 - nothing here is a secret


class TooLongError(Exception):
    """Something did not happen in time; the sentence says what."""


def until(met: Callable[[], Found], *, seconds: float, what: str, pause: float = 0.005) -> Found:
    """What ``met`` gives, as soon as that is true. Raises ``TooLongError``."""
    give_up = time.monotonic() + seconds
    while not (found := met()):
        if time.monotonic() > give_up:
            raise TooLongError(f"{what} did not happen within {seconds:.0f} s")
        time.sleep(pause)
    return found


def rest(shortest: float, longest: float) -> None:
    """Pause between so many seconds."""
    time.sleep(chance.uniform(shortest, longest))


def wall_clock(moment: float) -> float:
    """The Unix time of a moment of the monotonic clock."""
    return moment + time.time() - time.monotonic()
