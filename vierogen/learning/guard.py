"""Triggers that make the database itself refuse to change an agreement that was ever in force, or a picture."""

from collections.abc import Iterable

from django.db.backends.base.base import BaseDatabaseWrapper

from vierogen.learning.models.agreements import FIXED

_WORDS = "agreements in force never change"
_SQLITE = {
    "agreement_no_change": "BEFORE UPDATE OF {columns} ON learning_agreement WHEN OLD.state <> 'draft'",
    "agreement_no_way_back": "BEFORE UPDATE OF state ON learning_agreement "
    "WHEN OLD.state <> 'draft' AND (NEW.state = 'draft' OR OLD.state <> 'in_force')",
    "agreement_no_delete": "BEFORE DELETE ON learning_agreement WHEN OLD.state <> 'draft'",
}
_POSTGRESQL = {
    "agreement_no_change": "BEFORE UPDATE OF {columns} ON learning_agreement FOR EACH ROW WHEN (OLD.state <> 'draft')",
    "agreement_no_way_back": "BEFORE UPDATE OF state ON learning_agreement FOR EACH ROW "
    "WHEN (OLD.state <> 'draft' AND (NEW.state = 'draft' OR OLD.state <> 'in_force'))",
    "agreement_no_delete": "BEFORE DELETE ON learning_agreement FOR EACH ROW WHEN (OLD.state <> 'draft')",
    "agreement_no_emptying": "BEFORE TRUNCATE ON learning_agreement FOR EACH STATEMENT",
}
# Whoever is to see another picture gets another version of the card.
_PICTURES = {
    "sqlite": "BEFORE UPDATE ON learning_cardpicture",
    "postgresql": "BEFORE UPDATE ON learning_cardpicture FOR EACH ROW",
}
_OF_PICTURES = "card_picture_no_change"
_REFUSE = f"""CREATE OR REPLACE FUNCTION learning_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{_WORDS}'; END $$"""


def install(connection: BaseDatabaseWrapper, *, columns: Iterable[str] = FIXED, with_pictures: bool = True) -> None:
    """Put the triggers in place; safe to repeat. Migrations from before a column say which ``columns`` there are."""
    remove(connection, with_pictures=with_pictures)
    is_sqlite = connection.vendor == "sqlite"
    triggers = dict(_SQLITE if is_sqlite else _POSTGRESQL)
    if with_pictures:
        triggers[_OF_PICTURES] = _PICTURES[connection.vendor]
    does = f"BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END" if is_sqlite else "EXECUTE FUNCTION learning_refuse()"
    with connection.cursor() as cursor:
        if not is_sqlite:
            cursor.execute(_REFUSE)
        for name, when in triggers.items():
            cursor.execute(f"CREATE TRIGGER {name} {when.format(columns=', '.join(columns))} {does}")


def remove(connection: BaseDatabaseWrapper, *, with_pictures: bool = True) -> None:
    """Take the triggers away (to empty a test database)."""
    is_sqlite = connection.vendor == "sqlite"
    tables = dict.fromkeys(_SQLITE if is_sqlite else _POSTGRESQL, "learning_agreement")
    if with_pictures:
        tables[_OF_PICTURES] = "learning_cardpicture"
    with connection.cursor() as cursor:
        for name, table in tables.items():
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}" + ("" if is_sqlite else f" ON {table}"))
