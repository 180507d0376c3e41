"""A look compares everything that is listed, knows old from new, and notices what is missing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from tests.practice.conftest import picture
from vierogen.channels.actions import close
from vierogen.channels.models import Channel
from vierogen.networks.base import Network
from vierogen.people.models import Member
from vierogen.practice.network import Account
from vierogen.practice.server import PracticeServer
from vierogen.vault.actions import connect
from vierogen.watch.actions import looking
from vierogen.watch.actions.looking import look
from vierogen.watch.actions.minding import enrol
from vierogen.watch.models import RemotePost, Stray, Watched
from vierogen.watch.states import Origin, State, What

Look = Callable[[], list[Stray]]
Phone = Callable[..., str]


@pytest.fixture
def earlier(practice: PracticeServer, official: Account) -> list[str]:
    """Three posts and a like from before the account was connected; gives their ids."""
    other = practice.network.add_account("bibliotheek", "Bibliotheek")
    practice.network.favourite(official, practice.network.post_by_phone(other, "Open dag").id)
    return [practice.network.post_by_phone(official, f"Bericht {number}").id for number in range(3)]


def test_what_stood_there_before_is_the_baseline(earlier: list[str], watched: Watched, look_again: Look) -> None:
    assert set(earlier) < set(RemotePost.objects.values_list("remote_id", flat=True))
    assert set(RemotePost.objects.values_list("origin", flat=True)) == {Origin.BASELINE}
    assert look_again() == []


def test_what_came_after_connecting_and_before_the_first_look_is_a_stray(
    channel: Channel, network: Network, dirk: Member, by_phone: Phone
) -> None:
    by_phone("Snel nog even")
    enrol()
    row = Watched.objects.get()
    assert [stray.what for stray in look(row, network)] == [What.POST]


def test_a_deleted_post_of_the_baseline_is_a_deviation(
    earlier: list[str], watched: Watched, practice: PracticeServer, official: Account, look_again: Look
) -> None:
    practice.network.delete(official, earlier[1])
    with time_machine.travel(timezone.now() + timedelta(seconds=6), tick=False):
        [stray] = look_again()
    assert stray.what == What.DELETION
    assert stray.remote is not None
    assert stray.remote.remote_id == earlier[1]


def test_an_old_post_that_comes_into_the_list_is_no_stray(
    channel: Channel,
    network: Network,
    practice: PracticeServer,
    official: Account,
    dirk: Member,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(looking, "BASELINE", 2)
    monkeypatch.setattr(looking, "NEWEST", 2)
    old = [practice.network.post_by_phone(official, f"Bericht {number}").id for number in range(4)]
    Channel.objects.update(connected_at=timezone.now())
    enrol()
    row = Watched.objects.select_related("channel__organisation").get()
    assert look(row, network) == []
    practice.network.delete(official, old[3])
    with time_machine.travel(timezone.now() + timedelta(seconds=6), tick=False):
        assert [stray.what for stray in look(row, network)] == [What.DELETION]
    assert RemotePost.objects.get(remote_id=old[1]).origin == Origin.BASELINE


def test_an_old_like_that_comes_into_the_list_is_no_stray_and_a_new_one_is(
    watched: Watched, practice: PracticeServer, official: Account, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = practice.network.add_account("bibliotheek", "Bibliotheek")
    for number in range(3):
        practice.network.favourite(official, practice.network.post_by_phone(other, f"Boek {number}").id)
    newest, middle, oldest = [shown for shown in network.recent() if shown.kind == "like"]
    monkeypatch.setattr(network, "recent", lambda _limit: [middle])
    Stray.objects.all().delete()
    looking.remember_old(watched.channel, [middle])
    monkeypatch.setattr(network, "recent", lambda _limit: [newest, middle, oldest])
    [stray] = look(watched, network)
    assert stray.remote is not None
    assert stray.remote.remote_id == newest.remote_id
    assert RemotePost.objects.get(remote_id=oldest.remote_id).origin == Origin.BASELINE


def test_an_unliked_stray_like_has_vanished(
    watched: Watched, practice: PracticeServer, official: Account, look_again: Look
) -> None:
    other = practice.network.add_account("bibliotheek", "Bibliotheek")
    status = practice.network.post_by_phone(other, "Boek")
    practice.network.favourite(official, status.id)
    [stray] = look_again()
    practice.network.unfavourite(official, status.id)
    with time_machine.travel(timezone.now() + timedelta(seconds=6), tick=False):
        assert look_again() == []
    stray.refresh_from_db()
    assert stray.state == State.VANISHED


@pytest.mark.parametrize(
    ("change", "part"),
    [({"name": "Gehackt"}, "name"), ({"about": "Koop munten"}, "about"), ({"avatar": picture("blue")}, "avatar")],
)
def test_a_change_of_the_profile_is_a_deviation(
    watched: Watched,
    network: Network,
    practice: PracticeServer,
    official: Account,
    change: dict[str, Any],
    part: str,
) -> None:
    assert look(watched, network, with_profile=True) == []
    practice.network.change_profile(official, **change)
    [stray] = look(watched, network, with_profile=True)
    assert (stray.what, stray.parts, stray.remote) == (What.PROFILE, [part], None)
    assert stray.evidence is not None
    assert look(watched, network, with_profile=True) == []


def test_what_was_posted_while_nobody_watched_is_found_by_the_next_look(
    watched: Watched, network: Network, by_phone: Phone
) -> None:
    by_phone("Terwijl de server uit stond")
    fresh = Watched.objects.select_related("channel__organisation").get(pk=watched.pk)
    assert [stray.what for stray in look(fresh, network)] == [What.POST]


def test_an_account_that_comes_back_into_care_has_a_new_baseline(
    watched: Watched,
    network: Network,
    practice: PracticeServer,
    official: Account,
    by_phone: Phone,
    cora: Member,
    look_again: Look,
) -> None:
    kept = by_phone("Van voor het sluiten")
    look_again()
    Stray.objects.update(state=State.ADOPTED, reason="Van ons")
    channel = watched.channel
    close(channel, by=cora)
    meanwhile = by_phone("Terwijl niemand keek")
    connect(channel.organisation, "mastodon", server=practice.url, credentials={"token": official.token}, by=cora)
    row = Watched.objects.select_related("channel__organisation").get()
    assert row.needs_baseline
    assert look(row, network) == []
    assert set(RemotePost.objects.standing().values_list("remote_id", flat=True)) == {kept, meanwhile}
    since = by_phone("Nu weer wel")
    [stray] = look(row, network)
    assert stray.remote is not None
    assert stray.remote.remote_id == since


def test_a_flood_is_seen_whole(watched: Watched, by_phone: Phone, look_again: Look) -> None:
    by_phone("Van ons")
    assert len(look_again()) == 1
    for number in range(90):
        by_phone(f"Reclame {number}")
    assert len(look_again()) == 90
    assert look_again() == []


def test_a_changed_banner_is_a_deviation_and_one_that_was_never_written_down_is_not(
    watched: Watched, network: Network
) -> None:
    before = network.me()
    looking.compare_profile(watched, before)
    stray = looking.compare_profile(watched, replace(before, banner="https://social.example/headers/obscene.png"))
    assert stray is not None
    assert stray.parts == ["banner"]
    earlier = Watched.objects.get().profile
    Watched.objects.update(profile={name: earlier[name] for name in earlier if name != "banner"})
    assert looking.compare_profile(watched, before) is None
