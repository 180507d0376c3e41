"""Posts on their way out: how soon after *publish now*, how many a second, how late, and never too early."""

import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial

from django.utils import timezone

from bench.amounts import Amounts
from bench.clock import rest, until, wall_clock
from bench.house import House
from bench.networks import Practice, World
from bench.results import Results
from vierogen.posts.models import Delivery
from vierogen.posts.states import DeliveryState

# Preparing must be over when the time comes: this much longer than the first ones took, and these seconds.
TRIED, SLACK, SPARE = 5, 1.4, 3.0
NEAR = timedelta(seconds=1)
# Seconds between two posts that are due one by one.
APART = 0.15
COOLING_OFF = 120


def publish_now(house: House, world: World, amounts: Amounts, results: Results) -> None:
    """Seconds from the commit of *publish now* until a reader sees the post."""
    for name, reader in world.readers.items():
        for _number in range(amounts.publish):
            delivery, began = house.publish_now(house.approved(name))
            shown_at = until(partial(reader.shown_at, delivery), seconds=30, what="a post becoming visible")
            results.add(f"publish.{name}", (shown_at or began) - began)
            rest(0.05, 0.45)


def scheduled(house: House, practice: Practice, amounts: Amounts, results: Results) -> None:
    """Lateness of posts that are due one by one, each at a time of its own."""
    house.cool_off(0)
    first = _after_preparing(house, amounts.scheduled)
    moments = [first + timedelta(seconds=place * APART) for place in range(amounts.scheduled)]
    deliveries = _delivered(practice, _prepared(house, moments))
    results.extend("scheduled.lateness", _lateness(practice, deliveries, results=results))


def burst(house: House, practice: Practice, amounts: Amounts, results: Results) -> None:
    """Posts that are all due at the same moment: how many leave a second, and how late the last ones are."""
    house.cool_off(0)
    moments = [_after_preparing(house, amounts.burst)] * amounts.burst
    deliveries = _delivered(practice, _prepared(house, moments))
    lateness = _lateness(practice, deliveries, results=results)
    results.add("burst.rate", len(lateness) / max(lateness))
    results.extend("burst.lateness", lateness)
    until(lambda: all_verified(deliveries), seconds=120, what="reading everything back", pause=0.1)
    house.cool_off(COOLING_OFF)


def _after_preparing(house: House, number: int) -> datetime:
    """A time when so many posts are approved, judged by how long the first ones take."""
    began = time.monotonic()
    _prepared(house, [timezone.now() + timedelta(seconds=SPARE)] * TRIED)
    pace = (time.monotonic() - began) / TRIED
    return timezone.now() + timedelta(seconds=number * pace * SLACK + SPARE)


def _prepared(house: House, moments: Sequence[datetime]) -> list[Delivery]:
    """An approved post for each of these times that is not too near, for a machine can slow down meanwhile."""
    made = []
    for moment in moments:
        if moment - timezone.now() > NEAR:
            version = house.approved("practice", not_before=moment)
            made.append(Delivery.objects.select_related("version").get(version=version))
    return made


def _delivered(practice: Practice, deliveries: list[Delivery]) -> list[Delivery]:
    """Wait until all of them stand on the network."""
    texts = {delivery.version.text for delivery in deliveries}
    ahead = max(delivery.due_at for delivery in deliveries) - timezone.now()
    what, patience = "the delivery of all due posts", max(0.0, ahead.total_seconds()) + 120
    until(lambda: texts <= practice.stored().keys(), seconds=patience, what=what, pause=0.1)
    return deliveries


def _lateness(practice: Practice, deliveries: Iterable[Delivery], *, results: Results) -> list[float]:
    """Seconds between when each was due and when it was stored; below zero is too early."""
    stored = practice.stored()
    found = [wall_clock(stored[each.version.text]) - each.due_at.timestamp() for each in deliveries]
    results.extend("early", [late < 0 for late in found])
    return found


def all_verified(deliveries: list[Delivery]) -> bool:
    """Has each been read back from its network?"""
    rows = Delivery.objects.filter(pk__in=[delivery.pk for delivery in deliveries])
    return not rows.exclude(state=DeliveryState.VERIFIED).exists()
