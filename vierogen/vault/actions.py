"""Sealing credentials, opening connectors, and telling a wrong key. Nothing else decrypts."""

import json
import logging
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field as column
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from vierogen.channels.actions import add
from vierogen.channels.models import Channel, networks
from vierogen.core import sealing
from vierogen.core.http import guarded_client
from vierogen.core.plugins import offered
from vierogen.ledger.actions import Machine, record
from vierogen.ledger.moves import subject_of
from vierogen.networks.abilities import Authorises, Refreshes
from vierogen.networks.base import (
    Attempt,
    Client,
    Deletes,
    Disconnected,
    Network,
    NetworkError,
    Opened,
    Profile,
)
from vierogen.networks.recording import overheard
from vierogen.people.models import Member, Organisation
from vierogen.vault.models import Canary, Handshake, KeyLife, Secret
from vierogen.vault.reaching import client_for

log = logging.getLogger(__name__)

VAULT = Machine("vault")
# Among the credentials, the moment at which the key ends by itself (networks.abilities.Authorises).
ENDS = "expires_at"
# Seconds between looks at whether another part, that renews the key at this very moment, put the new one down;
# and how many looks: while the worker has taken the renewal upon itself, for as long as a network may take.
LOOK_AGAIN, LOOKS, LOOKS_AT_WORK = 0.5, 6, 40
CANARY_CONTEXT = b"canary"
_CANARY = b"the right key opens this"
_OVERTAKEN = gettext_noop("The key was renewed at this very moment. It is tried again with the new one.")


def client_of(network_key: str) -> Client | None:
    """This installation as the network knows it, where the operator made it known there."""
    told = settings.NETWORK_CLIENTS.get(network_key)
    return Client(*told) if told else None


def keyring() -> tuple[sealing.Key, dict[str, sealing.Key]]:
    """The key that seals now, and every key that can open, by id."""
    return sealing.keyring(settings.KEY_FILE, old=settings.OLD_KEY_FILES)


def check_key() -> None:
    """Refuse a wrong key before anything is touched; the first start leaves the canary.

    Raises ``core.sealing.SealError`` with a sentence that says what to do.
    """
    # Only what it needs: "vierogen init" asks before it brings the tables up to date.
    canary = Canary.objects.only("key_id", "wrapped", "ciphertext").order_by("-pk").first()
    used = key_ids()
    current, keys = keyring()
    if missing := used - keys.keys():
        raise sealing.SealError(
            f"The vault was sealed with key {min(missing)}, and {settings.KEY_FILE} holds key {current.id}. "
            "Put the right key file back; nothing was touched."
        )
    if canary is None:
        _leave_canary(current)
    else:
        sealing.unseal(canary.sealed, keys=keys, context=CANARY_CONTEXT)


def key_ids() -> set[str]:
    """The ids of all keys that something in this installation needs to be opened, whichever room sealed it."""
    kinds = offered(sealing.SealedRows)  # type: ignore[type-abstract]
    return set().union(*(kind().key_ids() for kind in kinds.values()))


def is_sealed() -> bool:
    """Has this installation a vault that only its own key opens? Also where there are no tables yet."""
    return Canary._meta.db_table in connection.introspection.table_names() and Canary.objects.exists()


def _leave_canary(key: sealing.Key) -> None:
    sealed = sealing.seal(_CANARY, key=key, context=CANARY_CONTEXT)
    Canary.objects.create(key_id=sealed.key_id, wrapped=sealed.wrapped, ciphertext=sealed.ciphertext)


def context_of(channel: Channel, field: str, version: int) -> bytes:
    """What a connector's credential is bound to."""
    told = {
        "organisation": channel.organisation_id,
        "channel": channel.pk,
        "field": field,
        "version": version,
    }
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()


@transaction.atomic
def seal(channel: Channel, credentials: Mapping[str, str]) -> None:
    """Store each credential under a fresh data key; refuses an empty value, so nothing is lost to a bad refresh."""
    at = timezone.now()
    _store(channel, credentials, at=at, known=_locked(channel))
    _note_life(channel, credentials, at=at)


def _seal_anew(channel: Channel, credentials: Mapping[str, str], *, by: Member | None) -> None:
    """Seal these, and keep nothing of an earlier connection: its refresh token would renew the wrong key.

    ``by`` handed the key in; whoever hands in the same one again does not take it from who knew it before.
    """
    known = _locked(channel)
    is_same = _is_same_key(channel, known, credentials)
    Secret.objects.filter(channel=channel).exclude(field__in=credentials).delete()
    KeyLife.objects.filter(channel=channel).delete()
    at = timezone.now()
    unchanged_since = min(secret.changed_at for secret in known.values()) if is_same else at
    _store(channel, credentials, at=unchanged_since, known=known)
    _note_life(channel, credentials, at=at)
    if by is not None and not is_same:
        Secret.objects.filter(channel=channel).update(changed_by=by)


def _is_same_key(channel: Channel, known: Mapping[str, Secret], credentials: Mapping[str, str]) -> bool:
    fields = [field.name for field in channel.network.fields if field.secret and not field.optional]
    theirs = [known[name] for name in fields if name in known and known[name].changed_by_id]
    try:
        return any(credentials.get(name) == value for name, value in _values(channel, theirs).items())
    except sealing.SealError:  # a new key is what repairs it
        return False


@transaction.atomic
def _remember(channel: Channel, changed: Mapping[str, str], *, at: datetime, read: dict[str, int]) -> None:
    """Seal what the network renewed ``at`` that time, unless what it was made from does not stand there any more.

    ``read`` holds the versions that the connector was opened with. Where somebody filled in other credentials
    since, this belongs to the old ones; where another worker was first, theirs is what later renewals build on.
    """
    known = _locked(channel)
    if _versions(known) != read:
        log.info("channel %s: renewed credentials came too late and were dropped", channel.pk)
        return
    read |= _store(channel, changed, at=at, known=known)
    before = KeyLife.objects.filter(channel=channel).first()
    if before is not None and before.still_ends(_end(changed)):
        return
    life = _note_life(channel, changed, at=at)
    if life is not None and life.is_long:
        record(channel.organisation_id, "renew", subject_of(channel), by=VAULT)


def _versions(known: Mapping[str, Secret]) -> dict[str, int]:
    return {field: secret.version for field, secret in known.items()}


def _locked(channel: Channel) -> dict[str, Secret]:
    """The channel's secrets by field; nobody else changes any of them until the transaction ends."""
    Channel.objects.select_for_update(of=("self",), no_key=True).get(pk=channel.pk)
    return {secret.field: secret for secret in Secret.objects.filter(channel=channel)}


def _store(channel: Channel, values: Mapping[str, str], *, at: datetime, known: Mapping[str, Secret]) -> dict[str, int]:
    """Seal each value; returns the versions that they have now."""
    current, _keys = keyring()
    versions = {field: known[field].version + 1 if field in known else 1 for field in values}
    for field, value in values.items():
        if not value:
            raise ValueError(f"refusing to overwrite {field} with nothing")
        sealed = sealing.seal(value.encode(), key=current, context=context_of(channel, field, versions[field]))
        columns = {"key_id": sealed.key_id, "wrapped": sealed.wrapped, "ciphertext": sealed.ciphertext}
        defaults = {**columns, "version": versions[field], "changed_at": at}
        Secret.objects.update_or_create(channel=channel, field=field, defaults=defaults)
    return versions


def _end(values: Mapping[str, str]) -> datetime | None:
    """When a key with these values ends; None where nobody said, or nobody can read it."""
    try:
        told = datetime.fromisoformat(values.get(ENDS, ""))
    except ValueError:
        return None
    return told if told.tzinfo else told.replace(tzinfo=UTC)


def _note_life(channel: Channel, values: Mapping[str, str], *, at: datetime) -> KeyLife | None:
    """Write in the open when the key of these values ends and when it is due for renewal; None where it has no end."""
    ends_at = _end(values)
    if ends_at is None:
        return None
    life = KeyLife(ends_at=ends_at, renewed_at=at)
    due_at = life.due_at(channel.network.renew_before) if issubclass(channel.network, Refreshes) else None
    columns = {"ends_at": ends_at, "renewed_at": at, "next_try_at": due_at, "warned": None, "problem": ""}
    KeyLife.objects.update_or_create(channel=channel, defaults=columns)
    return life


@contextmanager
def opened(channel: Channel, *, attempt: Attempt = Attempt()) -> Iterator[Network]:  # noqa: B008 - frozen
    """A connector for this channel with its credentials, for the length of the block; ``attempt`` of a delivery.

    ``Disconnected`` leaves the block only where the key that was refused is still the newest one we have.
    """
    secrets = list(Secret.objects.filter(channel=channel))
    read = {secret.field: secret.version for secret in secrets}
    with client_for(channel) as http:
        network = channel.network(
            Opened(
                server=channel.server,
                credentials=_values(channel, secrets),
                http=http,
                remember=lambda changed: _remember(channel, changed, at=timezone.now(), read=read),
                attempt=attempt,
                client=client_of(channel.network_key),
            )
        )
        try:
            yield overheard(network, whose=channel.pk)
        except Disconnected as error:
            if _is_overtaken(channel, read):
                raise NetworkError(_OVERTAKEN, may_retry=True, detail=error.detail) from error
            raise


def _is_overtaken(channel: Channel, read: Mapping[str, int]) -> bool:
    """Did somebody renew or replace the key while the network refused it? A used refresh token works only once."""
    looks = 0
    while dict(Secret.objects.filter(channel=channel).values_list("field", "version")) == read:
        if looks >= _looks(channel):
            return False
        time.sleep(LOOK_AGAIN)
        looks += 1
    return True


def _looks(channel: Channel) -> int:
    if not issubclass(channel.network, Refreshes):
        return 0
    # The worker itself is as patient: it may be the one that came second.
    at_work = KeyLife.objects.filter(channel=channel).at_work(timezone.now())
    return LOOKS_AT_WORK if at_work.exists() else LOOKS


def credentials_of(channel: Channel) -> dict[str, str]:
    """The connector's credentials in the open, for the sealed export alone, which records it."""
    return _values(channel, Secret.objects.filter(channel=channel))


def _values(channel: Channel, secrets: Iterable[Secret]) -> dict[str, str]:
    found = list(secrets)
    # After the rows: see ``core.sealing.keyring``.
    _current, keys = keyring()
    return {
        secret.field: sealing.unseal(
            secret.sealed, keys=keys, context=context_of(channel, secret.field, secret.version)
        ).decode()
        for secret in found
    }


@dataclass(frozen=True)
class Proved:
    """An account that could be read with these ``credentials``; ``may_delete`` as the network says of this key."""

    network_key: str
    server: str
    profile: Profile
    credentials: Mapping[str, str] = column(repr=False)
    may_delete: bool


def connect(
    organisation: Organisation, network_key: str, *, server: str, credentials: Mapping[str, str], by: Member
) -> Channel:
    """Prove that the credentials work, take the account into care, and seal them. Reconnects a known account.

    Raises ``ValidationError`` with a plain sentence when the network refuses or cannot be reached.
    """
    return take(organisation, prove(network_key, server=server, credentials=credentials), by=by)


def reconnect(channel: Channel, *, server: str, credentials: Mapping[str, str], by: Member) -> Channel:
    """The same for a known account and no other: its history stays, and no other account gets into its place.

    Raises ``ValidationError`` with a plain sentence also when the key belongs to another account.
    """
    proved = prove(channel.network_key, server=server, credentials=credentials)
    refuse_another(channel, proved)
    return take(channel.organisation, proved, by=by)


def prove(network_key: str, *, server: str, credentials: Mapping[str, str]) -> Proved:
    """Read the account with these credentials. Raises ``ValidationError`` with a plain sentence."""
    fresh: dict[str, str] = {}
    network = networks()[network_key]
    with guarded_client(allowed=settings.ALLOW_PRIVATE) as http:
        try:
            server = network.server_of(server)
            tried = network(Opened(server, dict(credentials), http, fresh.update, client=client_of(network_key)))
            profile = tried.me()
            may_delete = not isinstance(tried, Deletes) or tried.may_delete()
        except Disconnected as error:
            copied = _("The network refuses this key. Check that it was copied whole.")
            raise ValidationError(_(error.reason) if issubclass(network, Authorises) else copied) from error
        except NetworkError as error:
            raise ValidationError(_(error.reason)) from error
    kept = {name: value for name, value in {**credentials, **fresh}.items() if value}
    return Proved(network_key, server, profile, kept, may_delete)


def refuse_another(channel: Channel, proved: Proved) -> None:
    """Raises ``ValidationError``, naming both, where the key belongs to another account than ``channel``."""
    if not channel.is_account(proved.profile, server=proved.server):
        told = {"account": channel.handle, "other": proved.profile.handle}
        raise ValidationError(
            _(
                "This key belongs to %(other)s, and here only %(account)s can be connected again. Nothing was changed. "
                "If %(other)s is official too, connect it as an account of its own."
            )
            % told
        )


@transaction.atomic
def take(organisation: Organisation, proved: Proved, *, by: Member, is_ours: bool = False) -> Channel:
    """Take the account into care, with exactly these credentials; ``is_ours``: we made the key, nobody had it.

    Raises ``ValidationError``, ``PermissionDenied``.
    """
    told = proved.credentials
    channel = add(organisation, proved.profile, network_key=proved.network_key, server=proved.server, by=by)
    channel.may_delete = proved.may_delete
    channel.save(update_fields=["may_delete"])
    _seal_anew(channel, told, by=None if is_ours else by)
    facts = {"fields": sorted(told), "may_delete": channel.can_take_down}
    record(organisation.pk, "seal", subject_of(channel), by=by, facts=facts)
    return channel


def seal_handshake(handshake: Handshake, told: Any) -> None:
    """Put ``told`` (JSON) into the columns of a log-in that is under way; the caller saves it."""
    sealed = sealing.seal(json.dumps(told).encode(), key=keyring()[0], context=handshake_context(handshake))
    handshake.key_id, handshake.wrapped, handshake.ciphertext = sealed.key_id, sealed.wrapped, sealed.ciphertext


def open_handshake(handshake: Handshake) -> Any:
    """What ``seal_handshake`` put there. Raises ``SealError``."""
    return json.loads(sealing.unseal(handshake.sealed, keys=keyring()[1], context=handshake_context(handshake)))


def handshake_context(handshake: Handshake) -> bytes:
    """What is sealed in a log-in that is under way is bound to this."""
    told = {
        "member": handshake.member_id,
        "network": handshake.network_key,
        "server": handshake.server,
        "channel": handshake.channel_id,
        "state_hash": handshake.state_hash,
        "answered": handshake.answered_at is not None,
    }
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()


def seal_bytes(data: bytes, *, context: bytes) -> sealing.Sealed:
    """Seal something under a fresh data key, bound to ``context``: whose it is, what, and in which version."""
    return sealing.seal(data, key=keyring()[0], context=context)


def open_bytes(sealed: sealing.Sealed, *, context: bytes) -> bytes:
    """Open what ``seal_bytes`` sealed, for a caller who recorded that first. Raises ``SealError``."""
    return sealing.unseal(sealed, keys=keyring()[1], context=context)


def seal_evidence(data: bytes, *, context: str) -> sealing.Sealed:
    """Seal something that is not a credential (evidence of a stray post)."""
    return sealing.seal(data, key=keyring()[0], context=context.encode())


def open_evidence(sealed: sealing.Sealed, *, context: str) -> bytes:
    """Open what ``seal_evidence`` sealed. The caller records the reason first."""
    return sealing.unseal(sealed, keys=keyring()[1], context=context.encode())
