"""Two people at the same moment: one outcome, an administrator stays, who left is gone, and never a deadlock."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.plugins.house import make_member
from tests.posts.moments import at_once, refusals
from vierogen.ledger.actions import verify
from vierogen.people import actions, departing, naming
from vierogen.people.actions import change_roles, end
from vierogen.people.models import Departure, Member, Organisation
from vierogen.people.roles import Role

pytestmark = pytest.mark.django_db(transaction=True)

Act = Callable[[Member, Member], object]


def demote(whom: Member, by: Member) -> None:
    change_roles(whom, roles=[Role.WRITER], ends_on=None, by=by)


def send_away(whom: Member, by: Member) -> None:
    end(whom, by=by)


@pytest.fixture(autouse=True)
def wide_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between asking who else administers, and changing anything, everybody else gets a chance."""
    keep = actions.keep_another_administrator

    def slowly(*args: Any) -> None:
        keep(*args)
        time.sleep(0.2)

    monkeypatch.setattr(actions, "keep_another_administrator", slowly)


@pytest.mark.parametrize("act", [demote, send_away])
@pytest.mark.parametrize("other", [demote, send_away])
def test_two_administrators_take_each_other_s_place_away(
    town: Organisation, cora: Member, act: Act, other: Act
) -> None:
    carl = make_member(town, "Carl", Role.ADMINISTRATOR)
    results = at_once(lambda: act(carl, cora), lambda: other(cora, carl))
    assert len(refusals(results)) == 1
    assert len(Member.objects.filter(held__role=Role.ADMINISTRATOR, ends_on=None)) == 1
    assert verify()[1] == []


def test_two_administrators_step_down_at_once(town: Organisation, cora: Member) -> None:
    carl = make_member(town, "Carl", Role.ADMINISTRATOR)
    results = at_once(lambda: demote(carl, carl), lambda: demote(cora, cora))
    assert len(refusals(results)) == 1
    assert len(Member.objects.filter(held__role=Role.ADMINISTRATOR, ends_on=None)) == 1


@pytest.mark.parametrize("first", ["roles", "end"])
def test_who_is_let_go_while_somebody_saves_their_roles_is_gone(
    town: Organisation, cora: Member, anna: Member, first: str
) -> None:
    carl = make_member(town, "Carl", Role.ADMINISTRATOR)
    acts = [lambda: demote(anna, carl), lambda: departing.begin(anna, last_day=None, by=cora)]
    at_once(*(acts if first == "roles" else reversed(acts)))
    assert not Member.objects.select_related("user", "organisation").get(pk=anna.pk).is_current
    assert Departure.objects.get().state == "open"
    assert verify()[1] == []


def test_two_who_choose_the_same_name_do_not_both_get_it(
    town: Organisation, anna: Member, ben: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell = naming.tell

    def slowly(*args: Any, **named: Any) -> None:
        time.sleep(0.2)
        tell(*args, **named)

    monkeypatch.setattr(naming, "tell", slowly)
    each = [lambda who=who: naming.call_oneself(who.user, name="Robin", language="en") for who in (anna, ben)]
    assert len(refusals(at_once(*each))) == 1
    assert Member.objects.filter(user__name="Robin").count() == 1
