"""Deliveries that consist of several remote posts: what they are made of, and which of it stands there."""

from django.db.models import QuerySet

from vierogen.networks.abilities import Threads
from vierogen.networks.base import Network, Outgoing, Shown
from vierogen.posts.models import Delivery, Part


def thread_of(network: Network | type[Network], post: Outgoing) -> list[Outgoing]:
    """What ``post`` becomes there, one remote post each."""
    kind = network if isinstance(network, type) else type(network)
    return kind.thread(post) if issubclass(kind, Threads) else [post]


def accepted(delivery: Delivery) -> list[str]:
    """The ids that the network accepted so far of a thread that is not settled (networks.abilities.Threads).

    What connectors without threads keep between attempts is their own affair, whatever it is called.
    """
    parts = delivery.kept.get("parts")
    if not issubclass(delivery.channel.network, Threads) or not isinstance(parts, list):
        return []
    return [str(each) for each in parts]


def made_by(delivery: Delivery) -> list[str]:
    """The ids of what a delivery that is not settled is known to have made (networks.base.Attempt)."""
    media = str(delivery.kept.get("media") or "")
    return [*accepted(delivery), *([media] if media else [])]


def half_of(delivery: Delivery) -> Shown | None:
    """What stands there of a thread that ended before its end; None where nothing does."""
    ids = accepted(delivery)
    return Shown(ids[0], "", url=str(delivery.kept.get("url", "")), rest=tuple(ids[1:])) if ids else None


def ids_of(delivery: Delivery) -> list[str]:
    """Every remote post that it became, in order."""
    return [delivery.remote_id, *delivery.parts.values_list("remote_id", flat=True)]


def write_down(delivery: Delivery, shown: Shown) -> None:
    """Keep what follows the first remote post, in the transaction that settles the delivery."""
    rest = enumerate(shown.rest, start=1)
    Part.objects.bulk_create(
        Part(delivery=delivery, channel_id=delivery.channel_id, remote_id=remote_id, place=place)
        for place, remote_id in rest
    )


def others_of(delivery: Delivery, shown: Shown) -> QuerySet[Delivery]:
    """Other deliveries that are explained by this remote post."""
    return Delivery.objects.that_made(delivery.channel_id, shown.remote_id).exclude(pk=delivery.pk)
