"""Filters and tags of templates."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone, translation

from vierogen.web.templatetags.vierogen import ago, breakable, clock, initials, moment, seconds_left

NOW = datetime(2026, 1, 8, 12, 0, tzinfo=UTC)  # a Thursday, 13:00 in Amsterdam


@pytest.fixture(autouse=True)
def noon_in_english() -> object:
    """Fixed time and language."""
    with (
        time_machine.travel(NOW, tick=False),
        translation.override("en"),
        timezone.override("Europe/Amsterdam"),
    ):
        yield


@pytest.mark.parametrize(
    ("name", "letters"), [("Anna de Wit", "AD"), ("Ben", "B"), ("", "?"), ("…", "?"), ("ömer çelik", "ÖÇ")]
)
def test_initials_are_one_or_two_capitals(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_a_handle_breaks_at_its_joints_and_is_escaped() -> None:
    assert breakable("@a_b@c.example") == "@a_<wbr>b@<wbr>c.<wbr>example"
    assert breakable("@<script>") == "@&lt;script&gt;"
    assert breakable("@") == "@"
    assert breakable("voorbeeld.example") == "voorbeeld.<wbr>example"


@pytest.mark.parametrize(("seconds", "words"), [(92.9, "1:32"), (5, "0:05"), (-3, "0:00"), (None, "0:00")])
def test_a_clock_counts_minutes_and_seconds_and_never_below_zero(seconds: float | None, words: str) -> None:
    assert clock(seconds) == words


def test_what_is_left_is_never_negative() -> None:
    assert seconds_left(NOW + timedelta(seconds=7.9)) == 7
    assert seconds_left(NOW - timedelta(seconds=7)) == 0


@pytest.mark.parametrize(
    ("back", "words"),
    [
        (timedelta(seconds=1), "1 second ago"),
        (timedelta(seconds=59), "59 seconds ago"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(hours=23, minutes=59), "23 hours ago"),
        (timedelta(days=2), "2 days ago"),
    ],
)
def test_ago_uses_the_largest_unit(back: timedelta, words: str) -> None:
    assert ago(NOW - back) == words


def test_what_never_happened_is_never() -> None:
    assert ago(None) == "never"
    assert moment(None) == ""


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (NOW, "today 13:00"),
        (NOW + timedelta(hours=10, minutes=59), "today 23:59"),
        (NOW + timedelta(hours=11), "tomorrow 00:00"),
        (NOW - timedelta(hours=13, minutes=1), "yesterday 23:59"),
        (datetime(2026, 1, 16, 7, 30, tzinfo=UTC), "Friday 16 January 08:30"),
        (datetime(2025, 12, 24, 9, 0, tzinfo=UTC), "Wednesday 24 December 2025 10:00"),
    ],
)
def test_a_moment_reads_as_people_say_it_where_they_are(when: datetime, words: str) -> None:
    assert moment(when) == words


def test_an_address_keeps_the_rest_of_its_query() -> None:
    request = RequestFactory().get("/?state=draft&page=3&word=a b")
    page = Template("{% load vierogen %}{% address_with page=4 %} {% address_with page='' %}")
    rendered = page.render(Context({"request": request}))
    assert rendered == "?state=draft&amp;word=a+b&amp;page=4 ?state=draft&amp;word=a+b"
