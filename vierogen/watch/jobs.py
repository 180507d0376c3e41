"""What the watch does without a click: the watcher itself, and what a worker does so that a dead one is noticed."""

import threading
import time
from datetime import timedelta

from django.utils import timezone

from vierogen.core.schedule import Job
from vierogen.posts.models import Evidence
from vierogen.watch.actions import answering, minding
from vierogen.watch.watching import Watcher, keep_pictures

# After a start, seconds in which the watcher may make itself heard first: a restart is no silence.
SETTLING = 15.0
_STARTED = time.monotonic()
# Pictures of evidence that nobody has fetched after so long: whoever saw the stray died.
FORGOTTEN = timedelta(seconds=20)
TRIED = timedelta(days=1)


def start_watching(stop: threading.Event) -> list[threading.Thread]:
    """Watch every channel that nobody else watches, until ``stop`` is set; returns the thread to wait for."""
    thread = threading.Thread(target=Watcher().run, args=(stop,), name="watcher", daemon=True)
    thread.start()
    return [thread]


def mind_silence(_worker: str) -> bool:
    """Ring for channels that fell silent."""
    minding.enrol()
    if time.monotonic() - _STARTED < SETTLING:
        return False
    return bool(minding.mind_silence())


def take_down_by_itself(_worker: str) -> bool:
    """Take down what nobody claimed in time, where the organisation wants that."""
    return bool(answering.take_down_by_itself())


def settle(_worker: str) -> bool:
    """Settle strays that are gone from the network, or turned out to be ours."""
    return bool(answering.finish_take_downs() + answering.explain_late())


def keep_forgotten_pictures(_worker: str) -> bool:
    """Fetch pictures of evidence whose watcher died before it did."""
    now = timezone.now()
    rows = Evidence.objects.filter(media_complete=None, seen_at__range=(now - TRIED, now - FORGOTTEN))
    for evidence in rows.select_related("channel")[:10]:
        keep_pictures(evidence)
    return False


JOBS = [
    Job("mind silence", mind_silence, every=1.0),
    Job("take down strays", take_down_by_itself, every=0.5),
    Job("settle strays", settle, every=0.5),
    Job("keep pictures", keep_forgotten_pictures, every=10.0),
]
