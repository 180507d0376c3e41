"""What listening does without a click."""

from vierogen.core.schedule import Job
from vierogen.listening.actions import beginning, previewing


def begin(_worker: str) -> bool:
    """Make the alerts that should be there from the first minute, and end those of people who left."""
    return bool(beginning.begin_all() + beginning.end_for_those_who_left())


def prepare_preview(_worker: str) -> bool:
    """Fold what was found a moment ago, so that a query can be tried on it."""
    return bool(previewing.prepare())


def tidy_preview(_worker: str) -> bool:
    """Drop what is too old to be tried, and fold what was missed."""
    return bool(previewing.tidy())


JOBS = [
    Job("begin listening", begin, every=10.0),
    Job("prepare preview", prepare_preview, every=3.0),
    Job("tidy preview", tidy_preview, every=3600.0),
]
