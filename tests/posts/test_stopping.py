"""Stopping one or everything, being too late, and letting go again: never a flood, never before its time."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from tests.plugins.house import make_member
from tests.posts.nets import TEXT
from tests.posts.steps import another, fresh, shown_texts
from vierogen.channels.models import Channel
from vierogen.ledger.moves import WrongStateError
from vierogen.networks.base import Limited
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Role
from vierogen.posts import jobs
from vierogen.posts.actions import delivering, looking
from vierogen.posts.actions.stopping import lift, release, stop, stop_everything
from vierogen.posts.models import Delivery, Version
from vierogen.posts.states import DeliveryState
from vierogen.practice.server import PracticeServer


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


@pytest.mark.parametrize(
    ("minutes", "seconds", "leaves"), [(30, -1, True), (30, 1, False), (5, 1, False), (90, -1, True)]
)
def test_when_late_is_too_late_is_a_setting(minutes: int, seconds: int, leaves: bool, due: Delivery) -> None:
    Organisation.objects.update(late_after_minutes=minutes)
    with time_machine.travel(due.due_at + timedelta(minutes=minutes, seconds=seconds), tick=False):
        assert jobs.deliver("test") is leaves
    assert fresh(due).state == (DeliveryState.PUBLISHED if leaves else DeliveryState.HELD)


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


def test_what_came_to_wait_while_all_was_stopped_is_released_one_by_one_too(
    due: Delivery, channel: Channel, anna: Member, ben: Member, practice: PracticeServer
) -> None:
    claimed = delivering.claim("test")
    assert claimed is not None
    stop_everything(anna.organisation, by=anna)
    delivering._refused(claimed, Limited("Slow down.", seconds=1))
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
