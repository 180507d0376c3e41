"""The demo's simulated Instagram: there from the first minute, and the same after a second start."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.practice.test_demo import entered, press, running, soon
from vierogen.channels.models import Channel
from vierogen.practice.demo import ORGANISATION, furnish
from vierogen.practice.phone import logins
from vierogen.practice.photo_app import photo_phone_file
from vierogen.practice.photo_demo import furnish_photos
from vierogen.practice.photo_network import PhotoNetwork
from vierogen.practice.server import PracticeServer
from vierogen.vault.actions import opened
from vierogen.watch.actions.looking import look
from vierogen.watch.models import RemotePost, Stray, Watched


@pytest.fixture
def photos(practice: PracticeServer, settings: Any, tmp_path: Path, db: None) -> Iterator[PhotoNetwork]:
    """The simulated Instagram of a demo that was furnished in a home of its own."""
    settings.HOME, settings.PRACTICE_URL = tmp_path, practice.url
    with PhotoNetwork(tmp_path / "instagram.json") as photos:
        settings.NETWORK_SERVERS = {"instagram": photos.url}
        furnish(practice)
        furnish_photos(photos)
        yield photos


def connected() -> list[Channel]:
    return list(Channel.objects.filter(network_key="instagram").order_by("pk"))


def looked_at(channel: Channel) -> list[Stray]:
    """One look of the watch."""
    row, _new = Watched.objects.get_or_create(channel=channel, defaults={"expected_by": timezone.now()})
    with opened(channel) as network:
        return look(row, network)


def test_two_official_accounts_are_connected_and_have_custodians(photos: PhotoNetwork) -> None:
    assert [channel.handle for channel in connected()] == ["@gemeente_voorbeeld", "@jongerenwerk"]
    assert [channel.custodians.count() for channel in connected()] == [2, 2]
    assert len({channel.colour for channel in Channel.objects.all()}) == Channel.objects.count() == 4
    assert set(Channel.objects.values_list("organisation__name", flat=True)) == {ORGANISATION}


def test_of_one_of_them_vierogen_may_remove_nothing(photos: PhotoNetwork) -> None:
    with opened(connected()[0]) as may, opened(connected()[1]) as may_not:
        assert may.may_delete()  # type: ignore[attr-defined]
        assert not may_not.may_delete()  # type: ignore[attr-defined]


def test_the_phone_has_annas_own_account_and_both_official_ones(photos: PhotoNetwork) -> None:
    known = logins(photo_phone_file())
    assert [(login.handle, login.private) for login in known] == [
        ("anna_thuis", True),
        ("gemeente_voorbeeld", False),
        ("jongerenwerk", False),
    ]
    assert photo_phone_file().stat().st_mode & 0o077 == 0


def test_what_stands_there_at_first_is_no_stray(photos: PhotoNetwork) -> None:
    assert [looked_at(channel) for channel in connected()] == [[], []]
    assert RemotePost.objects.get().origin == "baseline"


def test_again_it_changes_nothing_and_removes_nothing(
    photos: PhotoNetwork, settings: Any, tmp_path: Path, practice: PracticeServer
) -> None:
    official = photos.account("gemeente_voorbeeld")
    assert official is not None
    assert [looked_at(channel) for channel in connected()] == [[], []]
    photos.post_by_phone(official, "", story=True)
    # Instagram tells whole seconds: what is made in the second of the connection may count as older.
    assert [len(looked_at(channel)) for channel in connected()] == [1, 0]
    photos.keep()
    photos.stop()
    with PhotoNetwork(tmp_path / "instagram.json") as again:
        furnish(practice)
        furnish_photos(again)
        assert [channel.server for channel in connected()] == [again.url] * 2
        assert [looked_at(channel) for channel in connected()] == [[], []]
        assert Stray.objects.count() == RemotePost.objects.standing().exclude(origin="baseline").count() == 1
        assert again.kept.media.keys() == photos.kept.media.keys()
    assert Channel.objects.count() == 4


def test_a_story_on_the_phone_outlives_the_demo_and_rings_the_alarm(tmp_path: Path) -> None:
    home, new, mailbox = tmp_path / "demo", reverse("practice:photo_new"), reverse("practice:mailbox")
    letters, alarm = re.compile(rf'href="({mailbox}\d+/)"'), re.compile(r'href="http://127\.0\.0\.1:\d+/watch/')
    with running(home) as address, entered(address, "anna@voorbeeld.example") as browser:
        page = browser.get(new)
        shown = press(browser, page, new, photo="beach", account="gemeente_voorbeeld", **{"as": "story"})
        story = re.search(rf'href="({reverse("practice:photos")}stories/\d+/)"', shown.text)
        assert story is not None
    with running(home) as address, entered(address, "dirk@voorbeeld.example") as browser:
        assert browser.get(story[1]).status_code == 200
        # The alarm may have rung before the first demo stopped: then its link carries the first one's address.
        soon(
            lambda: any(alarm.search(browser.get(letter).text) for letter in letters.findall(browser.get(mailbox).text))
        )
