"""What people are told of a network that was only ever simulated, wherever it matters."""

from collections.abc import Callable
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from vierogen.channels.models import Channel
from vierogen.networks import reference, replaying
from vierogen.networks.mastodon import Mastodon
from vierogen.people.models import Member
from vierogen.web.proving import is_verified

LABEL = "Not yet verified against the live network"
Enter = Callable[[Member], Client]


@pytest.fixture
def only_simulated(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    settings.HOME = tmp_path
    monkeypatch.setattr(Mastodon, "tried_for_real", False)


def pages(channel: Channel) -> list[str]:
    return [
        "/channels/connect/mastodon/",
        f"/channels/{channel.pk}/",
        f"/channels/{channel.pk}/connect/",
        "/watch/",
        "/channels/connect/",
    ]


def test_a_simulated_network_is_labelled_wherever_somebody_relies_on_it(
    only_simulated: None, visit: Enter, channel: Channel, cora: Member
) -> None:
    client = visit(cora)
    for page in pages(channel):
        assert LABEL in client.get(page).content.decode(), page


def test_a_network_that_was_seen_to_work_is_not_labelled(visit: Enter, channel: Channel, cora: Member) -> None:
    client = visit(cora)
    for page in pages(channel)[:-1]:  # the last one shows all networks
        assert LABEL not in client.get(page).content.decode(), page


def test_the_doctor_names_what_was_only_simulated(only_simulated: None, db: None) -> None:
    said = StringIO()
    with suppress(CommandError):  # whatever else is wrong here
        call_command("doctor", stdout=said)
    (line,) = [line for line in said.getvalue().splitlines() if "networks:" in line]
    assert line.startswith("well")
    assert "Mastodon" in line


def test_the_reference_page_says_on_what_each_network_was_tried(only_simulated: None) -> None:
    lines = [line for line in reference.page().splitlines() if line.endswith(("not yet |", "a real server |"))]
    rows = {line.split("|")[1].strip(): line for line in lines}
    assert rows["Mastodon"].endswith("| not yet |")
    assert rows["Bluesky"].endswith("| a real server |")


def test_a_recording_in_the_home_or_in_the_package_lifts_it(
    only_simulated: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert not is_verified("mastodon")
    monkeypatch.setattr(replaying, "why_not_proved", lambda path, network, changed=0: ())
    for folder in (tmp_path / "recordings", tmp_path / "package"):
        monkeypatch.setattr(replaying, "SHIPPED", tmp_path / "package")
        folder.mkdir()
        path = folder / "mastodon.json"
        path.write_text('{"recorded_at": "2026-12-01T10:00:00+00:00"}')
        assert is_verified("mastodon")
        path.unlink()
        assert not is_verified("mastodon")


def test_the_label_says_what_it_means(only_simulated: None, visit: Enter, cora: Member) -> None:
    assert "tried against a simulator" in visit(cora).get("/channels/connect/mastodon/").content.decode()
