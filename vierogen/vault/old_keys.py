"""The key of a channel from before its takeover: put aside, sealed, until the network refuses it."""

import json

from vierogen.channels.models import Takeover
from vierogen.core.sealing import SealError
from vierogen.vault.actions import open_bytes, opened, seal_bytes
from vierogen.vault.models import OldKey


def seal_old_key(takeover: Takeover) -> None:
    """Put aside with what the channel is connected now. A key that does not open is none that could be ended."""
    try:
        with opened(takeover.channel) as network:
            told = json.dumps(dict(network.opened.credentials)).encode()
    except SealError:
        return
    sealed = seal_bytes(told, context=context_of(takeover))
    columns = {"key_id": sealed.key_id, "wrapped": sealed.wrapped, "ciphertext": sealed.ciphertext}
    OldKey.objects.create(takeover=takeover, server=takeover.channel.server, **columns)


def open_old_key(takeover: Takeover) -> tuple[str, dict[str, str]]:
    """The server and the credentials from before. Raises ``SealError``, ``OldKey.DoesNotExist``."""
    found = OldKey.objects.get(takeover=takeover)
    told: dict[str, str] = json.loads(open_bytes(found.sealed, context=context_of(takeover)))
    return found.server, told


def context_of(takeover: Takeover) -> bytes:
    """What such a key is bound to."""
    channel = takeover.channel
    told = {"organisation": channel.organisation_id, "channel": channel.pk, "takeover": takeover.pk}
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
