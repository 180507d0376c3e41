"""Somebody leaves, in the browser: from the first look at what they hold to the last line of the report."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import prove
from tests.journeys.walking import HEIGHTS, Stop, Walk
from tests.plugins.house import PASSWORD, make_member
from vierogen.channels.actions import entrust
from vierogen.channels.models import Channel
from vierogen.people import departing
from vierogen.people.models import Departure, Member
from vierogen.people.roles import Role
from vierogen.people.standing_in import plan
from vierogen.posts.actions.content import Content
from vierogen.posts.actions.writing import begin
from vierogen.vault.keeping import keep

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def nora(channel: Channel, cora: Member, ben: Member) -> Member:
    """Answers for the channel with Cora, has two drafts, and put the account's password into the vault."""
    nora = make_member(cora.organisation, "Nora", Role.WRITER, Role.CUSTODIAN)
    entrust(channel, to=[cora, nora], by=cora)
    for text in ("Zaterdag is de buurtbarbecue op het Plein.", "Het zwembad is maandag dicht."):
        begin(channel.organisation, Content(text, (channel,)), by=nora)
    keep(channel, "password", "as Nora typed it", by=nora)
    return nora


def give(page: Page, kind: str, taker: str) -> None:
    """Hand over everything of a kind."""
    form = page.locator("form").filter(has=page.locator(f"input[name=kind][value='{kind}']"))
    name = next(each for each in form.locator("option").all_inner_texts() if each.startswith(taker))
    form.locator("select").select_option(label=name)
    form.get_by_role("button").click()
    expect(page.locator("main, [role=status]").first).to_be_visible()


def change_password(page: Page) -> None:
    """Follow the link beside it, prove who one is, and put in what the leaver does not know."""
    wizard = page.url
    page.get_by_role("link", name="Password of").click()
    if page.locator("input[type=password][name=password]").count():
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("main form button[type=submit], main form button").first.click()
    page.locator("[name=value]").fill("as only those know who stay")
    page.locator("main form").filter(has=page.locator("[name=value]")).get_by_role("button").first.click()
    expect(page.locator("main, [role=status]").first).to_be_visible()
    page.goto(wizard)


def test_a_departure_to_zero(person: Callable[..., Page], channel: Channel, nora: Member, cora: Member) -> None:
    make_member(cora.organisation, "Sem", Role.WRITER, Role.CUSTODIAN)
    leaver, page = person(nora), person(cora)
    leaver.goto(leaver.url.rstrip("/") + "/people/")  # a page that asks for nothing by itself meanwhile
    page.goto(page.url.rstrip("/") + f"/people/{nora.pk}/leaving/")
    expect(page.locator("main")).to_contain_text("buurtbarbecue")
    page.locator("form[action$='/end/'] button").click()
    prove(page)
    expect(page.locator(".lead")).to_contain_text("4 things are left")
    leaver.reload()
    expect(leaver.locator("input[type=password]")).to_be_visible()  # thrown out, with the page that was open
    give(page, "posts.unfinished", "Sem")
    expect(page.locator(".lead")).to_contain_text("2 things are left")
    give(page, "channels.custody", "Sem")
    expect(page.locator(".lead")).to_contain_text("1 thing is left")
    change_password(page)
    expect(page.locator(".lead")).to_contain_text("Nothing is left")
    page.locator("form[action$='/close/'] button").click()
    expect(page.locator(".lead")).to_contain_text("Closed")
    with page.expect_download() as download:
        page.locator("a[href$='report.pdf']").click()
    assert download.value.path().read_bytes().startswith(b"%PDF")
    assert Departure.objects.get().state == "closed"


@pytest.mark.parametrize("width", sorted(HEIGHTS))
def test_the_pages_are_for_everybody(
    channel: Channel, nora: Member, cora: Member, ben: Member, walk: Walk, width: int
) -> None:
    make_member(cora.organisation, "Sem", Role.WRITER, Role.CUSTODIAN)
    today = cora.organisation.today()
    plan(ben, stand_in=nora, starts=today, ends=today + timedelta(days=7), by=cora)
    leaving = Stop("leaving", cora, f"/people/{nora.pk}/leaving/", "main form .buttons button")
    assert walk([leaving], width) == []
    departure = departing.begin(nora, last_day=None, by=cora)
    stops = [
        Stop("departure", cora, f"/people/departures/{departure.pk}/", "main form .buttons button"),
        Stop("absence", ben, "/me/absence/", "main form .buttons button", shown=False),
        Stop("people-leaving", cora, "/people/", "main a.button", shown=False),
    ]
    assert walk(stops, width) == []
