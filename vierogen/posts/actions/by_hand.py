"""Take-downs that only a person in the network's own app can do: handed over, and looked at until it is gone."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from vierogen.channels.actions import keepers
from vierogen.core.leases import RELEASED
from vierogen.ledger.actions import Actor
from vierogen.ledger.moves import move
from vierogen.networks.asking import Forbidden, Missing
from vierogen.networks.base import Deletes, Network, Shown
from vierogen.notices.actions import tell
from vierogen.people.actions import addressees
from vierogen.people.roles import Right
from vierogen.posts.models import TakeDown
from vierogen.posts.outside import fetch_picture

CANNOT = gettext_noop("Vierogen may not remove posts on this account. Remove it in the network's own app.")
# Seconds between two looks: often at first, when somebody is at it, then ever less, for each look costs a call.
FIRST_LOOK, GROWTH, LAST_LOOK = 3.0, 1.05, 3600.0
LONGEST = 200


def hand_over(asked: TakeDown, *, by: Actor, problem: str = CANNOT, delete_at: datetime | None = None) -> None:
    """A person has to remove it: everybody who can is told at once, with a link to the shortest road.

    ``problem`` says why, and from ``delete_at`` on the worker tries it again too. Raises ``WrongStateError``
    when somebody was faster.
    """
    changes = {**RELEASED, "problem": problem, "delete_at": delete_at, "attempts": 0, "next_at": timezone.now()}
    with transaction.atomic():
        move(asked, "hand_over", by=by, changes=changes)
        _tell(asked)


def _tell(asked: TakeDown) -> None:
    """Who may take posts down, and who can get into the account: once for all parts of one of our posts."""
    others = TakeDown.objects.in_hands().exclude(pk=asked.pk)
    if asked.delivery_id and others.filter(delivery=asked.delivery_id).exists():
        return
    officers = asked.organisation.members.all().who_may(Right.TAKE_DOWN)
    told = {to.user_id: to for to in addressees([*officers, *keepers(asked.channel)])}
    tell(
        asked.organisation_id,
        told.values(),
        template="posts/mail/by_hand",
        values={
            "practice": asked.channel.in_practice,
            "channel": asked.channel.handle,
            "network": asked.channel.network_name,
            "steps": asked.channel.network.way_by_hand(asked.shown["kind"]),
            "reason": "" if asked.problem == CANNOT else asked.problem,
        },
        # The watch knows whether it is a stray or one of our posts.
        link=f"/watch/take-downs/{asked.pk}/",
        urgent=True,
    )


def pause(attempts: int) -> timedelta:
    """How long to wait after so many looks that still saw it."""
    return timedelta(seconds=min(FIRST_LOOK * GROWTH ** min(attempts, LONGEST), LAST_LOOK))


def hasten(asked: TakeDown) -> None:
    """It seems to be gone: look at once whether all of it is."""
    TakeDown.objects.filter(pk=asked.pk).update(next_at=timezone.now())


def remains(network: Network, shown: Shown) -> list[str]:
    """What is still reachable of it: addresses of the post and its media; [] when all is gone."""
    if isinstance(network, Deletes):
        return network.remains(shown)
    left = [] if network.read(shown.remote_id) is None else [shown.url or shown.remote_id]
    return left + [address for address in shown.addresses if _is_given(address)]


def _is_given(address: str) -> bool:
    try:
        fetch_picture(address)
    except (Missing, Forbidden):
        return False
    return True
