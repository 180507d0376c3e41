"""A network that pushes nothing: seconds from a story to its alarm at each pace, and what many channels cost."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from django.db import connection

from bench.amounts import Amounts
from bench.clock import TooLongError, chance, until
from bench.cost import MANY, measure
from bench.house import House
from bench.processes import Staff
from bench.results import Results
from vierogen.channels.models import Channel
from vierogen.practice.simulators.instagram import InstagramSimulator
from vierogen.practice.simulators.instagram_records import Account
from vierogen.vault.actions import connect
from vierogen.watch.models import Stray, Watched

# How often an account is seen in a day decides how often its network may be asked: 4,800 calls for each time.
OFTEN = 40
# Until a channel that was just connected has a pace, and until an alarm quickens it, if it can.
SETTLED = 150.0
QUICKENED = 60.0


@dataclass(frozen=True)
class Polled:
    """One account with the channel that watches it."""

    simulator: InstagramSimulator
    account: Account
    channel: Channel

    @property
    def promise(self) -> float:
        """Seconds within which it is seen, as the page says now; 0 while it says nothing."""
        rows = Watched.objects.filter(channel=self.channel, problem="")
        return rows.values_list("promised", flat=True).first() or 0.0


def stories(house: House, amounts: Amounts, results: Results) -> None:
    """Stories past Vierogen on accounts that are seen seldom and often, before an alarm and in one."""
    with InstagramSimulator() as simulator:
        seldom = [_connected(house, simulator, amounts.seldom, number) for number in range(amounts.polled)]
        often = [_connected(house, simulator, OFTEN, number) for number in range(amounts.polled)]
        with ThreadPoolExecutor(len(seldom + often)) as pool:
            done = [pool.submit(_on_one, house, polled, results, "ordinary") for polled in seldom]
            done += [pool.submit(_on_one, house, polled, results, "fastest") for polled in often]
            for each in done:
                each.result()
        results.add("poll.broken", len(simulator.violations))
        for polled in seldom + often:
            Channel.objects.filter(pk=polled.channel.pk).update(state="closed")


def _connected(house: House, simulator: InstagramSimulator, impressions: int, number: int) -> Polled:
    name = f"account_{impressions}_{number}"
    account = simulator.add_account(name, f"Account {number}", impressions=impressions, person=name)
    given = {"token": account.token, "account_id": account.id}
    channel = connect(house.organisation, "instagram", server=simulator.url, credentials=given, by=house.cora)
    return Polled(simulator, account, channel)


def _on_one(house: House, polled: Polled, results: Results, pace: str) -> None:
    try:
        before = until(lambda: polled.promise, seconds=SETTLED, what="the first pace", pause=0.1)
        _one_story(house, polled, results, pace)
        if pace == "ordinary":
            # Outside office hours an account that is seen often is looked at as quickly as it gets already.
            with suppress(TooLongError):
                until(
                    lambda: polled.promise < before, seconds=QUICKENED, what="an alarm quickening the pace", pause=0.1
                )
            _one_story(house, polled, results, "alarm")
    finally:
        connection.close()


def _one_story(house: House, polled: Polled, results: Results, pace: str) -> None:
    time.sleep(chance.uniform(0, polled.promise))
    promise, began = polled.promise, time.monotonic()
    remote_id = polled.simulator.post_by_phone(polled.account, "Feestje!", story=True)
    house.foreign.append(remote_id)
    rows = Stray.objects.filter(channel=polled.channel, remote__remote_id=remote_id, alarm__isnull=False)
    until(rows.exists, seconds=2 * promise + 30, what="the alarm about a story", pause=0.02)
    took = time.monotonic() - began
    results.add(f"poll.{pace}", took)
    results.add(f"poll.{pace}.promise", promise)
    results.add("poll.late", took > promise)


def many(house: House, amounts: Amounts, *, staff: Staff, results: Results) -> None:
    """What a watcher of so many polled channels costs, all in one process, while nothing happens there."""
    with InstagramSimulator() as simulator:
        polled = [_connected(house, simulator, MANY, number) for number in range(amounts.many)]
        staff.end("watch")
        watcher = staff.start("watch")
        ours = Watched.objects.filter(channel__in=[each.channel for each in polled], promised__isnull=False)
        until(lambda: ours.count() == len(polled), seconds=SETTLED, what="the first look at each", pause=0.2)
        measure(watcher, simulator, amounts, results)
        Channel.objects.filter(pk__in=[each.channel.pk for each in polled]).update(state="closed")
