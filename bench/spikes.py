"""``python -m bench.spikes``: false alarms a year, and how soon a spike is found, on simulated mentions.

python -m bench.spikes [--years 3] [--events 60]

Years of several rhythms without any spike are looked at with each mention, as the job does every half minute. Then,
on four weeks or more of history, the mentions of some hours are made 3, 5 and 10 times as many, from some minute on.
The seed is always the same.
"""

import random
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from math import exp, sin
from statistics import median

from vierogen.listening.rhythm import FEWEST, HISTORY, WEEK, WINDOWS, Rhythm

QUIET_HOURS = 12
HOURS_A_YEAR, WARM_UP = 52 * WEEK, 4 * WEEK


def _office(hour: int) -> bool:
    return hour % WEEK < 120 and 8 <= hour % 24 < 18


def _day(hour: int) -> float:
    return max(0.05, 1 + sin((hour % 24 - 8) / 24 * 6.283))


# Mentions an hour at each hour since the beginning, a Monday 0.00.
RHYTHMS: dict[str, Callable[[int], float]] = {
    "quiet (1 in 10 hours)": lambda _hour: 0.1,
    "rare (3 a month)": lambda _hour: 0.004,
    "office hours": lambda hour: 6.0 if _office(hour) else 0.3,
    "weekly programme": lambda hour: 25.0 if 20 <= hour % WEEK < 23 else 1.0 * _day(hour),
    "holidays": lambda hour: (6.0 if _office(hour) else 0.3) * (0.15 if hour // WEEK % 13 > 10 else 1),
    "growing sixfold": lambda hour: 1.0 * _day(hour) * (1 + 5 * hour / HOURS_A_YEAR),
    "busy (50 an hour)": lambda hour: 50.0 * _day(hour),
}
# How mentions come: each by itself; in hours that differ by themselves; in conversations.
MANNERS = ("each by itself", "restless", "in conversations")


def _chance(name: str) -> random.Random:
    return random.Random(name)  # noqa: S311 - nothing is secret here


def _poisson(mean: float, chance: random.Random) -> int:
    if mean > 200:
        return max(0, round(chance.gauss(mean, mean**0.5)))
    number, product, end = 0, chance.random(), exp(-mean)
    while product > end:
        number, product = number + 1, product * chance.random()
    return number


def minutes(mean: float, manner: str, chance: random.Random) -> list[float]:
    """When in an hour there are mentions, as parts of it, in order."""
    if manner == "restless":
        mean *= chance.gammavariate(4.0, 0.25)
    if manner != "in conversations":
        return sorted(chance.random() for _ in range(_poisson(mean, chance)))
    found = []
    for _ in range(_poisson(mean / 2, chance)):
        at = chance.random()
        found.append(at)
        while chance.random() < 0.5:  # one answer on average, within minutes
            at += chance.expovariate(12)
            found.append(min(at, 0.999))
    return sorted(found)


def _looks(past: list[int], at: list[float], hour: int, *, after: float = 0.0) -> Iterator[tuple[float, bool, bool]]:
    """What is said at each mention: when, whether it is a spike, whether one goes on."""
    if len(at) + sum(past[1 - max(WINDOWS) :]) < FEWEST:
        return
    known = past[-HISTORY:]
    rhythm = Rhythm(known, (hour - len(known)) % WEEK)
    for number, moment in enumerate(at, start=1):
        if moment >= after:
            verdict = rhythm.judge(number, part=max(moment, 1 / 60))
            yield moment, verdict.is_spike, verdict.goes_on


def false_alarms(
    mean: Callable[[int], float],
    manner: str,
    chance: random.Random,
    *,
    warm_up: int = WARM_UP,
    hours: int = HOURS_A_YEAR,
) -> int:
    """Alarms in so many hours (a year) without a spike, after some (four weeks) without looking."""
    past: list[int] = []
    alarms, last = 0, -QUIET_HOURS
    for hour in range(warm_up + hours):
        at = minutes(mean(hour), manner, chance)
        for _moment, rings, goes_on in _looks(past, at, hour) if hour >= warm_up else ():
            alarms += rings and hour - last >= QUIET_HOURS
            last = hour if (rings or (goes_on and hour - last < QUIET_HOURS)) else last
        past.append(len(at))
    return alarms


def delay(base: float, times: int, manner: str, chance: random.Random) -> float | None:
    """Minutes until the alarm; None if there was none within six hours. Of steady mentions, eight weeks of them."""
    past = [len(minutes(base, manner, chance)) for _ in range(HISTORY)]
    start = chance.random()
    for hour in range(7):
        usual = minutes(base, manner, chance)
        more = [moment for moment in minutes(base * (times - 1), manner, chance) if hour or moment >= start]
        for moment, rings, _goes_on in _looks(past, sorted([*usual, *more]), len(past), after=0 if hour else start):
            if rings:
                return (hour + moment - start) * 60
        past.append(len(usual) + len(more))
    return None


def main() -> int:
    """Print two tables."""
    parser = ArgumentParser(prog="python -m bench.spikes", description=__doc__)
    parser.add_argument("--years", type=int, default=3)
    parser.add_argument("--events", type=int, default=60)
    asked = parser.parse_args()
    print(f"False alarms an alert and year, {asked.years} years each: {', '.join(MANNERS)}", flush=True)
    for name, mean in RHYTHMS.items():
        found = []
        for manner in MANNERS:
            chance = _chance(f"{name}{manner}")
            found.append(sum(false_alarms(mean, manner, chance) for _ in range(asked.years)) / asked.years)
        print(f"  {name:24}", *(f"{each:6.2f}" for each in found), flush=True)
    print("The same in the first four weeks of a new alert, after its first day", flush=True)
    for name, mean in RHYTHMS.items():
        young = {"warm_up": 24, "hours": 4 * WEEK}
        found = [false_alarms(mean, manner, _chance(f"young {name}{manner}"), **young) for manner in MANNERS]
        print(f"  {name:24}", *(f"{each:6d}" for each in found), flush=True)
    print("Minutes until the alarm: median, nine of ten, and how many were found within six hours", flush=True)
    for base in (0.1, 1, 5, 20, 100):
        for manner in MANNERS:
            print(
                f"  {base:5} an hour, {manner:16}",
                *(_told(base, t, manner, asked.events) for t in (3, 5, 10)),
                flush=True,
            )
    return 0


def _told(base: float, times: int, manner: str, events: int) -> str:
    chance = _chance(f"{base}{times}{manner}")
    delays = [delay(base, times, manner, chance) for _ in range(events)]
    found = sorted(each for each in delays if each is not None)
    if not found:
        return f"| x{times}: none"
    ninth = found[int(len(found) * 0.9)] if len(found) > 1 else found[0]
    return f"| x{times}: {median(found):4.0f} {ninth:4.0f} {len(found) / events:4.0%}"


if __name__ == "__main__":
    sys.exit(main())
