"""Hits go after the days that the organisation chose; what is left of a group keeps a leader; numbers stay."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from tests.listening.found import heard, listening_for
from vierogen.ledger.models import Entry
from vierogen.listening.actions.grouping import group
from vierogen.listening.actions.keeping import days_of, forget_old, keep_for
from vierogen.listening.actions.marking import mark
from vierogen.listening.models import Count, Hit, Item, Sketch
from vierogen.listening.states import Mark
from vierogen.people.models import Member, Organisation

NEWS = "De brand in een loods op het industrieterrein van Moerdijk is onder controle, meldt de veiligheidsregio."


def ago(days: float) -> object:
    return timezone.now() - timedelta(days=days)


def forget() -> None:
    while forget_old():
        pass


def test_each_organisation_keeps_its_own_days(
    town: Organisation, elsewhere: Organisation, cora: Member, otto: Member
) -> None:
    ours, theirs = listening_for(town), listening_for(elsewhere)
    assert days_of(town.pk) == 90
    keep_for(town, days=30, by=cora)
    keep_for(elsewhere, days=365, by=otto)
    for alert in (ours, theirs):
        for days in (31, 29, 366):
            heard(alert, f"{days}", at=ago(days))
    forget()
    left = Hit.objects.order_by("pk").values_list("alert__organisation", "item__text")
    assert list(left) == [(town.pk, "29"), (elsewhere.pk, "31"), (elsewhere.pk, "29")]
    assert set(Item.objects.values_list("text", flat=True)) == {"29", "31"}
    assert Item.objects.count() == 3


def test_an_item_stays_as_long_as_anybody_has_a_hit_on_it(town: Organisation, elsewhere: Organisation) -> None:
    first = heard(listening_for(town), "x", at=ago(100))
    other = listening_for(elsewhere)
    Hit.objects.create(organisation=elsewhere, alert=other, item=first.item)
    forget()
    assert Hit.objects.get().item == first.item


def test_an_item_that_is_just_being_stored_stays(town: Organisation) -> None:
    Item.objects.create(key="0" * 64)
    forget()
    assert Item.objects.exists()


def test_of_a_group_that_is_younger_in_part_the_first_left_leads(town: Organisation, cora: Member) -> None:
    alert = listening_for(town, "brand")
    first = heard(alert, NEWS, author="a", at=ago(93))
    rest = [heard(alert, NEWS, author=f"b{days}", at=ago(days)) for days in (89, 88)]
    group([alert.pk])
    mark(first, Mark.USEFUL, by=cora)
    forget()
    heir, copy = Hit.objects.order_by("found_at")
    assert [heir.pk, copy.pk] == [hit.pk for hit in rest]
    assert (heir.copy_of, copy.copy_of, heir.mark) == (None, heir, Mark.USEFUL)
    assert Sketch.objects.get().hit == heir
    newer = heard(alert, NEWS, author="c", at=ago(87))
    group([alert.pk])
    newer.refresh_from_db()
    assert newer.copy_of == heir


def test_numbers_stay_longer_than_hits(town: Organisation) -> None:
    alert = listening_for(town)
    for days in (399, 401):
        Count.objects.create(alert=alert, hour=ago(days), number=1)
    forget()
    assert Count.objects.count() == 1


def test_many_go_in_portions(town: Organisation) -> None:
    alert = listening_for(town)
    items = Item.objects.bulk_create(Item(key=f"{number:064}", seen_at=ago(100)) for number in range(1_200))
    Hit.objects.bulk_create(Hit(organisation=town, alert=alert, item=item, found_at=ago(100)) for item in items)
    assert forget_old() == 500
    forget()
    assert not Item.objects.exists()


@pytest.mark.parametrize("days", [6, 3_661])
def test_only_sensible_numbers_of_days_are_taken(town: Organisation, cora: Member, days: int) -> None:
    with pytest.raises(ValidationError):
        keep_for(town, days=days, by=cora)
    assert days_of(town.pk) == 90


def test_only_who_manages_the_organisation_decides(
    town: Organisation, anna: Member, cora: Member, otto: Member
) -> None:
    for by in (anna, otto):
        with pytest.raises(PermissionDenied):
            keep_for(town, days=30, by=by)
    keep_for(town, days=30, by=cora)
    keep_for(town, days=40, by=cora)
    assert days_of(town.pk) == 40
    assert Entry.objects.filter(verb="change_keeping").count() == 2
