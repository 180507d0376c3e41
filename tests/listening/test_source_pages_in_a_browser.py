"""The pages of sources in a real browser: accessible, light and dark, narrow, and usable with the keyboard."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.listening.sources.site import DOCUMENTS, Site
from tests.listening.test_sourcing import site  # noqa: F401 - a fixture
from vierogen.listening.actions.sourcing import Proposal, add, add_webhook, change
from vierogen.listening.models import Source
from vierogen.people.models import Member

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
LONG = "https://www.een-heel-lange-naam-van-een-krant.example/" + "nieuws-uit-de-streek/" * 6 + "feed.xml"


@pytest.fixture
def as_anna(browser_page: Page, live_server: LiveServer, client: Client, anna: Member) -> Iterator[Page]:
    """Anna's browser."""
    client.force_login(anna.user, backend="django.contrib.auth.backends.ModelBackend")
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    browser_page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    yield browser_page
    browser_page.goto("about:blank")


@pytest.fixture
def numbers(anna: Member) -> dict[str, int]:
    """One of each state: heard, failing, silent, paused, and a program."""
    now, organisation = timezone.now(), anna.organisation
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


def test_every_page_is_accessible_and_fits(
    as_anna: Page, live_server: LiveServer, axe: Callable[[Page], list[str]], numbers: dict[str, int]
) -> None:
    paths = [
        *(reverse(f"listening:{name}") for name in ("sources", "source_add", "source_program")),
        *(reverse("listening:source", args=[number]) for number in numbers.values()),
    ]
    found = []
    for path in paths:
        for width in (1280, 320):
            as_anna.set_viewport_size({"width": width, "height": 800})
            answer = as_anna.goto(live_server.url + path)
            assert answer is not None
            assert answer.ok
            found += (
                [f"{path} is too wide"]
                if as_anna.evaluate("document.documentElement.scrollWidth > window.innerWidth")
                else []
            )
            for scheme in ("light", "dark"):
                as_anna.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
                found += [f"{path} {width} {scheme}: {line}" for line in axe(as_anna)]
    assert not found, "\n".join(found)


def test_a_source_is_added_with_the_keyboard_in_one_field(
    as_anna: Page,
    live_server: LiveServer,
    axe: Callable[[Page], list[str]],
    site: Site,  # noqa: F811
) -> None:
    address = site.put("/", (DOCUMENTS / "page.html").read_bytes(), "text/html")
    as_anna.goto(live_server.url + reverse("listening:source_add"))
    as_anna.get_by_label("Address").focus()
    as_anna.keyboard.type(address)
    as_anna.keyboard.press("Enter")
    expect(as_anna.get_by_role("heading", level=1)).to_have_text("What do you want to hear?")
    assert axe(as_anna) == []
    as_anna.set_viewport_size({"width": 320, "height": 640})
    assert not as_anna.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    as_anna.get_by_role("button", name="Alle nieuws").focus()
    as_anna.keyboard.press("Enter")
    expect(as_anna.get_by_role("heading", level=1)).to_have_text("Alle nieuws")
    assert Source.objects.get().address == f"{site.url}/feed.xml"
