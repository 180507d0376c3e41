"""Keys that end are renewed in time, by one worker; where that fails custodians are warned, each time once."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.plugins.house import make_member
from tests.vault.lighthouse import Lighthouse
from vierogen.channels.actions import close, entrust
from vierogen.channels.models import Channel, networks
from vierogen.ledger.models import Entry
from vierogen.networks.base import Disconnected, NetworkError
from vierogen.notices.models import Message
from vierogen.people.models import Member
from vierogen.people.roles import Role
from vierogen.vault import actions, jobs, log_in, renewing
from vierogen.vault.actions import opened, seal
from vierogen.vault.models import KeyLife, Secret

Visit = Callable[[Member], Client]


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    with time_machine.travel(moment):
        yield


@pytest.fixture
def life(kept: Channel) -> KeyLife:
    """The key of the town's account, which lives for sixty days."""
    return KeyLife.objects.get(channel=kept)


def due(life: KeyLife) -> datetime:
    assert life.next_try_at is not None
    return life.next_try_at + timedelta(seconds=1)


def credentials_of(channel: Channel) -> dict[str, str]:
    with opened(channel) as network:
        return dict(network.opened.credentials)


def cannot_be_renewed(monkeypatch: pytest.MonkeyPatch, error: NetworkError) -> None:
    def renew(_self: Any) -> None:
        raise error

    monkeypatch.setattr(networks()["lantern"], "renew", renew)


# When


def test_the_end_of_a_key_stands_in_the_open(life: KeyLife) -> None:
    assert timedelta(days=59) < life.ends_at - timezone.now() <= timedelta(days=60)
    assert life.next_try_at == life.ends_at - timedelta(days=10)
    assert life.is_long


def test_a_key_that_has_no_end_has_no_life(channel: Channel) -> None:
    assert not KeyLife.objects.exists()


@pytest.mark.parametrize("told", ["soon", "2027-13-01"])
def test_a_key_whose_end_cannot_be_read_is_kept_all_the_same(kept: Channel, told: str) -> None:
    seal(kept, {"access": "newer", "expires_at": told})
    assert credentials_of(kept)["access"] == "newer"


def test_an_end_without_a_time_zone_is_in_utc(kept: Channel) -> None:
    seal(kept, {"expires_at": "2099-05-06T07:08:09"})
    assert KeyLife.objects.get().ends_at == datetime(2099, 5, 6, 7, 8, 9, tzinfo=UTC)


def test_a_short_key_is_not_renewed_in_the_first_half_of_its_life(lantern: Lighthouse, kept: Channel) -> None:
    now = timezone.now()
    seal(kept, {"expires_at": (now + timedelta(hours=2)).isoformat()})
    life = KeyLife.objects.get()
    assert abs((life.due_at(timedelta(days=10)) - now).total_seconds() - 3600) < 5
    assert not life.is_long


def test_nothing_is_renewed_before_it_is_due(life: KeyLife) -> None:
    with at(life.ends_at - timedelta(days=10, minutes=1)):
        assert renewing.claim() is None
    with at(due(life)):
        assert renewing.claim() == life


# Renewing


def test_a_key_that_is_due_is_renewed_and_kept(life: KeyLife, kept: Channel, lantern: Lighthouse) -> None:
    before = credentials_of(kept)
    with at(due(life)):
        assert jobs.renew("worker") is True
        assert jobs.renew("worker") is False
    after, row = credentials_of(kept), KeyLife.objects.get()
    assert (after["access"], after["refresh"]) == (lantern.accounts["17"].access, lantern.accounts["17"].refresh)
    assert after["refresh"] != before["refresh"]
    assert row.ends_at > life.ends_at + timedelta(days=49)
    assert (row.problem, row.warned) == ("", None)
    assert Entry.objects.filter(verb="renew").count() == 1


def test_a_key_of_two_hours_is_renewed_without_a_word(kept: Channel, lantern: Lighthouse) -> None:
    lantern.seconds = 2 * 3600
    with opened(kept) as network:
        network.renew()  # type: ignore[attr-defined]
    entries = Entry.objects.count()
    for _turn in range(3):
        with at(due(KeyLife.objects.get())):
            assert jobs.renew("worker")
            assert jobs.mind("worker") is False
    assert Entry.objects.count() == entries
    assert not Message.objects.exists()


def test_trouble_leaves_the_old_key_and_is_tried_again_with_growing_pauses(
    life: KeyLife, kept: Channel, lantern: Lighthouse
) -> None:
    before, pauses = credentials_of(kept), []
    lantern.trouble = True
    for _turn in range(12):
        with at(due(KeyLife.objects.get())):
            now = timezone.now()
            assert jobs.renew("worker")
            pauses.append(round((KeyLife.objects.get().next_try_at - now).total_seconds(), -1))  # type: ignore[operator]
    assert pauses[0] == 60
    assert pauses == sorted(pauses)
    assert pauses[-1] > 10 * pauses[0]
    assert max(pauses) <= 6 * 3600
    assert credentials_of(kept) == before
    assert KeyLife.objects.get().problem == "The network has trouble."
    assert Channel.objects.get().is_connected
    lantern.trouble = False
    with at(due(KeyLife.objects.get())):
        assert jobs.renew("worker")
    assert KeyLife.objects.get().problem == ""


def test_a_network_that_says_wait_is_left_alone_that_long(life: KeyLife, monkeypatch: pytest.MonkeyPatch) -> None:
    from vierogen.networks.base import Limited

    cannot_be_renewed(monkeypatch, Limited("Too many.", seconds=7200))
    with at(due(life)):
        jobs.renew("worker")
        assert KeyLife.objects.get().next_try_at > timezone.now() + timedelta(seconds=7000)  # type: ignore[operator]


def test_a_network_that_gives_nothing_is_no_renewal(life: KeyLife, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks()["lantern"], "renew", lambda _self: None)
    with at(due(life)):
        jobs.renew("worker")
    assert KeyLife.objects.get().problem == renewing.NOTHING_NEW
    assert KeyLife.objects.get().ends_at == life.ends_at


@pytest.mark.parametrize("gained", [timedelta(0), timedelta(seconds=3), timedelta(hours=-1), None])
def test_a_new_key_that_ends_when_the_old_one_did_is_no_renewal(
    life: KeyLife, kept: Channel, monkeypatch: pytest.MonkeyPatch, gained: timedelta | None
) -> None:
    def renew(self: Any) -> None:
        ends = {"expires_at": (life.ends_at + gained).isoformat()} if gained is not None else {}
        self.opened.remember({"access": "another", **ends})

    monkeypatch.setattr(networks()["lantern"], "renew", renew)
    with at(due(life)):
        jobs.renew("worker")
    row = KeyLife.objects.get()
    assert credentials_of(kept)["access"] == "another"
    assert (row.problem, row.renewed_at, row.ends_at) == (renewing.NOTHING_NEW, life.renewed_at, life.ends_at)
    assert row.next_try_at > due(life)  # type: ignore[operator]
    assert [warned_at(row, days) for days in (15, 13, 6, 2, 0.5)] == [0, 1, 1, 1, 1]
    assert not Entry.objects.filter(verb="renew").exists()


def test_a_network_that_gives_an_empty_key_leaves_the_old_one(
    life: KeyLife, kept: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = credentials_of(kept)

    def renew(self: Any) -> None:
        self.opened.remember({"access": "", "refresh": "", "expires_at": "2099-01-01T00:00:00+00:00"})

    monkeypatch.setattr(networks()["lantern"], "renew", renew)
    with at(due(life)), pytest.raises(ValueError, match="with nothing"):
        jobs.renew("worker")
    assert credentials_of(kept) == before
    assert KeyLife.objects.get().ends_at == life.ends_at
    with at(due(life)):
        assert renewing.claim() is None  # not at once again
    with at(due(KeyLife.objects.get())):
        assert renewing.claim() is not None


def test_a_mistake_that_nobody_thought_of_is_warned_of_too(
    life: KeyLife, kept: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def renew(_self: Any) -> None:
        raise OverflowError("date value out of range")

    monkeypatch.setattr(networks()["lantern"], "renew", renew)
    with at(due(life)), pytest.raises(OverflowError):
        jobs.renew("worker")
    assert KeyLife.objects.get().problem == renewing.NOTHING_NEW
    assert warned_at(life, 6) == 1
    kept.refresh_from_db()
    assert kept.is_connected


def test_a_setting_that_got_lost_takes_no_key_away(
    life: KeyLife, kept: Channel, lantern: Lighthouse, settings: Any
) -> None:
    settings.NETWORK_CLIENTS = {}
    # A connector that cannot name itself may say that its access is over.
    lantern.renews = False
    with at(due(life)):
        assert jobs.renew("worker") is True
    kept.refresh_from_db()
    assert kept.is_connected
    assert lantern.count("/renew") == 0
    assert KeyLife.objects.get().problem == renewing.NO_APP
    assert warned_at(life, 6) == 1


def test_a_key_that_is_recognisably_refused_disconnects_and_custodians_are_told_once(
    life: KeyLife, kept: Channel, lantern: Lighthouse, cora: Member
) -> None:
    lantern.renews = False
    with at(due(life)):
        jobs.renew("worker")
        renewing.lose_connection(kept, why="again")
    kept.refresh_from_db()
    assert not kept.is_connected
    (mail,) = Message.objects.all()
    assert mail.email == cora.user.email
    assert mail.title == "@voorbeeld is disconnected"
    assert reverse("vault:reconnect", args=[kept.pk]) in mail.text
    with at(life.ends_at - timedelta(days=1)):
        assert jobs.renew("worker") is False
        assert renewing.warn() == 0


@pytest.mark.parametrize("gone", ["closed", "disconnected"])
def test_a_channel_that_is_not_connected_is_left_alone(life: KeyLife, kept: Channel, cora: Member, gone: str) -> None:
    if gone == "closed":
        close(kept, by=cora)
    else:
        renewing.lose_connection(kept, why="No.")
        KeyLife.objects.update(next_try_at=life.next_try_at)
    with at(life.ends_at - timedelta(days=1)):
        assert renewing.claim() is None
        assert renewing.warn() == 0


# Several at once


def test_a_key_is_claimed_by_one_worker(life: KeyLife) -> None:
    with at(due(life)):
        assert renewing.claim() is not None
        assert renewing.claim() is None
    with at(due(life) + timedelta(minutes=3)):  # that worker died
        assert renewing.claim() is not None


@pytest.mark.django_db(transaction=True)
def test_workers_that_race_renew_once(kept: Channel, lantern: Lighthouse) -> None:
    now = timezone.now()
    KeyLife.objects.update(next_try_at=now - timedelta(minutes=1), ends_at=now + timedelta(days=10))
    ready = threading.Barrier(4)

    def work() -> None:
        ready.wait()
        jobs.renew("worker")
        connection.close()

    threads = [threading.Thread(target=work) for _turn in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert lantern.count("/renew") == 1
    assert credentials_of(kept)["access"] == lantern.accounts["17"].access
    assert KeyLife.objects.get().problem == ""


def test_a_late_loser_never_overwrites_the_newer_key(kept: Channel) -> None:
    with opened(kept) as slow:
        with opened(kept) as quick:
            quick.opened.remember({"access": "a2", "refresh": "r2"})
            slow.opened.remember({"access": "stale", "refresh": "stale"})
            quick.opened.remember({"access": "a3", "refresh": "r3"})
        slow.opened.remember({"access": "stale", "refresh": "stale"})
    found = credentials_of(kept)
    assert (found["access"], found["refresh"]) == ("a3", "r3")


def test_a_renewal_of_an_earlier_connection_is_dropped(kept: Channel, lantern: Lighthouse, cora: Member) -> None:
    with opened(kept) as network:
        begun = log_in.begin(cora, "lantern", channel=kept)
        told = lantern.allow(begun.address)
        handshake = log_in.waiting(cora, "lantern", sent=told["state"], among=[begun.handshake.pk])
        log_in.finish(log_in.answer(handshake, sent=told["state"], code=told["code"]), account_id="17", by=cora)
        network.opened.remember({"access": "old", "refresh": "old", "expires_at": "2026-01-01T00:00:00+00:00"})
    assert credentials_of(kept)["access"] == lantern.accounts["17"].access
    assert KeyLife.objects.get().ends_at > timezone.now()


def test_who_lost_the_race_is_not_told_that_the_key_is_refused(kept: Channel) -> None:
    def use_late() -> None:
        with opened(kept) as late:
            with opened(kept) as first:
                first.renew()  # type: ignore[attr-defined]
            late.me()

    with pytest.raises(NetworkError) as told:
        use_late()
    assert not isinstance(told.value, Disconnected)
    assert told.value.may_retry
    with opened(kept) as network:
        assert network.me()


def test_a_renewal_that_is_still_being_put_down_counts_too(kept: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    def sleep(seconds: float) -> None:
        if seconds:
            seal(kept, {"access": "put down meanwhile"})

    monkeypatch.setattr(actions.time, "sleep", sleep)
    with pytest.raises(NetworkError) as told, opened(kept):
        raise Disconnected("The network refuses our key.")
    assert not isinstance(told.value, Disconnected)


def test_whoever_is_refused_while_a_renewal_is_under_way_waits_for_it(
    life: KeyLife, kept: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 2 * actions.LOOKS:  # a slow answer of the network
            seal(kept, {"access": "put down meanwhile"})

    monkeypatch.setattr(actions.time, "sleep", sleep)
    KeyLife.objects.update(next_try_at=timezone.now() - timedelta(seconds=1))
    assert renewing.claim()
    with pytest.raises(NetworkError) as told, opened(kept):
        raise Disconnected("The network refuses our key.")
    assert not isinstance(told.value, Disconnected)
    assert len(slept) == 2 * actions.LOOKS


@pytest.mark.parametrize("claimed", [True, False])
def test_nobody_waits_for_ever(life: KeyLife, kept: Channel, monkeypatch: pytest.MonkeyPatch, claimed: bool) -> None:
    slept: list[float] = []
    monkeypatch.setattr(actions.time, "sleep", slept.append)
    KeyLife.objects.update(next_try_at=timezone.now() - timedelta(seconds=1))
    assert not claimed or renewing.claim()
    with pytest.raises(Disconnected), opened(kept):
        raise Disconnected("The network refuses our key.")
    assert len(slept) == (actions.LOOKS_AT_WORK if claimed else actions.LOOKS)


def test_a_key_that_is_really_refused_is_told_as_such(kept: Channel, lantern: Lighthouse) -> None:
    lantern.accounts["17"].access = "another"
    with pytest.raises(Disconnected), opened(kept) as network:
        network.me()


def test_a_renewal_while_it_is_used_counts_as_one(life: KeyLife, kept: Channel, lantern: Lighthouse) -> None:
    with at(due(life)):
        with opened(kept) as network:
            network.renew()  # type: ignore[attr-defined]
        assert jobs.renew("worker") is False
    assert lantern.count("/renew") == 1


# Warning


def days_before(life: KeyLife, days: float) -> datetime:
    return life.ends_at - timedelta(days=days)


def warned_at(life: KeyLife, days: float) -> int:
    with at(days_before(life, days)):
        return renewing.warn()


def test_custodians_are_warned_14_7_3_and_1_days_before_each_once(life: KeyLife, kept: Channel, cora: Member) -> None:
    kees = make_member(kept.organisation, "Kees", Role.CUSTODIAN)
    entrust(kept, to=[cora, kees], by=cora)
    Message.objects.all().delete()
    KeyLife.objects.update(problem="The network has trouble.")
    told = {days: warned_at(life, days) for days in (20, 14.1, 13.9, 13.8, 8, 6.9, 6.8, 4, 2.9, 2, 0.9, 0.5, -1)}
    assert [days for days, number in told.items() if number] == [13.9, 6.9, 2.9, 0.9]
    titles = list(Message.objects.filter(email=kees.user.email).order_by("pk").values_list("title", flat=True))
    assert titles == [f"The key of @voorbeeld ends within {days}" for days in ("14 days", "7 days", "3 days", "1 day")]
    assert Message.objects.count() == 8
    assert Entry.objects.filter(verb="warn").count() == 4


def test_a_warning_says_what_is_wrong_and_leads_to_the_log_in(life: KeyLife, kept: Channel) -> None:
    KeyLife.objects.update(problem="The network has trouble.")
    warned_at(life, 5)
    mail = Message.objects.get()
    assert "It could not be renewed by itself: The network has trouble." in mail.text
    assert reverse("vault:reconnect", args=[kept.pk]) in mail.text


def test_after_a_while_without_worker_only_the_nearest_warning_is_given(life: KeyLife) -> None:
    KeyLife.objects.update(problem="The network has trouble.")
    assert warned_at(life, 2) == 1
    assert KeyLife.objects.get().warned == 3


def test_nobody_is_warned_while_renewing_works(life: KeyLife) -> None:
    assert [warned_at(life, days) for days in (13, 6, 2, 0.5)] == [0, 0, 0, 0]


def test_who_cannot_renew_is_warned_without_a_problem(life: KeyLife, kept: Channel, channel: Channel) -> None:
    seal(channel, {"expires_at": (timezone.now() + timedelta(days=30)).isoformat()})
    theirs = KeyLife.objects.get(channel=channel)
    assert theirs.next_try_at is None
    assert warned_at(theirs, 6) == 1
    assert "This network does not let it be renewed by itself." in Message.objects.get().text


def test_a_renewed_key_is_warned_of_anew(life: KeyLife, kept: Channel, lantern: Lighthouse) -> None:
    KeyLife.objects.update(problem="The network has trouble.")
    assert warned_at(life, 6) == 1
    with at(days_before(life, 5)):
        jobs.renew("worker")
        assert KeyLife.objects.get().warned is None
        assert renewing.warn() == 0
    KeyLife.objects.update(problem="The network has trouble.")
    assert warned_at(KeyLife.objects.get(), 6) == 1


def test_a_short_key_is_never_warned_of(kept: Channel) -> None:
    seal(kept, {"expires_at": (timezone.now() + timedelta(days=15)).isoformat()})
    KeyLife.objects.update(problem="The network has trouble.")
    assert warned_at(KeyLife.objects.get(), 1) == 0


@pytest.mark.django_db(transaction=True)
def test_workers_that_warn_at_once_warn_once(kept: Channel) -> None:
    KeyLife.objects.update(
        problem="No.", ends_at=timezone.now() + timedelta(days=5), renewed_at=timezone.now() - timedelta(days=55)
    )
    ready = threading.Barrier(4)

    def work() -> None:
        ready.wait()
        renewing.warn()
        connection.close()

    threads = [threading.Thread(target=work) for _turn in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert Message.objects.count() == 1


# What people see


def body(client: Client, url: str) -> str:
    return " ".join(client.get(url).content.decode().replace("<wbr>", "").split())


def test_the_page_of_the_account_says_until_when_the_key_is_valid(
    visit: Visit, life: KeyLife, kept: Channel, cora: Member
) -> None:
    url = reverse("channels:channel", args=[kept.pk])
    client = visit(cora)
    assert "; it is renewed by itself." in body(client, url)
    KeyLife.objects.update(problem="The network has trouble.")
    assert "and could not be renewed by itself: The network has trouble." in body(client, url)
    assert "and could not be renewed by itself" in body(client, reverse("channels:list"))


def test_today_asks_who_can_do_something_about_it(
    visit: Visit, life: KeyLife, kept: Channel, cora: Member, anna: Member
) -> None:
    KeyLife.objects.update(problem="The network has trouble.")
    assert "The key of an account ends" not in body(visit(cora), "/")
    warned_at(life, 5)
    page = body(visit(cora), "/")
    assert "The key of an account ends: " in page
    assert reverse("vault:reconnect", args=[kept.pk]) in page
    assert "The key of an account ends" not in body(visit(anna), "/")


def test_only_secrets_that_stand_there_are_opened(kept: Channel) -> None:
    assert set(Secret.objects.values_list("field", flat=True)) == {"access", "refresh", "expires_at"}
