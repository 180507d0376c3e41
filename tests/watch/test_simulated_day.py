"""Twenty Instagram accounts for a day: no limit is broken, and whatever goes wrong is seen within what was promised."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import time_machine

from tests.posts.nets import due_on
from tests.watch.simulated_day import Day, spend, without_sockets
from vierogen.channels.models import Channel
from vierogen.notices.models import Alarm
from vierogen.people.models import Member, Organisation
from vierogen.posts import jobs as posts_jobs
from vierogen.posts import outside
from vierogen.posts.actions import delivering
from vierogen.posts.models import Delivery, TakeDown
from vierogen.posts.states import DeliveryState, TakeDownState
from vierogen.practice.simulators.instagram import InstagramSimulator
from vierogen.vault import actions as vault
from vierogen.vault import reaching
from vierogen.watch import jobs
from vierogen.watch.actions.answering import take_down
from vierogen.watch.models import Stray
from vierogen.watch.pace import RESERVE, SLOWING
from vierogen.watch.states import State

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

# A Friday in the town, from six in the morning until six the next.
BEGIN = datetime.fromisoformat("2026-11-27T06:00:00+01:00")
# Hardly seen by anybody, and looked at a lot the day before: so calls are scarce.
IMPRESSIONS = [1] * 20
SPENT = 0.40


@pytest.fixture
def day(town: Organisation, cora: Member, dirk: Member, monkeypatch: pytest.MonkeyPatch) -> Iterator[Day]:
    """Twenty accounts that were watched the day before, too."""
    simulator = InstagramSimulator()
    simulator.fetches, simulator.read_lag = False, 4.0
    for module in (vault, reaching, outside):
        monkeypatch.setattr(module, "guarded_client", without_sockets(simulator))
    attempt_at = delivering.attempt_at
    offered = {"offer": lambda _picture: "http://voorbeeld.invalid/picture.jpg"}
    monkeypatch.setattr(delivering, "attempt_at", lambda delivery: replace(attempt_at(delivery), **offered))
    with time_machine.travel(BEGIN, tick=False) as clock:
        day = Day(simulator, clock)
        day.connect(town, IMPRESSIONS, by=cora)
        spend(simulator, SPENT, clock=clock)
        yield day


def at(clock: str, *, day: int = 27) -> datetime:
    return datetime.fromisoformat(f"2026-11-{day}T{clock}+01:00")


def remove_all() -> None:
    while posts_jobs.remove("test"):
        pass
    jobs.settle("test")


def test_a_day_of_twenty_accounts(day: Day, anna: Member, ben: Member, dirk: Member) -> None:
    one, two, three, four, five, six, seven, *_others = Channel.objects.order_by("pk")

    def publish() -> None:
        due_on(three, anna, ben, pictures=1)
        posts_jobs.deliver("test")

    def remove() -> None:
        stray = Stray.objects.get(channel=four)
        assert day.share(day.accounts[four.pk]) > SLOWING
        take_down(stray, by=dirk)
        remove_all()

    for moment, what, channel in (
        (at("06:50:17"), "story early in the morning", one),
        (at("08:34:00"), "story, right after our own post", three),
        (at("09:10:00"), "story, the quota just cut in half", four),
        (at("14:20:41"), "post in office hours", two),
        (at("16:00:20"), "story after a look that failed", six),
        (at("18:00:30"), "story while another watcher takes over", seven),
        (at("02:03:04", day=28), "story at night", five),
    ):
        day.at(moment, lambda what=what, pk=channel.pk: day.post_by_phone(what, pk))  # type: ignore[misc]
    day.at(at("08:30:00"), publish)
    day.at(at("09:00:00"), day.simulator.halve_quota)
    day.at(at("10:00:00"), remove)
    day.at(at("15:55:00"), lambda: day.fail_next_look(six.pk))
    day.at(at("18:00:00"), day.take_over)
    day.begin()
    day.run(BEGIN + timedelta(days=1))
    print("\n" + day.table())

    assert day.simulator.violations == []
    assert day.highest < RESERVE
    for accident in day.accidents:
        assert accident.found_after is not None, accident
        if accident.said_seconds is None:
            assert accident.said == "No promise at this moment: the last look failed"
        else:
            assert accident.found_after <= min(accident.promised, accident.said_seconds), accident
    assert [one.what for one in day.accidents if one.said_seconds is None] in (
        [],
        ["story after a look that failed"],
    )
    # Nothing else rang, and what Vierogen sent itself was known as such.
    assert Stray.objects.count() == len(day.accidents) == Alarm.objects.count() == 7
    assert Delivery.objects.get().state in {DeliveryState.PUBLISHED, DeliveryState.VERIFIED}
    # What was removed while calls were scarcest is gone.
    assert Stray.objects.get(channel=four).state == State.TAKEN_DOWN
    assert TakeDown.objects.get().state == TakeDownState.GONE
