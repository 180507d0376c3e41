"""What channels do without a click: the nightly look at custodians and handover files."""

from vierogen.channels import minding
from vierogen.core.schedule import Job


def check(_worker: str) -> bool:
    """Look at the next account that was not looked at today."""
    channel = minding.unchecked()
    if channel is None:
        return False
    minding.check(channel)
    return True


JOBS = [Job("check custodians", check, every=60.0)]
