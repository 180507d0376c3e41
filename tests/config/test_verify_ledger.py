"""``vierogen verify-ledger`` for an operator: it holds, or says where it does not and ends with 1."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from vierogen.ledger import guard
from vierogen.ledger.actions import Machine, record
from vierogen.ledger.models import Entry, Head, Opening
from vierogen.people.models import Member, Organisation


def verify_ledger(**options: Any) -> str:
    """What it prints. Raises ``CommandError``, with what it had printed before."""
    said = StringIO()
    try:
        call_command("verify_ledger", stdout=said, **options)
    except CommandError as error:
        raise CommandError(f"{said.getvalue()}{error}", returncode=error.returncode) from error
    return said.getvalue()


@contextmanager
def tampering() -> Iterator[None]:
    """Somebody has the database in their hands, and puts the triggers back afterwards."""
    guard.remove(connection)
    yield
    guard.install(connection)


def test_an_untouched_ledger_holds(anna: Member, otto: Member) -> None:
    assert verify_ledger() == f"The ledger holds: {Entry.objects.count()} entries read.\n"
    own = Entry.objects.filter(organisation_id=anna.organisation_id).count()
    assert verify_ledger(organisation=anna.organisation_id) == f"The ledger holds: {own} entries read.\n"


def test_before_there_is_an_organisation_there_is_nothing_to_read(db: None) -> None:
    assert verify_ledger() == "The ledger holds: 0 entries read.\n"


def test_a_changed_entry_is_told_with_its_place(anna: Member, otto: Member) -> None:
    with tampering():
        Entry._base_manager.filter(organisation_id=anna.organisation_id, number=2).update(verb="undid")
    with pytest.raises(CommandError, match="its content was changed\nThe ledger does NOT hold: 1 fault") as refusal:
        verify_ledger()
    assert refusal.value.returncode == 1
    with pytest.raises(CommandError, match=f"organisation {anna.organisation_id}, entry 2"):
        verify_ledger(organisation=anna.organisation_id)
    assert "holds" in verify_ledger(organisation=otto.organisation_id)


@pytest.mark.parametrize("left", ["nothing", "the head"])
def test_a_chain_that_is_gone_is_missed(anna: Member, otto: Member, town: Organisation, left: str) -> None:
    with tampering():
        Opening.objects.filter(entry__organisation_id=town.pk).delete()
        Entry._base_manager.filter(organisation_id=town.pk).delete()
        if left == "nothing":
            Head.objects.filter(organisation_id=town.pk).delete()
    for options in ({}, {"organisation": town.pk}):
        with pytest.raises(CommandError, match="The ledger does NOT hold: 1 fault") as refusal:
            verify_ledger(**options)
        assert f"organisation {town.pk}, " in str(refusal.value)
    assert "holds" in verify_ledger(organisation=otto.organisation_id)


def test_an_unknown_organisation_is_no_ledger_that_holds(anna: Member) -> None:
    with pytest.raises(CommandError, match=r"There is no organisation 999\.") as refusal:
        verify_ledger(organisation=999)
    assert refusal.value.returncode == 1


def test_a_chain_whose_organisation_is_gone_can_still_be_walked(anna: Member) -> None:
    with transaction.atomic():
        record(999, "did", "thing:1", by=Machine("test"))
    assert verify_ledger(organisation=999) == "The ledger holds: 1 entries read.\n"


def test_a_database_that_refuses_no_changes_is_told(anna: Member) -> None:
    with tampering(), pytest.raises(CommandError, match="not guarded") as told:
        verify_ledger()
    assert "trigger ledger_no_" in str(told.value)
    assert guard.missing(connection) == []
