"""Agreements: a version in force never changes, and each member confirms each version that matters."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from tests.learning.conftest import RIGHT, WORDS, WRONG, Make, agree
from vierogen.learning.actions.agreeing import confirm, draft, draft_anew, put_in_force, retire, rewrite, throw_away
from vierogen.learning.models import Agreement, Confirmation
from vierogen.learning.models.agreements import FIXED, AlreadyInForceError
from vierogen.learning.standing import standing_of
from vierogen.learning.states import AgreementState
from vierogen.ledger.models import Entry
from vierogen.ledger.moves import WrongStateError
from vierogen.people.models import Member, Organisation


def test_a_draft_asks_nobody_until_it_is_in_force(town: Organisation, anna: Member, cora: Member) -> None:
    drafted = draft(town, WORDS, by=cora)
    assert drafted.key == "look-first"
    assert standing_of(anna).open == ()
    put_in_force(drafted, material=True, days=7, by=cora)
    (waiting,) = standing_of(anna).open
    assert waiting.pk == drafted.pk
    assert waiting.due_at - timezone.now() > timedelta(days=6, hours=23)


def test_a_wrong_answer_is_explained_and_confirms_nothing(card: Make, anna: Member) -> None:
    asked = card()
    with pytest.raises(ValidationError, match="Look again"):
        confirm(asked, answer=WRONG, by=anna)
    with pytest.raises(ValidationError, match="Choose an answer"):
        confirm(asked, answer="", by=anna)
    assert not Confirmation.objects.exists()
    confirm(asked, answer=RIGHT, by=anna)
    assert standing_of(anna).open == ()


def test_confirming_twice_is_told_once(card: Make, anna: Member) -> None:
    asked = card()
    for _time in range(2):
        confirm(asked, answer=RIGHT, by=anna)
    assert Entry.objects.filter(verb="agree", actor=anna.actor).count() == 1


def test_a_material_change_asks_everybody_again_and_another_one_nobody(card: Make, anna: Member, cora: Member) -> None:
    first = card()
    agree(first, anna)
    second = draft_anew(first, by=cora)
    put_in_force(second, material=False, days=3, by=cora)
    assert standing_of(anna).open == ()
    # Who had not confirmed the first has as long as the first gave.
    assert [one.due_at for one in standing_of(cora).open] == [first.due_at]
    third = draft_anew(second, by=cora)
    put_in_force(third, material=True, days=3, by=cora)
    assert [one.pk for one in standing_of(anna).open] == [third.pk]
    agree(third, anna)
    assert standing_of(anna).open == ()
    assert [row.state for row in Agreement.objects.order_by("number")] == ["replaced", "replaced", "in_force"]


def test_what_was_read_before_a_change_is_not_confirmed_after_it(card: Make, anna: Member, cora: Member) -> None:
    first = card()
    second = draft_anew(first, by=cora)
    put_in_force(second, material=True, days=3, by=cora)
    with pytest.raises(WrongStateError):
        confirm(first, answer=RIGHT, by=anna)
    confirm(second, answer=RIGHT, by=anna)


def test_what_is_withdrawn_is_asked_of_nobody(card: Make, anna: Member, cora: Member) -> None:
    asked = card()
    retire(asked, by=cora)
    assert standing_of(anna).open == ()
    with pytest.raises(WrongStateError):
        retire(asked, by=cora)


def test_a_draft_can_be_changed_and_thrown_away_and_nothing_else_can(card: Make, cora: Member) -> None:
    asked = card()
    anew = draft_anew(asked, by=cora)
    assert draft_anew(asked, by=cora) == anew
    rewrite(anew, {"title": "Look twice"}, by=cora)
    assert Agreement.objects.get(pk=anew.pk).title == "Look twice"
    throw_away(anew, by=cora)
    for refused in (lambda: rewrite(asked, {"title": "Other"}, by=cora), lambda: throw_away(asked, by=cora)):
        with pytest.raises(WrongStateError):
            refused()
    kept = Agreement.objects.get()
    kept.title = "Other"
    with pytest.raises(AlreadyInForceError):
        kept.save()
    with pytest.raises(AlreadyInForceError):
        kept.delete()
    assert Agreement.objects.get().title == "Look first"


@pytest.mark.parametrize("column", FIXED)
def test_the_database_itself_refuses_to_change_a_card_in_force(card: Make, cora: Member, column: str) -> None:
    asked = card()
    anew = draft_anew(asked, by=cora)
    change = f"UPDATE learning_agreement SET {column} = {column} WHERE id = %s"  # noqa: S608 - a name of our own
    with connection.cursor() as cursor:
        cursor.execute(change, [anew.pk])
        with pytest.raises(DatabaseError, match="never change"), transaction.atomic():
            cursor.execute(change, [asked.pk])


@pytest.mark.parametrize(
    "change",
    ["UPDATE learning_agreement SET state = 'draft' WHERE id = %s", "DELETE FROM learning_agreement WHERE id = %s"],
)
def test_there_is_no_way_around_it(card: Make, cora: Member, change: str) -> None:
    asked = card()
    anew = draft_anew(asked, by=cora)
    with connection.cursor() as cursor:
        cursor.execute(change, [anew.pk])
        with pytest.raises(DatabaseError, match="never change"), transaction.atomic():
            cursor.execute(change, [asked.pk])
    assert Agreement.objects.get(pk=asked.pk).state == AgreementState.IN_FORCE


def test_only_administrators_write_and_everybody_confirms(
    town: Organisation, card: Make, anna: Member, cora: Member, otto: Member
) -> None:
    asked = card()
    drafted = draft_anew(asked, by=cora)
    for member in (anna, otto):
        for refused in (
            lambda by: draft(town, WORDS, by=by),
            lambda by: draft_anew(asked, by=by),
            lambda by: rewrite(drafted, {"title": "X"}, by=by),
            lambda by: put_in_force(drafted, material=True, days=1, by=by),
            lambda by: retire(asked, by=by),
            lambda by: throw_away(drafted, by=by),
        ):
            with pytest.raises(PermissionDenied):
                refused(member)
    with pytest.raises(PermissionDenied):
        confirm(asked, answer=RIGHT, by=otto)
    confirm(asked, answer=RIGHT, by=anna)


def test_days_are_a_reasonable_number(town: Organisation, cora: Member) -> None:
    drafted = draft(town, WORDS, by=cora)
    for days in (-1, 366):
        with pytest.raises(ValidationError):
            put_in_force(drafted, material=True, days=days, by=cora)
    put_in_force(drafted, material=True, days=365, by=cora)
