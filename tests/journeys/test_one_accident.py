"""A post straight on the network: alarm mail, take-down, gone."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import prove, until
from vierogen.channels.models import Channel
from vierogen.people.models import Member, Organisation
from vierogen.vault.actions import connect
from vierogen.watch.models import Stray, Watched

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PRIVATE = "Lekker in de zon met de kids"


def be_watched(channel: Channel) -> None:
    """Wait until the first look and the stream are there."""
    until(lambda: Watched.objects.filter(channel=channel, mode="streamed").exclude(baseline_at=None).exists())


def take_down_from_mail(page: Page, mail: Any) -> None:
    """Follow the link of the alarm, and take the stray down."""
    link = re.search(r"http://\S+/watch/\S+", mail.text)
    assert link
    page.goto(link.group(0))
    page.locator("a, button").filter(has_text=re.compile("Haal weg|Take (it )?down", re.IGNORECASE)).first.click()
    prove(page)
    reason = page.locator("textarea[name=reason], input[name=reason]").first
    if reason.is_visible():
        reason.fill("Privéfoto")
    page.locator("main button.danger, dialog[open] button.danger").first.click()
    prove(page)


def test_an_accident_on_mastodon(
    person: Callable[..., Page], town: Organisation, cora: Member, dirk: Member, mastodon: Any, mailbox: Any
) -> None:
    channel = connect(
        town, "mastodon", server=mastodon.base_url, credentials={"token": mastodon.token("anna")}, by=cora
    )
    page = person(dirk, viewport={"width": 390, "height": 844})
    be_watched(channel)
    mastodon.post("anna", PRIVATE)
    mail = mailbox.wait_for(lambda got: dirk.user.email in got.recipients)
    assert PRIVATE not in mail.subject + mail.text + mail.html
    take_down_from_mail(page, mail)
    until(lambda: not mastodon.statuses("anna"))
    until(lambda: Stray.objects.get().state == "taken_down")
    expect(page.locator("main")).to_be_visible()


@pytest.mark.pds
def test_an_accident_on_bluesky(
    person: Callable[..., Page], town: Organisation, cora: Member, dirk: Member, pds: Any, mailbox: Any
) -> None:
    account = pds.create_account("ongeluk")
    secrets = {"handle": account.handle, "app_password": account.password}
    channel = connect(town, "bluesky", server=pds.url, credentials=secrets, by=cora)
    page = person(dirk)
    be_watched(channel)
    account.post(PRIVATE)
    mail = mailbox.wait_for()
    assert PRIVATE not in mail.subject + mail.text + mail.html
    take_down_from_mail(page, mail)
    until(lambda: Stray.objects.get().state == "taken_down")
    records = account.ask("com.atproto.repo.listRecords", repo=account.did, collection="app.bsky.feed.post")["records"]
    assert records == []
