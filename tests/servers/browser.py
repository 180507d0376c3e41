"""A real headless Chromium: the fixtures `desktop_page`, `phone_page`, and `new_page` for more people."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright

from tests.servers import needs

# It runs as root in continuous integration, where its sandbox does not work; and it must not call home.
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
PATIENCE = 10_000  # milliseconds that an expectation about a page may take on a busy machine

NewPage = Callable[..., Page]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for the tests of a file.

    Not for the whole session: Playwright keeps an event loop in this thread for as long as it runs, which
    makes Django refuse the database (hence the variable) and stops others from starting a loop of their own.
    """
    program = needs.chromium()
    if program is None:
        pytest.fail(needs.sentence("chromium"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
            yield browser
            browser.close()


@pytest.fixture
def new_page(chromium: Browser) -> Iterator[NewPage]:
    """Opens a page in a browser window of its own: other cookies, another person.

    Takes the options of Playwright's `new_context`: `viewport`, `locale`, `java_script_enabled`, `base_url`.
    The test fails when a page throws a script error.
    """
    errors: list[str] = []
    contexts = []

    def open_page(**options: Any) -> Page:
        context = chromium.new_context(**{"viewport": DESKTOP, "locale": "nl-NL", **options})
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(_described(page, error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not errors, f"scripts failed: {errors}"


@pytest.fixture
def desktop_page(new_page: NewPage) -> Page:
    """A page of 1280 px wide."""
    return new_page(viewport=DESKTOP)


@pytest.fixture
def phone_page(new_page: NewPage) -> Page:
    """A page of 390 px wide, touched instead of clicked."""
    return new_page(viewport=PHONE, has_touch=True, is_mobile=True)


@pytest.fixture(params=[DESKTOP, PHONE], ids=["1280px", "390px"])
def browser_page(request: pytest.FixtureRequest, new_page: NewPage) -> Page:
    """The test runs twice: on a desk, and on a phone."""
    return new_page(viewport=request.param)


def _described(page: Page, error: Error) -> str:
    return f"{page.url}: {error.message}"
