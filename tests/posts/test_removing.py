"""Taking down: evidence first, then removal, then reading again until it is gone; whoever dies on the way."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from tests.posts.killing import let_time_pass, work_and_die
from tests.posts.nets import TEXT, Net, due_on
from tests.posts.steps import raising
from vierogen.channels.models import Channel
from vierogen.ledger.actions import verify
from vierogen.ledger.models import Entry
from vierogen.networks.base import Disconnected, Limited, Media, NetworkError, Shown
from vierogen.networks.mastodon import Mastodon
from vierogen.notices.models import Message
from vierogen.people.models import Member
from vierogen.posts import jobs, outside
from vierogen.posts.actions import pursuing, removing
from vierogen.posts.models import Delivery, Evidence, EvidenceMedia, EvidenceOpening, TakeDown
from vierogen.posts.states import DeliveryState, TakeDownState
from vierogen.practice.network import Account
from vierogen.practice.server import PracticeServer

pytestmark = pytest.mark.django_db(transaction=True)

REMOVING = [
    "before the deletion",
    "after the deletion",
    "in its recording",
    "after its recording",
    "in the confirmation",
    "in the withdrawal",
]


def taken_down(delivery: Delivery, dirk: Member) -> TakeDown:
    """It is out, and somebody asked for its removal."""
    jobs.deliver("one")
    return removing.withdraw(Delivery.objects.get(pk=delivery.pk), by=dirk, reason="Verkeerde straat.")


def remove_all() -> TakeDown:
    for _round in range(10):
        let_time_pass()
        if not jobs.remove("other"):
            break
    return TakeDown.objects.get()


@pytest.mark.parametrize("step", REMOVING)
def test_a_worker_killed_while_it_takes_down(step: str, net: Net, anna: Member, ben: Member, dirk: Member) -> None:
    delivery = due_on(net.channel, anna, ben)
    taken_down(delivery, dirk)
    work_and_die(step, net.key, job="remove")
    end = remove_all()
    assert (end.state, net.texts()) == (TakeDownState.GONE, [])
    assert Delivery.objects.get().state == DeliveryState.WITHDRAWN
    kept = removing.open_for(Evidence.objects.get(), by=dirk, reason="Nakijken.")
    assert kept["text"] == TEXT
    assert verify()[1] == []


def test_a_worker_killed_between_evidence_and_deletion_keeps_each_picture_once(
    net: Net, anna: Member, ben: Member, dirk: Member
) -> None:
    delivery = due_on(net.channel, anna, ben, pictures=2)
    taken_down(delivery, dirk)
    work_and_die("after the evidence", net.key, job="remove")
    assert net.texts() == [TEXT]
    assert remove_all().state == TakeDownState.GONE
    kept = removing.open_for(Evidence.objects.get(), by=dirk, reason="Nakijken.")
    assert len(kept["pictures"]) == 2


# What a person sees of it


def test_a_removal_that_does_not_succeed_is_told_to_who_may_do_it(
    due: Delivery, dirk: Member, practice: PracticeServer
) -> None:
    asked = taken_down(due, dirk)
    practice.faults.next("error_before", count=100, on="DELETE *")
    for _try in range(pursuing.TRIES):
        let_time_pass()
        assert jobs.remove("test")
    asked.refresh_from_db()
    assert asked.state == TakeDownState.STUCK
    assert [mail.email for mail in Message.objects.filter(urgent=True)] == ["dirk@voorbeeld.example"]
    practice.faults.clear()
    removing.try_again(asked, by=dirk)
    assert remove_all().state == TakeDownState.GONE


def test_what_got_stuck_is_looked_at_until_somebody_removed_it(
    due: Delivery, dirk: Member, practice: PracticeServer, official: Account
) -> None:
    asked = taken_down(due, dirk)
    practice.faults.next("error_before", count=100, on="DELETE *")
    for _try in range(pursuing.TRIES):
        let_time_pass()
        assert jobs.remove("test")
    let_time_pass()
    assert jobs.remove("test")
    asked.refresh_from_db()
    assert (asked.state, bool(asked.remains)) == (TakeDownState.STUCK, True)
    # It is tried again now and then, and looked at much more often.
    assert timezone.now() + timedelta(minutes=4) < (asked.delete_at or timezone.now())
    assert asked.next_at < timezone.now() + timedelta(seconds=10)
    practice.network.delete(official, asked.remote_id)
    assert remove_all().state == TakeDownState.GONE


def test_a_connector_that_crashes_gets_stuck_too(
    due: Delivery, dirk: Member, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken_down(due, dirk)

    def crash(*_args: Any) -> None:
        raise KeyError("nothing")

    monkeypatch.setattr(channel.network, "delete", crash)
    for _try in range(pursuing.TRIES):
        let_time_pass()
        assert jobs.remove("test")
    assert TakeDown.objects.get().state == TakeDownState.STUCK


def test_it_is_gone_only_when_its_pictures_are(
    net: Net, anna: Member, ben: Member, dirk: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = due_on(net.channel, anna, ben)
    taken_down(delivery, dirk)
    left = ["https://voorbeeld.example/picture.png"]
    monkeypatch.setattr(net.channel.network, "remains", lambda *_args: list(left))
    let_time_pass()
    assert jobs.remove("test")
    asked = TakeDown.objects.get()
    assert (asked.state, asked.remains) == (TakeDownState.CHECKING, left)
    assert Delivery.objects.get().state == DeliveryState.PUBLISHED
    left.clear()
    assert remove_all().state == TakeDownState.GONE


def test_every_address_of_a_picture_is_read_again(
    channel: Channel, anna: Member, ben: Member, dirk: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = due_on(channel, anna, ben, pictures=1)
    taken_down(delivery, dirk)
    asked: list[str] = []
    standing = {"?small"}
    monkeypatch.setattr(Mastodon, "_answers", lambda _self, url: asked.append(url) or any(map(url.endswith, standing)))
    assert jobs.remove("test")
    assert len(asked) == 2
    [left] = TakeDown.objects.get().remains
    assert left.endswith("?small")
    standing.clear()
    assert remove_all().state == TakeDownState.GONE


@pytest.mark.parametrize("trouble", [NetworkError("Busy.", may_retry=True), Limited("Too many.", seconds=9)])
def test_a_picture_that_is_not_given_at_once_is_kept_before_it_is_removed(
    channel: Channel, anna: Member, ben: Member, dirk: Member, monkeypatch: pytest.MonkeyPatch, trouble: NetworkError
) -> None:
    delivery = due_on(channel, anna, ben, pictures=1)
    evidence = taken_down(delivery, dirk).evidence
    with monkeypatch.context() as patch:
        patch.setattr(removing, "fetch_picture", raising(trouble))
        assert jobs.remove("test")
    assert TakeDown.objects.get().state == TakeDownState.ASKED
    assert remove_all().state == TakeDownState.GONE
    evidence.refresh_from_db()
    assert (evidence.media_complete, evidence.media.count()) == (True, 1)


def test_a_picture_that_is_never_given_holds_up_no_take_down(
    channel: Channel, anna: Member, ben: Member, dirk: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken_down(due_on(channel, anna, ben, pictures=1), dirk)
    monkeypatch.setattr(removing, "fetch_picture", raising(NetworkError("Busy.", may_retry=True)))
    assert remove_all().state == TakeDownState.GONE


def test_of_a_picture_that_is_too_large_the_small_copy_is_kept(
    channel: Channel, anna: Member, ben: Member, dirk: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch = removing.fetch_picture

    def small_only(url: str) -> tuple[bytes, str]:
        if not url.endswith("?small"):
            raise NetworkError("Too large.")
        return fetch(url)

    monkeypatch.setattr(removing, "fetch_picture", small_only)
    evidence = taken_down(due_on(channel, anna, ben, pictures=1), dirk).evidence
    assert removing.fetch_media(evidence)
    evidence.refresh_from_db()
    assert (evidence.media_complete, evidence.media.get().url.endswith("?small")) == (True, True)


# Films

FILM = "https://voorbeeld.example/film.mp4"
STILL = "https://voorbeeld.example/film.jpg"


@pytest.fixture
def film(channel: Channel, dirk: Member) -> Evidence:
    """Evidence of a film with its small picture, of which nothing was fetched yet."""
    with transaction.atomic():
        shown = Shown("1", "", media=(Media(FILM, mime="video/mp4", preview=STILL),))
        return removing.capture(channel, shown, by=removing.WORKER)


def gives(given: dict[str, Any]) -> Any:
    """What the network gives at each address: bytes, or an error."""

    def fetched(address: str) -> tuple[bytes, str]:
        answer = given[address]
        if isinstance(answer, NetworkError):
            raise answer
        return answer, "video/mp4" if address == FILM else "image/jpeg"

    return fetched


def kept_of(film: Evidence) -> tuple[bool | None, set[str]]:
    film.refresh_from_db()
    return film.media_complete, set(film.media.values_list("url", flat=True))


def test_of_a_film_its_small_picture_is_kept_too(film: Evidence, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removing, "fetch_picture", gives({FILM: b"film", STILL: b"still"}))
    assert removing.fetch_media(film)
    assert kept_of(film) == (True, {FILM, STILL})


def test_a_film_that_is_not_given_at_once_is_fetched_again(film: Evidence, monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {FILM: NetworkError("Busy.", may_retry=True), STILL: b"still"}
    monkeypatch.setattr(removing, "fetch_picture", gives(given))
    assert not removing.fetch_media(film)
    assert kept_of(film) == (None, {STILL})
    given[FILM] = b"film"
    assert removing.fetch_media(film)
    assert kept_of(film) == (True, {FILM, STILL})


def test_a_film_that_is_never_given_leaves_its_small_picture_and_says_that_it_is_missing(
    film: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(removing, "fetch_picture", gives({FILM: NetworkError("Too large."), STILL: b"still"}))
    assert removing.fetch_media(film)
    assert kept_of(film) == (False, {STILL})


def test_a_picture_that_is_not_given_at_once_is_not_complete_with_its_small_copy(
    channel: Channel, dirk: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction.atomic():
        shown = Shown("1", "", media=(Media(FILM, mime="image/png", preview=STILL),))
        evidence = removing.capture(channel, shown, by=removing.WORKER)
    given: dict[str, Any] = {FILM: NetworkError("Busy.", may_retry=True), STILL: b"still"}
    monkeypatch.setattr(removing, "fetch_picture", gives(given))
    assert not removing.fetch_media(evidence)
    assert kept_of(evidence) == (None, {STILL})


def test_a_film_of_a_minute_is_not_too_large_to_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    answer = httpx.Response(200, content=b"film", headers={"content-type": "video/mp4"})
    monkeypatch.setattr(outside, "ask", lambda *_args, **named: asked.append(named["extensions"]) or answer)
    assert outside.fetch_picture(FILM) == (b"film", "video/mp4")
    assert asked[0]["max_bytes"] == 60_000_000


def test_a_network_that_takes_no_deletion_for_a_moment_is_waited_for(
    due: Delivery, practice: PracticeServer, dirk: Member
) -> None:
    taken_down(due, dirk)
    practice.faults.next("limited", seconds=30, count=pursuing.TRIES + 2, on="DELETE *")
    for _try in range(pursuing.TRIES + 2):
        assert jobs.remove("test")
        asked = TakeDown.objects.get()
        assert (asked.state, asked.attempts) == (TakeDownState.ASKED, 0)
        assert asked.next_at > timezone.now() + timedelta(seconds=25)
        TakeDown.objects.update(next_at=timezone.now())
    assert remove_all().state == TakeDownState.GONE


def test_where_a_network_takes_no_deletion_for_minutes_people_are_asked_and_it_is_deleted_when_it_can(
    due: Delivery, practice: PracticeServer, dirk: Member, cora: Member
) -> None:
    taken_down(due, dirk)
    practice.faults.next("limited", seconds=300, on="DELETE *")
    assert jobs.remove("test")
    asked = TakeDown.objects.get()
    assert (asked.state, asked.problem) == (TakeDownState.BY_HAND, "The network asks us to slow down.")
    told = Message.objects.filter(urgent=True)
    assert all("cannot remove it there at this moment" in each.text for each in told)
    # It looks, and leaves the network alone until it takes deletions again.
    let_time_pass()
    assert jobs.remove("test")
    asked.refresh_from_db()
    assert (asked.state, asked.deleted_at, bool(asked.remains)) == (TakeDownState.BY_HAND, None, True)
    with time_machine.travel(timezone.now() + timedelta(seconds=301)):
        assert remove_all().state == TakeDownState.GONE
    assert {each.email for each in told} == {dirk.user.email, cora.user.email}
    assert Message.objects.filter(urgent=True).count() == 2


@pytest.mark.parametrize(
    "trouble", [NetworkError("This is not a usable web address."), Disconnected("The network refuses our key.")]
)
def test_where_trying_again_cannot_help_people_are_asked_at_once(
    due: Delivery, dirk: Member, channel: Channel, monkeypatch: pytest.MonkeyPatch, trouble: NetworkError
) -> None:
    taken_down(due, dirk)
    with monkeypatch.context() as patch:
        patch.setattr(channel.network, "delete", raising(trouble))
        assert jobs.remove("test")
        asked = TakeDown.objects.get()
        assert (asked.state, asked.problem) == (TakeDownState.BY_HAND, trouble.reason)
        assert Message.objects.filter(urgent=True, email=dirk.user.email).count() == 1
        # Whatever becomes of our own deletion, it looks whether a person removed it.
        TakeDown.objects.update(delete_at=timezone.now())
        patch.setattr(channel.network, "remains", lambda *_args: [])
        assert remove_all().state == TakeDownState.GONE


def test_what_lingers_is_told_once(net: Net, anna: Member, ben: Member, dirk: Member, monkeypatch: Any) -> None:
    taken_down(due_on(net.channel, anna, ben), dirk)
    monkeypatch.setattr(net.channel.network, "remains", lambda *_args: ["https://voorbeeld.example/picture.png"])
    for _look in range(pursuing.TRIES + 2):
        TakeDown.objects.update(next_at=timezone.now())
        assert jobs.remove("test")
    assert TakeDown.objects.get().state == TakeDownState.CHECKING
    [told] = Message.objects.filter(title__contains="Not all gone yet")
    assert told.email == dirk.user.email


def test_who_may_not_take_down_or_open(due: Delivery, anna: Member, ben: Member, otto: Member, dirk: Member) -> None:
    for by in (anna, ben, otto):
        with pytest.raises(PermissionDenied):
            taken_down(due, by)
    assert not TakeDown.objects.exists()
    asked = taken_down(due, dirk)
    TakeDown.objects.update(state=TakeDownState.STUCK)
    for by in (anna, ben, otto):
        with pytest.raises(PermissionDenied):
            removing.open_for(asked.evidence, by=by, reason="Nieuwsgierig.")
        with pytest.raises(PermissionDenied):
            removing.try_again(asked, by=by)
    assert not EvidenceOpening.objects.exists()


def test_without_a_reason_on_record_nothing_is_shown(
    due: Delivery, dirk: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = taken_down(due, dirk).evidence
    with pytest.raises(ValidationError):
        removing.open_for(evidence, by=dirk, reason="  ")
    opened: list[str] = []
    monkeypatch.setattr(removing, "open_evidence", lambda *_args, **_named: opened.append("shown"))
    monkeypatch.setattr(removing, "record", failing)
    with pytest.raises(RuntimeError):
        removing.open_for(evidence, by=dirk, reason="Nakijken.")
    assert not opened
    assert not EvidenceOpening.objects.exists()


def failing(*_args: Any, **_named: Any) -> None:
    raise RuntimeError("the ledger does not take it")


def test_what_was_seen_and_why_stands_in_the_ledger_but_not_readable(due: Delivery, dirk: Member) -> None:
    evidence = taken_down(due, dirk).evidence
    removing.open_for(evidence, by=dirk, reason="Klopt de straat?")
    entry = Entry.objects.get(verb="open")
    assert entry.actor == dirk.actor
    assert "Klopt" not in str(Entry.objects.values_list())
    assert {each.name: each.value for each in entry.openings.all()} == {"reason": "Klopt de straat?", "who": "Dirk"}


def test_evidence_is_removed_when_its_time_is_over_even_of_what_was_taken_down(
    anna: Member, ben: Member, dirk: Member, channel: Channel
) -> None:
    delivery = due_on(channel, anna, ben, pictures=1)
    evidence = taken_down(delivery, dirk).evidence
    remove_all()
    assert evidence.media.count() == 1
    assert not jobs.forget("test")
    with time_machine.travel(evidence.retain_until + timedelta(seconds=1)):
        assert jobs.forget("test")
        assert not jobs.forget("test")
        with pytest.raises(ValidationError, match="time to keep it is over"):
            removing.open_for(Evidence.objects.get(), by=dirk, reason="Nakijken.")
    assert not EvidenceMedia.objects.exists()
    kept = Evidence.objects.get()
    assert (bytes(kept.ciphertext), bytes(kept.wrapped)) == (b"", b"")
    assert Entry.objects.filter(verb="forget_evidence").count() == 1


def test_evidence_that_nothing_refers_to_goes_whole(channel: Channel, dirk: Member) -> None:
    with transaction.atomic():
        evidence = removing.capture(channel, Shown("1", "privé"), by=removing.WORKER)
    with time_machine.travel(evidence.retain_until + timedelta(seconds=1)):
        assert jobs.forget("test")
    assert not Evidence.objects.exists()


def test_the_table_of_evidence_holds_nothing_readable(due: Delivery, dirk: Member) -> None:
    taken_down(due, dirk)
    row = Evidence.objects.get()
    assert TEXT.encode() not in bytes(row.ciphertext)
    assert len(row.sha256) == 64


def test_a_picture_that_two_fetch_at_once_is_kept_once(
    anna: Member, ben: Member, dirk: Member, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = due_on(channel, anna, ben, pictures=1)
    evidence = taken_down(delivery, dirk).evidence
    fetch = removing.fetch_picture

    def meanwhile(url: str) -> tuple[bytes, str]:
        monkeypatch.setattr(removing, "fetch_picture", fetch)
        removing.fetch_media(evidence)
        return fetch(url)

    monkeypatch.setattr(removing, "fetch_picture", meanwhile)
    removing.fetch_media(evidence)
    assert evidence.media.count() == 1


def test_a_post_that_the_watch_has_taken_down_takes_its_delivery_along(due: Delivery, dirk: Member) -> None:
    jobs.deliver("test")
    delivery = Delivery.objects.get()
    removing.take_down(delivery.channel, Shown(delivery.remote_id, TEXT), by=dirk, reason="Toch van ons.")
    remove_all()
    assert Delivery.objects.get().state == DeliveryState.WITHDRAWN
