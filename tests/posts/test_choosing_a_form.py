"""The choice of a form in a real browser: only for ticked accounts, by keyboard, on a phone and without script."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import log_in
from tests.posts.gallery import hang
from vierogen.channels.models import Channel, Room
from vierogen.people.models import Member, Organisation
from vierogen.posts.models import Target

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def there(
    transactional_db: None, town: Organisation, channel: Channel, cora: Member, monkeypatch: pytest.MonkeyPatch
) -> Channel:
    """The gallery, beside an account with only one form."""
    hung = hang(town, cora, monkeypatch)
    Room.objects.create(channel=hung, used=53, total=100, seconds=86_400)
    return hung


def composer(new_page: Callable[..., Page], live_server: Any, anna: Member, *, script: bool) -> Page:
    page = new_page(viewport=PHONE, java_script_enabled=script, base_url=live_server.url)
    log_in(page, live_server.url, anna)
    page.goto("/posts/new/")
    return page


def tick(page: Page, channel: Channel) -> None:
    page.locator(f'input[name="channels"][value="{channel.pk}"]').check()


@pytest.mark.parametrize("script", [True, False])
def test_the_choice_appears_with_its_account_and_is_kept(
    there: Channel, new_page: Callable[..., Page], live_server: Any, anna: Member, *, script: bool
) -> None:
    page = composer(new_page, live_server, anna, script=script)
    story = page.get_by_label("As a story, for 24 hours")
    expect(story).to_be_hidden()
    tick(page, there)
    expect(story).to_be_visible()
    expect(page.get_by_label("In the timeline")).to_be_checked()
    story.check()
    page.locator("#id_text").fill("De brug gaat open.")
    if script:
        expect(page.locator("#targets")).to_contain_text("Gallery, as a story")
        expect(page.locator("#noticed")).to_contain_text("Costs about $0.015 on Gallery.")
        expect(page.locator("#noticed")).to_contain_text("Gallery takes 47 more posts")
    page.get_by_role("button", name="Save and look at it").click()
    expect(page.get_by_role("button", name=re.compile("on Gallery, as a story"))).to_be_visible()
    assert Target.objects.get().format == "story"


def test_the_keyboard_goes_from_the_account_to_its_forms(
    there: Channel, new_page: Callable[..., Page], live_server: Any, anna: Member
) -> None:
    page = composer(new_page, live_server, anna, script=True)
    page.locator(f'input[name="channels"][value="{there.pk}"]').focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    expect(page.get_by_label("In the timeline")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("As a story, for 24 hours")).to_be_checked()


def test_nothing_is_held_against_the_page_and_nothing_sticks_out(
    there: Channel, new_page: Callable[..., Page], live_server: Any, anna: Member, axe: Callable[[Page], list[str]]
) -> None:
    page = composer(new_page, live_server, anna, script=True)
    tick(page, there)
    page.get_by_label("As a story, for 24 hours").check()
    page.locator("#id_text").fill("De brug gaat open.")
    expect(page.locator("#noticed")).to_contain_text("Costs about")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
