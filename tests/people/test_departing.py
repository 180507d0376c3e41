"""Leaving: what somebody holds becomes tasks, access ends, and it is closed only when nothing is left."""

import html
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils.formats import date_format

from tests.people.conftest import Prove
from tests.plugins.house import SETUP, make_member
from vierogen.channels.actions import entrust
from vierogen.channels.models import Channel
from vierogen.ledger.models import Entry
from vierogen.notices.models import Message
from vierogen.people import departing
from vierogen.people.actions import change_roles, fit_to_take, invite, join
from vierogen.people.models import Departure, Member, Organisation
from vierogen.people.roles import Right, Role
from vierogen.people.states import DepartureState
from vierogen.posts.actions.content import Content
from vierogen.posts.actions.writing import begin, submit
from vierogen.posts.models import Version

Enter = Callable[[Member], Client]
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def drafts(channel: Channel, writer: Member, number: int = 2) -> None:
    """So many drafts of this writer."""
    for each in range(number):
        begin(channel.organisation, Content(f"Bericht {each}", (channel,)), by=writer)


def subjects(member: Member, kind: str) -> list[str]:
    """What is held of this kind."""
    return [held.subject for one in departing.left_with(member) if one.holding.key == kind for held in one.held]


def test_a_departure_closes_when_nothing_is_left_and_not_before(
    channel: Channel, anna: Member, ben: Member, cora: Member
) -> None:
    drafts(channel, anna)
    departure = departing.begin(anna, last_day=None, by=cora)
    with pytest.raises(ValidationError, match="2 things are left"):
        departing.close(departure, by=cora)
    held = subjects(anna, "posts.unfinished")
    assert departing.hand_over(departure, "posts.unfinished", held[:1], to=ben, by=cora) == 1
    with pytest.raises(ValidationError, match="1 thing is left"):
        departing.close(departure, by=cora)
    departing.hand_over(departure, "posts.unfinished", held[1:], to=ben, by=cora)
    departing.close(departure, by=cora)
    departure.refresh_from_db()
    assert (departure.state, departure.closed_by) == (DepartureState.CLOSED, cora)
    assert {task.taken_by for task in departure.tasks.filter(kind="posts.unfinished")} == {ben}


def test_what_appears_meanwhile_is_left_too(channel: Channel, anna: Member, ben: Member, cora: Member) -> None:
    departure = departing.begin(anna, last_day=anna.organisation.today(), by=cora)
    drafts(channel, anna, 1)  # on the last day they go on working
    with time_machine.travel(datetime.now(AMSTERDAM) + timedelta(days=1), tick=False):
        assert departing.end_those_who_left() == 1
        with pytest.raises(ValidationError, match="1 thing is left"):
            departing.close(departure, by=cora)
        departing.hand_over(departure, "posts.unfinished", subjects(anna, "posts.unfinished"), to=ben, by=cora)
        departing.close(departure, by=cora)


def test_it_does_not_close_while_somebody_has_access(town: Organisation, anna: Member, cora: Member) -> None:
    departure = departing.begin(anna, last_day=town.today(), by=cora)
    with pytest.raises(ValidationError, match="still has access"):
        departing.close(departure, by=cora)


def test_only_who_manages_people_lets_somebody_leave(anna: Member, ben: Member, cora: Member, otto: Member) -> None:
    for member in (ben, otto):
        with pytest.raises(PermissionDenied):
            departing.begin(anna, last_day=None, by=member)
    with pytest.raises(ValidationError, match="Somebody else"):
        departing.begin(cora, last_day=None, by=cora)
    assert departing.begin(anna, last_day=None, by=cora).member == anna


def test_the_last_administrator_stays(town: Organisation, cora: Member) -> None:
    dora = make_member(town, "Dora", Role.ADMINISTRATOR)
    departing.begin(dora, last_day=town.today() + timedelta(days=3), by=cora)
    with pytest.raises(ValidationError, match="stay administrator"):
        departing.begin(cora, last_day=None, by=dora)


def test_nothing_goes_to_somebody_who_leaves_as_well(
    channel: Channel, town: Organisation, anna: Member, ben: Member, cora: Member
) -> None:
    drafts(channel, anna, 1)
    departure = departing.begin(anna, last_day=None, by=cora)
    held = subjects(anna, "posts.unfinished")
    departing.begin(ben, last_day=town.today() + timedelta(days=9), by=cora)
    with pytest.raises(ValidationError, match="leaves as well"):
        departing.hand_over(departure, "posts.unfinished", held, to=Member.objects.get(pk=ben.pk), by=cora)
    nora = make_member(town, "Nora", Role.WRITER)
    assert departing.hand_over(departure, "posts.unfinished", held, to=nora, by=cora) == 1


def test_who_comes_back_has_no_departure_any_more(town: Organisation, anna: Member, cora: Member) -> None:
    departing.begin(anna, last_day=None, by=cora)
    join(town, anna.user, roles=[Role.WRITER], by=cora)
    assert Departure.objects.get().state == DepartureState.CALLED_OFF
    assert departing.end_those_who_left() == 0
    departing.begin(anna, last_day=None, by=cora)
    assert Departure.objects.open().count() == 1


def test_a_later_last_day_moves_the_departure_and_none_calls_it_off(
    town: Organisation, anna: Member, cora: Member
) -> None:
    departure = departing.begin(anna, last_day=town.today() + timedelta(days=3), by=cora)
    later = town.today() + timedelta(days=30)
    change_roles(anna, roles=[Role.WRITER], ends_on=later, by=cora)
    departure.refresh_from_db()
    assert departure.last_day == later
    change_roles(anna, roles=[Role.WRITER], ends_on=None, by=cora)
    departure.refresh_from_db()
    assert departure.state == DepartureState.CALLED_OFF


# At midnight


@pytest.mark.parametrize(
    ("zone", "last_day", "before", "after"),
    [
        # Amsterdam is an hour ahead of UTC in winter, two in summer; midnight is the day's also when clocks change.
        ("Europe/Amsterdam", "2026-01-15", "2026-01-15T22:59:59Z", "2026-01-15T23:00:00Z"),
        ("Europe/Amsterdam", "2026-07-15", "2026-07-15T21:59:59Z", "2026-07-15T22:00:00Z"),
        ("Europe/Amsterdam", "2026-03-29", "2026-03-29T21:59:59Z", "2026-03-29T22:00:00Z"),
        ("Europe/Amsterdam", "2026-10-25", "2026-10-25T22:59:59Z", "2026-10-25T23:00:00Z"),
        ("Pacific/Kiritimati", "2026-01-15", "2026-01-15T09:59:59Z", "2026-01-15T10:00:00Z"),
        ("America/Paramaribo", "2026-01-15", "2026-01-16T02:59:59Z", "2026-01-16T03:00:00Z"),
    ],
)
def test_a_last_day_ends_at_midnight_where_the_organisation_is(
    town: Organisation, enter: Enter, anna: Member, cora: Member, zone: str, last_day: str, before: str, after: str
) -> None:
    Organisation.objects.filter(pk=town.pk).update(time_zone=zone)
    Member.objects.filter(pk=anna.pk).update(ends_on=last_day)
    with time_machine.travel(before, tick=False):
        client = enter(anna)
        assert client.get(reverse("posts:list")).status_code == 200
        assert departing.end_those_who_left() == 0
    with time_machine.travel(after, tick=False):
        assert client.get(reverse("posts:list")).status_code == 403  # with the session that was open, before any job
        assert departing.end_those_who_left() == 1
        assert client.get(reverse("posts:list")).status_code == 302  # the session is gone: log in
        assert departing.end_those_who_left() == 0


def test_who_holds_nothing_leaves_without_any_work(town: Organisation, anna: Member, cora: Member) -> None:
    Member.objects.filter(pk=anna.pk).update(ends_on=town.today() - timedelta(days=1))
    assert departing.end_those_who_left() == 1
    departure = Departure.objects.get()
    assert (departure.state, departure.begun_by) == (DepartureState.CLOSED, None)
    assert not Message.objects.exists()
    assert set(Entry.objects.values_list("verb", flat=True)) >= {"begin_departure", "let_go", "close"}


def test_who_holds_something_becomes_work_for_administrators(channel: Channel, anna: Member, cora: Member) -> None:
    drafts(channel, anna)
    Member.objects.filter(pk=anna.pk).update(ends_on=channel.organisation.today() - timedelta(days=1))
    departing.end_those_who_left()
    mail = Message.objects.get()
    assert mail.email == cora.user.email
    assert "2 things are still theirs" in mail.text
    assert Departure.objects.get().state == DepartureState.OPEN


def test_a_last_day_is_told_fourteen_and_three_days_before(town: Organisation, anna: Member, cora: Member) -> None:
    change_roles(anna, roles=[Role.WRITER], ends_on=town.today() + timedelta(days=20), by=cora)
    told = []
    now = datetime.now(AMSTERDAM).replace(hour=12)
    for day in range(20):
        with time_machine.travel(now + timedelta(days=day), tick=False):
            told += [day] * departing.warn_of_last_days()
    assert told == [6, 17]
    assert set(Message.objects.values_list("email", flat=True)) == {anna.user.email, cora.user.email}


# Pages


def test_the_page_asks_as_much_however_many_channels(
    channel: Channel, enter: Enter, cora: Member, django_assert_max_num_queries: Callable[..., object]
) -> None:
    nora, sem = (make_member(cora.organisation, name, Role.CUSTODIAN) for name in ("Nora", "Sem"))
    client, counts = enter(cora), []
    for number in (1, 12):
        for each in range(number):
            made = Channel.objects.create(
                organisation=cora.organisation,
                network_key="mastodon",
                server="https://social.example",
                realm="social.example",
                account_id=f"{number}-{each}",
                handle=f"@a{number}-{each}",
                name="A",
            )
            entrust(made, to=[nora, sem], by=cora)
        departure = departing.begin(nora, last_day=cora.organisation.today(), by=cora)
        with django_assert_max_num_queries(70) as asked:  # type: ignore[attr-defined]
            answer = client.get(reverse("people:departure", args=[departure.pk]))
        assert answer.status_code == 200
        assert f"({number if number == 1 else 13})" in answer.content.decode()
        counts.append(len(asked))
        change_roles(nora, roles=[Role.CUSTODIAN], ends_on=None, by=cora)
    assert counts[0] == counts[1]


def test_a_departure_goes_to_zero_on_its_pages(
    channel: Channel, enter: Enter, prove: Prove, anna: Member, ben: Member, cora: Member
) -> None:
    drafts(channel, anna)
    client = enter(cora)
    prove(client, cora)
    page = client.get(reverse("people:leaving", args=[anna.pk]))
    assert "Bericht 1" in page.content.decode()
    assert client.post(reverse("people:leaving", args=[anna.pk]), {"last_day": ""}).status_code == 422
    client.post(reverse("people:end", args=[anna.pk]))
    departure = Departure.objects.get()
    shown = client.get(reverse("people:departure", args=[departure.pk])).content.decode()
    assert "2 things are left" in shown
    told = {"kind": "posts.unfinished", "subject": subjects(anna, "posts.unfinished"), "to": ben.pk}
    client.post(reverse("people:departure_give", args=[departure.pk]), told)
    client.post(reverse("people:departure_close", args=[departure.pk]))
    departure.refresh_from_db()
    assert departure.state == DepartureState.CLOSED
    paper = client.get(reverse("people:departure_report", args=[departure.pk]))
    assert paper.content.startswith(b"%PDF")


def test_departures_of_others_are_not_there(enter: Enter, anna: Member, cora: Member, otto: Member) -> None:
    departure = departing.begin(anna, last_day=None, by=cora)
    address = reverse("people:departure", args=[departure.pk])
    assert enter(cora).get(address).status_code == 200
    assert enter(otto).get(address).status_code == 404


def away(member: Member) -> bool:
    """Are they gone, by what the database says now?"""
    return not Member.objects.select_related("user", "organisation").get(pk=member.pk).is_current


def field_of(page: str, name: str) -> str:
    """What the page sends along in a hidden field."""
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', page)
    assert found, f"no field {name}"
    return html.unescape(found[1])


def test_nobody_who_left_comes_back_by_a_change_of_roles_or_of_the_last_day(
    town: Organisation, anna: Member, cora: Member
) -> None:
    departing.begin(anna, last_day=None, by=cora)
    stale = Member.objects.get(pk=anna.pk)
    stale.ends_on = None  # as a page read it before
    for doing in (
        lambda: change_roles(stale, roles=[Role.WRITER], ends_on=None, by=cora),
        lambda: departing.begin(stale, last_day=town.today() + timedelta(days=3), by=cora),
        lambda: departing.begin(stale, last_day=None, by=cora),
    ):
        with pytest.raises(ValidationError, match="has left"):
            doing()
    assert away(anna)
    assert Departure.objects.get().state == DepartureState.OPEN


def test_a_page_from_before_does_not_bring_anybody_back(
    enter: Enter, prove: Prove, elsewhere: Organisation, anna: Member, cora: Member
) -> None:
    join(elsewhere, anna.user, roles=[Role.WRITER], by=SETUP)  # so she keeps a log-in
    client, page = enter(cora), reverse("people:member", args=[anna.pk])
    prove(client, cora)
    seen = field_of(client.get(page).content.decode(), "seen")
    departure = departing.begin(anna, last_day=None, by=cora)
    answer = client.post(page, {"roles": ["writer"], "ends_on": "", "seen": seen})
    assert answer.status_code == 422
    assert away(anna)
    shown = answer.content.decode()
    assert "To let them come back, invite them again" in shown
    assert f"the last day was {date_format(departure.last_day, 'j F Y')}" in shown
    assert 'name="ends_on"' not in shown
    again = client.get(reverse("people:invite"), {"again": anna.pk}).content.decode()
    assert 'value="anna@' in again
    told = {"name": "Anna", "email": anna.user.email, "roles": ["writer"], "ends_on": ""}
    assert client.post(reverse("people:invite"), told).status_code == 302
    back = Member.objects.get(pk=anna.pk)
    assert back.arriving_since
    assert not away(anna)


def test_a_page_from_before_undoes_nothing(
    town: Organisation, enter: Enter, prove: Prove, anna: Member, cora: Member
) -> None:
    client, page = enter(cora), reverse("people:member", args=[anna.pk])
    prove(client, cora)
    told = {"roles": ["writer", "reviewer"], "ends_on": ""}
    told["seen"] = field_of(client.get(page).content.decode(), "seen")
    departure = departing.begin(anna, last_day=town.today() + timedelta(days=3), by=cora)
    answer = client.post(page, told)
    shown = answer.content.decode()
    assert (answer.status_code, "Somebody else changed this meanwhile" in shown) == (422, True)
    departure.refresh_from_db()
    assert departure.state == DepartureState.OPEN
    assert client.post(page, {"roles": ["writer"], "ends_on": ""}).status_code == 422  # says not what it knew
    # Whoever saves it once more knows what they change.
    assert client.post(page, told | {"seen": field_of(shown, "seen")}).status_code == 302
    departure.refresh_from_db()
    assert departure.state == DepartureState.CALLED_OFF


def test_the_leaving_page_asks_who_one_is_and_ends_nothing_in_the_past(
    town: Organisation, enter: Enter, prove: Prove, anna: Member, cora: Member
) -> None:
    client, page = enter(cora), reverse("people:leaving", args=[anna.pk])
    day = town.today() + timedelta(days=3)
    assert "reauthenticate" in client.post(page, {"last_day": day.isoformat()})["Location"]
    assert not Departure.objects.exists()
    prove(client, cora)
    yesterday = town.today() - timedelta(days=1)
    answer = client.post(page, {"last_day": yesterday.isoformat()})
    assert (answer.status_code, "This day is over" in answer.content.decode()) == (422, True)
    assert not away(anna)
    assert client.post(page, {"last_day": day.isoformat()}).status_code == 302
    later = client.post(page, {"last_day": (day + timedelta(days=1)).isoformat()})
    assert (later.status_code, "already" in later.content.decode()) == (422, True)
    assert Departure.objects.get().last_day == day
    sooner = day - timedelta(days=1)
    assert client.post(page, {"last_day": sooner.isoformat()}).status_code == 302
    assert Departure.objects.get().last_day == sooner


def test_a_closed_departure_is_found_on_the_member_page(enter: Enter, anna: Member, cora: Member) -> None:
    departure = departing.begin(anna, last_day=None, by=cora)
    departing.close(departure, by=cora)
    page = enter(cora).get(reverse("people:member", args=[anna.pk])).content.decode()
    assert reverse("people:departure", args=[departure.pk]) in page


def test_somebody_who_is_here_for_a_while_needs_a_last_day(town: Organisation, anna: Member, cora: Member) -> None:
    roles = [Role.CUSTODIAN]
    with pytest.raises(ValidationError, match="needs a last day"):
        change_roles(anna, roles=roles, ends_on=None, is_temporary=True, by=cora)
    with pytest.raises(ValidationError, match="needs a last day"):
        join(town, make_member(town, "Nora", Role.WRITER).user, roles=roles, is_temporary=True, by=SETUP)
    change_roles(anna, roles=roles, ends_on=town.today(), is_temporary=True, by=cora)
    anna.refresh_from_db()
    assert anna.is_temporary


def test_the_page_says_how_much_was_handed_over(
    enter: Enter, channel: Channel, anna: Member, ben: Member, cora: Member
) -> None:
    drafts(channel, anna)
    departure = departing.begin(anna, last_day=None, by=cora)
    client, page = enter(cora), reverse("people:departure_give", args=[departure.pk])
    told = {"kind": "posts.unfinished", "to": ben.pk}
    held = subjects(anna, "posts.unfinished")
    for ticked, said in (
        ([], "Nothing was handed over: nothing was ticked"),
        (held, "2 things go to Ben."),
        (held, "somebody was faster"),
    ):
        assert said in client.post(page, {**told, "subject": ticked}, follow=True).content.decode()


# Whoever was invited and never came in


@pytest.fixture
def nina(town: Organisation, cora: Member) -> Member:
    """Was invited for everything that others wait for, and never came in."""
    roles = [role for role in Role if role != Role.TRAINEE]
    invited = invite(town, "Nina", "nina@voorbeeld.example", roles=roles, by=cora)
    return Member.objects.select_related("user", "organisation").get(pk=invited.pk)


def test_the_last_administrator_who_can_log_in_stays(nina: Member, cora: Member) -> None:
    with pytest.raises(ValidationError, match="stay administrator"):
        change_roles(cora, roles=[Role.WRITER], ends_on=None, by=cora)
    _comes_in(nina)
    change_roles(cora, roles=[Role.WRITER], ends_on=None, by=cora)
    assert not cora.may(Right.MANAGE_PEOPLE)


def test_nothing_goes_to_who_never_came_in(channel: Channel, nina: Member, anna: Member, cora: Member) -> None:
    drafts(channel, anna, 1)
    departure = departing.begin(anna, last_day=None, by=cora)
    held = subjects(anna, "posts.unfinished")
    with pytest.raises(ValidationError, match="has not come in yet"):
        departing.hand_over(departure, "posts.unfinished", held, to=nina, by=cora)
    with pytest.raises(ValidationError, match="has not come in yet"):
        fit_to_take(nina, Right.WRITE, organisation_id=nina.organisation_id)
    assert nina not in departing.takers(anna)
    _comes_in(nina)
    assert nina in departing.takers(anna)
    assert departing.hand_over(departure, "posts.unfinished", held, to=nina, by=cora) == 1


def test_who_never_came_in_or_gets_started_is_no_second_pair_of_eyes(
    channel: Channel, nina: Member, anna: Member, ben: Member
) -> None:
    drafts(channel, anna, 1)
    submit(Version.objects.get(), by=anna)
    for _times in range(2):
        assert departing.missed_after(ben) == [Right.REVIEW, Right.RELEASE]
        assert len(subjects(ben, "posts.only_reviews")) == 1
        _comes_in(nina)
    Member.objects.filter(pk=nina.pk).update(arriving_since=None)
    assert not departing.missed_after(ben)
    assert not subjects(ben, "posts.only_reviews")


def _comes_in(member: Member) -> None:
    member.user.set_password("a password that she chose")
    member.user.save()
