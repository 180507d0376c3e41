"""The pages of the watch: strays on top, evidence sealed until a reason stands in the ledger, nothing of others."""

from collections.abc import Callable
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.plugins.house import PASSWORD
from tests.practice.conftest import picture
from vierogen.channels.models import Channel
from vierogen.incidents.actions import open_incident
from vierogen.ledger.models import Entry
from vierogen.people.models import Member, User
from vierogen.posts import jobs as posts_jobs
from vierogen.posts.actions.removing import fetch_media
from vierogen.posts.models import Delivery, Evidence, EvidenceOpening, TakeDown
from vierogen.practice.network import Account
from vierogen.practice.server import PracticeServer
from vierogen.watch.actions.looking import look
from vierogen.watch.models import RemotePost, Stray, Watched
from vierogen.watch.states import State

Enter = Callable[[Member], Client]
Look = Callable[[], list[Stray]]
SECRET_WORDS = "Gezellig op het strand"


@pytest.fixture
def enter(enter: Enter) -> Enter:
    """A browser that shows pages in English."""

    def log_in(member: Member) -> Client:
        User.objects.filter(pk=member.user_id).update(language="en")
        return enter(member)

    return log_in


@pytest.fixture
def stray(look_again: Look, by_phone: Callable[..., str]) -> Stray:
    """A photo by phone, captured whole."""
    by_phone(SECRET_WORDS, picture=picture())
    [found] = look_again()
    assert found.evidence is not None
    fetch_media(found.evidence)
    return found


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def address_of(name: str, *numbers: int) -> str:
    return reverse(f"watch:{name}", args=numbers)


def prove(client: Client) -> None:
    """Prove who it is, by password, as the page asks."""
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def test_the_page_shows_a_stray_and_never_its_content(stray: Stray, enter: Enter, dirk: Member) -> None:
    client = enter(dirk)
    for address in (address_of("list"), address_of("live"), address_of("stray", stray.pk)):
        page = read(client, address)
        assert stray.channel.handle in page
        assert SECRET_WORDS not in page
        assert "data:image" not in page
        assert address_of("take_down", stray.pk) in page
        assert address_of("adopt", stray.pk) in page
        assert f"{reverse('incidents:open')}?stray={stray.pk}" in page


def test_the_page_says_what_explains_each_post(
    watched: Watched, due: Delivery, look_again: Look, by_phone: Callable[..., str], enter: Enter, anna: Member
) -> None:
    posts_jobs.deliver("test")
    by_phone("Oeps")
    look_again()
    page = read(enter(anna), address_of("list"))
    assert reverse("posts:detail", args=[due.version.post_id]) in page
    assert due.version.summary(60) in page
    assert RemotePost.objects.count() == 2


def test_the_page_takes_no_more_queries_for_more_strays(
    stray: Stray,
    look_again: Look,
    by_phone: Callable[..., str],
    enter: Enter,
    dirk: Member,
    django_assert_max_num_queries: Any,
) -> None:
    client = enter(dirk)
    with django_assert_max_num_queries(25) as first:
        read(client, address_of("live"))
    for number in range(5):
        by_phone(f"Nog een {number}")
    look_again()
    with django_assert_max_num_queries(len(first)):
        read(client, address_of("live"))


def test_a_get_changes_nothing(stray: Stray, enter: Enter, dirk: Member) -> None:
    client, before = enter(dirk), Entry.objects.count()
    for name in ("stray", "stray_live", "take_down", "adopt"):
        read(client, address_of(name, stray.pk))
    assert stray.evidence is not None
    read(client, address_of("evidence", stray.evidence.pk))
    assert client.get(address_of("acknowledge", stray.pk)).status_code == 405
    assert (Entry.objects.count(), EvidenceOpening.objects.count(), TakeDown.objects.count()) == (before, 0, 0)
    assert Stray.objects.get().is_open


def test_nothing_of_another_organisation_can_be_reached(stray: Stray, enter: Enter, otto: Member) -> None:
    client = enter(otto)
    assert stray.evidence is not None
    assert stray.channel.handle not in read(client, address_of("list"))
    addresses = [address_of(name, stray.pk) for name in ("stray", "stray_live", "take_down", "adopt")]
    addresses.append(address_of("evidence", stray.evidence.pk))
    for address in addresses:
        assert client.get(address).status_code == 404
    prove(client)
    for address in [*addresses[2:], address_of("acknowledge", stray.pk)]:
        assert client.post(address, {"reason": "x"}).status_code == 404
    assert Stray.objects.get().is_open
    assert EvidenceOpening.objects.count() == 0


@pytest.mark.parametrize("name", ["take_down", "adopt", "acknowledge"])
def test_a_writer_sees_and_cannot_act(stray: Stray, enter: Enter, anna: Member, name: str) -> None:
    client = enter(anna)
    page = read(client, address_of("stray", stray.pk))
    assert address_of("take_down", stray.pk) not in page
    assert client.post(address_of(name, stray.pk), {"reason": "x"}).status_code == 403
    assert stray.evidence is not None
    assert client.get(address_of("evidence", stray.evidence.pk)).status_code == 403


def test_answering_the_alarm_on_the_page(stray: Stray, enter: Enter, dirk: Member) -> None:
    client = enter(dirk)
    answer = client.post(address_of("acknowledge", stray.pk))
    assert answer.headers["Location"] == address_of("stray", stray.pk)
    assert not Stray.objects.get().is_ringing
    assert "Dirk is looking at it" in read(client, address_of("list"))


def test_a_take_down_asks_who_it_is_and_loses_nothing_meanwhile(
    stray: Stray, enter: Enter, dirk: Member, practice: PracticeServer
) -> None:
    client = enter(dirk)
    asked = client.post(address_of("take_down", stray.pk), {"reason": "Privé"})
    assert asked.status_code == 302
    assert TakeDown.objects.count() == 0
    client.post(asked.headers["Location"], {"password": PASSWORD})
    assert TakeDown.objects.get().reason == "Privé"
    assert "Being removed" in read(client, address_of("stray", stray.pk))
    while posts_jobs.remove("test"):
        pass
    assert practice.network.timeline() == []
    assert "Gone from the network, seen by us" in read(client, address_of("stray", stray.pk))


def test_a_take_down_needs_no_typing(stray: Stray, enter: Enter, dirk: Member) -> None:
    client = enter(dirk)
    prove(client)
    client.post(address_of("take_down", stray.pk))
    assert TakeDown.objects.count() == 1


def test_what_remains_of_a_removed_post_is_said(stray: Stray, enter: Enter, dirk: Member) -> None:
    client = enter(dirk)
    prove(client)
    client.post(address_of("take_down", stray.pk))
    still = "https://cache.example/media/1.png"
    TakeDown.objects.update(state="checking", remains=[still], deleted_at=timezone.now())
    page = read(client, address_of("stray", stray.pk))
    assert still in page
    assert "can still be fetched" in page


def test_adopting_needs_a_reason(stray: Stray, enter: Enter, dirk: Member) -> None:
    client = enter(dirk)
    assert client.post(address_of("adopt", stray.pk), {"reason": " "}).status_code == 200
    assert Stray.objects.get().is_open
    client.post(address_of("adopt", stray.pk), {"reason": "Onze fotograaf"})
    assert Stray.objects.get().state == State.ADOPTED
    assert "Onze fotograaf" in read(client, address_of("stray", stray.pk))


def test_evidence_is_shown_only_with_a_reason_that_stands_in_the_ledger(
    stray: Stray, enter: Enter, dirk: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = enter(dirk)
    assert stray.evidence is not None
    address = address_of("evidence", stray.evidence.pk)
    assert SECRET_WORDS not in read(client, address)
    for nothing in ("", "   "):
        page = client.post(address, {"reason": nothing}).content.decode()
        assert SECRET_WORDS not in page
        assert "data:image/png" not in page
    assert not Entry.objects.filter(verb="open").exists()
    answer = client.post(address, {"reason": "Kijken of er een kind op staat"})
    page = answer.content.decode()
    assert SECRET_WORDS in page
    assert "data:image/png;base64," in page
    assert "no-store" in answer.headers["Cache-Control"]
    entry = Entry.objects.get(verb="open")
    assert entry.actor == dirk.actor
    assert "kind" not in str(entry.facts)
    assert EvidenceOpening.objects.get().reason == "Kijken of er een kind op staat"


def test_no_ledger_no_evidence(stray: Stray, enter: Enter, dirk: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("the ledger cannot be written")

    client = enter(dirk)
    monkeypatch.setattr("vierogen.posts.actions.removing.record", fail)
    evidence = Evidence.objects.get()
    with pytest.raises(RuntimeError):
        client.post(address_of("evidence", evidence.pk), {"reason": "Nieuwsgierig"})
    assert EvidenceOpening.objects.count() == 0


def test_a_changed_profile_has_a_page_too(
    watched: Watched, practice: PracticeServer, official: Account, network: Any, enter: Enter, dirk: Member
) -> None:
    practice.network.change_profile(official, name="Gehackt")
    [stray] = look(watched, network, with_profile=True)
    page = read(enter(dirk), address_of("stray", stray.pk))
    assert "the name" in page
    assert address_of("take_down", stray.pk) not in page


def test_an_account_that_is_not_watched_is_never_reassuring(watched: Watched, enter: Enter, anna: Member) -> None:
    client = enter(anna)
    assert "Everything that stands there is explained" in read(client, address_of("list"))
    Watched.objects.update(silent_since=timezone.now())
    page = read(client, address_of("list"))
    assert "Everything that stands there is explained" not in page
    assert "1 account is not watched at this moment" in page


def test_the_page_of_a_stray_leads_to_its_incident(stray: Stray, enter: Enter, dirk: Member) -> None:
    incident = open_incident("Privéfoto", by=dirk, stray=stray)
    page = read(enter(dirk), address_of("stray", stray.pk))
    assert reverse("incidents:detail", args=[incident.pk]) in page
    assert f"?stray={stray.pk}" not in page


def test_without_accounts_the_page_says_what_to_do(enter: Enter, anna: Member) -> None:
    assert reverse("channels:list") in read(enter(anna), address_of("list"))
    assert Channel.objects.count() == 0


def test_no_space_stands_before_the_colon_of_a_title() -> None:
    assert render_to_string("watch/kind.html", {"kind": "post", "title": "De markt"}).strip() == "Post: De markt"
    assert render_to_string("watch/kind.html", {"kind": "like", "title": ""}).strip() == "Like"


def test_who_adopts_can_say_which_post_it_was(
    watched: Watched,
    due: Delivery,
    practice: PracticeServer,
    look_again: Look,
    by_phone: Callable[..., str],
    enter: Enter,
    dirk: Member,
) -> None:
    practice.faults.next("cut_before")
    assert posts_jobs.deliver("test")
    Delivery.objects.update(next_look_at=None)
    by_phone("Anders geschreven")
    [stray] = look_again()
    client = enter(dirk)
    assert due.version.summary() in client.get(address_of("adopt", stray.pk)).content.decode()
    client.post(address_of("adopt", stray.pk), {"reason": "Ons bericht", "sent_as": due.pk})
    assert Delivery.objects.get().state == "published"
    assert Stray.objects.get().state == State.ADOPTED
