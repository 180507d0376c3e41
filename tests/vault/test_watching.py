"""Nobody sees a secret in an emergency with nobody else knowing: who watches over it, and who looks back."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
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
from vierogen.people.actions import accept, change_roles, invite
from vierogen.people.models import Absence, Member, RoleHeld
from vierogen.people.roles import Role
from vierogen.vault import jobs, taking_over, watching
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


def opened_to(who: Member) -> Member:
    return Member.objects.select_related("user", "organisation").get(pk=who.pk)


def puppet_of(cora: Member, *, has_arrived: bool) -> Member:
    """Somebody whom cora invited as an administrator, and who came in: it may be cora."""
    puppet = invite(cora.organisation, "Petra", "cora+2@voorbeeld.example", roles=[Role.ADMINISTRATOR], by=cora)
    accept(puppet.user, password="a long enough password of cora")
    if has_arrived:
        Member.objects.filter(pk=puppet.pk).update(arriving_since=None)
    return opened_to(puppet)


@pytest.mark.parametrize("has_arrived", [False, True])
def test_whom_one_just_made_an_administrator_counts_for_nobody(
    has_arrived: bool, secret: Kept, kees: Member, kim: Member, cora: Member, clock: Any, enter: Enter
) -> None:
    """Not to stop it, and not to look back; for a month, and then like anybody else."""
    RoleHeld.objects.filter(role=Role.DUTY_OFFICER).delete()
    strip(kees, kim, by=cora)
    puppet = puppet_of(cora, has_arrived=has_arrived)
    told()
    asked = break_glass(secret, by=cora, reason=WHY, proof=proof_of(cora))
    assert asked.opens_at - asked.asked_at == timedelta(days=1)
    assert Entry.objects.get(verb="ask_to_break_glass").facts["lacks"] == ["stop", "look_back"]
    page = body(enter(puppet).get(reverse("vault:asked", args=[asked.pk])))
    assert "Stop it" in page  # whoever it is
    assert "Nobody else is left who could stop this" not in page
    assert "Nobody else is left who could look back at this" in page
    assert "do not count for each other" in page
    clock.shift(timedelta(days=1))
    show(again(asked), by=cora, proof=proof_of(cora))
    with pytest.raises(PermissionDenied):
        look_back(again(asked), by=puppet, note="All is fine")
    if has_arrived:
        clock.shift(timedelta(days=31))
        look_back(again(asked), by=puppet, note="All is fine")


def test_nor_does_who_let_the_breaker_in(
    secret: Kept, kees: Member, kim: Member, ada: Member, cora: Member, clock: Any
) -> None:
    """Else the second self breaks the glass, and the first looks back."""
    RoleHeld.objects.filter(role=Role.DUTY_OFFICER).delete()
    puppet = puppet_of(cora, has_arrived=True)
    around = watching.others(secret.channel, but=puppet)
    assert {one.name for one in around.looking} == {"Ada", "Kees", "Kim"}  # there are others, so it is an hour
    strip(kees, kim, ada, by=cora)
    asked = break_glass(secret, by=puppet, reason=WHY, proof=proof_of(puppet))
    assert asked.opens_at - asked.asked_at == timedelta(days=1)
    clock.shift(timedelta(days=1))
    show(again(asked), by=puppet, proof=proof_of(puppet))
    with pytest.raises(PermissionDenied):
        look_back(again(asked), by=cora, note="All is fine")


def test_nor_does_whom_such_a_one_lets_in(secret: Kept, kees: Member, kim: Member, ada: Member, cora: Member) -> None:
    RoleHeld.objects.filter(role=Role.DUTY_OFFICER).delete()
    strip(kees, kim, ada, by=cora)
    puppet = puppet_of(cora, has_arrived=True)
    change_roles(opened_to(kim), roles=[Role.CUSTODIAN], ends_on=None, by=puppet)
    around = watching.others(secret.channel, but=cora)
    assert (around.lacks, {one.name for one in around.able}) == (["stop", "look_back"], {"Petra", "Kim"})
    assert watching.others(secret.channel, but=kim).lacks == ["stop", "look_back"]


def test_whoever_had_such_a_role_before_counts_though_it_was_changed(
    secret: Kept, kees: Member, kim: Member, cora: Member
) -> None:
    roles = [Role.CUSTODIAN, Role.ADMINISTRATOR]
    change_roles(opened_to(kees), roles=roles, ends_on=None, by=cora)
    around = watching.others(secret.channel, but=cora)
    assert {one.name for one in around.stopping} == {"Kees", "Kim"}
    assert kees in around.looking


def test_who_was_taken_off_as_custodian_hears_of_it_too(
    secret: Kept, kees: Member, kim: Member, cora: Member, clock: Any
) -> None:
    """Without the role that looks back they are nowhere else any more."""
    RoleHeld.objects.filter(role=Role.DUTY_OFFICER).delete()
    entrust(secret.channel, to=[cora], by=cora, knowing=True)
    assert Entry.objects.get(verb="entrust", facts__has_key="removed").facts["removed"] == [kees.actor, kim.actor]
    RoleHeld.objects.filter(member__in=[kees, kim]).delete()
    told()
    break_glass(secret, by=cora, reason=WHY, proof=proof_of(cora))
    assert told("Emergency") == {"kees", "kim"}
    clock.shift(timedelta(days=31))
    jobs.lapse("w")
    break_glass(secret, by=cora, reason=WHY, proof=proof_of(cora))
    assert not told("Emergency")


def test_who_looks_back_and_is_no_custodian_any_more_hears_of_all(
    secret: Kept, kees: Member, kim: Member, cora: Member, dirk: Member, clock: Any
) -> None:
    entrust(secret.channel, to=[cora], by=cora, knowing=True)
    told()
    asked = break_glass(secret, by=cora, reason=WHY, proof=proof_of(cora))
    text = Message.objects.get(email=dirk.user.email).text
    assert "nobody is left who could stop it" in text
    assert "look back at it" not in text
    assert told("Emergency") == {"kees", "kim", "dirk"}
    clock.shift(timedelta(days=1))
    show(again(asked), by=cora, proof=proof_of(cora))
    assert "Somebody else looks back at it before" in Message.objects.get(email=dirk.user.email).text
    assert told("saw a secret") == {"kees", "kim", "dirk"}


def test_who_lost_the_role_of_duty_officer_hears_of_it_too(
    secret: Kept, kees: Member, kim: Member, dirk: Member, cora: Member
) -> None:
    strip(dirk, by=cora)
    break_glass(secret, by=cora, reason=WHY, proof=proof_of(cora))
    assert told("Emergency") == {"kees", "kim", "dirk"}


def test_who_can_stop_it_and_leaves_one_day_is_told_just_that(
    secret: Kept, kees: Member, kim: Member, ada: Member, cora: Member, enter: Enter
) -> None:
    RoleHeld.objects.filter(role=Role.DUTY_OFFICER).delete()
    strip(kees, kim, by=cora)
    Member.objects.filter(pk=ada.pk).update(ends_on=timezone.now().date() + timedelta(days=60))
    asked = break_glass(secret, by=cora, reason=WHY, proof=proof_of(cora))
    assert asked.opens_at - asked.asked_at == timedelta(days=1)
    text = Message.objects.get(email=ada.user.email).text
    assert "Then stop it before that time" in text
    assert "nobody is left who could look back at it" in text
    assert "nobody is left who could stop" not in text
    page = body(enter(opened_to(ada)).get(reverse("vault:asked", args=[asked.pk])))
    assert "Nobody else is left who could look back at this. So it waits a day" in page
    assert "who could stop" not in page
    assert "Nobody else was there who could look back" in said(Entry.objects.get(verb="ask_to_break_glass"))


def test_whoever_was_invited_and_never_came_in_is_not_counted_as_told(
    secret: Kept, kees: Member, kim: Member, cora: Member
) -> None:
    RoleHeld.objects.filter(role=Role.DUTY_OFFICER).delete()
    strip(kees, kim, by=cora)
    invite(cora.organisation, "Ivo", "ivo@voorbeeld.example", roles=[Role.ADMINISTRATOR], by=cora)
    told()
    asked = break_glass(secret, by=cora, reason=WHY, proof=proof_of(cora))
    assert (told("Emergency"), asked.told) == ({"kees", "kim", "ivo"}, 2)


def test_who_waited_a_day_has_half_a_day_and_is_told_once_that_it_is_open(
    secret: Kept, kees: Member, kim: Member, cora: Member, clock: Any
) -> None:
    strip(kees, kim, by=cora)
    asked = break_glass(secret, by=cora, reason=WHY, proof=proof_of(cora))
    told()
    clock.shift(timedelta(hours=23, minutes=59))
    assert not jobs.tell_of_open("w")
    clock.shift(timedelta(minutes=2))
    assert [jobs.tell_of_open("w"), jobs.tell_of_open("w")] == [True, False]
    assert told("You can see the secret") == {"cora"}
    clock.shift(timedelta(hours=11))
    jobs.lapse("w")
    assert show(again(asked), by=cora, proof=proof_of(cora)).value == PASSWORD


def test_who_waited_an_hour_sits_and_waits(secret: Kept, kees: Member, kim: Member, cora: Member, clock: Any) -> None:
    asked = break_glass(secret, by=cora, reason=WHY, proof=proof_of(cora))
    assert asked.ends_at - asked.opens_at == timedelta(hours=1)
    clock.shift(timedelta(minutes=61))
    assert not jobs.tell_of_open("w")


def test_the_page_of_an_emergency_asks_the_database_little(
    secret: Kept, kees: Member, kim: Member, dirk: Member, enter: Enter
) -> None:
    client = enter(dirk)
    prove(client, dirk)
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("vault:emergency", args=[secret.channel_id, "password"]))
    assert len(queries) <= 30


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


@pytest.mark.parametrize("who", ["kees", "all"])
def test_who_is_away_does_not_look_back_today(
    who: str, secret: Kept, dirk: Member, kees: Member, kim: Member, cora: Member, clock: Any
) -> None:
    """Where nobody is there who could, it waits a day instead of being refused for weeks."""
    strip(dirk, by=cora)
    asked = break_glass(secret, by=cora, reason=WHY, proof=proof_of(cora))
    clock.shift(timedelta(minutes=61))
    show(again(asked), by=cora, proof=proof_of(cora))
    clock.shift(timedelta(hours=25))
    today = timezone.now().date()
    for member in [kees] if who == "kees" else [kees, kim]:
        days = {"starts": today - timedelta(days=1), "ends": today + timedelta(days=21)}
        Absence.objects.create(member=member, stand_in=cora, made_by=cora, **days)
    if who == "kees":
        with pytest.raises(ValidationError, match="Ask: Kim"):
            break_glass(secret, by=cora, reason=WHY, proof=proof_of(cora))
    else:
        later = break_glass(secret, by=cora, reason=WHY, proof=proof_of(cora))
        assert later.opens_at - later.asked_at == timedelta(days=1)
        assert not Entry.objects.filter(verb="ask_to_break_glass", facts__has_key="alone").exists()


def test_a_review_that_nobody_can_do_is_not_asked_for(
    secret: Kept, kees: Member, kim: Member, dirk: Member, cora: Member, clock: Any
) -> None:
    strip(kees, kim, dirk, by=cora)
    asked = break_glass(secret, by=cora, reason=WHY, proof=proof_of(cora))
    clock.shift(timedelta(days=1))
    show(again(asked), by=cora, proof=proof_of(cora))
    clock.shift(timedelta(days=1, minutes=1))
    told()
    assert jobs.remind("w")
    text = Message.objects.get(email=kees.user.email).text
    assert "cannot see another secret" not in text
    assert "nobody is left who could look back at it" in text


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
