"""How the settings of a database are meant: a job's thread keeps its connection."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from vierogen.core.schedule import Job, start


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


@pytest.mark.django_db(transaction=True)
def test_a_job_keeps_its_connection_from_turn_to_turn(stop: threading.Event) -> None:
    used: list[Any] = []

    def run(_worker: str) -> bool:
        connection.ensure_connection()
        used.append(connection.connection)
        if len(used) == 3:
            stop.set()
        return True

    (thread,) = start([Job("turns", run)], stop)
    thread.join(timeout=10)
    assert not thread.is_alive()
    assert all(each is used[0] for each in used)
