"""Record keys are what the AT Protocol says a TID is, and never the same twice."""

import re
from datetime import UTC, datetime, timedelta

from vierogen.networks.tid import _encoded, new_tid

NINE = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"


def moment_of(tid: str) -> datetime:
    number = 0
    for sign in tid:
        number = number * 32 + ALPHABET.index(sign)
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=number >> 10)


def test_zero_is_thirteen_twos() -> None:
    assert _encoded(0) == "2222222222222"  # the example of the specification


def test_the_largest_key_still_has_thirteen_signs() -> None:
    assert _encoded(2**63 - 1) == "bzzzzzzzzzzzz"


def test_a_key_has_the_form_that_the_specification_demands() -> None:
    form = r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}"
    assert re.fullmatch(form, new_tid(NINE))


def test_a_key_says_when_to_within_a_millisecond() -> None:
    assert abs(moment_of(new_tid(NINE)) - NINE) < timedelta(milliseconds=3)


def test_keys_of_one_moment_differ_and_keep_their_order() -> None:
    keys = [new_tid(NINE) for _ in range(1000)]
    assert keys == sorted(set(keys))


def test_a_key_for_next_year_does_not_push_the_next_key_there() -> None:
    new_tid(NINE + timedelta(days=365))
    assert abs(moment_of(new_tid(NINE)) - NINE) < timedelta(seconds=1)


def test_the_time_zone_of_the_moment_makes_no_difference() -> None:
    amsterdam = datetime.fromisoformat("2026-11-21T10:00:00+01:00")
    assert abs(moment_of(new_tid(amsterdam)) - NINE) < timedelta(seconds=1)
