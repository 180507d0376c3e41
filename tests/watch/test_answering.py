"""What people, and the clock, do with a stray: adopt it, take it down, answer its alarm, hand it on."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from tests.practice.conftest import picture
from vierogen.channels.actions import change
from vierogen.channels.models import Channel
from vierogen.ledger.actions import verify
from vierogen.ledger.models import Entry
from vierogen.ledger.moves import WrongStateError
from vierogen.networks.base import Shown
from vierogen.notices.models import Message
from vierogen.notices.states import State as AlarmState
from vierogen.people.models import Member
from vierogen.posts import jobs as posts_jobs
from vierogen.posts.actions import delivering
from vierogen.posts.models import Delivery, TakeDown
from vierogen.posts.states import DeliveryState, TakeDownState
from vierogen.practice.network import Account, Draft
from vierogen.practice.server import PracticeServer
from vierogen.watch import jobs
from vierogen.watch.actions import answering
from vierogen.watch.actions.answering import acknowledge, adopt, cut_off, hand_on, take_down
from vierogen.watch.actions.raising import WATCH
from vierogen.watch.actions.reconciling import deleted, reconcile
from vierogen.watch.models import RemotePost, Stray, Watched
from vierogen.watch.states import Origin, State, What

Look = Callable[[], list[Stray]]


@pytest.fixture
def stray(look_again: Look, by_phone: Callable[..., str]) -> Stray:
    """A photo by phone, seen."""
    by_phone("Gezellig op het strand!", picture=picture())
    [found] = look_again()
    return found


def fresh(stray: Stray) -> Stray:
    return Stray.objects.select_related("alarm", "take_down", "remote").get(pk=stray.pk)


def remove_all() -> None:
    while posts_jobs.remove("test"):
        pass
    jobs.settle("test")


def test_answering_the_alarm_calls_nobody_else_and_settles_nothing(stray: Stray, dirk: Member) -> None:
    acknowledge(stray, by=dirk)
    found = fresh(stray)
    assert found.alarm is not None
    assert found.alarm.state == AlarmState.ACKNOWLEDGED
    assert found.state == State.OPEN
    with pytest.raises(WrongStateError):
        acknowledge(fresh(stray), by=dirk)


def test_a_stray_is_adopted_with_a_reason(stray: Stray, dirk: Member) -> None:
    for empty in ("", "  \n"):
        with pytest.raises(ValidationError):
            adopt(stray, by=dirk, reason=empty)
    adopt(stray, by=dirk, reason="Onze fotograaf, met de app")
    found = fresh(stray)
    assert (found.state, found.settled_by) == (State.ADOPTED, dirk)
    assert found.alarm is not None
    assert found.alarm.state == AlarmState.ENDED
    entry = Entry.objects.get(verb="adopt")
    assert "fotograaf" not in str(entry.facts)
    assert "reason" in entry.commitments


def test_the_database_itself_wants_a_reason(stray: Stray) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Stray.objects.filter(pk=stray.pk).update(state=State.ADOPTED)


def test_only_who_may_answer_alarms_adopts(stray: Stray, anna: Member, ben: Member, cora: Member, otto: Member) -> None:
    for member in (anna, ben, cora, otto):
        with pytest.raises(PermissionDenied):
            adopt(stray, by=member, reason="Van ons")
        with pytest.raises(PermissionDenied):
            acknowledge(stray, by=member)
    assert fresh(stray).is_open


def test_only_who_may_take_down_does(stray: Stray, anna: Member, ben: Member, cora: Member, otto: Member) -> None:
    for member in (anna, ben, cora, otto):
        with pytest.raises(PermissionDenied):
            take_down(stray, by=member)
    assert TakeDown.objects.count() == 0


def test_a_stray_is_taken_down_and_seen_to_be_gone(stray: Stray, dirk: Member, practice: PracticeServer) -> None:
    asked = take_down(stray, by=dirk, reason="Privé")
    assert take_down(fresh(stray), by=dirk) == asked
    assert asked.evidence == stray.evidence
    remove_all()
    found = fresh(stray)
    assert practice.network.timeline() == []
    assert found.state == State.TAKEN_DOWN
    assert found.alarm is not None
    assert found.alarm.state == AlarmState.ENDED
    assert found.remote is not None
    assert found.remote.gone_at is not None
    assert stray.evidence is not None
    assert stray.evidence.media.count() == 1
    assert verify()[1] == []
    with pytest.raises(ValidationError):
        take_down(found, by=dirk)


def test_a_stray_story_repost_and_like_are_taken_down_too(
    practice: PracticeServer, official: Account, look_again: Look, by_phone: Callable[..., str], dirk: Member
) -> None:
    private = practice.network.add_account("anna_prive", "Anna")
    funny = practice.network.post_by_phone(private, "Haha")
    by_phone("Vrijdagmiddag!", story=True)
    practice.network.reblog(official, funny.id)
    practice.network.favourite(official, funny.id)
    for stray in look_again():
        take_down(stray, by=dirk)
    remove_all()
    assert {found.state for found in Stray.objects.all()} == {State.TAKEN_DOWN}
    assert [status.id for status in practice.network.timeline()] == [funny.id]


def test_an_edited_post_of_ours_is_withdrawn_as_a_whole(
    watched: Watched, due: Delivery, practice: PracticeServer, official: Account, look_again: Look, dirk: Member
) -> None:
    posts_jobs.deliver("test")
    look_again()
    practice.network.edit(official, RemotePost.objects.get().remote_id, Draft("Gehackt!"))
    [stray] = look_again()
    take_down(stray, by=dirk)
    remove_all()
    assert Delivery.objects.get().state == DeliveryState.WITHDRAWN
    assert fresh(stray).state == State.TAKEN_DOWN


def test_what_is_gone_cannot_be_taken_down(stray: Stray, dirk: Member, watched: Watched) -> None:
    assert stray.remote is not None
    deleted(watched.channel, stray.remote.remote_id)
    with pytest.raises(ValidationError):
        take_down(fresh(stray), by=dirk)


def test_a_removal_by_its_poster_during_our_take_down_counts_as_taken_down(
    stray: Stray, dirk: Member, practice: PracticeServer, official: Account, watched: Watched
) -> None:
    take_down(stray, by=dirk)
    assert stray.remote is not None
    practice.network.delete(official, stray.remote.remote_id, with_media=True)
    deleted(watched.channel, stray.remote.remote_id)
    remove_all()
    assert fresh(stray).state == State.TAKEN_DOWN
    assert Stray.objects.count() == 1


def test_strays_stay_unless_the_organisation_chose_otherwise(stray: Stray, practice: PracticeServer) -> None:
    assert stray.automatic_at is None
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        assert not jobs.take_down_by_itself("test")
    assert len(practice.network.timeline()) == 1


@pytest.fixture
def after_a_minute(channel: Channel, cora: Member) -> None:
    """Strays on this channel go by themselves after a minute."""
    change(channel, by=cora, colour=channel.colour, automatic_take_down_after=60)


def test_a_stray_goes_by_itself_after_the_chosen_time(
    watched: Watched, after_a_minute: None, stray: Stray, practice: PracticeServer
) -> None:
    with time_machine.travel(stray.seen_at + timedelta(seconds=59), tick=False):
        assert not jobs.take_down_by_itself("test")
    with time_machine.travel(stray.seen_at + timedelta(seconds=60), tick=False):
        assert jobs.take_down_by_itself("test")
        assert not jobs.take_down_by_itself("test")
        remove_all()
    assert practice.network.timeline() == []
    assert fresh(stray).state == State.TAKEN_DOWN
    assert Entry.objects.get(verb="take_down").actor == WATCH.actor
    assert Message.objects.filter(alarm=None).count() == 1


@pytest.mark.parametrize("decision", ["adopt", "switch off"])
def test_a_decision_keeps_it_from_going_by_itself(
    watched: Watched, after_a_minute: None, stray: Stray, dirk: Member, cora: Member, decision: str
) -> None:
    if decision == "adopt":
        adopt(stray, by=dirk, reason="Van ons")
    else:
        change(stray.channel, by=cora, colour="blue", automatic_take_down_after=None)
    assert fresh(stray).will_be_taken_down_at is None
    with time_machine.travel(stray.seen_at + timedelta(hours=1), tick=False):
        assert not jobs.take_down_by_itself("test")


def test_an_own_post_never_goes_by_itself_even_if_edited(
    watched: Watched, after_a_minute: None, due: Delivery, practice: PracticeServer, official: Account, look_again: Look
) -> None:
    posts_jobs.deliver("test")
    look_again()
    practice.network.edit(official, RemotePost.objects.get().remote_id, Draft("Gehackt!"))
    [stray] = look_again()
    assert (stray.what, stray.automatic_at) == (What.EDIT, None)


def test_a_stuck_take_down_is_tried_again_by_asking_again(stray: Stray, dirk: Member, practice: PracticeServer) -> None:
    asked = take_down(stray, by=dirk)
    TakeDown.objects.filter(pk=asked.pk).update(state=TakeDownState.STUCK)
    assert fresh(stray).may_be_taken_down
    take_down(fresh(stray), by=dirk)
    remove_all()
    assert fresh(stray).state == State.TAKEN_DOWN


def test_a_stray_that_turns_out_to_be_a_delivery_is_explained_after_all(
    watched: Watched, due: Delivery, network: object, look_again: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vierogen.watch.actions.reconciling.PATIENCE", 0.0)
    claimed = delivering.claim("test")
    assert claimed is not None
    shown = Shown("4711", "rewritten by the server", created_at=timezone.now())
    stray = reconcile(watched.channel, shown, network=network)  # type: ignore[arg-type]
    assert stray is not None
    assert not jobs.settle("test")
    delivering.settle(claimed, shown, by=WATCH)
    assert jobs.settle("test")
    found = fresh(stray)
    assert found.state == State.EXPLAINED
    assert found.alarm is not None
    assert found.alarm.state == AlarmState.ENDED
    assert RemotePost.objects.get().origin == Origin.EXPLAINED


def test_an_alarm_that_rings_for_more_strays_ends_with_the_last(
    stray: Stray, look_again: Look, by_phone: Callable[..., str], dirk: Member
) -> None:
    by_phone("Nog een")
    [other] = look_again()
    Stray.objects.filter(pk=other.pk).update(alarm=stray.alarm)
    adopt(stray, by=dirk, reason="Van ons")
    assert fresh(stray).is_ringing
    adopt(fresh(other), by=dirk, reason="Ook van ons")
    assert not fresh(stray).is_ringing


class TestCutOffBeyondRecognition:
    """A network rewrote a post whose answer got lost: only a person can tell that it is ours."""

    @pytest.fixture
    def doubtful(self, watched: Watched, due: Delivery, practice: PracticeServer) -> Delivery:
        practice.faults.next("cut_before")
        assert posts_jobs.deliver("test")
        Delivery.objects.update(next_look_at=None)
        return Delivery.objects.get()

    def test_it_settles_the_delivery_that_it_is(
        self, doubtful: Delivery, look_again: Look, by_phone: Callable[..., str], dirk: Member
    ) -> None:
        remote_id = by_phone("Anders geschreven door het netwerk")
        [stray] = look_again()
        assert list(cut_off(stray)) == [doubtful]
        adopt(stray, by=dirk, reason="Ons bericht van net", sent_as=doubtful)
        row = Delivery.objects.get()
        assert (row.state, row.remote_id) == (DeliveryState.PUBLISHED, remote_id)
        assert (fresh(stray).state, RemotePost.objects.get().delivery) == (State.ADOPTED, row)
        assert look_again() == []
        assert verify()[1] == []

    def test_what_is_known_cannot_be_chosen(
        self, doubtful: Delivery, look_again: Look, by_phone: Callable[..., str], dirk: Member
    ) -> None:
        by_phone("Anders geschreven")
        [stray] = look_again()
        Delivery.objects.update(next_look_at=timezone.now())
        with pytest.raises(WrongStateError):
            adopt(stray, by=dirk, reason="Ons bericht", sent_as=doubtful)
        assert fresh(stray).state == State.OPEN
        assert Delivery.objects.get().state == DeliveryState.UNCERTAIN


def test_what_somebody_removes_by_hand_ends_a_stuck_take_down(
    stray: Stray, dirk: Member, practice: PracticeServer, official: Account, channel: Channel
) -> None:
    take_down(stray, by=dirk)
    TakeDown.objects.update(state=TakeDownState.STUCK)
    assert stray.remote is not None
    practice.network.delete(official, stray.remote.remote_id, with_media=True)
    deleted(channel, stray.remote.remote_id)
    for _step in range(4):
        TakeDown.objects.update(next_at=timezone.now())
        posts_jobs.remove("test")
    jobs.settle("test")
    assert TakeDown.objects.get().state == TakeDownState.GONE
    assert fresh(stray).state == State.TAKEN_DOWN


def test_what_is_being_taken_down_cannot_be_called_ours_at_the_same_time(stray: Stray, dirk: Member) -> None:
    take_down(stray, by=dirk)
    with pytest.raises(ValidationError, match="being taken down"):
        adopt(fresh(stray), by=dirk, reason="Toch van ons")
    assert fresh(stray).state == State.OPEN


def test_what_was_handed_on_after_it_was_gone_stays_with_its_incident(stray: Stray, dirk: Member) -> None:
    take_down(stray, by=dirk)
    for _step in range(4):
        TakeDown.objects.update(next_at=timezone.now())
        posts_jobs.remove("test")
    jobs.settle("test")
    assert fresh(stray).state == State.TAKEN_DOWN
    hand_on(fresh(stray), by=dirk)
    jobs.settle("test")
    assert fresh(stray).state == State.HANDED_ON


def test_one_stray_that_cannot_be_taken_down_by_itself_holds_up_no_other(
    stray: Stray, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def fails(found: Stray, **_more: object) -> None:
        asked.append(found.pk)
        raise RuntimeError("the vault is away")

    Stray.objects.update(automatic_at=timezone.now())
    Channel.objects.update(automatic_take_down_after=1)
    monkeypatch.setattr(answering, "take_down", fails)
    assert jobs.take_down_by_itself("test")
    assert asked == [stray.pk]
