"""Two administrators at the same moment: one outcome, an administrator stays, and never a deadlock."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.plugins.house import make_member
from tests.posts.moments import at_once, refusals
from vierogen.ledger.actions import verify
from vierogen.people import actions
from vierogen.people.actions import change_roles, end
from vierogen.people.models import Member, Organisation
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
