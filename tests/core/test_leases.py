"""A lease belongs to one worker, lives while that worker does, and is told from an older one by its fence."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, models, transaction
from django.utils import timezone

from vierogen.core import leases
from vierogen.core.leases import RELEASED, free, heartbeat, lock, taken, worker_name
from vierogen.notices.models import Message

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def row(db: None) -> Message:
    """Any row that is worked on under a lease."""
    return Message.objects.create(organisation_id=1, user_id=1, email="anna@voorbeeld.example", mail_id="<1@here>")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A heart that beats twenty times a second."""
    monkeypatch.setattr(leases, "BEAT", 0.05)


def take(row: Message, owner: str) -> Message:
    Message.objects.filter(pk=row.pk).update(**taken(owner))
    return Message.objects.get(pk=row.pk)


def is_free(row: Message) -> bool:
    return Message.objects.filter(free(timezone.now()), pk=row.pk).exists()


def run_out(row: Message) -> None:
    Message.objects.filter(pk=row.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def in_a_thread(action: Any) -> Any:
    """What ``action`` returns on a connection of its own."""
    results: list[Any] = []

    def do() -> None:
        results.append(action())
        connection.close()

    thread = threading.Thread(target=do)
    thread.start()
    thread.join(timeout=20)
    return results[0]


def test_every_worker_has_a_name_of_its_own() -> None:
    names = {worker_name("deliver") for _turn in range(50)}
    assert len(names) == 50
    assert all(len(name) <= Message._meta.get_field("lease_owner").max_length for name in names)


def test_a_fresh_claim_is_for_ten_seconds_and_raises_the_fence(row: Message) -> None:
    one, two = take(row, "a"), take(row, "b")
    assert two.fence == one.fence + 1
    assert two.lease_owner == "b"
    assert timedelta(seconds=9) < two.lease_until - timezone.now() <= timedelta(seconds=10)


def test_what_is_leased_is_not_free_until_the_lease_ends_or_is_given_back(row: Message) -> None:
    assert is_free(row)
    take(row, "a")
    assert not is_free(row)
    run_out(row)
    assert is_free(row)
    take(row, "a")
    Message.objects.filter(pk=row.pk).update(**RELEASED)
    assert is_free(row)


def test_a_heart_that_beats_keeps_the_lease(row: Message, quick: None) -> None:
    mine = take(row, "a")
    run_out(row)
    with heartbeat(mine) as lost:
        threading.Event().wait(0.3)
        assert not is_free(row)
        assert not lost.is_set()
    before = Message.objects.get(pk=row.pk).lease_until
    threading.Event().wait(0.2)
    assert Message.objects.get(pk=row.pk).lease_until == before


def test_a_worker_notices_that_another_took_over(row: Message, quick: None) -> None:
    mine = take(row, "a")
    with heartbeat(mine) as lost:
        theirs = take(row, "b")
        assert lost.wait(5)
    assert Message.objects.get(pk=row.pk).lease_until == theirs.lease_until


def test_a_worker_of_the_same_name_does_not_keep_a_newer_lease(row: Message, quick: None) -> None:
    mine = take(row, "a")
    take(row, "a")
    with heartbeat(mine) as lost:
        assert lost.wait(5)


def test_the_heart_beats_on_after_a_fault_of_the_database(
    row: Message, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = take(row, "a")
    run_out(row)
    update, faults = models.QuerySet.update, iter([OperationalError("gone for a moment")] * 2)

    def fails_twice(self: Any, **values: Any) -> int:
        if threading.current_thread().name.startswith("heartbeat") and (fault := next(faults, None)):
            raise fault
        return update(self, **values)

    monkeypatch.setattr(models.QuerySet, "update", fails_twice)
    with heartbeat(mine) as lost:
        threading.Event().wait(0.5)
        assert not is_free(row)
        assert not lost.is_set()


def test_the_heart_stops_when_the_work_fails(row: Message, quick: None) -> None:
    with pytest.raises(ZeroDivisionError), heartbeat(take(row, "a")):
        raise ZeroDivisionError
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("heartbeat")]


def test_a_locked_row_is_passed_over_not_waited_for(row: Message) -> None:
    if not connection.features.has_select_for_update_skip_locked:
        # SQLite: a transaction that may write is alone, so there is nothing to pass over.
        assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
        return
    with transaction.atomic():
        assert lock(Message.objects.all()).count() == 1
        assert list(lock(Message.objects.all()))

        def other() -> list[Message]:
            with transaction.atomic():
                return list(lock(Message.objects.all()))

        assert in_a_thread(other) == []
