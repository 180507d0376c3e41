"""A delivery goes out at most once, never early, never unapproved, and its outcome is always known or asked for."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from tests.posts.conftest import TEXT
from vierogen.channels.models import Channel
from vierogen.ledger.moves import WrongStateError
from vierogen.networks.base import Shown
from vierogen.notices.models import Message
from vierogen.people.models import Member
from vierogen.posts import jobs
from vierogen.posts.actions import delivering, looking
from vierogen.posts.actions.stopping import lift, release, stop, stop_everything
from vierogen.posts.actions.writing import content_of, save
from vierogen.posts.models import Delivery, Version
from vierogen.posts.states import DeliveryState
from vierogen.practice.server import PracticeServer
from vierogen.vault.actions import seal


def fresh(delivery: Delivery) -> Delivery:
    return Delivery.objects.get(pk=delivery.pk)


def shown_texts(practice: PracticeServer) -> list[str]:
    return [status.text for status in practice.network.timeline()]


def look_now(delivery: Delivery) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(next_look_at=timezone.now())
    assert jobs.look("test")


def test_an_approved_post_goes_out_and_is_verified(due: Delivery, practice: PracticeServer) -> None:
    assert jobs.deliver("test")
    assert fresh(due).state == DeliveryState.PUBLISHED
    assert shown_texts(practice) == [TEXT]
    assert jobs.verify("test")
    assert fresh(due).state == DeliveryState.VERIFIED
    assert not jobs.deliver("test")


def test_nothing_leaves_during_cooling_off(delivery: Delivery) -> None:
    with time_machine.travel(delivery.cooling_until - timedelta(milliseconds=1), tick=False):
        assert delivering.claim("test") is None
    with time_machine.travel(delivery.cooling_until, tick=False):
        assert delivering.claim("test") is not None


def test_a_claim_belongs_to_one_worker(due: Delivery) -> None:
    assert delivering.claim("one") is not None
    assert delivering.claim("two") is None


def test_sending_is_committed_before_the_network_hears_of_it(due: Delivery, practice: PracticeServer) -> None:
    claimed = delivering.claim("test")
    assert claimed is not None
    assert fresh(due).state == DeliveryState.SENDING
    assert shown_texts(practice) == []


def test_what_was_changed_after_approval_is_not_sent(due: Delivery, practice: PracticeServer) -> None:
    Version.objects.filter(pk=due.version_id).update(text="Iets anders")
    assert delivering.claim("test") is None
    assert fresh(due).state == DeliveryState.FAILED
    assert shown_texts(practice) == []


def test_stop_in_the_cooling_off(approved: Version, delivery: Delivery, anna: Member) -> None:
    assert stop(approved.post, by=anna) == 1
    assert fresh(delivery).state == DeliveryState.STOPPED
    with time_machine.travel(delivery.due_at + timedelta(seconds=1), tick=False):
        assert delivering.claim("test") is None


def test_too_late_to_stop_says_so(due: Delivery, anna: Member) -> None:
    jobs.deliver("test")
    with pytest.raises(WrongStateError):
        stop(due.version.post, by=anna)


def test_stop_everything_holds_and_releases_one_by_one(
    due: Delivery, anna: Member, ben: Member, practice: PracticeServer
) -> None:
    stop_everything(anna.organisation, by=anna)
    assert not jobs.deliver("test")
    assert fresh(due).state == DeliveryState.HELD
    lift(anna.organisation, by=ben)
    assert not jobs.deliver("test")
    release(fresh(due), by=ben)
    assert jobs.deliver("test")
    assert shown_texts(practice) == [TEXT]


def test_the_claim_itself_asks_for_a_halt(due: Delivery, anna: Member) -> None:
    stop_everything(anna.organisation, by=anna)
    Delivery.objects.filter(pk=due.pk).update(state=DeliveryState.WAITING)
    assert delivering.claim("test") is None


def test_the_halt_of_another_organisation_holds_nothing_here(due: Delivery, otto: Member) -> None:
    stop_everything(otto.organisation, by=otto)
    assert jobs.deliver("test")


def test_what_is_far_too_late_waits_for_a_person(due: Delivery, ben: Member, practice: PracticeServer) -> None:
    with time_machine.travel(due.due_at + timedelta(minutes=31)):
        assert not jobs.deliver("test")
        assert fresh(due).state == DeliveryState.HELD
        release(fresh(due), by=ben)
        assert jobs.deliver("test")
    assert shown_texts(practice) == [TEXT]


def test_a_little_late_goes_out_and_says_so(due: Delivery) -> None:
    with time_machine.travel(due.due_at + timedelta(minutes=5)):
        assert jobs.deliver("test")
    assert 300 <= fresh(due).lateness < 310


@pytest.mark.parametrize("fault", ["error_after_accepting", "cut_after_accepting"])
def test_accepted_but_the_answer_got_lost(due: Delivery, practice: PracticeServer, fault: str) -> None:
    practice.faults.next(fault)
    jobs.deliver("test")
    assert fresh(due).state == DeliveryState.UNCERTAIN
    look_now(due)
    assert fresh(due).state == DeliveryState.PUBLISHED
    assert shown_texts(practice) == [TEXT]


@pytest.mark.parametrize("fault", ["error_before", "cut_before"])
def test_never_accepted_but_nobody_can_know(due: Delivery, practice: PracticeServer, fault: str, dirk: Member) -> None:
    practice.faults.next(fault)
    jobs.deliver("test")
    for _look in range(looking.LOOKS):
        look_now(due)
    assert fresh(due).needs_a_person
    assert Message.objects.filter(email="dirk@voorbeeld.example").exists()
    assert not jobs.look("test")
    assert shown_texts(practice) == []
    looking.decide(fresh(due), by=dirk, send_it_again=True)
    assert jobs.deliver("test")
    assert shown_texts(practice) == [TEXT]


def test_only_who_may_decides(due: Delivery, practice: PracticeServer, anna: Member, dirk: Member) -> None:
    practice.faults.next("cut_before")
    jobs.deliver("test")
    with pytest.raises(WrongStateError):  # while we are still looking, nobody has to decide
        looking.decide(fresh(due), by=dirk, send_it_again=True)
    for _look in range(looking.LOOKS):
        look_now(due)
    with pytest.raises(PermissionDenied):
        looking.decide(fresh(due), by=anna, send_it_again=True)
    looking.decide(fresh(due), by=dirk, send_it_again=False)
    assert fresh(due).state == DeliveryState.FAILED


def test_a_limit_is_waited_for(due: Delivery, practice: PracticeServer) -> None:
    practice.faults.next("limited", seconds=30)
    jobs.deliver("test")
    row = fresh(due)
    assert row.state == DeliveryState.WAITING
    assert row.next_try_at is not None
    assert not jobs.deliver("test")
    with time_machine.travel(row.next_try_at + timedelta(seconds=1)):
        assert jobs.deliver("test")
    assert shown_texts(practice) == [TEXT]


def test_a_refused_token_disconnects_the_channel(due: Delivery, channel: Channel) -> None:
    seal(channel, {"token": "no longer valid"})
    jobs.deliver("test")
    channel.refresh_from_db()
    assert channel.state == "disconnected"
    assert fresh(due).state == DeliveryState.WAITING
    assert Message.objects.filter(email="cora@voorbeeld.example").exists()


def test_a_dead_workers_delivery_is_looked_for(due: Delivery, practice: PracticeServer) -> None:
    claimed = delivering.claim("dead")
    assert claimed is not None
    assert not jobs.look("other")
    with time_machine.travel(timezone.now() + timedelta(seconds=11)):
        assert jobs.look("other")
        assert fresh(due).state == DeliveryState.UNCERTAIN


def test_a_late_result_of_a_worker_thought_dead_still_counts(
    due: Delivery, practice: PracticeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle = delivering.settle

    def slowly(*args: Any, **named: Any) -> bool:
        monkeypatch.setattr(delivering, "settle", settle)
        Delivery.objects.filter(pk=due.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        assert looking.claim_doubtful("other") is not None
        return settle(*args, **named)

    monkeypatch.setattr(delivering, "settle", slowly)
    jobs.deliver("slow")
    assert fresh(due).state == DeliveryState.PUBLISHED
    assert shown_texts(practice) == [TEXT]


def test_a_worker_that_was_thought_dead_sends_nothing_any_more(due: Delivery, practice: PracticeServer) -> None:
    slow = delivering.claim("slow")
    assert slow is not None
    with time_machine.travel(timezone.now() + timedelta(seconds=11)):
        assert looking.claim_doubtful("other") is not None
        delivering.send(slow)
    assert fresh(due).state == DeliveryState.UNCERTAIN
    assert shown_texts(practice) == []


def test_stopping_everything_reaches_a_delivery_that_still_uploads(
    due: Delivery, practice: PracticeServer, anna: Member, ben: Member
) -> None:
    claimed = delivering.claim("test")
    assert claimed is not None
    stop_everything(anna.organisation, by=anna)
    delivering.send(claimed)
    assert shown_texts(practice) == []
    assert (fresh(due).state, fresh(due).problem) == (DeliveryState.HELD, "halted")
    lift(anna.organisation, by=ben)
    assert not jobs.deliver("test")
    release(fresh(due), by=ben)
    assert jobs.deliver("test")
    assert shown_texts(practice) == [TEXT]


def test_a_remote_post_explains_one_delivery_only(due: Delivery) -> None:
    claimed = delivering.claim("test")
    assert claimed is not None
    assert delivering.settle(claimed, Shown("1", TEXT), by=delivering.WORKER)
    assert not delivering.settle(claimed, Shown("2", TEXT), by=delivering.WORKER)
    assert fresh(due).remote_id == "1"


def test_nothing_is_found_that_was_never_sent(delivery: Delivery) -> None:
    assert not delivering.settle(delivery, Shown("1", TEXT), by=delivering.WORKER)
    assert fresh(delivery).state == DeliveryState.WAITING


def test_what_is_out_cannot_be_edited(due: Delivery, anna: Member) -> None:
    jobs.deliver("test")
    with pytest.raises(PermissionDenied, match="already out"):
        save(due.version.post, content_of(due.version), by=anna)
