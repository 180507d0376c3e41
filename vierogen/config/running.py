"""Runs the parts of the house in one process: web, worker, watcher and listener, until somebody asks to stop."""

import threading
from collections.abc import Callable, Iterable

from django.conf import settings
from django.core.management.base import CommandError
from waitress import create_server

from vierogen.channels import jobs as channels_jobs
from vierogen.config.wsgi import application
from vierogen.core.http import stay_inside
from vierogen.core.schedule import start
from vierogen.core.stopping import AskedToStop
from vierogen.learning import jobs as learning_jobs
from vierogen.listening import jobs as listening_jobs
from vierogen.notices import jobs as notices_jobs
from vierogen.people import jobs as people_jobs
from vierogen.posts import jobs as posts_jobs
from vierogen.practice import jobs as practice_jobs
from vierogen.vault import jobs as vault_jobs
from vierogen.watch import jobs as watch_jobs

JOBS = [
    *channels_jobs.JOBS,
    *posts_jobs.JOBS,
    *notices_jobs.JOBS,
    *watch_jobs.JOBS,
    *vault_jobs.JOBS,
    *people_jobs.JOBS,
    *listening_jobs.JOBS,
    *learning_jobs.JOBS,
    *practice_jobs.JOBS,
]


def run(
    parts: Iterable[str],
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Run ``web``, ``worker``, ``watch`` and ``listen`` as asked, until SIGTERM or SIGINT.

    Returns when all is put down. A delivery that is being sent is finished first.
    """
    if settings.PRACTICE:
        stay_inside()
    stop, asked = threading.Event(), AskedToStop()
    wanted = set(parts)
    # First: where the port is taken, nothing begins.
    server = _serve(host, port, stop) if "web" in wanted else None
    threads = start(JOBS, stop) if "worker" in wanted else []
    threads += watch_jobs.start_watching(stop) if "watch" in wanted else []
    threads += listening_jobs.start_listening(stop) if "listen" in wanted else []
    ready()
    asked.wait()
    stop.set()
    if server:
        server.task_dispatcher.shutdown()  # what is under way is answered first
        server.close()
    for thread in threads:
        thread.join(timeout=30)


def _serve(host: str, port: int, stop: threading.Event):  # type: ignore[no-untyped-def]  # noqa: ANN202 - waitress has no types
    # Without the proxy's word, everybody would seem to come from one address, and share one limit of log-ins.
    told = {"x-forwarded-for", "x-forwarded-proto"}
    proxy = {"trusted_proxy": settings.TRUSTED_PROXY, "trusted_proxy_headers": told} if settings.TRUSTED_PROXY else {}
    try:
        server = create_server(application, host=host, port=port, threads=8, ident=None, **proxy)
    except (OSError, OverflowError) as error:
        raise CommandError(f"Nothing can listen on {host}:{port} ({error}). Choose another with --port.") from error
    threading.Thread(target=_answer, args=(server.run, stop), name="web", daemon=True).start()
    return server


def _answer(serve: Callable[[], None], stop: threading.Event) -> None:
    try:
        serve()
    except OSError:  # its sockets were closed while it waited for one of them
        if not stop.is_set():
            raise
