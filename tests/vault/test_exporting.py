"""The sealed export: for two people at least, opened without this program, and enough to begin anew."""

import json
import stat
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyrage
import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection

from tests.plugins.house import SETUP, empty, make_member
from vierogen.channels.actions import entrust
from vierogen.channels.models import Channel
from vierogen.core.sealing import SealError, new_key_file
from vierogen.ledger import guard
from vierogen.ledger.models import Entry
from vierogen.people.actions import found
from vierogen.people.models import Organisation
from vierogen.people.roles import Role
from vierogen.practice.network import Account
from vierogen.practice.server import PracticeServer
from vierogen.vault.actions import check_key, connect, keyring, opened
from vierogen.vault.exporting import CONSOLE, checked, export, identities_in, instructions, read
from vierogen.vault.keeping import keep
from vierogen.vault.models import Kept, Secret
from vierogen.vault.revealing import Revealed, reveal
from vierogen.vault.rotating import rotate
from vierogen.web.proof import Proof

PASSWORD = "vier ogen zien meer"


class Holder:
    """Somebody with an identity of age."""

    def __init__(self) -> None:
        identity = pyrage.x25519.Identity.generate()
        self.secret, self.public = str(identity), str(identity.to_public())


@pytest.fixture
def first() -> Holder:
    return Holder()


@pytest.fixture
def second() -> Holder:
    return Holder()


@pytest.fixture
def full(settings: Any, tmp_path: Path, request: pytest.FixtureRequest) -> Channel:
    """An account with secrets, in an installation with a key of its own."""
    settings.KEY_FILE = tmp_path / "first" / "vault.key"
    new_key_file(settings.KEY_FILE)
    channel: Channel = request.getfixturevalue("channel")
    cora = request.getfixturevalue("cora")
    keep(channel, "password", PASSWORD, by=cora)
    keep(channel, "notes", "in the safe", by=cora, needs_second=True)
    check_key()
    return channel


def exported(first: Holder, second: Holder) -> bytes:
    everything = list(Organisation.objects.all())
    return export(everything, to=[first.public, second.public], by=CONSOLE, with_keys=True)


def test_each_of_the_recipients_opens_it_and_nobody_else(
    full: Channel, official: Account, first: Holder, second: Holder
) -> None:
    data = exported(first, second)
    assert data.startswith(b"-----BEGIN AGE ENCRYPTED FILE-----")
    for holder in (first, second):
        told = json.loads(pyrage.decrypt(data, [pyrage.x25519.Identity.from_str(holder.secret)]))
        (account,) = told["organisations"][0]["accounts"]
        assert account["credentials"] == {"token": official.token}
        assert account["secrets"]["password"]["value"] == PASSWORD
        assert told["keys"][0]["id"] == keyring()[0].id
    with pytest.raises(ValidationError, match="does not open"):
        read(data, identities=[Holder().secret])
    entry = Entry.objects.get(verb="export_secrets")
    assert entry.facts["recipients"] == [first.public, second.public]


def test_fewer_than_two_the_same_twice_and_no_keys_are_refused(full: Channel, first: Holder, second: Holder) -> None:
    for wrong in ([], [first.public], [first.public, f" {first.public.upper()} "], [first.public, "age1nonsense"]):
        with pytest.raises(ValidationError):
            export([full.organisation], to=wrong, by=CONSOLE, with_keys=True)
    with pytest.raises(ValidationError):
        checked([first.secret, second.public])
    assert not Entry.objects.filter(verb="export_secrets").exists()
    assert checked([first.public, second.public]) == [first.public, second.public]


def test_without_the_ledger_there_is_no_export(
    full: Channel, first: Holder, second: Holder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("vierogen.vault.exporting.record", fail)
    with pytest.raises(OSError, match="full"):
        exported(first, second)


def test_one_that_was_tampered_with_is_no_export(full: Channel, first: Holder, second: Holder) -> None:
    """Any change to an age file is noticed; another file that the identity opens is no export."""
    data = pyrage.encrypt(b"{}", [pyrage.x25519.Recipient.from_str(first.public)])
    for wrong in (data, data[:-1], b"", exported(first, second)[:-80]):
        with pytest.raises(ValidationError):
            read(wrong, identities=[first.secret])


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_instructions_say_how_it_is_opened(language: str) -> None:
    assert instructions("vierogen-export.age", language=language).startswith(b"%PDF")


# Back, from the export alone


@pytest.fixture
def from_the_safe(full: Channel, settings: Any, tmp_path: Path, first: Holder, second: Holder) -> Mapping[str, Path]:
    """The export and an identity on disk; everything else of the first installation is gone."""
    identity, out = tmp_path / "identity.txt", tmp_path / "export.age"
    identity.write_text(f"# created: today\n# public key: {second.public}\n{second.secret}\n")
    call_command("export_keys", "--to", first.public, second.public, "--out", str(out))
    guard.remove(connection)
    empty()
    guard.install(connection)
    settings.KEY_FILE.unlink()
    settings.KEY_FILE = tmp_path / "second" / "vault.key"
    new_key_file(settings.KEY_FILE)
    check_key()
    return {"file": out, "identity": identity}


def back(from_the_safe: Mapping[str, Path], *options: str) -> None:
    call_command("restore_keys", str(from_the_safe["file"]), "--identity", str(from_the_safe["identity"]), *options)


def test_on_a_new_installation_secrets_are_seen_and_connectors_open(
    from_the_safe: Mapping[str, Path], official: Account
) -> None:
    assert stat.S_IMODE(from_the_safe["file"].stat().st_mode) == 0o600
    for language in ("nl", "en"):
        assert from_the_safe["file"].with_name(f"export.age.{language}.pdf").read_bytes().startswith(b"%PDF")
    town = found("Gemeente Voorbeeld", by=SETUP)
    kees, cora = make_member(town, "Kees", Role.CUSTODIAN), make_member(town, "Cora", Role.ADMINISTRATOR)
    back(from_the_safe)
    channel = Channel.objects.get()
    with opened(channel) as network:
        assert network.opened.credentials == {"token": official.token}
        assert network.me().handle.startswith("@gemeente_voorbeeld")
    entrust(channel, to=[kees], by=cora)
    password, notes = Kept.objects.order_by("pk")
    proof = Proof(kees.user_id, "totp", time.time())
    shown = reveal(password, by=kees, reason="To see whether all came back", proof=proof)
    assert isinstance(shown, Revealed)
    assert shown.value == PASSWORD
    assert (password.changed_by, password.version, notes.needs_second) == (None, 1, True)
    assert {row.key_id for model in (Secret, Kept) for row in model.objects.all()} == {keyring()[0].id}
    assert Entry.objects.filter(verb="restore_secrets").exists()


def test_an_installation_with_secrets_of_its_own_is_not_overwritten(
    from_the_safe: Mapping[str, Path], practice: PracticeServer
) -> None:
    town = found("Gemeente Voorbeeld", by=SETUP)
    cora = make_member(town, "Cora", Role.ADMINISTRATOR)
    account = practice.network.add_account("other", "Other")
    connect(town, "mastodon", server=practice.url, credentials={"token": account.token}, by=cora)
    before = list(Secret.objects.values())
    with pytest.raises(CommandError, match="Nothing was changed"):
        back(from_the_safe)
    assert list(Secret.objects.values()) == before
    Channel.objects.all().delete()
    back(from_the_safe)
    assert Kept.objects.count() == 2


def test_without_an_organisation_it_says_what_to_do_first(from_the_safe: Mapping[str, Path]) -> None:
    with pytest.raises(CommandError, match="Set it up first"):
        back(from_the_safe)
    assert not Channel.objects.exists()


def test_the_keys_come_back_for_a_database_from_a_backup(
    from_the_safe: Mapping[str, Path], settings: Any, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match="already"):
        back(from_the_safe, "--only-keys")
    settings.KEY_FILE = tmp_path / "third" / "vault.key"
    back(from_the_safe, "--only-keys")
    assert stat.S_IMODE(settings.KEY_FILE.stat().st_mode) == 0o400
    (known,) = read(from_the_safe["file"].read_bytes(), identities=[identity_in(from_the_safe)])["keys"]
    assert keyring()[0].id == known["id"]


def identity_in(from_the_safe: Mapping[str, Path]) -> str:
    return identities_in(from_the_safe["identity"].read_text())[0]


def test_old_keys_are_in_it_too(full: Channel, first: Holder, second: Holder) -> None:
    old = keyring()[0].id
    rotate()
    told = read(exported(first, second), identities=[first.secret])
    assert [key["id"] for key in told["keys"]] == [keyring()[0].id, old]


def test_a_damaged_secret_makes_no_silent_gap(full: Channel, first: Holder, second: Holder) -> None:
    Kept.objects.filter(field="notes").update(version=9)
    with pytest.raises(SealError):
        exported(first, second)
