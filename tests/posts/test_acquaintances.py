"""Looking up who is mentioned: through the vault, bounded, and never while somebody types."""

from typing import Any

import pytest

from vierogen.channels.models import Channel
from vierogen.channels.states import State
from vierogen.core.sealing import SealError
from vierogen.networks.base import Limited
from vierogen.networks.mastodon import Mastodon
from vierogen.people.models import Member
from vierogen.posts.actions import acquaintances
from vierogen.posts.actions.acquaintances import MOST, Acquaintances
from vierogen.posts.actions.checking import preview_findings
from vierogen.posts.actions.writing import Content, begin
from vierogen.practice.server import PracticeServer


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the network was asked; it knows nobody."""
    found: list[str] = []
    monkeypatch.setattr(Mastodon, "exists", lambda self, handle: bool(found.append(handle)))
    return found


def test_a_mention_that_the_network_does_not_know_is_pointed_out(
    channel: Channel, anna: Member, practice: PracticeServer
) -> None:
    practice.network.add_account("brandweer", "Brandweer")
    version = begin(channel.organisation, Content("Dank aan @brandweer en @brandwacht.", (channel,)), by=anna)
    [found] = version.findings.filter(check_key="mentions")
    assert found.message % found.values == "@brandwacht does not exist on Mastodon."
    assert version.text[found.start : found.end] == "@brandwacht"
    assert found.kind == "MENTION"


def test_nobody_is_asked_while_somebody_types(channel: Channel, asked: list[str]) -> None:
    preview_findings(Content("Dank aan @brandweer.", (channel,)), channel.organisation)
    assert asked == []


def test_at_most_five_mentions_are_looked_up(channel: Channel, anna: Member, asked: list[str]) -> None:
    text = " ".join(f"@iemand_{number}_anders" for number in range(9))
    version = begin(channel.organisation, Content(text, (channel,)), by=anna)
    assert len(asked) == MOST
    assert version.findings.filter(check_key="mentions").count() == MOST


def test_who_saves_once_more_asks_nothing_twice(channel: Channel, anna: Member, asked: list[str]) -> None:
    for _again in range(2):
        begin(channel.organisation, Content("Dank aan @brandweer.", (channel,)), by=anna)
    assert asked == ["@brandweer"]


@pytest.mark.parametrize("problem", [Limited("Slow down.", seconds=60), SealError("sealed")])
def test_a_network_that_refuses_says_nothing_and_is_asked_no_more(
    channel: Channel, monkeypatch: pytest.MonkeyPatch, problem: Exception
) -> None:
    asked: list[str] = []

    def refuse(self: Any, handle: str) -> bool:
        asked.append(handle)
        raise problem

    monkeypatch.setattr(Mastodon, "exists", refuse)
    known = Acquaintances([channel])
    assert known(channel.handle, "@brandweer") is None
    assert known(channel.handle, "@politie") is None
    assert asked == ["@brandweer"]


def test_when_the_time_is_over_nobody_is_asked(
    channel: Channel, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Acquaintances, "SECONDS", -1.0)
    assert Acquaintances([channel])(channel.handle, "@brandweer") is None
    assert asked == []


def test_a_channel_without_a_key_and_one_that_cannot_tell_are_not_asked(
    channel: Channel, gallery: Channel, asked: list[str]
) -> None:
    channel.state = State.DISCONNECTED
    known = Acquaintances([channel, gallery])
    assert known(channel.handle, "@brandweer") is None
    assert known(gallery.handle, "@brandweer") is None
    assert known("@nobody", "@brandweer") is None
    assert asked == []
    assert acquaintances.MOST == 5
