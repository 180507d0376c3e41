"""Asking networks whether somebody who is mentioned is there, while a version is saved; never while somebody types."""

import logging
import time
from collections.abc import Iterable

from django.core.cache import cache

from vierogen.channels.models import Channel
from vierogen.core.sealing import SealError
from vierogen.networks.abilities import LooksUp
from vierogen.networks.base import NetworkError
from vierogen.vault.actions import opened

log = logging.getLogger(__name__)

MOST = 5
# Who saves the same text once more costs the account no second call.
REMEMBERED = 600
_SAYS_NOTHING = "says nothing"


class Acquaintances:
    """Looks up the mentions of one text through its channels: ``MOST`` calls and ``SECONDS`` in all.

    A network that refuses, or asks us to slow down, is asked nothing more about this text.
    """

    SECONDS = 8.0

    def __init__(self, channels: Iterable[Channel]) -> None:
        self.left, self.give_up = MOST, time.monotonic() + self.SECONDS
        self.channels = {row.handle: row for row in channels if row.is_connected and issubclass(row.network, LooksUp)}

    def __call__(self, handle: str, mention: str) -> bool | None:
        """Is ``mention`` an account on the network of our channel ``handle``? None where nobody can tell."""
        channel = self.channels.get(handle)
        if channel is None:
            return None
        key = f"mention-{channel.pk}-{mention.casefold().encode().hex()[:150]}"
        known = cache.get(key)
        if known is None:
            if not self.left or time.monotonic() > self.give_up:
                return None
            known = self._asked(channel, mention)
            cache.set(key, _SAYS_NOTHING if known is None else known, timeout=REMEMBERED)
        return known if isinstance(known, bool) else None

    def _asked(self, channel: Channel, mention: str) -> bool | None:
        self.left -= 1
        try:
            with opened(channel) as network:
                return network.exists(mention) if isinstance(network, LooksUp) else None
        except (NetworkError, SealError) as error:
            log.warning("channel %s: could not look up a mention: %s", channel.pk, error)
            del self.channels[channel.handle]
            return None
