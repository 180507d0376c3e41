from datetime import UTC, datetime, time

import pytest

from tests.posts.checks.conftest import Drafted
from vierogen.posts.checks.base import Hours, Moment, Tier
from vierogen.posts.checks.remembrance import REMEMBRANCES
from vierogen.posts.checks.timing import Timing

CHEERFUL = "Wat een gezellig feest was het vanmiddag op het Plein! 🎉"
ORDINARY = "Vanaf dinsdag is de Molenweg dicht. Fietsers rijden om via de Dorpsstraat."
ABOUT_IT = "Vanavond om 20.00 uur zijn we twee minuten stil. Fijn dat jullie er zijn, samen herdenken we."
FIRE = "Brand aan de Industrieweg: sluit ramen en deuren."
OFFICE = Hours((1, 2, 3, 4, 5), time(8, 30), time(17))


def local(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of the summer of 2026 in the Netherlands, as the database gives it: in UTC."""
    return datetime(2026, month, day, hour - 2, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "text", "found"),
    [
        (local(5, 4, 20, 1), ORDINARY, True),
        (local(5, 4, 20, 1), CHEERFUL, True),
        (local(5, 4, 20, 1), ABOUT_IT, False),
        (local(5, 4, 20, 1), FIRE, False),
        (local(5, 4, 19, 44), ORDINARY, False),
        (local(5, 4, 20, 15), ORDINARY, False),
        (local(5, 4, 18, 0), CHEERFUL, True),
        (local(5, 4, 21, 59), CHEERFUL, True),
        (local(5, 4, 17, 59), CHEERFUL, False),
        (local(5, 4, 22, 0), CHEERFUL, False),
        (local(5, 5, 20, 1), CHEERFUL, False),
        (local(8, 15, 19, 30), CHEERFUL, True),
        (local(8, 15, 19, 30), ORDINARY, False),
        (local(8, 15, 14, 0), CHEERFUL, False),
        # Veterans' Day, a Saturday in June.
        (local(6, 27, 14, 0), CHEERFUL, False),
    ],
)
def test_remembrance_asks_for_quiet_at_its_hours_only(at: datetime, text: str, found: bool, drafted: Drafted) -> None:
    findings = list(Timing().findings(drafted(text, due_at=at, now=local(5, 1, 12))))
    assert [one.tier for one in findings] == [Tier.LOOK] * found


def test_the_line_says_what_for_and_until_when(drafted: Drafted) -> None:
    (found,) = Timing().findings(drafted(ORDINARY, now=local(5, 4, 20)))
    assert "silent for: Remembrance of the Dead (4 May)" in found.message % found.values
    assert "after 20:15" in found.message % found.values


@pytest.mark.parametrize(
    ("zone", "at", "found"),
    [
        ("Europe/London", datetime(2026, 11, 8, 11, 1, tzinfo=UTC), True),  # Remembrance Sunday
        ("Europe/London", datetime(2026, 11, 1, 11, 1, tzinfo=UTC), False),
        ("Europe/Brussels", datetime(2026, 11, 11, 10, 0, tzinfo=UTC), True),
        # Where the carnival begins at eleven past eleven.
        ("Europe/Amsterdam", datetime(2026, 11, 11, 10, 11, tzinfo=UTC), False),
        ("America/New_York", datetime(2026, 5, 4, 18, 1, tzinfo=UTC), False),
    ],
)
def test_each_country_keeps_its_own(zone: str, at: datetime, found: bool, drafted: Drafted) -> None:
    assert bool(list(Timing().findings(drafted(CHEERFUL, due_at=at, now=at, zone=zone)))) == found


def test_every_remembrance_says_where_it_is_written_down_and_its_silence_is_within_its_hours() -> None:
    for remembrance in (one for of_country in REMEMBRANCES.values() for one in of_country):
        assert remembrance.source
        start, end = remembrance.hours
        assert start < end
        if remembrance.silence:
            assert start <= remembrance.silence[0] < remembrance.silence[1] <= end


def test_any_post_in_a_quiet_moment_is_pointed_out(drafted: Drafted) -> None:
    moment = Moment("Uitvaart van de burgemeester", local(6, 3, 10), local(6, 3, 13))
    (found,) = Timing().findings(drafted(ORDINARY, moments=(moment,), due_at=local(6, 3, 12), now=local(6, 1, 9)))
    assert found.tier is Tier.LOOK
    assert found.values == {"title": moment.title, "until": "13:00"}
    assert not list(Timing().findings(drafted(ORDINARY, moments=(moment,), due_at=local(6, 3, 13))))


def test_a_moment_over_several_days_says_on_which_day_it_ends(drafted: Drafted) -> None:
    moment = Moment("Rouw", local(6, 3, 10), local(6, 5, 13))
    (found,) = Timing().findings(drafted(ORDINARY, moments=(moment,), now=local(6, 3, 12)))
    assert found.values["until"] == "05-06 13:00"


@pytest.mark.parametrize(
    ("due", "text", "found"),
    [
        (local(6, 6, 12), "Wat vind jij van het nieuwe plein? Reageer hieronder.", True),  # a Saturday
        (local(6, 5, 22), "Heb je iets gezien? Laat het ons weten.", True),
        (local(6, 5, 10), "Wat vind jij van het nieuwe plein? Reageer hieronder.", False),
        (local(6, 6, 12), ORDINARY, False),
        (None, "Wat vind jij van het nieuwe plein? Reageer hieronder.", False),
    ],
)
def test_a_planned_post_that_asks_for_answers_wants_somebody_there(
    due: datetime | None, text: str, found: bool, drafted: Drafted
) -> None:
    draft = drafted(text, due_at=due, now=local(6, 4, 23) if due is None else local(6, 4, 10), hours=OFFICE)
    assert bool(list(Timing().findings(draft))) == found


def test_whoever_did_not_say_when_they_are_there_hears_nothing(drafted: Drafted) -> None:
    assert not list(Timing().findings(drafted("Reageer!", due_at=local(6, 6, 12), hours=None)))


def test_a_place_that_is_open_past_midnight_is_open_then(drafted: Drafted) -> None:
    night = Hours((6, 7), time(20), time(4))
    assert not list(Timing().findings(drafted("Reageer!", due_at=local(6, 6, 23), hours=night)))
    assert list(Timing().findings(drafted("Reageer!", due_at=local(6, 6, 12), hours=night)))


def test_time_that_has_passed_counts_as_now(drafted: Drafted) -> None:
    draft = drafted(CHEERFUL, due_at=local(5, 4, 17, 50), now=local(5, 4, 18, 5))
    assert list(Timing().findings(draft))
