"""People answer while the watch settles: one outcome, and never a deadlock."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from tests.plugins.house import make_member
from tests.posts.moments import at_once, later, refusals, wide_windows  # noqa: F401 - used by every test here
from vierogen.ledger.actions import verify
from vierogen.ledger.models import Entry
from vierogen.notices import actions as notices
from vierogen.notices.models import Alarm
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Role
from vierogen.posts.models import TakeDown
from vierogen.watch.actions import answering
from vierogen.watch.actions.reconciling import deleted
from vierogen.watch.models import RemotePost, Stray
from vierogen.watch.states import State

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stray(look_again: Callable[[], list[Stray]], by_phone: Callable[..., str]) -> Stray:
    """Something that nobody here sent."""
    by_phone("Lekker weekend!")
    (found,) = look_again()
    return found


@pytest.fixture
def dora(town: Organisation) -> Member:
    """Is on duty too."""
    return make_member(town, "Dora", Role.DUTY_OFFICER)


def fresh(stray: Stray) -> Stray:
    return Stray.objects.select_related("channel__organisation", "alarm", "remote", "take_down").get(pk=stray.pk)


@pytest.mark.parametrize("head_start", [0.0, 0.02])
def test_one_acknowledges_while_another_adopts(head_start: float, stray: Stray, dirk: Member, dora: Member) -> None:
    alarm = Alarm.objects.get()
    at_once(
        later(head_start, lambda: notices.acknowledge(alarm, by=dirk)),
        lambda: answering.adopt(fresh(stray), by=dora, reason="Van ons."),
    )
    assert fresh(stray).state == State.ADOPTED
    assert Alarm.objects.get().state == "ended"
    assert verify()[1] == []


@pytest.mark.parametrize("head_start", [0.0, 0.02])
def test_one_takes_down_while_another_adopts(head_start: float, stray: Stray, dirk: Member, dora: Member) -> None:
    results = at_once(
        later(head_start, lambda: answering.take_down(fresh(stray), by=dirk, reason="Weg.")),
        lambda: answering.adopt(fresh(stray), by=dora, reason="Van ons."),
    )
    # Whoever comes first: what is already being taken down is not called ours.
    assert results[1] is None or isinstance(results[1], ValidationError)
    assert fresh(stray).state == (State.OPEN if results[1] else State.ADOPTED)
    assert TakeDown.objects.exists() or not results[1]
    assert verify()[1] == []


def test_two_adopt_at_once(stray: Stray, dirk: Member, dora: Member) -> None:
    results = at_once(*[lambda by=by: answering.adopt(fresh(stray), by=by, reason="Van ons.") for by in (dirk, dora)])
    assert len(refusals(results)) == 1
    assert Entry.objects.filter(verb="adopt").count() == 1


def test_two_take_down_at_once(stray: Stray, dirk: Member, dora: Member) -> None:
    results: list[Any] = at_once(
        *[lambda by=by: answering.take_down(fresh(stray), by=by, reason="Weg.") for by in (dirk, dora)]
    )
    assert {each.pk for each in results} == {TakeDown.objects.get().pk}


def test_a_removal_is_finished_while_the_network_tells_of_it(stray: Stray, dirk: Member) -> None:
    answering.take_down(fresh(stray), by=dirk, reason="Weg.")
    TakeDown.objects.update(state="gone")
    at_once(
        answering.finish_take_downs,
        lambda: deleted(stray.channel, RemotePost.objects.get().remote_id),
        answering.finish_take_downs,
    )
    assert RemotePost.objects.get().gone_at is not None
    assert Stray.objects.filter(state=State.TAKEN_DOWN).count() == Stray.objects.count() == 1
    assert verify()[1] == []
