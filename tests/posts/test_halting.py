"""*Stop everything* while a worker is in the middle of two hundred deliveries."""

import time
from collections.abc import Iterator
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.utils import timezone

from tests.posts.crowds import many_due
from vierogen.channels.models import Channel
from vierogen.core.schedule import start
from vierogen.ledger.models import Entry
from vierogen.people.models import Member
from vierogen.posts import jobs
from vierogen.posts.actions import delivering, stopping
from vierogen.posts.models import Delivery, Halt
from vierogen.posts.states import DeliveryState
from vierogen.practice.server import PracticeServer

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 200
PROMISE = timedelta(seconds=1)


@pytest.fixture
def many(channel: Channel, anna: Member, ben: Member) -> None:
    """Two hundred deliveries that are due."""
    many_due(channel, MANY, writer=anna, reviewer=ben)


@pytest.fixture
def worker(many: None) -> Iterator[None]:
    """Delivers, in as many threads as ``vierogen worker``."""
    stop = Event()
    threads = start([job for job in jobs.JOBS if job.name == "deliver"], stop)
    yield
    stop.set()
    for thread in threads:
        thread.join(timeout=10)


def wait_until_sent(number: int) -> None:
    give_up = time.monotonic() + 60
    while Delivery.objects.filter(attempts__gt=0).count() < number:
        assert time.monotonic() < give_up
        time.sleep(0.01)


def test_nothing_leaves_later_than_a_second_after_everything_is_stopped(
    worker: None, anna: Member, practice: PracticeServer
) -> None:
    wait_until_sent(10)
    halt = stopping.stop_everything(anna.organisation, by=anna)
    waiting = Delivery.objects.filter(state=DeliveryState.WAITING)
    assert not waiting.exists()
    while timezone.now() < halt.at + 2 * PROMISE or Delivery.objects.filter(state=DeliveryState.SENDING).exists():
        time.sleep(0.05)  # the worker goes on asking what is due
    sent = Delivery.objects.filter(attempts__gt=0)
    assert not sent.filter(sent_at__gt=halt.at + PROMISE).exists()
    halted = Entry.objects.get(verb="stop_everything").number
    assert not Entry.objects.filter(verb="send", number__gt=halted).exists()
    out = Delivery.objects.filter(state=DeliveryState.PUBLISHED).count()
    held = Delivery.objects.filter(state=DeliveryState.HELD, problem=stopping.HALTED).count()
    assert 10 <= sent.count() < MANY
    assert (out + held, len(practice.posted)) == (MANY, out)


def test_the_halt_counts_before_the_first_delivery_is_held(
    many: None, anna: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(*_args: Any, **_named: Any) -> None:
        raise InterruptedError

    with monkeypatch.context() as patch:
        patch.setattr(stopping, "move", cut_off)
        with pytest.raises(InterruptedError):
            stopping.stop_everything(anna.organisation, by=anna)
    assert Halt.objects.get().lifted_at is None
    assert Delivery.objects.filter(state=DeliveryState.WAITING).count() == MANY
    assert delivering.claim("test") is None
