"""A bulletin comes at the reader's own hour, once a day or once a week, also when the clock changes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vierogen.listening.actions.timetable import Clock
from vierogen.listening.states import Rhythm

HERE = ZoneInfo("Europe/Amsterdam")
# Changes by half an hour, in the south, at two o'clock.
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
# Changes at midnight: some days have no hour 0.
BEIRUT = ZoneInfo("Asia/Beirut")
# Left out a whole day, Friday 30 December 2011.
APIA = ZoneInfo("Pacific/Apia")
ZONES = (
    "Europe/Amsterdam",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Africa/Casablanca",
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def all_due(clock: Clock, rhythm: str, *, first: datetime, last: datetime) -> list[datetime]:
    """Every due moment after ``first`` until ``last``, where the reader is."""
    found, moment = [], clock.after(first, rhythm)
    while moment <= last:
        found.append(moment)
        moment = clock.after(moment, rhythm)
    return found


def local(moments: list[datetime], zone: ZoneInfo) -> list[str]:
    return [f"{moment.astimezone(zone):%a %d %H:%M}" for moment in moments]


def test_the_hour_is_that_of_the_wall_clock_in_winter_and_in_summer() -> None:
    clock = Clock(HERE, hour=8, weekday=0)
    due = all_due(clock, Rhythm.DAILY, first=utc("2027-03-26T12:00"), last=utc("2027-03-30T12:00"))
    assert local(due, HERE) == ["Sat 27 08:00", "Sun 28 08:00", "Mon 29 08:00", "Tue 30 08:00"]
    assert [moment.hour for moment in due] == [7, 6, 6, 6]


def test_an_hour_that_does_not_exist_is_the_moment_at_which_it_would_have_begun() -> None:
    clock = Clock(HERE, hour=2, weekday=6)
    due = all_due(clock, Rhythm.DAILY, first=utc("2027-03-27T00:00"), last=utc("2027-03-29T12:00"))
    assert local(due, HERE) == ["Sat 27 02:00", "Sun 28 03:00", "Mon 29 02:00"]
    weekly = all_due(clock, Rhythm.WEEKLY, first=utc("2027-03-20T00:00"), last=utc("2027-04-05T00:00"))
    assert local(weekly, HERE) == ["Sun 21 02:00", "Sun 28 03:00", "Sun 04 02:00"]


def test_an_hour_that_exists_twice_counts_once() -> None:
    clock = Clock(HERE, hour=2, weekday=6)
    due = all_due(clock, Rhythm.DAILY, first=utc("2026-10-24T12:00"), last=utc("2026-10-26T12:00"))
    assert due == [utc("2026-10-25T00:00"), utc("2026-10-26T01:00")]
    assert clock.latest(utc("2026-10-25T01:30"), Rhythm.DAILY) == utc("2026-10-25T00:00")


def test_a_change_of_half_an_hour_and_one_at_midnight_are_right_too() -> None:
    howe = all_due(Clock(LORD_HOWE, 2, 6), Rhythm.DAILY, first=utc("2026-10-02T00:00"), last=utc("2026-10-04T23:00"))
    assert local(howe, LORD_HOWE) == ["Sat 03 02:00", "Sun 04 02:30", "Mon 05 02:00"]
    beirut = all_due(Clock(BEIRUT, 0, 6), Rhythm.DAILY, first=utc("2027-03-27T12:00"), last=utc("2027-03-29T12:00"))
    assert local(beirut, BEIRUT) == ["Sun 28 01:00", "Mon 29 00:00"]


def test_a_day_that_was_left_out_has_no_bulletin_of_its_own() -> None:
    due = all_due(Clock(APIA, 8, 4), Rhythm.DAILY, first=utc("2011-12-29T00:00"), last=utc("2012-01-01T00:00"))
    assert local(due, APIA) == ["Thu 29 08:00", "Sat 31 08:00", "Sun 01 08:00"]
    weekly = all_due(Clock(APIA, 8, 4), Rhythm.WEEKLY, first=utc("2011-12-20T00:00"), last=utc("2012-01-07T00:00"))
    assert local(weekly, APIA) == ["Fri 23 08:00", "Sat 31 08:00", "Fri 06 08:00"]


@given(
    moment=st.datetimes(min_value=datetime(2024, 1, 1), max_value=datetime(2030, 1, 1)).map(  # noqa: DTZ001 - made UTC
        lambda naive: naive.replace(tzinfo=UTC)
    ),
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    hour=st.integers(0, 23),
    weekday=st.integers(0, 6),
    rhythm=st.sampled_from([Rhythm.DAILY, Rhythm.WEEKLY]),
)
def test_nothing_is_due_between_the_latest_and_the_next(
    moment: datetime, zone: ZoneInfo, hour: int, weekday: int, rhythm: Rhythm
) -> None:
    clock = Clock(zone, hour, weekday)
    latest, following = clock.latest(moment, rhythm), clock.after(moment, rhythm)
    assert latest <= moment < following
    assert clock.after(latest, rhythm) == following
    assert clock.latest(following, rhythm) == following
    usual = timedelta(days=1 if rhythm == Rhythm.DAILY else 7)
    assert abs(following - latest - usual) <= timedelta(hours=1)
    assert (latest.astimezone(zone).weekday() == weekday) or rhythm == Rhythm.DAILY


@pytest.mark.parametrize("hour", range(24))
def test_a_year_has_as_many_daily_bulletins_as_days(hour: int) -> None:
    clock = Clock(HERE, hour, 0)
    due = all_due(
        clock, Rhythm.DAILY, first=utc("2026-12-31T23:00") - timedelta(seconds=1), last=utc("2027-12-31T22:59")
    )
    assert len(due) == len({moment.astimezone(HERE).date() for moment in due}) == 365
