"""Each main page in a real browser: accessible, light and dark, narrow and enlarged, and usable with the keyboard.

With ``VIEROGEN_SCREENSHOTS=1`` (``make screenshots``) the pictures of the pages in docs/screenshots are made anew.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from PIL import Image
from playwright.sync_api import Page, expect

from tests.journeys.busy_day import Day, Team, begin
from tests.plugins.house import PASSWORD
from vierogen.people.models import Member
from vierogen.posts.actions.mourning import hold_the_queue
from vierogen.practice.drawing import photo
from vierogen.practice.phone import Login, remember
from vierogen.practice.photo_app import photo_phone_file
from vierogen.practice.photo_network import PhotoNetwork
from vierogen.practice.server import PracticeServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
COLOURS = 128
PICTURES = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
# A Tuesday in winter, quarter past ten in the Netherlands: what "today" and "tomorrow" say stays the same.
NOW = datetime(2026, 11, 24, 9, 15, tzinfo=UTC)
HEIGHTS = {1280: 900, 390: 844}
# WCAG 2.2, 1.4.10: 320 px is a page of 1280 px enlarged four times.
NARROW = {"width": 320, "height": 640}
# So many stops before the main button would tire anybody.
STOPS = 40


@dataclass(frozen=True)
class Place:
    """A main page: who opens it, where it is on a busy day, and its main button (CSS)."""

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


@pytest.fixture
def windows(day: Day, live_server: Any, new_page: Callable[..., Page]) -> Callable[..., dict[str, Page]]:
    """A browser window for each of the team, logged in a moment ago."""

    def opened(width: int) -> dict[str, Page]:
        return {name: window(name, width) for name in ("anna", "ben", "cora", "dirk")}

    def window(name: str, width: int) -> Page:
        # Without movement: what is halfway from light to dark has no contrast.
        size = {"width": width, "height": HEIGHTS[width]}
        page = new_page(viewport=size, base_url=live_server.url, reduced_motion="reduce")
        session = {"name": settings.SESSION_COOKIE_NAME, "value": entered(getattr(day.team, name))}
        page.context.add_cookies([{**session, "url": live_server.url}])
        return page

    return opened


def entered(member: Member) -> str:
    """The session of somebody who proved a moment ago who they are."""
    client = Client()
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post("/log-in/reauthenticate/", {"password": PASSWORD}).status_code == 302
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def open_place(page: Page, place: Place, day: Day) -> None:
    """Open the page, and make sure that it is there."""
    answer = page.goto(place.path(day))
    assert answer
    assert answer.status == 200, place.name
    place.prepare(page)
    page.wait_for_timeout(150)


def is_too_wide(page: Page) -> bool:
    """Must somebody scroll sideways?"""
    return bool(page.evaluate("document.scrollingElement.scrollWidth > document.documentElement.clientWidth"))


def photograph(page: Page, name: str) -> None:
    """Write the page's picture where the documents expect it, if pictures are wanted."""
    if not os.environ.get("VIEROGEN_SCREENSHOTS"):
        return
    PICTURES.mkdir(exist_ok=True)
    # A bar that stays at the bottom of the window would stand halfway a picture of the whole page.
    taken = page.screenshot(full_page=not page.locator(".action-bar").count())
    # A page has few colours: a third of the bytes shows the same.
    Image.open(BytesIO(taken)).convert("RGB").quantize(COLOURS).save(PICTURES / f"{name}.png", optimize=True)


@pytest.mark.parametrize("width", sorted(HEIGHTS))
def test_every_page_is_accessible_in_light_and_dark(
    day: Day, windows: Callable[[int], dict[str, Page]], axe: Callable[[Page], list[str]], width: int
) -> None:
    opened, found = windows(width), []
    for place in PLACES:
        page = opened[place.who]
        open_place(page, place, day)
        photograph(page, f"{place.name}-{width}")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found += [f"{place.name}, {scheme}: {line}" for line in axe(page)]
        page.emulate_media(color_scheme="light")
    assert not found, "\n".join(found)


AFTER_SOMETHING_GRAVE = (
    Place("today-grave", "ben", lambda _day: "/", ""),
    Place("grave-on", "ben", lambda _day: "/posts/grave/", ""),
    Place("review-grave", "ben", lambda day: f"/posts/{day.asked.post_id}/review/", ""),
)


@pytest.mark.parametrize("width", sorted(HEIGHTS))
def test_what_happened_stands_above_every_page(
    day: Day, windows: Callable[[int], dict[str, Page]], axe: Callable[[Page], list[str]], width: int
) -> None:
    opened, found = windows(width), []
    why = "Ernstig ongeval op de Stationsweg: we weten nog weinig."
    hold_the_queue(day.team.anna.organisation, by=day.team.anna, reason=why)
    for place in AFTER_SOMETHING_GRAVE:
        page = opened[place.who]
        open_place(page, place, day)
        expect(page.locator(".bar-notice.grave")).to_contain_text("Ernstig ongeval")
        photograph(page, f"{place.name}-{width}")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found += [f"{place.name}, {scheme}: {line}" for line in axe(page)]
        page.emulate_media(color_scheme="light")
    assert not found, "\n".join(found)


def test_no_page_scrolls_sideways_when_narrow_or_enlarged(day: Day, windows: Callable[[int], dict[str, Page]]) -> None:
    opened, wide = windows(1280), []
    for place in PLACES:
        page = opened[place.who]
        open_place(page, place, day)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        if is_too_wide(page):
            wide.append(f"{place.name} with letters of 200 %")
        page.evaluate("document.documentElement.style.fontSize = ''")
        page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        if is_too_wide(page):
            wide.append(f"{place.name} at 320 px")
        page.set_viewport_size({"width": 1280, "height": HEIGHTS[1280]})
    assert not wide


def test_every_page_is_used_with_the_keyboard_alone(day: Day, windows: Callable[[int], dict[str, Page]]) -> None:
    opened, lost = windows(1280), []
    for place in PLACES:
        page = opened[place.who]
        open_place(page, place, day)
        page.evaluate("document.activeElement.blur()")
        if not (skips_to_content(page) and reaches(page, place.button)):
            lost.append(place.name)
    assert not lost


def skips_to_content(page: Page) -> bool:
    """The first stop on a page jumps over the menu."""
    page.evaluate("window.scrollTo(0, 0); document.body.tabIndex = -1; document.body.focus()")
    page.keyboard.press("Tab")
    if not page.evaluate("document.activeElement.matches('.skip-link')"):
        return False
    page.keyboard.press("Enter")
    return bool(page.evaluate("document.activeElement.id === 'main'"))


def reaches(page: Page, button: str) -> bool:
    """Tab comes to the main button, and it is in sight then."""
    for _stop in range(STOPS):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", button):
            return bool(page.evaluate(IN_SIGHT))
    return False


# The middle of what has the focus is not covered by a bar that stays (WCAG 2.2, 2.4.11).
IN_SIGHT = """() => {
  const box = document.activeElement.getBoundingClientRect();
  const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return top !== null && (document.activeElement.contains(top) || top.contains(document.activeElement));
}"""


def test_the_question_before_everything_stops_closes_with_escape(
    day: Day, windows: Callable[[int], dict[str, Page]]
) -> None:
    page = windows(390)["anna"]
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
