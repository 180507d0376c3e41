"""Nobody sees a secret in an emergency with nobody else knowing: who watches over it, and who looks back."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from tests.plugins.house import make_member
from tests.vault.test_revealing import PASSWORD, WHY, Enter, body, careful, kees, kim, proof_of, prove, secret
from vierogen.channels.actions import entrust
from vierogen.channels.models import Channel
from vierogen.ledger.models import Entry
from vierogen.ledger.moves import WrongStateError
from vierogen.ledger.words import said
from vierogen.notices.models import Message
from vierogen.people import departing
from vierogen.people.actions import change_roles
from vierogen.people.models import Member, RoleHeld
from vierogen.people.roles import Role
from vierogen.vault import jobs, taking_over
from vierogen.vault.models import Kept, Reveal
from vierogen.vault.offers import OpenWishes
from vierogen.vault.revealing import allow, break_glass, look_back, reveal, show

__all__ = ["careful", "kees", "kim", "secret"]


def told(title: str = "") -> set[str]:
    """The first names of those who got such a mail since it was asked last."""
    found = {row.email.split("@")[0] for row in Message.objects.filter(title__contains=title)}
    Message.objects.all().delete()
    return found


def again(asked: Reveal) -> Reveal:
    return Reveal.objects.with_all().get(pk=asked.pk)


def strip(*members: Member, by: Member) -> None:
    for member in members:
        fresh = Member.objects.select_related("user", "organisation").get(pk=member.pk)
        change_roles(fresh, roles=[Role.WRITER], ends_on=None, by=by)
    Message.objects.all().delete()


@pytest.fixture
def ada(channel: Channel) -> Member:
    """Another administrator."""
    return make_member(channel.organisation, "Ada", Role.ADMINISTRATOR)


@pytest.fixture
def clock() -> Any:
    """Time stands still, until a test shifts it."""
    with time_machine.travel(timezone.now(), tick=False) as travelled:
        yield travelled


def test_who_took_all_others_roles_away_is_seen_by_them_and_waits_a_day(
    secret: Kept, kees: Member, kim: Member, ada: Member, cora: Member, clock: Any
) -> None:
    audrey = make_member(cora.organisation, "Audrey", Role.AUDITOR)
    RoleHeld.objects.filter(role=Role.DUTY_OFFICER).delete()
    strip(kees, kim, ada, by=cora)
    entrust(secret.channel, to=[], by=cora)  # kees and kim do not even have a row any more
    Message.objects.all().delete()
    asked = break_glass(secret, by=cora, reason=WHY, proof=proof_of(cora))
    mail = Message.objects.get(email=kees.user.email)
    assert "You cannot stop it yourself" in mail.text
    assert "Beside Cora nobody is left" in mail.text
    assert told("Emergency") == {"kees", "kim", "ada", "audrey"}
    assert asked.told == 4
    entry = Entry.objects.get(verb="ask_to_break_glass")
    assert entry.facts["alone"]
    assert "Nobody else was there" in said(entry)
    clock.shift(timedelta(hours=23, minutes=59))
    with pytest.raises(WrongStateError):
        show(again(asked), by=cora, proof=proof_of(cora))
    clock.shift(timedelta(minutes=1))
    assert show(again(asked), by=cora, proof=proof_of(cora)).value == PASSWORD
    assert Entry.objects.get(verb="break_glass").facts["alone"]
    assert "nobody is left who could look back" in Message.objects.get(email=audrey.user.email).text
    assert told("saw a secret") == {"kees", "kim", "ada", "audrey"}
    clock.shift(timedelta(days=31))
    asked = break_glass(secret, by=cora, reason=WHY, proof=proof_of(cora))
    assert told("Emergency") == {"audrey"}  # it is long ago that the others had a say


def test_with_others_who_can_stop_it_who_lost_a_role_hears_of_it_too(
    secret: Kept, kees: Member, kim: Member, ada: Member, cora: Member
) -> None:
    strip(kees, by=cora)
    asked = break_glass(secret, by=cora, reason=WHY, proof=proof_of(cora))
    assert "Then stop it before that time" in Message.objects.get(email=ada.user.email).text
    assert told("Emergency") == {"kees", "kim", "ada"}
    assert asked.opens_at - asked.asked_at == timedelta(hours=1)
    assert "alone" not in Entry.objects.get(verb="ask_to_break_glass").facts


def test_who_is_still_written_down_as_custodian_hears_of_it_without_the_right(
    secret: Kept, kees: Member, kim: Member, ada: Member, cora: Member
) -> None:
    """However long ago the role was lost; who left does not."""
    RoleHeld.objects.filter(member__in=[kees, ada]).delete()
    departing.begin(kim, last_day=None, by=cora)
    told()
    asked = break_glass(secret, by=cora, reason=WHY, proof=proof_of(cora))
    assert (told("Emergency"), asked.told) == ({"kees"}, 1)


@pytest.mark.django_db(transaction=True)
def test_who_takes_them_away_after_asking_waits_a_day_after_all(
    secret: Kept, kees: Member, kim: Member, cora: Member, clock: Any
) -> None:
    asked = break_glass(secret, by=cora, reason=WHY, proof=proof_of(cora))
    strip(kees, kim, by=cora)
    clock.shift(timedelta(minutes=61))
    with pytest.raises(ValidationError, match="opens later"):
        show(again(asked), by=cora, proof=proof_of(cora))
    assert told("Emergency") == {"kees", "kim"}
    assert again(asked).opens_at == asked.asked_at + timedelta(days=1)
    with pytest.raises(WrongStateError):
        show(again(asked), by=cora, proof=proof_of(cora))
    assert Entry.objects.filter(verb="put_off_reveal").count() == 1
    jobs.lapse("w")
    clock.move_to(asked.asked_at + timedelta(days=1))
    assert show(again(asked), by=cora, proof=proof_of(cora)).value == PASSWORD


def test_a_takeover_by_who_took_all_roles_away_is_seen_by_them(
    secret: Kept, kees: Member, kim: Member, cora: Member
) -> None:
    strip(kees, kim, by=cora)
    RoleHeld.objects.filter(role=Role.DUTY_OFFICER).delete()
    taking_over.begin(secret.channel, by=cora, proof=proof_of(cora))
    assert told("takes over") == {"kees", "kim"}
    assert Entry.objects.get(verb="begin_takeover").facts["alone"]


@pytest.mark.parametrize("is_alone", [False, True])
def test_the_page_says_how_many_were_told_and_plainly_where_nobody_was(
    is_alone: bool, secret: Kept, kees: Member, kim: Member, cora: Member, enter: Enter
) -> None:
    Authenticator.objects.create(user=cora.user, type="totp", data={})
    if is_alone:
        Member.objects.exclude(pk=cora.pk).update(ends_on=timezone.now().date() - timedelta(days=3))
    client = enter(cora)
    prove(client, cora)
    url = reverse("vault:emergency", args=[secret.channel_id, "password"])
    before, after = body(client.get(url)), body(client.post(url, {"reason": WHY}, follow=True))
    page = body(client.get(reverse("vault:asked", args=[Reveal.objects.get().pk])))
    assert ("Nobody else can be told" in before, "So you can see it after a day" in before) == (is_alone, is_alone)
    assert ("2 people are told now" in before, "After 60 minutes" in before) == (not is_alone, not is_alone)
    for text in (after, page):
        assert ("Nobody else could be told" in text, "2 people were told." in text) == (is_alone, not is_alone)
    assert ("So it waits a day" in page) == is_alone


# Looking back


def test_nobody_gets_away_without_other_eyes(
    secret: Kept, dirk: Member, kees: Member, kim: Member, cora: Member, clock: Any
) -> None:
    """An emergency at which nobody looked back is said to be overdue, once; until then there is no other."""
    asked = break_glass(secret, by=dirk, reason=WHY, proof=proof_of(dirk))
    clock.shift(timedelta(minutes=61))
    show(again(asked), by=dirk, proof=proof_of(dirk))
    told()
    clock.shift(timedelta(hours=23))
    assert not jobs.remind("w")
    assert break_glass(secret, by=dirk, reason=WHY, proof=proof_of(dirk))  # not overdue yet
    told()
    clock.shift(timedelta(hours=2))
    jobs.lapse("w")
    assert [jobs.remind("w"), jobs.remind("w")] == [True, False]
    assert told("Overdue since") == {"kees", "kim", "cora"}
    assert Entry.objects.filter(verb="overdue", subject=f"vault.reveal:{asked.pk}").count() == 1
    with pytest.raises(ValidationError, match="Ask: Cora, Kees, Kim"):
        break_glass(secret, by=dirk, reason=WHY, proof=proof_of(dirk))
    assert break_glass(secret, by=cora, reason=WHY, proof=proof_of(cora))  # it is not her debt
    look_back(again(asked), by=cora, note="The phone was lost.")
    assert break_glass(secret, by=dirk, reason=WHY, proof=proof_of(dirk))


def test_the_last_one_left_gets_in_again_though_nobody_could_look_back(
    secret: Kept, dirk: Member, kees: Member, kim: Member, cora: Member, clock: Any
) -> None:
    asked = break_glass(secret, by=cora, reason=WHY, proof=proof_of(cora))
    clock.shift(timedelta(minutes=61))
    show(again(asked), by=cora, proof=proof_of(cora))
    clock.shift(timedelta(hours=25))
    with pytest.raises(ValidationError, match="overdue"):
        break_glass(secret, by=cora, reason=WHY, proof=proof_of(cora))
    strip(kees, kim, dirk, by=cora)
    later = break_glass(secret, by=cora, reason=WHY, proof=proof_of(cora))
    assert later.opens_at - later.asked_at == timedelta(days=1)


# The second person


@pytest.mark.parametrize("why", ["role", "custody"])
def test_whoever_agreed_and_may_not_any_more_counts_for_nothing(
    why: str, careful: Kept, kees: Member, kim: Member, cora: Member
) -> None:
    asked = reveal(careful, by=kees, reason=WHY, proof=proof_of(kees))
    assert isinstance(asked, Reveal)
    allow(asked, by=kim, proof=proof_of(kim))
    if why == "role":
        strip(kim, by=cora)
    else:
        entrust(careful.channel, to=[kees, cora], by=cora)
    with pytest.raises(PermissionDenied, match="Kim agreed"):
        show(again(asked), by=kees, proof=proof_of(kees))
    change_roles(Member.objects.get(pk=kim.pk), roles=[Role.CUSTODIAN], ends_on=None, by=cora)
    entrust(careful.channel, to=[kees, kim], by=cora)
    assert show(again(asked), by=kees, proof=proof_of(kees)).value == PASSWORD


def test_what_a_leaver_agreed_to_lapses_with_them(careful: Kept, kees: Member, kim: Member, cora: Member) -> None:
    asked = reveal(careful, by=kees, reason=WHY, proof=proof_of(kees))
    assert isinstance(asked, Reveal)
    allow(asked, by=kim, proof=proof_of(kim))
    assert len(OpenWishes().held_by(kim)) == 1
    departing.begin(kim, last_day=None, by=cora)
    assert again(asked).state == "lapsed"
    with pytest.raises(PermissionDenied):
        show(asked, by=kees, proof=proof_of(kees))
