"""Looking settles what nobody knows, or a person does; reading back never undoes a publication."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from tests.posts.nets import TEXT
from tests.posts.steps import another, doubtful, fresh, look_now, raising, shown_texts
from vierogen.channels.models import Channel
from vierogen.ledger.actions import Machine
from vierogen.ledger.moves import WrongStateError
from vierogen.networks.base import Disconnected, NetworkError, Shown
from vierogen.notices.models import Message
from vierogen.people.models import Member
from vierogen.posts import jobs
from vierogen.posts.actions import delivering, looking, removing
from vierogen.posts.models import Delivery
from vierogen.posts.states import DeliveryState
from vierogen.practice.network import Account
from vierogen.practice.server import PracticeServer


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


def test_a_dead_workers_delivery_is_looked_for(due: Delivery, practice: PracticeServer) -> None:
    claimed = delivering.claim("dead")
    assert claimed is not None
    assert not jobs.look("other")
    with time_machine.travel(timezone.now() + timedelta(seconds=11)):
        assert jobs.look("other")
        assert fresh(due).state == DeliveryState.UNCERTAIN


def test_a_network_that_cannot_be_asked_is_asked_again_and_then_a_person_is_told_so(
    due: Delivery, practice: PracticeServer, monkeypatch: pytest.MonkeyPatch, dirk: Member
) -> None:
    doubtful(due, practice)
    network = due.channel.network
    monkeypatch.setattr(network, "find", raising(NetworkError("No connection.", may_retry=True)))
    for _look in range(looking.LOOKS + 2):
        look_now(due)
    assert not fresh(due).needs_a_person
    with time_machine.travel(timezone.now() + looking.ASKED_FOR + timedelta(seconds=5)):
        look_now(due)
    assert fresh(due).needs_a_person
    mail = Message.objects.get(email="dirk@voorbeeld.example")
    assert "could not reach" in mail.text
    assert "did not find" not in mail.text


@pytest.mark.parametrize("error", [KeyError("a bug"), Disconnected("Refused.")])
def test_looking_that_fails_is_not_looking_that_found_nothing(
    error: Exception, due: Delivery, practice: PracticeServer, monkeypatch: pytest.MonkeyPatch, dirk: Member
) -> None:
    doubtful(due, practice)
    with monkeypatch.context() as patch:
        patch.setattr(due.channel.network, "find", raising(error))
        for _look in range(looking.LOOKS + 2):
            look_now(due)
    row = fresh(due)
    assert (row.state, row.looks) == (DeliveryState.UNCERTAIN, 0)
    assert row.next_look_at is not None
    assert (Channel.objects.get().state == "disconnected") is isinstance(error, Disconnected)


def test_a_look_that_fails_is_not_repeated_at_once(
    due: Delivery, practice: PracticeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    doubtful(due, practice)
    monkeypatch.setattr(due.channel.network, "find", raising(KeyError("a bug")))
    look_now(due)
    assert not jobs.look("test")


def test_the_same_words_sent_before_are_another_post(
    due: Delivery, channel: Channel, anna: Member, ben: Member, practice: PracticeServer
) -> None:
    assert jobs.deliver("test")
    second = another(channel, anna, ben, text=TEXT)
    doubtful(second, practice)
    for _look in range(looking.LOOKS):
        look_now(second)
    assert fresh(second).needs_a_person
    assert fresh(due).state == DeliveryState.PUBLISHED


def test_the_same_words_sent_twice_are_told_apart_when_answers_are_lost(
    due: Delivery, channel: Channel, anna: Member, ben: Member, practice: PracticeServer
) -> None:
    second = another(channel, anna, ben, text=TEXT)
    practice.faults.next("cut_after_accepting", count=2)
    assert jobs.deliver("test")
    assert jobs.deliver("test")
    look_now(due)
    look_now(second)
    assert {fresh(due).state, fresh(second).state} == {DeliveryState.PUBLISHED}
    assert fresh(due).remote_id != fresh(second).remote_id
    assert len(shown_texts(practice)) == 2


def said_by_phone(practice: PracticeServer, official: Account) -> Shown:
    """The very words of ours, posted by somebody."""
    made = practice.network.post_by_phone(official, TEXT)
    return Shown(made.id, TEXT, created_at=timezone.now())


def test_what_somebody_else_posted_and_the_watch_sealed_is_not_ours(
    due: Delivery, practice: PracticeServer, official: Account
) -> None:
    doubtful(due, practice)
    removing.capture(due.channel, said_by_phone(practice, official), by=Machine("watch"))
    for _look in range(looking.LOOKS):
        look_now(due)
    assert fresh(due).needs_a_person


def test_what_is_known_to_be_ours_stays_ours_whatever_was_sealed(
    due: Delivery, practice: PracticeServer, official: Account
) -> None:
    doubtful(due, practice)
    ours = said_by_phone(practice, official)
    removing.capture(due.channel, ours, by=Machine("watch"))
    Delivery.objects.update(kept={"media": ours.remote_id})
    look_now(due)
    assert fresh(due).remote_id == ours.remote_id


@pytest.mark.parametrize(("minutes", "found"), [(14, True), (16, False)])
def test_what_came_long_after_the_attempt_is_somebody_else_s(
    minutes: int, found: bool, due: Delivery, practice: PracticeServer, official: Account
) -> None:
    doubtful(due, practice)
    Delivery.objects.update(sent_at=timezone.now() - timedelta(minutes=minutes))
    said_by_phone(practice, official)
    look_now(due)
    assert bool(fresh(due).remote_id) is found


def test_an_answer_that_explains_another_delivery_leaves_a_doubt(
    due: Delivery, channel: Channel, anna: Member, ben: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert jobs.deliver("test")
    taken = Shown(fresh(due).remote_id, TEXT)
    second = another(channel, anna, ben, text=TEXT)
    monkeypatch.setattr(channel.network, "publish", lambda *_args: taken)
    assert jobs.deliver("test")
    assert fresh(second).state == DeliveryState.UNCERTAIN


def test_a_repeat_waits_longer_each_time(
    due: Delivery, practice: PracticeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due.channel.network, "repeat_is_safe", True)
    waits = []
    for _turn in range(4):
        doubtful(due, practice)
        now = timezone.now()
        look_now(due)
        row = fresh(due)
        assert row.state == DeliveryState.WAITING
        assert row.next_try_at is not None
        waits.append(round((row.next_try_at - now).total_seconds()))
        Delivery.objects.update(next_try_at=now)
    assert waits == [0, 2, 6, 14]
    assert jobs.deliver("test")
    assert shown_texts(practice) == [TEXT]


def test_two_do_not_look_at_the_same_at_once(due: Delivery, practice: PracticeServer) -> None:
    doubtful(due, practice)
    Delivery.objects.update(next_look_at=timezone.now())
    assert looking.claim_doubtful("one") is not None
    assert looking.claim_doubtful("two") is None


@pytest.mark.parametrize("error", [KeyError("a bug"), NetworkError("No connection.")])
def test_reading_back_that_fails_never_fails_the_publication(
    error: Exception, due: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs.deliver("test")
    with monkeypatch.context() as patch:
        patch.setattr(due.channel.network, "read", raising(error))
        for _turn in range(looking.LOOKS):
            Delivery.objects.exclude(next_look_at=None).update(next_look_at=timezone.now())
            assert jobs.verify("test")
    assert not jobs.verify("test")
    assert (fresh(due).state, fresh(due).problem) == (DeliveryState.PUBLISHED, looking.UNREAD)


def test_what_reads_differently_from_what_was_approved_is_not_verified(
    due: Delivery, practice: PracticeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs.deliver("test")
    monkeypatch.setattr(due.channel.network, "reads_as", lambda *_args: False)
    assert jobs.verify("test")
    assert fresh(due).state == DeliveryState.PUBLISHED
