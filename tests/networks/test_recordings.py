"""Recordings: every one that is found is played again, and one is made here with the command as people make it."""

import json
import stat
from collections.abc import Callable, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings as house
from django.core.management import CommandError, call_command

from vierogen.channels.models import Channel, networks
from vierogen.config import recorded
from vierogen.networks import replaying
from vierogen.networks.mastodon import Mastodon
from vierogen.networks.recording import digest_of
from vierogen.networks.replaying import LeakError, differences, proof_for, why_not_proved
from vierogen.networks.scrubbing import leaks
from vierogen.people.models import Member
from vierogen.posts.actions import removing, reviewing, writing
from vierogen.posts.actions.writing import Content
from vierogen.posts.models import Delivery
from vierogen.practice.drawing import photo
from vierogen.practice.records import Account
from vierogen.web.proving import recordings_folder

TEXT = "Dit is een test van Gemeente Voorbeeld. Hij verdwijnt zo."
LIVE = "https://mastodon.voorbeeld.nl"
Told = dict[str, Any]


class Simulated(Mastodon):
    """Mastodon as if no real server could be started for it."""

    tried_for_real = False


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

    def __init__(self, channel: Channel, *members: Member) -> None:
        self.channel = channel
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

    def record(self, **acts: Callable[[], object]) -> Screen:
        screen = Screen({"2.": acts.get("post", self.post), "3.": acts.get("take_down", self.take_down)})
        call_command("record", "mastodon", "--yes", f"--minutes={acts.get('minutes', lambda: 1)()}", stdout=screen)
        return screen


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.HOME = tmp_path
    monkeypatch.setattr(recorded, "STREAMED", 0.5)
    monkeypatch.setattr(recorded, "PAUSE", 0.05)


@pytest.fixture
def team(transactional_db: None, channel: Channel, anna: Member, ben: Member, dirk: Member) -> Team:
    return Team(channel, anna, ben, dirk)


def made(name: str = "mastodon") -> Told:
    told: Told = json.loads((recordings_folder() / f"{name}.json").read_text(encoding="utf-8"))
    return told


def moved_to_the_live_network(recording: Told) -> Told:
    """As it would be had it been made with a real account."""
    sessions = [{**session, "server": LIVE} for session in recording["sessions"]]
    moved = {**recording, "server": LIVE, "sessions": sessions}
    return {**moved, "digest": digest_of(moved)}


def written(recording: Told, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "mastodon.json"
    path.write_text(json.dumps(recording), encoding="utf-8")
    return path


@pytest.fixture
def the_recording(team: Team) -> tuple[Team, Told]:
    with pytest.raises(CommandError, match="it was not made on the live network") as refusal:
        team.record()
    assert str(refusal.value).count(";") == 0, "nothing else is wrong with it"
    return team, made()


def test_every_recording_that_ships_with_vierogen_proves_something_and_still_plays() -> None:
    for path in sorted(replaying.SHIPPED.glob("*.json")):
        network, text = networks()[path.stem], path.read_text(encoding="utf-8")
        assert why_not_proved(path, network) == ()
        assert leaks(text, []) == []
        with time_machine.travel(json.loads(text)["recorded_at"]):
            assert differences(json.loads(text), network) == []


def test_what_is_recorded_here_is_whole_scrubbed_and_plays_again(
    the_recording: tuple[Team, Told], official: Account
) -> None:
    team, recording = the_recording
    path = recordings_folder() / "mastodon.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text(encoding="utf-8")
    secrets = (official.token, official.handle, team.channel.name, house.SECRET_KEY)
    assert leaks(text, secrets) == []
    assert not [secret for secret in secrets if secret in text]
    calls = {step["call"] for session in recording["sessions"] for step in session["steps"]}
    assert {"me", "may_delete", "recent", "publish", "find", "read", "stream", "delete", "remains"} <= calls
    assert recording["missing"] == []
    with time_machine.travel(recording["recorded_at"]):
        assert differences(recording, Mastodon) == []
    assert "Hij verdwijnt zo." in text, "what was posted stays in, so that looking for it can be played"
    assert Delivery.objects.get().state == "withdrawn"


def test_a_picture_is_a_hash_and_a_length(the_recording: tuple[Team, Told]) -> None:
    _team, recording = the_recording
    steps = [step for session in recording["sessions"] for step in session["steps"] if step["call"] == "publish"]
    (step,) = steps
    (picture,) = step["given"][0]["pictures"]
    assert sorted(picture["data"]) == ["bytes", "sha256"]
    (file,) = [part for name, part in step["exchanges"][0]["sent"]["form"] if name == "file"]
    assert file == picture["data"]


def test_only_a_whole_untouched_recording_of_the_live_network_lifts_the_label(
    the_recording: tuple[Team, Told], tmp_path: Path
) -> None:
    _team, recording = the_recording
    live = moved_to_the_live_network(recording)
    proof = proof_for(Simulated, [written(live, tmp_path / "live").parent])
    assert proof
    assert proof.at == recording["recorded_at"][:10]
    without = [session for session in live["sessions"] if "delete" not in {each["call"] for each in session["steps"]}]
    cut = {**live, "sessions": without}
    for number, (wrong, why) in enumerate(
        [
            (recording, "it was not made on the live network"),
            ({**live, "recorded_at": "2030-01-01"}, "it was changed after it was made"),
            (cut, "it was changed after it was made"),
            ({**cut, "digest": digest_of(cut)}, "delete is missing"),
            ({**live, "missing": ["x"], "digest": digest_of({**live, "missing": ["x"]})}, "x"),
            ({**live, "network": "bluesky"}, "it is a recording of something else"),
            ({"a": 1}, "it is no recording"),
        ]
    ):
        path = written(wrong, tmp_path / f"wrong-{number}")
        assert why in why_not_proved(path, Simulated)
        assert proof_for(Simulated, [path.parent]) is None


def test_a_connector_that_changed_is_told_apart(
    the_recording: tuple[Team, Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    _team, recording = the_recording
    monkeypatch.setattr(Mastodon, "_likes", lambda self: [])
    assert any("was not asked" in each for each in differences(recording, Mastodon))


def test_a_walk_that_ends_early_keeps_what_it_has_and_lifts_nothing(team: Team) -> None:
    whole = recordings_folder() / "mastodon.json"
    whole.parent.mkdir()
    whole.write_text("the whole one of last year")

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(CommandError, match=r"somebody stopped it.*delete is missing"):
        team.record(take_down=stop)
    told = made("mastodon-incomplete")
    assert "delete is missing" in told["missing"]
    assert whole.read_text() == "the whole one of last year"
    path = written(moved_to_the_live_network(told), recordings_folder())
    assert "delete is missing" in why_not_proved(path, Simulated)


def test_it_says_where_a_test_post_still_stands(team: Team) -> None:
    screen = Screen({"2.": team.post})
    with pytest.raises(CommandError, match="not taken down in time"):
        call_command("record", "mastodon", "--yes", "--minutes=0.1", stdout=screen)
    assert f"The test post still stands: {Delivery.objects.get().url}" in screen.getvalue()


def test_nothing_goes_out_that_two_people_have_not_seen(team: Team) -> None:
    with pytest.raises(CommandError, match="no post was sent in time"):
        team.record(post=lambda: None, minutes=lambda: 0.02)
    assert not Delivery.objects.exists()


def test_a_recording_that_would_leak_is_not_written(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replaying, "leaks", lambda text, secrets: ["one of the known secrets is still in it"])
    with pytest.raises(CommandError, match="Nothing was written"):
        team.record(post=lambda: None, minutes=lambda: 0.02)
    assert not recordings_folder().exists()
    assert issubclass(LeakError, Exception)


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
