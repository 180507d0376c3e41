"""The tiles of Today: how each account is watched, in words, and in a constant number of queries."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from vierogen.channels.models import Channel
from vierogen.networks.base import Network
from vierogen.people.models import Member
from vierogen.practice.server import PracticeServer
from vierogen.vault.actions import connect
from vierogen.watch.actions.looking import look
from vierogen.watch.board import tiles
from vierogen.watch.models import Watched
from vierogen.watch.states import Mode


@pytest.fixture(autouse=True)
def in_english() -> Any:
    with translation.override("en"):
        yield


def test_a_new_account_was_not_looked_at_yet(channel: Channel, anna: Member) -> None:
    [tile] = tiles(anna)
    assert (tile.channel, tile.checked, tile.seconds) == (channel, "not looked at yet", None)
    assert tile.marks[0] == ("wait", "The first look is on its way")


def test_a_streamed_account_is_live(watched: Watched, anna: Member) -> None:
    Watched.objects.update(mode=Mode.STREAMED, heard_at=timezone.now() - timedelta(seconds=3))
    [tile] = tiles(anna)
    assert tile.checked == "live, 3 seconds ago"
    assert tile.promise == "Live: within about a second"
    assert tile.marks == [("ok", "Live: within about a second"), ("ok", "No strays")]
    assert tile.seconds == pytest.approx(3, abs=1)


def test_a_polled_account_says_how_often(watched: Watched, anna: Member) -> None:
    Watched.objects.update(mode=Mode.POLLED, heard_at=timezone.now() - timedelta(seconds=8))
    [tile] = tiles(anna)
    assert tile.checked == "looked at 8 seconds ago"
    assert tile.promise == "A new post or story: within 24 seconds"


def test_strays_silence_and_a_refused_key_are_said_in_words(
    watched: Watched, network: Network, by_phone: Any, anna: Member
) -> None:
    by_phone("Oeps")
    look(watched, network)
    Watched.objects.update(silent_since=timezone.now(), heard_at=timezone.now())
    [tile] = tiles(anna)
    assert (tile.strays, tile.is_silent) == (1, True)
    assert tile.marks == [("stop", "Not watched: nothing was heard for too long"), ("stop", "1 stray")]
    Channel.objects.update(state="disconnected")
    assert tiles(anna)[0].marks[0] == ("stop", "Not watched: the network refuses our key")


def test_what_a_network_never_shows_is_said(watched: Watched, anna: Member) -> None:
    assert "Follows" in tiles(anna)[0].blind_to


def test_other_organisations_see_nothing_of_it(watched: Watched, otto: Member) -> None:
    assert tiles(otto) == []


def test_more_accounts_take_no_more_queries(
    watched: Watched,
    cora: Member,
    practice: PracticeServer,
    django_assert_num_queries: Any,
) -> None:
    with django_assert_num_queries(1):
        assert len(tiles(cora)) == 1
    for name in ("jongerenwerk", "bibliotheek"):
        account = practice.network.add_account(name, name)
        credentials = {"token": account.token}
        connect(cora.organisation, "mastodon", server=practice.url, credentials=credentials, by=cora)
    with django_assert_num_queries(1):
        assert len(tiles(cora)) == 3
