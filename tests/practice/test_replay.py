"""Accidents played again, by rows that only this file knows: each route, and what becomes of it."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from vierogen.people.models import Organisation
from vierogen.posts.models import Media, Version
from vierogen.practice import replay
from vierogen.practice.accidents import LONGEST, Accident, BadFile, Route, read
from vierogen.practice.mailbox import Mailbox
from vierogen.practice.management.commands.replay import Command
from vierogen.practice.network import TEXT_LIMIT
from vierogen.practice.rendering import length
from vierogen.practice.replay import ALT, Outcome, Played, Stage, play, stage
from vierogen.practice.server import PracticeServer
from vierogen.watch.models import Stray

ROOT = Path(__file__).resolve().parents[2]
HEAD = "id,route,text,image_text\n"
CALM = "De bibliotheek is zaterdag open van tien tot vier uur."


def accident(route: Route, text: str = "", *, image_text: str = "", number: str = "1") -> Accident:
    return Accident(number, route, text, image_text)


@pytest.fixture
def mails(settings: Any) -> Iterator[Mailbox]:
    with Mailbox() as mailbox:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mailbox.port
        settings.EMAIL_HOST_USER, settings.EMAIL_USE_TLS = "", False
        yield mailbox


@pytest.fixture
def quiet_stage(mails: Mailbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """Nobody watches here, and nobody sends mail."""
    monkeypatch.setattr(replay, "SETTLING", 0.0)
    with PracticeServer() as network:
        yield Stage(network, mails, patience=0.2)


def outcome_of(one: Accident, on: Stage) -> Outcome:
    (played,) = play([one], on=on)
    return played.outcome


@pytest.mark.django_db(transaction=True)
def test_what_goes_around_the_gateway_is_caught_by_a_mail(mails: Mailbox) -> None:
    rows = [
        accident("phone", number="story"),
        accident("phone", "In your face #bim", number="words"),
        accident("private", "Dit is mijn eigen account", number="own"),
        accident("phone", image_text="PIN 1234", number="photo"),
        accident("hacked", "Win een voucher! https://voucher.example/gratis", number="thief"),
        accident("hacked", number="thief without words"),
        accident("phone", "Heel lang. " * 200, number="long"),
    ]
    with stage(mails) as there:
        played = {one.accident.id: one for one in play(rows, on=there)}
    assert list(played) == [row.id for row in rows]
    assert played.pop("own") == Played(rows[2], Outcome.OUTSIDE)
    assert {one.outcome for one in played.values()} == {Outcome.CAUGHT}
    assert all(0 < (one.seconds or 0) < replay.PATIENCE for one in played.values())
    # Each in an organisation of its own, with one stray; without words by phone it was a story.
    assert Organisation.objects.count() == Stray.objects.values("organisation").distinct().count() == 6
    assert sorted(Stray.objects.values_list("what", flat=True)) == ["post"] * 4 + ["story"] * 2


@pytest.mark.django_db(transaction=True)
def test_where_nobody_watches_it_is_missed(quiet_stage: Stage) -> None:
    assert outcome_of(accident("phone", "oeps"), quiet_stage) == Outcome.MISSED
    assert outcome_of(accident("private", "oeps"), quiet_stage) == Outcome.OUTSIDE


@pytest.mark.django_db(transaction=True)
def test_another_mail_to_the_duty_officer_is_no_alarm(
    quiet_stage: Stage, mails: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited_for = mails.wait_for

    def wait_for(wanted: Any, *, seconds: float) -> Any:
        officer = Organisation.objects.get().members.get(held__role="duty_officer").user.email
        if not mails.mails:
            mails.take((officer,), b"Subject: lunch\r\nMessage-ID: <lunch@here>\r\n\r\nkom je?")
        return waited_for(wanted, seconds=seconds)

    monkeypatch.setattr(mails, "wait_for", wait_for)
    assert outcome_of(accident("phone", "oeps"), quiet_stage) == Outcome.MISSED
    assert [mail.mail_id for mail in mails.mails] == ["<lunch@here>"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (CALM, Outcome.SECOND_READER),
        (f"{CALM} https://elders.invalid/", Outcome.WARNED),
        ("woord " * 100, Outcome.STOPPED),
    ],
)
def test_the_gateway_has_its_own_checks(quiet_stage: Stage, text: str, outcome: Outcome) -> None:
    assert outcome_of(accident("gateway", text), quiet_stage) == outcome
    version = Version.objects.get()
    assert version.text == text.strip()
    assert not version.attachments.exists()
    # Nothing was posted.
    assert quiet_stage.network.posted == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("text", "image_text"), [("", ""), ("", "wachtwoord: geheim"), (CALM, "wachtwoord: geheim")])
def test_words_in_a_picture_become_a_picture(quiet_stage: Stage, text: str, image_text: str) -> None:
    outcome_of(accident("gateway", text, image_text=image_text), quiet_stage)
    (shown,) = Version.objects.get().attachments.all()
    assert shown.alt == ALT
    media = Media.objects.get()
    assert (media.width, media.height) == (800, 800)
    # Only whoever looks at the picture can read it.
    assert not image_text or image_text not in f"{shown.alt} {media.name} {shown.version.text}"


@pytest.mark.django_db(transaction=True)
def test_a_long_file_is_played_in_groups(quiet_stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "AT_ONCE", 2)
    rows = [accident("gateway", f"{CALM} {number}", number=str(number)) for number in range(5)]
    played = play(rows, on=quiet_stage)
    assert next(played).accident == rows[0]
    assert Organisation.objects.count() == 2
    assert [one.accident for one in played] == rows[1:]


@pytest.mark.parametrize("text", ["kort", "é" * 600, "https://een.example/" + "x" * 700, "woord " * 200])
def test_a_text_is_cut_to_what_the_practice_network_takes(text: str) -> None:
    cut = replay._fitting(text)
    assert text.startswith(cut)
    assert length(cut) <= TEXT_LIMIT
    assert cut == text or length(cut) > TEXT_LIMIT - 50


# ---- The file ----


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "accidents.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_only_four_columns_are_read_in_any_order(tmp_path: Path) -> None:
    content = '﻿route,prose,image_text,id,text\r\nPhone,"a, b",,7,"zei ""dag""\nen weg"\r\n,,,,\r\nprivate,,,8,\r\n'
    assert read(written(tmp_path, content)) == [
        Accident("7", "phone", 'zei "dag"\nen weg', ""),
        Accident("8", "private", "", ""),
    ]


def test_a_file_without_accidents_is_no_wrong_file(tmp_path: Path) -> None:
    assert read(written(tmp_path, HEAD)) == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "no column id, route, text, image_text"),
        ("id;route;text;image_text\n1;phone;;\n", "no column id, route, text, image_text"),
        ("id,route,text\n1,phone,\n", "no column image_text"),
        (HEAD + "1,phone,,\n2,telegram,,\n", "line 3: the route is 'telegram'"),
        (HEAD + "1,,dag,\n", "line 2: the route is ''"),
        (HEAD + ",phone,dag,\n", "line 2: this row has no id"),
        ((HEAD + "1,phone,één,\n").encode("cp1252"), "line 2: this is not UTF-8"),
        ((HEAD + "1,phone,een,\n").encode("utf-16"), "line 1: this is not UTF-8"),
        (HEAD + "1,phone,\0,\n", "is no text file"),
        (HEAD + '1,phone,"een,\n', "this is not CSV"),
        (HEAD + f"1,phone,{'x' * (LONGEST + 1)},\n", "this is not CSV"),
    ],
)
def test_a_wrong_file_is_refused_with_the_place(tmp_path: Path, content: str | bytes, said: str) -> None:
    with pytest.raises(BadFile, match=said.replace("'", ".")):
        read(written(tmp_path, content))


def test_a_row_with_too_few_or_too_many_cells_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    rows = read(written(tmp_path, HEAD + "1,phone\n2,hacked,a,b,c,d\n"))
    assert rows == [Accident("1", "phone", "", ""), Accident("2", "hacked", "a", "b")]


# ---- The command ----


def start(*arguments: str, home: Path) -> subprocess.Popen[str]:
    """The program itself, among an installation's settings that it must not use."""
    settings = {"VIEROGEN_HOME": str(home), "VIEROGEN_DATABASE_URL": f"sqlite:///{home}/precious.sqlite3"}
    inherited = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    (home / "tmp").mkdir(parents=True)
    environment = inherited | settings | {"PYTHONPATH": str(ROOT), "TMPDIR": str(home / "tmp")}
    program = [sys.executable, "-c", "from vierogen.config.cli import main; main()"]
    pipe = subprocess.PIPE
    return subprocess.Popen([*program, *arguments], env=environment, stdout=pipe, stderr=pipe, text=True)


def vierogen(*arguments: str, home: Path) -> tuple[int, str, str]:
    """Exit code, output and errors. Whatever happens, nothing stays behind."""
    with start(*arguments, home=home) as process:
        output, errors = process.communicate(timeout=60)
    assert [path for path in home.rglob("*") if path != home / "tmp"] == []
    return process.returncode, output, errors


def test_the_command_plays_a_file_and_touches_no_installation(tmp_path: Path) -> None:
    path = written(tmp_path, HEAD + f"a1,gateway,{CALM},\n2,phone,,\n3,private,dag,\n")
    code, output, errors = vierogen("replay", str(path), "--json", home=tmp_path / "home")
    assert (code, errors) == (0, "")
    *rows, last = map(json.loads, output.splitlines())
    assert [(row["id"], row["outcome"]) for row in rows] == [
        ("a1", "second reader only"),
        ("2", "caught"),
        ("3", "outside"),
    ]
    assert [("seconds" in row) for row in rows] == [False, True, False]
    assert last["accidents"] == 3
    assert last["totals"] == {
        "stopped": 0,
        "warned": 0,
        "second reader only": 1,
        "caught": 1,
        "outside": 1,
        "missed": 0,
    }


def test_without_json_it_is_a_table_with_a_last_line_of_totals() -> None:
    told = StringIO()
    command = Command(stdout=told)
    command._say_line(Played(accident("private", number="12"), Outcome.OUTSIDE))
    command._say_line(Played(accident("phone", number="a"), Outcome.CAUGHT, 0.1234))
    command._say_totals(Counter({"missed": 0, "caught": 2, "outside": 1}), as_json=False)
    assert told.getvalue().splitlines() == [
        "12           private  outside",
        "a            phone    caught              0.12",
        "3 accidents: 2 caught, 1 outside",
    ]


@pytest.mark.parametrize("content", ["", HEAD + "1,telegram,,\n"])
def test_a_wrong_file_ends_with_2_and_one_sentence(tmp_path: Path, content: str) -> None:
    code, output, errors = vierogen("replay", str(written(tmp_path, content)), home=tmp_path / "home")
    assert (code, output) == (2, "")
    assert len(errors.splitlines()) == 1
    assert "Traceback" not in errors


def test_a_missing_file_ends_with_2_too(tmp_path: Path) -> None:
    code, _output, errors = vierogen("replay", str(tmp_path / "nowhere.csv"), home=tmp_path / "home")
    assert code == 2
    assert "cannot be read" in errors


def test_a_replay_that_is_ended_takes_its_home_along(tmp_path: Path) -> None:
    path = written(tmp_path, HEAD + "1,private,,\n" + "2,phone,,\n" * 20)
    with start("replay", str(path), "--json", home=tmp_path / "home") as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["id"] == "1"
        process.terminate()
        _output, errors = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    assert "Traceback" not in errors
    assert list((tmp_path / "home" / "tmp").iterdir()) == []


@pytest.mark.django_db
def test_a_database_in_use_is_never_played_on(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="an empty database of its own"):
        call_command("replay", str(written(tmp_path, HEAD + "1,private,,\n")))
