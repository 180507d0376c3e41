"""Arriving: a few steps, and with the last one the rights become active by themselves, once."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.learning.conftest import RIGHT, WORDS
from tests.learning.test_teaching import VALUES, done
from tests.plugins.house import PASSWORD, make_member
from tests.posts.moments import at_once
from vierogen.learning.actions import agreeing, teaching
from vierogen.learning.models import Agreement, Lesson
from vierogen.learning.standing import Suspended, require, standing_of, standings_of
from vierogen.ledger.models import Entry
from vierogen.ledger.words import sentence
from vierogen.notices.models import Message
from vierogen.people import first_run
from vierogen.people.actions import accept, change_roles, end, invite, join
from vierogen.people.arriving import settle, settle_all
from vierogen.people.models import Member, Organisation, User
from vierogen.people.roles import Role
from vierogen.people.standing_in import plan
from vierogen.people.steps import steps_of
from vierogen.posts.actions.practising import hand_in

Enter = Callable[[Member], Client]
CLEAN = "The library is closed on Saturday."


def ask_in(town: Organisation, by: Member, *roles: Role, name: str = "Nora", **more: Any) -> Member:
    """Invite somebody, who comes in; their own row as a page reads it."""
    member = invite(town, name, f"{name.lower()}@voorbeeld.example", roles=roles, by=by, **more)
    accept(member.user, password=PASSWORD)
    return read(member)


def read(member: Member) -> Member:
    """As a page reads it."""
    return Member.objects.select_related("user", "organisation").get(pk=member.pk)


def is_arriving(member: Member) -> bool:
    return read(member).arriving_since is not None


@pytest.fixture
def nora(town: Organisation, cora: Member) -> Member:
    """Was invited to write, and came in."""
    return ask_in(town, cora, Role.WRITER)


@pytest.fixture
def card(town: Organisation, cora: Member) -> Agreement:
    """An agreement in force."""
    made = agreeing.draft(town, WORDS, by=cora)
    agreeing.put_in_force(made, material=True, days=14, by=cora)
    return made


@pytest.fixture
def lesson(town: Organisation, cora: Member) -> Lesson:
    """A lesson that is asked of who publishes."""
    made = teaching.draft_lesson(town, VALUES, by=cora)
    teaching.use(made, by=cora)
    teaching.oblige(made, mandatory=True, days=14, by=cora)
    return made


# Who arrives


def test_who_is_invited_gets_started_first(nora: Member) -> None:
    assert is_arriving(nora)
    with pytest.raises(Suspended, match="Get started"):
        require(nora)


def test_who_was_there_has_arrived(anna: Member) -> None:
    assert not is_arriving(anna)
    require(anna)


def test_the_first_two_have_arrived(db: None, tmp_path: Path, settings: Any) -> None:
    settings.HOME = tmp_path
    first, second = first_run.Person("An", "an@x.example"), first_run.Person("Bo", "bo@x.example")
    token = first_run.setup_address().rstrip("/").rpartition("/")[2]
    first_run.set_up(token, name="Klein", first=first, password=PASSWORD, second=second)
    assert [member.arriving_since for member in Member.objects.all()] == [None, None]


def test_who_comes_back_arrives_anew_and_practises_anew(town: Organisation, nora: Member, cora: Member) -> None:
    hand_in(CLEAN, by=nora)
    assert not is_arriving(nora)
    end(nora, by=cora)
    back = read(invite(town, "Nora", nora.user.email, roles=[Role.WRITER], by=cora))
    assert back.pk == nora.pk
    assert [step.is_done for step in steps_of(back)] == [False]
    with pytest.raises(Suspended):
        require(nora)  # a page that read her when she had arrived
    hand_in(CLEAN, by=back)
    assert not is_arriving(back)


def test_who_is_put_back_without_an_invitation_has_arrived(town: Organisation, nora: Member, cora: Member) -> None:
    end(nora, by=cora)
    assert join(town, nora.user, roles=[Role.WRITER], by=cora).arriving_since is None


# The steps


@pytest.mark.parametrize(
    ("role", "titles"),
    [
        (Role.TRAINEE, ["Read what we agreed", "Learn from a real accident", "Write a practice post"]),
        (Role.WRITER, ["Read what we agreed", "Learn from a real accident", "Write a practice post"]),
        (Role.REVIEWER, ["Read what we agreed", "Learn from a real accident", "Write a practice post"]),
        (Role.DUTY_OFFICER, ["Read what we agreed", "Learn from a real accident"]),
        (Role.CUSTODIAN, ["Read what we agreed"]),
        (Role.PRIVACY_OFFICER, ["Read what we agreed"]),
        (Role.ADMINISTRATOR, ["Read what we agreed"]),
        (Role.AUDITOR, ["Read what we agreed"]),
    ],
)
def test_each_role_has_the_steps_that_fit_it(
    town: Organisation, cora: Member, card: Agreement, lesson: Lesson, role: Role, titles: list[str]
) -> None:
    member = ask_in(town, cora, role, ends_on=town.today() + timedelta(days=9))
    assert [(step.title, step.is_done) for step in steps_of(member)] == [(title, False) for title in titles]


def test_without_agreements_and_lessons_only_the_practice_post_is_left(nora: Member) -> None:
    assert [step.title for step in steps_of(nora)] == ["Write a practice post"]


def test_they_take_as_many_queries_for_many_cards_as_for_one(
    town: Organisation, nora: Member, cora: Member, card: Agreement, lesson: Lesson
) -> None:
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as seen:
            steps_of(read(nora))
        counts.append(len(seen))
        for _number in range(9):
            agreeing.put_in_force(agreeing.draft(town, WORDS, by=cora), material=True, days=14, by=cora)
    assert counts[0] == counts[1]


# The last one


def _agree(card: Agreement, _lesson: Lesson, member: Member) -> object:
    return agreeing.confirm(card, answer=RIGHT, by=member)


def _learn(_card: Agreement, lesson: Lesson, member: Member) -> object:
    return done(lesson, by=member)


def _practise(_card: Agreement, _lesson: Lesson, member: Member) -> object:
    return hand_in(CLEAN, by=member)


DOES = {"agree": _agree, "learn": _learn, "practise": _practise}


@pytest.mark.parametrize("last", DOES)
def test_whichever_step_comes_last_makes_the_rights_active(
    nora: Member, card: Agreement, lesson: Lesson, cora: Member, last: str
) -> None:
    for name in sorted(DOES, key=lambda name: name == last):
        assert is_arriving(nora)
        assert not Entry.objects.filter(verb="arrive").exists()
        Message.objects.all().delete()
        DOES[name](card, lesson, nora)
    assert nora.arriving_since is None  # what the page holds
    require(nora)
    assert sentence(Entry.objects.get(verb="arrive")) == "Nora did every step, and the rights became active"
    told = {message.email: message.title for message in Message.objects.all()}
    assert "your rights are active" in told[nora.user.email]
    assert told[cora.user.email].startswith("Nora can begin")
    assert len(told) == 2


def test_of_a_trainee_the_guide_hears(town: Organisation, cora: Member, anna: Member) -> None:
    tess = ask_in(town, cora, Role.TRAINEE, ends_on=town.today() + timedelta(days=9))
    Member.objects.filter(pk=tess.pk).update(guide=anna)
    Message.objects.all().delete()
    hand_in(CLEAN, by=read(tess))
    assert {message.email for message in Message.objects.all()} == {tess.user.email, anna.user.email}


def test_who_stands_in_for_the_guide_hears_too(town: Organisation, cora: Member, anna: Member, ben: Member) -> None:
    plan(anna, stand_in=ben, starts=town.today(), ends=town.today(), by=anna)
    tess = ask_in(town, cora, Role.TRAINEE, ends_on=town.today() + timedelta(days=9))
    Member.objects.filter(pk=tess.pk).update(guide=anna)
    Message.objects.all().delete()
    hand_in(CLEAN, by=read(tess))
    assert {one.email for one in Message.objects.all()} == {tess.user.email, anna.user.email, ben.user.email}


@pytest.mark.django_db(transaction=True)
def test_at_the_same_moment_they_arrive_once(nora: Member, card: Agreement, lesson: Lesson) -> None:
    done(lesson, by=nora)
    acts = [lambda does=does: does(card, lesson, read(nora)) for does in (_agree, _practise)]
    at_once(*acts, settle_all, settle_all, lambda: settle(read(nora)))
    settle_all()
    assert not is_arriving(nora)
    assert Entry.objects.filter(verb="arrive").count() == 1
    assert Message.objects.filter(email=nora.user.email, title__contains="active").count() == 1


def test_who_was_read_before_they_arrived_does_not_arrive_again(nora: Member) -> None:
    before = read(nora)
    hand_in(CLEAN, by=nora)
    assert not settle(before)
    assert Entry.objects.filter(verb="arrive").count() == 1


# By itself


def _withdraw(card: Agreement, _lesson: Lesson, _nora: Member, cora: Member) -> None:
    agreeing.retire(card, by=cora)


def _free(_card: Agreement, lesson: Lesson, _nora: Member, cora: Member) -> None:
    teaching.oblige(lesson, mandatory=False, days=0, by=cora)


def _take_the_role(_card: Agreement, _lesson: Lesson, nora: Member, cora: Member) -> None:
    change_roles(nora, roles=[Role.AUDITOR], ends_on=None, by=cora)


@pytest.mark.parametrize(("left", "goes"), [("agree", _withdraw), ("learn", _free), ("practise", _take_the_role)])
def test_a_step_that_goes_away_lets_them_arrive(
    nora: Member, card: Agreement, lesson: Lesson, cora: Member, left: str, goes: Callable[..., None]
) -> None:
    for name in set(DOES) - {left}:
        DOES[name](card, lesson, nora)
    assert settle_all() == 0
    goes(card, lesson, nora, cora)
    assert settle_all() == 1
    assert settle_all() == 0
    assert not is_arriving(nora)
    assert Entry.objects.filter(verb="arrive").count() == 1


def test_of_whom_nothing_is_asked_arrives_in_silence_once_they_came_in(town: Organisation, cora: Member) -> None:
    invited = invite(town, "Kees", "kees@voorbeeld.example", roles=[Role.AUDITOR], by=cora)
    assert settle_all() == 0
    accept(invited.user, password=PASSWORD)
    Message.objects.all().delete()
    assert settle_all() == 1
    assert not is_arriving(invited)
    assert not Message.objects.exists()


def test_who_left_does_not_arrive(nora: Member, cora: Member, town: Organisation) -> None:
    change_roles(nora, roles=[Role.AUDITOR], ends_on=town.today(), by=cora)
    end(nora, by=cora)
    assert not settle(read(nora))
    assert settle_all() == 0


def test_somebody_of_two_organisations_arrives_in_each(nora: Member, otto: Member) -> None:
    there = read(invite(otto.organisation, "Nora", nora.user.email, roles=[Role.WRITER], by=otto))
    hand_in(CLEAN, by=nora)
    assert not is_arriving(nora)
    assert is_arriving(there)
    assert not standing_of(there).ok


# Other roles


def _arrived(town: Organisation, by: Member, *roles: Role) -> Member:
    """Invited with roles of which nothing is asked, and there since a moment."""
    member = ask_in(town, by, *roles)
    assert settle_all() == 1
    return read(member)


def test_a_role_that_asks_more_lets_them_get_started_again(town: Organisation, cora: Member) -> None:
    nora = _arrived(town, cora, Role.AUDITOR)
    require(nora)
    change_roles(nora, roles=[Role.WRITER, Role.REVIEWER], ends_on=None, by=cora)
    assert nora.arriving_since is not None  # what the page holds
    assert Entry.objects.get(verb="change_roles").facts["starts_again"] is True
    with pytest.raises(Suspended, match="Get started"):
        require(nora)
    assert settle_all() == 0
    hand_in(CLEAN, by=read(nora))
    require(nora)
    assert Entry.objects.filter(verb="arrive").count() == 2


def test_taking_a_role_away_for_a_moment_passes_nothing_over(nora: Member, cora: Member) -> None:
    change_roles(nora, roles=[Role.AUDITOR], ends_on=None, by=cora)
    assert settle_all() == 1
    change_roles(nora, roles=[Role.WRITER], ends_on=None, by=cora)
    with pytest.raises(Suspended, match="Get started"):
        require(nora)


def test_nobody_passes_their_own_practice_post_over(town: Organisation, cora: Member) -> None:
    nora = ask_in(town, cora, Role.ADMINISTRATOR, Role.WRITER)
    change_roles(nora, roles=[Role.ADMINISTRATOR], ends_on=None, by=nora)
    assert settle_all() == 1
    change_roles(nora, roles=[Role.ADMINISTRATOR, Role.WRITER], ends_on=None, by=read(nora))
    assert not standing_of(read(nora)).ok


def test_a_lesson_that_comes_with_a_role_is_a_step(town: Organisation, cora: Member, lesson: Lesson) -> None:
    nora = _arrived(town, cora, Role.AUDITOR)
    change_roles(nora, roles=[Role.DUTY_OFFICER], ends_on=None, by=cora)
    assert is_arriving(nora)
    done(lesson, by=read(nora))
    assert not is_arriving(nora)


def test_who_practised_once_does_not_practise_again(nora: Member, cora: Member) -> None:
    hand_in(CLEAN, by=nora)
    for role in (Role.AUDITOR, Role.WRITER, Role.REVIEWER):
        change_roles(nora, roles=[role], ends_on=None, by=cora)
        assert not is_arriving(nora)
    require(nora)


def test_what_was_asked_with_a_term_keeps_it_when_roles_change(
    town: Organisation, nora: Member, cora: Member, lesson: Lesson
) -> None:
    done(lesson, by=nora)
    hand_in(CLEAN, by=nora)
    agreeing.put_in_force(agreeing.draft(town, WORDS, by=cora), material=True, days=14, by=cora)
    change_roles(nora, roles=[Role.REVIEWER], ends_on=None, by=cora)
    assert not is_arriving(nora)
    require(nora)


def test_of_who_was_never_invited_a_role_asks_nothing(town: Organisation, cora: Member, lesson: Lesson) -> None:
    founder = make_member(town, "Kim", Role.AUDITOR)
    change_roles(founder, roles=[Role.WRITER], ends_on=None, by=cora)
    assert not is_arriving(founder)
    assert "starts_again" not in Entry.objects.get(verb="change_roles").facts


@pytest.mark.django_db(transaction=True)
def test_roles_that_change_while_they_arrive_pass_nothing_over(nora: Member, cora: Member) -> None:
    for _round in range(5):
        change_roles(read(nora), roles=[Role.AUDITOR], ends_on=None, by=cora)
        back = lambda: change_roles(read(nora), roles=[Role.WRITER], ends_on=None, by=read(cora))  # noqa: E731
        at_once(back, settle_all, settle_all, lambda: settle(read(nora)))
        settle_all()
        assert is_arriving(nora)


# How they stand


def test_all_members_at_once_stand_as_each_of_them_does(
    town: Organisation, nora: Member, anna: Member, cora: Member, card: Agreement
) -> None:
    standings = standings_of(town)
    assert standings == {one.pk: standing_of(read(one)) for one in (nora, anna, cora)}
    assert [pk for pk, one in standings.items() if not one.ok] == [nora.pk]


# The pages


def test_an_invitation_leads_to_the_path(town: Organisation, cora: Member, client: Client) -> None:
    invite(town, "Nora", "nora@voorbeeld.example", roles=[Role.WRITER], by=cora)
    link = next(word for word in Message.objects.get().text.split() if "/join/" in word)
    answer = client.post(link, {"new_password1": PASSWORD, "new_password2": PASSWORD})
    assert answer["Location"] == reverse("people:arriving")
    page = client.get(answer["Location"]).content.decode()
    assert "Write a practice post" in page
    assert reverse("posts:practise") in page


def test_somebody_who_begins_an_organisation_goes_to_today(town: Organisation, cora: Member, client: Client) -> None:
    invite(town, "Bo", "bo@voorbeeld.example", roles=[Role.WRITER], by=cora, is_new=False)
    link = next(word for word in Message.objects.get().text.split() if "/join/" in word)
    answer = client.post(link, {"new_password1": PASSWORD, "new_password2": PASSWORD})
    assert answer["Location"] == reverse("home:today")


def test_the_path_says_how_far_they_are_and_what_comes_next(
    nora: Member, card: Agreement, lesson: Lesson, enter: Enter
) -> None:
    page = enter(nora).get(reverse("people:arriving")).content.decode()
    assert "0 of 3" in page
    agreeing.confirm(card, answer=RIGHT, by=nora)
    page = enter(nora).get(reverse("people:arriving")).content.decode()
    assert "1 of 3" in page
    assert page.count('aria-current="step"') == 1
    done(lesson, by=nora)
    hand_in(CLEAN, by=nora)
    assert "You are ready" in enter(nora).get(reverse("people:arriving")).content.decode()


def test_today_shows_one_line_for_all_of_it(nora: Member, card: Agreement, lesson: Lesson, enter: Enter) -> None:
    page = enter(nora).get(reverse("home:today")).content.decode()
    assert "3 steps are left" in page
    assert "1 thing asks for attention" in page
    _agree(card, lesson, nora)
    _learn(card, lesson, nora)
    _practise(card, lesson, nora)
    assert "steps are left" not in enter(nora).get(reverse("home:today")).content.decode()


def test_who_looks_after_people_sees_who_still_gets_started(nora: Member, cora: Member, enter: Enter) -> None:
    client = enter(cora)
    member = reverse("people:member", args=[nora.pk])
    assert client.get(reverse("people:list")).content.decode().count("still getting started") == 1
    assert "Write a practice post" in client.get(member).content.decode()
    hand_in(CLEAN, by=nora)
    assert "still getting started" not in client.get(reverse("people:list")).content.decode()
    assert "Write a practice post" not in client.get(member).content.decode()


# What each role is told: what waits for the last step, and what does not.
TOLD = {
    Role.TRAINEE: ({"offer posts", "Stop works", "offering them"}, {"already"}),
    Role.WRITER: ({"offer posts", "Stop works", "offering them"}, {"already"}),
    Role.REVIEWER: ({"approve those of colleagues", "Stop works", "Releasing"}, {"already"}),
    Role.DUTY_OFFICER: ({"everything that your role allows", "Releasing", "Everything else"}, {"offer"}),
    Role.CUSTODIAN: ({"everything that your role allows", "secrets of accounts", "Everything else"}, {"offer"}),
    Role.PRIVACY_OFFICER: ({"What your role allows, you can do already", "Stop works"}, {"After the last", "offer"}),
    Role.ADMINISTRATOR: ({"What your role allows, you can do already", "Stop works"}, {"After the last", "offer"}),
    Role.AUDITOR: ({"What your role allows, you can do already"}, {"After the last", "offer", "Stop works"}),
}


@pytest.mark.parametrize("role", Role)
def test_the_path_promises_each_role_what_is_true(
    town: Organisation, cora: Member, card: Agreement, enter: Enter, role: Role
) -> None:
    nora = ask_in(town, cora, role, ends_on=town.today() + timedelta(days=9))
    page = enter(nora).get(reverse("people:arriving")).content.decode()
    said, never = TOLD[role]
    main = page.partition("<main")[2].partition("</main>")[0]
    assert [words for words in said if words not in main] == []
    assert [words for words in never if words in main] == []


def test_opening_the_path_changes_nothing(nora: Member, cora: Member, enter: Enter) -> None:
    change_roles(nora, roles=[Role.AUDITOR], ends_on=None, by=cora)
    page = enter(nora).get(reverse("people:arriving")).content.decode()
    assert is_arriving(nora)
    assert "0 of" not in page


def test_an_invited_user_is_told_in_their_own_language(town: Organisation, nora: Member) -> None:
    User.objects.filter(pk=nora.user_id).update(language="nl")
    hand_in(CLEAN, by=read(nora))
    assert "je rechten zijn actief" in Message.objects.get(email=nora.user.email, title__contains="Je kunt").title


def test_nobody_but_a_newcomer_is_asked_anything(anna: Member, town: Organisation, enter: Enter) -> None:
    make_member(town, "Kim", Role.WRITER)
    assert "is left" not in enter(anna).get(reverse("home:today")).content.decode()
