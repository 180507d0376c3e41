"""Runs jobs in threads: each asks what is due, does it, and rests only when there is nothing to do."""

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import close_old_connections, connection

from vierogen.core.leases import worker_name

# Seconds of rest after a failure: a database that is away for a while does not fill the log.
AFTER_A_FAILURE = 2.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """``run(worker)`` does one portion and says whether there was any; ``every`` is the rest in seconds.

    ``finish`` puts down what the job's thread kept open, when the thread ends.
    """

    name: str
    run: Callable[[str], object]
    every: float = 0.25
    threads: int = 1
    finish: Callable[[], None] = lambda: None


def start(jobs: Iterable[Job], stop: threading.Event) -> list[threading.Thread]:
    """Start a thread (or more) for each job; they end soon after ``stop`` is set, after what they are doing."""
    threads = [
        threading.Thread(target=_keep_running, args=(job, stop), name=f"{job.name} {number}", daemon=True)
        for job in jobs
        for number in range(job.threads)
    ]
    for thread in threads:
        thread.start()
    return threads


def _keep_running(job: Job, stop: threading.Event) -> None:
    worker = worker_name(job.name)
    while not stop.is_set():
        stop.wait(_once(job, worker))
    job.finish()
    connection.close()


def _once(job: Job, worker: str) -> float:
    """Do one portion; returns the seconds to rest."""
    try:
        close_old_connections()
        return 0.0 if job.run(worker) else job.every
    except Exception:
        log.exception("job %s failed; it goes on", job.name)
        return max(job.every, AFTER_A_FAILURE)
