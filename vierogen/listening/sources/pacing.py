"""When a polled source is read again: by its own rhythm, by what it asks, and after failures. Knows no clock."""

import random
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from statistics import median

# Seconds. What nobody says anything about is read every half hour.
MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0
USUAL = 30 * MINUTE
SOONEST = 5 * MINUTE
# However seldom a source writes: news after a long silence should not wait for a day.
LATEST = 2 * HOUR
# What a source may ask for itself; RSS says "ttl" in minutes, HTTP "max-age" in seconds, and some ask for a year.
LONGEST_ASKED = DAY
FIRST_RETRY = 5 * MINUTE
# So many gaps tell a rhythm.
_GAPS = 3


def after_failure(failures: int, *, wait: float | None = None, dice: random.Random | None = None) -> float:
    """Seconds until the next try after so many failures in a row (1 is the first): doubling up to a day, for ever.

    With jitter of a quarter, so that a host that comes back is not met by everybody at once. ``wait`` is what the
    other side asked (``Retry-After``): never sooner than that, but within a day.
    """
    spread = (dice or random).uniform(0.75, 1.25)
    doubled = min(DAY, FIRST_RETRY * 2.0 ** min(max(failures, 1) - 1, 30))
    return min(DAY, max(doubled * spread, min(wait or 0.0, DAY)))


def rhythm(moments: Sequence[datetime]) -> float | None:
    """The usual seconds between two messages that came at these moments, None where that cannot be told."""
    ordered = sorted(set(moments))
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(ordered)]
    return median(gaps) if len(gaps) >= _GAPS else None


def again_in(moments: Sequence[datetime], *, asked: float | None = None, now: datetime) -> float:
    """Seconds until a source is worth reading again: half of its rhythm, never sooner than it asks.

    A source whose last message is long ago has slowed down, whatever its rhythm was then.
    """
    usual = rhythm(moments)
    if usual is None:
        wanted = USUAL
    else:
        silent = (now - max(moments)).total_seconds()
        wanted = max(usual, silent / 8) / 2
    return max(min(max(wanted, SOONEST), LATEST), min(asked or 0.0, LONGEST_ASKED))
