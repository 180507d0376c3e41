"""The accident that all of this is for: a private photo in an official story, made on a phone, seen, and gone again.

Once where Vierogen may take it down, and once where a person has to.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.journeys.conftest import prove, until
from vierogen.channels.models import Channel
from vierogen.networks.instagram import Instagram
from vierogen.people.models import Member, Organisation
from vierogen.posts.actions import by_hand
from vierogen.posts.models import EvidenceOpening, TakeDown
from vierogen.practice.phone import Login, remember
from vierogen.practice.photo_app import photo_phone_file
from vierogen.practice.photo_network import PhotoNetwork
from vierogen.practice.simulators.instagram_records import Account, Media
from vierogen.vault.actions import connect
from vierogen.watch import pace
from vierogen.watch.models import Stray, Watched

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TLS = httpx.create_ssl_context(trust_env=False)
ON_A_PHONE = {"viewport": {"width": 390, "height": 844}}
# So many impressions allow more calls than the quickest pace needs.
SEEN_BY_MANY = 100_000


@dataclass
class Scene:
    """The official account, its channel, and the phone of the person who thinks that another account is on."""

    network: PhotoNetwork
    account: Account
    channel: Channel

    def story(self) -> Media:
        """The story that stands there."""
        (found,) = self.network.stories_of(self.account)
        return found

    def status_of(self, media: Media) -> int:
        """What the network answers at the address of the picture itself."""
        assert media.file is not None
        return httpx.get(self.network.url + media.file.path, verify=TLS).status_code


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look a few times a second: the seconds of a real pace are not what is tried here."""
    monkeypatch.setattr(pace, "FASTEST", 0.3)
    monkeypatch.setattr(by_hand, "FIRST_LOOK", 0.3)
    monkeypatch.setattr(Instagram, "read_lag", 0.2)


@pytest.fixture
def photos(tmp_path: Path, settings: Any) -> Iterator[PhotoNetwork]:
    """A simulated Instagram, with the doors of its app."""
    with PhotoNetwork(tmp_path / "instagram.json") as photos:
        settings.HOME, settings.NETWORK_SERVERS = tmp_path, {"instagram": photos.url}
        yield photos


@pytest.fixture
def stage(quick: None, photos: PhotoNetwork, house: str, town: Organisation, cora: Member) -> Callable[..., Scene]:
    """Connect an official account, wait until it is watched, and log Anna's phone in to it and to her own."""

    def set_up(**permission: bool) -> Scene:
        private = photos.add_account("anna_thuis", "Anna thuis", person="anna")
        official = photos.add_account("gemeente_x", "Gemeente X", impressions=SEEN_BY_MANY, **permission)
        told = ((private, True), (official, False))
        remember(photo_phone_file(), [Login(one.username, one.token, private=own) for one, own in told])
        credentials = {"token": official.token, "account_id": official.id}
        channel = connect(town, "instagram", server=photos.url, credentials=credentials, by=cora)
        until(lambda: Watched.objects.filter(channel=channel).exclude(baseline_at=None).exists())
        # Instagram tells whole seconds: what is made in the second of the connection may count as older.
        until(lambda: timezone.now() > channel.connected_at + timedelta(seconds=1))
        return Scene(photos, official, channel)

    return set_up


def make_the_accident(phone: Page, house: str) -> None:
    """Anna thinks that her own account is on: a photo of the beach, and "Your story"."""
    phone.goto(house + reverse("practice:photos"))
    phone.get_by_role("link", name="New").click()
    phone.get_by_label("Private: on the beach").check()
    phone.get_by_role("button", name="Your story").click()
    expect(phone.get_by_role("status")).to_contain_text("Your story is out, as @gemeente_x.")


def open_from_mail(page: Page, mail: Any) -> None:
    """Follow the link of the alarm."""
    link = re.search(r"http://\S+/watch/\S+", mail.text)
    assert link is not None
    page.goto(link.group(0))


def ask_to_remove(page: Page, words: str) -> None:
    """Press the button with these words, and once more where it asks."""
    page.locator("main").get_by_role("link", name=words).click()
    prove(page)
    page.locator("main").get_by_role("button", name=words).click()
    prove(page)


def open_the_evidence(page: Page) -> None:
    """Whoever looks says why, and sees the photo as it stood there; then back to the stray."""
    page.get_by_role("link", name="Open with a reason").click()
    prove(page)
    page.get_by_label("Why do you need to see it?").fill("Beoordelen wat er staat")
    page.get_by_role("button", name="Open the evidence").click()
    prove(page)
    picture = page.get_by_alt_text("The picture as it was captured")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") > 0
    page.get_by_role("link", name=re.compile("story", re.IGNORECASE)).last.click()


def alarm_of(mailbox: Any, officer: Member) -> Any:
    """The mail that the duty officer got, which says nothing of the photo."""
    mail = mailbox.wait_for(lambda got: officer.user.email in got.recipients)
    assert "strand" not in (mail.subject + mail.text + mail.html).lower()
    return mail


def test_a_private_photo_in_the_official_story_is_seen_kept_and_taken_down(
    stage: Callable[..., Scene], person: Callable[..., Page], house: str, anna: Member, dirk: Member, mailbox: Any
) -> None:
    scene = stage()
    make_the_accident(person(anna, **ON_A_PHONE), house)
    story = scene.story()
    assert scene.status_of(story) == httpx.codes.OK
    mail = alarm_of(mailbox, dirk)
    until(lambda: Stray.objects.filter(evidence__media_complete=True).exists())
    officer = person(dirk, **ON_A_PHONE)
    open_from_mail(officer, mail)
    open_the_evidence(officer)
    assert EvidenceOpening.objects.get().reason == "Beoordelen wat er staat"
    ask_to_remove(officer, "Take down from @gemeente_x")
    until(lambda: Stray.objects.get().state == "taken_down")
    assert scene.network.stories_of(scene.account) == []
    assert scene.status_of(story) == httpx.codes.NOT_FOUND
    expect(officer.locator("main")).to_contain_text("Taken down")


def test_where_vierogen_may_not_remove_it_a_person_does_and_the_clock_stops_when_it_is_gone(
    stage: Callable[..., Scene], person: Callable[..., Page], house: str, anna: Member, dirk: Member, mailbox: Any
) -> None:
    scene = stage(may_delete=False)
    phone = person(anna, **ON_A_PHONE)
    make_the_accident(phone, house)
    story = scene.story()
    officer = person(dirk, **ON_A_PHONE)
    open_from_mail(officer, alarm_of(mailbox, dirk))
    ask_to_remove(officer, "Show me how to remove it")
    road = officer.locator(".by-hand")
    expect(road).to_contain_text("Vierogen may not remove it here, so a person has to.")
    expect(road).to_contain_text("tap the three dots")
    expect(road).to_contain_text(dirk.name)
    clock = road.locator("[data-since]")
    before = clock.inner_text()
    expect(clock).not_to_have_text(before)
    assert TakeDown.objects.get().gone_at is None
    assert scene.status_of(story) == httpx.codes.OK
    remove_it_in_the_app(phone, house)
    until(lambda: Stray.objects.get().state == "taken_down")
    assert scene.status_of(story) == httpx.codes.NOT_FOUND
    assert TakeDown.objects.get().gone_at is not None
    expect(road).to_have_count(0)
    expect(officer.locator("main")).to_contain_text("Taken down")


def remove_it_in_the_app(phone: Page, house: str) -> None:
    """The road that the page shows: one's own story, the three dots, Delete."""
    phone.goto(house + reverse("practice:photos"))
    phone.get_by_role("link", name="Your story").click()
    phone.locator(".more summary").click()
    phone.get_by_role("button", name="Delete").click()
    expect(phone.get_by_role("status")).to_contain_text("Deleted, as @gemeente_x.")
