"""What listening does without a click: the listener itself, and a worker's jobs."""

import threading

from vierogen.core.schedule import Job
from vierogen.listening.actions import silence
from vierogen.listening.listener import Listener


def start_listening(stop: threading.Event) -> list[threading.Thread]:
    """Read every source that nobody else reads, until ``stop`` is set; returns the thread to wait for."""
    thread = threading.Thread(target=Listener().run, args=(stop,), name="listener", daemon=True)
    thread.start()
    return [thread]


def mind_sources(_worker: str) -> bool:
    """Tell of sources that fell silent, and of those that live again."""
    silence.mind()
    return False


JOBS = [
    Job("mind sources", mind_sources, every=60.0),
]
