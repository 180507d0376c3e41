"""The command line when something is missing or wrong: one sentence that says what to do, and nothing lost."""

import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from shutil import copytree

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
MAIN = "from vierogen.config.cli import main; main()"
NOWHERE = "postgres://anna:hunter2@127.0.0.1:1/nothing"


def run_in(home: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("VIEROGEN_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", MAIN, *arguments],
        env={**ours, "VIEROGEN_HOME": str(home), **settings},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture
def vierogen(tmp_path: Path) -> Run:
    """Run ``vierogen ARGUMENTS`` as an operator does, in a home of its own, with ``settings`` besides."""
    return partial(run_in, tmp_path / "home")


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home after ``vierogen init``, which takes seconds: made once."""
    home = tmp_path_factory.mktemp("begun") / "home"
    assert run_in(home, "init").returncode == 0
    return home


@pytest.fixture
def initialised(begun: Path, tmp_path: Path) -> None:
    """The home of this test after ``vierogen init``."""
    copytree(begun, tmp_path / "home")


@pytest.mark.parametrize("command", ["init", "doctor", "serve", "verify-ledger"])
def test_a_database_that_is_away_gives_a_sentence_and_keeps_its_password(vierogen: Run, command: str) -> None:
    done = vierogen(command, VIEROGEN_DATABASE_URL=NOWHERE)
    assert done.returncode == 1
    assert "Check VIEROGEN_DATABASE_URL" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stdout + done.stderr


def test_who_asks_for_a_traceback_gets_it(vierogen: Run) -> None:
    assert "Traceback" in vierogen("verify-ledger", "--traceback", VIEROGEN_DATABASE_URL=NOWHERE).stderr


@pytest.mark.parametrize("command", ["serve", "verify-ledger"])
def test_a_new_home_asks_for_init(vierogen: Run, command: str) -> None:
    done = vierogen(command)
    assert done.returncode == 1
    assert "vierogen init" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_setting_that_only_looks_like_a_number_is_named(vierogen: Run) -> None:
    done = vierogen("doctor", VIEROGEN_SMTP_PORT="²")
    assert done.returncode == 1
    assert done.stderr == "vierogen: VIEROGEN_SMTP_PORT is '²'; use a whole number.\n"


def test_a_home_in_which_nothing_can_be_kept_is_named(vierogen: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = vierogen("doctor", VIEROGEN_HOME=str(tmp_path / "file" / "home"))
    assert done.returncode == 1
    assert done.stderr.startswith(f"vierogen: VIEROGEN_HOME is {tmp_path / 'file' / 'home'}")


@pytest.mark.usefixtures("initialised")
def test_a_lost_key_is_asked_for_and_no_other_is_made(vierogen: Run, tmp_path: Path) -> None:
    key = tmp_path / "home" / "vault.key"
    kept = key.rename(tmp_path / "safe")
    for command in ("init", "serve"):
        done = vierogen(command)
        assert done.returncode == 1
        assert "Put it back from your backup" in done.stderr
        assert not key.exists()
    kept.rename(key)
    assert vierogen("init").returncode == 0


@pytest.mark.usefixtures("initialised")
def test_a_guard_of_the_ledger_that_somebody_took_away_is_missed_and_put_back(vierogen: Run, tmp_path: Path) -> None:
    assert vierogen("verify-ledger").returncode == 0
    with closing(sqlite3.connect(next((tmp_path / "home").glob("*.sqlite3")))) as database:
        database.execute("DROP TRIGGER ledger_no_delete")
    done = vierogen("verify-ledger")
    assert done.returncode == 1
    assert "its trigger ledger_no_delete is missing" in done.stdout
    assert "vierogen init" in done.stderr
    assert vierogen("init").returncode == 0
    assert vierogen("verify-ledger").returncode == 0


@pytest.mark.usefixtures("initialised")
def test_a_taken_port_gives_a_sentence_and_starts_nothing(vierogen: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = vierogen("serve", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert "Choose another with --port" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("initialised")
def test_doctor_says_what_is_well_and_what_to_mend(vierogen: Run) -> None:
    done = vierogen("doctor", VIEROGEN_SMTP_PORT="1")
    assert done.returncode == 1
    assert "well   key:" in done.stdout
    assert "WRONG  mail: the mail server 127.0.0.1:1 does not answer" in done.stdout


@pytest.mark.usefixtures("initialised")
def test_doctor_warns_of_simulators_in_the_place_of_networks(vierogen: Run) -> None:
    assert "well   networks:" in vierogen("doctor").stdout
    done = vierogen("doctor", VIEROGEN_NETWORK_SERVERS="INSTAGRAM=http://127.0.0.1:8100")
    assert done.returncode == 1
    assert "WRONG  networks: VIEROGEN_NETWORK_SERVERS leads to simulators" in done.stdout
