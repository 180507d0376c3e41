"""What happens to people without a click: last days end memberships, and are told beforehand."""

from vierogen.core.schedule import Job
from vierogen.people import arriving, departing

JOBS = [
    # Pages ask for the last day with each request; this is for what does not: sessions, mails, addresses.
    Job("end memberships", lambda _worker: departing.end_those_who_left(), every=5.0),
    Job("warn of last days", lambda _worker: departing.warn_of_last_days(), every=600.0),
    # The step that was left can go away by itself: an agreement withdrawn, a role taken.
    Job("let people arrive", lambda _worker: arriving.settle_all(), every=10.0),
]
