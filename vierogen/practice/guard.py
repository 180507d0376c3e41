"""Triggers by which the database itself keeps a real account out of every drill."""

from django.db.backends.base.base import BaseDatabaseWrapper

_WORDS = "a drill has an exercise account only"
_STAYS = "an exercise account stays one, and no other becomes one"
_REAL = "(SELECT is_exercise FROM channels_channel WHERE id = NEW.channel_id)"
_SQLITE = {
    "drill_no_real_account_new": f"BEFORE INSERT ON practice_drill WHEN NEW.channel_id IS NOT NULL AND NOT {_REAL} "
    f"BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END",
    "drill_no_real_account": "BEFORE UPDATE OF channel_id ON practice_drill WHEN NEW.channel_id IS NOT NULL "
    f"AND NOT {_REAL} BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END",
    "channel_stays_exercise": "BEFORE UPDATE OF is_exercise ON channels_channel "
    f"WHEN NEW.is_exercise IS NOT OLD.is_exercise BEGIN SELECT RAISE(ABORT, '{_STAYS}'); END",
}
_POSTGRESQL = f"""CREATE OR REPLACE FUNCTION practice_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN IF NEW.channel_id IS NOT NULL AND NOT {_REAL} THEN RAISE EXCEPTION '{_WORDS}'; END IF; RETURN NEW; END $$;
CREATE OR REPLACE FUNCTION practice_refuse_turning() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{_STAYS}'; END $$;
CREATE TRIGGER drill_no_real_account BEFORE INSERT OR UPDATE OF channel_id ON practice_drill
FOR EACH ROW EXECUTE FUNCTION practice_refuse();
CREATE TRIGGER channel_stays_exercise BEFORE UPDATE OF is_exercise ON channels_channel
FOR EACH ROW WHEN (NEW.is_exercise IS DISTINCT FROM OLD.is_exercise) EXECUTE FUNCTION practice_refuse_turning()"""
_TABLES = {"drill_no_real_account": "practice_drill", "channel_stays_exercise": "channels_channel"}


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers in place; safe to repeat."""
    remove(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name, rest in _SQLITE.items():
                cursor.execute(f"CREATE TRIGGER {name} {rest}")
        else:
            cursor.execute(_POSTGRESQL)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name in _SQLITE:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        else:
            for name, table in _TABLES.items():
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
