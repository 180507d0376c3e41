"""Who answers for an account is looked at each night; what is declared lapses; the handover file is kept fresh."""

import re
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from tests.plugins.house import make_member
from tests.posts.moments import at_once, refusals
from vierogen.channels import jobs
from vierogen.channels.actions import add, close, entrust, keepers
from vierogen.channels.custody import Custody
from vierogen.channels.handover import refresh
from vierogen.channels.hygiene import QUESTIONS, care_of, declare, declare_phone, end_phone
from vierogen.channels.minding import LEAVING, ONLY_ONE, problem_of
from vierogen.channels.models import Channel, CustodyCheck
from vierogen.channels.offers import AppsOnPhones
from vierogen.home.asking import Attention
from vierogen.home.caring import caring
from vierogen.ledger.models import Entry
from vierogen.networks.base import Profile
from vierogen.notices.models import Message
from vierogen.people.actions import change_roles, end, invite
from vierogen.people.models import Member
from vierogen.people.roles import Role
from vierogen.vault.keeping import keep

Visit = Callable[[Member], Client]
# A Wednesday at noon where the organisation is.
NOON = datetime(2027, 3, 3, 11, tzinfo=UTC)
TOLD = {"tone": "Je, en zonder emoji", "contacts": "De persvoorlichter", "rhythm": "", "conversations": "Met de school"}


@pytest.fixture
def kees(channel: Channel, cora: Member) -> Member:
    """Custodian with cora."""
    member = make_member(channel.organisation, "Kees", Role.CUSTODIAN)
    entrust(channel, to=[cora, member], by=cora)
    return member


def asks_of(member: Member) -> list[Attention]:
    """What accounts ask of them on Today."""
    rows = Channel.objects.visible_to(member).watched().order_by("pk")
    return list(caring(member, [(row, care_of(row)) for row in rows]))


def nights(first: datetime, count: int) -> list[list[str]]:
    """The titles of the mails that each of so many nights brings, an hour after midnight in the Netherlands."""
    found = []
    for number in range(count):
        known = set(Message.objects.values_list("pk", flat=True))
        with time_machine.travel(first + timedelta(days=number), tick=False):
            while jobs.check("worker"):
                pass
        found.append(sorted(Message.objects.exclude(pk__in=known).values_list("title", flat=True)))
    return found


def test_too_few_custodians_are_told_when_it_changes_and_then_weekly(
    channel: Channel, kees: Member, cora: Member
) -> None:
    few = f"Too few people answer for {channel.handle}"
    assert nights(NOON, 2) == [[], []]
    change_roles(kees, roles=[Role.CUSTODIAN], ends_on=date(2028, 1, 1), by=cora)
    week = nights(NOON + timedelta(days=2), 8)
    # Both custodians, of whom one administers.
    assert week == [[few, few], *[[]] * 6, [few, few]]
    change_roles(kees, roles=[Role.WRITER], ends_on=None, by=cora)
    assert nights(NOON + timedelta(days=10), 2)[0][0] == few
    change_roles(kees, roles=[Role.CUSTODIAN], ends_on=None, by=cora)
    assert nights(NOON + timedelta(days=12), 1) == [[]]
    assert CustodyCheck.objects.get().problem == ""


def test_today_forgets_what_was_mended_and_says_what_is_wrong_now(
    enter: Visit, channel: Channel, kees: Member, cora: Member
) -> None:
    change_roles(kees, roles=[Role.CUSTODIAN], ends_on=date(2028, 1, 1), by=cora)
    nights(NOON, 1)
    with time_machine.travel(NOON, tick=False):
        client = enter(cora)
        assert LEAVING in client.get("/").content.decode()
        entrust(channel, to=[cora], by=cora, knowing=True)
        assert ONLY_ONE in client.get("/").content.decode()
        entrust(channel, to=[cora, make_member(channel.organisation, "Kim", Role.CUSTODIAN)], by=cora)
        page = client.get("/").content.decode()
    assert LEAVING not in page
    assert ONLY_ONE not in page
    assert CustodyCheck.objects.get().problem == LEAVING


def test_who_never_came_in_answers_for_nothing(visit: Visit, channel: Channel, kees: Member, cora: Member) -> None:
    invited = invite(channel.organisation, "Nina", "nina@voorbeeld.example", roles=[Role.CUSTODIAN], by=cora)
    nina = Member.objects.get(pk=invited.pk)
    with pytest.raises(ValidationError, match="who has come in"):
        entrust(channel, to=[kees, nina], by=cora)
    page = visit(cora).get(reverse("channels:channel", args=[channel.pk])).content.decode()
    assert "Nina (has not come in yet)" in page
    assert "Kees (has not come in yet)" not in page
    entrust(channel, to=[kees, nina], by=cora, knowing=True)
    custody = Custody.of(channel.custodians.able().with_members())
    assert (custody.look, custody.counted()) == ("look", "Only 1 custodian")
    assert custody.named() == "Only 1 custodian: Kees; invited and not in yet: Nina"
    assert problem_of(channel) == ONLY_ONE
    assert care_of(channel).silent == (kees,)
    invited.user.set_password("a password that she chose")
    invited.user.save()
    assert problem_of(channel) == ""


def test_a_night_ends_where_the_organisation_is(channel: Channel, kees: Member) -> None:
    with time_machine.travel(datetime(2027, 3, 3, 22, 30, tzinfo=UTC), tick=False):
        assert (jobs.check("worker"), jobs.check("worker")) == (True, False)
    with time_machine.travel(datetime(2027, 3, 3, 23, 30, tzinfo=UTC), tick=False):
        assert (jobs.check("worker"), jobs.check("worker")) == (True, False)
    assert CustodyCheck.objects.get().checked_on == date(2027, 3, 4)


def test_fewer_than_two_only_by_who_knows_it_and_the_others_hear(
    visit: Visit, channel: Channel, kees: Member, cora: Member
) -> None:
    with pytest.raises(ValidationError, match="fewer than two"):
        entrust(channel, to=[kees], by=kees)
    client, page = visit(kees), reverse("channels:channel", args=[channel.pk])
    both = ",".join(str(row.member_id) for row in channel.custodians.all())
    told = {"colour": "blue", "custodians": [kees.pk], "automatic_take_down_after": "", "seen": both}
    refused = client.post(page, told)
    assert (refused.status_code, channel.custodians.count()) == (422, 2)
    assert 'name="knowing"' in refused.content.decode()
    assert client.post(page, {**told, "knowing": "on"}).status_code == 302
    assert channel.custodians.count() == 1
    assert [(row.email, row.title) for row in Message.objects.filter(user_id=cora.user_id)] == [
        (cora.user.email, f"Few people answer for {channel.handle} now")
    ]
    assert Entry.objects.filter(verb="entrust").latest("number").facts["knowing"] is True
    # Who saves something else then is not asked again.
    assert client.post(page, told | {"seen": str(kees.pk)}).status_code == 302


def test_a_page_from_before_brings_no_custodian_back(
    visit: Visit, channel: Channel, kees: Member, cora: Member
) -> None:
    nina = make_member(channel.organisation, "Nina", Role.CUSTODIAN)
    client, page = visit(cora), reverse("channels:channel", args=[channel.pk])
    shown = client.get(page).content.decode()
    seen = {"seen": re.findall(r'name="seen" value="([0-9,]+)"', shown)[0]}
    entrust(channel, to=[cora, nina], by=cora)  # Kees is taken away
    told = {"colour": "red", "custodians": [cora.pk, kees.pk], "automatic_take_down_after": "77"}
    for typed in (told | seen, told | {"seen": "?,-1"}, told):
        refused = client.post(page, typed)
        shown = refused.content.decode()
        assert (refused.status_code, "now it is Cora, Nina" in shown, 'value="77"' in shown) == (422, True, True)
        assert {row.member for row in channel.custodians.all()} == {cora, nina}
    channel.refresh_from_db()
    assert channel.automatic_take_down_after is None
    # Whoever saves it once more knows whom they change.
    now = {"seen": re.findall(r'name="seen" value="([0-9,]+)"', shown)[0]}
    assert client.post(page, told | now).status_code == 302
    assert {row.member for row in channel.custodians.all()} == {cora, kees}


@pytest.mark.django_db(transaction=True)
def test_two_who_choose_custodians_at_once_wait_for_each_other(
    channel: Channel, kees: Member, cora: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    kim, dora = (make_member(channel.organisation, name, Role.CUSTODIAN) for name in ("Kim", "Dora"))
    asks = Custody.of

    def slowly(rows: Any) -> Custody:
        found = asks(rows)
        time.sleep(0.2)
        return found

    for _round in range(5):
        entrust(channel, to=[kees, kim, dora], by=cora)
        with monkeypatch.context() as patch:
            patch.setattr(Custody, "of", slowly)
            results = at_once(
                lambda: entrust(channel, to=[kees, kim], by=kees), lambda: entrust(channel, to=[kees, dora], by=kim)
            )
        assert refusals(results) == []
        assert {row.member.name for row in channel.custodians.all()} in ({"Kees", "Kim"}, {"Kees", "Dora"})


def test_who_stops_looking_after_an_account_does_not_do_so_unseen(channel: Channel, kees: Member, cora: Member) -> None:
    make_member(channel.organisation, "Anna", Role.WRITER)
    make_member(channel.organisation, "Ada", Role.ADMINISTRATOR)
    Message.objects.all().delete()
    close(channel, by=kees)
    told = {(row.email.split("@")[0], row.title) for row in Message.objects.all()}
    title = f"{channel.handle} is not looked after any more"
    assert told == {("cora", title), ("ada", title)}


def test_who_makes_themself_a_custodian_does_not_do_so_unseen(channel: Channel, kees: Member, cora: Member) -> None:
    mails = Message.objects.all
    mine = f"Cora is a custodian of {channel.handle} now"
    # Kees was chosen with her.
    assert [(row.email, row.title) for row in mails()] == [(kees.user.email, mine)]
    entrust(channel, to=[kees, cora], by=cora)
    entrust(channel, to=[kees], by=cora, knowing=True)
    mails().delete()
    entrust(channel, to=[kees, make_member(channel.organisation, "Kim", Role.CUSTODIAN)], by=cora)
    assert not mails().filter(title=mine).exists()
    entrust(channel, to=[cora, make_member(channel.organisation, "Koos", Role.CUSTODIAN)], by=cora)
    assert {row.email.split("@")[0] for row in mails() if row.title == mine} == {"kees", "kim", "koos"}
    assert all(cora.user.email != row.email for row in mails())


def test_nobody_is_replaced_or_joined_unseen(channel: Channel, kees: Member, cora: Member) -> None:
    """An administrator could get in through somebody of their own making."""
    town = channel.organisation
    kim, one, two = (make_member(town, name, Role.CUSTODIAN) for name in ("Kim", "Een", "Twee"))

    def told_of(*chosen: Member) -> set[str]:
        Message.objects.all().delete()
        entrust(channel, to=chosen, by=cora)
        assert {row.title for row in Message.objects.all()} <= {f"Cora changed who answers for {channel.handle}"}
        return {row.email.split("@")[0] for row in Message.objects.all()}

    assert told_of(kees, kim) == {"kees", "kim"}
    assert told_of(kees, kim) == set()
    assert told_of(kees, kim, one) == {"kees", "kim", "een"}
    assert told_of(one, two) == {"kees", "kim", "een", "twee"}
    assert "Een, Twee" in Message.objects.latest("pk").text


def test_who_lost_the_right_hears_who_comes_in_their_place(channel: Channel, kees: Member, cora: Member) -> None:
    change_roles(kees, roles=[Role.WRITER], ends_on=None, by=cora)
    Message.objects.all().delete()
    entrust(channel, to=[cora, make_member(channel.organisation, "Kim", Role.CUSTODIAN)], by=cora)
    assert {row.email.split("@")[0] for row in Message.objects.all()} == {"kees", "kim"}


def test_who_may_not_connect_any_more_does_not_count(channel: Channel, kees: Member, cora: Member) -> None:
    """Mail about the account would go to somebody who can do nothing with it."""
    kim = make_member(channel.organisation, "Kim", Role.CUSTODIAN)
    entrust(channel, to=[kees], by=cora, knowing=True)
    assert keepers(channel) == [kees]
    change_roles(kees, roles=[Role.WRITER], ends_on=None, by=cora)
    assert keepers(channel) == [cora, kim]
    assert Custody.of(channel.custodians.able()).named() == "No custodian yet"


def test_where_there_is_no_other_custodian_the_other_administrators_hear(channel: Channel, cora: Member) -> None:
    entrust(channel, to=[cora], by=cora)
    assert not Message.objects.exists()  # nobody is there
    entrust(channel, to=[], by=cora, knowing=True)
    ada = make_member(channel.organisation, "Ada", Role.ADMINISTRATOR)
    ada.user.language = "nl"
    ada.user.save()
    entrust(channel, to=[cora], by=cora)
    told = Message.objects.latest("pk")
    assert (told.email, told.title) == (ada.user.email, f"Cora is nu sleutelhouder van {channel.handle}")
    assert reverse("channels:channel", args=[channel.pk]) in told.text


def test_what_is_declared_makes_the_score_and_lapses_after_a_year(
    visit: Visit, channel: Channel, kees: Member, cora: Member, anna: Member
) -> None:
    assert (care_of(channel).score, care_of(channel).total) == (0, len(QUESTIONS) + 1)
    with pytest.raises(PermissionDenied):
        declare(channel, "mfa", is_so=True, note="", by=anna)
    with pytest.raises(ValidationError, match="who agreed"):
        declare(channel, "shared", is_so=True, note=" ", by=kees)
    with time_machine.travel(NOON, tick=False):
        for question in QUESTIONS:
            declare(channel, question.key, is_so=True, note="Afgesproken met de directie", by=kees)
        declare_phone(channel, is_on=True, by=kees)
        assert care_of(channel).next_step() == "Ask who has the app on a phone: Cora."
        visit(cora).post(reverse("channels:declare", args=[channel.pk, "phone"]), {"so": "no"})
        assert (care_of(channel).score, care_of(channel).next_step()) == (6, "")
        declare(channel, "mailbox", is_so=False, note="", by=kees)
        assert care_of(channel).next_step().startswith("Ask for a shared mailbox")
        assert [one.title for one in asks_of(kees)] == ["5 of 6 are well"]
    with time_machine.travel(NOON + timedelta(days=366), tick=False):
        assert care_of(channel).score == 0
        assert care_of(channel).next_step() == "Declare it anew."
    assert [held.title for held in AppsOnPhones().held_by(kees)] == [str(channel)]
    assert AppsOnPhones().held_by(cora) == []


def test_of_a_phone_of_somebody_who_left_somebody_else_says_that_it_is_logged_out(
    visit: Visit, channel: Channel, kees: Member, cora: Member, anna: Member, otto: Member
) -> None:
    declare_phone(channel, is_on=True, by=kees)
    phone, address = channel.phones.get(), reverse("channels:declare", args=[channel.pk, "phone"])
    with pytest.raises(ValidationError, match="has to say this"):
        end_phone(phone, by=cora)
    end(kees, by=cora)
    phone = channel.phones.get()
    for nobody in (anna, otto):
        with pytest.raises(PermissionDenied):
            end_phone(phone, by=nobody)
    page = visit(anna).get(reverse("channels:hygiene", args=[channel.pk]))
    assert "had it on a phone" not in page.content.decode()
    client = visit(cora)
    page = client.get(reverse("channels:hygiene", args=[channel.pk]))
    assert "Kees left, and had it on a phone" in page.content.decode()
    assert client.post(address, {"of": "x"}).status_code == 404
    assert AppsOnPhones().held_by(kees)
    client.post(address, {"of": phone.pk})
    assert AppsOnPhones().held_by(kees) == []


def test_how_accounts_are_kept_is_asked_once_for_all_and_shown_on_the_tiles(
    visit: Visit, channel: Channel, kees: Member, cora: Member, anna: Member
) -> None:
    profile = Profile("did:plc:2", "@tweede.example", "Tweede")
    second = add(channel.organisation, profile, network_key="bluesky", server="https://bsky.example", by=cora)
    entrust(second, to=[cora, kees], by=cora)
    asks = "Shall we look together at how your accounts are kept?"
    assert asks not in [one.title for one in asks_of(kees)]
    with time_machine.travel(datetime.now(UTC) + timedelta(days=2), tick=False):
        asked = [one for one in asks_of(kees) if one.title == asks]
        assert [(one.state, one.url) for one in asked] == [("info", reverse("channels:hygiene", args=[channel.pk]))]
        assert channel.handle in asked[0].text
        assert second.handle in asked[0].text
        assert visit(anna).get("/").content.decode().count("Nobody has looked yet at how it is kept") == 2
        declare(channel, "mfa", is_so=True, note="", by=kees)
        assert [channel.handle in one.text for one in asks_of(kees) if one.title == asks] == [False]
        declare(second, "mfa", is_so=False, note="", by=kees)
        assert asks not in [one.title for one in asks_of(kees)]
        page = visit(anna).get("/").content.decode()
        assert "Kept well: 1 of 6" in page
        assert "Kept well: 0 of 6" in page
        assert asks not in page


def test_the_handover_file_can_be_printed_and_says_where_passwords_are_and_never_what(
    visit: Visit, channel: Channel, kees: Member, anna: Member, otto: Member
) -> None:
    keep(channel, "password", "vier ogen zien meer", by=kees)
    client = visit(kees)
    client.post(reverse("channels:handover_refresh", args=[channel.pk]), TOLD)
    answer = visit(anna).get(reverse("channels:handover_paper", args=[channel.pk]))
    text = " ".join("".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages).split())
    for words in ("Je, en zonder emoji", "Met de school", "Cora, Kees", "Password: in the vault", "Planned posts"):
        assert words in text
    assert "vier ogen" not in text
    assert visit(otto).get(reverse("channels:handover_paper", args=[channel.pk])).status_code == 404
    assert client.post(reverse("channels:handover_refresh", args=[channel.pk]), TOLD).status_code in (302, 403, 404)


def test_an_old_handover_file_is_asked_for_and_each_version_stays(channel: Channel, kees: Member) -> None:
    asked = f"Is the handover file of {channel.handle} still right?"
    with time_machine.travel(NOON, tick=False):
        first = refresh(channel, by=kees, **TOLD)
    assert nights(NOON + timedelta(days=89), 1) == [[]]
    with time_machine.travel(NOON + timedelta(days=91), tick=False):
        assert "Handover file is old, or not there" in [one.title for one in asks_of(kees)]
    assert nights(NOON + timedelta(days=91), 3) == [[asked, asked], [], []]
    with time_machine.travel(NOON + timedelta(days=95), tick=False):
        refresh(channel, by=kees, **{**TOLD, "tone": "U"})
        assert "Handover file is old, or not there" not in [one.title for one in asks_of(kees)]
    first.refresh_from_db()
    versions: list[Any] = list(channel.handovers.values_list("number", "tone"))
    assert versions == [(2, "U"), (1, "Je, en zonder emoji")]
    assert nights(NOON + timedelta(days=96), 1) == [[]]
