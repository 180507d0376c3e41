"""Write, review, cool, published on the network, verified: on a Mastodon server and on a Bluesky server."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import prove
from vierogen.people.models import Member, Organisation
from vierogen.posts.models import Delivery
from vierogen.vault.actions import connect

pytestmark = [pytest.mark.browser, pytest.mark.pds, pytest.mark.django_db(transaction=True)]
TEXT = "Morgen beginnen de werkzaamheden aan de Stationsweg. Volg de gele borden."


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
    page.goto(page.url.rstrip("/") + "/posts/new/")
    for box in page.locator("input[name=channels]").all():
        box.check()
    page.locator("#id_text").fill(TEXT)
    page.locator("main form button.button").last.click()
    expect(page.locator("main")).to_contain_text("Stationsweg")
    page.locator("form[action$='/offer/'] button").click()
    expect(page.locator("body")).to_contain_text("Ben")

    reviewer = person(ben, viewport={"width": 390, "height": 844})
    post_id = page.url.rstrip("/").split("/")[-1]
    reviewer.goto(page.url + "review/")
    reviewer.locator("button[form=yes]").click()
    prove(reviewer)
    expect(reviewer.locator("[data-countdown]").first).to_be_visible()
    assert not Delivery.objects.filter(attempts__gt=0).exists()
    reviewer.locator(f"form[action='/posts/{post_id}/publish-now/'] button").click()
    prove(reviewer)

    expect(page.locator("#progress")).to_contain_text("@anna")
    for _delivery in range(2):
        expect(reviewer.locator("#progress [data-state=ok]")).to_have_count(2)
    expect.set_options(timeout=15_000)
    reviewer.wait_for_timeout(3_000)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"verified"}
    assert [status["content"] for status in mastodon.statuses("anna")]
    records = account.ask("com.atproto.repo.listRecords", repo=account.did, collection="app.bsky.feed.post")["records"]
    assert [record["value"]["text"] for record in records] == [TEXT]
