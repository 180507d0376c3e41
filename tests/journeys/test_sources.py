"""The pages of sources in a real browser: accessible, light and dark, narrow, and usable with the keyboard."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.journeys.walking import HEIGHTS, Axe, Stop, Walk, Window
from tests.listening.sources.site import DOCUMENTS, Site
from tests.listening.test_sourcing import site  # noqa: F401 - a fixture
from vierogen.listening.actions.sourcing import Proposal, add, add_webhook, change
from vierogen.listening.models import Source
from vierogen.people.models import Member, User

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
LONG = "https://www.een-heel-lange-naam-van-een-krant.example/" + "nieuws-uit-de-streek/" * 6 + "feed.xml"


# A Tuesday in autumn.
NOW = datetime(2026, 11, 24, 9, 15, tzinfo=UTC)


@pytest.fixture
def numbers(anna: Member) -> Iterator[dict[str, int]]:
    """One of each state: heard, failing, silent, paused, and a program."""
    with time_machine.travel(NOW, tick=True):
        yield _made(anna, NOW)


def _made(anna: Member, now: datetime) -> dict[str, int]:
    organisation = anna.organisation
    made = {
        name: add(organisation, Proposal("feed", f"https://krant.example/{name}", title), by=anna)
        for name, title in (("heard", "De Krant"), ("failing", "De Bode"), ("silent", "Oud nieuws"), ("paused", ""))
    }
    made["long"] = add(organisation, Proposal("feed", LONG), by=anna)
    made["program"] = add_webhook(organisation, "Monitor", by=anna)
    change(made["paused"], "pause", by=anna)
    read = {"tried_at": now, "read_at": now, "item_at": now, "items": 40, "added_at": now - timedelta(days=40)}
    for name in ("heard", "failing", "silent"):
        Source.objects.filter(pk=made[name].source_id).update(**read)
    Source.objects.filter(pk=made["failing"].source_id).update(failures=4, problem="The site took too long to answer.")
    Source.objects.filter(pk=made["silent"].source_id).update(item_at=now - timedelta(days=35), items=100)
    Source.objects.create(kind="feed", address="https://land.example/", title="Landelijk nieuws", for_everybody=True)
    return {name: subscription.pk for name, subscription in made.items()}


def stops(anna: Member, numbers: dict[str, int]) -> list[Stop]:
    """Each page: who opens it, where it is, and its main button."""
    each = {f"source-{name}": reverse("listening:source", args=[number]) for name, number in numbers.items()}
    return [
        Stop("sources", anna, reverse("listening:sources"), "main a.button"),
        Stop("source-add", anna, reverse("listening:source_add"), "main form .buttons button"),
        Stop("source-by-program", anna, reverse("listening:source_program"), "main form .buttons button", shown=False),
        *(Stop(name, anna, path, "main button", shown=name == "source-failing") for name, path in each.items()),
        Stop("source-new-address", anna, each["source-program"], "main button", prepare=renew, shown=False),
    ]


def renew(page: Page) -> None:
    """The new secret address stands there, this once."""
    page.get_by_role("button", name="Maak een nieuw adres").click()
    expect(page.locator("main code").first).to_contain_text("/listening/hook/")


@pytest.mark.parametrize("width", sorted(HEIGHTS))
def test_the_pages_of_sources_are_for_everybody(anna: Member, numbers: dict[str, int], walk: Walk, width: int) -> None:
    User.objects.update(language="nl")
    assert walk(stops(anna, numbers), width) == []


def test_a_source_is_added_with_the_keyboard_in_one_field(
    anna: Member,
    window: Window,
    axe: Axe,
    site: Site,  # noqa: F811
) -> None:
    page = window(anna)
    address = site.put("/", (DOCUMENTS / "page.html").read_bytes(), "text/html")
    page.goto(reverse("listening:source_add"))
    page.get_by_label("Address").focus()
    page.keyboard.type(address)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("What do you want to hear?")
    assert axe(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    page.get_by_role("button", name="Alle nieuws").focus()
    page.keyboard.press("Enter")
    # What it is called it says itself, at its first reading.
    expect(page.get_by_role("heading", level=1)).to_contain_text("feed.xml")
    assert Source.objects.get().address == f"{site.url}/feed.xml"
