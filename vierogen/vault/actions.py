"""Sealing credentials, opening connectors, and telling a wrong key. Nothing else decrypts."""

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from vierogen.channels.actions import add
from vierogen.channels.models import Channel, networks
from vierogen.core import sealing
from vierogen.core.http import guarded_client
from vierogen.ledger.actions import record
from vierogen.ledger.moves import subject_of
from vierogen.networks.base import Attempt, Client, Disconnected, Network, NetworkError, Opened
from vierogen.people.models import Member, Organisation
from vierogen.vault.models import Canary, Secret

log = logging.getLogger(__name__)

_CANARY = b"the right key opens this"


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
    current, keys = keyring()
    # Only what it needs: "vierogen init" asks before it brings the tables up to date.
    canary = Canary.objects.only("key_id", "wrapped", "ciphertext").order_by("-pk").first()
    used = {canary.key_id} if canary else set()
    missing = (used | set(Secret.objects.values_list("key_id", flat=True))) - keys.keys()
    if missing:
        raise sealing.SealError(
            f"The vault was sealed with key {min(missing)}, and {settings.KEY_FILE} holds key {current.id}. "
            "Put the right key file back; nothing was touched."
        )
    if canary is None:
        _leave_canary(current)
    else:
        sealing.unseal(canary.sealed, keys=keys, context=b"canary")


def is_sealed() -> bool:
    """Has this installation a vault that only its own key opens? Also where there are no tables yet."""
    return Canary._meta.db_table in connection.introspection.table_names() and Canary.objects.exists()


def _leave_canary(key: sealing.Key) -> None:
    sealed = sealing.seal(_CANARY, key=key, context=b"canary")
    Canary.objects.create(key_id=sealed.key_id, wrapped=sealed.wrapped, ciphertext=sealed.ciphertext)


def _context(channel: Channel, field: str, version: int) -> bytes:
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
    _store(channel, credentials, at=timezone.now(), known=_locked(channel))


@transaction.atomic
def _remember(channel: Channel, changed: Mapping[str, str], *, at: datetime, read: dict[str, int]) -> None:
    """Seal what the network renewed ``at`` that time, unless it is older than what stands there.

    ``read`` holds the versions that the connector was opened with. Where somebody filled in other credentials
    since, this belongs to the old ones; where another worker renewed them later, theirs is the newest.
    """
    known = _locked(channel)
    replaced = any(read.get(field) != secret.version for field, secret in known.items() if field not in changed)
    overtaken = any(known[field].changed_at > at for field in changed if field in known)
    if replaced or overtaken:
        log.info("channel %s: renewed credentials came too late and were dropped", channel.pk)
        return
    read |= _store(channel, changed, at=at, known=known)


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
        sealed = sealing.seal(value.encode(), key=current, context=_context(channel, field, versions[field]))
        columns = {"key_id": sealed.key_id, "wrapped": sealed.wrapped, "ciphertext": sealed.ciphertext}
        defaults = {**columns, "version": versions[field], "changed_at": at}
        Secret.objects.update_or_create(channel=channel, field=field, defaults=defaults)
    return versions


@contextmanager
def opened(channel: Channel, *, attempt: Attempt = Attempt()) -> Iterator[Network]:  # noqa: B008 - frozen
    """A connector for this channel with its credentials, for the length of the block; ``attempt`` of a delivery."""
    _current, keys = keyring()
    secrets = list(Secret.objects.filter(channel=channel))
    read = {secret.field: secret.version for secret in secrets}
    with guarded_client(allowed=settings.ALLOW_PRIVATE) as http:
        yield channel.network(
            Opened(
                server=channel.server,
                credentials={secret.field: _value(channel, secret, keys) for secret in secrets},
                http=http,
                remember=lambda changed: _remember(channel, changed, at=timezone.now(), read=read),
                attempt=attempt,
                client=client_of(channel.network_key),
            )
        )


def _value(channel: Channel, secret: Secret, keys: Mapping[str, sealing.Key]) -> str:
    context = _context(channel, secret.field, secret.version)
    return sealing.unseal(secret.sealed, keys=keys, context=context).decode()


def connect(
    organisation: Organisation, network_key: str, *, server: str, credentials: Mapping[str, str], by: Member
) -> Channel:
    """Prove that the credentials work, take the account into care, and seal them. Reconnects a known account.

    Raises ``ValidationError`` with a plain sentence when the network refuses or cannot be reached.
    """
    fresh: dict[str, str] = {}
    network = networks()[network_key]
    with guarded_client(allowed=settings.ALLOW_PRIVATE) as http:
        try:
            server = network.server_of(server)
            profile = network(Opened(server, dict(credentials), http, fresh.update)).me()
        except Disconnected as error:
            raise ValidationError(_("The network refuses this key. Check that it was copied whole.")) from error
        except NetworkError as error:
            raise ValidationError(_(error.reason)) from error
    with transaction.atomic():
        channel = add(organisation, profile, network_key=network_key, server=server, by=by)
        seal(channel, {name: value for name, value in {**credentials, **fresh}.items() if value})
        record(organisation.pk, "seal", subject_of(channel), by=by, facts={"fields": sorted(credentials)})
    return channel


def seal_evidence(data: bytes, *, context: str) -> sealing.Sealed:
    """Seal something that is not a credential (evidence of a stray post)."""
    return sealing.seal(data, key=keyring()[0], context=context.encode())


def open_evidence(sealed: sealing.Sealed, *, context: str) -> bytes:
    """Open what ``seal_evidence`` sealed. The caller records the reason first."""
    return sealing.unseal(sealed, keys=keyring()[1], context=context.encode())
