"""The test database is migrated once: each process that tests beside others begins with a copy of it.

Migrating takes seven seconds of a processor, copying a tenth of one. Without ``-n`` all is as pytest-django has it.
"""

from contextlib import redirect_stdout
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from pytest_django.plugin import blocking_manager_key

COPIES = pytest.StashKey[list[str]]()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """xdist: one more process is about to begin. For the first of them the database is made."""
    stash, creation = node.config.stash, connection.creation
    with stash[blocking_manager_key].unblock():
        if COPIES not in stash:
            with redirect_stdout(StringIO()):
                creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            connection.close()
        creation.clone_test_db(node.gateway.id, verbosity=0, autoclobber=True)
    stash.setdefault(COPIES, []).append(node.gateway.id)
    node.workerinput["database"] = creation.get_test_db_clone_settings(node.gateway.id)["NAME"]


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_test_environment: None) -> None:
    """pytest-django: there is a database for the tests of this process."""
    copy = getattr(request.config, "workerinput", {}).get("database")
    if copy:
        # Both, as Django itself does it: threads open connections of their own.
        settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = copy
    else:
        request.getfixturevalue("django_db_setup")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """After xdist, whose processes have ended by then."""
    copies = session.config.stash.get(COPIES, [])
    with session.config.stash[blocking_manager_key].unblock():
        for suffix in copies:
            connection.creation.destroy_test_db(verbosity=0, suffix=suffix)
        if copies:
            connection.creation.destroy_test_db(verbosity=0)
