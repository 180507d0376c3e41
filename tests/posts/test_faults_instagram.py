"""Kill a worker at every step of an Instagram delivery and take-down: never two, never a lost one, nobody asked."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.posts import film_boxes
from tests.posts.killing import let_time_pass, settle_down, work_and_die
from tests.posts.nets import TEXT, Net, due_on, on_instagram
from vierogen.ledger.actions import verify
from vierogen.people.models import Member, Organisation
from vierogen.posts import jobs
from vierogen.posts.actions import delivering, looking
from vierogen.posts.actions.removing import withdraw
from vierogen.posts.actions.stopping import stop
from vierogen.posts.models import Delivery, TakeDown
from vierogen.posts.states import DeliveryState, TakeDownState
from vierogen.practice.simulators.instagram import InstagramSimulator
from vierogen.practice.simulators.instagram_records import GraphError

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


@pytest.mark.parametrize("form", ["reel", "story"])
@pytest.mark.parametrize("step", ["about to publish", "after it was published", "after its number was kept"])
def test_a_worker_killed_with_a_film_takes_nobody_else_s_for_it(
    step: str, form: str, instagram: Net, simulated: InstagramSimulator, anna: Member, ben: Member, dirk: Member
) -> None:
    """A private film stands there too. Where Instagram's answer was lost nothing tells which is ours: a person can."""
    delivery = due_on(instagram.channel, anna, ben, film=film_boxes.film(), text="", form=form)
    work_and_die(step, "instagram")
    account = next(iter(simulated.kept.accounts.values()))
    private = simulated.post_by_phone(account, "", film=film_boxes.film(duration=3000), story=form == "story")
    end = settle_down(delivery)
    if step == "after it was published":
        assert end.needs_a_person
        assert len(instagram.texts()) == 2
        looking.decide(end, by=dirk, send_it_again=False)
        assert settle_down(end).state == DeliveryState.FAILED
    else:
        assert end.state == DeliveryState.VERIFIED
    assert end.remote_id != private
    assert len(instagram.texts()) == 2
    assert verify()[1] == []


def test_a_carousel_that_is_refused_is_not_called_published(
    instagram: Net, simulated: InstagramSimulator, anna: Member, ben: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_both: Any) -> None:
        raise GraphError("The caption is too long.", code=36004, subcode=2207010)

    monkeypatch.setattr(simulated.library, "_parts", refuses)
    delivery = due_on(instagram.channel, anna, ben, pictures=2)
    end = settle_down(delivery)
    assert (end.state, end.remote_id, instagram.texts()) == (DeliveryState.FAILED, "", [])
    assert len(end.kept["children"]) == 2


def test_a_carousel_that_is_stopped_on_its_way_is_not_called_published(
    instagram: Net, simulated: InstagramSimulator, anna: Member, ben: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    def waits(*_both: Any) -> None:
        raise GraphError("The media is not ready.", code=9007, subcode=2207027)

    monkeypatch.setattr(simulated.library, "_parts", waits)
    delivery = due_on(instagram.channel, anna, ben, pictures=2)
    jobs.deliver("test")
    stop(delivery.version.post, by=anna)
    assert delivering.settle_halves() == 0
    end = Delivery.objects.get(pk=delivery.pk)
    assert (end.state, end.remote_id, instagram.texts()) == (DeliveryState.STOPPED, "", [])


def test_only_a_person_has_a_post_made_once_more(
    instagram: Net, simulated: InstagramSimulator, anna: Member, ben: Member, dirk: Member
) -> None:
    delivery = due_on(instagram.channel, anna, ben, pictures=1)
    simulated.faults.next("cut_after_accepting", on="POST /v23.0/*/media_publish")
    jobs.deliver("test")
    account = next(iter(simulated.kept.accounts.values()))
    simulated.delete_by_phone(account, simulated.media_of(account)[0].id)
    end = settle_down(delivery)
    assert end.needs_a_person
    assert instagram.texts() == []
    looking.decide(end, by=dirk, send_it_again=True)
    assert_out_once(delivery, instagram)


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
