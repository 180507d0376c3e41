"""What the network shows is known, explained by a delivery, from before us, or a stray; never two of these."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from tests.posts.nets import due_on
from tests.practice.conftest import picture
from vierogen.channels.models import Channel
from vierogen.ledger.actions import verify
from vierogen.ledger.models import Entry
from vierogen.networks.base import Network, NetworkError, Shown
from vierogen.notices.models import Alarm, Message
from vierogen.people.models import Member
from vierogen.posts import jobs as posts_jobs
from vierogen.posts.actions import removing
from vierogen.posts.actions.stopping import stop
from vierogen.posts.models import Delivery, Evidence, TakeDown
from vierogen.posts.states import DeliveryState
from vierogen.practice.network import Account, Draft
from vierogen.practice.server import PracticeServer
from vierogen.watch import jobs as watch_jobs
from vierogen.watch.actions import raising, reconciling
from vierogen.watch.actions.reconciling import deleted, reconcile
from vierogen.watch.models import RemotePost, Stray, Watched
from vierogen.watch.states import Origin, State, What

Look = Callable[[], list[Stray]]


class StandsThere:
    """A network that shows this post, whatever was removed."""

    def __init__(self, shown: Shown) -> None:
        self.read = lambda _remote_id: shown


Phone = Callable[..., str]


def test_a_post_by_phone_is_a_stray_with_evidence_and_an_alarm(look_again: Look, by_phone: Phone, dirk: Member) -> None:
    remote_id = by_phone("Gezellig op het strand!")
    [stray] = look_again()
    assert (stray.what, stray.state) == (What.POST, State.OPEN)
    assert stray.remote is not None
    assert (stray.remote.remote_id, stray.remote.origin) == (remote_id, Origin.STRAY)
    assert stray.evidence == Evidence.objects.get(remote_id=remote_id)
    assert stray.alarm is not None
    assert stray.alarm.is_ringing
    assert [message.email for message in stray.alarm.messages.all()] == [dirk.user.email]
    assert Entry.objects.filter(verb="see_stray", subject=f"watch.stray:{stray.pk}").exists()
    assert verify()[1] == []


def test_a_stray_is_raised_once(look_again: Look, by_phone: Phone) -> None:
    by_phone("Gezellig op het strand!")
    assert len(look_again()) == 1
    assert look_again() == []
    assert Stray.objects.count() == Alarm.objects.count() == 1


def test_the_mail_names_account_and_time_and_never_the_content(look_again: Look, by_phone: Phone) -> None:
    by_phone("Gezellig op het strand!", picture=picture())
    [stray] = look_again()
    [message] = Message.objects.all()
    local = stray.seen_at.astimezone(stray.organisation.zone)
    assert stray.channel.handle in message.title
    assert f"{local:%H:%M}" in message.title
    for part in (message.title, message.text, message.html):
        assert "strand" not in part
        assert "<img" not in part
    assert f"/watch/strays/{stray.pk}/" in message.text


def test_what_stood_there_before_is_the_baseline(
    channel: Channel, practice: PracticeServer, official: Account, watched: Watched, look_again: Look
) -> None:
    assert list(RemotePost.objects.all()) == []
    assert watched.baseline_at is not None
    assert look_again() == []


def test_a_story_a_repost_and_a_like_are_strays_too(
    practice: PracticeServer, official: Account, look_again: Look, by_phone: Phone
) -> None:
    private = practice.network.add_account("anna_prive", "Anna")
    funny = practice.network.post_by_phone(private, "Haha")
    by_phone("Vrijdagmiddag!", story=True)
    practice.network.reblog(official, funny.id)
    practice.network.favourite(official, funny.id)
    assert {stray.what for stray in look_again()} == {What.STORY, What.REPOST, What.LIKE}
    assert look_again() == []


def test_a_post_that_was_delivered_is_explained(watched: Watched, due: Delivery, look_again: Look) -> None:
    assert posts_jobs.deliver("test")
    assert look_again() == []
    remote = RemotePost.objects.get()
    assert (remote.origin, remote.delivery) == (Origin.EXPLAINED, due)


@pytest.mark.parametrize("fault", ["cut_after_accepting", "error_after_accepting"])
def test_a_post_that_is_seen_settles_its_uncertain_delivery(
    watched: Watched, due: Delivery, practice: PracticeServer, look_again: Look, fault: Any
) -> None:
    practice.faults.next(fault)
    assert posts_jobs.deliver("test")
    assert Delivery.objects.get().state == DeliveryState.UNCERTAIN
    assert look_again() == []
    delivery = Delivery.objects.get()
    assert delivery.state == DeliveryState.PUBLISHED
    assert RemotePost.objects.get().delivery == delivery


def test_a_post_of_somebody_else_does_not_settle_an_uncertain_delivery(
    watched: Watched, due: Delivery, practice: PracticeServer, look_again: Look, by_phone: Phone
) -> None:
    practice.faults.next("cut_before")
    assert posts_jobs.deliver("test")
    by_phone("Heel iets anders")
    assert [stray.what for stray in look_again()] == [What.POST]
    assert Delivery.objects.get().state == DeliveryState.UNCERTAIN


def test_a_post_that_was_refused_and_stopped_explains_none_that_somebody_makes_by_phone(
    watched: Watched, due: Delivery, anna: Member, practice: PracticeServer, look_again: Look, by_phone: Phone
) -> None:
    practice.faults.next("limited")
    assert posts_jobs.deliver("test")
    assert Delivery.objects.get().state == DeliveryState.WAITING
    stop(due.version.post, by=anna)
    by_phone(due.version.text)
    assert [stray.what for stray in look_again()] == [What.POST]
    assert Delivery.objects.get().state == DeliveryState.STOPPED


@pytest.mark.parametrize("fault", ["cut_before", "limited"])
def test_a_picture_that_did_not_arrive_explains_no_private_photo(
    watched: Watched,
    channel: Channel,
    anna: Member,
    ben: Member,
    practice: PracticeServer,
    look_again: Look,
    by_phone: Phone,
    fault: Any,
) -> None:
    due_on(channel, anna, ben, text="", pictures=1)
    practice.faults.next(fault)
    assert posts_jobs.deliver("test")
    by_phone("", picture=picture())
    assert [stray.what for stray in look_again()] == [What.POST]


@pytest.mark.parametrize(("minutes", "strays"), [(14, 0), (16, 1)])
def test_what_is_made_long_after_the_attempt_was_made_by_somebody(
    watched: Watched,
    due: Delivery,
    practice: PracticeServer,
    look_again: Look,
    by_phone: Phone,
    minutes: int,
    strays: int,
) -> None:
    practice.faults.next("cut_before")
    assert posts_jobs.deliver("test")
    with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
        by_phone(due.version.text)
        assert len(look_again()) == strays


def test_the_answer_to_a_worker_may_come_while_the_watch_decides(
    watched: Watched, due: Delivery, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that rewrites texts: only the worker's answer tells that it is ours."""
    claimed = posts_jobs.delivering.claim("test")
    assert claimed is not None
    shown = Shown("4711", "rewritten by the server", created_at=timezone.now())

    def answer(_seconds: float) -> None:
        posts_jobs.delivering.settle(claimed, shown, by=raising.WATCH)

    monkeypatch.setattr(reconciling.time, "sleep", answer)
    assert reconcile(watched.channel, shown, network=network) is None
    assert RemotePost.objects.get().origin == Origin.EXPLAINED


def test_an_answer_that_never_comes_does_not_hold_up_the_alarm(
    watched: Watched, due: Delivery, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciling, "PATIENCE", 0.1)
    assert posts_jobs.delivering.claim("test") is not None
    shown = Shown("4711", "not ours", created_at=timezone.now())
    stray = reconcile(watched.channel, shown, network=network)
    assert stray is not None
    assert stray.what == What.POST


def test_an_edit_by_somebody_else_is_a_deviation(
    watched: Watched, due: Delivery, practice: PracticeServer, official: Account, look_again: Look
) -> None:
    posts_jobs.deliver("test")
    assert look_again() == []
    remote = RemotePost.objects.get()
    practice.network.edit(official, remote.remote_id, Draft("Gehackt!"))
    [stray] = look_again()
    assert (stray.what, stray.remote) == (What.EDIT, remote)
    assert stray.evidence is not None
    assert look_again() == []


def test_an_edit_that_is_undone_is_told_too(
    watched: Watched, practice: PracticeServer, official: Account, due: Delivery, look_again: Look
) -> None:
    posts_jobs.deliver("test")
    look_again()
    remote_id, text = RemotePost.objects.get().remote_id, practice.network.timeline()[0].text
    for number, words in enumerate(["Gehackt!", text], start=1):
        practice.network.edit(official, remote_id, Draft(words))
        # The first stands open, so the second adds evidence to it and does not ring again.
        assert len(look_again()) == (1 if number == 1 else 0)
    assert Evidence.objects.filter(remote_id=remote_id).count() == 2


def test_an_old_answer_of_the_network_is_no_edit(watched: Watched, network: Network, by_phone: Phone) -> None:
    old = Shown("7", "one", created_at=timezone.now())
    new = Shown("7", "two", created_at=old.created_at, edited_at=timezone.now())
    assert reconcile(watched.channel, new, network=network) is not None
    assert reconcile(watched.channel, old, network=network) is None
    assert RemotePost.objects.get().edited_at == new.edited_at


def test_an_edit_of_a_post_from_before_the_baseline_is_a_deviation(watched: Watched, network: Network) -> None:
    before = watched.channel.connected_at - timedelta(days=400)
    shown = Shown("7", "two", created_at=before, edited_at=timezone.now())
    stray = reconcile(watched.channel, shown, network=network, edited=True)
    assert stray is not None
    assert stray.what == What.EDIT
    assert RemotePost.objects.get().origin == Origin.BASELINE


def test_a_post_of_ours_that_was_edited_before_we_saw_it_is_a_deviation(
    watched: Watched, due: Delivery, practice: PracticeServer, official: Account, look_again: Look
) -> None:
    posts_jobs.deliver("test")
    practice.network.edit(official, Delivery.objects.get().remote_id, Draft("Gehackt!"))
    assert [stray.what for stray in look_again()] == [What.EDIT]


def test_a_deletion_by_somebody_else_is_a_deviation(
    watched: Watched, due: Delivery, practice: PracticeServer, official: Account, look_again: Look
) -> None:
    posts_jobs.deliver("test")
    look_again()
    remote = RemotePost.objects.get()
    practice.network.delete(official, remote.remote_id)
    assert look_again() == []  # fresh posts may be missing from lists
    with time_machine.travel(timezone.now() + timedelta(seconds=6), tick=False):
        [stray] = look_again()
    assert (stray.what, stray.remote) == (What.DELETION, remote)
    assert look_again() == []


def test_a_deletion_of_what_we_do_not_know_is_nothing(watched: Watched) -> None:
    assert deleted(watched.channel, "somebody else's") is None


def test_a_take_down_of_ours_is_no_deviation(
    watched: Watched, due: Delivery, practice: PracticeServer, look_again: Look, dirk: Member
) -> None:
    posts_jobs.deliver("test")
    look_again()
    removing.withdraw(Delivery.objects.get(), by=dirk, reason="Fout in de datum")
    while posts_jobs.remove("test"):
        pass
    assert practice.network.timeline() == []
    assert deleted(watched.channel, RemotePost.objects.get().remote_id) is None
    assert Stray.objects.count() == 0
    assert RemotePost.objects.get().gone_at is not None


def test_a_story_whose_time_is_over_is_no_deviation(watched: Watched, network: Network, look_again: Look) -> None:
    now = timezone.now()
    RemotePost.objects.create(
        channel=watched.channel,
        remote_id="12",
        kind="story",
        fingerprint="-",
        origin=Origin.BASELINE,
        posted_at=now - timedelta(hours=24),
        expires_at=now,
        first_seen_at=now - timedelta(hours=24),
    )
    assert look_again() == []
    assert RemotePost.objects.get().gone_at is not None


def test_the_end_of_somebody_elses_post_is_no_deviation(
    practice: PracticeServer, official: Account, watched: Watched, look_again: Look, dirk: Member
) -> None:
    private = practice.network.add_account("buurtvereniging", "Buurt")
    status = practice.network.post_by_phone(private, "Buurtfeest!")
    practice.network.reblog(official, status.id)
    [stray] = look_again()
    Stray.objects.filter(pk=stray.pk).update(state=State.ADOPTED, reason="Staat in de planning")
    practice.network.delete(private, status.id)
    with time_machine.travel(timezone.now() + timedelta(seconds=6), tick=False):
        assert look_again() == []
    assert RemotePost.objects.get().gone_at is not None


def test_a_stray_that_its_poster_removes_has_vanished_and_keeps_its_evidence(
    watched: Watched, practice: PracticeServer, official: Account, look_again: Look, by_phone: Phone
) -> None:
    remote_id = by_phone("Oeps")
    [stray] = look_again()
    practice.network.delete(official, remote_id)
    assert deleted(watched.channel, remote_id) is None
    stray.refresh_from_db()
    assert stray.state == State.VANISHED
    assert stray.evidence is not None
    # Somebody still has to know that it was there.
    assert stray.is_ringing
    assert stray.asks
    [_alarm, gone] = Message.objects.order_by("pk")
    assert stray.channel.handle in gone.title
    assert "Oeps" not in gone.text


def test_what_was_gone_and_stands_there_again_is_a_stray(
    watched: Watched, network: Network, by_phone: Phone, look_again: Look
) -> None:
    remote_id = by_phone("Daar ben ik weer")
    look_again()
    deleted(watched.channel, remote_id)
    assert look_again() == []  # a list that lags behind
    RemotePost.objects.update(gone_at=timezone.now() - timedelta(minutes=2))
    assert [stray.what for stray in look_again()] == [What.POST]


def test_an_alarm_rings_even_when_the_evidence_cannot_be_sealed(
    look_again: Look, by_phone: Phone, network: Network, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise raising.SealError("no key")

    monkeypatch.setattr(removing, "seal_evidence", refuse)
    by_phone("Oeps")
    [stray] = look_again()
    assert stray.evidence is None
    assert stray.is_ringing


def test_an_alarm_that_cannot_ring_leaves_no_half_stray(
    look_again: Look, by_phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(raising, "ring", lambda *_, **__: 1 / 0)
        by_phone("Oeps")
        with pytest.raises(ZeroDivisionError):
            look_again()
    assert (Stray.objects.count(), RemotePost.objects.count(), Evidence.objects.count()) == (0, 0, 0)
    assert len(look_again()) == 1


def test_a_flood_of_strays_rings_a_few_times_and_is_written_down_whole(look_again: Look, by_phone: Phone) -> None:
    for number in range(raising.FLOOD + 5):
        by_phone(f"Koop nu munten {number}")
    assert len(look_again()) == raising.FLOOD + 5
    assert Alarm.objects.count() == raising.FLOOD
    assert Evidence.objects.count() == raising.FLOOD + 5
    assert not Stray.objects.filter(alarm=None).exists()


def test_without_a_duty_officer_those_who_answer_for_the_channel_are_called(
    channel: Channel, cora: Member, network: Network, by_phone: Phone
) -> None:
    shown = Shown(by_phone("Oeps"), "Oeps", created_at=timezone.now())
    assert reconcile(channel, shown, network=network) is not None
    assert [message.email for message in Message.objects.all()] == [cora.user.email]


def test_a_network_that_cannot_be_read_deletes_nothing(
    watched: Watched, look_again: Look, by_phone: Phone, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_phone("Oeps")
    look_again()

    def fail(_remote_id: str) -> None:
        raise NetworkError("down", may_retry=True)

    monkeypatch.setattr(network, "recent", lambda _limit: [])
    monkeypatch.setattr(network, "read", fail)
    with time_machine.travel(timezone.now() + timedelta(seconds=6), tick=False), pytest.raises(NetworkError):
        look_again()
    assert RemotePost.objects.get().gone_at is None
    assert TakeDown.objects.count() == 0


def test_an_edit_that_we_cannot_read_is_a_deviation_once(
    watched: Watched, channel: Channel, network: Network, due: Delivery
) -> None:
    assert posts_jobs.deliver("test")
    shown = network.read(Delivery.objects.get().remote_id)
    assert shown is not None
    assert reconcile(channel, shown, network=network) is None
    edited = replace(shown, edited_at=timezone.now())
    stray = reconcile(channel, edited, network=network)
    assert stray is not None
    assert stray.what == What.EDIT
    assert reconcile(channel, edited, network=network) is None
    assert reconcile(channel, shown, network=network) is None


def test_what_was_in_a_post_before_an_edit_has_to_be_gone_too(
    watched: Watched, channel: Channel, network: Network, look_again: Look, by_phone: Phone
) -> None:
    remote_id = by_phone("Kijk", picture=picture())
    look_again()
    shown = network.read(remote_id)
    assert shown is not None
    reconcile(channel, replace(shown, media=(), text="Niets", edited_at=timezone.now()), network=network)
    assert RemotePost.objects.get().media == shown.addresses


def test_alarms_that_nobody_answered_long_ago_silence_nothing(look_again: Look, by_phone: Phone) -> None:
    for number in range(raising.FLOOD):
        by_phone(f"Reclame {number}")
    look_again()
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        by_phone("Weken later")
        [stray] = look_again()
        assert stray.alarm is not None
        assert Message.objects.filter(alarm=stray.alarm).exists()


def test_a_withdrawn_post_that_comes_back_goes_on_ringing(
    watched: Watched, channel: Channel, network: Network, due: Delivery, dirk: Member
) -> None:
    posts_jobs.deliver("test")
    delivery = Delivery.objects.get()
    shown = network.read(delivery.remote_id)
    assert shown is not None
    reconcile(channel, shown, network=network)
    removing.withdraw(delivery, by=dirk, reason="Verkeerde straat.")
    for _step in range(4):
        TakeDown.objects.update(next_at=timezone.now())
        posts_jobs.remove("test")
    assert Delivery.objects.get().state == DeliveryState.WITHDRAWN
    deleted(channel, shown.remote_id)
    known, here = RemotePost.objects.get(), StandsThere(shown)
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        stray = reconciling.reappeared(channel, known, shown, network=here, asked_at=timezone.now())
        assert stray is not None
        watch_jobs.settle("test")
        assert Stray.objects.get().state == State.OPEN
    # This time somebody else removes it: that is told too, not taken for our own removal.
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        deleted(channel, shown.remote_id)
    assert Stray.objects.get().state == State.VANISHED
