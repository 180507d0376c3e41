"""A network in trouble: late, broken, cut off, busy. One post in the end, and nobody is asked needlessly."""

import time
from typing import Any

import pytest

from tests.posts.killing import let_time_pass, settle_down
from tests.posts.nets import TEXT, Net, due_on
from tests.servers.faulty import Fault, cut_after, cut_before, error_after, late, limited, refused
from vierogen.people.models import Member
from vierogen.posts import jobs
from vierogen.posts.actions import looking
from vierogen.posts.actions.stopping import lift, release, stop_everything
from vierogen.posts.models import Delivery
from vierogen.posts.states import DeliveryState
from vierogen.practice.server import PracticeServer

pytestmark = pytest.mark.django_db(transaction=True)

PUT, UPLOAD = "/xrpc/com.atproto.repo.putRecord", "/xrpc/com.atproto.repo.uploadBlob"


def test_an_answer_that_comes_too_late(due: Delivery, practice: PracticeServer, impatient: None) -> None:
    practice.faults.next("late", seconds=2)
    jobs.deliver("one")
    assert Delivery.objects.get().state == DeliveryState.UNCERTAIN
    assert settle_down(due).state == DeliveryState.VERIFIED
    assert len(practice.network.timeline()) == 1


def test_what_is_accepted_long_after_we_gave_up_is_found(
    due: Delivery, practice: PracticeServer, impatient: None
) -> None:
    practice.faults.next("late_accepting", seconds=1.0)
    jobs.deliver("one")
    let_time_pass()
    assert jobs.look("one")
    assert Delivery.objects.get().state == DeliveryState.UNCERTAIN
    assert practice.network.timeline() == []
    time.sleep(1.0)
    assert settle_down(due).state == DeliveryState.VERIFIED
    assert len(practice.network.timeline()) == 1


TROUBLES = {
    "late": late(2),
    "500 after accepting": error_after(500),
    "502 after accepting": error_after(502),
    "cut after accepting": cut_after(),
    "cut before": cut_before(),
    "500 before": refused(500),
    "429": limited(1),
}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES.keys())
@pytest.mark.parametrize("times", [1, 3])
def test_trouble_with_a_real_server_leaves_one_post_and_asks_nobody(
    trouble: Fault, times: int, bluesky: Net, anna: Member, ben: Member, impatient: None
) -> None:
    delivery = due_on(bluesky.channel, anna, ben)
    assert bluesky.proxy is not None
    for _time in range(times):
        bluesky.proxy.next(trouble, method="POST", path=PUT)
    end = settle_down(delivery)
    assert (end.state, bluesky.texts()) == (DeliveryState.VERIFIED, [TEXT])


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES.keys())
def test_trouble_with_a_picture_is_never_an_unknown_outcome(
    trouble: Fault, bluesky: Net, anna: Member, ben: Member, impatient: None
) -> None:
    delivery = due_on(bluesky.channel, anna, ben, pictures=1)
    assert bluesky.proxy is not None
    bluesky.proxy.next(trouble, method="POST", path=UPLOAD)
    jobs.deliver("one")
    assert Delivery.objects.get().state == DeliveryState.WAITING
    assert bluesky.texts() == []
    end = settle_down(delivery)
    assert (end.state, bluesky.texts()) == (DeliveryState.VERIFIED, [TEXT])
    assert bluesky.proxy.count(f"POST {PUT}") == 1


def test_everything_is_stopped_while_pictures_are_uploaded(
    net: Net, anna: Member, ben: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = due_on(net.channel, anna, ben, pictures=2)
    upload = net.channel.network._uploaded  # type: ignore[attr-defined]

    def stops_meanwhile(*args: Any) -> Any:
        stop_everything(anna.organisation, by=anna)
        return upload(*args)

    with monkeypatch.context() as patch:
        patch.setattr(net.channel.network, "_uploaded", stops_meanwhile)
        assert jobs.deliver("one")
    assert net.texts() == []
    assert Delivery.objects.get().state == DeliveryState.HELD
    lift(anna.organisation, by=ben)
    release(Delivery.objects.get(), by=ben)
    assert settle_down(delivery).state == DeliveryState.VERIFIED
    assert net.texts() == [TEXT]


def test_a_worker_that_lost_its_lease_while_it_uploaded_publishes_nothing(
    net: Net, anna: Member, ben: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    due_on(net.channel, anna, ben, pictures=1)
    upload = net.channel.network._uploaded  # type: ignore[attr-defined]

    def sleeps_long(*args: Any) -> Any:
        let_time_pass()
        assert looking.claim_doubtful("other") is not None
        return upload(*args)

    monkeypatch.setattr(net.channel.network, "_uploaded", sleeps_long)
    assert jobs.deliver("one")
    assert net.texts() == []
    assert Delivery.objects.get().state == DeliveryState.UNCERTAIN
