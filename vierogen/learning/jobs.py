"""What happens without a click: people are reminded of what waits for them."""

from vierogen.core.schedule import Job
from vierogen.learning.actions.reminding import remind_all

JOBS = [Job("remind of learning", lambda _worker: remind_all(), every=600.0)]
