"""Where Vierogen may not delete: a person does it in the app, with all help, and the watch sees when it is gone."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.posts.killing import let_time_pass, work_and_die
from tests.posts.nets import due_on
from tests.posts.quiet import STEPS, Forbidding, Quiet, use
from tests.posts.steps import raising
from vierogen.channels.actions import entrust
from vierogen.channels.models import Channel
from vierogen.ledger.actions import verify
from vierogen.ledger.models import Entry
from vierogen.networks.asking import Missing
from vierogen.networks.base import Limited, NetworkError, Shown
from vierogen.notices.models import Message
from vierogen.people.models import Member
from vierogen.posts import jobs
from vierogen.posts.actions import by_hand, pursuing, removing
from vierogen.posts.models import Delivery, TakeDown
from vierogen.posts.states import DeliveryState, TakeDownState
from vierogen.practice.network import Account
from vierogen.practice.server import PracticeServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def standing(channel: Channel, anna: Member, ben: Member, monkeypatch: pytest.MonkeyPatch) -> Delivery:
    """A post of ours, with a picture, on a network that lets nobody delete through its API."""
    due_on(channel, anna, ben, pictures=1)
    jobs.deliver("test")
    use(Quiet, monkeypatch)
    return Delivery.objects.get()


def withdrawn(delivery: Delivery, by: Member) -> TakeDown:
    return removing.withdraw(delivery, by=by, reason="Verkeerde straat.")


def look() -> TakeDown:
    """One more look by the worker, whenever it is due."""
    TakeDown.objects.update(next_at=timezone.now())
    jobs.remove("test")
    return TakeDown.objects.get()


def test_who_asks_is_handed_over_at_once(standing: Delivery, dirk: Member) -> None:
    asked = withdrawn(standing, dirk)
    assert (asked.state, asked.problem) == (TakeDownState.BY_HAND, by_hand.CANNOT)
    assert withdrawn(standing, dirk) == asked
    assert Entry.objects.filter(verb="hand_over", actor=dirk.actor).count() == 1


def test_only_who_may_take_down_asks(standing: Delivery, anna: Member, cora: Member) -> None:
    for member in (anna, cora):
        with pytest.raises(PermissionDenied):
            withdrawn(standing, member)
    assert not TakeDown.objects.exists()


def test_duty_officers_and_custodians_are_told_at_once_with_the_screens_and_a_link(
    standing: Delivery, dirk: Member, cora: Member
) -> None:
    entrust(standing.channel, to=[cora], by=cora)
    asked = withdrawn(standing, dirk)
    told = Message.objects.filter(urgent=True)
    assert {message.email for message in told} == {dirk.user.email, cora.user.email}
    for message in told:
        assert standing.channel.handle in message.title
        assert reverse("watch:by_hand", args=[asked.pk]) in message.text
        assert [f"{number}. {step}" in message.text for number, step in enumerate(STEPS, 1)] == [True] * 3
        assert standing.version.text not in message.text


def test_the_clock_runs_until_post_and_picture_are_seen_to_be_gone(
    standing: Delivery, dirk: Member, practice: PracticeServer, official: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    withdrawn(standing, dirk)
    assert look().state == TakeDownState.BY_HAND
    practice.network.delete(official, standing.remote_id)
    with monkeypatch.context() as patch:  # servers may give a picture out for a while
        patch.setattr(by_hand, "fetch_picture", lambda _address: (b"", "image/png"))
        left = look()
    assert (left.state, standing.url in left.remains, bool(left.remains)) == (TakeDownState.BY_HAND, False, True)
    with monkeypatch.context() as patch:
        patch.setattr(by_hand, "fetch_picture", raising(Missing("Not there.")))
        gone = look()
    assert gone.state == TakeDownState.GONE
    assert gone.deleted_at is None
    assert Delivery.objects.get().state == DeliveryState.WITHDRAWN
    assert not jobs.remove("test")


def test_the_evidence_is_kept_before_anybody_removes_it(standing: Delivery, dirk: Member) -> None:
    evidence = withdrawn(standing, dirk).evidence
    look()
    kept = removing.open_for(evidence, by=dirk, reason="Nakijken.")
    assert (kept["text"], len(kept["pictures"])) == (standing.version.text, 1)


@pytest.mark.parametrize("trouble", [NetworkError("Busy.", may_retry=True), Limited("Too many.", seconds=9)])
def test_a_network_in_trouble_is_asked_again_and_nothing_counts_as_gone(
    standing: Delivery, dirk: Member, monkeypatch: pytest.MonkeyPatch, trouble: NetworkError
) -> None:
    withdrawn(standing, dirk)
    with monkeypatch.context() as patch:
        patch.setattr(Quiet, "read", raising(trouble))
        for _look in range(pursuing.TRIES + 2):
            assert look().state == TakeDownState.BY_HAND
    assert Message.objects.filter(title__contains="Not").count() == 0


def test_it_looks_often_at_first_and_then_less(standing: Delivery, dirk: Member) -> None:
    assert by_hand.pause(1) < timedelta(seconds=4)
    assert timedelta(seconds=20) < by_hand.pause(45) < timedelta(seconds=40)
    assert by_hand.pause(10_000) == timedelta(hours=1)
    withdrawn(standing, dirk)
    asked = look()
    assert asked.next_at - timezone.now() < timedelta(seconds=4)


# Where the network could, but our key may not


@pytest.fixture
def forbidding(channel: Channel, anna: Member, ben: Member, monkeypatch: pytest.MonkeyPatch) -> Delivery:
    """A post of ours where the network answers that our key may not delete."""
    due_on(channel, anna, ben)
    jobs.deliver("test")
    use(Forbidding, monkeypatch)
    monkeypatch.setattr(Forbidding, "allowed", False)
    return Delivery.objects.get()


def test_a_key_that_may_not_delete_hands_over_and_is_remembered(forbidding: Delivery, dirk: Member) -> None:
    assert withdrawn(forbidding, dirk).state == TakeDownState.ASKED
    asked = look()
    assert asked.state == TakeDownState.BY_HAND
    channel = Channel.objects.get()
    assert (channel.may_delete, channel.can_take_down) == (False, False)
    assert Entry.objects.filter(verb="may_not_delete").count() == 1
    assert Message.objects.filter(urgent=True, email=dirk.user.email).count() == 1
    assert look().state == TakeDownState.BY_HAND


def test_a_key_that_may_delete_by_now_does_what_was_left_to_people(
    forbidding: Delivery, dirk: Member, practice: PracticeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    withdrawn(forbidding, dirk)
    look()
    monkeypatch.setattr(Forbidding, "allowed", True)
    Channel.objects.update(may_delete=True)
    let_time_pass()
    assert look().state == TakeDownState.GONE
    assert practice.network.timeline() == []
    assert TakeDown.objects.get().deleted_at is not None


def test_what_got_stuck_is_handed_over_when_somebody_tries_again(forbidding: Delivery, dirk: Member) -> None:
    withdrawn(forbidding, dirk)
    TakeDown.objects.update(state=TakeDownState.STUCK)
    Channel.objects.update(may_delete=False)
    withdrawn(Delivery.objects.get(), dirk)
    assert look().state == TakeDownState.BY_HAND


def test_connecting_again_with_the_right_to_delete_does_at_once_what_was_left_to_people(
    forbidding: Delivery, dirk: Member, practice: PracticeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    withdrawn(forbidding, dirk)
    look()
    TakeDown.objects.update(next_at=timezone.now() + timedelta(minutes=50), attempts=60)
    assert not jobs.delete_after_all("test")
    monkeypatch.setattr(Forbidding, "allowed", True)
    Channel.objects.update(may_delete=True)
    monkeypatch.setattr(Forbidding, "remains", lambda *_args: ["https://voorbeeld.example/picture.png"])
    assert jobs.delete_after_all("test")
    assert not jobs.delete_after_all("test")
    assert jobs.remove("test")
    asked = TakeDown.objects.get()
    # It is deleted, and looked at as soon as after any deletion.
    assert (asked.state, asked.attempts) == (TakeDownState.CHECKING, 1)
    assert asked.next_at < timezone.now() + timedelta(seconds=5)
    assert practice.network.timeline() == []


# Whoever dies on the way


@pytest.fixture
def limited(channel: Channel, anna: Member, ben: Member, dirk: Member, practice: PracticeServer) -> TakeDown:
    """A post of ours that is to be removed, where the network takes no deletion for five minutes."""
    due_on(channel, anna, ben)
    jobs.deliver("test")
    practice.faults.next("limited", seconds=300, count=100, on="DELETE *")
    return withdrawn(Delivery.objects.get(), dirk)


@pytest.mark.parametrize("step", ["in the hand-over", "after the hand-over", "before it looks", "after it looked"])
def test_a_worker_killed_while_people_are_asked(step: str, limited: TakeDown, practice: PracticeServer) -> None:
    work_and_die(step, job="remove")
    let_time_pass()
    assert look().state == TakeDownState.BY_HAND
    # Dirk, who is on duty, and Cora, who can get into the account.
    assert Message.objects.filter(urgent=True).count() == 2
    practice.faults.clear()
    TakeDown.objects.update(delete_at=timezone.now())
    let_time_pass()
    assert look().state == TakeDownState.GONE
    assert Delivery.objects.get().state == DeliveryState.WITHDRAWN
    assert verify()[1] == []


@pytest.mark.parametrize("step", ["before the deletion", "after the deletion", "in its recording", "before it looks"])
def test_a_worker_killed_while_it_deletes_what_people_were_asked_to_remove(
    step: str, limited: TakeDown, practice: PracticeServer
) -> None:
    assert look().state == TakeDownState.BY_HAND
    practice.faults.clear()
    TakeDown.objects.update(delete_at=timezone.now(), next_at=timezone.now())
    work_and_die(step, job="remove")
    let_time_pass()
    assert look().state == TakeDownState.GONE
    assert practice.network.timeline() == []
    assert verify()[1] == []


# The pages


def test_the_page_to_withdraw_says_before_that_a_person_has_to_do_it(
    standing: Delivery, dirk: Member, visit: Any
) -> None:
    page = visit(dirk).get(reverse("posts:withdraw", args=[standing.pk])).content.decode()
    assert "Vierogen may not remove it on Quietgram" in page
    assert "Show me how to remove it" in page


def test_the_post_s_page_shows_the_shortest_road(
    standing: Delivery, dirk: Member, cora: Member, ben: Member, visit: Any
) -> None:
    entrust(standing.channel, to=[cora], by=cora)
    asked = withdrawn(standing, dirk)
    look()
    client: Client = visit(dirk)
    way = client.get(reverse("watch:by_hand", args=[asked.pk]))
    assert way["Location"] == reverse("posts:detail", args=[standing.version.post_id])
    Delivery.objects.update(published_at=timezone.now() - timedelta(minutes=2, seconds=10))
    page = client.get(way["Location"]).content.decode()
    assert re.search(r"data-since=[^>]+>2 min 1\d s<", page)
    places = [page.index(step) for step in STEPS]
    assert places == sorted(places)
    assert f'href="{standing.url}"' in page
    # Who can get into the account comes first.
    assert page.index("mailto:cora@") < page.index("mailto:dirk@")
    assert "mailto:ben@" not in page
    assert "1 picture or film is kept with it" in page
    assert reverse("watch:evidence", args=[asked.evidence_id]) in page
    assert 'hx-trigger="every 2s' in page


def test_today_asks_until_it_is_gone(
    standing: Delivery, dirk: Member, practice: PracticeServer, official: Account, visit: Any, monkeypatch: Any
) -> None:
    withdrawn(standing, dirk)
    client: Client = visit(dirk)
    assert "Somebody has to remove this in the app" in client.get("/").content.decode()
    practice.network.delete(official, standing.remote_id)
    monkeypatch.setattr(by_hand, "fetch_picture", raising(Missing("Not there.")))
    look()
    assert "Somebody has to remove this in the app" not in client.get("/").content.decode()


def test_how_long_it_lasts_is_told_in_hours_too(standing: Delivery, dirk: Member, visit: Any) -> None:
    withdrawn(standing, dirk)
    Delivery.objects.update(published_at=timezone.now() - timedelta(hours=1, minutes=5, seconds=9))
    page = visit(dirk).get(reverse("posts:detail", args=[standing.version.post_id])).content.decode()
    assert ">1 h 5 min<" in page


def test_the_page_says_why_it_cannot_even_look(
    standing: Delivery, dirk: Member, visit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    withdrawn(standing, dirk)
    url, cannot = reverse("posts:detail", args=[standing.version.post_id]), "At this moment we cannot look"
    look()
    assert cannot not in visit(dirk).get(url).content.decode()
    monkeypatch.setattr(Quiet, "read", raising(Limited("The network asks us to slow down.", seconds=900)))
    look()
    page = visit(dirk).get(url).content.decode()
    assert cannot in page
    assert "The network asks us to slow down." in page
    assert "We keep looking" not in page


def test_when_only_the_picture_is_left_no_clock_runs_and_nobody_is_sent_to_the_app(
    standing: Delivery, dirk: Member, visit: Any, practice: PracticeServer, official: Account,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    withdrawn(standing, dirk)
    practice.network.delete(official, standing.remote_id)
    monkeypatch.setattr(by_hand, "fetch_picture", lambda _address: (b"", "image/png"))
    look()
    page = visit(dirk).get(reverse("posts:detail", args=[standing.version.post_id])).content.decode()
    assert "The post is gone, its picture is not yet" in page
    assert "data-since" not in page
    assert STEPS[0] not in page
    assert "See the evidence" in page


def test_nobody_is_said_to_be_on_duty_or_called_without_a_number(
    standing: Delivery, dirk: Member, cora: Member, visit: Any
) -> None:
    withdrawn(standing, dirk)
    page = visit(dirk).get(reverse("posts:detail", args=[standing.version.post_id])).content.decode()
    assert "Ask one of them" in page
    assert "may take this down" in page
    # Cora is no custodian, but can connect the account.
    assert "may connect the account" in page
    assert "is on duty" not in page
    entrust(standing.channel, to=[cora], by=cora)
    page = visit(dirk).get(reverse("posts:detail", args=[standing.version.post_id])).content.decode()
    assert "is custodian of the account" in page


def test_of_a_thread_people_get_one_mail_and_its_page_asks_no_more_for_each_part(
    standing: Delivery, dirk: Member, visit: Any, django_assert_max_num_queries: Any
) -> None:
    asked = withdrawn(standing, dirk)
    mails = Message.objects.filter(urgent=True).count()
    client, url = visit(dirk), reverse("posts:detail", args=[standing.version.post_id])
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    for number in range(5):
        shown = Shown(f"part {number}", "", url="http://127.0.0.1/", kind="post")
        part = removing.take_down(standing.channel, shown, by=dirk, reason="Fout.", delivery=asked.delivery)
        assert part.state == TakeDownState.BY_HAND
    assert Message.objects.filter(urgent=True).count() == mails
    with django_assert_max_num_queries(len(one)):
        page = client.get(url).content.decode()
    assert page.count(STEPS[0]) == 6


def test_what_got_stuck_shows_the_road_too(standing: Delivery, dirk: Member, visit: Any) -> None:
    withdrawn(standing, dirk)
    TakeDown.objects.update(state=TakeDownState.STUCK, problem="The network did not answer properly.")
    page = visit(dirk).get(reverse("posts:detail", args=[standing.version.post_id])).content.decode()
    assert STEPS[0] in page
    assert "Vierogen cannot remove it here at this moment" in page
