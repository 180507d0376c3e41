"""Kills a worker at a chosen step of its work, and lets another one take over."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import quote

from django.conf import settings
from django.db import connection
from django.utils import timezone

from tests import nursery
from vierogen.posts import jobs
from vierogen.posts.models import Delivery, TakeDown


def database_url() -> str:
    """The address of this test's own database, for another process."""
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    who = f"{quote(known['USER'])}:{quote(known['PASSWORD'])}@" if known["USER"] else ""
    host, port = known["HOST"], known["PORT"]
    if host.startswith("/"):
        return f"postgres://{who}/{known['NAME']}?host={quote(host)}"
    return f"postgres://{who}{host}:{port}/{known['NAME']}"


def environment() -> dict[str, str]:
    """What another process needs to work in this test's own house."""
    return os.environ | {
        "VIEROGEN_DATABASE_URL": database_url(),
        "VIEROGEN_HOME": str(settings.HOME),
        "VIEROGEN_PUBLIC_URL": settings.PUBLIC_URL,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }


def work_and_die(step: str, network: str = "mastodon", *, job: str = "deliver") -> None:
    done = nursery.run("tests.posts.dying_worker", job, step, network, env=environment())
    assert done.returncode == -signal.SIGKILL, done.stderr


@contextmanager
def worker_until_killed() -> Iterator[None]:
    """A worker in a process of its own; at the end of the block it gets ``kill -9``, whatever it is doing."""
    command = [sys.executable, "-m", "tests.posts.whole_worker"]
    with subprocess.Popen(command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as worker:
        try:
            yield
            assert worker.poll() is None, "the worker ended by itself"
        finally:
            worker.kill()


def let_time_pass() -> None:
    """Leases of the dead end, and whatever waits for a moment gets its turn."""
    now = timezone.now()
    for model in (Delivery, TakeDown):
        model.objects.exclude(lease_until=None).update(lease_until=now - timedelta(seconds=1))
    Delivery.objects.exclude(next_look_at=None).update(next_look_at=now)
    Delivery.objects.exclude(next_try_at=None).update(next_try_at=now)
    TakeDown.objects.update(next_at=now)


def settle_down(delivery: Delivery) -> Delivery:
    """Another worker does all it can: deliver, look as often as it wants, verify."""
    for _round in range(20):
        let_time_pass()
        if not (jobs.look("other") or jobs.deliver("other") or jobs.verify("other")):
            break
    return Delivery.objects.get(pk=delivery.pk)
