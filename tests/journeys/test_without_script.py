"""The same ways through the house in a browser that runs no script: every form works all the same."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import log_in, prove
from tests.practice.conftest import picture
from vierogen.channels.models import Channel
from vierogen.people.models import Member
from vierogen.posts.models import Delivery, Post

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TEXT = "Morgen beginnen de werkzaamheden aan de Stationsweg."


@pytest.fixture
def plain(
    transactional_db: None, live_server: Any, new_page: Callable[..., Page], channel: Channel
) -> Callable[[Member], Page]:
    """A window without script, on a phone."""

    def opened(member: Member) -> Page:
        page = new_page(viewport={"width": 390, "height": 844}, java_script_enabled=False, base_url=live_server.url)
        return log_in(page, live_server.url, member)

    return opened


def test_write_offer_approve_and_stop(plain: Callable[[Member], Page], anna: Member, ben: Member) -> None:
    writer = plain(anna)
    writer.goto("/posts/new/")
    writer.locator("#id_text").fill(TEXT)
    writer.locator("#id_new_pictures").set_input_files(
        {"name": "plein.png", "mimeType": "image/png", "buffer": picture()}
    )
    writer.get_by_role("button", name="Add these pictures").click()
    expect(writer.locator("#id_text")).to_have_value(TEXT)
    writer.get_by_label("What is to be seen?").fill("Een rood vlak.")
    writer.get_by_role("button", name="Save and look at it").click()
    expect(writer.locator("main")).to_contain_text("Description: “Een rood vlak.”")
    writer.get_by_role("button", name=re.compile("Offer for @gemeente_voorbeeld")).click()
    expect(writer.locator("h1")).to_have_text("It waits for a second pair of eyes")

    reviewer = plain(ben)
    reviewer.goto(writer.url + "review/")
    reviewer.get_by_role("button", name=re.compile("Approve for @gemeente_voorbeeld")).click()
    prove(reviewer)
    expect(reviewer.locator("h1")).to_have_text("It goes out in a moment")

    writer.reload()
    expect(writer.locator("main")).to_contain_text("It goes out at")
    writer.get_by_role("button", name="Stop this post").click()
    expect(writer.locator("h1")).to_have_text("It was stopped")
    assert Delivery.objects.get().state == "stopped"
    assert Post.objects.get().state == "draft"


def test_ask_for_changes_and_change_it(plain: Callable[[Member], Page], anna: Member, ben: Member) -> None:
    writer = plain(anna)
    writer.goto("/posts/new/")
    writer.locator("#id_text").fill(TEXT)
    writer.get_by_role("button", name="Save and look at it").click()
    writer.get_by_role("button", name=re.compile("Offer for")).click()

    reviewer = plain(ben)
    reviewer.goto(writer.url + "review/")
    reviewer.get_by_role("link", name="Ask for changes").click()
    reviewer.get_by_label("What should change?").fill("Noem de dag.")
    reviewer.get_by_role("button", name="Ask for changes").click()
    expect(reviewer.locator("#messages")).to_contain_text("Sent back to Anna.")

    writer.goto("/")
    expect(writer.locator("main")).to_contain_text("Ben asks you to change something")
    writer.get_by_role("link", name="Read and change it").click()
    writer.get_by_role("link", name="Change it").click()
    writer.locator("#id_text").fill("Dinsdag beginnen de werkzaamheden aan de Stationsweg.")
    writer.get_by_role("button", name="Save and look at it").click()
    expect(writer.locator("main")).to_contain_text("Dinsdag beginnen")


def test_stop_everything_and_go_on(plain: Callable[[Member], Page], anna: Member, ben: Member) -> None:
    writer = plain(anna)
    writer.locator("a.stop-all").click()
    writer.locator("main").get_by_label("Why?").fill("Ongeluk")
    writer.locator("main").get_by_role("button", name="Stop everything now").click()
    expect(writer.locator("h1")).to_have_text("Everything is stopped")
    expect(writer.locator(".bar-notice.stopped")).to_contain_text("Anna did this")

    reviewer = plain(ben)
    reviewer.locator(".bar-notice.stopped a").click()
    reviewer.get_by_role("button", name="Lift the stop").click()
    expect(reviewer.locator("h1")).to_have_text("Stop everything?")
