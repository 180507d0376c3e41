"""Write, review, cool, published, verified: on a Mastodon, a Bluesky and the practice network."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import prove, until
from vierogen.channels.models import Channel
from vierogen.ledger.models import Entry
from vierogen.people.models import Member, Organisation
from vierogen.posts.models import Delivery
from vierogen.practice.server import PracticeServer
from vierogen.vault.actions import connect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TEXT = "Morgen beginnen de werkzaamheden aan de Stationsweg. Volg de gele borden."


COOLING_OFF = 2


def offered(page: Page) -> str:
    """Write for every account and offer it; gives the post's address."""
    page.goto(page.url.rstrip("/") + "/posts/new/")
    for box in page.locator("input[name=channels]").all():
        box.check()
    page.locator("#id_text").fill(TEXT)
    page.locator("main form button.button").last.click()
    expect(page.locator("main")).to_contain_text("Stationsweg")
    page.locator("form[action$='/offer/'] button").click()
    expect(page.locator("body")).to_contain_text("Ben")
    return page.url


def approve(reviewer: Page, post: str) -> None:
    """Say yes to it."""
    reviewer.goto(post + "review/")
    reviewer.locator("button[form=yes]").click()
    prove(reviewer)


def all_verified() -> bool:
    return set(Delivery.objects.values_list("state", flat=True)) == {"verified"}


@pytest.mark.pds
def test_a_post_from_draft_to_verified(
    person: Callable[..., Page],
    town: Organisation,
    anna: Member,
    ben: Member,
    cora: Member,
    mastodon: Any,
    pds: Any,
) -> None:
    account = pds.create_account("gemeentewerk")
    connect(town, "mastodon", server=mastodon.base_url, credentials={"token": mastodon.token("anna")}, by=cora)
    secrets = {"handle": account.handle, "app_password": account.password}
    connect(town, "bluesky", server=pds.url, credentials=secrets, by=cora)

    page = person(anna)
    post = offered(page)
    reviewer = person(ben, viewport={"width": 390, "height": 844})
    approve(reviewer, post)
    expect(reviewer.locator("[data-countdown]").first).to_be_visible()
    assert not Delivery.objects.filter(attempts__gt=0).exists()
    post_id = post.rstrip("/").split("/")[-1]
    reviewer.locator(f"form[action='/posts/{post_id}/publish-now/'] button").click()
    prove(reviewer)

    expect(page.locator("#progress")).to_contain_text("@anna")
    until(all_verified)
    expect(reviewer.locator("#progress [data-state=ok]")).to_have_count(2)
    assert [status["content"] for status in mastodon.statuses("anna")]
    records = account.ask("com.atproto.repo.listRecords", repo=account.did, collection="app.bsky.feed.post")["records"]
    assert [record["value"]["text"] for record in records] == [TEXT]


def test_a_post_sits_its_cooling_off_out_and_leaves_by_itself(
    person: Callable[..., Page], channel: Channel, anna: Member, ben: Member, practice: PracticeServer
) -> None:
    Organisation.objects.update(cooling_off_seconds=COOLING_OFF)
    page, reviewer = person(anna), person(ben, viewport={"width": 390, "height": 844})
    approve(reviewer, offered(page))
    until(all_verified)
    expect(reviewer.locator("#progress [data-state=ok]")).to_have_count(1)
    expect(page.locator("#progress [data-state=ok]")).to_have_count(1)

    delivery = Delivery.objects.get()
    assert delivery.sent_at
    assert delivery.cooling_until - delivery.approval.at >= timedelta(seconds=COOLING_OFF)
    assert delivery.sent_at >= delivery.cooling_until
    assert not Entry.objects.filter(verb="hasten").exists()
    assert [status.text for status in practice.network.timeline()] == [TEXT]
