"""Four people, the same in every test: anna writes, ben reviews, cora administers, otto is an outsider.

With them dirk (duty officer), and a practice network with the organisation's channel on it.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client, TestCase, TransactionTestCase
from django.utils import translation
from pytest_django.plugin import DjangoDbBlocker

from vierogen.channels.models import Channel
from vierogen.core import http
from vierogen.learning import guard as agreements_guard
from vierogen.ledger import guard
from vierogen.ledger.actions import Machine
from vierogen.people.actions import found, join
from vierogen.people.models import Member, Organisation, User
from vierogen.people.roles import Role
from vierogen.practice.network import Account
from vierogen.practice.server import PracticeServer
from vierogen.vault.actions import connect

SETUP = Machine("test")
PASSWORD = "a long enough password"


# What Django itself writes there when it makes the database; no test changes it.
STAYS = {"django_content_type", "auth_permission"}


@pytest.fixture(autouse=True, scope="session")
def empty_between_tests() -> Iterator[None]:
    """Tests with real transactions are emptied afterwards; the ledger's guard would refuse that."""
    with pytest.MonkeyPatch.context() as patch:

        def unguarded(_self: TransactionTestCase) -> None:
            guard.remove(connection)
            agreements_guard.remove(connection)
            empty()
            cache.clear()
            guard.install(connection)
            agreements_guard.install(connection)

        patch.setattr(TransactionTestCase, "_fixture_teardown", unguarded)
        yield


@pytest.fixture(autouse=True, scope="session")
def one_connection() -> Iterator[None]:
    """Tests that are rolled back go on with the connection of the one before: Django opens another for each."""
    with pytest.MonkeyPatch.context() as patch:

        def rolled_back(cls: Any) -> None:
            cls._rollback_atomics(cls.cls_atomics)
            super(TestCase, cls).tearDownClass()

        patch.setattr(TestCase, "tearDownClass", classmethod(rolled_back))
        yield


@pytest.fixture(scope="module")
def rows_of_this_file(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """What fixtures of a file put down here, all its tests find; what each of them does itself is undone.

    Not for files with tests that commit for real, nor for objects that tests change: give each a copy.
    """
    with django_db_blocker.unblock():
        around = transaction.atomic()
        around._from_testcase = True  # type: ignore[attr-defined]  # as in any test that is rolled back
        with around:
            yield
            transaction.set_rollback(True)


def empty() -> None:
    """Delete every row. Django's own ``flush`` cuts off and fills again every table, full or not: ten times as slow."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    # References between tables are looked at when the transaction ends, so the order does not matter.
    with transaction.atomic(), connection.cursor() as cursor:
        for table in set(tables) - STAYS:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608 - a name of our own


@pytest.fixture(autouse=True)
def outside_again() -> Iterator[None]:
    """A test that practised in this process leaves the next one its way out."""
    yield
    http._staying_inside.clear()


@pytest.fixture(autouse=True)
def english() -> None:
    """Forget which language the request of an earlier test left in force."""
    translation.deactivate()


@pytest.fixture
def town(db: None) -> Organisation:
    """The organisation of anna, ben, cora and dirk."""
    return found("Gemeente Voorbeeld", by=SETUP, language="en")


@pytest.fixture
def elsewhere(db: None) -> Organisation:
    """Otto's organisation."""
    return found("Welzijn Anders", by=SETUP, language="en")


def make_member(organisation: Organisation, name: str, *roles: Role) -> Member:
    """A user with a membership; everybody's password is ``PASSWORD``."""
    user = User.objects.create_user(f"{name.lower()}@voorbeeld.example", PASSWORD, name=name, language="en")
    return join(organisation, user, roles=roles, by=SETUP)


@pytest.fixture
def anna(town: Organisation) -> Member:
    """Writes."""
    return make_member(town, "Anna", Role.WRITER)


@pytest.fixture
def ben(town: Organisation) -> Member:
    """Reviews."""
    return make_member(town, "Ben", Role.REVIEWER)


@pytest.fixture
def cora(town: Organisation) -> Member:
    """Administers, and connects channels."""
    return make_member(town, "Cora", Role.ADMINISTRATOR)


@pytest.fixture
def dirk(town: Organisation) -> Member:
    """Is on duty."""
    return make_member(town, "Dirk", Role.DUTY_OFFICER)


@pytest.fixture
def otto(elsewhere: Organisation) -> Member:
    """Holds every role, in another organisation."""
    return make_member(elsewhere, "Otto", *[role for role in Role if role != Role.TRAINEE])


@pytest.fixture
def practice() -> Iterator[PracticeServer]:
    """A fresh practice network."""
    server = PracticeServer(None)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def official(practice: PracticeServer) -> Account:
    """The organisation's account on the practice network."""
    return practice.network.add_account("gemeente_voorbeeld", "Gemeente Voorbeeld")


@pytest.fixture
def channel(town: Organisation, cora: Member, practice: PracticeServer, official: Account) -> Channel:
    """That account, connected."""
    return connect(town, "mastodon", server=practice.url, credentials={"token": official.token}, by=cora)


@pytest.fixture
def enter(client: Client) -> Callable[[Member], Client]:
    """A browser-like client in which the member is logged in."""

    def log_in(member: Member) -> Client:
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return log_in


@pytest.fixture
def visit(enter: Callable[[Member], Client]) -> Callable[[Member], Client]:
    """The same, a moment after the member proved who they are."""

    def log_in(member: Member) -> Client:
        client = enter(member)
        answer = client.post("/log-in/reauthenticate/", {"password": PASSWORD})
        assert answer.status_code == 302
        return client

    return log_in
