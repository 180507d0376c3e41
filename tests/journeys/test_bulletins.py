"""Bulletin settings, the pages that stop them, and the mail itself, in a real browser.

With ``VIEROGEN_SHOW=folder`` the pictures are kept there.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Page, expect

from tests.journeys.conftest import log_in
from tests.journeys.walking import HEIGHTS, Stop, Walk
from tests.listening.newsroom import make_alert, make_hit, make_source
from tests.plugins.house import SETUP
from vierogen.ledger.moves import move
from vierogen.listening.actions import bulletins
from vierogen.listening.actions.links import unsubscribe_address
from vierogen.listening.actions.reading import Times, choose
from vierogen.listening.models import Alert, Reader, Reading
from vierogen.listening.states import Mark, Rhythm
from vierogen.notices.models import Message
from vierogen.people.models import Member, Organisation, User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NOW = datetime(2026, 11, 24, 9, 15, tzinfo=UTC)
LOOKS = [(width, scheme) for width in (1280, 390, 320) for scheme in ("light", "dark")]


@dataclass(frozen=True)
class News:
    """What anna follows, and a bulletin of it."""

    alert: Alert
    reader: Reader
    mail: Message


@pytest.fixture
def news(transactional_db: None, live_server: Any, settings: Any, town: Organisation, anna: Member) -> Iterator[News]:
    """Three alerts, and a mail about two of them."""
    settings.PUBLIC_URL = live_server.url
    with time_machine.travel(NOW, tick=True):
        pool, library, _centre = (make_alert(town, name) for name in ("zwembad", "bibliotheek", "herindeling centrum"))
        choose(anna, Times(8, 0, "Europe/Amsterdam", no_news=True), {pool: Rhythm.AT_ONCE, library: Rhythm.DAILY})
        Reading.objects.update(rhythm=Rhythm.AT_ONCE, since=NOW - timedelta(days=1))
        source = make_source()
        first = make_hit(pool, "Zwembad De Waterlelie gaat een week eerder open dan verwacht", source=source)
        for _ in range(39):
            make_hit(pool, copy_of=first)
        words = "Eindelijk! Vanmiddag weer baantjes trekken in het zwembad. Wie gaat er mee?"
        make_hit(pool, "", text=words, author="@jan@mastodon.example")
        make_hit(pool, "Goedkope zwembaden, alleen vandaag", spam=0.9)
        for number in range(60):
            make_hit(library, f"Bibliotheek krijgt nieuwe leeszaal ({number})", mark=Mark.USEFUL if number == 3 else "")
        move(library, "pause", by=SETUP)
        assert bulletins.make_due() == 1
        Reading.objects.filter(alert=library).update(rhythm=Rhythm.DAILY)
        yield News(pool, Reader.objects.get(), Message.objects.get())


def show(page: Page, name: str) -> None:
    folder = os.environ.get("VIEROGEN_SHOW")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def fits(page: Page) -> bool:
    """No sideways scrolling (WCAG 2.2, 1.4.10)."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_the_mail_is_accessible_on_a_desk_and_a_phone_light_and_dark(
    news: News, new_page: Callable[..., Page], axe: Callable[[Page], list[str]], width: int, scheme: str
) -> None:
    page = new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page.set_content(news.mail.html)
    assert axe(page) == []
    assert fits(page)
    show(page, f"mail-{width}-{scheme}")


def unfold(page: Page) -> None:
    """Show the addresses of the feeds too."""
    page.locator("main details").evaluate_all("every => every.forEach(one => one.open = true)")


@pytest.mark.parametrize("width", sorted(HEIGHTS))
def test_the_settings_are_for_everybody(news: News, anna: Member, walk: Walk, width: int) -> None:
    User.objects.update(language="nl")
    stop = Stop("bulletins", anna, "/listening/bulletins/", "main form .buttons button", prepare=unfold)
    assert walk([stop], width) == []


@pytest.mark.parametrize("about_one", [True, False], ids=["one alert", "all"])
def test_mails_are_stopped_with_the_keyboard_without_logging_in(
    news: News, phone_page: Page, axe: Callable[[Page], list[str]], about_one: bool
) -> None:
    alert_id = news.alert.pk if about_one else 0
    phone_page.goto(unsubscribe_address(news.reader, alert_id=alert_id))
    assert axe(phone_page) == []
    show(phone_page, f"stop-{alert_id and 'one'}")
    phone_page.get_by_role("button", name="No more").first.focus()
    phone_page.keyboard.press("Enter")
    expect(phone_page.get_by_role("heading", level=1)).to_have_text("Done")
    assert axe(phone_page) == []
    show(phone_page, f"stopped-{alert_id and 'one'}")
    left = Reading.objects.exclude(rhythm=Rhythm.NEVER)
    assert left.exists() == about_one


def test_a_member_chooses_a_rhythm_and_copies_an_address(
    news: News, live_server: Any, anna: Member, new_page: Callable[..., Page]
) -> None:
    page = log_in(new_page(permissions=["clipboard-read", "clipboard-write"]), live_server.url, anna)
    page.goto(f"{live_server.url}/listening/bulletins/")
    page.get_by_role("group", name="herindeling centrum").get_by_label("Weekly").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert Reading.objects.get(alert__name="herindeling centrum").rhythm == Rhythm.WEEKLY
    address = page.get_by_label("All alerts that I follow", exact=True).input_value()
    page.get_by_role("button", name="Copy All alerts that I follow").click()
    expect(page.get_by_text("The address was copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == address
