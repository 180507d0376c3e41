"""A delivery goes out at most once, never early, never unapproved, and its outcome is always known or asked for."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from tests.plugins.house import make_member
from tests.posts.nets import TEXT
from vierogen.channels.models import Channel
from vierogen.ledger.moves import WrongStateError
from vierogen.networks.base import Disconnected, Limited, NetworkError, Shown
from vierogen.notices.models import Message
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Role
from vierogen.posts import jobs
from vierogen.posts.actions import delivering, looking
from vierogen.posts.actions.reviewing import approve, publish_now
from vierogen.posts.actions.stopping import lift, release, stop, stop_everything
from vierogen.posts.actions.writing import Content, begin, content_of, save, submit
from vierogen.posts.models import Delivery, Version
from vierogen.posts.states import DeliveryState
from vierogen.practice.server import PracticeServer
from vierogen.vault.actions import seal
from vierogen.vault.models import Secret


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


def test_a_release_never_comes_before_the_plan(delivery: Delivery, anna: Member, ben: Member) -> None:
    stop_everything(anna.organisation, by=anna)
    lift(anna.organisation, by=ben)
    release(fresh(delivery), by=ben)
    assert fresh(delivery).due_at == delivery.cooling_until
    assert delivering.claim("test") is None


def test_lateness_is_measured_from_the_plan_not_from_the_release(due: Delivery, ben: Member) -> None:
    with time_machine.travel(due.due_at + timedelta(hours=2)):
        jobs.deliver("test")
        release(fresh(due), by=ben)
        assert jobs.deliver("test")
    assert fresh(due).lateness >= 2 * 3600


# Late, held, released


@pytest.mark.parametrize(
    ("minutes", "seconds", "leaves"), [(30, -1, True), (30, 1, False), (5, 1, False), (90, -1, True)]
)
def test_when_late_is_too_late_is_a_setting(minutes: int, seconds: int, leaves: bool, due: Delivery) -> None:
    Organisation.objects.update(late_after_minutes=minutes)
    with time_machine.travel(due.due_at + timedelta(minutes=minutes, seconds=seconds), tick=False):
        assert jobs.deliver("test") is leaves
    assert fresh(due).state == (DeliveryState.PUBLISHED if leaves else DeliveryState.HELD)


def test_nothing_leaves_before_its_time(due: Delivery) -> None:
    later = timezone.now() + timedelta(hours=1)
    Delivery.objects.update(due_at=later)
    with time_machine.travel(later - timedelta(milliseconds=1), tick=False):
        assert not jobs.deliver("test")
    with time_machine.travel(later, tick=False):
        assert jobs.deliver("test")


def test_many_that_are_late_never_leave_in_a_flood(
    due: Delivery, channel: Channel, anna: Member, ben: Member, practice: PracticeServer
) -> None:
    for number in range(3):
        another(channel, anna, ben, text=f"Bericht {number}")
    with time_machine.travel(timezone.now() + timedelta(hours=8)):
        assert not jobs.deliver("test")
        assert Delivery.objects.filter(state=DeliveryState.HELD).count() == 4
        release(fresh(due), by=ben)
        while jobs.deliver("test"):
            pass
    assert shown_texts(practice) == [TEXT]


def another(channel: Channel, anna: Member, ben: Member, *, text: str) -> Delivery:
    """One more that is due."""
    version = begin(channel.organisation, Content(text, (channel,)), by=anna)
    submit(version, by=anna)
    approve(version, by=ben, digest=version.digest)
    publish_now(version, by=ben)
    return Delivery.objects.get(version=version)


def test_what_came_to_wait_while_all_was_stopped_is_released_one_by_one_too(
    due: Delivery, channel: Channel, anna: Member, ben: Member, practice: PracticeServer
) -> None:
    practice.faults.next("limited", seconds=1)
    claimed = delivering.claim("test")
    assert claimed is not None
    halted_while_sending(claimed, anna)
    for number in range(3):
        another(channel, anna, ben, text=f"Bericht {number}")
    lift(anna.organisation, by=ben)
    with time_machine.travel(timezone.now() + timedelta(seconds=5)):
        assert not jobs.deliver("test")
        assert Delivery.objects.filter(state=DeliveryState.HELD).count() == 4
        release(fresh(due), by=ben)
        while jobs.deliver("test"):
            pass
    assert shown_texts(practice) == [TEXT]


def halted_while_sending(claimed: Delivery, anna: Member) -> None:
    """Everything is stopped while the network answers; the delivery comes back to wait."""
    delivering._refused(claimed, Limited("Slow down.", seconds=1))
    stop_everything(anna.organisation, by=anna)
    Delivery.objects.filter(pk=claimed.pk).update(state=DeliveryState.WAITING)


def test_sent_again_by_a_person_while_all_is_stopped_waits_as_well(
    due: Delivery, anna: Member, ben: Member, dirk: Member, practice: PracticeServer
) -> None:
    Delivery.objects.update(state=DeliveryState.UNCERTAIN, next_look_at=None, attempts=1)
    stop_everything(anna.organisation, by=anna)
    looking.decide(fresh(due), by=dirk, send_it_again=True)
    assert not jobs.deliver("test")
    lift(anna.organisation, by=ben)
    assert not jobs.deliver("test")
    assert shown_texts(practice) == []


def test_nothing_is_released_while_all_is_stopped_or_by_anybody(
    due: Delivery, anna: Member, ben: Member, cora: Member, otto: Member
) -> None:
    stop_everything(anna.organisation, by=anna)
    with pytest.raises(ValidationError, match="Lift that first"):
        release(fresh(due), by=ben)
    for by in (anna, cora, otto):
        with pytest.raises(PermissionDenied):
            lift(anna.organisation, by=by)
    lift(anna.organisation, by=ben)
    for by in (anna, cora, otto):
        with pytest.raises(PermissionDenied):
            release(fresh(due), by=by)
    assert fresh(due).state == DeliveryState.HELD


def test_what_is_released_early_keeps_its_time_and_its_cooling_off(
    delivery: Delivery, anna: Member, ben: Member
) -> None:
    stop_everything(anna.organisation, by=anna)
    lift(anna.organisation, by=ben)
    release(fresh(delivery), by=ben)
    assert not jobs.deliver("test")
    with time_machine.travel(delivery.cooling_until + timedelta(seconds=1)):
        assert jobs.deliver("test")


def test_only_the_team_stops(approved: Version, town: Organisation, otto: Member) -> None:
    auditor = make_member(town, "Aud", Role.AUDITOR)
    for by in (auditor, otto):
        with pytest.raises(PermissionDenied):
            stop(approved.post, by=by)
        with pytest.raises(PermissionDenied):
            stop_everything(town, by=by)


# Refused, and not


def test_a_certain_refusal_is_told_to_the_writer(due: Delivery, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due.channel.network, "publish", raising(NetworkError("The text is too long.")))
    assert jobs.deliver("test")
    assert (fresh(due).state, fresh(due).problem) == (DeliveryState.FAILED, "The text is too long.")
    assert Message.objects.filter(email="anna@voorbeeld.example", title__contains="Not published").exists()
    assert not jobs.deliver("test")


def raising(error: Exception) -> Callable[..., Any]:
    def raises(*_args: Any) -> Any:
        raise error

    return raises


def test_what_may_be_tried_again_is_so_many_times(due: Delivery, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due.channel.network, "publish", raising(NetworkError("No connection.", may_retry=True)))
    waits = []
    for number in range(1, delivering.TRIES + 1):
        now = timezone.now()
        assert jobs.deliver("test")
        row = fresh(due)
        assert row.attempts == number
        assert row.next_try_at is not None
        waits.append(round((row.next_try_at - now).total_seconds()))
        Delivery.objects.update(next_try_at=now)
    assert waits == [2, 4, 8, 16, 32, 0]
    assert fresh(due).state == DeliveryState.FAILED


def test_a_lost_key_is_told(due: Delivery, channel: Channel) -> None:
    Secret.objects.update(ciphertext=b"x" * 40)
    assert jobs.deliver("test")
    assert (fresh(due).state, fresh(due).problem) == (DeliveryState.FAILED, delivering.NO_KEY)
    assert Message.objects.filter(title__contains="Not published").exists()


def test_a_connector_that_crashes_leaves_a_doubt(due: Delivery, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due.channel.network, "publish", raising(KeyError("nothing")))
    assert jobs.deliver("test")
    assert fresh(due).state == DeliveryState.UNCERTAIN


def test_a_refusal_that_comes_after_somebody_else_took_over_changes_and_tells_nothing(
    due: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    claimed = delivering.claim("slow")
    assert claimed is not None
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert looking.claim_doubtful("other") is not None
    monkeypatch.setattr(due.channel.network, "publish", raising(NetworkError("No.")))
    delivering.send(claimed)
    assert fresh(due).state == DeliveryState.UNCERTAIN
    assert not Message.objects.filter(title__contains="Not published").exists()


# Looking


def doubtful(due: Delivery, practice: PracticeServer) -> None:
    practice.faults.next("cut_before")
    jobs.deliver("test")
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


# Reading back


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
    monkeypatch.setattr(due.channel.network, "same", lambda *_args: False)
    assert jobs.verify("test")
    assert fresh(due).state == DeliveryState.PUBLISHED
