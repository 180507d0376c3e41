"""What goes wrong: answers that get lost, and a machine that dies with its worker and its watcher."""

import time

from bench.amounts import Amounts
from bench.clock import until, wall_clock
from bench.house import House
from bench.networks import World
from bench.processes import Program, Staff
from bench.publishing import all_verified
from bench.results import Results
from bench.straying import alarmed, wait_for_streams
from vierogen.core.leases import LEASE
from vierogen.notices.actions import acknowledge
from vierogen.posts.models import Delivery
from vierogen.posts.states import DeliveryState
from vierogen.watch.models import Watched

# Seconds that the network takes to accept a post, while its worker is killed.
TAKES = 8.0
TAKEOVER_SECONDS = LEASE.total_seconds() + 30


def lost_answers(house: House, world: World, amounts: Amounts) -> set[str]:
    """The network accepts each post and then answers 500, or cuts the connection; it ignores idempotency keys.

    Returns the texts that met with this.
    """
    faults = world.practice.practice.faults
    versions = [house.approved("practice") for _number in range(amounts.lost_answers)]
    for place in range(len(versions)):
        faults.next("error_after_accepting" if place % 2 else "cut_after_accepting")
    deliveries = [house.publish_now(version)[0] for version in versions]
    until(lambda: all_verified(deliveries), seconds=120, what="settling all lost answers", pause=0.1)
    return {version.text for version in versions}


def kill(house: House, world: World, amounts: Amounts, *, staff: Staff, results: Results) -> set[str]:
    """``kill -9`` of a worker and of the watcher at once, as when their machine dies; a standby of each runs.

    Measured until each delivery of the dead worker is settled, and until a foreign post, made on each network
    right after the kill, is alarmed. Returns the texts that were under way.
    """
    staff.start("worker")
    staff.start("watch")
    deliveries = _under_way(house, world, amounts)
    worker, theirs = _busiest(staff, deliveries)
    watch = staff.holder(Watched.objects.values_list("lease_owner", flat=True)[0])
    died = wall_clock(time.monotonic())
    worker.kill()
    watch.kill()
    remote_ids = {name: house.by_phone(name, phone)[0] for name, phone in world.phones.items()}
    _wait_for_settlement(theirs, died=died, results=results)
    for name, remote_id in remote_ids.items():
        alarm, _seen = alarmed(house, name, remote_id, seconds=TAKEOVER_SECONDS)
        results.add("takeover.watch", alarm.rung_at.timestamp() - died)
        acknowledge(alarm, by=house.dirk)
    until(lambda: all_verified(deliveries), seconds=60, what="the deliveries of both workers", pause=0.1)
    wait_for_streams(house)
    return {delivery.version.text for delivery in deliveries}


def _under_way(house: House, world: World, amounts: Amounts) -> list[Delivery]:
    """Posts that have left for a slow network: it accepts them after their worker has died."""
    versions = [house.approved("practice") for _number in range(amounts.under_way)]
    world.practice.practice.faults.next("late_accepting", seconds=TAKES, count=len(versions))
    deliveries = [house.publish_now(version)[0] for version in versions]
    rows = Delivery.objects.filter(pk__in=[delivery.pk for delivery in deliveries], state=DeliveryState.SENDING)
    until(lambda: rows.count() == len(deliveries), seconds=TAKES - 1, what="sending all posts at once")
    faults = world.practice.practice.faults
    until(lambda: not faults.waiting(), seconds=TAKES - 1, what="all posts reaching the network")
    return deliveries


def _busiest(staff: Staff, deliveries: list[Delivery]) -> tuple[Program, list[Delivery]]:
    """The worker that holds most of them, and which these are."""
    held: dict[Program, list[Delivery]] = {}
    for row in Delivery.objects.filter(pk__in=[delivery.pk for delivery in deliveries]):
        held.setdefault(staff.holder(row.lease_owner), []).append(row)
    return max(held.items(), key=lambda pair: len(pair[1]))


def _wait_for_settlement(theirs: list[Delivery], *, died: float, results: Results) -> None:
    rows = Delivery.objects.filter(pk__in=[delivery.pk for delivery in theirs], published_at__isnull=False)
    what = "settling the deliveries of a killed worker"
    until(lambda: rows.count() == len(theirs), seconds=TAKEOVER_SECONDS, what=what, pause=0.1)
    results.extend(
        "takeover.worker", [at.timestamp() - died for at in rows.values_list("published_at", flat=True) if at]
    )
