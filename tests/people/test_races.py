"""Two people at the same moment: one outcome, an administrator stays, who left is gone, and never a deadlock."""

import time
from collections.abc import Callable
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from tests.plugins.house import make_member
from tests.posts.moments import at_once, later, refusals
from vierogen.channels.actions import entrust
from vierogen.channels.models import Channel
from vierogen.channels.offers import Custody
from vierogen.ledger.actions import verify
from vierogen.ledger.moves import subject_of
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


@pytest.fixture
def second(channel: Channel) -> Channel:
    """Another account of the same organisation; its row comes after the first."""
    row = Channel.objects.get(pk=channel.pk)
    row.pk, row.handle, row.account_id = None, "@another@social.example", f"{row.account_id}-2"
    row.save()
    return row


def leaving_both(town: Organisation, cora: Member, *accounts: Channel) -> tuple[Member, Member, Member, Departure]:
    """Kees, who leaves and answers for these accounts with Kim; Pat, who stays; and his departure."""
    kees, kim, pat = (make_member(town, name, Role.CUSTODIAN) for name in ("Kees", "Kim", "Pat"))
    for each in accounts:
        entrust(each, to=[kees, kim], by=cora)
    return kees, kim, pat, departing.begin(kees, last_day=town.today() + timedelta(days=20), by=cora)


def test_a_hand_over_and_somebody_who_acts_on_one_of_the_accounts_wait_for_each_other_in_one_order(
    town: Organisation, cora: Member, channel: Channel, second: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody takes the account and then the ledger; a hand-over writes in the ledger between two accounts."""
    _kees, kim, pat, departure = leaving_both(town, cora, channel, second)
    give = Custody.hand_over

    def slowly(*args: Any, **named: Any) -> None:
        give(*args, **named)
        time.sleep(0.4)

    monkeypatch.setattr(Custody, "hand_over", slowly)
    subjects = [subject_of(each) for each in (channel, second)]
    results = at_once(
        lambda: departing.hand_over(departure, "channels.custody", subjects, to=pat, by=cora),
        later(0.2, lambda: entrust(second, to=[kim, pat], by=kim)),
    )
    assert not refusals(results)
    assert verify()[1] == []


def test_what_somebody_else_took_while_a_hand_over_waited_is_passed_over(
    town: Organisation, cora: Member, channel: Channel, second: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    kees, kim, pat, departure = leaving_both(town, cora, channel, second)
    lock = departing._lock

    def too_late(subjects: set[str]) -> None:
        entrust(second, to=[kim, pat], by=kim)
        lock(subjects)

    monkeypatch.setattr(departing, "_lock", too_late)
    subjects = [subject_of(each) for each in (channel, second)]
    assert departing.hand_over(departure, "channels.custody", subjects, to=pat, by=cora) == 1
    assert not channel.custodians.filter(member=kees).exists()


def test_two_buttons_pressed_at_once_are_one_change(town: Organisation, cora: Member, anna: Member) -> None:
    seen, wanted = Member.objects.get(pk=anna.pk).as_shown, [Role.WRITER, Role.REVIEWER]
    for _press in range(2):
        now = Member.objects.select_related("user", "organisation").get(pk=anna.pk)
        change_roles(now, roles=wanted, ends_on=None, by=cora, seen=seen)
    with pytest.raises(ValidationError, match="Somebody else changed this meanwhile"):
        change_roles(now, roles=[Role.REVIEWER], ends_on=None, by=cora, seen=seen)


def test_members_are_locked_in_one_order(
    town: Organisation, cora: Member, anna: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An administrator who came later than the member: whoever locks a pair takes the earlier one first, as here."""
    carl = make_member(town, "Carl", Role.ADMINISTRATOR)
    assert anna.pk < carl.pk
    locked = Event()

    def both() -> None:
        with transaction.atomic():
            Member.objects.locked().get(pk=anna.pk)
            locked.set()
            time.sleep(0.3)
            Member.objects.locked().get(pk=carl.pk)

    def demoted() -> None:
        locked.wait(5)
        demote(anna, carl)

    assert not refusals(at_once(both, demoted))
