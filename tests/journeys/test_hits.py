"""Hits and spikes in the browser: read, judged and handed on, with a mouse, a thumb or the keyboard."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from playwright.sync_api import Page, expect

from tests.journeys.test_pages import HEIGHTS, NARROW, entered, is_too_wide, photograph, reaches, skips_to_content
from tests.listening.found import heard, listening_for
from vierogen.listening.actions.grouping import group
from vierogen.listening.actions.handing import hand_on
from vierogen.listening.actions.spiking import look
from vierogen.listening.models import Alert, Count, Hit, Source, Spike
from vierogen.listening.states import Mark
from vierogen.people.models import Member, Organisation, User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# A Tuesday in autumn.
NOW = datetime(2026, 11, 24, 9, 15, tzinfo=UTC)
NEWS = (
    "De brand in een loods op het industrieterrein van Voorbeeld is onder controle, meldt de veiligheidsregio. "
    "Er zijn geen gewonden. Bewoners wordt gevraagd ramen en deuren dicht te houden."
)
POSTS = (
    ("Weet iemand waarom het stinkt in de wijk? Is er brand?", "@buurman"),
    ("Brand in de Kerkstraat: twee auto's uitgebrand, politie zoekt getuigen", "@p2000regio"),
    ("Speel het brand spelletje nu! Bestel direct met 20% korting https://spel.example https://spel.example", "@spel"),
    ("Brand spelletje, ronde 2. Speel mee!", "@spel"),
    ("Brand spelletje, ronde 3. Speel mee!", "@spel"),
    ("De brandweer zoekt vrijwilligers. Brand is van alle tijden.", "@brandweer"),
)


@dataclass
class Morning:
    """Who looks, and at what."""

    anna: Member
    cora: Member
    dirk: Member
    alert: Alert
    spike: Spike


@pytest.fixture
def morning(transactional_db: None, town: Organisation, anna: Member, cora: Member, dirk: Member) -> Iterator[Morning]:
    """There is a fire, and everybody writes of it."""
    with time_machine.travel(NOW, tick=True):
        User.objects.update(language="nl")
        begun = NOW - timedelta(weeks=5)
        alert = listening_for(town, "brand*", name="Brand in Voorbeeld", made_at=begun, changed_at=begun)
        for hour in range(5 * 168):
            Count.objects.create(
                alert=alert, hour=begun.replace(minute=0) + timedelta(hours=hour), number=int(hour % 9 == 0)
            )
        for number in range(12):
            site = f"https://nieuws{number}.example"
            source = Source.objects.create(kind="feed", address=f"{site}/rss", title=f"Nieuws {number}")
            title = "Brand in loods onder controle"
            heard(alert, NEWS, at=NOW - timedelta(minutes=30 - number), title=title, source=source, language="nl",
                  author=f"redactie {number}", link=f"{site}/brand-onder-controle")  # fmt: skip
        for number, (text, author) in enumerate(POSTS):
            heard(alert, text, at=NOW - timedelta(hours=number), author=author, language="nl",
                  link=f"https://sociaal.example/{author}/{number}")  # fmt: skip
        Hit.objects.update(clause="brand*")
        group([alert.pk])
        marked = Hit.objects.filter(item__author="@spel")
        marked.update(mark=Mark.NOT_USEFUL, marked_by=anna, marked_at=NOW)
        heard(alert, "Brand spelletje, ronde 4!", author="@spel", language="nl")
        Count.objects.create(alert=alert, hour=NOW.replace(minute=0), number=19)
        (spike,) = look()
        hand_on(Hit.objects.leading().earliest("found_at"), reason="Wil jij reageren?", owner=dirk, by=anna)
        yield Morning(anna, cora, dirk, alert, spike)


@pytest.fixture
def window(live_server: Any, new_page: Callable[..., Page]) -> Callable[..., Page]:
    """A browser window of somebody who is logged in."""

    def opened(member: Member, width: int = 1280) -> Page:
        size = {"width": width, "height": HEIGHTS[width]}
        page = new_page(viewport=size, base_url=live_server.url, reduced_motion="reduce")
        session = {"name": settings.SESSION_COOKIE_NAME, "value": entered(member), "url": live_server.url}
        page.context.add_cookies([session])
        return page

    return opened


def places(morning: Morning) -> dict[str, tuple[Member, str, str]]:
    """Each page: who opens it, where it is, and its main button."""
    group_of = Hit.objects.leading().get(copies__isnull=False, copies__pk=Hit.objects.exclude(copy_of=None)[0].pk)
    return {
        "hits": (morning.anna, "/listening/", "button[name=mark][value=useful]"),
        "hits-useful": (morning.anna, f"/listening/?order=useful&alert={morning.alert.pk}", ".filters button"),
        "hit": (morning.anna, f"/listening/hits/{group_of.pk}/", "a[href$='/hand-on/']"),
        "hand-on": (morning.anna, f"/listening/hits/{group_of.pk}/hand-on/", "main form .buttons button"),
        "noise": (morning.anna, f"/listening/alerts/{morning.alert.pk}/noise/", "button[name=words]"),
        "spikes": (morning.anna, "/listening/spikes/", "main .rows a"),
        "spike": (morning.anna, f"/listening/spikes/{morning.spike.pk}/", "main form .buttons button"),
        "handed-on": (morning.dirk, "/listening/handed-on/", "main .rows a"),
        "keeping": (morning.cora, "/listening/keeping/", "main form .buttons button"),
    }


@pytest.mark.parametrize("width", sorted(HEIGHTS))
def test_the_pages_of_hits_are_accessible_in_light_and_dark(
    morning: Morning, window: Callable[..., Page], axe: Callable[[Page], list[str]], width: int
) -> None:
    found = []
    for name, (member, path, _button) in places(morning).items():
        page = window(member, width)
        answer = page.goto(path)
        assert answer
        assert answer.status == 200, name
        photograph(page, f"{name}-{width}")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            found += [f"{name}, {scheme}: {line}" for line in axe(page)]
    assert not found, "\n".join(found)


def test_the_pages_of_hits_do_not_scroll_sideways_when_narrow_or_enlarged(
    morning: Morning, window: Callable[..., Page]
) -> None:
    wide = []
    for name, (member, path, _button) in places(morning).items():
        page = window(member)
        page.goto(path)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        wide += [f"{name} with letters of 200 %"] if is_too_wide(page) else []
        page.evaluate("document.documentElement.style.fontSize = ''")
        page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        wide += [f"{name} at 320 px"] if is_too_wide(page) else []
    assert not wide


def test_the_pages_of_hits_are_used_with_the_keyboard_alone(morning: Morning, window: Callable[..., Page]) -> None:
    lost = []
    for name, (member, path, button) in places(morning).items():
        page = window(member)
        page.goto(path)
        page.evaluate("document.activeElement.blur()")
        lost += [] if skips_to_content(page) and reaches(page, button) else [name]
    assert not lost


def test_a_hit_is_judged_where_it_stands_and_taken_back(morning: Morning, window: Callable[..., Page]) -> None:
    User.objects.update(language="en")
    page = window(morning.anna, 390)
    page.goto("/listening/")
    line = page.locator(".hit", has_text="waarom het stinkt")
    line.get_by_role("button", name="Useful").first.click()
    expect(line.get_by_role("status")).to_contain_text("Useful")
    assert Hit.objects.get(item__author="@buurman").mark == Mark.USEFUL
    line.get_by_role("button", name="Take it back").click()
    expect(line.get_by_role("button", name="Not useful")).to_be_visible()
    assert Hit.objects.get(item__author="@buurman").mark == ""


def test_a_spike_is_handed_on_with_one_click(morning: Morning, window: Callable[..., Page]) -> None:
    User.objects.update(language="en")
    page = window(morning.anna)
    page.goto(f"/listening/spikes/{morning.spike.pk}/")
    page.get_by_role("button", name="Hand on").click()
    expect(page.locator("main")).to_contain_text("19 mentions of “Brand in Voorbeeld”")
    assert morning.spike.hand_overs.get().owner == morning.dirk
