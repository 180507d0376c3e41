"""Triggers that make the database itself refuse to change or remove an entry."""

from django.db.backends.base.base import BaseDatabaseWrapper

_SQLITE = """CREATE TRIGGER IF NOT EXISTS ledger_no_{verb} BEFORE {verb} ON ledger_entry
BEGIN SELECT RAISE(ABORT, 'entries of the ledger never change'); END"""
_POSTGRESQL = """CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'entries of the ledger never change'; END $$;
DROP TRIGGER IF EXISTS ledger_no_change ON ledger_entry;
CREATE TRIGGER ledger_no_change BEFORE UPDATE OR DELETE ON ledger_entry
FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
DROP TRIGGER IF EXISTS ledger_no_emptying ON ledger_entry;
CREATE TRIGGER ledger_no_emptying BEFORE TRUNCATE ON ledger_entry
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()"""


_SQLITE_NAMES = ("ledger_no_update", "ledger_no_delete")
_POSTGRESQL_NAMES = ("ledger_no_change", "ledger_no_emptying")
_SQLITE_PRESENT = """SELECT lower(name) FROM sqlite_master
WHERE type = 'trigger' AND tbl_name = 'ledger_entry' AND sql LIKE '%RAISE(ABORT%'"""
_POSTGRESQL_PRESENT = """SELECT tgname FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
WHERE tgrelid = 'ledger_entry'::regclass AND tgenabled IN ('O', 'A') AND prosrc LIKE '%RAISE EXCEPTION%'"""


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of the triggers that should be in force and are not: gone, switched off, or without their refusal."""
    is_sqlite = connection.vendor == "sqlite"
    names, question = (_SQLITE_NAMES, _SQLITE_PRESENT) if is_sqlite else (_POSTGRESQL_NAMES, _POSTGRESQL_PRESENT)
    with connection.cursor() as cursor:
        cursor.execute(question)
        there = {name for (name,) in cursor.fetchall()}
    return sorted(set(names) - there)


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers in place; safe to repeat."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for verb in ("UPDATE", "DELETE"):
                cursor.execute(_SQLITE.format(verb=verb))
        else:
            cursor.execute(_POSTGRESQL)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away (to empty a test database)."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for verb in ("UPDATE", "DELETE"):
                cursor.execute(f"DROP TRIGGER IF EXISTS ledger_no_{verb}")
        else:
            for name in _POSTGRESQL_NAMES:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON ledger_entry")
