"""The ledger holds, and shows it when somebody tampers."""

import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from vierogen.ledger import guard
from vierogen.ledger.actions import Machine, commitment, forget, record, verify
from vierogen.ledger.models import AppendOnlyError, Entry, Head, Opening

BY = Machine("test")


@pytest.fixture
def three(db: None) -> list[Entry]:
    with transaction.atomic():
        return [
            record(7, "did", f"thing:{n}", by=BY, facts={"n": n}, personal={"text": f"secret {n}"}) for n in range(3)
        ]


def tamper(sql: str, *values: Any) -> None:
    guard.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
    guard.install(connection)


def test_an_untouched_ledger_verifies(three: list[Entry]) -> None:
    assert verify(7) == (3, [])


def test_entries_follow_each_other(three: list[Entry]) -> None:
    assert [entry.number for entry in three] == [1, 2, 3]
    assert three[1].previous == three[0].hash


FORGED = commitment("text", salt="0" * 32, value="forged")
# What somebody could write into an entry: every column that its fingerprint covers.
CHANGES: dict[str, Any] = {
    "organisation_id": 8,
    "number": 4,
    "at": datetime(2020, 1, 1, tzinfo=UTC),
    "actor": "member:9",
    "verb": "undid",
    "subject": "thing:9",
    "facts": {"n": 9},
    "commitments": {"text": FORGED},
    "previous": "f" * 64,
}
TOLD_BESIDES = {
    "number": {"an entry before this one is missing"},
    "previous": {"it does not follow from the entry before it"},
}


def test_every_column_is_tried() -> None:
    assert CHANGES.keys() == {field.attname for field in Entry._meta.concrete_fields} - {"id", "hash"}


@pytest.mark.parametrize("column", CHANGES)
def test_a_change_is_noticed(three: list[Entry], column: str) -> None:
    """Of the last entry, which nothing follows; the rest is made to fit it as well as it can."""
    rows, value = Entry._base_manager.filter(pk=three[2].pk), CHANGES[column]
    if column == "commitments":
        Opening.objects.filter(entry=three[2]).update(salt="0" * 32, value="forged")
    if column in {"number", "organisation_id"}:
        Head.objects.update(**{column: value})
    guard.remove(connection)
    (Entry._base_manager.all() if column == "organisation_id" else rows).update(**{column: value})
    guard.install(connection)
    told = {fault.why for fault in verify()[1]}
    assert told - TOLD_BESIDES.get(column, set()) == {"its content was changed"}


def test_a_changed_personal_value_is_noticed(three: list[Entry]) -> None:
    Opening.objects.filter(entry=three[1]).update(value="another")
    assert [(fault.number, fault.why) for fault in verify(7)[1]] == [(2, "the personal value 'text' was changed")]


def test_a_removed_entry_is_noticed(three: list[Entry]) -> None:
    Opening.objects.all().delete()
    tamper("DELETE FROM ledger_entry WHERE number = %s", 2)
    assert [fault.number for fault in verify(7)[1]] == [3, 3]


def test_a_cut_off_end_is_noticed(three: list[Entry]) -> None:
    Opening.objects.all().delete()
    tamper("DELETE FROM ledger_entry WHERE number = %s", 3)
    assert [fault.why for fault in verify(7)[1]] == ["the chain ends before its recorded head"]


def test_the_database_itself_refuses_to_be_emptied(three: list[Entry]) -> None:
    connection.check_constraints()  # nothing deferred stands in the way of the guard
    whole = "TRUNCATE ledger_entry CASCADE" if connection.vendor == "postgresql" else "DELETE FROM ledger_entry"
    with (
        pytest.raises(DatabaseError, match="never change"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(whole)
    assert verify(7) == (3, [])


def toothless() -> list[str]:
    """How somebody makes a trigger of the guard refuse nothing and leaves it in its place."""
    if connection.vendor == "postgresql":
        return ["ALTER TABLE ledger_entry DISABLE TRIGGER ledger_no_change"]
    name = "ledger_no_update"
    return [f"DROP TRIGGER {name}", f"CREATE TRIGGER {name} BEFORE UPDATE ON ledger_entry BEGIN SELECT 1; END"]


def test_a_guard_that_refuses_nothing_is_missed(three: list[Entry]) -> None:
    connection.check_constraints()
    assert guard.missing(connection) == []
    with connection.cursor() as cursor:
        for sql in toothless():
            cursor.execute(sql)
    assert len(guard.missing(connection)) == 1


def test_a_trigger_of_that_name_elsewhere_is_no_guard(three: list[Entry]) -> None:
    connection.check_constraints()
    guard.remove(connection)
    refuse = "SELECT RAISE(ABORT, 'no')" if connection.vendor == "sqlite" else ""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger_head BEGIN {refuse}; END")
        else:
            what = "BEFORE UPDATE ON ledger_head FOR EACH ROW EXECUTE FUNCTION ledger_refuse()"
            cursor.execute(f"CREATE TRIGGER ledger_no_change {what}")
    assert len(guard.missing(connection)) == 2


def test_the_database_itself_refuses_changes(three: list[Entry]) -> None:
    with (
        pytest.raises(DatabaseError, match="never change"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE ledger_entry SET verb = 'undid'")
    Opening.objects.all().delete()
    with (
        pytest.raises(DatabaseError, match="never change"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM ledger_entry")


def test_so_do_the_models(three: list[Entry]) -> None:
    with pytest.raises(AppendOnlyError):
        three[0].save()
    with pytest.raises(AppendOnlyError):
        three[0].delete()
    with pytest.raises(AppendOnlyError):
        Entry.objects.update(verb="undid")
    with pytest.raises(AppendOnlyError):
        Entry.objects.all().delete()


def test_personal_values_never_stand_in_an_entry(three: list[Entry]) -> None:
    assert "secret" not in str(Entry.objects.values_list())


def test_forgetting_a_person_keeps_the_chain(three: list[Entry]) -> None:
    assert forget(7, "machine:test", by=Machine("privacy")) == 3
    assert not Opening.objects.exists()
    assert verify(7) == (4, [])


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        record(7, "did", "thing:1", by=BY)


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_leaves_no_entry() -> None:
    def fail_afterwards() -> None:
        with transaction.atomic():
            record(7, "did", "thing:1", by=BY)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_afterwards()
    assert not Entry.objects.exists()
    assert not Head.objects.exists()


def test_organisations_have_chains_of_their_own(three: list[Entry]) -> None:
    with transaction.atomic():
        first = record(8, "did", "thing:1", by=BY)
    assert (first.number, first.previous) == (1, "0" * 64)


def test_an_entry_behind_the_recorded_head_is_noticed(three: list[Entry]) -> None:
    Head.objects.update(number=2, hash=three[1].hash)
    assert [fault.why for fault in verify(7)[1]] == ["an entry stands after the recorded head"]


def test_a_chain_that_lost_its_head_is_noticed(three: list[Entry]) -> None:
    Head.objects.all().delete()
    for organisation in (7, None):
        assert verify(organisation)[1]


def test_what_was_said_of_a_person_by_others_is_forgotten_too(db: None) -> None:
    with transaction.atomic():
        record(7, "join", "people.member:12", by=BY, personal={"member": "Anna"})
        record(7, "join", "people.member:120", by=BY, personal={"member": "Bea"})
    forget(7, "member:12", by=Machine("privacy"))
    assert [opening.value for opening in Opening.objects.all()] == ["Bea"]
    assert verify(7)[1] == []


def test_a_commitment_tells_nothing_without_its_salt(db: None) -> None:
    with transaction.atomic():
        one, two = (record(7, "join", "people.member:1", by=BY, personal={"member": "Anna"}) for _ in range(2))
    assert one.commitments["member"] != two.commitments["member"]
    salts = {opening.salt for opening in Opening.objects.all()}
    assert len(salts) == 2
    assert all(len(salt) == 32 for salt in salts)
    assert not salts & set(str(Entry.objects.values_list()).split("'"))


def test_where_one_value_ends_cannot_be_moved() -> None:
    assert commitment("ab", salt="c", value="d") != commitment("a", salt="bc", value="d")
    assert commitment("a", salt="b", value="cd") != commitment("a", salt="bc", value="d")


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_make_one_chain() -> None:
    def write() -> None:
        for number in range(5):
            with transaction.atomic():
                record(7, "did", f"thing:{number}", by=BY)
        connection.close()

    def watch() -> None:
        while any(writer.is_alive() for writer in writers):
            broken.extend(verify(7)[1])
        connection.close()

    broken: list[Any] = []
    writers = [threading.Thread(target=write) for _ in range(4)]
    verifier = threading.Thread(target=watch)
    for thread in [*writers, verifier]:
        thread.start()
    for thread in [*writers, verifier]:
        thread.join(timeout=30)
    assert broken == []
    assert verify(7) == (20, [])
