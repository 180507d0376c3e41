"""Each main page in a real browser: accessible, light and dark, narrow and enlarged, and usable with the keyboard."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Page, expect

from tests.journeys.busy_day import Day, Team, begin
from tests.journeys.walking import HEIGHTS, Stop, Walk, Window
from vierogen.people.models import Member
from vierogen.posts.actions.mourning import hold_the_queue
from vierogen.practice.drawing import photo
from vierogen.practice.phone import Login, remember
from vierogen.practice.photo_app import photo_phone_file
from vierogen.practice.photo_network import PhotoNetwork
from vierogen.practice.server import PracticeServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.once]
# A Tuesday in winter, quarter past ten in the Netherlands: what "today" and "tomorrow" say stays the same.
NOW = datetime(2026, 11, 24, 9, 15, tzinfo=UTC)


@dataclass(frozen=True)
class Place:
    """A main page: who of the day opens it, where it is on a busy day, and its main button (CSS)."""

    name: str
    who: str
    path: Callable[[Day], str]
    button: str
    prepare: Callable[[Page], None] = lambda _page: None


def write(page: Page) -> None:
    """Choose two accounts and write something that is noticed."""
    page.locator("input[name=channels]").nth(0).check()
    page.locator("input[name=channels]").nth(2).check()
    page.locator("#id_text").fill("Zaterdag is de buurtbarbecue op het Plein. Begint om [tijd invullen].")
    expect(page.locator("#noticed .post .text").last).to_contain_text("buurtbarbecue")


def choose(page: Page) -> None:
    """Take a photo from the album."""
    page.locator("input[name=photo]").first.check()


PLACES = (
    Place("today", "ben", lambda _day: "/", "main .attention a.button"),
    Place("posts", "anna", lambda _day: "/posts/", "main a.button[href='/posts/new/']"),
    Place("composer", "anna", lambda _day: "/posts/new/", "main form .buttons button.button", write),
    Place("post-draft", "anna", lambda day: f"/posts/{day.draft.post_id}/", "form[action$='/offer/'] button"),
    Place("post-cooling-off", "ben", lambda day: f"/posts/{day.cooling.post_id}/", "form[action$='/stop/'] button"),
    Place("post-uncertain", "dirk", lambda day: f"/posts/{day.uncertain.post_id}/", "button[name=do][value=again]"),
    Place("post-published", "dirk", lambda day: f"/posts/{day.published.post_id}/", "a[href$='/withdraw/']"),
    Place("review-list", "ben", lambda _day: "/posts/review/", "main .attention a.button"),
    Place("review", "ben", lambda day: f"/posts/{day.asked.post_id}/review/", "button[form=yes]"),
    Place("today-guest", "guus", lambda _day: "/", "main .attention a.button"),
    Place("guest-review", "guus", lambda day: f"/posts/guests/{day.guest.pk}/", "button[form=yes]"),
    Place("partners", "cora", lambda _day: "/people/partners/", "main form .buttons button"),
    Place("demo-people", "anna", lambda _day: "/practice/people/", "main form button"),
    Place("look-back", "ben", lambda day: f"/posts/{day.emergency.post_id}/look-back/", "main form .buttons button"),
    Place("emergency", "dirk", lambda day: f"/posts/{day.asked.post_id}/emergency/", "main form button.danger"),
    Place("watch", "dirk", lambda _day: "/watch/", "main .button"),
    Place("stray", "dirk", lambda day: f"/watch/strays/{day.stray.pk}/", "main .button"),
    Place("channels", "cora", lambda _day: "/channels/", "main a.button[href='/channels/connect/']"),
    Place("channel", "cora", lambda day: f"/channels/{day.accounts.town.pk}/", "main form .buttons button"),
    Place("connect", "cora", lambda _day: "/channels/connect/bluesky/", "main form .buttons button"),
    Place("people", "cora", lambda _day: "/people/", "main a.button"),
    Place("checks", "cora", lambda _day: "/posts/checks/", "main form .buttons button.button"),
    Place("own-details", "cora", lambda _day: "/posts/checks/own/", "main form .buttons button.button"),
    Place("ledger", "cora", lambda _day: "/ledger/", "main form[action$='/verify/'] button"),
    Place("stop-everything", "dirk", lambda _day: "/posts/halt/", "main form button.danger"),
    Place("grave", "anna", lambda _day: "/posts/grave/", "main form .buttons button"),
    Place("moments", "cora", lambda _day: "/posts/moments/", "main a.button[href='/posts/moments/new/']"),
    Place("moment", "cora", lambda _day: "/posts/moments/new/", "main form .buttons button"),
    Place("consents", "anna", lambda _day: "/posts/consents/", "main form button"),
    Place("consent", "dirk", lambda day: f"/posts/consents/{day.consent.pk}/", "main form button.danger"),
    Place(
        "picture-consents",
        "anna",
        lambda day: f"/posts/pictures/{day.consent.media.get().pk}/consents/",
        "main form .buttons button",
    ),
    Place("phone", "anna", lambda _day: "/practice/phone/", "main a.button, main button"),
    Place("photos", "anna", lambda _day: "/practice/phone/photos/", ".app-tabs a.add"),
    Place("photo-new", "anna", lambda _day: "/practice/phone/photos/new/", "main button[value=story]", choose),
    Place("photo-story", "anna", lambda day: f"/practice/phone/photos/stories/{day.photo_story}/", ".more summary"),
    Place("photo-profile", "anna", lambda _day: "/practice/phone/photos/profile/", ".app-tabs a.add"),
)


@pytest.fixture
def day(
    transactional_db: None,
    practice: PracticeServer,
    settings: Any,
    anna: Member,
    ben: Member,
    cora: Member,
    dirk: Member,
    tmp_path: Path,
) -> Iterator[Day]:
    """A busy Tuesday."""
    settings.PRACTICE_URL = practice.url
    with time_machine.travel(NOW, tick=True), PhotoNetwork(tmp_path / "instagram.json") as photos:
        settings.HOME, settings.NETWORK_SERVERS = tmp_path, {"instagram": photos.url}
        day = begin(practice, Team(anna=anna, ben=ben, cora=cora, dirk=dirk))
        yield replace(day, photo_story=on_the_phone(photos))


def on_the_phone(photos: PhotoNetwork) -> str:
    """What stands in the photo app: a photo, and a story of the account that is on; returns the story."""
    private, official = photos.add_account("anna_thuis", "Anna thuis"), photos.add_account("gemeente_x", "Gemeente X")
    told = ((private, True), (official, False))
    remember(photo_phone_file(), [Login(one.username, one.token, private=own) for one, own in told])
    photos.post_by_phone(official, "Ons stadhuis is weer open.", picture=photo("hall"))
    photos.post_by_phone(private, "", picture=photo("party"), story=True)
    return photos.post_by_phone(official, "", picture=photo("beach"), story=True)


def stops(day: Day, places: Iterable[Place]) -> list[Stop]:
    """The places of this day."""
    people = {**vars(day.team), "guus": day.guus}
    return [Stop(place.name, people[place.who], place.path(day), place.button, place.prepare) for place in places]


@pytest.mark.parametrize("width", sorted(HEIGHTS))
def test_every_page_is_for_everybody(day: Day, walk: Walk, width: int) -> None:
    assert walk(stops(day, PLACES), width) == []


AFTER_SOMETHING_GRAVE = (
    Place("today-grave", "ben", lambda _day: "/", ""),
    Place("grave-on", "ben", lambda _day: "/posts/grave/", ""),
    Place("review-grave", "ben", lambda day: f"/posts/{day.asked.post_id}/review/", ""),
)


def tells(page: Page) -> None:
    """It stands above the page."""
    expect(page.locator(".bar-notice.grave")).to_contain_text("Ernstig ongeval")


@pytest.mark.parametrize("width", sorted(HEIGHTS))
def test_what_happened_stands_above_every_page(day: Day, walk: Walk, width: int) -> None:
    why = "Ernstig ongeval op de Stationsweg: we weten nog weinig."
    hold_the_queue(day.team.anna.organisation, by=day.team.anna, reason=why)
    places = [replace(place, prepare=tells) for place in AFTER_SOMETHING_GRAVE]
    assert walk(stops(day, places), width) == []


def test_the_question_before_everything_stops_closes_with_escape(day: Day, window: Window) -> None:
    page = window(day.team.anna, 390)
    page.goto("/")
    opener = page.locator("a.stop-all")
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.locator("#halt-dialog")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
    assert page.url.endswith("/")
