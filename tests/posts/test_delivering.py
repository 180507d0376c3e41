"""A delivery goes out at most once, never early, never unapproved, and its outcome is always known or asked for."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from tests.posts.nets import TEXT
from tests.posts.steps import fresh, raising, shown_texts
from vierogen.channels.actions import close
from vierogen.channels.models import Channel
from vierogen.ledger.moves import move
from vierogen.networks.base import Limited, NetworkError, Shown, Unknown
from vierogen.notices.models import Message
from vierogen.people.models import Member
from vierogen.posts import jobs
from vierogen.posts.actions import delivering, looking, stopping
from vierogen.posts.actions.content import content_of
from vierogen.posts.actions.writing import save
from vierogen.posts.models import Delivery, Post, Version
from vierogen.posts.states import DeliveryState
from vierogen.practice.server import PracticeServer
from vierogen.vault.actions import seal
from vierogen.vault.models import Secret


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


def test_a_little_late_goes_out_and_says_so(due: Delivery) -> None:
    with time_machine.travel(due.due_at + timedelta(minutes=5)):
        assert jobs.deliver("test")
    assert 300 <= fresh(due).lateness < 310


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


def test_nothing_leaves_before_its_time(due: Delivery) -> None:
    later = timezone.now() + timedelta(hours=1)
    Delivery.objects.update(due_at=later)
    with time_machine.travel(later - timedelta(milliseconds=1), tick=False):
        assert not jobs.deliver("test")
    with time_machine.travel(later, tick=False):
        assert jobs.deliver("test")


def test_a_certain_refusal_is_told_to_the_writer(due: Delivery, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due.channel.network, "publish", raising(NetworkError("The text is too long.")))
    assert jobs.deliver("test")
    assert (fresh(due).state, fresh(due).problem) == (DeliveryState.FAILED, "The text is too long.")
    assert Message.objects.filter(email="anna@voorbeeld.example", title__contains="Not published").exists()
    assert not jobs.deliver("test")


def test_what_may_be_tried_again_is_tried_until_it_is_too_late_and_then_held(
    due: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due.channel.network, "publish", raising(NetworkError("No connection.", may_retry=True)))
    waits, now = [], due.due_at
    while now < due.due_at + timedelta(minutes=30):
        with time_machine.travel(now, tick=False):
            assert jobs.deliver("test")
            row = fresh(due)
            assert (row.state, row.doubted, row.next_try_at is None) == (DeliveryState.WAITING, False, False)
            waits.append(round((row.next_try_at - now).total_seconds()))
            now = row.next_try_at
    assert waits[:7] == [2, 4, 8, 16, 32, 60, 60]
    with time_machine.travel(now, tick=False):
        assert not jobs.deliver("test")
    assert (fresh(due).state, fresh(due).problem) == (DeliveryState.HELD, delivering.LATE)
    assert Message.objects.filter(email="anna@voorbeeld.example", title__contains="Held").exists()


def test_a_key_that_does_not_open_holds_the_post_and_tells(due: Delivery, channel: Channel) -> None:
    Secret.objects.update(ciphertext=b"x" * 40)
    assert jobs.deliver("test")
    assert (fresh(due).state, fresh(due).problem) == (DeliveryState.HELD, delivering.NO_KEY)
    assert Message.objects.filter(title__contains="Held").exists()


def test_a_post_is_dated_and_named_when_it_is_sent_and_not_when_it_was_approved(due: Delivery) -> None:
    Delivery.objects.update(dated=timezone.now() - timedelta(days=7))
    assert jobs.deliver("test")
    row = fresh(due)
    assert (row.dated, row.key != due.key) == (row.sent_at, True)


def test_what_may_have_arrived_keeps_its_name_and_its_moment(due: Delivery, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due.channel.network, "publish", raising(Unknown("Cut off.")))
    assert jobs.deliver("test")
    first = fresh(due)
    assert first.doubted
    move(first, "repeat", by=delivering.WORKER)
    again = delivering.claim("test")
    assert again is not None
    assert (again.key, again.dated) == (first.key, first.dated)
    assert again.sent_at != first.sent_at


class TestStoppedWhileUnderWay:
    """Stop means that nothing is sent any more, also where an attempt had begun."""

    def test_it_is_called_back_right_before_the_call_that_publishes(
        self, due: Delivery, anna: Member, practice: PracticeServer
    ) -> None:
        claimed = delivering.claim("test")
        assert claimed is not None
        assert stopping.stop(due.version.post, by=anna) == 0
        delivering.send(claimed)
        assert (fresh(due).state, fresh(due).problem) == (DeliveryState.STOPPED, delivering.STOPPED)
        assert Post.objects.get().state == "draft"
        assert not practice.network.timeline()

    def test_what_the_network_refused_for_now_is_not_tried_again(
        self,
        due: Delivery,
        anna: Member,
        practice: PracticeServer,
        monkeypatch: pytest.MonkeyPatch,
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        def refuses(*_: Any) -> None:
            stopping.stop(due.version.post, by=anna)
            raise Limited("Busy.", seconds=0)

        with monkeypatch.context() as patch:
            patch.setattr(due.channel.network, "publish", refuses)
            assert jobs.deliver("test")
        with django_capture_on_commit_callbacks(execute=True):
            assert not jobs.deliver("test")
        assert fresh(due).state == DeliveryState.STOPPED
        assert Post.objects.get().state == "draft"
        assert not practice.network.timeline()

    def test_what_may_have_arrived_is_not_sent_again_by_a_person_either(
        self, due: Delivery, anna: Member, dirk: Member, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(due.channel.network, "publish", raising(Unknown("Cut off.")))
        assert jobs.deliver("test")
        assert stopping.stop(due.version.post, by=anna) == 0
        Delivery.objects.update(next_look_at=None)
        with pytest.raises(ValidationError, match="stopped this post"):
            looking.decide(fresh(due), by=dirk, send_it_again=True)
        looking.decide(fresh(due), by=dirk, send_it_again=False)
        assert fresh(due).state == DeliveryState.FAILED

    def test_the_network_that_refuses_a_second_one_itself_is_not_asked_again(
        self, due: Delivery, anna: Member, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(due.channel.network, "publish", raising(Unknown("Cut off.")))
        assert jobs.deliver("test")
        stopping.stop(due.version.post, by=anna)
        move(fresh(due), "repeat", by=delivering.WORKER)
        assert not jobs.deliver("test")
        assert fresh(due).state == DeliveryState.STOPPED


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


@pytest.mark.parametrize("error", [NetworkError("No.", may_retry=True), NetworkError("No."), Unknown("Cut off.")])
def test_a_late_answer_to_an_old_attempt_does_not_touch_a_newer_one(
    error: NetworkError, due: Delivery, dirk: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = delivering.claim("slow")
    assert old is not None
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert looking.claim_doubtful("other") is not None
    Delivery.objects.update(next_look_at=None)
    looking.decide(fresh(due), by=dirk, send_it_again=True)
    newer = delivering.claim("quick")
    assert newer is not None
    monkeypatch.setattr(due.channel.network, "publish", raising(error))
    delivering.send(old)
    row = fresh(due)
    assert (row.state, row.fence, row.lease_owner) == (DeliveryState.SENDING, newer.fence, "quick")


def test_what_waits_for_a_closed_account_does_not_go_out_and_says_so(due: Delivery, cora: Member) -> None:
    close(due.channel, by=cora)
    assert not jobs.deliver("test")
    assert jobs.keep_time("test")
    assert (fresh(due).state, fresh(due).problem) == (DeliveryState.FAILED, delivering.CLOSED)
    assert Message.objects.filter(email="anna@voorbeeld.example", title__contains="Not published").exists()
    assert not jobs.keep_time("test")
