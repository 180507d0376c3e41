"""Sealing credentials, opening connectors, and telling a wrong key. Nothing else decrypts."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from vierogen.channels.actions import add
from vierogen.channels.models import Channel, networks
from vierogen.core import sealing
from vierogen.core.http import guarded_client
from vierogen.ledger.actions import record
from vierogen.ledger.moves import subject_of
from vierogen.networks.base import Disconnected, Network, NetworkError, Opened
from vierogen.people.models import Member, Organisation
from vierogen.vault.models import Canary, Secret

_CANARY = b"the right key opens this"


def keyring() -> tuple[sealing.Key, dict[str, sealing.Key]]:
    """The key that seals now, and every key that can open, by id."""
    return sealing.keyring(settings.KEY_FILE, old=settings.OLD_KEY_FILES)


def check_key() -> None:
    """Refuse a wrong key before anything is touched; the first start leaves the canary.

    Raises ``core.sealing.SealError`` with a sentence that says what to do.
    """
    current, keys = keyring()
    canary = Canary.objects.order_by("-pk").first()
    if canary is None:
        _leave_canary(current)
        return
    if canary.key_id not in keys:
        raise sealing.SealError(
            f"The vault was sealed with key {canary.key_id}, and {settings.KEY_FILE} holds key {current.id}. "
            "Put the right key file back; nothing was touched."
        )
    sealing.unseal(canary.sealed, keys=keys, context=b"canary")


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
    current, _keys = keyring()
    for field, value in credentials.items():
        if not value:
            raise ValueError(f"refusing to overwrite {field} with nothing")
        known = Secret.objects.select_for_update().filter(channel=channel, field=field).first()
        version = known.version + 1 if known else 1
        sealed = sealing.seal(value.encode(), key=current, context=_context(channel, field, version))
        columns = {"key_id": sealed.key_id, "wrapped": sealed.wrapped, "ciphertext": sealed.ciphertext}
        defaults = {**columns, "version": version, "changed_at": timezone.now()}
        Secret.objects.update_or_create(channel=channel, field=field, defaults=defaults)


def _credentials(channel: Channel) -> dict[str, str]:
    _current, keys = keyring()
    return {
        secret.field: sealing.unseal(
            secret.sealed, keys=keys, context=_context(channel, secret.field, secret.version)
        ).decode()
        for secret in Secret.objects.filter(channel=channel)
    }


@contextmanager
def opened(channel: Channel) -> Iterator[Network]:
    """A connector for this channel with its credentials, for the length of the block."""
    with guarded_client(allowed=settings.ALLOW_PRIVATE) as http:
        yield channel.network(
            Opened(
                server=channel.server,
                credentials=_credentials(channel),
                http=http,
                remember=lambda changed: seal(channel, changed),
            )
        )


def connect(
    organisation: Organisation, network_key: str, *, server: str, credentials: Mapping[str, str], by: Member
) -> Channel:
    """Prove that the credentials work, take the account into care, and seal them. Reconnects a known account.

    Raises ``ValidationError`` with a plain sentence when the network refuses or cannot be reached.
    """
    fresh: dict[str, str] = {}
    with guarded_client(allowed=settings.ALLOW_PRIVATE) as http:
        connector = networks()[network_key](Opened(server, dict(credentials), http, fresh.update))
        try:
            profile = connector.me()
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
