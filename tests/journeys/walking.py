"""A walk past pages in a real browser: accessible, light and dark, narrow, enlarged, and with the keyboard alone.

With ``VIEROGEN_SCREENSHOTS=1`` (``make screenshots``) the pictures of the pages in docs/screenshots are made anew.
"""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Literal, get_args

from django.conf import settings
from django.test import Client
from PIL import Image
from playwright.sync_api import Page

from tests.plugins.house import PASSWORD
from vierogen.people.models import Member

COLOURS = 128
PICTURES = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
HEIGHTS = {1280: 900, 390: 844}
# WCAG 2.2, 1.4.10: 320 px is a page of 1280 px enlarged four times.
NARROW = (320, 640)
# So many stops before the main button would tire anybody.
STOPS = 40
Scheme = Literal["light", "dark"]
Window = Callable[..., Page]
Axe = Callable[[Page], list[str]]
# The middle of what has the focus is not covered by a bar that stays (WCAG 2.2, 2.4.11).
IN_SIGHT = """() => {
  const box = document.activeElement.getBoundingClientRect();
  const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return top !== null && (document.activeElement.contains(top) || top.contains(document.activeElement));
}"""


@dataclass(frozen=True)
class Stop:
    """A page on the walk: who opens it, where it is, its main button (CSS; "" for none), and what to do there first.

    The documents show a picture of it, if it is ``shown``.
    """

    name: str
    who: Member
    path: str
    button: str = ""
    prepare: Callable[[Page], None] = lambda _page: None
    shown: bool = True


class Walk:
    """Goes past pages of one width and tells what is wrong with them, a line each."""

    def __init__(self, window: Window, axe: Axe) -> None:
        self._window, self._axe = window, axe

    def __call__(self, stops: Iterable[Stop], width: int) -> list[str]:
        """At 1280 px also with large letters, in a narrow window, and with the keyboard."""
        wrong = []
        for stop in stops:
            page = self._opened(stop, width)
            if stop.shown:
                photograph(page, f"{stop.name}-{width}")
            wrong += [f"{stop.name}: {line}" for line in self._looked_at(page)]
            if width == max(HEIGHTS):
                wrong += [f"{stop.name}: {line}" for line in [*_squeezed(page), *self._without_a_mouse(stop, width)]]
        return wrong

    def _opened(self, stop: Stop, width: int) -> Page:
        page = self._window(stop.who, width)
        answer = page.goto(stop.path)
        assert answer
        assert answer.status == 200, stop.name
        stop.prepare(page)
        page.wait_for_timeout(150)
        return page

    def _looked_at(self, page: Page) -> list[str]:
        found = []
        for scheme in get_args(Scheme):
            page.emulate_media(color_scheme=scheme)
            found += [f"{scheme}: {line}" for line in self._axe(page)]
        page.emulate_media(color_scheme="light")
        return found

    def _without_a_mouse(self, stop: Stop, width: int) -> list[str]:
        if not stop.button:
            return []
        page = self._opened(stop, width)
        page.evaluate("document.activeElement.blur()")
        return [] if skips_to_content(page) and reaches(page, stop.button) else ["lost with the keyboard"]


def _squeezed(page: Page) -> list[str]:
    wrong, size = [], page.viewport_size
    assert size
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    wrong += ["too wide with letters of 200 %"] if is_too_wide(page) else []
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    wrong += ["too wide at 320 px"] if is_too_wide(page) else []
    page.set_viewport_size(size)
    return wrong


def entered(member: Member) -> str:
    """The session of somebody who proved a moment ago who they are."""
    client = Client()
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post("/log-in/reauthenticate/", {"password": PASSWORD}).status_code == 302
    return client.cookies[settings.SESSION_COOKIE_NAME].value


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
