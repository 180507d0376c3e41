"""What the vault does without a click: renew keys, warn of those that end, forget log-ins and wishes that are over.

And say at which emergencies nobody looked back in time, and that a long wait is over.
"""

from django.utils import timezone

from vierogen.core.schedule import Job
from vierogen.vault import log_in, renewing, revealing, sharing, watching
from vierogen.vault.models import Reveal


def renew(_worker: str) -> bool:
    """Renew the next key that is due."""
    life = renewing.claim()
    if life is None:
        return False
    renewing.renew(life)
    return True


def mind(_worker: str) -> bool:
    """Warn of keys that end."""
    return bool(renewing.warn())


def forget(_worker: str) -> bool:
    """Forget log-ins that were not finished; on its own, so that no trouble with a warning keeps their keys."""
    return bool(log_in.forget())


def lapse(_worker: str) -> bool:
    """Let wishes to see a secret, and to take an export, lapse that nobody used in time."""
    reveals = revealing.lapse(Reveal.objects.over(timezone.now()).with_all())
    return bool(reveals + sharing.lapse())


def remind(_worker: str) -> bool:
    """Say at which emergencies nobody looked back in time."""
    return bool(watching.remind_of_reviews(timezone.now()))


def tell_of_open(_worker: str) -> bool:
    """Say to whoever waited a day for it that a secret can be seen now."""
    return bool(watching.tell_of_open(timezone.now()))


JOBS = [
    Job("renew keys", renew, every=5.0),
    Job("mind keys", mind, every=30.0),
    Job("forget log-ins", forget, every=30.0),
    Job("lapse reveals", lapse, every=30.0),
    Job("remind of reviews", remind, every=30.0),
    Job("tell of open glass", tell_of_open, every=30.0),
]
