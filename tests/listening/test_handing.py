"""Handing on leaves a row for later rooms, and a mail for the owner."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from tests.listening.found import heard, listening_for
from tests.plugins.house import make_member
from vierogen.ledger.models import Entry
from vierogen.ledger.words import sentence
from vierogen.listening.actions.handing import hand_on, owners
from vierogen.listening.models import HandOver, Hit, Spike
from vierogen.notices.models import Message
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Role


@pytest.fixture
def hit(town: Organisation) -> Hit:
    return heard(listening_for(town, "brand"), "Brand in de loods", link="https://nos.example/1")


def test_the_owner_gets_a_mail_with_reason_and_address(hit: Hit, anna: Member, dirk: Member) -> None:
    handed = hand_on(hit, reason="Wil jij reageren?", owner=dirk, by=anna)
    assert (handed.hit, handed.spike, handed.link, handed.taken_up_as) == (hit, None, "https://nos.example/1", "")
    (mail,) = Message.objects.all()
    assert mail.email == dirk.user.email
    assert "Wil jij reageren?" in mail.text
    assert "https://nos.example/1" in mail.text
    assert mail.title == "Anna hands on to you: a hit of brand"
    entry = Entry.objects.latest("pk")
    assert sentence(entry) == f"Anna made hand-over {handed.pk}"


def test_a_spike_is_handed_on_with_its_top_link(hit: Hit, anna: Member, dirk: Member) -> None:
    spike = Spike.objects.create(
        organisation=anna.organisation, alert=hit.alert, hour=timezone.now(), number=9, expected=1, top=hit
    )
    handed = hand_on(spike, reason="Veel!", owner=dirk, by=anna)
    assert (handed.hit, handed.spike, handed.link) == (None, spike, "https://nos.example/1")


def test_who_hands_on_to_themselves_gets_no_mail(hit: Hit, anna: Member) -> None:
    hand_on(hit, reason="Doe ik", owner=anna, by=anna)
    assert not Message.objects.exists()


def test_a_stranger_neither_hands_on_nor_gets_anything(hit: Hit, anna: Member, otto: Member) -> None:
    for owner, by in ((otto, anna), (anna, otto)):
        with pytest.raises(PermissionDenied):
            hand_on(hit, reason="x", owner=owner, by=by)
    with pytest.raises(ValidationError):
        hand_on(hit, reason="  ", owner=anna, by=anna)
    assert not HandOver.objects.exists()


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.AUDITOR])
def test_nothing_goes_to_somebody_who_cannot_open_it(hit: Hit, anna: Member, role: Role) -> None:
    other = make_member(anna.organisation, "Olaf", Role.WRITER)
    other.held.update(role=role)
    other = Member.objects.get(pk=other.pk)
    assert list(owners(anna)) == [anna]
    with pytest.raises(ValidationError):
        hand_on(hit, reason="x", owner=other, by=anna)


@pytest.mark.parametrize("is_spike", [False, True])
def test_the_title_names_no_person(town: Organisation, anna: Member, dirk: Member, is_spike: bool) -> None:
    alert = listening_for(town, "Ben Jansen", origin="member:9")
    what: Hit | Spike = heard(alert, "Ben Jansen wint")
    if is_spike:
        what = Spike.objects.create(organisation=town, alert=alert, hour=timezone.now(), number=9, expected=1)
    hand_on(what, reason="x", owner=dirk, by=anna)
    assert Message.objects.get().title == f"Anna hands on to you: a {'spike' if is_spike else 'hit'}"
