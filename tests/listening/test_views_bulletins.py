"""My settings: which alerts, how often, when; an example; and new addresses."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.listening.newsroom import make_alert, make_hit
from tests.plugins.house import SETUP
from vierogen.ledger.moves import move
from vierogen.listening.actions.links import feed_address
from vierogen.listening.actions.reading import follow
from vierogen.listening.models import Alert, Bulletin, Line, Reader, Reading
from vierogen.listening.states import AlertState, Rhythm
from vierogen.notices.models import Message
from vierogen.people.models import Member, Organisation, RoleHeld
from vierogen.people.roles import Role

pytestmark = pytest.mark.django_db

PAGE = "/listening/bulletins/"
NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """A Monday morning."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def alert(town: Organisation) -> Alert:
    """An alert on the swimming pool."""
    return make_alert(town)


def form(**values: Any) -> dict[str, Any]:
    """The form filled in, as a browser sends it."""
    return {"hour": "8", "weekday": "0", "time_zone": "Europe/Amsterdam"} | values


def test_saving_keeps_rhythm_hour_day_and_time_zone(
    enter: Callable[[Member], Client], alert: Alert, anna: Member
) -> None:
    told = form(hour="17", weekday="4", time_zone="America/New_York", no_news="on") | {f"alert-{alert.pk}": "weekly"}
    answer = enter(anna).post(PAGE, told)
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    reader, reading = Reader.objects.get(), Reading.objects.get()
    assert (reader.hour, reader.weekday, reader.time_zone, reader.no_news) == (17, 4, "America/New_York", True)
    assert (reading.member, reading.rhythm, reading.since) == (anna, Rhythm.WEEKLY, NOW)
    assert reader.weekly_at == datetime(2026, 12, 4, 22, 0, tzinfo=UTC)
    page = enter(anna).get(PAGE).content.decode()
    assert "Your next weekly mail: Friday 4 December 17:00." in page
    assert 'value="weekly" required id="id_alert' in page.replace("\n", " ") or "checked" in page


def test_an_alert_that_is_not_followed_stays_so(enter: Callable[[Member], Client], alert: Alert, anna: Member) -> None:
    enter(anna).post(PAGE, form() | {f"alert-{alert.pk}": "never"})
    assert not Reading.objects.exists()
    follow(alert, by=anna)
    enter(anna).post(PAGE, form() | {f"alert-{alert.pk}": "never"})
    assert Reading.objects.get().rhythm == Rhythm.NEVER
    assert Reader.objects.get().daily_at is None


@pytest.mark.parametrize(
    "wrong", [{"hour": "24"}, {"weekday": "7"}, {"time_zone": "Mars/Olympus"}, {"time_zone": "../../etc/passwd"}]
)
def test_what_cannot_be_is_refused_with_what_is_wrong(
    enter: Callable[[Member], Client], alert: Alert, anna: Member, wrong: dict[str, str]
) -> None:
    answer = enter(anna).post(PAGE, form(**wrong) | {f"alert-{alert.pk}": "daily"})
    assert answer.status_code == 422
    assert "Something is not right yet" in answer.content.decode()
    assert not Reader.objects.exists()


def test_the_page_has_the_alerts_of_the_own_organisation_that_are_not_over(
    enter: Callable[[Member], Client], alert: Alert, anna: Member, town: Organisation, elsewhere: Organisation
) -> None:
    paused, ended = make_alert(town, "bibliotheek"), make_alert(town, "station")
    move(paused, "pause", by=SETUP)
    move(ended, "end", by=SETUP)
    theirs = make_alert(elsewhere, "jeugdzorg")
    page = enter(anna).get(PAGE).content.decode()
    assert "zwembad" in page
    assert "bibliotheek (Paused)" in page
    assert "station" not in page
    assert "jeugdzorg" not in page
    enter(anna).post(PAGE, form() | {f"alert-{one.pk}": "daily" for one in (alert, paused, ended, theirs)})
    assert set(Reading.objects.values_list("alert", flat=True)) == {alert.pk, paused.pk}


def test_opening_the_page_makes_nothing(enter: Callable[[Member], Client], alert: Alert, anna: Member) -> None:
    assert enter(anna).get(PAGE).status_code == 200
    assert not Reader.objects.exists()


def test_new_addresses_are_made_with_a_button(enter: Callable[[Member], Client], alert: Alert, anna: Member) -> None:
    browser = enter(anna)
    assert "/listening/feeds/" not in browser.get(PAGE).content.decode()
    browser.post(f"{PAGE}addresses/")
    first = browser.get(PAGE).content.decode()
    assert first.count("/listening/feeds/") == 2
    browser.post(f"{PAGE}addresses/")
    assert Reader.objects.get().links == 3
    assert browser.get(PAGE).content.decode() != first


def test_an_example_shows_the_newest_hits_and_counts_for_nothing(
    enter: Callable[[Member], Client], alert: Alert, anna: Member, clock: time_machine.Traveller
) -> None:
    follow(alert, Rhythm.DAILY, by=anna)
    for number in range(9):
        make_hit(alert, f"Bericht {number}", at=NOW - timedelta(hours=number))
    enter(anna).post(f"{PAGE}example/")
    mail = Message.objects.get()
    assert mail.title == "Example: 5 new hits"
    assert "Bericht 4" in mail.text
    assert "Bericht 5" not in mail.text
    assert not Bulletin.objects.exists()
    assert not Line.objects.exists()


def test_without_hits_the_example_is_made_up(enter: Callable[[Member], Client], anna: Member) -> None:
    anna.user.language = "en"
    enter(anna).post(f"{PAGE}example/")
    mail = Message.objects.get()
    assert mail.title == "Example: 1 new hit"
    assert "Swimming pool opens a week earlier" in mail.html
    stop = re.search(r"/listening/unsubscribe/\S+", mail.text)
    assert stop
    assert enter(anna).get(stop[0]).status_code == 200


def test_who_only_sees_gets_no_example_of_what_others_follow(
    enter: Callable[[Member], Client], alert: Alert, anna: Member
) -> None:
    follow(alert, Rhythm.DAILY, by=anna)
    make_hit(alert, "Van allen")
    RoleHeld.objects.filter(member=anna).update(role=Role.AUDITOR)
    enter(anna).post(f"{PAGE}example/")
    assert "Van allen" not in Message.objects.get().text


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.AUDITOR])
def test_who_only_sees_finds_their_own_name_here_and_no_way_to_what_is_closed(
    enter: Callable[[Member], Client], alert: Alert, town: Organisation, anna: Member, role: Role
) -> None:
    make_alert(town, "Anna Jansen", origin=anna.actor)
    RoleHeld.objects.filter(member=anna).update(role=role)
    page = enter(anna).get(PAGE).content.decode()
    assert "Anna Jansen" in page
    assert "zwembad" not in page
    for closed in ("hits", "alerts", "sources", "csv"):
        assert f'href="{reverse(f"listening:{closed}")}"' not in page


def test_what_tells_nothing_has_no_address_of_a_feed(
    enter: Callable[[Member], Client], alert: Alert, town: Organisation, anna: Member
) -> None:
    reader = follow(alert, Rhythm.DAILY, by=anna) and Reader.objects.get()
    closed = [make_alert(town, state, state=state) for state in (AlertState.WAITING, AlertState.REFUSED)]
    page = enter(anna).get(PAGE).content.decode()
    assert feed_address(reader, alert_id=alert.pk) in page
    assert not [each for each in closed if feed_address(reader, alert_id=each.pk) in page]


def test_the_page_asks_no_more_of_the_database_with_more_alerts(
    enter: Callable[[Member], Client], alert: Alert, anna: Member, town: Organisation
) -> None:
    follow(alert, by=anna)
    browser = enter(anna)
    browser.get(PAGE)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            browser.get(PAGE)
        return len(queries)

    few = asked()
    for number in range(12):
        follow(make_alert(town, f"woord {number}"), by=anna)
    assert asked() == few
