"""Triggers that make the database itself refuse to change an agreement that is, or was, in force."""

from django.db.backends.base.base import BaseDatabaseWrapper

from vierogen.learning.models.agreements import FIXED

_COLUMNS = ", ".join(FIXED)
_WORDS = "agreements in force never change"
_SQLITE = {
    "agreement_no_change": f"BEFORE UPDATE OF {_COLUMNS} ON learning_agreement WHEN OLD.state <> 'draft'",
    "agreement_no_way_back": "BEFORE UPDATE OF state ON learning_agreement "
    "WHEN OLD.state <> 'draft' AND (NEW.state = 'draft' OR OLD.state <> 'in_force')",
    "agreement_no_delete": "BEFORE DELETE ON learning_agreement WHEN OLD.state <> 'draft'",
}
_POSTGRESQL = {
    "agreement_no_change": f"BEFORE UPDATE OF {_COLUMNS} ON learning_agreement FOR EACH ROW "
    "WHEN (OLD.state <> 'draft')",
    "agreement_no_way_back": "BEFORE UPDATE OF state ON learning_agreement FOR EACH ROW "
    "WHEN (OLD.state <> 'draft' AND (NEW.state = 'draft' OR OLD.state <> 'in_force'))",
    "agreement_no_delete": "BEFORE DELETE ON learning_agreement FOR EACH ROW WHEN (OLD.state <> 'draft')",
    "agreement_no_emptying": "BEFORE TRUNCATE ON learning_agreement FOR EACH STATEMENT",
}
_REFUSE = f"""CREATE OR REPLACE FUNCTION learning_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{_WORDS}'; END $$"""


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers in place; safe to repeat."""
    remove(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name, when in _SQLITE.items():
                cursor.execute(f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END")
            return
        cursor.execute(_REFUSE)
        for name, when in _POSTGRESQL.items():
            cursor.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION learning_refuse()")


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away (to empty a test database)."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name in _SQLITE:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        else:
            for name in _POSTGRESQL:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON learning_agreement")
