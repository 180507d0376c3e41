"""Delivery: claim, send, settle. At most one post unless a person decides otherwise.

Order of a delivery: the claim commits ``sending`` (with a lease and a fence) before the network hears of it;
a certain refusal is deferred or fails; everything else is ``uncertain``, and *looking* (looking.py) settles it.
Nothing is sent again after an unknown outcome, unless the network itself refuses a second post under the
same key (``Network.repeat_is_safe``) or a person decides. Between claim and call there can be minutes of
uploading pictures, so *Stop everything*, grave events, withdrawn consent and the lease are asked for once more right
before the call. What was planned is checked again before it is claimed (rechecking.py).
"""

import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from vierogen.channels.actions import disconnect, keepers
from vierogen.channels.states import State as ChannelState
from vierogen.core.leases import RELEASED, heartbeat, lock, taken
from vierogen.core.sealing import SealError
from vierogen.ledger.actions import Actor, Machine
from vierogen.ledger.moves import WrongStateError, move
from vierogen.networks.base import (
    Attempt,
    Disconnected,
    Format,
    Limited,
    NetworkError,
    Outgoing,
    Shown,
    Unknown,
)
from vierogen.notices.actions import tell
from vierogen.people.actions import addressees
from vierogen.people.roles import Right
from vierogen.posts.actions.consenting import lacks_consent, tell_held
from vierogen.posts.actions.mourning import GRAVE, is_disturbed
from vierogen.posts.actions.offering import offer, picture_of
from vierogen.posts.actions.permits import why_not
from vierogen.posts.actions.rechecking import check_again, is_owed, take
from vierogen.posts.actions.stopping import HALTED, is_halted, reopen_stopped
from vierogen.posts.actions.threads import half_of, write_down
from vierogen.posts.models import Delivery
from vierogen.posts.models.deliveries import NO_CONSENT
from vierogen.posts.states import DeliveryState
from vierogen.vault.actions import opened

log = logging.getLogger(__name__)

WORKER = Machine("worker")
_ASKED_OF = ("version__post__organisation", "version__written_by", "channel", "approval__by")
# Seconds between two attempts, at most.
LONGEST_PAUSE = 60
PASSED_OVER = timedelta(minutes=1)
LATE = gettext_noop("It was too late to go out by itself. Release it if it may still go out.")
CLOSED = gettext_noop("Nobody looks after this account here any more, so it was not sent.")
CLOSED_IN_DOUBT = gettext_noop(
    "Nobody looks after this account here any more, so it is not sent again. An earlier try was cut off: look whether "
    "it is there."
)
STOPPED = gettext_noop("Somebody stopped it before it went out.")
NO_KEY = gettext_noop("The key of this channel could not be opened. Ask a custodian to look at the connection.")
LOST = gettext_noop("Sending was cut off, and nobody knows yet whether it arrived.")
# What an attempt leaves behind, however it ended.
ENDED: dict[str, Any] = {**RELEASED, "progress": "", "percent": 0}
HALF = gettext_noop("Only the beginning of the thread is there. Take it down, or tell the rest in a new post.")


class Withheld(NetworkError):  # noqa: N818 - what becomes of it, not a failure
    """At the last moment it may not go out any more; ``move`` says what becomes of it. The network heard nothing."""

    def __init__(self, reason: str, *, move: str) -> None:
        super().__init__(reason)
        self.move = move


class _HaltedMeanwhileError(Exception):
    """Everything was stopped, or the queue held, while a delivery was being claimed: the claim never happened."""


def claim(worker: str) -> Delivery | None:
    """Take the next due delivery and commit that it is being sent; None when nothing is due.

    What is too late, or no longer what was approved, is put aside instead.
    """
    while True:
        row = None
        try:
            with transaction.atomic():
                now = timezone.now()
                due = Delivery.objects.due(now).select_related(*_ASKED_OF).order_by("due_at")
                row = lock(due).first()
                if row is None:
                    return None
                owed = _begin(row, worker, now)
            if owed:
                check_again(row)
        except _HaltedMeanwhileError:
            continue
        except Exception:
            if row is None:
                raise
            _pass_over(row)
            continue
        mine = Delivery.objects.filter(pk=row.pk, lease_owner=worker, state=DeliveryState.SENDING)
        # None where it was put aside or checked again, or if this process slept through its whole lease just now.
        if claimed := mine.select_related("version__post", "channel__organisation", "approval").first():
            return claimed


def _begin(row: Delivery, worker: str, now: datetime) -> bool:
    """Put it aside, or commit that it is being sent; True where it has to be checked again first."""
    if _put_aside(row, now):
        return False
    if is_owed(row, now):
        take(row, worker)
        return True
    _send(row, worker, now)
    return False


def _send(row: Delivery, worker: str, now: datetime) -> None:
    changes = {**taken(worker), **_dated(row, now), "attempts": F("attempts") + 1, "sent_at": now, "problem": ""}
    move(row, "send", by=WORKER, changes=changes)
    # The move holds the ledger's head, and so did the halt: a halt that this does not see yet comes after it.
    if is_halted(row.organisation_id) or is_disturbed(row):
        raise _HaltedMeanwhileError


def _dated(row: Delivery, now: datetime) -> dict[str, Any]:
    """The moment and the key that the post gets; those of before where it may have arrived under them."""
    return {} if row.doubted else {"dated": now, "key": row.channel.network.new_key(now)}


def _pass_over(row: Delivery) -> None:
    """Something in Vierogen itself goes wrong with this one: it holds up no other."""
    log.exception("delivery %s could not be claimed; it is tried again", row.pk)
    at = timezone.now() + PASSED_OVER
    Delivery.objects.filter(pk=row.pk, state=DeliveryState.WAITING).update(next_try_at=at)


def _put_aside(row: Delivery, now: datetime) -> bool:
    late_after = timedelta(minutes=row.version.post.organisation.late_after_minutes)
    if row.approval.revoked_at:
        move(row, "stop", by=WORKER, changes={"problem": STOPPED})
        transaction.on_commit(lambda: reopen_stopped(row.version.post_id, by=WORKER))
        return True
    if now - row.due_at > late_after:
        move(
            row,
            "hold",
            by=WORKER,
            changes={"problem": LATE},
            facts={"late_seconds": int((now - row.due_at).total_seconds())},
        )
        _tell_writer(row, "posts/mail/held", reason=LATE)
        return True
    if lacks_consent(row, now):
        move(row, "hold", by=WORKER, changes={"problem": NO_CONSENT})
        tell_held(row)
        return True
    if why := why_not(row):
        move(row, "fail", by=WORKER, changes={"problem": why})
        _tell_writer(row, "posts/mail/failed", reason=why)
        return True
    return False


def fail_closed() -> int:
    """Say of what waits for an account that nobody looks after any more that it does not go out; returns how many."""
    rows = Delivery.objects.filter(state=DeliveryState.WAITING, channel__state=ChannelState.CLOSED)
    waiting = list(rows.select_related("version__post", "version__written_by", "channel"))
    for delivery in waiting:
        with suppress(WrongStateError), transaction.atomic():  # stopped a moment ago
            why = CLOSED_IN_DOUBT if delivery.doubted else CLOSED
            still = {"channel__state": ChannelState.CLOSED}
            move(delivery, "fail", by=WORKER, changes={"problem": why}, only_if=still)
            _tell_writer(delivery, "posts/mail/failed", reason=why)
    return len(waiting)


def settle_halves() -> int:
    """Say of threads that ended on their way that their beginning is what was published; returns how many.

    Also where somebody in its pictures took back their consent: those stand in the beginning, for who takes it down.
    """
    ended = Q(state__in=[DeliveryState.STOPPED, DeliveryState.FAILED]) | Q(state=DeliveryState.HELD, problem=NO_CONSENT)
    rows = Delivery.objects.begun().filter(ended).select_related("version__post", "version__written_by", "channel")
    return sum(settle_half(delivery, by=WORKER) for delivery in rows)


def outgoing(delivery: Delivery) -> Outgoing:
    """What the network is given."""
    version = delivery.version
    target = version.targets.get(channel_id=delivery.channel_id)
    return Outgoing(
        text=target.effective_text,
        key=delivery.key,
        created_at=delivery.dated,
        pictures=tuple(picture_of(shown) for shown in version.attachments.select_related("media")),
        language=version.language,
        format=cast("Format", target.format),
    )


def send(delivery: Delivery) -> None:
    """Send a claimed delivery and record what became of it. Never raises for what a network does."""
    post = outgoing(delivery)
    try:
        with heartbeat(delivery), opened(delivery.channel, attempt=attempt_at(delivery)) as network:
            shown = network.publish(post)
    except Unknown as error:
        _doubt(delivery, error.reason)
    except NetworkError as error:
        _refused(delivery, error)
    except SealError:
        log.exception("delivery %s: the vault does not open its channel's key", delivery.pk)
        _keep(delivery, NO_KEY)
    except Exception:
        log.exception("delivery %s: the connector failed", delivery.pk)
        _doubt(delivery, LOST)
    else:
        if not settle(delivery, shown, by=WORKER):
            _doubt(delivery, LOST)


def attempt_at(delivery: Delivery) -> Attempt:
    """What a connector gets along with this delivery."""
    return Attempt(
        ready=lambda: _refuse_late(delivery),
        kept=dict(delivery.kept),
        keep=lambda news: _keep_for(delivery, news),
        tell=lambda sentence, percent: _tell_progress(delivery, sentence, percent),
        offer=lambda picture: offer(delivery, picture),
    )


def _keep_for(delivery: Delivery, news: Mapping[str, Any]) -> None:
    """Not where another worker took it over: what that one keeps is newer."""
    delivery.kept = {**delivery.kept, **news}
    Delivery.objects.filter(pk=delivery.pk, fence=delivery.fence).update(kept=delivery.kept)


def _tell_progress(delivery: Delivery, sentence: str, percent: int) -> None:
    mine = Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.SENDING, fence=delivery.fence)
    mine.update(progress=sentence[:200], percent=max(0, min(percent, 100)))


def _refuse_late(delivery: Delivery) -> None:
    """Raise ``Withheld`` if, since the claim, it was stopped, everything was, or another worker took over."""
    mine = Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.SENDING, fence=delivery.fence)
    if not mine.filter(approval__revoked_at=None).exists():
        raise Withheld(STOPPED, move="recall")
    if is_halted(delivery.organisation_id):
        raise Withheld(HALTED, move="withhold")
    if is_disturbed(delivery):
        raise Withheld(GRAVE, move="withhold")
    if lacks_consent(delivery, timezone.now()):
        raise Withheld(NO_CONSENT, move="withhold")


def settle(delivery: Delivery, shown: Shown, *, by: Actor) -> bool:
    """What the network shows is this delivery: it is published. False when somebody settled it before."""
    return _settle(delivery, shown, by=by, changes={"next_look_at": timezone.now()})


def settle_half(delivery: Delivery, *, by: Actor) -> bool:
    """Something of a thread stands there and the rest will not follow: that is what was published. People are told."""
    shown = half_of(delivery)
    changes = {"next_look_at": None, "problem": HALF}
    with transaction.atomic():
        if shown is None or not _settle(delivery, shown, by=by, changes=changes, fence=delivery.fence):
            return False
        _tell_writer(delivery, "posts/mail/halved", reason=HALF)
    return True


def _settle(delivery: Delivery, shown: Shown, *, by: Actor, changes: Mapping[str, Any], **only_if: Any) -> bool:
    settled = {
        **ENDED,
        "remote_id": shown.remote_id,
        "url": shown.url,
        "published_at": timezone.now(),
        "looks": 0,
        "problem": "",
        **changes,
    }
    try:
        with transaction.atomic():
            move(
                delivery,
                "found_there",
                by=by,
                changes=settled,
                only_if={"attempts__gt": 0, **only_if},
                facts={"remote_id": shown.remote_id},
            )
            write_down(delivery, shown)
    except (WrongStateError, IntegrityError):  # the watch, or the worker that sent it, was faster
        return False
    return True


def _refused(delivery: Delivery, error: NetworkError) -> None:
    """The network certainly did not accept it."""
    if isinstance(error, Withheld):
        _withhold(delivery, error)
        return
    log.warning("delivery %s refused: %s %s", delivery.pk, error.reason, error.detail)
    if isinstance(error, Disconnected):
        lose_connection(delivery, why=error.reason)
    if isinstance(error, Limited):
        _end(delivery, "defer", problem=error.reason, wait=error.seconds)
    elif isinstance(error, Disconnected) or error.may_retry:
        # Until it is too late to go out by itself: then the claim holds it for a person.
        pause = min(2 ** min(delivery.attempts, 10), LONGEST_PAUSE)
        _end(delivery, "defer", problem=error.reason, wait=float(pause))
    elif not settle_half(delivery, by=WORKER):
        _fail(delivery, error.reason)


def _withhold(delivery: Delivery, why: Withheld) -> None:
    with transaction.atomic():
        if not _end(delivery, why.move, problem=why.reason):
            return
        if why.reason == NO_CONSENT:
            # Whoever wrote that down was told of what waited, not of this one.
            tell_held(delivery)
    reopen_stopped(delivery.version.post_id, by=WORKER)


def _fail(delivery: Delivery, reason: str) -> None:
    with transaction.atomic():
        if _end(delivery, "fail", problem=reason):
            _tell_writer(delivery, "posts/mail/failed", reason=reason)


def _keep(delivery: Delivery, reason: str) -> None:
    """Hold it: nothing is wrong with the post, but it cannot go out before somebody did something."""
    with transaction.atomic():
        if _end(delivery, "withhold", problem=reason):
            _tell_writer(delivery, "posts/mail/held", reason=reason)


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
                template="channels/mail/disconnected",
                values=values,
                link="/channels/",
            )
    except WrongStateError:  # it was marked before
        return


def _end(delivery: Delivery, name: str, *, problem: str, wait: float = 0.0) -> bool:
    at = timezone.now() + timedelta(seconds=wait)
    return moved(delivery, name, {**ENDED, "problem": problem, "next_try_at": at})


def _doubt(delivery: Delivery, problem: str) -> None:
    """Nobody knows: look after the network's read lag. Nothing to do where it was settled meanwhile."""
    soon = timezone.now() + timedelta(seconds=delivery.channel.network.read_lag)
    moved(delivery, "doubt", {**ENDED, "doubted": True, "problem": problem, "next_look_at": soon, "looks": 0})


def moved(delivery: Delivery, name: str, changes: dict[str, Any]) -> bool:
    """Move it unless somebody else took it over, or settled it, meanwhile."""
    try:
        move(delivery, name, by=WORKER, changes=changes, only_if={"fence": delivery.fence})
    except WrongStateError:
        log.warning("delivery %s: somebody was faster than %r", delivery.pk, name)
        return False
    return True


def _tell_writer(delivery: Delivery, template: str, *, reason: str) -> None:
    tell(
        delivery.organisation_id,
        addressees([delivery.version.written_by], standing_in=Right.WRITE),
        template=template,
        values={"channel": delivery.channel.handle, "reason": reason},
        link=f"/posts/{delivery.version.post_id}/",
    )
