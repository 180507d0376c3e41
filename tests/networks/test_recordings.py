"""Recordings: every one that is found is played again, and one is made here with the command as people make it.

A new network with a simulator is recorded by this file as soon as it has a stage (tests/networks/stages).
"""

import json
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings as house
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.networks.walk.shelf import Shelf
from tests.networks.walk.stage import Stage, stages
from vierogen.channels.models import Channel, networks
from vierogen.config import recorded
from vierogen.networks import replaying
from vierogen.networks.abilities import Allows
from vierogen.networks.base import Attempt, Network, Streams
from vierogen.networks.mastodon import Mastodon
from vierogen.networks.recording import digest_of
from vierogen.networks.replaying import differences, proof_for, why_not_proved
from vierogen.networks.scrubbing import leaks
from vierogen.people.models import Member, Organisation
from vierogen.posts.actions import delivering, removing, reviewing, writing
from vierogen.posts.actions.writing import Content
from vierogen.posts.models import Delivery
from vierogen.practice.drawing import photo
from vierogen.vault.actions import connect
from vierogen.watch.models import Stray
from vierogen.web.proving import is_verified, recordings_folder

TEXT = "Dit is een test van Gemeente Voorbeeld. Hij verdwijnt zo."
# Servers in this process on which a take-down comes to its end: their pictures go with their posts.
GROUNDS = sorted(key for key, stage in stages().items() if not stage.needs and not stage.keeps_pictures)
on_every_ground = pytest.mark.parametrize("team", GROUNDS, indirect=True)
Told = dict[str, Any]


class Screen(StringIO):
    """What the command prints; whoever reads it acts."""

    def __init__(self, acts: Mapping[str, Callable[[], object]]) -> None:
        super().__init__()
        self.acts = dict(acts)

    def write(self, text: str) -> int:
        for beginning in [each for each in self.acts if text.startswith(each)]:
            self.acts.pop(beginning)()
        return super().write(text)


class Team:
    """Two people, and one on duty, who do in the interface what the command asks for."""

    def __init__(self, stage: Stage, channel: Channel, *members: Member) -> None:
        self.stage, self.channel, self.network = stage, channel, channel.network
        self.anna, self.ben, self.dirk = members

    def post(self) -> None:
        shown = writing.add_picture(self.channel.organisation, photo("hall"), name="hall.png", by=self.anna)
        content = Content(TEXT, (self.channel,), pictures=((shown.pk, "Het stadhuis"),))
        version = writing.begin(self.channel.organisation, content, by=self.anna)
        writing.submit(version, by=self.anna)
        reviewing.approve(version, by=self.ben, digest=version.digest)
        reviewing.publish_now(version, by=self.ben)

    def take_down(self) -> None:
        removing.withdraw(Delivery.objects.get(channel=self.channel), by=self.dirk, reason="Het was een test")

    def record(self, *, minutes: float = 1, **acts: Callable[[], object]) -> Screen:
        screen = Screen({"2.": acts.get("post", self.post), "3.": acts.get("take_down", self.take_down)})
        call_command("record", self.network.key, "--yes", f"--minutes={minutes}", stdout=screen)
        return screen

    @property
    def file(self) -> Path:
        """Where a recording is that proves nothing; here none ever does."""
        return recordings_folder() / f"{self.network.key}-unproved.json"

    def made(self) -> Told:
        told: Told = json.loads(self.file.read_text(encoding="utf-8"))
        return told

    @property
    def secrets(self) -> list[str]:
        """What must be in no recording."""
        app = getattr(self.stage, "client", None)
        ours = [app.id, app.secret] if app else []
        return [*self.stage.filled_in.values(), *ours, self.channel.name, self.channel.account_id, house.SECRET_KEY]


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.HOME = tmp_path
    monkeypatch.setattr(recorded, "STREAMED", 0.5)
    monkeypatch.setattr(recorded, "PAUSE", 0.05)


@pytest.fixture(params=["practice"])
def team(
    request: pytest.FixtureRequest,
    transactional_db: None,
    town: Organisation,
    anna: Member,
    ben: Member,
    cora: Member,
    dirk: Member,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Team]:
    stage = stages()[request.param]()
    stage.start(request.getfixturevalue)
    key = stage.network.key
    if app := getattr(stage, "client", None):
        settings.NETWORK_CLIENTS = {key: (app.id, app.secret)}
    channel = connect(town, key, server=f"http://127.0.0.1:{stage.port}", credentials=stage.filled_in, by=cora)
    with Shelf() as shelf:
        lay_out(shelf, stage.network, monkeypatch)
        yield Team(stage, channel, anna, ben, dirk)
    stage.stop()


def lay_out(shelf: Shelf, network: type[Network], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the network fetches pictures itself, it finds them: nobody reaches the address of this installation."""
    ordinary = delivering.attempt_at

    def attempt_at(delivery: Delivery) -> Attempt:
        return replace(ordinary(delivery), offer=lambda picture: shelf.offer(network.prepared(picture)))

    monkeypatch.setattr(delivering, "attempt_at", attempt_at)


@pytest.fixture
def the_recording(team: Team) -> tuple[Team, Told]:
    """Whole, but for where it was made."""
    with pytest.raises(CommandError, match="it was not made on the live network") as refusal:
        team.record()
    assert str(refusal.value).count(";") == 0, "nothing else is wrong with it"
    return team, team.made()


def moved_to_the_live_network(recording: Told, network: type[Network]) -> Told:
    """As it would be had it been made with a real account."""
    live = getattr(network, "home", "https://mastodon.voorbeeld.nl")
    moved: Told = json.loads(
        json.dumps(recording)
        .replace(recording["server"], live)
        .replace(recording["server"].removeprefix("http://"), live.removeprefix("https://"))
    )
    return {**moved, "digest": digest_of(moved)}


def written(recording: Told, folder: Path, *, key: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{key}.json"
    path.write_text(json.dumps(recording), encoding="utf-8")
    return path


def only_simulated(network: type[Network]) -> type[Network]:
    """The same connector as if no real server could be started for it."""
    return type("Simulated", (network,), {"tried_for_real": False})


def test_every_recording_that_ships_with_vierogen_proves_something_and_still_plays() -> None:
    for path in sorted(replaying.SHIPPED.glob("*.json")):
        network, text = networks()[path.stem], path.read_text(encoding="utf-8")
        assert why_not_proved(path, network) == ()
        assert leaks(text, []) == []
        with time_machine.travel(json.loads(text)["recorded_at"]):
            assert differences(json.loads(text), network) == []


@on_every_ground
def test_what_is_recorded_here_is_whole_scrubbed_and_plays_again(the_recording: tuple[Team, Told]) -> None:
    team, recording = the_recording
    assert stat.S_IMODE(team.file.stat().st_mode) == 0o600
    text = team.file.read_text(encoding="utf-8")
    assert leaks(text, team.secrets) == []
    assert not [secret for secret in team.secrets if secret in text]
    calls = {step["call"] for session in recording["sessions"] for step in session["steps"]}
    assert {"me", "may_delete", "recent", "publish", "find", "read", "delete", "remains"} <= calls
    assert ("stream" in calls) == issubclass(team.network, Streams)
    assert ("allowance" in calls) == issubclass(team.network, Allows)
    assert recording["missing"] == []
    with time_machine.travel(recording["recorded_at"]):
        assert differences(recording, team.network) == []
    assert "Hij verdwijnt zo." in text, "what was posted stays in, so that looking for it can be played"
    assert Delivery.objects.get().state == "withdrawn"


def test_a_picture_is_a_hash_and_a_length(the_recording: tuple[Team, Told]) -> None:
    _team, recording = the_recording
    (step,) = [step for session in recording["sessions"] for step in session["steps"] if step["call"] == "publish"]
    (picture,) = step["given"][0]["pictures"]
    assert sorted(picture["data"]) == ["bytes", "sha256"]
    (file,) = [part for name, part in step["exchanges"][0]["sent"]["form"] if name == "file"]
    assert file == picture["data"]


def test_a_whole_one_of_the_live_network_takes_the_words_away_here(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    written({"of": "a walk that failed"}, recordings_folder(), key="mastodon-unproved")
    monkeypatch.setattr(replaying, "_is_public", lambda server: True)
    monkeypatch.setattr(Mastodon, "tried_for_real", False)
    assert not is_verified("mastodon")
    said = team.record().getvalue()
    assert "Complete. Read it before you hand it on" in said
    assert "is not the live network" not in said
    assert is_verified("mastodon")
    assert Stray.objects.count() == 0


def wrong_ones(recording: Told, live: Told) -> Iterator[tuple[Told, str]]:
    """Recordings that prove nothing, each with the reason."""
    without = [session for session in live["sessions"] if "delete" not in {each["call"] for each in session["steps"]}]
    cut, flawed = {**live, "sessions": without}, {**live, "missing": ["publish gives something else now"]}
    yield recording, "it was not made on the live network"
    claimed = {**recording, "server": live["server"]}
    yield {**claimed, "digest": digest_of(claimed)}, "it was not made on the live network"
    yield {**live, "recorded_at": "2030-01-01"}, "it was changed after it was made"
    yield cut, "it was changed after it was made"
    yield {**cut, "digest": digest_of(cut)}, "delete is missing"
    yield {**flawed, "digest": digest_of(flawed)}, "publish gives something else now"
    yield {**live, "network": "another"}, "it is a recording of something else"
    yield {"a": 1}, "it is no recording"


@on_every_ground
def test_only_a_whole_untouched_recording_of_the_live_network_lifts_the_label(
    the_recording: tuple[Team, Told], tmp_path: Path
) -> None:
    team, recording = the_recording
    network, key = only_simulated(team.network), team.network.key
    live = moved_to_the_live_network(recording, network)
    proof = proof_for(network, [written(live, tmp_path / "live", key=key).parent])
    assert proof
    assert proof.at == recording["recorded_at"][:10]
    for number, (wrong, why) in enumerate(wrong_ones(recording, live)):
        path = written(wrong, tmp_path / f"wrong-{number}", key=key)
        assert why in why_not_proved(path, network)
        assert proof_for(network, [path.parent]) is None


def test_a_connector_that_asks_something_else_now_is_told_apart(
    the_recording: tuple[Team, Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    _team, recording = the_recording
    monkeypatch.setattr(Mastodon, "_likes", lambda self: [])
    assert any("was not asked" in each for each in differences(recording, Mastodon))


def test_a_connector_that_reads_something_else_in_it_now_is_told_apart(
    the_recording: tuple[Team, Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    _team, recording = the_recording
    monkeypatch.setattr("vierogen.networks.mastodon_shown.plain", str.upper)
    assert "publish gives something else now" in differences(recording, Mastodon)


def test_a_walk_that_ends_early_keeps_what_it_has_and_lifts_nothing(team: Team) -> None:
    whole = written({"of": "last year"}, recordings_folder(), key="mastodon")

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(CommandError, match=r"somebody stopped it.*delete is missing"):
        team.record(take_down=stop)
    told = team.made()
    assert "delete is missing" in told["missing"]
    assert json.loads(whole.read_text()) == {"of": "last year"}
    path = written(moved_to_the_live_network(told, Mastodon), recordings_folder(), key="mastodon")
    assert "delete is missing" in why_not_proved(path, only_simulated(Mastodon))


def test_it_says_where_a_test_post_still_stands(team: Team) -> None:
    screen = Screen({"2.": team.post})
    with pytest.raises(CommandError, match="not taken down in time"):
        call_command("record", "mastodon", "--yes", "--minutes=0.3", stdout=screen)
    assert "is not the live network, so this proves nothing" in screen.getvalue()
    assert f"The test post still stands: {Delivery.objects.get().url}" in screen.getvalue()


def test_nothing_goes_out_that_two_people_have_not_seen(team: Team) -> None:
    with pytest.raises(CommandError, match="no post was sent in time"):
        team.record(post=lambda: None, minutes=0.02)
    assert not Delivery.objects.exists()
    assert team.stage.texts() == []


def test_a_post_that_another_worker_sent_is_not_recorded_and_is_said(team: Team) -> None:
    def elsewhere() -> None:
        team.post()
        now = timezone.now()
        Delivery.objects.update(state="published", remote_id="1", published_at=now, sent_at=now, attempts=1)

    with pytest.raises(CommandError, match="another worker sent the post"):
        team.record(post=elsewhere)


def test_a_recording_that_would_leak_is_not_written(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replaying, "leaks", lambda text, secrets: ["one of the known secrets is still in it"])
    with pytest.raises(CommandError, match="Nothing was written"):
        team.record(post=lambda: None, minutes=0.02)
    assert not recordings_folder().exists()


@pytest.mark.django_db
def test_it_asks_before_it_begins(channel: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", lambda prompt: "no")
    screen = StringIO()
    with pytest.raises(CommandError, match="Nothing was done"):
        call_command("record", "mastodon", stdout=screen)
    assert "real account" in screen.getvalue()
    assert channel.handle in screen.getvalue()


@pytest.mark.django_db
def test_it_asks_which_account_is_meant(channel: Channel) -> None:
    with pytest.raises(CommandError, match="There is no network 'myspace'"):
        call_command("record", "myspace")
    with pytest.raises(CommandError, match="No account on Bluesky is connected"):
        call_command("record", "bluesky")
    with pytest.raises(CommandError, match=f"--channel {channel.pk} "):
        call_command("record", "mastodon", "--channel", str(channel.pk + 1))
