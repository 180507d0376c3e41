"""Logging in at a network in a real browser: across two sites, without a foreign picture, accessible at each step."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.vault.lighthouse import Lighthouse
from vierogen.channels.models import Channel
from vierogen.people.models import Member

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

Axe = Callable[[Page], list[str]]


@pytest.fixture
def as_cora(
    browser_page: Page, live_server: LiveServer, visit: Callable[[Member], Client], cora: Member, settings: Any
) -> Iterator[Page]:
    """Cora's browser, a moment after she proved who she is."""
    settings.PUBLIC_URL = live_server.url
    cookie = visit(cora).cookies[django_settings.SESSION_COOKIE_NAME]
    browser_page.context.add_cookies(
        [{"name": cookie.key, "value": cookie.value, "url": live_server.url, "sameSite": "Lax"}]
    )
    yield browser_page
    browser_page.goto("about:blank")


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.parametrize("width", [390, 1280])
def test_the_whole_way_there_and_back(
    as_cora: Page, live_server: LiveServer, axe: Axe, lantern: Lighthouse, width: int
) -> None:
    page, asked, complaints = as_cora, list[str](), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(live_server.url + reverse("vault:connect_to", args=["lantern"]))
    assert axe(page) == []
    assert fits(page)
    page.get_by_role("button", name="Log in at Lantern").click()
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are back from Lantern")
    assert axe(page) == []
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Which account on Lantern is it?")
    assert axe(page) == []
    assert fits(page)
    assert page.locator("input:checked").count() == 0
    assert page.locator(".avatar img[src^=data]").count() == 1
    assert "code=" not in page.url
    page.get_by_label("Wethouder").check()
    page.get_by_role("button", name="Connect and watch this account").click()
    expect(page.get_by_role("heading", level=2, name="The connection")).to_be_visible()
    assert axe(page) == []
    assert Channel.objects.get().account_id == "18"
    assert not [url for url in asked if url.startswith(lantern.url) and "/avatar" in url]
    assert not [text for text in complaints if "Content Security Policy" in text]


def test_a_mistake_is_told_where_it_was_made(
    as_cora: Page, live_server: LiveServer, axe: Axe, lantern: Lighthouse
) -> None:
    page = as_cora
    page.goto(live_server.url + reverse("vault:connect_to", args=["lantern"]))
    page.get_by_role("button", name="Log in at Lantern").click()
    page.get_by_role("button", name="Allow").click()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Connect and watch this account").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose the account that is to be connected.")
    assert axe(page) == []
    page.goto(f"{live_server.url}{reverse('vault:back', args=['lantern'])}?error=access_denied")
    expect(page.get_by_role("heading", level=1)).to_have_text("The account is not connected")
    assert axe(page) == []
