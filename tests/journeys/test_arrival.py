"""Somebody new, in the browser: from the mail with the invitation to the first post that they offer."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import log_in
from tests.journeys.test_learning import offer
from tests.journeys.walking import HEIGHTS, Stop, Walk
from tests.learning.conftest import WORDS
from tests.learning.test_teaching import VALUES
from tests.people.test_arriving import ask_in
from tests.plugins.house import PASSWORD
from tests.servers.smtp import Mailbox
from vierogen.channels.models import Channel
from vierogen.learning.actions import agreeing, teaching
from vierogen.ledger.models import Entry
from vierogen.people.actions import invite
from vierogen.people.models import Member, Organisation, User
from vierogen.people.roles import Role
from vierogen.posts.models import Delivery, Post

NORA = "nora@voorbeeld.example"
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def asked(town: Organisation, cora: Member) -> None:
    """An agreement in force, and a lesson for who publishes."""
    card = agreeing.draft(town, WORDS, by=cora)
    agreeing.put_in_force(card, material=True, days=14, by=cora)
    lesson = teaching.draft_lesson(town, VALUES, by=cora)
    teaching.use(lesson, by=cora)
    teaching.oblige(lesson, mandatory=True, days=14, by=cora)


def next_step(page: Page) -> None:
    """Press the button of the step that comes next."""
    page.locator("li[aria-current=step] a.button").click()


def come_in(page: Page, mailbox: Mailbox) -> None:
    """Open the address in the mail, and choose a password."""
    mail = mailbox.wait_for(lambda got: NORA in got.recipients)
    link = re.search(r"https?://\S+/join/\S+", mail.text)
    assert link
    page.goto(link[0])
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    page.locator("main form button[type=submit]").click()
    expect(page.locator("h1")).to_contain_text("Welcome")


def write(page: Page, house: str, channel: Channel, text: str) -> str:
    """Write a post and save it; gives its address."""
    page.goto(f"{house}/posts/new/")
    if not page.locator(f"input[name=channels][value='{channel.pk}']").is_checked():
        page.locator(f"input[name=channels][value='{channel.pk}']").check()
    page.locator("#id_text").fill(text)
    page.locator("form.composer .buttons button").click()
    expect(page.locator("form[action$='/offer/']")).to_be_visible()
    return page.url


def practise(page: Page) -> None:
    """First with what a colleague left in it, then clean."""
    expect(page.locator("h1")).to_contain_text("EXERCISE")
    expect(page.locator("#noticed")).to_contain_text("citizen service number")
    page.get_by_role("button", name="Hand in").click()
    expect(page.locator("main")).to_contain_text("There is still a stop in it")
    page.locator("#id_text").fill("The library is closed on Saturday.")
    expect(page.locator("#noticed")).to_contain_text("Nothing. You can hand it in.")
    page.get_by_role("button", name="Hand in").click()


def learn(page: Page) -> None:
    """Confirm the agreement, do the lesson, and come back to the path."""
    next_step(page)
    page.get_by_label("The right one").check()
    page.get_by_role("button", name="I read this").click()
    page.get_by_role("link", name="To the lesson").click()
    for group in page.get_by_label("The right one").all():
        group.check()
    page.get_by_role("button", name="Hand in").click()
    expect(page.locator("h1")).to_contain_text("Welcome")


def test_from_the_invitation_to_the_first_post(
    house: str, mailbox: Mailbox, new_page: Callable[..., Page], channel: Channel, cora: Member, asked: None
) -> None:
    invite(channel.organisation, "Nora", NORA, roles=[Role.WRITER], by=cora)
    page = new_page(viewport={"width": 390, "height": 844})
    come_in(page, mailbox)
    post = write(page, house, channel, "On Saturday is the party on the square.")  # drafting is open
    offer(page)
    expect(page.locator("#messages")).to_contain_text("First something short")
    assert Post.objects.get().state == "draft"
    page.locator("#messages a").click()
    learn(page)
    next_step(page)
    practise(page)
    expect(page.locator("h1")).to_contain_text("You are ready")
    assert mailbox.wait_for(lambda got: NORA in got.recipients and "active" in got.subject)
    assert mailbox.wait_for(lambda got: cora.user.email in got.recipients and "can begin" in got.subject)
    page.goto(post)
    offer(page)
    expect(page.locator("#messages")).to_contain_text("Offered")
    assert Post.objects.get().state == "in_review"
    assert not Delivery.objects.exists()
    assert Entry.objects.filter(verb="arrive").count() == 1


@pytest.mark.parametrize("width", sorted(HEIGHTS))
def test_the_pages_are_for_everybody(town: Organisation, cora: Member, asked: None, walk: Walk, width: int) -> None:
    nora = ask_in(town, cora, Role.REVIEWER)
    User.objects.update(language="nl")
    Organisation.objects.update(language="nl")
    stops = [
        Stop("arriving", nora, "/welcome/", "main li[aria-current=step] a.button"),
        Stop("practise", nora, "/posts/practise/", "main form .buttons button"),
        Stop("today-arriving", nora, "/", "main .attention a.button", shown=False),
        Stop("people-arriving", cora, "/people/", "main a.button", shown=False),
        Stop("member-arriving", cora, f"/people/{nora.pk}/", shown=False),
    ]
    assert walk(stops, width) == []
    Member.objects.update(arriving_since=None)
    assert walk([Stop("arrived", nora, "/welcome/", "main a.button", shown=False)], width) == []


def test_it_works_without_the_script(
    new_page: Callable[..., Page], live_server: Any, town: Organisation, cora: Member
) -> None:
    nora = ask_in(town, cora, Role.TRAINEE, ends_on=town.today() + timedelta(days=9))
    page = log_in(new_page(java_script_enabled=False), live_server.url, nora)
    page.goto(f"{live_server.url}/welcome/")
    next_step(page)
    page.get_by_role("button", name="Hand in").click()
    expect(page.locator("main")).to_contain_text("There is still a stop in it")
    page.locator("#id_text").fill("The library is closed on Saturday.")
    page.get_by_role("button", name="Look at it again").click()
    expect(page.locator("#noticed")).to_contain_text("Nothing. You can hand it in.")
    page.get_by_role("button", name="Hand in").click()
    expect(page.locator("h1")).to_contain_text("You are ready")
