"""Kill it at every step, on every network: never two posts, never a lost one, *uncertain* where it must."""

import pytest

from tests.posts.killing import let_time_pass, settle_down, work_and_die
from tests.posts.nets import TEXT, Net, due_on
from vierogen.ledger.actions import verify
from vierogen.people.models import Member
from vierogen.posts import jobs
from vierogen.posts.actions import looking
from vierogen.posts.models import Delivery
from vierogen.posts.states import DeliveryState
from vierogen.practice.server import PracticeServer

pytestmark = pytest.mark.django_db(transaction=True)

STEPS = [
    "in the claim",
    "after the claim",
    "before the call",
    "after the call",
    "before recording",
    "in the recording",
    "after recording",
]
ACCEPTED = {"after the call", "before recording", "in the recording", "after recording"}
LOOKING = ["in the doubt", "before looking", "after looking", "before settling", "after settling"]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("keys_ignored", [False, True], ids=["keys honoured", "keys ignored"])
def test_a_worker_killed(step: str, keys_ignored: bool, due: Delivery, practice: PracticeServer) -> None:
    practice.api.keys_ignored = keys_ignored
    work_and_die(step)
    end = settle_down(due)
    there = [status.text for status in practice.network.timeline()]
    # Killed in the claim, nothing was committed: it goes out as if nothing happened.
    if step == "in the claim" or step in ACCEPTED:
        assert (end.state, there) == (DeliveryState.VERIFIED, [TEXT])
    else:  # it was never sent, which nobody can know: a person decides
        assert end.needs_a_person
        assert there == []
    assert verify()[1] == []


@pytest.mark.parametrize("step", STEPS)
def test_a_worker_killed_where_the_network_knows_our_key_asks_nobody(
    step: str, bluesky: Net, anna: Member, ben: Member
) -> None:
    delivery = due_on(bluesky.channel, anna, ben)
    work_and_die(step, "bluesky")
    end = settle_down(delivery)
    assert (end.state, bluesky.texts()) == (DeliveryState.VERIFIED, [TEXT])
    assert verify()[1] == []


def test_a_worker_killed_between_two_pictures(net: Net, anna: Member, ben: Member) -> None:
    delivery = due_on(net.channel, anna, ben, pictures=2)
    work_and_die("after the first picture", net.key)
    assert net.texts() == []
    end = settle_down(delivery)
    if end.needs_a_person:
        assert net.key == "mastodon"
        assert net.texts() == []
    else:  # on X we wrote down beforehand that nothing was asked for yet
        assert (end.state, net.texts()) == (DeliveryState.VERIFIED, [TEXT])


@pytest.mark.parametrize("step", LOOKING)
def test_a_worker_killed_while_it_looks(step: str, net: Net, anna: Member, ben: Member) -> None:
    delivery = due_on(net.channel, anna, ben)
    work_and_die("after the call", net.key)
    let_time_pass()
    work_and_die(step, net.key, job="look")
    end = settle_down(delivery)
    assert (end.state, net.texts()) == (DeliveryState.VERIFIED, [TEXT])


@pytest.mark.parametrize("step", ["after the claim", "after the call"])
def test_a_person_decides_after_a_kill(step: str, due: Delivery, practice: PracticeServer, dirk: Member) -> None:
    work_and_die(step)
    end = settle_down(due)
    if end.needs_a_person:
        looking.decide(end, by=dirk, send_it_again=True)
        end = settle_down(due)
    assert end.state == DeliveryState.VERIFIED
    assert len(practice.network.timeline()) == 1


def test_the_other_worker_waits_for_the_lease(due: Delivery) -> None:
    work_and_die("after the claim")
    assert not jobs.look("other")
    assert not jobs.deliver("other")


@pytest.mark.parametrize("fault", ["error_after_accepting", "cut_after_accepting"])
def test_kill_while_looking_for_a_lost_answer(fault: str, due: Delivery, practice: PracticeServer) -> None:
    practice.faults.next(fault)  # type: ignore[arg-type]
    jobs.deliver("one")
    work = Delivery.objects.get(pk=due.pk)
    assert work.state == DeliveryState.UNCERTAIN
    let_time_pass()
    assert looking.claim_doubtful("looks and dies") is not None
    end = settle_down(due)
    assert end.state == DeliveryState.VERIFIED
    assert len(practice.network.timeline()) == 1
