"""What happens with drills without a click: see ``actions.hosting``."""

from vierogen.core.schedule import Job
from vierogen.practice.actions.hosting import Hosts

_HOSTS = Hosts()

JOBS = [Job("run drills", _HOSTS.turn, every=1.0, finish=_HOSTS.close)]
