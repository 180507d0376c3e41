"""What touches no database is tested once: in the run on SQLite, not again in the one on PostgreSQL.

So is what looks at pages as they are shown: whether each opens on every database is asked elsewhere (test_doors.py).
And what is marked ``once``: it keeps its facts in a database, and what it proves is no business of that.
"""

import pytest
from django.conf import settings

ASKS_FOR_A_DATABASE = {"db", "transactional_db", "live_server"}
LOOKS_AT_PAGES = "walk"


def touches_the_database(item: pytest.Item) -> bool:
    """Does the test, or a fixture of it, ask for the database?"""
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(fixtures & ASKS_FOR_A_DATABASE) or item.get_closest_marker("django_db") is not None


def is_proved_once(item: pytest.Item) -> bool:
    """Would another database say the same?"""
    return LOOKS_AT_PAGES in getattr(item, "fixturenames", ()) or item.get_closest_marker("once") is not None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the others out, visibly: pytest counts them as deselected."""
    if "postgresql" not in settings.DATABASES["default"]["ENGINE"]:
        return
    again = [item for item in items if touches_the_database(item) and not is_proved_once(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(again)])
    items[:] = again
