"""Tells the gateway which of the posts that stand on a channel are its own, so that it knows the channel's voice."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q

from vierogen.channels.models import Channel
from vierogen.networks.base import Shown
from vierogen.posts.actions import voices
from vierogen.watch.models import RemotePost, Stray
from vierogen.watch.states import Origin, State

# What somebody here called ours, or turned out to be.
_OURS = (State.ADOPTED, State.EXPLAINED)


def remember_own(channel: Channel, listed: Iterable[Shown]) -> None:
    """Have the listed posts remembered that are the channel's own: never a stray that nobody adopted.

    Evidence stays sealed for this: what was adopted is read from the network when it is listed next.
    """
    shown = {each.remote_id: each for each in listed if each.kind == "post"}
    strays = Stray.objects.filter(remote=OuterRef("pk"))
    rows = RemotePost.objects.standing().filter(channel=channel, remote_id__in=shown)
    adopted = Exists(strays.filter(state__in=_OURS))
    ours = rows.filter(~Q(origin=Origin.STRAY) | adopted).exclude(Exists(strays.exclude(state__in=_OURS)))
    voices.remember(channel, [shown[remote_id] for remote_id in ours.values_list("remote_id", flat=True)])
