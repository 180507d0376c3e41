"""Waiting for what comes by itself."""

from collections.abc import Callable
from time import monotonic, sleep
from typing import Any


def eventually(met: Callable[[], Any], *, seconds: float = 60.0) -> Any:
    """What ``met`` gives, as soon as it gives something."""
    give_up = monotonic() + seconds
    while monotonic() < give_up:
        if found := met():
            return found
        sleep(0.02)
    raise AssertionError(f"it did not happen within {seconds} seconds")
