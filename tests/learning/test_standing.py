"""Rights depend on agreements and lessons, and only those that make something go out."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.learning.conftest import Make, agree
from tests.plugins.house import make_member
from tests.posts.conftest import approved, delivery, offered, version  # noqa: F401 - a post on its way
from vierogen.channels.models import Channel
from vierogen.learning.actions.agreeing import draft_anew, put_in_force, retire
from vierogen.learning.models import Agreement
from vierogen.learning.standing import Suspended, require, standing_of, standings_of
from vierogen.ledger.models import Entry
from vierogen.networks.base import Shown
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Role
from vierogen.posts.actions import removing, reviewing, stopping, writing
from vierogen.posts.actions.content import Content
from vierogen.posts.actions.delivering import claim
from vierogen.posts.models import Delivery, Version


def test_nothing_is_asked_where_nothing_is_in_force(anna: Member) -> None:
    require(anna)
    assert standing_of(anna).ok


def test_there_is_time_until_the_term_is_over(card: Make, anna: Member) -> None:
    card(days=14)
    require(anna)
    assert not standing_of(anna).missing
    assert len(standing_of(anna).waiting) == 1


def test_after_its_term_it_says_what_is_missing_and_where_it_is_mended(card: Make, anna: Member) -> None:
    late = card(days=0)
    with pytest.raises(Suspended, match="Look first") as refusal:
        require(anna)
    assert refusal.value.url == "/learning/missing/"
    agree(late, anna)
    require(anna)


def test_who_came_later_reads_first(card: Make, town: Organisation, anna: Member) -> None:
    asked = card(days=14)
    newcomer = make_member(town, "Nora", Role.WRITER)
    assert standing_of(anna).ok
    assert not standing_of(newcomer).ok
    agree(asked, newcomer)
    assert standing_of(newcomer).ok


def anew(card: Agreement, by: Member, *, material: bool = True, days: int = 14) -> Agreement:
    """The next version, in force."""
    put_in_force(draft := draft_anew(card, by=by), material=material, days=days, by=by)
    return draft


def stands(member: Member) -> tuple[bool, list[bool]]:
    """May they publish, and were they late with a version before? By both ways of reckoning."""
    standing = standing_of(member)
    assert standings_of(member.organisation)[member.pk] == standing
    return standing.ok, [one.was_late for one in standing.open]


def test_a_new_version_gives_no_new_term_to_who_was_late_with_the_one_before(
    card: Make, anna: Member, ben: Member, cora: Member, enter: Callable[[Member], Client]
) -> None:
    first = card(days=3)
    agree(first, ben)
    with time_machine.travel(timezone.now() + timedelta(days=4)):
        second = anew(first, cora)
        assert stands(anna) == (False, [True])
        assert stands(ben) == (True, [False])
        # Nor the next, though nobody is late yet with this one; words alone change nothing in that.
        third = anew(anew(second, cora, material=False), cora)
        assert stands(anna) == (False, [True])
        assert stands(ben) == (True, [False])
        for page in ("/learning/missing/", f"/learning/card/{third.key}/"):
            assert "So there is no new time for it" in enter(anna).get(page).content.decode()
            assert "So there is no new time for it" not in enter(ben).get(page).content.decode()
        agree(third, anna)
        assert stands(anna) == (True, [])
        # Who caught up has a new term like everybody.
        anew(third, cora)
        assert stands(anna) == (True, [False])


def test_who_still_had_time_for_the_version_before_has_the_term_of_the_new_one(
    card: Make, anna: Member, cora: Member
) -> None:
    first = card(days=3)
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        second = anew(first, cora)
        assert [one.due_at for one in standing_of(anna).waiting] == [Agreement.objects.get(pk=second.pk).due_at]
    with time_machine.travel(timezone.now() + timedelta(days=4)):
        assert stands(anna) == (True, [False])


def test_a_card_that_was_withdrawn_and_comes_back_has_a_term_for_everybody(
    card: Make, anna: Member, cora: Member
) -> None:
    first = card(days=0)
    draft = draft_anew(first, by=cora)
    retire(first, by=cora)
    assert stands(anna) == (True, [])
    put_in_force(draft, material=True, days=14, by=cora)
    assert stands(anna) == (True, [False])


def test_who_came_after_a_change_was_late_with_nothing(card: Make, town: Organisation, cora: Member) -> None:
    first = card(days=0)
    anew(first, cora, days=0)
    newcomer = make_member(town, "Nora", Role.WRITER)
    assert stands(newcomer) == (False, [False])


def test_a_confirmation_of_another_card_or_member_counts_for_nothing(card: Make, anna: Member, ben: Member) -> None:
    first, second = card(days=0), card("another", days=0)
    agree(first, anna)
    agree(second, ben)
    assert [one.pk for one in standing_of(anna).missing] == [second.pk]
    assert [one.pk for one in standing_of(ben).missing] == [first.pk]


def test_offering_approving_and_publishing_need_it(
    card: Make,
    version: Version,  # noqa: F811 - a fixture
    anna: Member,
    ben: Member,
) -> None:
    late = card(days=0)
    with pytest.raises(Suspended):
        writing.submit(version, by=anna)
    agree(late, anna)
    writing.submit(version, by=anna)
    with pytest.raises(Suspended):
        reviewing.approve(version, by=ben, digest=version.digest)
    agree(late, ben)
    reviewing.approve(version, by=ben, digest=version.digest)
    second = draft_anew(late, by=Member.objects.get(user__name="Cora"))
    put_in_force(second, material=True, days=0, by=Member.objects.get(user__name="Cora"))
    with pytest.raises(Suspended):
        reviewing.publish_now(version, by=ben)
    agree(second, ben)
    reviewing.publish_now(version, by=ben)


def test_releasing_needs_it(card: Make, delivery: Delivery, ben: Member, dirk: Member, town: Organisation) -> None:  # noqa: F811
    stopping.stop_everything(town, by=dirk)
    stopping.lift(town, by=ben)
    held = Delivery.objects.get(pk=delivery.pk)
    late = card(days=0)
    with pytest.raises(Suspended):
        stopping.release(held, by=ben)
    agree(late, ben)
    stopping.release(held, by=ben)


def test_drafting_asking_for_changes_and_stopping_never_do(
    card: Make,
    approved: Version,  # noqa: F811 - a fixture
    anna: Member,
    ben: Member,
    dirk: Member,
    channel: Channel,
) -> None:
    late = card(days=0)
    stopping.stop(approved.post, by=anna)
    stopping.stop_everything(anna.organisation, by=dirk)
    draft = writing.begin(channel.organisation, Content("Zaterdag is het feest.", (channel,)), by=anna)
    agree(late, anna)
    writing.submit(draft, by=anna)
    reviewing.ask_for_changes(draft, by=ben, text="Noem de plaats.")
    told = {entry.verb: entry.facts for entry in Entry.objects.filter(verb__in=["revoke", "stop_everything"])}
    assert told == {"revoke": {"without_standing": [f"agreement:{late.pk}"]}, "stop_everything": told["revoke"]}


def test_the_emergency_path_and_taking_down_stay_open_and_are_recorded(
    card: Make,
    version: Version,  # noqa: F811 - a fixture
    dirk: Member,
    channel: Channel,
) -> None:
    late = card(days=0)
    reviewing.publish_in_emergency(version, by=dirk, reason="Storm")
    removing.take_down(channel, Shown("1", "Oeps"), by=dirk, reason="Weg")
    for verb in ("publish_in_emergency", "take_down"):
        assert Entry.objects.get(verb=verb).facts["without_standing"] == [f"agreement:{late.pk}"]
    agree(late, dirk)
    removing.take_down(channel, Shown("2", "Oeps"), by=dirk, reason="Weg")
    assert Entry.objects.filter(verb="take_down").latest("number").facts == {}


def test_what_was_approved_before_goes_on(
    card: Make,
    delivery: Delivery,  # noqa: F811 - a fixture
    ben: Member,
    anna: Member,
) -> None:
    card(days=0)
    assert not standing_of(ben).ok
    Delivery.objects.update(due_at=timezone.now(), cooling_until=timezone.now() - timedelta(seconds=1))
    claimed = claim("worker")
    assert claimed
    assert claimed.pk == delivery.pk


def test_all_members_at_once_stand_as_each_of_them_does(
    card: Make, town: Organisation, anna: Member, ben: Member, cora: Member, dirk: Member
) -> None:
    for number in range(4):
        agree(card(f"card-{number}", days=0 if number % 2 else 9), *[anna, ben, cora, dirk][: number + 1])
    assert standings_of(town) == {one.pk: standing_of(one) for one in (anna, ben, cora, dirk)}


def test_it_asks_the_database_as_often_for_thirty_cards_as_for_one(
    card: Make, town: Organisation, anna: Member, cora: Member
) -> None:
    card()
    read = Member.objects.select_related("user", "organisation").prefetch_related("held")
    counts = []
    for _round in range(2):
        member = read.get(pk=anna.pk)
        with CaptureQueriesContext(connection) as one:
            standing_of(member)
        with CaptureQueriesContext(connection) as every:
            standings_of(town)
        counts.append((len(one), len(every)))
        for number in range(29):
            if _round == 0:
                card(f"card-{number}")
    assert Agreement.objects.count() == 30
    assert counts[0] == counts[1]
    assert counts[0][0] == 2


def test_a_refusal_is_a_refusal_of_permission(card: Make, anna: Member) -> None:
    card(days=0)
    with pytest.raises(PermissionDenied):
        require(anna)
