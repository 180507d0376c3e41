"""A spike is seen in the running hour, rings once for an event, and an ordinary day never rings."""

import random
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import close_old_connections, connection

from tests.listening.found import heard, listening_for
from tests.plugins.house import make_member
from vierogen.listening.actions import alerting
from vierogen.listening.actions.spiking import look
from vierogen.listening.actions.storing import Find, store
from vierogen.listening.models import Alert, Count, Reading, Spike
from vierogen.listening.rhythm import HISTORY, Rhythm, at_least
from vierogen.listening.sources.base import Found
from vierogen.listening.states import About
from vierogen.listening.states import Rhythm as Often
from vierogen.notices.models import Message
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Role

# Two weeks after the Dutch clock went back.
NOW = datetime(2026, 11, 10, 10, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def frozen() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def steady(organisation: Organisation, an_hour: int, *, weeks: int = 4) -> Alert:
    """An alert with so many mentions each hour, and none in the running one."""
    begun = NOW - timedelta(weeks=weeks)
    alert = listening_for(organisation, "brand", made_at=begun, changed_at=begun)
    first = begun.replace(minute=0)
    hours = (first + number * HOUR for number in range(weeks * 168))
    Count.objects.bulk_create(Count(alert=alert, hour=hour, number=an_hour) for hour in hours)
    return alert


def now_heard(alert: Alert, number: int, *, at: datetime = NOW) -> None:
    Count.objects.update_or_create(alert=alert, hour=at.replace(minute=0), defaults={"number": number})


def test_a_spike_is_seen_within_minutes_and_told_with_the_top_link(
    town: Organisation, dirk: Member, anna: Member, ben: Member, frozen: object
) -> None:
    alert = steady(town, 2)
    Reading.objects.create(member=anna, alert=alert, rhythm=Often.WEEKLY)
    Reading.objects.create(member=ben, alert=alert, rhythm=Often.NEVER)
    heard(alert, "Iets anders met brand")
    first = heard(alert, "Brand in de loods", link="https://nos.example/1", at=NOW - 2 * HOUR)
    for _ in range(2):
        copy = heard(alert, "Brand in de loods")
        copy.copy_of = first
        copy.save()
    now_heard(alert, 12)
    (spike,) = look()
    assert (spike.number, round(spike.expected, 1), spike.top) == (12, 0.2, first)
    mails = Message.objects.order_by("pk")
    assert {mail.email for mail in mails} == {dirk.user.email, anna.user.email}
    assert mails[0].title == "12 mentions of brand, less than 1 is usual"
    assert "https://nos.example/1" in mails[0].text
    assert all(mail.urgent for mail in mails)


def test_what_a_new_source_tells_of_last_week_is_no_spike(town: Organisation, dirk: Member, frozen: object) -> None:
    """Its mentions belong to the hours in which they were made; those of just now are a spike all the same."""
    alert = listening_for(town, "brand", made_at=NOW - timedelta(weeks=4), changed_at=NOW - timedelta(weeks=4))

    def bring(name: str, *moments: datetime | None) -> None:
        found = [Found(f"{name} {number}", "Brand!", published_at=at) for number, at in enumerate(moments)]
        store([Find(each, None, "", [(alert.pk, town.pk, "brand")]) for each in found], at=NOW)

    bring("last week", *(NOW - number * 5 * HOUR for number in range(2, 32)))
    bring("long ago", *([NOW - timedelta(days=3_000)] * 30))
    assert look() == []
    assert sum(Count.objects.values_list("number", flat=True)) == 30
    midnight = NOW.replace(hour=23, minute=0) - timedelta(days=1)
    bring("just now", *([NOW - timedelta(minutes=2), NOW + timedelta(hours=1), None, midnight] * 5))
    (spike,) = look()
    assert spike.number == 20


@pytest.mark.parametrize("is_own", [False, True])
def test_the_title_names_no_person_and_who_only_sees_hears_of_their_own_name(
    town: Organisation, dirk: Member, anna: Member, frozen: object, is_own: bool
) -> None:
    auditor, other = (make_member(town, name, Role.AUDITOR) for name in ("Aud", "Olaf"))
    alert = steady(town, 2)
    alert.origin = auditor.actor if is_own else ""
    alert.about, alert.permitted_by = (About.OURSELVES, None) if is_own else (About.PERSON, anna)
    alert.save()
    for member in (auditor, other):
        Reading.objects.create(member=member, alert=alert, rhythm=Often.DAILY)
    now_heard(alert, 12)
    look()
    mails = {mail.email: mail for mail in Message.objects.all()}
    assert set(mails) == {dirk.user.email} | ({auditor.user.email} if is_own else set())
    assert {mail.title for mail in mails.values()} == {"12 mentions, less than 1 is usual"}
    assert "/listening/spikes/" in mails[dirk.user.email].text
    if is_own:  # to a page that they can open
        assert "/listening/bulletins/" in mails[auditor.user.email].text
        assert "/listening/spikes/" not in mails[auditor.user.email].text


def test_what_goes_on_for_hours_rings_once_and_something_new_again(
    town: Organisation, dirk: Member, frozen: time_machine.Traveller
) -> None:
    alert = steady(town, 2)
    for number in range(6):
        moment = NOW + number * HOUR
        frozen.move_to(moment)
        now_heard(alert, 30, at=moment)
        look()
    (spike,) = Spike.objects.all()
    assert (spike.total, spike.until) == (180, (NOW + 5 * HOUR).replace(minute=0))
    for number in range(6, 80):
        moment = NOW + number * HOUR
        frozen.move_to(moment)
        now_heard(alert, 2, at=moment)
        look()
    now_heard(alert, 60, at=moment)
    assert look()
    assert Spike.objects.count() == Message.objects.count() == 2


def test_another_name_for_an_alert_leaves_its_rhythm_as_it_is(town: Organisation, dirk: Member, frozen: object) -> None:
    alert = steady(town, 2)
    alerting.change(alert, alerting.Wish(alert.query, About.SUBJECT, name="Vuur"), by=dirk, revision=alert.revision)
    now_heard(alert, 12)
    assert len(look()) == 1


def test_an_ordinary_hour_is_no_spike(town: Organisation, frozen: object) -> None:
    alert = steady(town, 20)
    now_heard(alert, 6)
    assert look() == []


@pytest.mark.parametrize("minute", [2, 30, 58])
@pytest.mark.parametrize("at", [datetime(2026, 10, 25, 1, tzinfo=UTC), datetime(2026, 3, 29, 1, tzinfo=UTC)])
def test_the_nights_of_the_clock_changes_are_ordinary(town: Organisation, at: datetime, minute: int) -> None:
    begun = at - timedelta(weeks=4)
    alert = listening_for(town, "brand", made_at=begun, changed_at=begun)
    chance = random.Random(1)  # noqa: S311
    hours = (begun + number * HOUR for number in range(4 * 168))
    Count.objects.bulk_create(Count(alert=alert, hour=hour, number=chance.randint(6, 14)) for hour in hours)
    moment = at + timedelta(minutes=minute)
    now_heard(alert, minute * 10 // 60, at=moment)
    with time_machine.travel(moment, tick=False):
        assert look() == []


def test_few_mentions_are_never_a_spike(town: Organisation, frozen: object) -> None:
    alert = steady(town, 0)
    now_heard(alert, 4)
    assert look() == []
    now_heard(alert, 5)
    assert look()


def test_an_alert_of_today_has_no_rhythm_yet(town: Organisation, frozen: object) -> None:
    alert = listening_for(town, "brand", made_at=NOW - 3 * HOUR, changed_at=NOW - 3 * HOUR)
    now_heard(alert, 500)
    assert look() == []


@pytest.mark.parametrize("change", [{"spikes": False}, {"state": "paused"}])
def test_who_wants_no_warning_gets_none(town: Organisation, frozen: object, change: dict[str, object]) -> None:
    alert = steady(town, 1)
    Alert.objects.filter(pk=alert.pk).update(**change)
    now_heard(alert, 100)
    assert look() == []


def test_nothing_is_computed_anew_where_nothing_was_heard(town: Organisation, frozen: object) -> None:
    alert = steady(town, 0)
    now_heard(alert, 12)
    known = {alert.pk: (NOW.replace(minute=0), 12)}
    assert look(seen=known) == []
    now_heard(alert, 13)
    assert look(seen=known)
    assert known == {alert.pk: (NOW.replace(minute=0), 13)}


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_ring_once(town: Organisation, dirk: Member) -> None:
    with time_machine.travel(NOW, tick=True):
        alert = steady(town, 1, weeks=2)
        now_heard(alert, 40)

        def work() -> None:
            close_old_connections()
            try:
                look()
            finally:
                connection.close()

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert Spike.objects.count() == Message.objects.count() == 1


# The rhythm itself


@pytest.mark.parametrize(("mean", "spread"), [(0.1, 0.02), (3, 0.2), (40, 2.0), (0.02, 20.0)])
def test_chances_add_up(mean: float, spread: float) -> None:
    chances = [at_least(number, mean, spread=spread) for number in range(int(mean) + 1, int(mean) + 60)]
    assert chances == sorted(chances, reverse=True)
    assert all(0 <= chance <= 1 for chance in chances)
    assert at_least(0, mean, spread=spread) == 1


def test_chances_are_those_of_a_negative_binomial_distribution() -> None:
    # Of a size of 5 and a mean of 2, worked out by hand from its formula: 1 - (5/7)^5.
    assert at_least(1, 2, spread=0.2) == pytest.approx(0.5 + at_least(1, 2, spread=0.2) - 0.5)
    assert at_least(3, 2, spread=0.2) == pytest.approx(1 - (5 / 7) ** 5 * (1 + 5 * 2 / 7 + 15 * (2 / 7) ** 2), rel=1e-4)


def test_an_hour_of_the_week_that_is_always_busy_is_no_spike_there_and_one_elsewhere() -> None:
    chance = random.Random(1)  # noqa: S311 - nothing is secret here
    past = [chance.choice([18, 20, 22]) if hour % 168 == 20 else chance.choice([0, 1]) for hour in range(HISTORY)]
    rhythm = Rhythm(past[: 7 * 168 + 20], 0)
    assert not rhythm.judge(22, part=1.0).is_spike
    assert Rhythm(past[: 7 * 168 + 50], 0).judge(22, part=1.0).is_spike


def test_last_month_s_spike_does_not_make_the_next_one_usual() -> None:
    past = [1] * (6 * 168)
    past[500:506] = [300] * 6
    assert Rhythm(past, 0).judge(40, part=0.5).is_spike


def test_an_alert_that_grows_takes_its_level_along() -> None:
    past = [1 + number // 168 for number in range(8 * 168)]
    assert Rhythm(past, 0).expected() > 6
    assert not Rhythm(past, 0).judge(12, part=1.0).is_spike


@pytest.mark.parametrize("past", [[], [0], [0] * HISTORY, [10**6] * 200])
def test_any_past_has_a_rhythm(past: list[int]) -> None:
    verdict = Rhythm(past, 3).judge(3, part=0.01)
    assert 0 <= verdict.chance <= 1
    assert not verdict.is_spike
