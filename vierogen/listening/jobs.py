"""What listening does without a click: the listener itself, and a worker's jobs."""

import threading
from datetime import datetime

from vierogen.core.schedule import Job
from vierogen.listening.actions import beginning, bulletins, grouping, keeping, previewing, silence, spiking
from vierogen.listening.listener import Listener

# What the last look for spikes saw of each alert, so that only what changed is computed.
_SEEN: dict[int, tuple[datetime, int]] = {}


# Seconds until the next listener, where one had to end.
AGAIN = 5.0


def _listen(stop: threading.Event) -> None:
    while not stop.is_set():
        Listener(group=grouping.group).run(stop)
        stop.wait(AGAIN)


def start_listening(stop: threading.Event) -> list[threading.Thread]:
    """Read every source that nobody else reads, until ``stop`` is set; returns the thread to wait for."""
    thread = threading.Thread(target=_listen, args=(stop,), name="listener", daemon=True)
    thread.start()
    return [thread]


def mind_sources(_worker: str) -> bool:
    """Tell of sources that fell silent, and of those that live again."""
    silence.mind()
    return False


def begin(_worker: str) -> bool:
    """Make the alerts that should be there from the first minute."""
    return bool(beginning.begin_all())


def end_own_names(_worker: str) -> bool:
    """End the alerts on the names of people who left, or are called otherwise."""
    beginning.end_for_those_who_left()
    return False


def prepare_preview(_worker: str) -> bool:
    """Fold what was found a moment ago, so that a query can be tried on it."""
    return bool(previewing.prepare())


def tidy_preview(_worker: str) -> bool:
    """Drop what is too old to be tried, and fold what was missed."""
    return bool(previewing.tidy())


def group_the_rest(_worker: str) -> bool:
    """Group hits that whoever stored them did not come to group."""
    return bool(grouping.group_the_rest())


def look_for_spikes(_worker: str) -> bool:
    """Ring for alerts that have much more mentions than usual."""
    if len(_SEEN) > 100_000:
        _SEEN.clear()
    spiking.look(seen=_SEEN)
    return False


def forget_old_hits(_worker: str) -> bool:
    """Delete a portion of what was kept long enough."""
    return bool(keeping.forget_old())


JOBS = [
    Job("mind sources", mind_sources, every=60.0),
    Job("begin listening", begin, every=10.0),
    Job("end own names", end_own_names, every=60.0),
    Job("prepare preview", prepare_preview, every=3.0),
    Job("tidy preview", tidy_preview, every=3600.0),
    Job("group hits", group_the_rest, every=5.0),
    Job("look for spikes", look_for_spikes, every=30.0),
    Job("forget hits", forget_old_hits, every=600.0),
    Job("bulletins", lambda _worker: bulletins.make_due(), every=0.5),
    Job("forget bulletins", lambda _worker: bulletins.forget_old(), every=3600.0),
]
