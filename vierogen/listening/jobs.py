"""What listening does without a click."""

from vierogen.core.schedule import Job
from vierogen.listening.actions import bulletins

JOBS = [
    Job("bulletins", lambda _worker: bulletins.make_due(), every=0.5),
    Job("forget bulletins", lambda _worker: bulletins.forget_old(), every=3600.0),
]
