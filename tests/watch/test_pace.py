"""The pace of looking: within the quota, with a reserve, and every promise holds whatever happens."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vierogen.watch.pace import DAY, FASTEST, HOUR, RESERVE, SLOWEST, WORK, Facts, Rhythm, decide, is_office_hours

SMALL = Facts(calls_a_look=2, calls_a_day=4800, share=0.2)
LAGS = st.floats(0, 20)
GAPS = st.floats(FASTEST, SLOWEST)
SHARES = st.floats(0, 2)


def test_the_ordinary_pace_uses_a_fifth_of_the_calls() -> None:
    looks = DAY / decide(SMALL)
    assert looks * SMALL.calls_a_look == pytest.approx(0.20 * 4800)


@pytest.mark.parametrize(
    ("faster", "times"), [({"office_hours": False}, 2), ({"hurried": True}, 4), ({"regain": 0.0}, 1)]
)
def test_it_is_faster_outside_office_hours_and_faster_still_in_an_alarm(faster: dict[str, bool], times: int) -> None:
    assert decide(replace(SMALL, **faster)) == pytest.approx(decide(SMALL) / times)


@pytest.mark.parametrize("facts", [SMALL, replace(SMALL, office_hours=False), replace(SMALL, hurried=True)])
def test_it_never_gets_faster_as_the_share_grows_and_stops_at_the_reserve(facts: Facts) -> None:
    gaps = [decide(replace(facts, share=share / 100)) for share in range(120)]
    assert all(one <= other for one, other in pairwise(gaps))
    assert set(gaps[round(RESERVE * 100) :]) == {SLOWEST}


@given(
    st.builds(
        Facts,
        calls_a_look=st.integers(1, 5),
        calls_a_day=st.none() | st.integers(0, 10**9),
        share=st.none() | SHARES,
        regain=st.floats(0, DAY),
        office_hours=st.booleans(),
        hurried=st.booleans(),
    )
)
def test_it_is_never_too_fast_nor_asleep(facts: Facts) -> None:
    assert FASTEST <= decide(facts) <= HOUR


def test_where_nothing_is_known_it_is_careful() -> None:
    unknown = Facts(calls_a_look=2)
    assert decide(unknown) == decide(replace(unknown, hurried=True)) == 60
    assert decide(replace(SMALL, share=None, hurried=True)) == decide(SMALL)


def test_what_the_network_does_not_answer_is_not_asked() -> None:
    assert decide(replace(SMALL, share=1.0, regain=1500)) == 1500
    assert decide(replace(SMALL, share=1.0, regain=DAY)) == HOUR


def test_office_hours() -> None:
    friday, saturday = datetime(2026, 11, 27, 9, tzinfo=UTC), datetime(2026, 11, 28, 9, tzinfo=UTC)
    assert is_office_hours(friday)
    assert not is_office_hours(saturday)
    assert [hour for hour in range(24) if is_office_hours(friday.replace(hour=hour))] == list(range(8, 18))


# The quota: what a day, a long weekend, and an alarm without end use


def shares_of(days: int, calls_a_day: int, *, facts: Callable[[float], Facts], cut_at: float = 1e9) -> list[float]:
    """The share after each look, over a rolling day; at ``cut_at`` the quota is cut in half."""
    asked: list[float] = []
    now, shares = 0.0, [0.0]
    while now < days * DAY:
        asked = [moment for moment in asked if moment > now - DAY]
        allowed = calls_a_day / 2 if now >= cut_at else calls_a_day
        asked += [now] * SMALL.calls_a_look
        shares.append(len(asked) / allowed)
        now += decide(replace(facts(now), calls_a_day=int(allowed), share=shares[-1]))
    return shares


def working_days(now: float) -> Facts:
    return replace(SMALL, office_hours=8 <= now % DAY / HOUR < 18)


def weekend(_now: float) -> Facts:
    return replace(SMALL, office_hours=False)


def alarm(_now: float) -> Facts:
    return replace(SMALL, hurried=True)


@pytest.mark.parametrize("facts", [working_days, weekend, alarm])
@pytest.mark.parametrize("calls_a_day", [480, 4800])
def test_however_long_it_hurries_half_of_the_calls_stay_free(facts: Callable[[float], Facts], calls_a_day: int) -> None:
    assert max(shares_of(3, calls_a_day, facts=facts)) < 0.47


@pytest.mark.parametrize("facts", [working_days, weekend, alarm])
def test_a_quota_cut_in_half_breaks_no_limit_and_leaves_calls_to_take_down(facts: Callable[[float], Facts]) -> None:
    shares = shares_of(3, 4800, facts=facts, cut_at=1.4 * DAY)
    assert 0.5 < max(shares) < 0.94
    assert shares[-1] < 0.47


# The promise


@dataclass
class Watching:
    """What a watcher did: when each look began and what was promised from when on, as the table had it."""

    looks: list[float]
    promises: list[tuple[float, float]]

    @classmethod
    def of(cls, gaps: list[float], *, lag: float, took: list[float], written_after: float) -> "Watching":
        rhythm, now = Rhythm(lag=lag), 0.0
        looks, promises = [], []
        for gap, each in zip(gaps, took, strict=True):
            looks.append(now)
            pause = rhythm.next(gap, took=each)
            promises.append((now + each + written_after, rhythm.promise))
            now += each + pause
        return cls(looks, promises)

    def promised(self, at: float) -> float | None:
        return next((promise for since, promise in reversed(self.promises) if since <= at), None)


@given(
    st.lists(st.tuples(GAPS, st.floats(0, 1)), min_size=8, max_size=30),
    st.floats(0, FASTEST),
    st.floats(0, 2.5),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_whatever_happens_is_found_within_the_promise_that_stood_at_that_moment(
    pace: list[tuple[float, float]], lag: float, written_after: float, where: float, late: float
) -> None:
    gaps, took = [gap for gap, _ in pace], [each for _, each in pace]
    watching = Watching.of(gaps, lag=lag, took=took, written_after=written_after)
    begin, end = watching.promises[0][0], watching.looks[-4]
    for accident in (begin + where * (end - begin), *(look - late * lag for look in watching.looks[1:-4])):
        promise = watching.promised(accident)
        if promise is None:
            continue
        finding = next(index for index, look in enumerate(watching.looks) if look >= accident + lag)
        found = watching.looks[finding] + took[finding]
        assert found - accident <= promise + 1e-6


@given(st.lists(GAPS, min_size=3, max_size=10), LAGS)
def test_a_shorter_gap_counts_at_once_and_a_longer_one_is_announced_first(gaps: list[float], lag: float) -> None:
    rhythm = Rhythm(lag=lag)
    for place, gap in enumerate(gaps):
        waited = rhythm.next(gap, took=0.0)
        assert waited == min(max(each, lag) for each in gaps[max(0, place - 2) : place + 1])
        assert rhythm.promise == max(gap, lag) + lag + WORK


def test_who_takes_over_keeps_what_was_promised_before() -> None:
    heir = Rhythm(lag=2.0, promised=30.0)
    assert [heir.next(600.0, took=0.0) for _look in range(3)] == [26.0, 26.0, 600.0]


def test_slow_answers_make_the_promise_longer() -> None:
    rhythm = Rhythm(lag=2.0)
    assert rhythm.next(60.0, took=8.0) == 52.0
    assert rhythm.promise == 60 + 2 + 16
