"""How many mentions are usual in an hour, and whether so many now are a spike. Knows no Django.

**What is usual.** Each hour of the last eight weeks is compared with others like it: the same hour of the week, which
is drawn towards the same hour of all weekdays (or of the weekend), and that towards the mean of everything, the more
so the shorter the history is. What stands far above all else is cut off first, so that last month's spike does not
make the next one usual. At last the level of the past seven days against what was expected of them is taken along: an
alert may grow, or be quiet over the holidays.

**What is a spike.** The number in windows of one, two, four and eight hours that end now (the running hour counts for
the part that has passed) is held against a negative binomial distribution, whose spread is that of this alert's own
past. An alarm needs a chance below 1 in a million, at least five mentions, and twice what is usual.

References: Hilbe, "Negative Binomial Regression" (2011), for the distribution and its spread; Noufaily et al., "An
improved algorithm for outbreak detection in multiple surveillance systems", Statistics in Medicine 32 (2013), for
holding counts against the same time in earlier weeks and cutting off earlier outbreaks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import exp, lgamma, log, log1p
from statistics import median_low

WEEK, HISTORY = 168, 8 * 168
# Fewer mentions are never a spike, whatever is usual; and so much more than usual it has to be.
FEWEST, TIMES = 5, 2.0
CHANCE = 1e-6
# Still going on: a tenth of the way is enough.
STILL = 1e-2
WINDOWS = (1, 2, 4, 8)
# What other hours say counts as so many mentions: a quiet alert believes them longer than a busy one.
_HOURS_LIKE_IT, _ALL_HOURS = 4.0, 4.0
# Variance = mean x (1 + answers), where mentions bring others, or mean + mean squared x restlessness, where hours
# differ; whichever is more. What is supposed before there is a history, and as how many mentions that counts.
_ANSWERS, _RESTLESS, _SUPPOSED = 0.3, 0.2, 20.0
_LEAST, _MOST = 0.02, 50.0
# An hour with more than this, and far above the busiest ordinary ones, is cut off.
_ORDINARY = 6
# Mentions in a new alert's hour, before anything is known of it; as many hours as it takes to be known.
_AT_FIRST, _FIRST_HOURS = 0.5, 24.0


@dataclass(frozen=True)
class Verdict:
    """``number`` mentions in the last ``hours`` hours, where ``expected`` are usual. ``chance``: of as many or more."""

    number: int
    expected: float
    hours: int
    chance: float

    @property
    def is_spike(self) -> bool:
        """Ring?"""
        return self.chance < CHANCE and self._is_much

    @property
    def goes_on(self) -> bool:
        """Is what began earlier still there?"""
        return self.chance < STILL and self._is_much

    @property
    def _is_much(self) -> bool:
        return self.number >= FEWEST and self.number >= TIMES * self.expected


@dataclass(frozen=True)
class Rhythm:
    """What is usual for an alert. ``past``: mentions per hour, oldest first; ``begins``: the hour of the week of the
    first, 0 is Monday 0.00 where the organisation is. At most ``HISTORY`` hours are looked at."""

    past: Sequence[int]
    begins: int = 0

    def expected(self, ahead: int = 0) -> float:
        """Mentions usual in the hour after the past (0), or in so many hours before it (negative)."""
        return max(self._shape[(self.begins + len(self.past) + ahead) % WEEK] * self._level, 0.02)

    def judge(self, now: int, *, part: float) -> Verdict:
        """The least likely window that ends now: ``now`` mentions in the running hour, of which ``part`` (0 to 1]
        has passed."""
        found = [self._window(hours, now, part) for hours in WINDOWS if hours <= len(self.past) + 1]
        return min(found, key=lambda verdict: verdict.chance)

    def _window(self, hours: int, now: int, part: float) -> Verdict:
        before = range(1 - hours, 0)
        number = now + sum(self.past[at] for at in before)
        expected = self.expected() * part + sum(self.expected(at) for at in before)
        return Verdict(number, expected, hours, at_least(number, expected, spread=self.spread(expected)))

    def spread(self, mean: float) -> float:
        """How much more than pure chance windows differ in which so many are expected: what is beyond the mean in
        the variance, as part of the mean squared. Answers come within minutes, so that a short window has more."""
        answers, restless = self._spreads
        return min(max(restless, answers / mean, _LEAST), _MOST)

    @cached_property
    def _spreads(self) -> tuple[float, float]:
        excess = means = squares = 0.0
        for at, number in enumerate(self._cut):
            # As it would have been expected without this very hour: else a short past seems calmer than it is.
            mean = max(_drawn(*self._others((self.begins + at) % WEEK, number), _HOURS_LIKE_IT), 0.02)
            excess += (number - mean) ** 2 - mean
            means, squares = means + mean, squares + mean * mean
        excess *= 1.2  # for what was cut off
        answers = (excess + _ANSWERS * _SUPPOSED) / (means + _SUPPOSED)
        return answers, (excess + _RESTLESS * _SUPPOSED) / (squares + _SUPPOSED)

    @cached_property
    def _cut(self) -> Sequence[int]:
        """The past without its mountains: nothing far above the busiest fiftieth of the hours, nor far above what
        the same hour of the week mostly has."""
        if not self.past:
            return self.past
        ordered = sorted(self.past)
        usual = ordered[int((len(ordered) - 1) * 0.98)]
        top = max(_ORDINARY, usual + 2 * round(usual**0.5))
        often = [median_low(self.past[(at - self.begins) % WEEK :: WEEK] or [0]) for at in range(WEEK)]
        tops = [max(top, own + 3 * round(own**0.5)) for own in often]
        return [min(number, tops[(self.begins + at) % WEEK]) for at, number in enumerate(self.past)]

    @cached_property
    def _by_hour(self) -> list[tuple[int, int, float]]:
        """For each hour of the week: mentions, of how many such hours, and what other hours say of it."""
        by_hour: list[list[int]] = [[] for _ in range(WEEK)]
        for at, number in enumerate(self._cut):
            by_hour[(self.begins + at) % WEEK].append(number)
        every = (sum(self._cut) + _AT_FIRST * _FIRST_HOURS) / (len(self._cut) + _FIRST_HOURS)
        like: dict[tuple[bool, int], list[int]] = {}
        for hour, numbers in enumerate(by_hour):
            like.setdefault(_kind(hour), []).extend(numbers)
        shared = {kind: _drawn(sum(numbers), len(numbers), every, _ALL_HOURS) for kind, numbers in like.items()}
        return [(sum(numbers), len(numbers), shared[_kind(hour)]) for hour, numbers in enumerate(by_hour)]

    def _others(self, hour: int, number: int) -> tuple[int, int, float]:
        """The same for one hour of the week, without one of its numbers."""
        total, hours, shared = self._by_hour[hour]
        return total - number, hours - 1, shared

    @cached_property
    def _shape(self) -> list[float]:
        """What is usual in each hour of the week, by the whole past."""
        return [_drawn(*told, _HOURS_LIKE_IT) for told in self._by_hour]

    @cached_property
    def _level(self) -> float:
        """The past seven days against what the shape says of them; a quiet alert is believed slowly."""
        last = self._cut[-WEEK:]
        if len(self._cut) < 2 * WEEK:
            return 1.0
        start = self.begins + len(self._cut) - len(last)
        usual = sum(self._shape[(start + at) % WEEK] for at in range(len(last)))
        return min(max((sum(last) + 10) / (usual + 10), 0.5), 3.0)


def _kind(hour: int) -> tuple[bool, int]:
    return hour >= 5 * 24, hour % 24


def _drawn(total: int, hours: int, towards: float, mentions: float) -> float:
    """The mean of so many mentions in so many hours, drawn towards another as if that stood for some mentions."""
    return (total + mentions) / (hours + mentions / towards)


def at_least(number: int, mean: float, *, spread: float) -> float:
    """The chance of ``number`` or more where ``mean`` are expected: negative binomial, variance mean + spread·mean²."""
    if number <= 0:
        return 1.0
    size, odds = 1 / spread, mean * spread
    term = exp(
        lgamma(number + size) - lgamma(size) - lgamma(number + 1) - size * log1p(odds) + number * log(odds / (1 + odds))
    )
    if number <= mean:
        return min(1.0, 0.5 + term)
    total, at, ratio = 0.0, number, odds / (1 + odds)
    while term > total * 1e-6:
        total += term
        term *= (at + size) / (at + 1) * ratio
        at += 1
    return min(total, 1.0)


def since(counts: Mapping[int, int], *, first: int, last: int) -> list[int]:
    """Mentions for each hour from ``first`` up to but not including ``last``, from those hours that had any."""
    return [counts.get(hour, 0) for hour in range(max(first, last - HISTORY), last)]
