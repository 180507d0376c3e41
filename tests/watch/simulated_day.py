"""A day of twenty accounts on the simulated Instagram, event by event: no thread, no socket, no waiting.

The real connector, the real looks with their pace, and the real tables; only the clock is moved by hand.
"""

import heapq
import re
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import httpx
import pytest
import time_machine
from django.utils import timezone

from tests.posts.steps import raising
from vierogen.networks.base import NetworkError
from vierogen.networks.instagram import Instagram
from vierogen.people.models import Member, Organisation
from vierogen.practice.simulators.instagram import InstagramSimulator
from vierogen.practice.simulators.instagram_records import Account
from vierogen.vault.actions import connect
from vierogen.watch.actions.minding import enrol
from vierogen.watch.models import Stray, Watched
from vierogen.watch.watching import BEAT, ROUND, ChannelWatch, Watcher

# Until what a thread told is written, at the latest.
WRITTEN_AFTER = BEAT + ROUND
HURRIES = timedelta(seconds=30)


class AtOnce(Executor):
    """Does what is submitted on the spot."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **named: Any) -> "Future[Any]":
        """Do it."""
        done: Future[Any] = Future()
        done.set_result(fn(*args, **named))
        return done


@dataclass
class Accident:
    """Something that was posted past Vierogen, and what stood on the page at that moment."""

    what: str
    account: Account
    at: datetime
    remote_id: str
    promised: float
    share: float
    said: str = ""

    @property
    def found_after(self) -> float | None:
        """Seconds until it was seen, with its alarm ringing and its evidence sealed."""
        stray = Stray.objects.filter(remote__remote_id=self.remote_id, alarm__isnull=False).first()
        return (stray.seen_at - self.at).total_seconds() if stray and stray.evidence else None

    @property
    def said_seconds(self) -> float | None:
        """Within which people read that it would be seen; None where the page promised nothing."""
        told = re.match(r"A new post or story: within (\d+) (second|minute)", self.said)
        return int(told[1]) * (60 if told[2] == "minute" else 1) if told else None


@dataclass
class Day:
    """The accounts, the clock, and what still happens; ``highest`` is the largest share of calls ever used."""

    simulator: InstagramSimulator
    clock: time_machine.Traveller
    watcher: Watcher = field(default_factory=Watcher)
    accounts: dict[int, Account] = field(default_factory=dict)
    accidents: list[Accident] = field(default_factory=list)
    highest: float = 0.0
    looks: int = 0
    _events: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    _number: Any = field(default_factory=count)
    _next: dict[int, int] = field(default_factory=dict)
    _written: dict[int, tuple[float | None, str]] = field(default_factory=dict)
    _failing: set[int] = field(default_factory=set)

    def connect(self, organisation: Organisation, impressions: list[int], *, by: Member) -> None:
        """One account with each of these numbers of impressions, watched from now on."""
        for place, seen in enumerate(impressions):
            made = self.simulator.add_account(f"gemeente_{place}", f"Gemeente {place}", impressions=seen)
            given = {"account_id": made.id, "token": made.token}
            channel = connect(organisation, "instagram", server=self.simulator.base, credentials=given, by=by)
            self.accounts[channel.pk] = made
        enrol()
        for row in Watched.objects.select_related("channel__organisation"):
            self.watcher.watches[row.pk] = ChannelWatch(row, pictures=AtOnce())  # type: ignore[arg-type]

    def begin(self) -> None:
        """The watcher takes the accounts up, one after another."""
        self.at(timezone.now() + HURRIES, self._hurry)
        for place, watch in enumerate(self.watcher.watches.values()):
            self.at(timezone.now() + timedelta(seconds=place), lambda watch=watch: self._look(watch))  # type: ignore[misc]

    def at(self, moment: datetime, happens: Callable[[], None]) -> int:
        """Let it happen then."""
        number = next(self._number)
        heapq.heappush(self._events, (moment, number, happens))
        return number

    def run(self, until: datetime) -> None:
        """Everything that happens until then, in order."""
        while self._events and self._events[0][0] <= until:
            moment, _number, happens = heapq.heappop(self._events)
            self.clock.move_to(moment)
            happens()
        self.clock.move_to(until)

    def post_by_phone(self, what: str, pk: int) -> None:
        """An accident."""
        row = Watched.objects.get(channel_id=pk)
        account = self.accounts[pk]
        remote_id = self.simulator.post_by_phone(account, "Gezellig!", story="story" in what)
        assert row.promised is not None
        self.accidents.append(
            Accident(what, account, timezone.now(), remote_id, row.promised, self.share(account), row.promise())
        )  # fmt: skip

    def share(self, account: Account) -> float:
        """Which part of its calls an account has used, as the network counts."""
        counts = self.simulator.kept.counts
        return counts.calls[account.id].used() / counts.limit(account, factor=self.simulator.quota_factor)

    def _look(self, watch: ChannelWatch) -> None:
        watch.look_now.clear()
        with self._trouble(watch.channel.pk):
            pause = watch._look()
        self.looks += 1
        self.highest = max(self.highest, self.share(self.accounts[watch.channel.pk]))
        now = timezone.now()
        self.at(now + timedelta(seconds=WRITTEN_AFTER), lambda: self._write(watch))
        self._plan(watch, now + timedelta(seconds=pause))

    def fail_next_look(self, pk: int) -> None:
        """The network does not answer the next look at this channel."""
        self._failing.add(pk)

    @contextmanager
    def _trouble(self, pk: int) -> Iterator[None]:
        if pk not in self._failing:
            yield
            return
        self._failing.remove(pk)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Instagram, "recent", raising(NetworkError("The network did not answer.", may_retry=True)))
            yield

    def take_over(self) -> None:
        """The watcher ends, and another one begins with nothing but the table."""
        self.watcher._write()
        for row in Watched.objects.select_related("channel__organisation"):
            self.watcher.watches[row.pk].end()
            heir = ChannelWatch(row, pictures=AtOnce())  # type: ignore[arg-type]
            self.watcher.watches[row.pk] = heir
            self._plan(heir, timezone.now() + timedelta(seconds=heir.first_pause()))

    def _plan(self, watch: ChannelWatch, moment: datetime) -> None:
        def look_if_planned() -> None:
            if self._next[watch.channel.pk] == number:  # it was not woken meanwhile
                self._look(watch)

        number = self.at(moment, look_if_planned)
        self._next[watch.channel.pk] = number

    def _write(self, watch: ChannelWatch) -> None:
        """Only what the page promises: writing each sign of life would be most of the work of a simulated day."""
        told = (watch.pulse.promised, watch.pulse.problem)
        if told != self._written.get(watch.watched.pk):
            self._written[watch.watched.pk] = told
            self.watcher._write()

    def _hurry(self) -> None:
        """What a watcher does at each beat, here only now and then: it wakes looks, or lets them calm down."""
        self.watcher._hurry()
        self.at(timezone.now() + HURRIES, self._hurry)
        for watch in self.watcher.watches.values():
            if watch.look_now.is_set():
                self._plan(watch, timezone.now())

    def table(self) -> str:
        """Promise against reality, for people."""
        lines = ["| accident | account | at | calls used | the page said | found after |", "|---|---|---|---|---|---|"]
        for one in self.accidents:
            found = "never" if one.found_after is None else f"{one.found_after:.0f} s"
            at = timezone.localtime(one.at)
            told = f"{one.what} | {one.account.username} | {at:%H:%M:%S} | {one.share:.0%} | {one.said}"
            lines.append(f"| {told} | {found} |")
        told = f"{self.looks} looks, at most {self.highest:.0%} of an account's calls used, limit broken"
        return "\n".join([*lines, "", f"{told} {len(self.simulator.violations)} times."])


def spend(simulator: InstagramSimulator, share: float, *, clock: time_machine.Traveller) -> None:
    """The day before: every account used that share of its calls, evenly."""
    now, steps = timezone.now(), 24 * 12
    simulator.kept.counts.calls.clear()
    for step in range(steps):
        clock.move_to(now - timedelta(minutes=5 * (steps - step) - 1))
        for account in list(simulator.kept.accounts.values()):
            limit = simulator.kept.counts.limit(account, factor=simulator.quota_factor)
            wanted = round(share * limit * (step + 1) / steps)
            calls = simulator.kept.counts.calls[account.id]
            for _call in range(max(0, wanted - calls.used())):
                calls.add()
    clock.move_to(now)


def without_sockets(simulator: InstagramSimulator) -> Callable[..., httpx.Client]:
    """In the place of the guarded client: the simulator, whatever the address."""
    transport = simulator.transport()
    return lambda **_options: httpx.Client(transport=transport)
