"""How often to look where a network pushes nothing and limits calls by the day. Pure: no database, no clock.

``decide`` says the seconds to the next look; ``Rhythm`` turns what was decided into seconds that are really waited,
and into a promise that holds for every accident. Why it is like this: docs/decisions/0012-pace.md.
"""

from collections import deque
from dataclasses import dataclass
from datetime import datetime

DAY = 86_400.0
HOUR = 3_600.0
# The share of its calls that an account uses up when it is looked at all day at the ordinary pace.
AIM = 0.20
# Looking faster than that fades out between AIM and this share. So less than half is used however long it hurries
# (0.46 in an alarm of a whole day), and a quota cut in half overnight breaks no limit.
HURRY_ENDS = 0.40
# From SLOWING on each look waits longer; at RESERVE looking practically stops, so that the rest is for taking down.
SLOWING, RESERVE = 0.70, 0.85
# How many times the ordinary pace.
OUTSIDE_OFFICE_HOURS, IN_AN_ALARM = 2.0, 4.0
# Seconds: never a shorter gap than the one, nor a longer than the other unless the quota is too small for that.
FASTEST, SLOWEST = 5.0, 900.0
# Where the network did not say how many calls there are.
UNKNOWN_GAP = 60.0
# Seconds that two looks may take together: the one that just missed an accident, and the one that finds it.
WORK = 2.0
# The announcement of a gap is in the table at least one look before it is waited, whoever writes it.
ANNOUNCED = 3
# So many looks are remembered to know how long one takes.
REMEMBERED = 10


@dataclass(frozen=True)
class Facts:
    """What the pace depends on.

    ``share`` of the calls that were used (1.0 is all), ``regain`` seconds until there are more, as the network last
    said; None where it never did. ``hurried``: something of ours was just published there, or an alarm is open.
    """

    calls_a_look: int
    calls_a_day: int | None = None
    share: float | None = None
    regain: float = 0.0
    office_hours: bool = True
    hurried: bool = False


def decide(facts: Facts) -> float:
    """Seconds from the beginning of a look to the beginning of the next."""
    ordinary = _ordinary(facts)
    slowest = min(max(SLOWEST, 4 * ordinary), HOUR)
    speed = _speed(facts)
    gap = min(ordinary / speed, slowest) if speed else slowest
    # While the network takes no call at all, asking again only makes it last longer.
    return max(gap, FASTEST, min(facts.regain, HOUR))


def _ordinary(facts: Facts) -> float:
    if not facts.calls_a_day:
        return UNKNOWN_GAP
    return DAY * facts.calls_a_look / (AIM * facts.calls_a_day)


def _speed(facts: Facts) -> float:
    share = HURRY_ENDS if facts.share is None else facts.share
    haste = IN_AN_ALARM if facts.hurried else 1.0 if facts.office_hours else OUTSIDE_OFFICE_HOURS
    return _fading(share, SLOWING, RESERVE) + (haste - 1.0) * _fading(share, AIM, HURRY_ENDS)


def _fading(share: float, begin: float, end: float) -> float:
    """From 1 at ``begin`` down to 0 at ``end``."""
    return min(1.0, max(0.0, (end - share) / (end - begin)))


def is_office_hours(local: datetime) -> bool:
    """Is somebody likely to be at work? ``local`` is in the organisation's zone."""
    return local.weekday() < 5 and 8 <= local.hour < 18


class Rhythm:
    """The gaps of one channel, and what may be promised.

    Slowing down is announced first and waited later, speeding up happens at once: so what stood there when an
    accident happened still holds. It needs gaps of at least the lag with which the network shows something new.
    """

    def __init__(self, *, lag: float, promised: float | None = None) -> None:
        self.lag = lag
        # Whoever watched before may have promised something.
        before = [] if promised is None else [max(promised - lag - WORK, FASTEST)]
        self._decided: deque[float] = deque(before * (ANNOUNCED - 1), maxlen=ANNOUNCED)
        self._took: deque[float] = deque(maxlen=REMEMBERED)

    def next(self, decided: float, *, took: float) -> float:
        """The seconds to wait now, after a look that lasted ``took`` seconds and decided ``decided``."""
        self._decided.append(max(decided, self.lag))
        self._took.append(took)
        return max(0.0, min(self._decided) - took)

    @property
    def last(self) -> float:
        """The gap that is waited at present, 0.0 where none was decided yet."""
        return min(self._decided, default=0.0)

    @property
    def promise(self) -> float:
        """Seconds within which an accident that happens now is seen."""
        return self._decided[-1] + self.lag + max(WORK, 2 * max(self._took))
