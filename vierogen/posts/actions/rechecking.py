"""Checks once more what comes due long after somebody looked at it: the world may have changed meanwhile.

Also what was approved before anybody had looked at its pictures, where that was done since.

A worker takes the row under a lease, checks outside any transaction, and writes down what became of it. Killed in
between, another one takes over when the lease ends; after ``TRIES`` it goes out unchecked, as it does when checking
itself goes wrong: a person approved it, and a fault of ours is no reason to keep it.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from vierogen.core.leases import RELEASED, heartbeat, lock, taken
from vierogen.ledger.actions import Machine
from vierogen.ledger.moves import WrongStateError, move
from vierogen.notices.actions import tell
from vierogen.people.actions import addressees
from vierogen.people.models import Member
from vierogen.people.roles import Right
from vierogen.posts.actions import sights
from vierogen.posts.actions.checking import as_draft, as_row, levels_of, recent_texts
from vierogen.posts.actions.content import content_of
from vierogen.posts.checks.base import Finding, Tier
from vierogen.posts.checks.running import run
from vierogen.posts.models import Delivery, FoundThing, Version
from vierogen.posts.models.deliveries import BY_CHECK

log = logging.getLogger(__name__)

WORKER = Machine("worker")
# What nobody looked at for so long is checked again, even if it was not planned.
LONG_AGO = timedelta(hours=1)
TRIES = 2
# So long before its time it can be checked: many that are due at one moment do not wait for each other's checks.
AHEAD = timedelta(minutes=1)
# Whether there is room, the network itself says when it is asked; then it waits, and is not held.
NOT_AGAIN = {"room"}
_ASKED_OF = ("version__post__organisation", "version__written_by", "channel", "approval__by")


def is_owed(delivery: Delivery, now: datetime) -> bool:
    """Was it planned, approved long ago, or before somebody had looked at its pictures, and not checked since?"""
    if delivery.rechecked_at or delivery.rechecks >= TRIES:
        return False
    if delivery.version.not_before is not None or now - delivery.approval.at > LONG_AGO:
        return True
    return not delivery.approval.emergency and _was_seen_late(delivery)


def _was_seen_late(delivery: Delivery) -> bool:
    """What was seen in a picture after the approval, its reviewer could not know: *not checked*, the page said."""
    pictures = delivery.version.attachments.values_list("media_id", flat=True)
    return sights.was_looked_at(list(pictures), since=delivery.approval.at)


def anew(delivery: Delivery, now: datetime) -> dict[str, Any]:
    """What a release changes, so that what was checked long ago is checked once more.

    Not where a check holds it: who releases that has just read what was found, and said why it may go out.
    """
    if delivery.is_held_by_check or not delivery.rechecked_at or now - delivery.rechecked_at <= LONG_AGO:
        return {}
    return {"rechecked_at": None, "rechecks": 0}


def take(delivery: Delivery, worker: str) -> None:
    """Keep others from it for a while; inside the transaction in which its row is locked."""
    Delivery.objects.filter(pk=delivery.pk).update(**taken(worker), rechecks=F("rechecks") + 1)
    delivery.refresh_from_db(fields=["fence", "rechecks", "lease_owner"])


def check_ahead(worker: str) -> bool:
    """Check the next planned one whose time is near; False where there is none.

    Tried once: what becomes of a killed attempt is seen to when its time has come.
    """
    with transaction.atomic():
        row = lock(Delivery.objects.near(timezone.now(), ahead=AHEAD).select_related(*_ASKED_OF)).first()
        if row is None:
            return False
        take(row, worker)
    check_again(row)
    return True


def check_again(delivery: Delivery) -> None:
    """Hold it where a check finds a new stop; else it may go out. Never raises for what a check does."""
    try:
        # A slow one stays ours: others would take it up to ``TRIES``, and then send it.
        with heartbeat(delivery):
            found = _new_stops(delivery)
    except Exception:
        log.exception("delivery %s could not be checked again; it goes out", delivery.pk)
        found = []
    mine = Delivery.objects.filter(pk=delivery.pk, fence=delivery.fence)
    if not found:
        mine.update(rechecked_at=timezone.now(), **RELEASED)
        return
    try:
        _hold(delivery, found)
    except WrongStateError:  # stopped, or held for another reason, meanwhile
        mine.update(**RELEASED)


def _new_stops(delivery: Delivery) -> list[Finding]:
    """The stops of this moment that nobody has let through for this version."""
    version, organisation = delivery.version, delivery.version.post.organisation
    recent = recent_texts(organisation, but=version.post_id)
    draft = replace(as_draft(content_of(version), organisation, follow_links=False, but=version.post_id), recent=recent)
    stops = [found for found in run(draft, levels_of(organisation)) if found.tier is Tier.STOP]
    known = {_mark(row.check_key, row.message, row.values) for row in _let_through(version)}
    fresh = [found for found in stops if found.check not in NOT_AGAIN]
    return [found for found in fresh if _mark(found.check, found.message, found.values) not in known]


def _let_through(version: Version) -> list[FoundThing]:
    stops = version.findings.filter(tier=Tier.STOP)
    return list(stops.exclude(when_due=True, passed_by=None))


def _mark(check: str, message: str, values: Mapping[str, Any]) -> tuple[str, str, str]:
    return check, message, repr(sorted((name, str(value)) for name, value in values.items()))


@transaction.atomic
def _hold(delivery: Delivery, found: list[Finding]) -> None:
    now = timezone.now()
    changes = {**RELEASED, "problem": BY_CHECK + found[0].check, "rechecked_at": now}
    facts = {"checks": sorted({one.check for one in found})}
    move(delivery, "hold", by=WORKER, changes=changes, only_if={"fence": delivery.fence}, facts=facts)
    known = {_mark(row.check_key, row.message, row.values) for row in unanswered(delivery.version)}
    FoundThing.objects.bulk_create(
        as_row(delivery.version, one, when_due=True)
        for one in found
        if _mark(one.check, one.message, one.values) not in known
    )
    _tell(delivery)


def _tell(delivery: Delivery) -> None:
    """The writer, and whoever is on duty: each once."""
    members = delivery.version.post.organisation.members.all()
    told = {to.user_id: to for to in addressees([delivery.version.written_by, *members.who_may(Right.DECIDE)])}
    tell(
        delivery.organisation_id,
        told.values(),
        template="posts/mail/held_by_check",
        values={"channel": delivery.channel.handle, "delivery": delivery, "due_at": delivery.planned_for},
        link=f"/posts/{delivery.version.post_id}/",
    )


def unanswered(version: Version) -> list[FoundThing]:
    """The stops that were found when its time came, and that nobody has let through yet."""
    return [row for row in version.findings.all() if row.when_due and row.passed_by_id is None]


def let_through(version: Version, *, by: Member, reason: str) -> None:
    """Before such a delivery is released: somebody who wrote nothing of it says why it may go out all the same.

    Nothing to do where there is no such stop. Raises ``ValidationError`` or ``PermissionDenied``.
    """
    rows = [row.pk for row in unanswered(version)]
    if not rows:
        return
    if not reason.strip():
        raise ValidationError(_("A check found something new. Say why it may go out all the same."))
    if version.contributors.filter(member__user_id=by.user_id).exists():
        raise PermissionDenied(_("You wrote part of this. Somebody else has to look at it."))
    FoundThing.objects.filter(pk__in=rows).update(reason=reason.strip(), reason_by=by, passed_by=by)
