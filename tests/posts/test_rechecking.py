"""What was planned is checked again when its time comes: a new stop holds it, a fault of ours never does."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone

from tests.posts.killing import let_time_pass, work_and_die
from tests.posts.nets import TEXT
from tests.posts.steps import another, fresh, raising, shown_texts
from vierogen.channels.models import Channel
from vierogen.ledger.actions import verify
from vierogen.notices.models import Message
from vierogen.people.models import Member, RoleHeld
from vierogen.people.roles import Role
from vierogen.posts import jobs
from vierogen.posts.actions import delivering, moments, rechecking, reviewing, stopping, writing
from vierogen.posts.actions.writing import Content
from vierogen.posts.checks.timing import Timing
from vierogen.posts.models import CheckLevel, Delivery, FoundThing, Version
from vierogen.posts.states import DeliveryState
from vierogen.practice.server import PracticeServer
from vierogen.vault.actions import connect

PLANNED_IN = timedelta(hours=5)


def plan(channels: tuple[Channel, ...], anna: Member, ben: Member, *, text: str = TEXT) -> Version:
    """Approved, to go out in five hours."""
    content = Content(text, channels, not_before=timezone.now() + PLANNED_IN)
    version = writing.begin(channels[0].organisation, content, by=anna)
    stops = [found.pk for found in version.stops()]
    writing.submit(version, by=anna, reasons=dict.fromkeys(stops, "Hoort zo."))
    reviewing.approve(version, by=ben, digest=version.digest, passed=stops)
    return version


@pytest.fixture
def planned(channel: Channel, anna: Member, ben: Member, dirk: Member) -> Delivery:
    """Its only delivery."""
    return Delivery.objects.get(version=plan((channel,), anna, ben))


@pytest.fixture
def its_time(planned: Delivery) -> Iterator[None]:
    """The minute at which it should go out."""
    with time_machine.travel(planned.due_at + timedelta(seconds=5), tick=True):
        yield


@pytest.fixture
def funeral(planned: Delivery, cora: Member) -> None:
    """Since the approval somebody added a moment at which nothing may go out."""
    at = planned.due_at
    moments.add("Uitvaart", starts=at - timedelta(hours=1), ends=at + timedelta(hours=1), by=cora)
    CheckLevel.objects.create(organisation=cora.organisation, check_key="timing", level="stop")


def test_a_new_stop_holds_it_and_says_which(
    planned: Delivery, funeral: None, its_time: None, practice: PracticeServer
) -> None:
    assert not jobs.deliver("test")
    held = fresh(planned)
    assert held.state == DeliveryState.HELD
    assert held.lease_owner == ""
    assert "The moment" in held.why
    found = FoundThing.objects.get(version=planned.version_id)
    assert (found.check_key, found.tier, found.when_due) == ("timing", "stop", True)
    assert shown_texts(practice) == []
    assert verify()[1] == []


def test_shortly_before_its_time_it_is_checked_ahead_once_and_goes_out_when_due(
    planned: Delivery, practice: PracticeServer
) -> None:
    with time_machine.travel(planned.due_at - timedelta(minutes=5)):
        assert not jobs.check_ahead("test")
    with time_machine.travel(planned.due_at - timedelta(seconds=30)):
        assert jobs.check_ahead("test")
        assert not jobs.check_ahead("test")
        assert not jobs.deliver("test")
    waiting = fresh(planned)
    assert (waiting.state, waiting.lease_owner, waiting.rechecked_at is None) == (DeliveryState.WAITING, "", False)
    with time_machine.travel(planned.due_at + timedelta(seconds=5)):
        assert jobs.deliver("test")
    assert shown_texts(practice) == [TEXT]


def test_a_new_stop_that_is_found_ahead_holds_it(planned: Delivery, funeral: None, practice: PracticeServer) -> None:
    with time_machine.travel(planned.due_at - timedelta(seconds=30)):
        assert jobs.check_ahead("test")
    assert fresh(planned).state == DeliveryState.HELD
    with time_machine.travel(planned.due_at + timedelta(seconds=5)):
        assert not jobs.deliver("test")
    assert shown_texts(practice) == []


def test_the_writer_and_who_is_on_duty_are_told(
    planned: Delivery, funeral: None, its_time: None, anna: Member, dirk: Member, ben: Member
) -> None:
    jobs.deliver("test")
    told = Message.objects.filter(title__startswith="Held: the post for")
    assert {message.email for message in told} == {anna.user.email, dirk.user.email}
    assert all("The moment" in message.text and TEXT not in message.title for message in told)


def test_what_is_only_to_be_looked_at_goes_out(
    planned: Delivery, funeral: None, its_time: None, practice: PracticeServer
) -> None:
    CheckLevel.objects.all().delete()
    assert jobs.deliver("test")
    assert shown_texts(practice) == [TEXT]
    assert fresh(planned).rechecked_at is not None


def test_a_stop_that_two_people_let_through_holds_nothing(
    channel: Channel, anna: Member, ben: Member, practice: PracticeServer
) -> None:
    version = plan((channel,), anna, ben, text="Zo vul je het formulier in: [naam invullen].")
    assert version.findings.filter(tier="stop").exists()
    with time_machine.travel(version.deliveries.get().due_at + timedelta(seconds=5)):
        assert jobs.deliver("test")
    assert len(shown_texts(practice)) == 1


def test_its_own_words_on_another_account_are_no_repetition(
    channel: Channel, practice: PracticeServer, anna: Member, ben: Member, cora: Member
) -> None:
    account = practice.network.add_account("wijk", "Wijk")
    second = connect(cora.organisation, "mastodon", server=practice.url, credentials={"token": account.token}, by=cora)
    version = plan((channel, second), anna, ben)
    with time_machine.travel(version.deliveries.first().due_at + timedelta(seconds=5)):
        assert jobs.deliver("test")
        assert jobs.deliver("test")
    assert shown_texts(practice) == [TEXT, TEXT]


def test_the_same_words_of_another_post_that_went_out_meanwhile_hold_it(
    planned: Delivery, channel: Channel, anna: Member, ben: Member
) -> None:
    with time_machine.travel(planned.due_at - timedelta(minutes=20)):
        another(channel, anna, ben, text=TEXT)
        assert jobs.deliver("test")
    with time_machine.travel(planned.due_at + timedelta(seconds=5)):
        assert not jobs.deliver("test")
    assert fresh(planned).problem == "check:duplicate"


@pytest.mark.parametrize("place", ["check", "draft"])
def test_a_check_that_crashes_keeps_nothing(
    place: str,
    planned: Delivery,
    funeral: None,
    its_time: None,
    practice: PracticeServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if place == "check":
        monkeypatch.setattr(Timing, "findings", raising(ZeroDivisionError()))
    else:
        monkeypatch.setattr(rechecking, "as_draft", raising(ZeroDivisionError()))
    assert jobs.deliver("test")
    assert shown_texts(practice) == [TEXT]


def test_what_was_approved_a_moment_ago_is_not_checked_again(due: Delivery, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rechecking, "check_again", raising(AssertionError()))
    assert jobs.deliver("test")


def test_what_waited_long_is_checked_again(due: Delivery, ben: Member, anna: Member) -> None:
    stopping.stop_everything(anna.organisation, by=anna)
    stopping.lift(anna.organisation, by=ben)
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        stopping.release(fresh(due), by=ben)
        assert jobs.deliver("test")
    assert fresh(due).rechecked_at is not None


def test_what_was_checked_again_and_then_held_for_hours_is_checked_once_more(
    planned: Delivery, anna: Member, ben: Member, cora: Member, practice: PracticeServer
) -> None:
    checked = planned.due_at + timedelta(seconds=5)
    Delivery.objects.update(rechecked_at=checked, rechecks=1)
    with time_machine.travel(checked):
        stopping.stop_everything(anna.organisation, by=anna)
    with time_machine.travel(checked + timedelta(hours=3)):
        now = timezone.now()
        moments.add("Uitvaart", starts=now - timedelta(hours=1), ends=now + timedelta(hours=1), by=cora)
        CheckLevel.objects.create(organisation=cora.organisation, check_key="timing", level="stop")
        stopping.lift(anna.organisation, by=ben)
        stopping.release(fresh(planned), by=ben)
        assert not jobs.deliver("test")
        assert fresh(planned).is_held_by_check
        stopping.release(fresh(planned), by=ben, reason="De familie vroeg erom.")
        assert jobs.deliver("test")
    assert shown_texts(practice) == [TEXT]


def test_others_go_out_while_one_is_being_checked(
    planned: Delivery,
    its_time: None,
    channel: Channel,
    anna: Member,
    ben: Member,
    practice: PracticeServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    another(channel, anna, ben, text="Een ander bericht over de Molenweg.")
    check_again, sent = rechecking.run, []

    def meanwhile(*args: object) -> object:
        sent.append(jobs.deliver("other"))
        return check_again(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(rechecking, "run", meanwhile)
    assert jobs.deliver("test")
    assert sent == [True]
    assert set(shown_texts(practice)) == {TEXT, "Een ander bericht over de Molenweg."}


def test_a_slow_check_keeps_others_from_it_as_long_as_it_lasts(
    planned: Delivery, its_time: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, beating = rechecking.run, []

    def slow(*args: object) -> object:
        beating.extend(thread.name for thread in threading.enumerate() if thread.name.startswith("heartbeat"))
        return run(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(rechecking, "run", slow)
    assert jobs.deliver("test")
    assert beating == [f"heartbeat Delivery {planned.pk}"]


# Releasing it


@pytest.fixture
def held(planned: Delivery, funeral: None, its_time: None) -> Delivery:
    """Held by the check."""
    jobs.deliver("test")
    return fresh(planned)


def test_who_releases_it_says_why(held: Delivery, ben: Member, practice: PracticeServer) -> None:
    with pytest.raises(ValidationError):
        stopping.release(held, by=ben)
    stopping.release(held, by=ben, reason="De familie vroeg erom.")
    found = FoundThing.objects.get(when_due=True)
    assert (found.reason, found.reason_by, found.passed_by) == ("De familie vroeg erom.", ben, ben)
    assert jobs.deliver("test")
    assert shown_texts(practice) == [TEXT]


def test_its_writer_cannot_release_it(held: Delivery, anna: Member, practice: PracticeServer) -> None:
    RoleHeld.objects.create(member=anna, role=Role.REVIEWER)
    with pytest.raises(PermissionDenied):
        stopping.release(held, by=Member.objects.get(pk=anna.pk), reason="Ik vind van wel.")
    assert fresh(held).state == DeliveryState.HELD


def test_the_page_asks_for_the_reason_and_shows_what_was_found(
    held: Delivery, ben: Member, visit: Callable[[Member], Client]
) -> None:
    browser, address = visit(ben), f"/posts/{held.version.post_id}/"
    page = browser.get(address).content.decode()
    assert "Uitvaart" in page
    assert "Found after the approval" in page
    assert f'id="reason-{held.pk}"' in page
    browser.post(f"/posts/deliveries/{held.pk}/release/", {"reason": ""})
    assert fresh(held).state == DeliveryState.HELD
    browser.post(f"/posts/deliveries/{held.pk}/release/", {"reason": "Mag."})
    assert fresh(held).state == DeliveryState.WAITING
    assert "Who released it said: Mag." in browser.get(address).content.decode()


# Dying


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", ["while checking again", "after checking again", "in the hold"])
def test_killed_while_it_is_checked_again_it_is_held_by_the_next(step: str, planned: Delivery, cora: Member) -> None:
    CheckLevel.objects.create(organisation=cora.organisation, check_key="timing", level="stop")
    now = timezone.now()
    moments.add("Uitvaart", starts=now - timedelta(hours=1), ends=now + 2 * PLANNED_IN, by=cora)
    Delivery.objects.filter(pk=planned.pk).update(due_at=now, cooling_until=now)
    work_and_die(step)
    assert fresh(planned).state == DeliveryState.WAITING
    let_time_pass()
    assert not jobs.deliver("test")
    assert fresh(planned).state == DeliveryState.HELD
    assert FoundThing.objects.filter(when_due=True).count() == 1
    assert verify()[1] == []


@pytest.mark.django_db(transaction=True)
def test_killed_again_and_again_it_goes_out(planned: Delivery, practice: PracticeServer) -> None:
    now = timezone.now()
    Delivery.objects.filter(pk=planned.pk).update(due_at=now, cooling_until=now)
    for _time in range(rechecking.TRIES):
        work_and_die("while checking again")
        let_time_pass()
    assert jobs.deliver("test")
    assert shown_texts(practice) == [TEXT]
    assert delivering.claim("test") is None
