"""The pages about the official accounts."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.plugins.house import make_member
from vierogen.channels.actions import close, disconnect, entrust
from vierogen.channels.models import Channel
from vierogen.ledger.actions import Machine
from vierogen.people.actions import change_roles, end
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Role

Visit = Callable[[Member], Client]


@pytest.fixture
def kees(town: Organisation) -> Member:
    """A custodian."""
    return make_member(town, "Kees", Role.CUSTODIAN)


def body(answer: HttpResponse) -> str:
    """The page in one line, without the places where a long name may be broken."""
    return " ".join(answer.content.decode().replace("<wbr>", "").split())


def page_of(channel: Channel) -> str:
    return reverse("channels:channel", args=[channel.pk])


def told(**changes: Any) -> dict[str, Any]:
    return {"colour": "blue", "custodians": [], "automatic_take_down_after": "", **changes}


def test_the_list_says_how_each_account_is_doing_and_who_answers_for_it(
    visit: Visit, channel: Channel, cora: Member, kees: Member, anna: Member
) -> None:
    client = visit(anna)
    assert "No custodian yet" in body(client.get(reverse("channels:list")))
    entrust(channel, to=[cora], by=cora)
    assert "Only 1 custodian: Cora" in body(client.get(reverse("channels:list")))
    entrust(channel, to=[cora, kees], by=cora)
    page = body(client.get(reverse("channels:list")))
    assert "Connected" in page
    assert "Custodians: Cora, Kees" in page


def test_a_custodian_who_leaves_is_listed_with_the_day_and_one_who_left_not_at_all(
    visit: Visit, channel: Channel, cora: Member, kees: Member
) -> None:
    entrust(channel, to=[cora, kees], by=cora)
    change_roles(kees, roles=[Role.CUSTODIAN], ends_on=date(2199, 3, 2), by=cora)
    client = visit(cora)
    assert "Custodians: Cora, Kees (until March 2, 2199)" in body(client.get(reverse("channels:list")))
    end(kees, by=cora)
    assert "Only 1 custodian: Cora" in body(client.get(reverse("channels:list")))


def test_only_who_may_connect_and_stays_can_be_chosen(
    visit: Visit, channel: Channel, town: Organisation, cora: Member, kees: Member, anna: Member
) -> None:
    leaver, ended, trainee = (make_member(town, name, Role.CUSTODIAN) for name in ("Lena", "Egon", "Tess"))
    change_roles(leaver, roles=[Role.CUSTODIAN], ends_on=town.today() + timedelta(days=3), by=cora)
    change_roles(trainee, roles=[Role.TRAINEE], ends_on=town.today() + timedelta(days=3), by=cora)
    # A moment ago: by the calendar of UTC that day may not be over yet.
    end(ended, by=cora)
    client = visit(cora)
    page = body(client.get(page_of(channel)))
    assert "Kees" in page
    for member in (leaver, ended, trainee, anna):
        assert member.name not in page
        assert client.post(page_of(channel), told(custodians=[member.pk])).status_code == 422
        with pytest.raises(ValidationError, match="cannot be a custodian"):
            entrust(channel, to=[member], by=cora)
    assert not channel.custodians.exists()


def test_only_who_may_connect_sees_how(visit: Visit, channel: Channel, anna: Member, cora: Member) -> None:
    assert "Connect an account" not in body(visit(anna).get(reverse("channels:list")))
    assert "Connect an account" in body(visit(cora).get(reverse("channels:list")))


def test_a_disconnected_account_can_be_connected_again(visit: Visit, channel: Channel, cora: Member) -> None:
    disconnect(channel, by=Machine("test"), why="No.")
    page = body(visit(cora).get(reverse("channels:list")))
    assert "Disconnected: the network refuses our key" in page
    assert reverse("vault:reconnect", args=[channel.pk]) in page


def test_colour_custodians_and_automatic_take_down_are_saved(
    visit: Visit, channel: Channel, cora: Member, kees: Member
) -> None:
    client = visit(cora)
    changes = told(colour="indigo", custodians=[cora.pk, kees.pk], automatic_take_down_after=30)
    answer = client.post(page_of(channel), changes, follow=True)
    channel.refresh_from_db()
    assert (channel.colour, channel.automatic_take_down_after) == ("indigo", 30)
    assert {keeper.member for keeper in channel.custodians.all()} == {cora, kees}
    assert "Strays go by themselves after 30 seconds" in body(answer)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"colour": "glitter"}, "id_colour"),
        ({"automatic_take_down_after": "-1"}, "id_automatic_take_down_after"),
        ({"automatic_take_down_after": "straks"}, "id_automatic_take_down_after"),
    ],
)
def test_what_is_not_right_is_told_and_nothing_is_saved(
    visit: Visit, channel: Channel, cora: Member, wrong: dict[str, str], field: str
) -> None:
    answer = visit(cora).post(page_of(channel), told(**wrong))
    assert answer.status_code == 422
    assert f'href="#{field}"' in body(answer)
    channel.refresh_from_db()
    assert channel.automatic_take_down_after is None


def test_a_custodian_of_another_organisation_cannot_be_chosen(
    visit: Visit, channel: Channel, cora: Member, otto: Member
) -> None:
    assert "Otto" not in body(visit(cora).get(page_of(channel)))
    assert visit(cora).post(page_of(channel), told(custodians=[otto.pk])).status_code == 422
    assert not channel.custodians.exists()


def test_closing_is_explained_and_happens_once(visit: Visit, channel: Channel, cora: Member) -> None:
    client = visit(cora)
    assert "Nothing goes out there any more" in body(client.get(page_of(channel)))
    url = reverse("channels:close", args=[channel.pk])
    assert "is not looked after any more" in body(client.post(url, follow=True))
    assert "already decided" in body(client.post(url, follow=True))
    assert "Closed: not looked after any more" in body(client.get(reverse("channels:list")))


def test_a_closed_account_has_no_button_to_close_it(visit: Visit, channel: Channel, cora: Member) -> None:
    close(channel, by=cora)
    assert "Stop looking after" not in body(visit(cora).get(page_of(channel)))


def test_another_organisations_accounts_do_not_exist(visit: Visit, channel: Channel, otto: Member) -> None:
    client = visit(otto)
    assert channel.handle not in body(client.get(reverse("channels:list")))
    assert client.get(page_of(channel)).status_code == 404
    assert client.post(reverse("channels:close", args=[channel.pk])).status_code == 404


def test_without_accounts_it_says_what_to_do(visit: Visit, anna: Member, cora: Member) -> None:
    assert "A custodian or administrator connects an account." in body(visit(anna).get(reverse("channels:list")))
    assert "Connect the first one." in body(visit(cora).get(reverse("channels:list")))
