"""Posts on their way out: how soon after *publish now*, how many a second, how late, and never too early."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from django.utils import timezone

from bench.amounts import Amounts
from bench.clock import rest, until, wall_clock
from bench.house import House
from bench.networks import Practice, World
from bench.results import Results
from vierogen.posts.models import Delivery, Version
from vierogen.posts.states import DeliveryState

# Preparing must be over when the time comes: this much longer than the first ones took, and these seconds.
SLACK, SPARE = 1.3, 3.0
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
    moments = _times(house, amounts.scheduled, apart=APART)
    deliveries = [_planned(house, moment) for moment in moments]
    _wait_for(practice, deliveries, seconds=60)
    lateness = [_lateness(practice, delivery) for delivery in deliveries]
    results.extend("scheduled.lateness", lateness)
    results.extend("early", [float(late < 0) for late in lateness])


def burst(house: House, practice: Practice, amounts: Amounts, results: Results) -> None:
    """Posts that are all due at the same moment: how many leave a second, and how late the last ones are."""
    house.cool_off(0)
    moment = next(_times(house, amounts.burst, apart=0))
    deliveries = [_planned(house, moment) for _number in range(amounts.burst)]
    _wait_for(practice, deliveries, seconds=120)
    lateness = [_lateness(practice, delivery) for delivery in deliveries]
    results.add("burst.rate", len(lateness) / max(lateness))
    results.extend("burst.lateness", lateness)
    results.extend("early", [float(late < 0) for late in lateness])
    until(lambda: all_verified(deliveries), seconds=120, what="reading everything back", pause=0.1)
    house.cool_off(COOLING_OFF)


def _times(house: House, number: int, *, apart: float) -> Iterator[datetime]:
    """Due times that lie after all preparations, judged by how long one takes."""
    began = time.monotonic()
    for _try in range(3):
        _planned(house, timezone.now() + timedelta(seconds=SPARE))
    pace = (time.monotonic() - began) / 3
    first = timezone.now() + timedelta(seconds=number * pace * SLACK + SPARE)
    return (first + timedelta(seconds=place * apart) for place in range(number))


def _planned(house: House, moment: datetime) -> Delivery:
    version: Version = house.approved("practice", not_before=moment)
    return Delivery.objects.select_related("version").get(version=version)


def _wait_for(practice: Practice, deliveries: list[Delivery], *, seconds: float) -> None:
    texts = {delivery.version.text for delivery in deliveries}
    last = max(delivery.due_at for delivery in deliveries)
    ahead = max(0.0, (last - timezone.now()).total_seconds())
    until(
        lambda: texts <= practice.stored().keys(),
        seconds=ahead + seconds,
        what="the delivery of all due posts",
        pause=0.1,
    )


def _lateness(practice: Practice, delivery: Delivery) -> float:
    return wall_clock(practice.stored()[delivery.version.text]) - delivery.due_at.timestamp()


def all_verified(deliveries: list[Delivery]) -> bool:
    """Has each been read back from its network?"""
    rows = Delivery.objects.filter(pk__in=[delivery.pk for delivery in deliveries])
    return not rows.exclude(state=DeliveryState.VERIFIED).exists()
