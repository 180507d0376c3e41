"""Alerts in the browser: a good one in three fields and four actions, a person with a second pair of eyes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from playwright.sync_api import expect

from tests.journeys.walking import HEIGHTS, Axe, Stop, Walk, Window, photograph
from tests.listening.wishes import NAME, WHY, find, make
from tests.plugins.house import make_member
from vierogen.listening.actions.beginning import begin_all
from vierogen.listening.actions.previewing import prepare
from vierogen.listening.models import Alert
from vierogen.listening.states import About, AlertState
from vierogen.people.models import Member, Organisation, User
from vierogen.people.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# A Tuesday in autumn.
NOW = datetime(2026, 11, 24, 9, 15, tzinfo=UTC)
FOUND = (
    (
        2,
        "Het zwembad De Spetter is dicht door een storing aan de pomp. Wie weet wanneer het weer open gaat?",
        "@buurman",
    ),
    (3, "Weer een storing bij het zwembad, derde keer deze maand", "@sjoerd_fietst@voorbeeld.social"),
    (30, "Zwemles gaat niet door, het zwembad is gesloten", "@moeder_van_drie"),
    (140, "De gemeente bouwt een nieuw zwembad naast de sporthal", "@buurtkrant"),
    (300, "Raad stemt in met nieuw zwembad", "@buurtkrant"),
    (500, "Gemeente Voorbeeld opent het loket ook op zaterdag", "@buurtkrant"),
)


@dataclass
class Team:
    """Who listens."""

    anna: Member
    cora: Member
    fleur: Member
    alert: Alert
    waiting: Alert


@pytest.fixture
def team(transactional_db: None, town: Organisation, anna: Member, cora: Member) -> Iterator[Team]:
    """A town that listens, on a Tuesday."""
    with time_machine.travel(NOW, tick=True):
        cora.user.name = "Cora Bakker"
        cora.user.save(update_fields=["name"])
        fleur = make_member(town, "Fleur", Role.PRIVACY_OFFICER)
        begin_all()
        alert = make(anna, "zwembad", name="Ons zwembad")
        for hours, text, author in FOUND:
            find(alert, text, at=NOW - timedelta(hours=hours), author=author, network="mastodon", language="nl",
                 link="https://voorbeeld.social/1")  # fmt: skip
        prepare()
        waiting = make(anna, NAME, about=About.PERSON, reason=WHY)
        User.objects.update(language="en")
        yield Team(anna, cora, fleur, alert, waiting)


def stops(team: Team) -> list[Stop]:
    """Each page: who opens it, where it is, and its main button."""
    alert, waiting = team.alert.pk, team.waiting.pk
    return [
        Stop("alerts", team.anna, "/listening/alerts/", "a.button[href='/listening/alerts/new/']"),
        Stop("alert-new", team.anna, "/listening/alerts/new/", "button[value=save]"),
        Stop("alert", team.anna, f"/listening/alerts/{alert}/", "a.button[href$='/edit/']"),
        Stop("alert-edit", team.anna, f"/listening/alerts/{alert}/edit/", "button[value=save]", shown=False),
        Stop("alert-person", team.fleur, f"/listening/alerts/{waiting}/", "a.button[href$='/permit/']", shown=False),
        Stop("alert-permit", team.fleur, f"/listening/alerts/{waiting}/permit/", "button[value=permit]"),
        Stop("own-name", team.cora, "/listening/my-name/", "button[value=listen]", shown=False),
    ]


@pytest.mark.parametrize("width", sorted(HEIGHTS))
def test_the_pages_of_alerts_are_for_everybody(team: Team, walk: Walk, width: int) -> None:
    User.objects.update(language="nl")
    assert walk(stops(team), width) == []


@pytest.mark.parametrize("width", [1280, 390])
def test_a_good_alert_takes_three_fields_at_most_and_four_actions(
    team: Team, window: Window, axe: Axe, width: int
) -> None:
    page = window(team.anna, width)
    page.goto("/listening/alerts/")
    page.get_by_role("link", name="New alert").click()  # 1
    page.wait_for_load_state()
    page.get_by_label("What do you want to listen for?").fill("zwembad (storing OR gesloten)")  # 2
    preview = page.locator("#preview")
    expect(preview).to_contain_text("3 messages.")
    expect(preview).to_contain_text("We looked at the 6 messages")
    expect(preview.locator(".found li")).to_have_count(3)
    photograph(page, f"alert-typing-{width}")
    assert not axe(page)
    page.get_by_label("A subject: something that our work is about").check()  # 3
    page.get_by_role("button", name="Save and listen for this").click()  # 4
    expect(page.locator("#messages")).to_contain_text("From now on we listen for this.")
    alert = Alert.objects.get(query="zwembad (storing OR gesloten)")
    assert (alert.state, alert.readings.get().rhythm) == (AlertState.ACTIVE, "daily")


def test_what_is_wrong_is_shown_at_its_place_while_typing(team: Team, window: Window, axe: Axe) -> None:
    page = window(team.anna)
    page.goto("/listening/alerts/new/")
    page.get_by_label("What do you want to listen for?").fill("zwembad (storing OR gesloten")
    preview = page.locator("#preview")
    expect(preview).to_contain_text("The bracket that opens here is not closed.")
    expect(preview.locator("mark")).to_have_text("(")
    expect(preview).to_contain_text("(character 9)")
    assert not axe(page)
    page.get_by_label("What do you want to listen for?").fill("de")
    expect(preview).to_contain_text("is in nearly every message")
    expect(preview).to_contain_text("Add a word that must be there too")


def test_boxes_write_the_query_and_the_query_fills_in_the_boxes(team: Team, window: Window, axe: Axe) -> None:
    page = window(team.anna)
    page.goto("/listening/alerts/new/")
    page.get_by_text("Rather fill in boxes?").click()
    query = page.get_by_label("What do you want to listen for?")
    page.get_by_label("All of these words").press_sequentially("zwembad")
    expect(query).to_have_value("zwembad")
    page.get_by_label("At least one of these").press_sequentially("storing gesloten")
    expect(query).to_have_value("zwembad (storing OR gesloten)")
    expect(page.locator("#preview")).to_contain_text("3 messages.")
    expect(page.get_by_label("At least one of these")).to_be_focused()
    page.get_by_label("In which language?").select_option("nl")
    expect(query).to_have_value("zwembad (storing OR gesloten) lang:nl")
    assert not axe(page)
    query.fill('"de spetter" -zwemles')
    expect(page.get_by_label("These words exactly, one after another")).to_have_value("de spetter")
    expect(page.get_by_label("None of these")).to_have_value("zwemles")
    expect(page.get_by_label("All of these words")).to_have_value("")
    query.fill("brand NEAR/3 school")
    expect(page.locator("#boxes")).to_contain_text("says more than these boxes can")


def test_a_person_is_listened_for_after_the_privacy_officer_agreed(team: Team, window: Window) -> None:
    page = window(team.anna)
    page.goto("/listening/alerts/new/")
    why = page.get_by_label("Why do you need to listen for this person?")
    expect(why).to_be_hidden()
    page.get_by_label("What do you want to listen for?").fill('"Piet Jansen"')
    expect(page.locator("#preview")).to_contain_text("This is only a name")
    expect(why).to_be_visible()
    page.get_by_label("A subject: something that our work is about").check()
    page.get_by_role("button", name="Save and listen for this").click()
    expect(page.locator(".error-summary")).to_contain_text("it counts as an alert about a person")
    why.fill("Hij dreigt met brand in het stadhuis.")
    page.get_by_role("button", name="Save and listen for this").click()
    expect(page.locator("#messages")).to_contain_text("The privacy officer got a mail.")
    alert = Alert.objects.get(query='"Piet Jansen"')
    assert alert.state == AlertState.WAITING
    decides = window(team.fleur, 390)
    decides.goto(f"/listening/alerts/{alert.pk}/permit/")
    expect(decides.locator("main")).to_contain_text("Hij dreigt met brand in het stadhuis.")
    decides.get_by_label("Why may this be listened for, or why not?").fill("Dreiging, tot 1 maart.")
    decides.get_by_role("button", name="Agree: listen for this").click()
    expect(decides.locator("#messages")).to_contain_text("Permitted.")
    alert.refresh_from_db()
    assert alert.state == AlertState.ACTIVE


def test_somebody_listens_for_their_own_name_and_stops(team: Team, window: Window) -> None:
    page = window(team.cora)
    page.goto("/listening/my-name/")
    page.get_by_role("button", name="Listen for my name").click()
    expect(page.locator("main")).to_contain_text("We listen for your name")
    alert = Alert.objects.get(origin=team.cora.actor)
    assert (alert.query, alert.state) == ('"Cora Bakker"', AlertState.ACTIVE)
    page.get_by_role("button", name="Stop listening for my name").click()
    expect(page.locator("main")).to_contain_text("We do not listen for your name")
    assert not Alert.objects.kept().filter(pk=alert.pk).exists()
