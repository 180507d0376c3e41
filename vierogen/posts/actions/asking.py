"""Asking networks how many posts they still take, before somebody reviews one. Pages show only what is kept here."""

import logging
from datetime import timedelta

from django.core.cache import cache
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from vierogen.channels.models import Channel, Room, networks
from vierogen.channels.states import State as ChannelState
from vierogen.core.sealing import SealError
from vierogen.networks.abilities import Allows
from vierogen.networks.base import NetworkError
from vierogen.posts.models import Delivery, Target
from vierogen.posts.states import DeliveryState, PostState
from vierogen.vault.actions import opened

log = logging.getLogger(__name__)

# Each account at most so often, whatever it answered.
EVERY = timedelta(minutes=5)
MEANINGLESS = timedelta(days=1)
# A draft that nobody touched for so long is no reason to ask: each answer costs one of the account's calls.
FORGOTTEN = timedelta(days=1)


def room_of(channel: Channel) -> Room | None:
    """What the network last said; None where it says nothing, was not asked yet, or too long ago to mean anything."""
    if not issubclass(channel.network, Allows):
        return None
    # The reverse of a one-to-one raises where there is no row.
    room: Room | None = getattr(channel, "room", None)
    return room if room and timezone.now() - room.read_at < MEANINGLESS else None


def to_ask() -> QuerySet[Channel]:
    """Connected accounts with room to count, for which something is being written, judged or waiting."""
    keys = [key for key, network in networks().items() if issubclass(network, Allows)]
    now = timezone.now()
    being_written = Q(version__post__state=PostState.IN_REVIEW) | Q(
        version__post__state=PostState.DRAFT, version__created_at__gte=now - FORGOTTEN
    )
    written = Target.objects.filter(being_written, channel=OuterRef("pk"))
    waiting = Delivery.objects.filter(channel=OuterRef("pk"), state=DeliveryState.WAITING)
    known = Room.objects.filter(channel=OuterRef("pk"), read_at__gt=now - EVERY)
    rows = Channel.objects.filter(network_key__in=keys, state=ChannelState.CONNECTED)
    return rows.filter(Exists(written) | Exists(waiting)).exclude(Exists(known)).order_by("pk")


def ask_for_room() -> bool:
    """Ask the next account's network and keep what it says; False when there is none to ask."""
    # ``add`` is true for one asker only, and false until the time is over: also where the network gave no answer.
    seconds = EVERY.total_seconds()
    channel = next((row for row in to_ask() if cache.add(f"room-{row.pk}", True, timeout=seconds)), None)
    if channel is None:
        return False
    try:
        _ask(channel)
    except (NetworkError, SealError) as error:
        log.warning("channel %s: could not ask for room: %s", channel.pk, error)
    return True


def _ask(channel: Channel) -> None:
    with opened(channel) as network:
        if not isinstance(network, Allows):
            return
        said = network.allowance()
    told = {"used": said.used, "total": said.total, "seconds": said.seconds, "read_at": timezone.now()}
    Room.objects.update_or_create(channel=channel, defaults=told)
