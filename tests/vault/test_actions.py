"""Credentials are sealed, handed out only as opened connectors, and never lost, mixed up or shown."""

import logging
import secrets
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from tests.servers.faulty import FaultyProxy
from tests.servers.pds import PDS, Account
from vierogen.channels.models import Channel
from vierogen.core.sealing import SealError, new_key_file
from vierogen.ledger.models import Entry
from vierogen.networks.base import Network
from vierogen.people.models import Member, Organisation
from vierogen.practice.network import Account as PracticeAccount
from vierogen.practice.server import PracticeServer
from vierogen.vault import actions
from vierogen.vault.actions import check_key, connect, open_evidence, opened, seal, seal_evidence
from vierogen.vault.models import Canary, Secret

REFRESH = "POST /xrpc/com.atproto.server.refreshSession"
LOGIN = "POST /xrpc/com.atproto.server.createSession"


def credentials_of(channel: Channel) -> Mapping[str, str]:
    with opened(channel) as network:
        return network.opened.credentials


@pytest.fixture
def other(channel: Channel, practice: PracticeServer, cora: Member) -> Channel:
    """Another account of the same organisation."""
    account = practice.network.add_account("wijk_noord", "Wijk Noord")
    return connect(channel.organisation, "mastodon", server=practice.url, credentials={"token": account.token}, by=cora)


@pytest.fixture
def another_key(settings: Any, tmp_path: Path) -> Path:
    """The key file of some other installation, in place of ours."""
    new_key_file(tmp_path / "vault.key")
    settings.KEY_FILE = tmp_path / "vault.key"
    return tmp_path / "vault.key"


# Sealing and opening


def test_an_opened_connector_has_what_was_sealed(channel: Channel, official: PracticeAccount) -> None:
    with opened(channel) as network:
        assert network.opened.credentials == {"token": official.token}
        assert network.me().handle.startswith("@gemeente_voorbeeld")


def test_the_table_holds_no_secret(channel: Channel, official: PracticeAccount) -> None:
    row = Secret.objects.get()
    assert official.token.encode() not in bytes(row.ciphertext) + bytes(row.wrapped)


@pytest.mark.parametrize("what", ["everything", "ciphertext", "wrapped"])
def test_a_swapped_ciphertext_does_not_open(what: str, channel: Channel, other: Channel) -> None:
    theirs = Secret.objects.get(channel=other)
    columns = ("key_id", "wrapped", "ciphertext") if what == "everything" else (what,)
    Secret.objects.filter(channel=channel).update(**{name: getattr(theirs, name) for name in columns})
    with pytest.raises(SealError, match="does not open"):
        credentials_of(channel)


def test_a_secret_does_not_open_as_another_field_or_in_another_organisation(
    channel: Channel, elsewhere: Organisation
) -> None:
    Secret.objects.update(field="refresh_jwt")
    with pytest.raises(SealError):
        credentials_of(channel)
    Secret.objects.update(field="token")
    assert credentials_of(channel)
    Channel.objects.filter(pk=channel.pk).update(organisation=elsewhere)
    with pytest.raises(SealError):
        credentials_of(Channel.objects.get(pk=channel.pk))


def test_an_old_value_put_back_does_not_open(channel: Channel) -> None:
    old = Secret.objects.values("wrapped", "ciphertext").get()
    seal(channel, {"token": "a newer token"})
    Secret.objects.update(**old)
    with pytest.raises(SealError):
        credentials_of(channel)


def test_a_new_value_replaces_the_old_one(channel: Channel) -> None:
    seal(channel, {"token": "a newer token"})
    assert credentials_of(channel) == {"token": "a newer token"}
    assert Secret.objects.get().version == 2


def test_nothing_is_overwritten_with_nothing(channel: Channel, official: PracticeAccount) -> None:
    with pytest.raises(ValueError, match="token with nothing"):
        seal(channel, {"handle": "new", "token": ""})
    assert credentials_of(channel) == {"token": official.token}
    with opened(channel) as network, pytest.raises(ValueError, match="with nothing"):
        network.opened.remember({"token": ""})
    assert credentials_of(channel) == {"token": official.token}


def test_evidence_opens_only_as_what_it_was_sealed_as(db: None) -> None:
    sealed = seal_evidence(b"a private photo", context="evidence:1:2:abc")
    assert open_evidence(sealed, context="evidence:1:2:abc") == b"a private photo"
    with pytest.raises(SealError):
        open_evidence(sealed, context="evidence:1:3:abc")


# Renewed tokens


def test_what_the_network_renewed_is_kept(channel: Channel) -> None:
    with opened(channel) as network:
        network.opened.remember({"token": "second", "refresh_jwt": "r2"})
        network.opened.remember({"token": "third"})
        network.opened.remember({"refresh_jwt": "r3"})
    assert credentials_of(channel) == {"token": "third", "refresh_jwt": "r3"}


def test_an_older_renewal_does_not_overwrite_a_newer_one(channel: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(channel) as slow, opened(channel) as quick:
        remember = actions._remember

        def held_up(*args: Any, **named: Any) -> None:
            monkeypatch.setattr(actions, "_remember", remember)
            quick.opened.remember({"token": "newer"})
            remember(*args, **named)

        monkeypatch.setattr(actions, "_remember", held_up)
        slow.opened.remember({"token": "older"})
    assert credentials_of(channel) == {"token": "newer"}


def test_a_renewal_of_old_credentials_does_not_overwrite_what_somebody_filled_in(
    channel: Channel, official: PracticeAccount
) -> None:
    seal(channel, {"app_password": "old password"})
    with opened(channel) as network:
        seal(channel, {"app_password": "new password", "access_jwt": "of the new password"})
        network.opened.remember({"access_jwt": "of the old password"})
    assert credentials_of(channel)["access_jwt"] == "of the new password"
    assert credentials_of(channel)["app_password"] == "new password"


@pytest.mark.django_db(transaction=True)
def test_workers_that_renew_at_once_leave_one_whole_set(channel: Channel) -> None:
    names = ("access_jwt", "refresh_jwt", "session_of")
    ready = threading.Barrier(4)

    def renew(name: str) -> None:
        with opened(channel) as network:
            for turn in range(5):
                ready.wait()
                network.opened.remember(dict.fromkeys(names, f"{name}{turn}"))
        connection.close()

    threads = [threading.Thread(target=renew, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    kept = credentials_of(channel)
    assert len({kept[field] for field in names}) == 1
    assert kept["refresh_jwt"].endswith("4")


@pytest.fixture
def proxy(pds: PDS) -> Iterator[FaultyProxy]:
    with FaultyProxy(pds.port) as between:
        yield between


@pytest.fixture
def bluesky(pds: PDS, proxy: FaultyProxy, transactional_db: None, town: Organisation, cora: Member) -> Channel:
    """An account on a real Bluesky server, whose access token expired."""
    account: Account = pds.create_account(f"vault{timezone.now():%H%M%S%f}")
    given = {"handle": account.handle, "app_password": account.password}
    channel = connect(town, "bluesky", server=proxy.base_url, credentials=given, by=cora)
    seal(channel, {"access_jwt": pds.outdated_token(account.did)})
    return channel


def test_two_workers_renew_a_real_session_and_what_is_kept_still_renews(
    bluesky: Channel, pds: PDS, proxy: FaultyProxy
) -> None:
    before, ready = dict(credentials_of(bluesky)), threading.Barrier(2)
    logins = proxy.count(LOGIN)

    def use() -> None:
        with opened(bluesky) as network:
            ready.wait()
            network.me()
        connection.close()

    threads = [threading.Thread(target=use) for _turn in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    after = credentials_of(bluesky)
    assert after["refresh_jwt"] != before["refresh_jwt"]
    assert all(after.values())
    seal(bluesky, {"access_jwt": pds.outdated_token(after["did"])})
    with opened(bluesky) as network:
        network.me()
    assert proxy.count(REFRESH) == 3
    assert proxy.count(LOGIN) == logins


# The right key


def test_the_first_start_leaves_a_canary(db: None) -> None:
    check_key()
    check_key()
    assert Canary.objects.count() == 1


def rows() -> list[Any]:
    """All rows of the vault, as they stand in the database."""
    return [list(model.objects.order_by("pk").values()) for model in (Secret, Canary)]


@pytest.mark.parametrize("with_canary", [True, False])
def test_a_wrong_key_is_refused_and_nothing_is_touched(
    with_canary: bool, channel: Channel, request: pytest.FixtureRequest
) -> None:
    if with_canary:
        check_key()
    before = rows()
    request.getfixturevalue("another_key")
    with pytest.raises(SealError, match="nothing was touched"):
        check_key()
    assert rows() == before


def test_a_damaged_canary_is_refused(db: None) -> None:
    check_key()
    Canary.objects.update(ciphertext=b"x" * 40)
    with pytest.raises(SealError):
        check_key()


@pytest.mark.parametrize("command", ["serve", "web", "worker", "watch", "init"])
def test_no_part_starts_with_a_wrong_key(
    command: str, channel: Channel, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_key()
    before = rows()
    request.getfixturevalue("another_key")
    with pytest.raises(CommandError, match="Put the right key file back"):
        call_command(command)
    assert rows() == before


def test_init_makes_no_new_key_beside_a_vault_that_has_one(channel: Channel, settings: Any, tmp_path: Path) -> None:
    check_key()
    settings.KEY_FILE = tmp_path / "lost.key"
    with pytest.raises(CommandError, match="backup"):
        call_command("init")
    assert not settings.KEY_FILE.exists()


def test_the_old_key_still_opens_what_it_sealed(
    channel: Channel, official: PracticeAccount, settings: Any, tmp_path: Path
) -> None:
    check_key()
    old, settings.KEY_FILE = settings.KEY_FILE, tmp_path / "new.key"
    new = new_key_file(settings.KEY_FILE)
    settings.OLD_KEY_FILES = [old]
    check_key()
    assert credentials_of(channel) == {"token": official.token}
    seal(channel, {"token": "sealed with the new key"})
    assert Secret.objects.get().key_id == new.id
    settings.KEY_FILE, settings.OLD_KEY_FILES = old, []
    with pytest.raises(SealError, match="nothing was touched"):
        check_key()


# Connecting


def test_a_key_that_the_network_refuses_is_not_kept(practice: PracticeServer, town: Organisation, cora: Member) -> None:
    token = secrets.token_hex()
    with pytest.raises(ValidationError) as refusal:
        connect(town, "mastodon", server=practice.url, credentials={"token": token}, by=cora)
    assert token not in "".join(traceback.format_exception(refusal.value))
    assert not Secret.objects.exists()
    assert not Channel.objects.exists()


def test_only_who_may_connects(
    practice: PracticeServer, official: PracticeAccount, town: Organisation, anna: Member, otto: Member
) -> None:
    for by in (anna, otto):
        with pytest.raises(PermissionDenied):
            connect(town, "mastodon", server=practice.url, credentials={"token": official.token}, by=by)
    assert not Secret.objects.exists()


def test_somebody_who_left_while_the_network_answered_connects_nothing(
    practice: PracticeServer, official: PracticeAccount, town: Organisation, cora: Member
) -> None:
    assert cora.may("connect")  # what a page has read before
    Member.objects.filter(pk=cora.pk).update(ends_on=timezone.now().date() - timedelta(days=2))
    with pytest.raises(PermissionDenied):
        connect(town, "mastodon", server=practice.url, credentials={"token": official.token}, by=cora)


# Nothing shows


def everything_in_the_database() -> str:
    models = [model for model in apps.get_models() if model._meta.managed]
    return "".join(str(list(model._base_manager.values_list())) for model in models)


@pytest.mark.parametrize("fault", ["error_before", "cut_before", "error_after_accepting", "limited"])
def test_no_token_in_logs_errors_representations_or_tables(
    fault: str, channel: Channel, official: PracticeAccount, practice: PracticeServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told = ""
    with opened(channel) as network:
        told += repr(network.opened) + repr(network)
        practice.faults.next(fault, count=3, on="*")  # type: ignore[arg-type]
        for ask in (network.me, network.recent, lambda: network.read("1")):
            told += _complaint(ask)
    told += str(list(Entry.objects.values_list())) + repr(Secret.objects.get()) + caplog.text
    assert official.token not in told
    assert official.token not in everything_in_the_database()


def _complaint(ask: Callable[[], object]) -> str:
    try:
        return repr(ask())
    except Exception as error:  # noqa: BLE001 - whatever it is, it must not show a token
        return "".join(traceback.format_exception(error)) + repr(error)


def test_a_connector_that_crashes_shows_no_token(
    channel: Channel, official: PracticeAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(self: Network) -> None:
        raise KeyError("nothing")

    monkeypatch.setattr(channel.network, "me", crash)
    with opened(channel) as network:
        assert official.token not in _complaint(network.me)


@pytest.mark.parametrize("spelling", ["{}/", "{}/about", " {} ", "HTTP{}"])
def test_an_account_is_the_same_however_its_server_is_written(
    channel: Channel,
    practice: PracticeServer,
    official: PracticeAccount,
    cora: Member,
    otto: Member,
    elsewhere: Organisation,
    spelling: str,
) -> None:
    typed = spelling.format(practice.url.removeprefix("http") if spelling.startswith("HTTP") else practice.url)
    again = connect(channel.organisation, "mastodon", server=typed, credentials={"token": official.token}, by=cora)
    assert (again.pk, again.server) == (channel.pk, practice.url)
    with pytest.raises(ValidationError, match="Another organisation"):
        connect(elsewhere, "mastodon", server=typed, credentials={"token": official.token}, by=otto)
    assert Channel.objects.count() == 1
