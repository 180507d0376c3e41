"""What listening does without a click, besides listening itself."""

from vierogen.core.schedule import Job
from vierogen.listening.actions import silence


def mind_sources(_worker: str) -> bool:
    """Tell of sources that fell silent, and of those that live again."""
    silence.mind()
    return False


JOBS = [
    Job("mind sources", mind_sources, every=60.0),
]
