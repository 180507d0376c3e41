"""Something grave happened: what was approved before stays, what is approved knowing of it goes out."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone

from tests.posts.moments import at_once, later, wide_windows  # noqa: F401 - used by every test here
from tests.posts.nets import TEXT
from tests.posts.steps import doubtful, fresh, shown_texts
from vierogen.channels.models import Channel
from vierogen.home.attention import _grave
from vierogen.ledger.actions import verify
from vierogen.ledger.models import Entry
from vierogen.people.models import Member
from vierogen.posts import jobs
from vierogen.posts.actions import delivering, looking, mourning, offering, reviewing, stopping, writing
from vierogen.posts.actions.writing import Content
from vierogen.posts.models import Delivery, Mourning, Version
from vierogen.posts.states import DeliveryState
from vierogen.practice.server import PracticeServer

WHY = "Ernstig ongeval op de Stationsweg."


@pytest.fixture
def event(anna: Member) -> Mourning:
    """Anna said what happened."""
    return mourning.hold_the_queue(anna.organisation, by=anna, reason=WHY)


def test_what_was_approved_before_is_held(due: Delivery, event: Mourning, practice: PracticeServer) -> None:
    assert not jobs.deliver("test")
    assert (fresh(due).state, fresh(due).problem) == (DeliveryState.HELD, mourning.GRAVE)
    assert shown_texts(practice) == []


def test_the_claim_itself_asks_for_it(due: Delivery, event: Mourning) -> None:
    Delivery.objects.filter(pk=due.pk).update(state=DeliveryState.WAITING)
    assert delivering.claim("test") is None
    jobs.keep_time("test")
    assert fresh(due).state == DeliveryState.HELD


def test_what_is_approved_knowing_of_it_goes_out(
    offered: Version, event: Mourning, ben: Member, practice: PracticeServer
) -> None:
    reviewing.approve(offered, by=ben, digest=offered.digest, seen=event.pk)
    reviewing.publish_now(offered, by=ben)
    assert jobs.deliver("test")
    assert shown_texts(practice) == [TEXT]


def test_who_did_not_read_of_it_cannot_approve(offered: Version, event: Mourning, ben: Member) -> None:
    with pytest.raises(ValidationError, match=WHY):
        reviewing.approve(offered, by=ben, digest=offered.digest)
    assert not Delivery.objects.exists()


def test_the_emergency_path_works(version: Version, event: Mourning, dirk: Member, practice: PracticeServer) -> None:
    reviewing.publish_in_emergency(version, by=dirk, reason="Omleiding.")
    assert jobs.deliver("test")
    assert shown_texts(practice) == [TEXT]


def test_one_that_a_person_releases_goes_out_meanwhile(
    due: Delivery, event: Mourning, ben: Member, practice: PracticeServer
) -> None:
    with pytest.raises(ValidationError, match=WHY):
        stopping.release(fresh(due), by=ben)
    stopping.release(fresh(due), by=ben, seen=event.pk)
    assert jobs.deliver("test")
    assert shown_texts(practice) == [TEXT]


def test_who_did_not_read_of_it_sends_nothing_again(
    due: Delivery, anna: Member, dirk: Member, practice: PracticeServer, visit: Callable[[Member], Client]
) -> None:
    doubtful(due, practice)
    Delivery.objects.update(next_look_at=None)
    event = mourning.hold_the_queue(anna.organisation, by=anna, reason=WHY)
    with pytest.raises(ValidationError, match=WHY):
        looking.decide(fresh(due), by=dirk, send_it_again=True)
    assert (fresh(due).state, shown_texts(practice)) == (DeliveryState.UNCERTAIN, [])
    page = visit(dirk).get(f"/posts/{due.version.post_id}/").content.decode()
    assert f'name="seen" value="{event.pk}"' in page
    visit(dirk).post(f"/posts/deliveries/{due.pk}/decide/", {"do": "again", "seen": event.pk})
    assert jobs.deliver("test")
    assert shown_texts(practice) == [TEXT]


def test_afterwards_it_stays_held_until_it_is_released(
    due: Delivery, event: Mourning, ben: Member, practice: PracticeServer
) -> None:
    mourning.let_the_queue_go(ben.organisation, by=ben)
    assert not jobs.deliver("test")
    stopping.release(fresh(due), by=ben)
    assert jobs.deliver("test")
    assert shown_texts(practice) == [TEXT]


def test_a_second_event_holds_what_was_approved_despite_the_first(
    offered: Version, event: Mourning, anna: Member, ben: Member
) -> None:
    reviewing.approve(offered, by=ben, digest=offered.digest, seen=event.pk)
    mourning.let_the_queue_go(ben.organisation, by=ben)
    mourning.hold_the_queue(anna.organisation, by=anna, reason="Nog een ongeval.")
    assert Delivery.objects.get().state == DeliveryState.HELD


def test_what_still_uploads_is_held_at_the_last_moment(due: Delivery, anna: Member, practice: PracticeServer) -> None:
    claimed = delivering.claim("test")
    assert claimed is not None
    mourning.hold_the_queue(anna.organisation, by=anna, reason=WHY)
    delivering.send(claimed)
    assert shown_texts(practice) == []
    assert (fresh(due).state, fresh(due).problem) == (DeliveryState.HELD, mourning.GRAVE)
    assert offering.offered("x") is None


def test_that_of_another_organisation_holds_nothing_here(due: Delivery, otto: Member) -> None:
    mourning.hold_the_queue(otto.organisation, by=otto, reason=WHY)
    assert jobs.deliver("test")


def test_it_needs_a_reason_and_ends_by_somebody_who_may(anna: Member, event: Mourning, ben: Member) -> None:
    with pytest.raises(PermissionDenied):
        mourning.let_the_queue_go(anna.organisation, by=anna)
    mourning.let_the_queue_go(ben.organisation, by=ben)
    with pytest.raises(ValidationError):
        mourning.let_the_queue_go(ben.organisation, by=ben)
    with pytest.raises(ValidationError):
        mourning.hold_the_queue(anna.organisation, by=anna, reason="  ")


def test_two_who_say_it_say_it_once(anna: Member, event: Mourning, ben: Member) -> None:
    assert mourning.hold_the_queue(anna.organisation, by=ben, reason="Ook gezien.").pk == event.pk


def test_the_ledger_keeps_it_and_the_reason_apart(event: Mourning) -> None:
    entry = Entry.objects.get(verb="hold_the_queue")
    assert WHY not in str(entry.facts)
    assert entry.openings.get(name="reason").value == WHY
    assert verify()[1] == []


def test_after_three_days_who_can_end_it_is_asked(event: Mourning, ben: Member, anna: Member) -> None:
    assert not list(_grave(ben))
    with time_machine.travel(timezone.now() + timedelta(days=3, minutes=1)):
        (line,) = _grave(Member.objects.get(pk=ben.pk))
        assert WHY in line.text
        assert not list(_grave(Member.objects.get(pk=anna.pk)))


# Pages


def test_every_page_says_what_happened(event: Mourning, ben: Member, enter: Callable[[Member], Client]) -> None:
    for address in ("/", "/posts/", "/posts/grave/", "/posts/halt/"):
        assert WHY in enter(ben).get(address).content.decode()


def test_anybody_in_the_team_says_it_on_the_page(
    due: Delivery, anna: Member, enter: Callable[[Member], Client]
) -> None:
    browser = enter(anna)
    assert browser.post("/posts/grave/", {"reason": ""}).status_code == 422
    assert browser.post("/posts/grave/", {"reason": WHY}).status_code == 302
    assert fresh(due).state == DeliveryState.HELD
    assert Mourning.objects.get().by == anna


def test_a_page_from_before_it_neither_approves_nor_releases(
    offered: Version, due: Delivery, event: Mourning, ben: Member, visit: Callable[[Member], Client]
) -> None:
    browser = visit(ben)
    browser.post(f"/posts/deliveries/{due.pk}/release/")
    assert fresh(due).state == DeliveryState.HELD
    page = browser.get("/posts/grave/").content.decode()
    assert f'name="seen" value="{event.pk}"' in page
    browser.post(f"/posts/deliveries/{due.pk}/release/", {"seen": event.pk})
    assert fresh(due).state == DeliveryState.WAITING


def test_a_page_of_an_earlier_event_does_not_end_another(
    event: Mourning, anna: Member, ben: Member, enter: Callable[[Member], Client]
) -> None:
    browser = enter(ben)
    assert f'name="seen" value="{event.pk}"' in browser.get("/posts/grave/").content.decode()
    mourning.let_the_queue_go(ben.organisation, by=ben)
    later_event = mourning.hold_the_queue(anna.organisation, by=anna, reason="Nog een ongeval.")
    browser.post("/posts/grave/over/", {"seen": event.pk})
    assert mourning.grave_event(anna.organisation_id) == later_event
    browser.post("/posts/grave/over/", {"seen": later_event.pk})
    assert mourning.grave_event(anna.organisation_id) is None


def test_the_review_page_says_that_it_was_written_before(
    offered: Version, event: Mourning, ben: Member, visit: Callable[[Member], Client]
) -> None:
    browser = visit(ben)
    page = browser.get(f"/posts/{offered.post_id}/review/").content.decode()
    assert "written before it happened" in page
    browser.post(f"/posts/{offered.post_id}/approve/", {"digest": offered.digest})
    assert not Delivery.objects.exists()
    browser.post(f"/posts/{offered.post_id}/approve/", {"digest": offered.digest, "seen": event.pk})
    assert Delivery.objects.get().despite == event


# Races


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("head_start", [0.0, 0.03, 0.06, 0.1])
def test_nothing_from_before_is_claimed_once_it_was_said(
    head_start: float, channel: Channel, anna: Member, ben: Member
) -> None:
    for number in range(4):
        version = writing.begin(channel.organisation, Content(f"{TEXT} {number}", (channel,)), by=anna)
        writing.submit(version, by=anna)
        reviewing.approve(version, by=ben, digest=version.digest)
        reviewing.publish_now(version, by=ben)

    def claim_all() -> None:
        while delivering.claim("a"):
            pass

    at_once(
        claim_all,
        claim_all,
        later(head_start, lambda: mourning.hold_the_queue(anna.organisation, by=anna, reason=WHY)),
    )
    said_at = Entry.objects.get(verb="hold_the_queue").number
    assert not Entry.objects.filter(verb="send", number__gt=said_at).exists()
    assert not Delivery.objects.filter(state=DeliveryState.WAITING).exists()
    assert verify()[1] == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("head_start", [0.0, 0.02, 0.05])
def test_what_is_approved_in_that_very_moment_is_held(
    head_start: float, channel: Channel, anna: Member, ben: Member
) -> None:
    version = writing.begin(channel.organisation, Content(TEXT, (channel,)), by=anna)
    writing.submit(version, by=anna)
    at_once(
        lambda: reviewing.approve(version, by=ben, digest=version.digest),
        later(head_start, lambda: mourning.hold_the_queue(anna.organisation, by=anna, reason=WHY)),
    )
    jobs.keep_time("test")
    assert not Delivery.objects.exclude(state=DeliveryState.HELD).exists()
