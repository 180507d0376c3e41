"""Leases on rows: who works on it, until when, and a fencing number that grows with every claim.

A row is the queue's item. A worker that dies stops its heartbeat; after ``LEASE`` anybody may take the row over,
and the fence tells a late result of the dead from one of the living.
"""

import logging
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import Error, close_old_connections, connection, models
from django.db.models import F, Q
from django.utils import timezone

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=10)
BEAT = 3.0


class Leased(models.Model):
    """The columns of a row that is worked on under a lease."""

    lease_owner = models.CharField(max_length=80, blank=True, default="")
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.PositiveBigIntegerField(default=0)

    class Meta:
        abstract = True


def worker_name(part: str) -> str:
    """A name for this worker that no other has."""
    return f"{part}@{socket.gethostname()[:30]}:{os.getpid()}:{uuid4().hex[:6]}"


def free(now: datetime) -> Q:
    """Rows that nobody holds (any more)."""
    return Q(lease_until=None) | Q(lease_until__lt=now)


def lock(rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """Row locks that skip what others hold; SQLite's immediate transactions need none."""
    if connection.features.has_select_for_update_skip_locked:
        return rows.select_for_update(skip_locked=True, of=("self",), no_key=True)
    return rows


def taken(owner: str) -> dict[str, Any]:
    """The column values of a fresh claim by ``owner``."""
    return {"lease_owner": owner, "lease_until": timezone.now() + LEASE, "fence": F("fence") + 1}


RELEASED = {"lease_owner": "", "lease_until": None}


@contextmanager
def heartbeat(row: Any) -> Iterator[threading.Event]:
    """Keep the lease of ``row`` alive while the block runs; yields an event that is set when the lease is lost."""
    lost, done = threading.Event(), threading.Event()

    def beat() -> None:
        while not done.wait(BEAT) and not lost.is_set():
            try:
                close_old_connections()
                rows = type(row)._base_manager.filter(pk=row.pk, fence=row.fence, lease_owner=row.lease_owner)
                if not rows.update(lease_until=timezone.now() + LEASE):
                    lost.set()
            except Error:  # it may be back with the next beat, before the lease ends
                log.exception("the lease of %s %s could not be renewed", type(row).__name__, row.pk)
        connection.close()

    thread = threading.Thread(target=beat, name=f"heartbeat {type(row).__name__} {row.pk}", daemon=True)
    thread.start()
    try:
        yield lost
    finally:
        done.set()
        thread.join(timeout=5)
