"""Being away: what was asked travels to whoever stands in, on those days only; rights never do."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from tests.plugins.house import make_member
from vierogen.channels.models import Channel
from vierogen.notices.models import Message
from vierogen.people.actions import addressees
from vierogen.people.models import Absence, Member, Organisation
from vierogen.people.roles import Right, Role
from vierogen.people.standing_in import end, plan
from vierogen.posts.actions.content import Content
from vierogen.posts.actions.reviewing import ask_for_changes
from vierogen.posts.actions.writing import begin, submit
from vierogen.watch.actions.raising import ladder

Enter = Callable[[Member], Client]


@pytest.fixture
def nora(town: Organisation) -> Member:
    """A second writer, who stands in."""
    return make_member(town, "Nora", Role.WRITER)


@pytest.fixture
def away(town: Organisation, anna: Member, nora: Member) -> Absence:
    """Anna is away today and tomorrow."""
    return plan(anna, stand_in=nora, starts=town.today(), ends=town.today() + timedelta(days=1), by=anna)


def later(town: Organisation, days: int) -> datetime:
    """Noon, so many days from now."""
    return datetime.combine(town.today() + timedelta(days=days), datetime.min.time(), town.zone).replace(hour=12)


def sent_back(channel: Channel, writer: Member, reviewer: Member) -> None:
    """A post of the writer to which the reviewer has a remark."""
    version = begin(channel.organisation, Content("Het zwembad is dicht.", (channel,)), by=writer)
    submit(version, by=writer)
    ask_for_changes(version, text="Which pool?", by=reviewer)


def test_a_stand_in_gets_the_mail_and_sees_it_on_today(
    channel: Channel, enter: Enter, away: Absence, anna: Member, ben: Member, nora: Member
) -> None:
    sent_back(channel, anna, ben)
    assert Message.objects.filter(
        email=nora.user.email, title=Message.objects.get(email=anna.user.email).title
    ).exists()
    assert "For Anna" in enter(nora).get(reverse("home:today")).content.decode()


def test_nobody_stands_in_before_the_first_day_or_after_the_last(
    town: Organisation, channel: Channel, enter: Enter, away: Absence, anna: Member, ben: Member, nora: Member
) -> None:
    sent_back(channel, anna, ben)
    with time_machine.travel(later(town, 2), tick=False):
        assert "For Anna" not in enter(nora).get(reverse("home:today")).content.decode()
        assert len(addressees([anna], standing_in=Right.WRITE)) == 1
    with time_machine.travel(later(town, 1), tick=False):
        assert len(addressees([anna], standing_in=Right.WRITE)) == 2


def test_rights_do_not_travel(town: Organisation, ben: Member, anna: Member, nora: Member, dirk: Member) -> None:
    plan(ben, stand_in=nora, starts=town.today(), ends=town.today(), by=ben)
    assert not nora.may(Right.REVIEW)
    assert addressees([ben], standing_in=Right.REVIEW) == addressees([ben])
    assert len(addressees([ben], standing_in=Right.WRITE)) == 2


def test_mail_about_a_log_in_never_goes_to_a_stand_in(client: Client, away: Absence, anna: Member) -> None:
    client.post(reverse("account_reset_password"), {"email": anna.user.email})
    assert [mail.email for mail in Message.objects.all()] == [anna.user.email]


def test_an_alarm_calls_who_is_here_first(town: Organisation, channel: Channel, dirk: Member) -> None:
    dora = make_member(town, "Dora", Role.DUTY_OFFICER)
    assert [to.name for to in ladder(channel)] == ["Dirk", "Dora"]
    plan(dirk, stand_in=dora, starts=town.today(), ends=town.today(), by=dirk)
    assert [to.name for to in ladder(channel)] == ["Dora", "Dirk"]


def test_oneself_and_administrators_write_it_down_and_nobody_else(
    town: Organisation, anna: Member, ben: Member, cora: Member, nora: Member, otto: Member
) -> None:
    days = {"starts": town.today(), "ends": town.today()}
    for member in (ben, otto):
        with pytest.raises(PermissionDenied):
            plan(anna, stand_in=nora, by=member, **days)
    made = plan(anna, stand_in=nora, by=cora, **days)
    with pytest.raises(PermissionDenied):
        end(made, by=ben)
    end(made, by=anna)
    assert plan(anna, stand_in=nora, by=anna, **days).stand_in == nora


def test_who_cannot_stand_in_is_refused(
    town: Organisation, anna: Member, ben: Member, cora: Member, nora: Member
) -> None:
    tess = make_trainee(town)
    today = town.today()
    Member.objects.filter(pk=ben.pk).update(ends_on=today)
    for other, ends in ((anna, today), (tess, today), (ben, today + timedelta(days=1))):
        with pytest.raises(ValidationError):
            plan(anna, stand_in=other, starts=today, ends=ends, by=anna)
    plan(nora, stand_in=cora, starts=today, ends=today, by=nora)
    with pytest.raises(ValidationError, match="away too"):
        plan(anna, stand_in=nora, starts=today, ends=today, by=anna)
    assert plan(anna, stand_in=cora, starts=today, ends=today, by=anna).stand_in == cora


def make_trainee(town: Organisation) -> Member:
    """Somebody who learns here."""
    tess = make_member(town, "Tess", Role.WRITER)
    tess.held.update(role=Role.TRAINEE)
    Member.objects.filter(pk=tess.pk).update(ends_on=date(2199, 1, 1))
    return Member.objects.get(pk=tess.pk)


def test_the_people_page_says_who_is_away_and_the_form_writes_it_down(enter: Enter, anna: Member, nora: Member) -> None:
    today = anna.organisation.today()
    told = {"starts": today.isoformat(), "ends": today.isoformat(), "stand_in": nora.pk}
    client = enter(anna)
    assert client.get(reverse("people:my_absence")).status_code == 200
    client.post(reverse("people:my_absence"), told)
    page = client.get(reverse("people:list")).content.decode()
    assert "Nora stands in." in page
    client.post(reverse("people:absence_end", args=[Absence.objects.get().pk]))
    assert "Nora stands in." not in client.get(reverse("people:list")).content.decode()
