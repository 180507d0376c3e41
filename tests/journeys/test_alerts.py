"""Alerts in the browser: a good one in three fields and four actions, a person with a second pair of eyes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from playwright.sync_api import Page, expect

from tests.journeys.test_pages import HEIGHTS, NARROW, entered, is_too_wide, photograph, reaches, skips_to_content
from tests.listening.wishes import NAME, WHY, find, make
from tests.plugins.house import make_member
from vierogen.listening.actions.beginning import begin_all
from vierogen.listening.actions.previewing import prepare
from vierogen.listening.models import Alert
from vierogen.listening.states import About, AlertState
from vierogen.people.models import Member, Organisation
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
        yield Team(anna, cora, fleur, alert, waiting)


@pytest.fixture
def window(live_server: object, new_page: Callable[..., Page]) -> Callable[..., Page]:
    """A browser window of somebody who is logged in."""
    url = live_server.url  # type: ignore[attr-defined]

    def opened(member: Member, width: int = 1280, *, language: str = "en") -> Page:
        member.user.language = language
        member.user.save(update_fields=["language"])
        size = {"width": width, "height": HEIGHTS.get(width, 844)}
        page = new_page(viewport=size, base_url=url, reduced_motion="reduce")
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": entered(member), "url": url}])
        return page

    return opened


def places(team: Team) -> dict[str, tuple[Member, str, str]]:
    """Each page: who opens it, where it is, and its main button."""
    return {
        "alerts": (team.anna, "/listening/alerts/", "a.button[href='/listening/alerts/new/']"),
        "alert-new": (team.anna, "/listening/alerts/new/", "button[value=save]"),
        "alert": (team.anna, f"/listening/alerts/{team.alert.pk}/", "a.button[href$='/edit/']"),
        "alert-edit": (team.anna, f"/listening/alerts/{team.alert.pk}/edit/", "button[value=save]"),
        "alert-person": (team.fleur, f"/listening/alerts/{team.waiting.pk}/", "a.button[href$='/permit/']"),
        "alert-permit": (team.fleur, f"/listening/alerts/{team.waiting.pk}/permit/", "button[value=permit]"),
        "own-name": (team.cora, "/listening/my-name/", "button[value=listen]"),
    }


@pytest.mark.parametrize("width", sorted(HEIGHTS))
def test_the_pages_of_alerts_are_accessible_in_light_and_dark(
    team: Team, window: Callable[..., Page], axe: Callable[[Page], list[str]], width: int
) -> None:
    found = []
    for name, (member, path, _button) in places(team).items():
        page = window(member, width)
        answer = page.goto(path)
        assert answer
        assert answer.status == 200, name
        photograph(page, f"{name}-{width}")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            found += [f"{name}, {scheme}: {line}" for line in axe(page)]
    assert not found, "\n".join(found)


def test_the_pages_of_alerts_do_not_scroll_sideways_when_narrow_or_enlarged(
    team: Team, window: Callable[..., Page]
) -> None:
    wide = []
    for name, (member, path, _button) in places(team).items():
        page = window(member)
        page.goto(path)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        wide += [f"{name} with letters of 200 %"] if is_too_wide(page) else []
        page.evaluate("document.documentElement.style.fontSize = ''")
        page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        wide += [f"{name} at 320 px"] if is_too_wide(page) else []
    assert not wide


def test_the_pages_of_alerts_are_used_with_the_keyboard_alone(team: Team, window: Callable[..., Page]) -> None:
    lost = []
    for name, (member, path, button) in places(team).items():
        page = window(member)
        page.goto(path)
        page.evaluate("document.activeElement.blur()")
        lost += [] if skips_to_content(page) and reaches(page, button) else [name]
    assert not lost


@pytest.mark.parametrize("width", [1280, 390])
def test_a_good_alert_takes_three_fields_at_most_and_four_actions(
    team: Team, window: Callable[..., Page], axe: Callable[[Page], list[str]], width: int
) -> None:
    page = window(team.anna, width)
    page.goto("/listening/alerts/")
    page.get_by_role("link", name="New alert").click()  # 1
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


def test_what_is_wrong_is_shown_at_its_place_while_typing(
    team: Team, window: Callable[..., Page], axe: Callable[[Page], list[str]]
) -> None:
    page = window(team.anna)
    page.goto("/listening/alerts/new/")
    page.get_by_label("What do you want to listen for?").fill("zwembad (storing OR gesloten")
    preview = page.locator("#preview")
    expect(preview).to_contain_text("The bracket that opens here is not closed.")
    expect(preview.locator("mark")).to_have_text("(")
    expect(preview).to_contain_text("(character 9)")
    photograph(page, "alert-trouble-1280")
    assert not axe(page)
    page.get_by_label("What do you want to listen for?").fill("de")
    expect(preview).to_contain_text("is in nearly every message")
    expect(preview).to_contain_text("Add a word that must be there too")


def test_boxes_write_the_query_and_the_query_fills_in_the_boxes(
    team: Team, window: Callable[..., Page], axe: Callable[[Page], list[str]]
) -> None:
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
    photograph(page, "alert-boxes-1280")
    assert not axe(page)
    query.fill('"de spetter" -zwemles')
    expect(page.get_by_label("These words exactly, one after another")).to_have_value("de spetter")
    expect(page.get_by_label("None of these")).to_have_value("zwemles")
    expect(page.get_by_label("All of these words")).to_have_value("")
    query.fill("brand NEAR/3 school")
    expect(page.locator("#boxes")).to_contain_text("says more than these boxes can")


def test_a_person_is_listened_for_after_the_privacy_officer_agreed(team: Team, window: Callable[..., Page]) -> None:
    page = window(team.anna)
    page.goto("/listening/alerts/new/")
    why = page.get_by_label("Why do you need to listen for this person?")
    expect(why).to_be_hidden()
    page.get_by_label("What do you want to listen for?").fill('"Piet Jansen"')
    expect(page.locator("#preview")).to_contain_text("This is only a name")
    expect(why).to_be_visible()
    photograph(page, "alert-name-1280")
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


def test_somebody_listens_for_their_own_name_and_stops(team: Team, window: Callable[..., Page]) -> None:
    page = window(team.cora)
    page.goto("/listening/my-name/")
    page.get_by_role("button", name="Listen for my name").click()
    expect(page.locator("main")).to_contain_text("We listen for your name")
    alert = Alert.objects.get(origin=team.cora.actor)
    assert (alert.query, alert.state) == ('"Cora Bakker"', AlertState.ACTIVE)
    page.get_by_role("button", name="Stop listening for my name").click()
    expect(page.locator("main")).to_contain_text("We do not listen for your name")
    assert not Alert.objects.kept().filter(pk=alert.pk).exists()
