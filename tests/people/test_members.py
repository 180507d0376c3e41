"""Members: joining, roles, last days, several organisations."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from tests.people.conftest import Prove
from tests.plugins.house import PASSWORD, SETUP, make_member
from vierogen.ledger.models import Entry, Opening
from vierogen.ledger.words import sentence
from vierogen.notices.models import Message
from vierogen.people.actions import change_roles, change_settings, end, invite, join
from vierogen.people.departing import begin
from vierogen.people.models import Member, Organisation, User
from vierogen.people.roles import RIGHTS, Right, Role

Enter = Callable[[Member], Client]


def again(member: Member) -> Member:
    """The member as the database has it now."""
    return Member.objects.select_related("user", "organisation").get(pk=member.pk)


def yesterday(organisation: Organisation) -> date:
    """The day before today, where the organisation is."""
    return organisation.today() - timedelta(days=1)


# Inviting


def test_an_administrator_invites_somebody(town: Organisation, cora: Member) -> None:
    nora = invite(town, "Nora", "Nora@Voorbeeld.example", roles=[Role.WRITER], by=cora)
    assert nora.user.email == "nora@voorbeeld.example"
    assert nora.roles == {Role.WRITER}
    assert Message.objects.get().email == "nora@voorbeeld.example"


def test_nobody_else_invites(town: Organisation, cora: Member, anna: Member, otto: Member) -> None:
    for member in (anna, otto):
        with pytest.raises(PermissionDenied):
            invite(town, "Nora", "nora@voorbeeld.example", roles=[Role.WRITER], by=member)
    assert not User.objects.filter(name="Nora").exists()


def test_whoever_has_an_account_elsewhere_keeps_it(town: Organisation, cora: Member, otto: Member) -> None:
    joined = invite(town, "Somebody else", otto.user.email, roles=[Role.WRITER], by=cora)
    otto.user.refresh_from_db()
    assert joined.user == otto.user
    assert otto.user.name == "Otto"
    assert otto.user.check_password(PASSWORD)
    assert "/join/" not in Message.objects.get().text


def test_inviting_a_member_changes_nothing_about_them(town: Organisation, cora: Member, anna: Member) -> None:
    """Else an invitation would be a way to take roles away, the last administrator's among them."""
    for member in (anna, cora):
        before = again(member).roles
        with pytest.raises(ValidationError, match="member already"):
            invite(town, member.name, member.user.email, roles=[Role.AUDITOR], by=cora)
        assert again(member).roles == before
    assert not Message.objects.exists()


def test_somebody_who_left_can_come_back(town: Organisation, cora: Member, anna: Member) -> None:
    end(anna, by=cora)
    back = invite(town, "Anna", anna.user.email, roles=[Role.REVIEWER], by=cora)
    assert back.pk == anna.pk
    assert again(back).may(Right.REVIEW)


def test_one_person_has_one_place_in_an_organisation(town: Organisation, anna: Member) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Member.objects.create(organisation=town, user=anna.user)


def test_the_ledger_holds_no_name_outside_its_openings(town: Organisation, cora: Member) -> None:
    invite(town, "Nora Quispel", "nora@voorbeeld.example", roles=[Role.WRITER], by=cora)
    entry = Entry.objects.order_by("-number")[0]
    assert "Quispel" not in f"{entry.facts}{entry.commitments}{entry.subject}{entry.actor}"
    assert Opening.objects.filter(entry=entry, value="Nora Quispel").exists()


# Roles


def test_a_trainee_holds_no_other_role(town: Organisation, cora: Member, anna: Member) -> None:
    with pytest.raises(ValidationError, match="no other role"):
        change_roles(anna, roles=[Role.TRAINEE, Role.REVIEWER], ends_on=town.today(), by=cora)
    assert again(anna).roles == {Role.WRITER}


def test_a_trainee_has_a_last_day(town: Organisation, cora: Member, anna: Member) -> None:
    with pytest.raises(ValidationError, match="last day"):
        change_roles(anna, roles=[Role.TRAINEE], ends_on=None, by=cora)
    change_roles(anna, roles=[Role.TRAINEE], ends_on=town.today() + timedelta(days=90), by=cora)
    assert again(anna).rights == RIGHTS[Role.TRAINEE]


def test_a_trainee_never_publishes_whatever_somebody_writes_into_the_table(
    town: Organisation, cora: Member, anna: Member
) -> None:
    change_roles(anna, roles=[Role.TRAINEE], ends_on=town.today(), by=cora)
    for role in Role:
        anna.held.get_or_create(role=role)
    assert again(anna).rights == RIGHTS[Role.TRAINEE]


def test_a_member_without_a_role_is_refused(cora: Member, anna: Member) -> None:
    with pytest.raises(ValidationError, match="at least one"):
        change_roles(anna, roles=[], ends_on=None, by=cora)


def test_only_an_administrator_of_the_same_organisation_changes_roles(anna: Member, ben: Member, otto: Member) -> None:
    for member in (anna, ben, otto):
        with pytest.raises(PermissionDenied):
            change_roles(anna, roles=[Role.ADMINISTRATOR], ends_on=None, by=member)


def test_who_gives_themself_the_right_to_see_secrets_does_not_do_so_unseen(town: Organisation, cora: Member) -> None:
    ada, both = make_member(town, "Ada", Role.ADMINISTRATOR), [Role.ADMINISTRATOR, Role.CUSTODIAN]
    for _time in range(2):
        change_roles(cora, roles=both, ends_on=None, by=cora)
    mine = "Cora has the role of custodian now"
    # Only when it is new, and never to her.
    assert [(row.email, row.title) for row in Message.objects.all()] == [(ada.user.email, mine)]
    change_roles(cora, roles=[Role.ADMINISTRATOR], ends_on=None, by=cora)
    kees = make_member(town, "Kees", Role.CUSTODIAN)
    change_roles(cora, roles=both, ends_on=None, by=cora)
    assert {row.email for row in Message.objects.order_by("pk")[1:]} == {ada.user.email, kees.user.email}


def test_who_makes_somebody_custodian_or_administrator_does_not_do_so_unseen(town: Organisation, cora: Member) -> None:
    """An administrator could get in through a second person of their own making."""
    make_member(town, "Ada", Role.ADMINISTRATOR)
    make_member(town, "Kees", Role.CUSTODIAN)
    assert not Message.objects.exists()

    def told() -> dict[str, str]:
        found = {row.email.split("@")[0]: row.text for row in Message.objects.filter(title__contains="opens much")}
        Message.objects.all().delete()
        return found

    puppet = invite(town, "Piet", "piet@voorbeeld.example", roles=[Role.CUSTODIAN], by=cora)
    assert {name: "Cora made Piet a custodian" in text for name, text in told().items()} == {"ada": True, "kees": True}
    change_roles(puppet, roles=[Role.CUSTODIAN, Role.WRITER], ends_on=None, by=cora)
    assert told() == {}
    change_roles(puppet, roles=[Role.ADMINISTRATOR], ends_on=None, by=cora)
    assert "Cora made Piet an administrator" in told()["kees"]


def test_who_takes_a_role_with_power_away_does_not_do_so_unseen(town: Organisation, cora: Member, anna: Member) -> None:
    """Else one administrator could be left alone with every secret, and nobody would know."""
    ada, kees = make_member(town, "Ada", Role.ADMINISTRATOR), make_member(town, "Kees", Role.CUSTODIAN)

    def told() -> dict[str, str]:
        found = {row.email.split("@")[0]: row.text for row in Message.objects.filter(title__contains="lost a role")}
        Message.objects.all().delete()
        return found

    change_roles(kees, roles=[Role.WRITER], ends_on=None, by=cora)
    assert {name: "Kees is no custodian any more: Cora" in text for name, text in told().items()} == {
        "ada": True,
        "kees": True,
    }
    change_roles(ada, roles=[Role.WRITER], ends_on=None, by=cora)
    # Kees lost his a moment ago: else whoever takes them all away one after the other tells fewer each time.
    assert {name: "Ada is no administrator" in text for name, text in told().items()} == {"ada": True, "kees": True}
    lost = [entry.facts["lost"] for entry in Entry.objects.filter(verb="change_roles").order_by("number")]
    assert lost == [["custodian"], ["administrator"]]
    change_roles(anna, roles=[Role.REVIEWER], ends_on=None, by=cora)  # a role without power
    assert told() == {}


def test_who_ends_the_membership_of_a_custodian_does_not_do_so_unseen(town: Organisation, cora: Member) -> None:
    """It takes the same from the account as taking the role away."""
    kees, kim = make_member(town, "Kees", Role.CUSTODIAN), make_member(town, "Kim", Role.CUSTODIAN)
    begin(kees, last_day=None, by=cora)
    told = Message.objects.get(email=kim.user.email)
    assert "Kees is no custodian any more: Cora changed that" in told.text


def test_a_shorter_delay_before_secrets_is_told(town: Organisation, cora: Member) -> None:
    """In it somebody can stop the one who breaks the glass."""
    kees = make_member(town, "Kees", Role.CUSTODIAN)
    town.break_glass_minutes = 60
    town.save()
    change_settings(town, by=cora, break_glass_minutes=90)
    change_settings(town, by=cora, cooling_off_seconds=60)
    assert not Message.objects.exists()
    form = Organisation.objects.get(pk=town.pk)
    form.break_glass_minutes = 15  # as the form of the page leaves it
    change_settings(form, by=cora, break_glass_minutes=15)
    mail = Message.objects.get()
    assert (mail.email, "waited 90 minutes" in mail.text, "waits 15" in mail.text) == (kees.user.email, True, True)


@pytest.mark.parametrize("ends_in", [None, 30])
def test_the_last_administrator_stays_one(town: Organisation, cora: Member, ends_in: int | None) -> None:
    roles = [Role.WRITER] if ends_in is None else [Role.ADMINISTRATOR]
    ends_on = None if ends_in is None else town.today() + timedelta(days=ends_in)
    with pytest.raises(ValidationError, match="stay administrator"):
        change_roles(cora, roles=roles, ends_on=ends_on, by=cora)
    make_member(town, "Carl", Role.ADMINISTRATOR)
    change_roles(cora, roles=roles, ends_on=ends_on, by=cora)


def test_an_administrator_who_leaves_soon_does_not_count_as_the_one_who_stays(town: Organisation, cora: Member) -> None:
    carl = make_member(town, "Carl", Role.ADMINISTRATOR)
    change_roles(carl, roles=[Role.ADMINISTRATOR], ends_on=town.today() + timedelta(days=3), by=cora)
    with pytest.raises(ValidationError, match="stay administrator"):
        change_roles(cora, roles=[Role.WRITER], ends_on=None, by=cora)


def test_nobody_ends_their_own_membership(cora: Member, town: Organisation) -> None:
    make_member(town, "Carl", Role.ADMINISTRATOR)
    with pytest.raises(ValidationError, match="Somebody else"):
        end(cora, by=cora)


# Last days


def test_on_the_last_day_everything_still_works(town: Organisation, cora: Member, anna: Member) -> None:
    change_roles(anna, roles=[Role.WRITER], ends_on=town.today(), by=cora)
    assert again(anna).may(Right.WRITE)


def test_after_the_last_day_nothing_does(town: Organisation, cora: Member, anna: Member) -> None:
    change_roles(anna, roles=[Role.WRITER], ends_on=yesterday(town), by=cora)
    assert again(anna).rights == frozenset()
    assert anna not in Member.objects.who_may(Right.WRITE)


def test_the_day_ends_where_the_organisation_is(town: Organisation, anna: Member, time_machine: object) -> None:
    """Half past eleven in the evening UTC is half past midnight in Amsterdam."""
    Member.objects.filter(pk=anna.pk).update(ends_on=date(2026, 3, 2))
    time_machine.move_to("2026-03-02T22:30:00Z")  # type: ignore[attr-defined]
    assert again(anna).is_current
    time_machine.move_to("2026-03-02T23:30:00Z")  # type: ignore[attr-defined]
    assert not again(anna).is_current


def test_the_end_of_a_membership_acts_in_an_open_session(enter: Enter, cora: Member, anna: Member) -> None:
    client = enter(anna)
    assert client.get(reverse("posts:new")).status_code == 200
    end(anna, by=cora)
    assert client.get(reverse("posts:new")).status_code == 403
    assert client.get(reverse("home:today"))["Location"] == reverse("people:nowhere")
    assert client.get(reverse("people:nowhere")).status_code == 200


def test_somebody_who_was_switched_off_has_no_rights_anywhere(enter: Enter, anna: Member) -> None:
    client = enter(anna)
    User.objects.filter(pk=anna.user_id).update(is_active=False)
    assert client.get(reverse("posts:list")).status_code == 302
    assert again(anna).rights == frozenset()


# Several organisations


@pytest.fixture
def anna_elsewhere(elsewhere: Organisation, anna: Member) -> Member:
    """Anna is a reviewer in otto's organisation."""
    return join(elsewhere, anna.user, roles=[Role.REVIEWER], by=SETUP)


def test_somebody_in_two_organisations_switches(
    enter: Enter, anna: Member, anna_elsewhere: Member, town: Organisation, elsewhere: Organisation
) -> None:
    client = enter(anna)
    page = client.get(reverse("posts:list"))
    assert page.wsgi_request.member == anna
    assert elsewhere.name in page.content.decode()
    client.post(reverse("people:switch"), {"organisation": elsewhere.pk})
    assert client.get(reverse("posts:list")).wsgi_request.member == anna_elsewhere


def test_the_rights_of_one_organisation_are_of_no_use_in_the_other(
    enter: Enter, anna: Member, anna_elsewhere: Member, elsewhere: Organisation
) -> None:
    client = enter(anna)
    assert client.get(reverse("posts:new")).status_code == 200
    assert not anna.may(Right.REVIEW)
    client.post(reverse("people:switch"), {"organisation": elsewhere.pk})
    assert client.get(reverse("people:invite")).status_code == 403


@pytest.mark.parametrize("organisation", ["", "x", "0", "999999"])
def test_nobody_switches_to_nonsense(enter: Enter, anna: Member, organisation: str) -> None:
    assert enter(anna).post(reverse("people:switch"), {"organisation": organisation}).status_code == 404


def test_nobody_switches_to_an_organisation_of_others(enter: Enter, anna: Member, elsewhere: Organisation) -> None:
    client = enter(anna)
    assert client.post(reverse("people:switch"), {"organisation": elsewhere.pk}).status_code == 404
    assert client.get(reverse("posts:list")).wsgi_request.member == anna


def test_when_one_membership_ends_the_other_goes_on(
    enter: Enter, anna: Member, anna_elsewhere: Member, cora: Member
) -> None:
    client = enter(anna)
    end(anna, by=cora)
    assert client.get(reverse("posts:list")).wsgi_request.member == anna_elsewhere


# Pages


def test_the_pages_of_people_do_what_they_say(enter: Enter, prove: Prove, cora: Member, anna: Member) -> None:
    client = enter(cora)
    prove(client, cora)
    told = {"name": "Nora", "email": "nora@voorbeeld.example", "roles": ["writer"], "ends_on": ""}
    assert client.post(reverse("people:invite"), told).status_code == 302
    page = client.get(reverse("people:list")).content.decode()
    assert "Nora" in page
    wanted = {"roles": ["reviewer"], "seen": again(anna).as_shown}
    assert client.post(reverse("people:member", args=[anna.pk]), wanted).status_code == 302
    assert again(anna).roles == {Role.REVIEWER}
    client.post(reverse("people:end", args=[anna.pk]))
    assert not again(anna).is_current


def test_a_refused_form_says_why(enter: Enter, prove: Prove, cora: Member, anna: Member) -> None:
    client = enter(cora)
    prove(client, cora)
    answer = client.post(reverse("people:member", args=[anna.pk]), {"roles": ["trainee", "writer"]})
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors()


def test_everybody_changes_their_own_name_and_language(enter: Enter, anna: Member) -> None:
    client = enter(anna)
    client.post(reverse("people:me"), {"name": "Anna Bakker", "language": "en"})
    anna.user.refresh_from_db()
    assert (anna.user.name, anna.user.language) == ("Anna Bakker", "en")
    assert 'lang="en"' in client.get(reverse("people:me")).content.decode()


def test_a_new_name_is_recorded_and_administrators_hear_of_it(enter: Enter, cora: Member, anna: Member) -> None:
    client = enter(anna)
    client.post(reverse("people:me"), {"name": "Anna", "language": "en"})  # as it was
    assert not Entry.objects.filter(verb="rename").exists()
    client.post(reverse("people:me"), {"name": "Ans de Wit", "language": "en"})
    assert sentence(Entry.objects.get(verb="rename")) == "Anna took another name: Ans de Wit"
    mail = Message.objects.get()
    assert (mail.email, mail.title) == (cora.user.email, "Anna is called Ans de Wit now")
    assert "anna@" in mail.text


@pytest.mark.parametrize("name", ["Ben", "  bEN ", "Bén", "B e n", "Be\u200bn", "Be\N{COMBINING DIAERESIS}n"])
def test_nobody_takes_the_name_of_a_colleague(enter: Enter, cora: Member, anna: Member, ben: Member, name: str) -> None:
    client = enter(anna)
    answer = client.post(reverse("people:me"), {"name": name, "language": "en"})
    assert answer.status_code == 422
    assert "A colleague is called so" in answer.content.decode()
    anna.user.refresh_from_db()
    assert anna.user.name == "Anna"
    assert not Message.objects.exists()
    end(ben, by=cora)
    assert client.post(reverse("people:me"), {"name": name, "language": "en"}).status_code == 302


def test_who_shares_a_name_already_keeps_it_and_changes_the_rest(enter: Enter, anna: Member, ben: Member) -> None:
    User.objects.filter(pk=ben.user_id).update(name="Anna")
    assert enter(anna).post(reverse("people:me"), {"name": "Anna", "language": "nl"}).status_code == 302
    anna.user.refresh_from_db()
    assert anna.user.language == "nl"


def test_a_name_of_somebody_in_another_organisation_is_free(enter: Enter, anna: Member, otto: Member) -> None:
    assert enter(anna).post(reverse("people:me"), {"name": "Otto", "language": "en"}).status_code == 302


def test_nobody_changes_their_own_address_or_roles_there(enter: Enter, anna: Member) -> None:
    told = {"name": "Anna", "language": "nl", "email": "x@evil.example", "roles": "administrator", "is_superuser": "1"}
    enter(anna).post(reverse("people:me"), told)
    anna.user.refresh_from_db()
    assert anna.user.email == "anna@voorbeeld.example"
    assert not anna.user.is_superuser
    assert again(anna).roles == {Role.WRITER}


def test_settings_of_the_organisation_are_checked_and_recorded(town: Organisation, cora: Member) -> None:
    with pytest.raises(ValidationError):
        change_settings(town, by=cora, time_zone="Europe/Atlantis")
    town.refresh_from_db()
    change_settings(town, by=cora, cooling_off_seconds=300)
    assert Entry.objects.order_by("-number")[0].facts == {"cooling_off_seconds": "300"}


def test_only_who_manages_the_organisation_changes_its_settings(town: Organisation, anna: Member, otto: Member) -> None:
    for member in (anna, otto):
        with pytest.raises(PermissionDenied):
            change_settings(town, by=member, cooling_off_seconds=0)
