"""Which findings are acted upon: counted from real saves, offers and approvals."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from vierogen.channels.models import Channel
from vierogen.people.models import Member, Organisation
from vierogen.posts.actions.heeding import ENOUGH, Use, use_of_checks
from vierogen.posts.actions.reviewing import approve, publish_in_emergency
from vierogen.posts.actions.settling import demote, set_levels
from vierogen.posts.actions.writing import Content, begin, save, submit
from vierogen.posts.checks.base import Level
from vierogen.posts.models import FoundThing, Version

UNFINISHED = "Zaterdag is de buurtbarbecue op het Plein. Begint om [tijd invullen]."
FINISHED = "Zaterdag is de buurtbarbecue op het Plein. Begint om 15.00 uur."


@pytest.fixture
def unfinished(channel: Channel, anna: Member) -> Version:
    """A draft with something left to fill in."""
    return write(channel, anna)


def write(channel: Channel, by: Member, text: str = UNFINISHED) -> Version:
    return begin(channel.organisation, Content(text, (channel,)), by=by)


def let_through(version: Version, *, writer: Member, reviewer: Member) -> None:
    """Offer it with a reason for each stop, and approve it."""
    stops = version.stops()
    submit(version, by=writer, reasons={stop.pk: "Dat hoort zo." for stop in stops})
    approve(version, by=reviewer, digest=version.digest, passed=[stop.pk for stop in stops])


def use(town: Organisation) -> Use:
    return use_of_checks(town).get("placeholder", Use())


def test_what_stands_in_a_draft_was_shown_and_nothing_is_decided(unfinished: Version, town: Organisation) -> None:
    assert use(town) == Use(shown=1)


def test_what_is_gone_from_the_newest_version_was_heeded(
    unfinished: Version, channel: Channel, anna: Member, town: Organisation
) -> None:
    save(unfinished.post, Content(FINISHED, (channel,)), by=anna)
    assert use(town) == Use(shown=1, heeded=1)


def test_a_post_counts_once_however_often_it_was_saved(
    unfinished: Version, channel: Channel, anna: Member, town: Organisation
) -> None:
    for number in range(3):
        save(unfinished.post, Content(f"{UNFINISHED} En nog {number} dingen.", (channel,)), by=anna)
    assert use(town) == Use(shown=1)
    save(unfinished.post, Content(FINISHED, (channel,)), by=anna)
    assert use(town) == Use(shown=1, heeded=1)


def test_what_was_offered_is_still_open(unfinished: Version, anna: Member, town: Organisation) -> None:
    submit(unfinished, by=anna, reasons={stop.pk: "Dat hoort zo." for stop in unfinished.stops()})
    assert use(town) == Use(shown=1)


def test_what_stood_in_the_approved_version_was_overridden(
    unfinished: Version, anna: Member, ben: Member, town: Organisation
) -> None:
    let_through(unfinished, writer=anna, reviewer=ben)
    assert use(town) == Use(shown=1, overridden=1)


def test_an_emergency_overrides_too(unfinished: Version, dirk: Member, town: Organisation) -> None:
    publish_in_emergency(unfinished, by=dirk, reason="Er is brand.")
    assert use(town) == Use(shown=1, overridden=1)


def test_what_was_found_when_its_time_came_is_overridden_by_who_lets_it_through(
    unfinished: Version, anna: Member, ben: Member, town: Organisation
) -> None:
    let_through(unfinished, writer=anna, reviewer=ben)
    found = FoundThing.objects.create(version=unfinished, check_key="timing", tier="stop", message="x", when_due=True)
    assert use_of_checks(town)["timing"] == Use(shown=1)
    FoundThing.objects.filter(pk=found.pk).update(passed_by=ben)
    assert use_of_checks(town)["timing"] == Use(shown=1, overridden=1)


def test_what_was_approved_and_then_changed_after_all_was_heeded(
    unfinished: Version, channel: Channel, anna: Member, ben: Member, town: Organisation
) -> None:
    let_through(unfinished, writer=anna, reviewer=ben)
    save(unfinished.post, Content(FINISHED, (channel,)), by=anna)
    assert use(town) == Use(shown=1, heeded=1)


def test_a_newest_version_that_nobody_checked_yet_decides_nothing(
    unfinished: Version, channel: Channel, anna: Member, town: Organisation
) -> None:
    version = save(unfinished.post, Content(FINISHED, (channel,)), by=anna)
    Version.objects.filter(pk=version.pk).update(checked_at=None)
    assert use(town) == Use(shown=1)


def test_what_is_older_than_ninety_days_does_not_count(unfinished: Version, town: Organisation) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=91)):
        assert use(town) == Use()


def test_another_organisation_sees_none_of_it(unfinished: Version, elsewhere: Organisation) -> None:
    assert use_of_checks(elsewhere) == {}


def test_who_chooses_another_level_begins_to_count_anew(
    unfinished: Version, channel: Channel, anna: Member, cora: Member, town: Organisation
) -> None:
    set_levels(town, {"placeholder": Level.LOOK}, by=cora)
    assert use(town) == Use()
    write(channel, anna)
    assert use(town) == Use(shown=1)


@pytest.mark.parametrize(
    ("heeded", "overridden", "expected"),
    [(0, ENOUGH - 1, False), (0, ENOUGH, True), (6, 6, False), (6, 7, True), (100, 1, False)],
)
def test_a_check_is_proposed_when_more_than_half_of_enough_is_overridden(
    heeded: int, overridden: int, expected: bool
) -> None:
    assert Use(heeded + overridden + 5, heeded, overridden).is_mostly_overridden is expected


def test_a_demoted_check_is_not_proposed_again_at_once(
    channel: Channel, anna: Member, ben: Member, cora: Member, town: Organisation
) -> None:
    for number in range(ENOUGH):
        let_through(write(channel, anna, f"{UNFINISHED} Deel {number}."), writer=anna, reviewer=ben)
    assert use(town) == Use(shown=ENOUGH, overridden=ENOUGH)
    assert use(town).is_mostly_overridden
    assert demote(town, "placeholder", to="look", by=cora) == Level.LOOK
    assert use(town) == Use()


def test_counting_takes_one_query_however_much_there_is(
    channel: Channel, anna: Member, town: Organisation, django_assert_num_queries: Any
) -> None:
    for number in range(4):
        write(channel, anna, f"{UNFINISHED} Deel {number}.")
    with django_assert_num_queries(1):
        assert use(town).shown == 4
