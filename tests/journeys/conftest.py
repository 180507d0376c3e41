"""The whole house running in this process, and people in front of it."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from tests.journeys.walking import HEIGHTS, Axe, Walk, Window, entered
from tests.plugins.house import PASSWORD
from vierogen.config.running import JOBS
from vierogen.core.schedule import start
from vierogen.people.models import Member
from vierogen.watch import jobs as watch_jobs

expect.set_options(timeout=15_000)


@pytest.fixture
def house(transactional_db: None, live_server: Any, mailbox: Any, settings: Any) -> Iterator[str]:
    """Web, worker and watcher at work; gives the address."""
    settings.PUBLIC_URL = live_server.url
    stop = threading.Event()
    threads = [*start(JOBS, stop), *watch_jobs.start_watching(stop)]
    yield live_server.url
    stop.set()
    for thread in threads:
        thread.join(timeout=15)
    assert not [thread.name for thread in threads if thread.is_alive()]


def log_in(page: Page, house: str, member: Member) -> Page:
    """Log in with the password, as a person does."""
    page.goto(f"{house}/log-in/login/")
    page.get_by_label("E-mail").fill(member.user.email)
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("form").filter(has=page.locator("input[type=password]")).get_by_role("button").first.click()
    expect(page.locator("header")).to_contain_text("Vierogen")
    return page


def prove(page: Page) -> None:
    """Where the house asks again who it is, say so."""
    page.wait_for_load_state()
    if "reauthenticate" in page.url:
        page.locator("input[type=password]").fill(PASSWORD)
        page.locator("form").filter(has=page.locator("input[type=password]")).get_by_role("button").first.click()
        page.wait_for_load_state()


def until(true: Callable[[], bool], *, seconds: float = 20) -> None:
    """Wait until something became true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture
def person(new_page: Callable[..., Page], house: str) -> Callable[..., Page]:
    """A browser window of their own for each person, logged in."""

    def opened(member: Member, **options: Any) -> Page:
        return log_in(new_page(**options), house, member)

    return opened


@pytest.fixture
def window(transactional_db: None, live_server: Any, new_page: Callable[..., Page]) -> Window:
    """A browser window of somebody who proved a moment ago who they are: one for each member and width."""
    opened: dict[tuple[int, int], Page] = {}

    def of(member: Member, width: int = 1280) -> Page:
        if (member.pk, width) not in opened:
            opened[member.pk, width] = _window(member, width)
        return opened[member.pk, width]

    def _window(member: Member, width: int) -> Page:
        # Without movement: what is halfway from light to dark has no contrast.
        size = {"width": width, "height": HEIGHTS.get(width, 844)}
        page = new_page(viewport=size, base_url=live_server.url, reduced_motion="reduce")
        session = {"name": settings.SESSION_COOKIE_NAME, "value": entered(member), "url": live_server.url}
        page.context.add_cookies([session])
        return page

    return of


@pytest.fixture
def walk(window: Window, axe: Axe) -> Walk:
    """Goes past pages and tells what is wrong with them."""
    return Walk(window, axe)
