"""The pages of the watch in a real browser: accessible, live, and with a stray that appears by itself."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.plugins.house import PASSWORD
from tests.practice.conftest import picture
from vierogen.incidents.actions import open_incident
from vierogen.people.models import Member
from vierogen.posts import jobs as posts_jobs
from vierogen.posts.actions.removing import fetch_media
from vierogen.posts.models import Delivery
from vierogen.watch import jobs
from vierogen.watch.actions.answering import adopt, take_down
from vierogen.watch.models import Stray
from vierogen.watch.states import State

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

Look = Callable[[], list[Stray]]
Phone = Callable[..., str]


@pytest.fixture
def stray(look_again: Look, by_phone: Phone) -> Stray:
    """A photo by phone, captured whole."""
    by_phone("Gezellig op het strand", picture=picture(size=(320, 240)))
    [found] = look_again()
    assert found.evidence is not None
    fetch_media(found.evidence)
    return found


@pytest.fixture
def as_dirk(browser_page: Page, live_server: LiveServer, client: Client, dirk: Member) -> Iterator[Page]:
    """Dirk's browser."""
    client.force_login(dirk.user, backend="django.contrib.auth.backends.ModelBackend")
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    browser_page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    browser_page.context.set_extra_http_headers({"accept-language": "nl"})
    yield browser_page
    browser_page.goto("about:blank")


def show(page: Page, live_server: LiveServer, name: str, *numbers: int) -> None:
    answer = page.goto(live_server.url + reverse(name, args=numbers))
    assert answer is not None
    assert answer.ok


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.once
def test_every_page_is_accessible_and_fits(
    as_dirk: Page,
    live_server: LiveServer,
    axe: Callable[[Page], list[str]],
    stray: Stray,
    due: Delivery,
    look_again: Look,
    by_phone: Phone,
    dirk: Member,
) -> None:
    posts_jobs.deliver("test")
    by_phone("Ook van ons")
    [other] = look_again()
    adopt(other, by=dirk, reason="Onze fotograaf")
    by_phone("Wordt verwijderd")
    [removed] = look_again()
    take_down(removed, by=dirk)
    assert stray.evidence is not None
    incident = open_incident("Privéfoto op Mastodon", by=dirk, stray=other)
    pages: list[tuple[str, tuple[Any, ...]]] = [
        ("watch:list", ()),
        ("watch:stray", (stray.pk,)),
        ("watch:stray", (removed.pk,)),
        ("watch:take_down", (stray.pk,)),
        ("watch:adopt", (stray.pk,)),
        ("watch:evidence", (stray.evidence.pk,)),
        ("incidents:list", ()),
        ("incidents:open", ()),
        ("incidents:detail", (incident.pk,)),
    ]
    for name, numbers in pages:
        show(as_dirk, live_server, name, *numbers)
        assert axe(as_dirk) == [], name
        assert fits(as_dirk), name
    show(as_dirk, live_server, "watch:evidence", stray.evidence.pk)
    as_dirk.get_by_role("textbox").fill("Kijken of er een kind op staat")
    as_dirk.locator("form.form button[type=submit]").click()
    expect(as_dirk.get_by_text("Gezellig op het strand").first).to_be_visible()
    assert axe(as_dirk) == []


def test_a_stray_appears_by_itself_and_is_taken_down_from_the_page(
    as_dirk: Page, live_server: LiveServer, look_again: Look, by_phone: Phone, practice: Any
) -> None:
    show(as_dirk, live_server, "watch:list")
    expect(as_dirk.locator("article [href*='/take-down/']")).to_have_count(0)
    by_phone("Gezellig op het strand")
    [stray] = look_again()
    button = as_dirk.locator("article [href*='/take-down/']")
    expect(button).to_be_visible()
    button.click()
    as_dirk.locator("form.form button[type=submit]").click()
    as_dirk.locator("input[type=password]").fill(PASSWORD)
    as_dirk.locator("main form button[type=submit]").first.click()
    as_dirk.wait_for_url(f"**{reverse('watch:stray', args=[stray.pk])}")
    while posts_jobs.remove("test"):
        pass
    jobs.settle("test")
    assert practice.network.timeline() == []
    expect(as_dirk.locator("[role=status] [data-state=ok]").first).to_be_visible()
    assert Stray.objects.get().state == State.TAKEN_DOWN
