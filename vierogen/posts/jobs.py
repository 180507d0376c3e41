"""What the gateway does without a click: deliver, look, verify, remove, expire."""

from django.utils import timezone

from vierogen.core.schedule import Job
from vierogen.posts import vision
from vierogen.posts.actions import (
    asking,
    consenting,
    delivering,
    guests,
    looking,
    mourning,
    pursuing,
    rechecking,
    removing,
    reviewing,
    seeing,
    voices,
)


def deliver(worker: str) -> bool:
    """Send the next due delivery."""
    delivery = delivering.claim(worker)
    if delivery is None:
        return False
    delivering.send(delivery)
    return True


def check_ahead(worker: str) -> bool:
    """Check the next planned delivery again, shortly before its time."""
    return rechecking.check_ahead(worker)


def look(worker: str) -> bool:
    """Look for the next delivery whose outcome nobody knows."""
    delivery = looking.claim_doubtful(worker)
    if delivery is None:
        return False
    looking.look(delivery)
    return True


def verify(worker: str) -> bool:
    """Read the next published delivery back."""
    delivery = looking.claim_unverified(worker)
    if delivery is None:
        return False
    looking.verify(delivery)
    return True


def remove(worker: str) -> bool:
    """Do the next step of a take-down."""
    asked = pursuing.claim_take_down(worker)
    if asked is None:
        return False
    pursuing.pursue(asked)
    return True


def delete_after_all(_worker: str) -> bool:
    """Delete at once what was left to people, where the account was connected again with the right to."""
    return bool(pursuing.delete_where_we_may_by_now())


def keep_time(_worker: str) -> bool:
    """Let what was not approved in time expire, say which after-reviews are overdue, and what stays away or half.

    Also hold what came to wait while something grave goes on, and let lapse what was asked of partners.
    """
    now = timezone.now()
    in_time = reviewing.expire_due(now) + reviewing.remind_of_after_reviews(now) + mourning.hold_what_came_after()
    return bool(in_time + delivering.fail_closed() + delivering.settle_halves() + guests.lapse_due())


def see(worker: str) -> bool:
    """Look at the next picture."""
    look = seeing.claim(worker)
    if look is None:
        return False
    seeing.look(look)
    return True


def ask_for_room(_worker: str) -> bool:
    """Ask the next network how many posts it still takes."""
    return asking.ask_for_room()


def forget(_worker: str) -> bool:
    """Remove evidence and declarations of consent whose retention has ended."""
    return bool(removing.forget_old_evidence() + consenting.forget_old(timezone.now()))


def mind_consents(_worker: str) -> bool:
    """Tell of declarations of consent that end, and hold what would go out without one."""
    return bool(consenting.mind(timezone.now()))


def forget_voices(_worker: str) -> bool:
    """Forget how channels wrote that nobody here looks after any more."""
    return bool(voices.forget_closed())


JOBS = [
    Job("deliver", deliver, every=0.2, threads=4),
    Job("check ahead", check_ahead, every=0.5),
    Job("look", look, every=0.5),
    Job("verify", verify, every=0.5),
    # A slow server with the pictures of one stray holds up no other.
    Job("remove", remove, every=0.25, threads=4),
    Job("delete after all", delete_after_all, every=5.0),
    Job("see", see, every=0.5, finish=vision.APART.stop),
    Job("keep time", keep_time, every=1.0),
    Job("ask for room", ask_for_room, every=5.0),
    Job("forget", forget, every=3600.0),
    Job("mind consents", mind_consents, every=600.0),
    Job("forget voices", forget_voices, every=60.0),
]
