"""Looks at pictures, one after another, and tells the posts in which they stand what was seen."""

import logging

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from vierogen.core.leases import RELEASED, heartbeat, lock, taken
from vierogen.core.words import gettext_noop as _
from vierogen.posts import vision
from vierogen.posts.actions import sights
from vierogen.posts.actions.checking import look_again
from vierogen.posts.checks.base import Seen
from vierogen.posts.models import PictureLook

log = logging.getLogger(__name__)

# A picture on which the worker itself dies is not tried for ever.
MOST_ATTEMPTS = 3
GIVEN_UP = _("Looking at it was tried some times, and broke off each time.")


def claim(worker: str) -> PictureLook | None:
    """Take the next picture at which nobody looked yet; None where there is none."""
    if not sights.is_on():
        return None
    with transaction.atomic():
        # One that keeps going wrong lets the others go first.
        due = PictureLook.objects.due(timezone.now()).order_by("attempts", "pk")
        row: PictureLook | None = lock(due).first()
        if row is None:
            return None
        PictureLook.objects.filter(pk=row.pk).update(**taken(worker), attempts=row.attempts + 1)
    return PictureLook.objects.select_related("media").get(pk=row.pk)


def look(row: PictureLook) -> None:
    """Look at a claimed picture, keep what was seen or why nothing was, and check its posts again."""
    seen, problem = Seen(), ""
    if row.attempts > MOST_ATTEMPTS:
        problem = GIVEN_UP
    else:
        with heartbeat(row):
            try:
                seen = vision.look_at_clean(bytes(row.media.data))
            except vision.VisionError as failure:
                problem = failure.reason
    if problem and row.attempts < MOST_ATTEMPTS:
        _put_back(row)
    elif _keep(row, seen, problem):
        look_again(row.media)


def _mine(row: PictureLook) -> QuerySet[PictureLook]:
    """The row, as long as it is ours."""
    return PictureLook.objects.filter(pk=row.pk, fence=row.fence, lease_owner=row.lease_owner)


def _put_back(row: PictureLook) -> None:
    _mine(row).update(**RELEASED)


def _keep(row: PictureLook, seen: Seen, problem: str) -> bool:
    """False where another worker took it over meanwhile."""
    told = {"faces": seen.faces, "text": seen.text, "codes": list(seen.codes), "problem": problem}
    return bool(_mine(row).update(**told, **RELEASED, looked_at=timezone.now()))
