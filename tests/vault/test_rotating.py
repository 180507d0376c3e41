"""A new key while everything runs: whatever moment it is cut off at, everything opens, and it goes on."""

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from tests.posts.killing import database_url
from tests.vault.dying_rotation import STEPS as PLACES
from tests.vault.reading_along import GOOD
from vierogen.channels.models import Channel
from vierogen.core import sealing
from vierogen.core.plugins import offered
from vierogen.core.sealing import SealedRows, SealError, new_key_file
from vierogen.ledger.actions import Machine
from vierogen.networks.base import Shown
from vierogen.people.adapters import MFAAdapter
from vierogen.people.models import Member
from vierogen.posts.actions.removing import capture, evidence_context
from vierogen.posts.models import Evidence
from vierogen.vault import rotating
from vierogen.vault.actions import check_key, key_ids, keyring, open_evidence, open_handshake, opened, seal_handshake
from vierogen.vault.keeping import keep, opened_value
from vierogen.vault.models import Envelope, Handshake, Kept, Secret
from vierogen.vault.rotating import forget_old_keys, rotate

PASSWORD, SEED = "vier ogen zien meer", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


class KilledError(BaseException):
    """The power fails."""


@pytest.fixture
def key_file(settings: Any, tmp_path: Path) -> Path:
    """A key of this test alone."""
    settings.KEY_FILE = tmp_path / "keys" / "vault.key"
    new_key_file(settings.KEY_FILE)
    return tmp_path / "keys" / "vault.key"


@pytest.fixture
def full(key_file: Path, channel: Channel, cora: Member, monkeypatch: pytest.MonkeyPatch) -> Channel:
    """Something sealed in every table, two rows at a time."""
    monkeypatch.setattr(rotating, "BATCH", 2)
    check_key()
    for field in ("password", "notes", "recovery_codes", "recovery_email", "recovery_phone"):
        keep(channel, field, f"{PASSWORD} {field}", by=cora)
    Authenticator.objects.create(user=cora.user, type="totp", data={"secret": MFAAdapter().encrypt(SEED)})
    handshake = Handshake(member=cora, network_key="x", server="", state_hash="0" * 64)
    seal_handshake(handshake, {"verifier": "abc"})
    handshake.save()
    with transaction.atomic():
        capture(channel, Shown("1", "a private photo"), by=Machine("watch"))
    return channel


def everything_opens(channel: Channel) -> None:
    check_key()
    with opened(channel) as network:
        assert network.me().handle
    for kept in Kept.objects.select_related("channel"):
        assert opened_value(kept) == f"{PASSWORD} {kept.field}"
    assert MFAAdapter().decrypt(Authenticator.objects.get().data["secret"]) == SEED
    assert open_handshake(Handshake.objects.get()) == {"verifier": "abc"}
    for found in Evidence.objects.select_related("channel"):
        assert b"a private photo" in open_evidence(found.sealed, context=evidence_context(found.channel, found.sha256))


def test_every_table_with_an_envelope_is_offered() -> None:
    """A room that seals something new and forgets to say so would lose it with the old key."""
    tables = {model for model in apps.get_models() if issubclass(model, Envelope)}
    kinds = offered(SealedRows).values()  # type: ignore[type-abstract]
    assert {kind.model for kind in kinds if hasattr(kind, "model")} == tables


def test_all_is_wrapped_by_the_new_key_and_the_secrets_stay_as_they_are(full: Channel, key_file: Path) -> None:
    before, first = dict(Secret.objects.values_list("pk", "ciphertext")), keyring()[0]
    done = rotate()
    assert done.is_new
    assert done.rows == 10
    assert key_ids() == {done.key_id} == {keyring()[0].id}
    assert done.key_id != first.id
    assert dict(Secret.objects.values_list("pk", "ciphertext")) == before
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o400
    everything_opens(full)
    assert rotate().key_id not in {first.id, done.key_id}
    everything_opens(full)


def test_a_given_key_is_taken_and_the_same_one_refused(full: Channel, tmp_path: Path) -> None:
    given = new_key_file(tmp_path / "given.key")
    assert rotate(given=tmp_path / "given.key").key_id == given.id
    with pytest.raises(SealError, match="in use already"):
        rotate(given=tmp_path / "given.key")
    everything_opens(full)


STEPS: list[tuple[Any, str]] = [(os, "replace"), (os, "open"), (sealing, "rewrap"), (rotating, "keyring")]


def cut_off(owner: Any, name: str, at: int, *, after: bool, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Rotate, and be killed before or after the so manieth of these calls; False if there are not so many."""
    real, calls = getattr(owner, name), iter(range(10_000))

    def dying(*args: Any, **named: Any) -> Any:
        number = next(calls)
        if number == at and not after:
            raise KilledError
        done = real(*args, **named)
        if number == at:
            raise KilledError
        return done

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, dying)
        try:
            rotate()
        except KilledError:
            return True
    return False


@pytest.mark.parametrize(("owner", "name"), STEPS, ids=lambda part: str(getattr(part, "__name__", part)))
def test_killed_at_any_step_everything_opens_and_the_next_run_finishes(
    owner: Any, name: str, full: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = 0
    for at in range(40):
        if not cut_off(owner, name, at, after=bool(at % 2), monkeypatch=monkeypatch):
            break
        killed += 1
        everything_opens(full)
        rotate()
        assert len(key_ids()) == 1
    everything_opens(full)
    assert killed >= 3


@pytest.fixture
def environment(key_file: Path, settings: Any) -> dict[str, str]:
    """What another process needs to work with this test's rows and key."""
    return os.environ | {
        "VIEROGEN_DATABASE_URL": database_url(),
        "VIEROGEN_HOME": str(settings.HOME),
        "VIEROGEN_KEY_FILE": str(key_file),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }


@pytest.fixture
def reading(full: Channel, environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[[], list[str]]]:
    """A process that was there all along; call it for the lines that it wrote so far, a whole round more each time."""
    told = tmp_path / "reading.txt"
    with (
        told.open("wb") as out,
        subprocess.Popen([sys.executable, "-m", "tests.vault.reading_along"], env=environment, stdout=out) as reader,
    ):

        def lines() -> list[str]:
            seen, give_up = len(told.read_text().splitlines()), time.monotonic() + 20
            # Two: the first may have begun before whatever is to be seen.
            while len(told.read_text().splitlines()) < seen + 2:
                assert reader.poll() is None, "the reader ended by itself"
                assert time.monotonic() < give_up, "the reader stands still"
                time.sleep(0.01)
            return told.read_text().splitlines()

        try:
            yield lines
        finally:
            reader.kill()


def ciphertexts() -> dict[tuple[str, int], bytes]:
    """What is sealed, row by row; a new key changes none of it."""
    tables = [model for model in apps.get_models() if issubclass(model, Envelope)]
    return {
        (model._meta.label, pk): bytes(told)
        for model in tables
        for pk, told in model._base_manager.values_list("pk", "ciphertext")
    }


@pytest.mark.django_db(transaction=True)
def test_a_real_process_killed_at_any_step_loses_nothing_and_one_that_reads_all_along_follows(
    full: Channel, environment: dict[str, str], reading: Callable[[], list[str]]
) -> None:
    before, keys = ciphertexts(), [keyring()[0].id]
    for place in PLACES:
        command = [sys.executable, "-m", "tests.vault.dying_rotation", place]
        ended = subprocess.run(command, env=environment, timeout=30, check=False, capture_output=True)
        assert ended.returncode == -signal.SIGKILL, (place, ended.stderr.decode())
        everything_opens(full)
        keys.append(rotate().key_id)
        assert key_ids() == {keys[-1]}, place
        everything_opens(full)
        # The process that was running all the while seals with the new key.
        assert reading()[-1] == f"{keys[-1]} {GOOD}", place
    # And once more as people type it.
    vierogen = [str(Path(sys.executable).with_name("vierogen")), "rotate-key"]
    environment |= {"DJANGO_SETTINGS_MODULE": "vierogen.config.settings"}
    said = subprocess.run(vierogen, env=environment, timeout=30, check=True, capture_output=True)
    assert f"A new key is in use: {keyring()[0].id}." in said.stdout.decode()
    lines = reading()
    assert {line.split(" ", 1)[1] for line in lines} == {GOOD}
    # Every key in its turn, also one that was whole when its maker died.
    assert {line.split()[0] for line in lines} >= {*keys, keyring()[0].id}
    assert len({*keys, keyring()[0].id}) == len(PLACES) + 2
    assert ciphertexts() == before
    everything_opens(full)


@pytest.mark.django_db(transaction=True)
def test_others_go_on_reading_and_sealing_meanwhile(full: Channel, cora: Member) -> None:
    """Neither what is read nor what is sealed while the key changes is lost."""
    stop, wrong, turns = threading.Event(), [], []

    def use() -> None:
        try:
            while not stop.is_set():
                kept = Kept.objects.select_related("channel").get(field="notes")
                if opened_value(kept) != f"{PASSWORD} notes":
                    wrong.append("another value")
                keep(full, "notes", f"{PASSWORD} notes", by=cora)
                turns.append(1)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is wrong
            wrong.append(repr(error))
        finally:
            connection.close()

    thread = threading.Thread(target=use)
    thread.start()
    try:
        for _turn in range(5):
            rotate()
    finally:
        stop.set()
        thread.join(timeout=30)
    rotate()
    assert wrong == []
    assert turns
    everything_opens(full)


def test_a_row_that_does_not_open_stops_no_rotation(full: Channel) -> None:
    Kept.objects.filter(field="notes").update(wrapped=b"x" * 60)
    assert rotate().damaged == 1
    done = rotate()
    assert (done.is_new, done.damaged) == (True, 1)
    Kept.objects.filter(field="notes").delete()
    everything_opens(full)


def test_old_keys_are_forgotten_only_when_nothing_needs_them(full: Channel, key_file: Path) -> None:
    stale = dict(Kept.objects.filter(field="notes").values("key_id", "wrapped").get())
    rotate()
    assert len(sealing.old_key_files(key_file)) == 1
    new = dict(Kept.objects.filter(field="notes").values("key_id", "wrapped").get())
    Kept.objects.filter(field="notes").update(**stale)
    assert forget_old_keys() == []
    everything_opens(full)
    Kept.objects.filter(field="notes").update(**new)
    assert forget_old_keys() == [stale["key_id"]]
    everything_opens(full)


def test_the_command_says_how_long_it_took(full: Channel, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("rotate_key")
    assert "10 sealed rows were wrapped anew in" in capsys.readouterr().out


def test_a_wrong_key_rotates_nothing(full: Channel, settings: Any, tmp_path: Path) -> None:
    before = list(Kept.objects.order_by("pk").values())
    settings.KEY_FILE = tmp_path / "other.key"
    new_key_file(settings.KEY_FILE)
    with pytest.raises(CommandError, match="nothing was touched"):
        call_command("rotate_key")
    assert list(Kept.objects.order_by("pk").values()) == before


@pytest.fixture
def locked_folder(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the key is a systemd credential; these tests may run as somebody whom no mode stops."""
    real: Callable[..., int] = os.open

    def refuse(path: Any, flags: int, *rest: Any, **named: Any) -> int:
        if flags & os.O_CREAT and Path(path).parent == key_file.parent:
            raise PermissionError(30, "Read-only file system")
        return real(path, flags, *rest, **named)

    monkeypatch.setattr(os, "open", refuse)


def test_a_key_from_elsewhere_is_changed_there_and_the_rows_here(
    full: Channel, locked_folder: None, settings: Any, tmp_path: Path
) -> None:
    with pytest.raises(SealError, match="systemd"):
        rotate()
    everything_opens(full)
    old, settings.KEY_FILE = settings.KEY_FILE, tmp_path / "vierogen-key"
    new_key_file(settings.KEY_FILE)
    settings.OLD_KEY_FILES = [old]
    done = rotate()
    assert (done.is_new, done.rows) == (False, 10)
    settings.OLD_KEY_FILES = []
    everything_opens(full)
