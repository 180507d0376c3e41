"""A network at which people log in, made up for these tests."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.vault.lighthouse import CLIENT, Lighthouse, Server
from vierogen import networks
from vierogen.channels.models import Channel
from vierogen.people.models import Member
from vierogen.vault import actions, log_in


@pytest.fixture(autouse=True)
def _in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look as often whether somebody else renewed a key that is refused, but with less between."""
    monkeypatch.setattr(actions, "LOOK_AGAIN", 0.02)


@pytest.fixture
def lantern(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Lighthouse]:
    """The network Lantern, found as any other, with two accounts on it and our app known there."""
    nets = str(Path(__file__).parent / "nets")
    monkeypatch.setattr(networks, "__path__", [*networks.__path__, nets])
    server = Server()
    settings.NETWORK_CLIENTS = {"lantern": CLIENT}
    settings.NETWORK_SERVERS = {"lantern": server.house.url}
    server.house.add("17", "@voorbeeld", "Gemeente Voorbeeld", avatar=f"{server.house.url}/avatar.png")
    server.house.add("18", "@wethouder", "Wethouder")
    yield server.house
    server.stop()


@pytest.fixture
def kept(lantern: Lighthouse, cora: Member) -> Channel:
    """The account of the town there, connected by cora."""
    begun = log_in.begin(cora, "lantern")
    back = lantern.allow(begun.address)
    handshake = log_in.waiting(cora, "lantern", sent=back["state"], among=[begun.handshake.pk])
    log_in.answer(handshake, sent=back["state"], code=back["code"])
    return log_in.finish(handshake, account_id="17", by=cora)
