"""Kill a worker at every step of an Instagram delivery and take-down: never two, never a lost one, nobody asked."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.posts.killing import let_time_pass, settle_down, work_and_die
from tests.posts.nets import TEXT, Net, due_on, on_instagram
from vierogen.ledger.actions import verify
from vierogen.people.models import Member, Organisation
from vierogen.posts import jobs
from vierogen.posts.actions.removing import withdraw
from vierogen.posts.models import Delivery, TakeDown
from vierogen.posts.states import DeliveryState, TakeDownState
from vierogen.practice.simulators.instagram import InstagramSimulator

pytestmark = pytest.mark.django_db(transaction=True)

STEPS = [
    "in the claim",
    "after the claim",
    "before the call",
    "after the container",
    "after the container was kept",
    "while it is prepared",
    "before it is published",
    "about to publish",
    "after it was published",
    "after its number was kept",
    "after the call",
    "before recording",
    "in the recording",
    "after recording",
]
LOOKING = ["in the doubt", "before looking", "after looking", "before settling", "after settling"]
REMOVING = [
    "after the evidence",
    "before the deletion",
    "after the deletion",
    "in its recording",
    "after its recording",
    "in the confirmation",
    "in the withdrawal",
]


@pytest.fixture
def simulated() -> Iterator[InstagramSimulator]:
    """Instagram as its documents say it is."""
    with InstagramSimulator() as simulator:
        yield simulator


@pytest.fixture
def instagram(simulated: InstagramSimulator, live_server: Any, settings: Any, town: Organisation, cora: Member) -> Net:
    """An account there; the network fetches pictures from us."""
    settings.PUBLIC_URL = live_server.url
    return on_instagram(simulated, town, cora)


def assert_out_once(delivery: Delivery, net: Net, *, text: str = TEXT) -> None:
    end = settle_down(delivery)
    assert (end.state, net.texts()) == (DeliveryState.VERIFIED, [text])
    assert verify()[1] == []


@pytest.mark.parametrize("step", STEPS)
def test_a_worker_killed_asks_nobody(step: str, instagram: Net, anna: Member, ben: Member) -> None:
    delivery = due_on(instagram.channel, anna, ben, pictures=1)
    work_and_die(step, "instagram")
    assert_out_once(delivery, instagram)


@pytest.mark.parametrize("step", ["after the container", "about to publish", "after it was published"])
def test_a_worker_killed_with_a_story_or_a_carousel_asks_nobody(
    step: str, instagram: Net, anna: Member, ben: Member
) -> None:
    carousel = due_on(instagram.channel, anna, ben, pictures=2)
    work_and_die(step, "instagram")
    assert_out_once(carousel, instagram)
    story = due_on(instagram.channel, anna, ben, pictures=1, text="", form="story")
    work_and_die(step, "instagram")
    assert settle_down(story).state == DeliveryState.VERIFIED
    assert sorted(instagram.texts()) == ["", TEXT]


@pytest.mark.parametrize("step", LOOKING)
def test_a_worker_killed_while_it_looks(step: str, instagram: Net, anna: Member, ben: Member) -> None:
    delivery = due_on(instagram.channel, anna, ben, pictures=1)
    work_and_die("after it was published", "instagram")
    let_time_pass()
    work_and_die(step, "instagram", job="look")
    assert_out_once(delivery, instagram)


@pytest.mark.parametrize("step", REMOVING)
def test_a_worker_killed_while_it_takes_down(
    step: str, instagram: Net, anna: Member, ben: Member, dirk: Member
) -> None:
    delivery = due_on(instagram.channel, anna, ben, pictures=1)
    assert_out_once(delivery, instagram)
    withdraw(Delivery.objects.get(pk=delivery.pk), by=dirk, reason="Te vroeg")
    work_and_die(step, "instagram", job="remove")
    for _round in range(20):
        let_time_pass()
        jobs.remove("other")
    assert TakeDown.objects.get().state == TakeDownState.GONE
    assert Delivery.objects.get(pk=delivery.pk).state == DeliveryState.WITHDRAWN
    assert instagram.texts() == []
    assert verify()[1] == []
