"""What listening does without a click."""

from datetime import datetime

from vierogen.core.schedule import Job
from vierogen.listening.actions import grouping, keeping, spiking

# What the last look for spikes saw of each alert, so that only what changed is computed.
_SEEN: dict[int, tuple[datetime, int]] = {}


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
    Job("group hits", group_the_rest, every=5.0),
    Job("look for spikes", look_for_spikes, every=30.0),
    Job("forget hits", forget_old_hits, every=600.0),
]
