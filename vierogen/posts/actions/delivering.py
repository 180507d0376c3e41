"""Delivery: claim, send, look, verify. At most one post unless a person decides otherwise.

Order of a delivery: the claim commits ``sending`` (with a lease and a fence) before the network hears of it;
a certain refusal is deferred or fails; everything else is ``uncertain``, and *looking* settles it.
Nothing is sent again after an unknown outcome, unless the network itself refuses a second post under the
same key (``Network.repeat_is_safe``) or a person decides.
"""

import logging
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_noop

from vierogen.channels.actions import disconnect, keepers
from vierogen.core.leases import RELEASED, heartbeat, lock, taken
from vierogen.core.sealing import SealError
from vierogen.ledger.actions import Actor, Machine
from vierogen.ledger.moves import WrongStateError, move
from vierogen.networks.base import (
    Disconnected,
    Limited,
    Network,
    NetworkError,
    Outgoing,
    Picture,
    Shown,
    Unknown,
)
from vierogen.notices.actions import tell
from vierogen.people.actions import addressees, demand, same_organisation
from vierogen.people.models import Member
from vierogen.people.roles import Right
from vierogen.posts.models import Delivery
from vierogen.posts.states import DeliveryState
from vierogen.vault.actions import opened

log = logging.getLogger(__name__)

WORKER = Machine("worker")
TRIES = 6
LOOKS = 5
LATE = gettext_noop("It was too late to go out by itself. Release it if it may still go out.")
CHANGED = gettext_noop("The content does not match what was approved, so it was not sent.")
NO_KEY = gettext_noop("The key of this channel could not be opened. Ask a custodian to look at the connection.")
LOST = gettext_noop("Sending was cut off, and nobody knows yet whether it arrived.")


def claim(worker: str) -> Delivery | None:
    """Take the next due delivery and commit that it is being sent; None when nothing is due.

    What is too late, or no longer what was approved, is put aside instead.
    """
    while True:
        with transaction.atomic():
            now = timezone.now()
            row = (
                lock(Delivery.objects.due(now)).select_related("version__post__organisation").order_by("due_at").first()
            )
            if row is None:
                return None
            if _put_aside(row, now):
                continue
            changes = {**taken(worker), "attempts": F("attempts") + 1, "sent_at": now, "problem": ""}
            move(row, "send", by=WORKER, changes=changes)
        return Delivery.objects.select_related("version__post", "channel__organisation", "approval").get(pk=row.pk)


def _put_aside(row: Delivery, now: datetime) -> bool:
    late_after = timedelta(minutes=row.version.post.organisation.late_after_minutes)
    if now - row.due_at > late_after:
        move(
            row,
            "hold",
            by=WORKER,
            changes={"problem": LATE},
            facts={"late_seconds": int((now - row.due_at).total_seconds())},
        )
        return True
    if row.version.compute_digest() != row.approval.digest:
        move(row, "fail", by=WORKER, changes={"problem": CHANGED})
        return True
    return False


def outgoing(delivery: Delivery) -> Outgoing:
    """What the network is given."""
    version = delivery.version
    target = version.targets.get(channel_id=delivery.channel_id)
    pictures = tuple(
        Picture(bytes(shown.media.data), shown.media.mime, shown.alt, shown.media.width, shown.media.height)
        for shown in version.attachments.select_related("media")
    )
    return Outgoing(
        text=target.effective_text,
        key=delivery.key,
        created_at=delivery.dated,
        pictures=pictures,
        language=version.language,
    )


def send(delivery: Delivery) -> None:
    """Send a claimed delivery and record what became of it. Never raises for what a network does."""
    post = outgoing(delivery)
    try:
        with heartbeat(delivery), opened(delivery.channel) as network:
            shown = network.publish(post)
    except Unknown as error:
        _doubt(delivery, error.reason)
    except NetworkError as error:
        _refused(delivery, error)
    except SealError:
        log.exception("delivery %s: the vault does not open its channel's key", delivery.pk)
        _end(delivery, "fail", problem=NO_KEY)
    except Exception:
        log.exception("delivery %s: the connector failed", delivery.pk)
        _doubt(delivery, LOST)
    else:
        settle(delivery, shown, by=WORKER)


def settle(delivery: Delivery, shown: Shown, *, by: Actor) -> bool:
    """What the network shows is this delivery: it is published. False when somebody settled it before."""
    changes = {
        **RELEASED,
        "remote_id": shown.remote_id,
        "url": shown.url,
        "published_at": timezone.now(),
        "next_look_at": timezone.now(),
        "looks": 0,
        "problem": "",
    }
    try:
        with transaction.atomic():
            move(
                delivery,
                "found_there",
                by=by,
                changes=changes,
                only_if={"attempts__gt": 0},
                facts={"remote_id": shown.remote_id},
            )
    except (WrongStateError, IntegrityError):  # the watch, or the worker that sent it, was faster
        return False
    return True


def _refused(delivery: Delivery, error: NetworkError) -> None:
    """The network certainly did not accept it."""
    log.warning("delivery %s refused: %s %s", delivery.pk, error.reason, error.detail)
    if isinstance(error, Disconnected):
        lose_connection(delivery, why=error.reason)
    if isinstance(error, Limited):
        _end(delivery, "defer", problem=error.reason, wait=error.seconds)
    elif isinstance(error, Disconnected) or (error.may_retry and delivery.attempts < TRIES):
        _end(delivery, "defer", problem=error.reason, wait=float(min(2**delivery.attempts, 60)))
    else:
        _end(delivery, "fail", problem=error.reason)
        _tell_writer(delivery, "posts/mail/failed", reason=error.reason)


def lose_connection(delivery: Delivery, *, why: str) -> None:
    """Mark the channel as disconnected and tell its custodians, once."""
    channel = delivery.channel
    try:
        with transaction.atomic():
            disconnect(channel, by=WORKER, why=why)
            told = addressees(keepers(channel))
            values = {"channel": channel.handle, "reason": why}
            tell(
                channel.organisation_id,
                told,
                template="posts/mail/disconnected",
                values=values,
                link="/channels/",
            )
    except WrongStateError:  # it was marked before
        return


def _end(delivery: Delivery, name: str, *, problem: str, wait: float = 0.0) -> None:
    changes = {**RELEASED, "problem": problem, "next_try_at": timezone.now() + timedelta(seconds=wait)}
    try:
        move(delivery, name, by=WORKER, changes=changes, only_if={"fence": delivery.fence})
    except WrongStateError:
        log.warning("delivery %s: somebody else took it over", delivery.pk)


def _doubt(delivery: Delivery, problem: str) -> None:
    """Nobody knows: look after the network's read lag."""
    soon = timezone.now() + timedelta(seconds=delivery.channel.network.read_lag)
    changes = {**RELEASED, "problem": problem, "next_look_at": soon, "looks": 0}
    try:
        move(delivery, "doubt", by=WORKER, changes=changes, only_if={"fence": delivery.fence})
    except WrongStateError:
        log.warning("delivery %s: somebody else settled it", delivery.pk)


def claim_doubtful(worker: str) -> Delivery | None:
    """Take the next delivery that somebody has to look for; one of a dead worker becomes uncertain first."""
    with transaction.atomic():
        row = lock(Delivery.objects.doubtful(timezone.now())).order_by("pk").first()
        if row is None:
            return None
        if row.state == DeliveryState.SENDING:
            only_if = {"fence": row.fence, "lease_until__lt": timezone.now()}
            changes = {**taken(worker), "problem": LOST, "looks": 0, "next_look_at": timezone.now()}
            move(row, "doubt", by=WORKER, changes=changes, only_if=only_if)
        else:
            Delivery.objects.filter(pk=row.pk).update(**taken(worker))
    return Delivery.objects.select_related("version__post", "channel__organisation", "approval").get(pk=row.pk)


def look(delivery: Delivery) -> None:
    """Look on the network for an uncertain delivery. Never sends."""
    try:
        with heartbeat(delivery), opened(delivery.channel) as network:
            shown = network.find(outgoing(delivery))
    except (NetworkError, SealError) as error:
        log.warning("delivery %s: could not look: %s", delivery.pk, error)
        _look_later(delivery, counted=False)
        return
    if shown is not None:
        settle(delivery, shown, by=WORKER)
    elif delivery.channel.network.repeat_is_safe:
        _repeat(delivery)
    else:
        _look_later(delivery, counted=True)


def _repeat(delivery: Delivery) -> None:
    changes = {**RELEASED, "next_look_at": None, "next_try_at": None}
    try:
        move(delivery, "repeat", by=WORKER, changes=changes, only_if={"fence": delivery.fence})
    except WrongStateError:
        log.warning("delivery %s: somebody else settled it", delivery.pk)


def _look_later(delivery: Delivery, *, counted: bool) -> None:
    """Look again, each time later; after ``LOOKS`` looks that found nothing a person decides."""
    looks = delivery.looks + counted
    at = timezone.now() + timedelta(seconds=min(2**looks, 60)) if looks < LOOKS else None
    rows = Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.UNCERTAIN, fence=delivery.fence)
    with transaction.atomic():
        if rows.update(looks=looks, next_look_at=at, **RELEASED) and at is None:
            officers = delivery.channel.organisation.members.all().who_may(Right.DECIDE)
            values = {"channel": delivery.channel.handle}
            link = f"/posts/{delivery.version.post_id}/"
            tell(
                delivery.organisation_id,
                addressees(officers),
                template="posts/mail/uncertain",
                values=values,
                link=link,
            )


def claim_unverified(worker: str) -> Delivery | None:
    """Take the next published delivery that was not yet read back."""
    with transaction.atomic():
        now = timezone.now()
        rows = Delivery.objects.filter(state=DeliveryState.PUBLISHED, next_look_at__lte=now)
        rows = rows.exclude(lease_until__gte=now)
        row = lock(rows).order_by("next_look_at").first()
        if row is None:
            return None
        Delivery.objects.filter(pk=row.pk).update(**taken(worker))
    return Delivery.objects.select_related("version__post", "channel__organisation").get(pk=row.pk)


def verify(delivery: Delivery) -> None:
    """Read a published delivery back: it is verified when the network shows what was approved."""
    try:
        with opened(delivery.channel) as network:
            right = _stands(network, delivery)
    except (NetworkError, SealError) as error:
        log.warning("delivery %s: could not read it back: %s", delivery.pk, error)
        right = False
    try:
        if right:
            move(delivery, "verify", by=WORKER, changes={**RELEASED, "next_look_at": None, "problem": ""})
        else:
            _verify_later(delivery)
    except WrongStateError:  # withdrawn meanwhile
        return


def _stands(network: Network, delivery: Delivery) -> bool:
    shown = network.read(delivery.remote_id)
    return shown is not None and network.same(outgoing(delivery), shown)


def _verify_later(delivery: Delivery) -> None:
    looks = delivery.looks + 1
    at = timezone.now() + timedelta(seconds=2**looks) if looks < LOOKS else None
    problem = "" if at else gettext_noop("It was published, but reading it back did not show it as approved.")
    rows = Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.PUBLISHED)
    rows.update(looks=looks, next_look_at=at, problem=problem, **RELEASED)


def decide(delivery: Delivery, *, by: Member, send_it_again: bool) -> None:
    """A person looked at the network: not there. Send it again, or leave it."""
    demand(by, Right.DECIDE)
    same_organisation(by, delivery.organisation_id)
    if send_it_again:
        now = timezone.now()
        changes = {**RELEASED, "due_at": now, "next_look_at": None, "next_try_at": None, "released_by": by}
        move(delivery, "send_again", by=by, changes=changes, only_if={"next_look_at": None})
    else:
        move(
            delivery,
            "give_up",
            by=by,
            changes={**RELEASED, "next_look_at": None},
            only_if={"next_look_at": None},
        )


def _tell_writer(delivery: Delivery, template: str, *, reason: str) -> None:
    tell(
        delivery.organisation_id,
        addressees([delivery.version.written_by]),
        template=template,
        values={"channel": delivery.channel.handle, "reason": reason},
        link=f"/posts/{delivery.version.post_id}/",
    )
