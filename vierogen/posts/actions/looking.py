"""Looking on the network: for deliveries whose outcome nobody knows, and back at what was published. Never sends."""

import logging
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from vierogen.channels.models import Channel
from vierogen.core.leases import RELEASED, heartbeat, lock, taken
from vierogen.core.sealing import SealError
from vierogen.learning.standing import require
from vierogen.ledger.moves import WrongStateError, move
from vierogen.networks.base import Disconnected, Network, NetworkError, Shown
from vierogen.notices.actions import tell
from vierogen.people.actions import addressees, insist
from vierogen.people.models import Member
from vierogen.people.roles import Right
from vierogen.posts.actions.consenting import insist_on_knowing
from vierogen.posts.actions.delivering import (
    ENDED,
    LOST,
    WORKER,
    attempt_at,
    lose_connection,
    moved,
    outgoing,
    settle,
)
from vierogen.posts.actions.mourning import known_to
from vierogen.posts.actions.threads import ids_of, made_by, others_of, thread_of
from vierogen.posts.models import Approval, Attachment, Delivery, Evidence
from vierogen.posts.states import DeliveryState
from vierogen.vault.actions import opened

log = logging.getLogger(__name__)

LOOKS = 5
# A network that cannot be asked is asked again for so long; then a person decides without its answer.
ASKED_FOR = timedelta(minutes=15)
# What an attempt without an answer left behind stands there by then, uploads and clocks included. A post that is
# made later was made by somebody, however alike it is.
ARRIVES_WITHIN = timedelta(minutes=15)
UNREAD = gettext_noop("It was published, but reading it back did not show it as approved.")


def claim_doubtful(worker: str) -> Delivery | None:
    """Take the next delivery that somebody has to look for; one of a dead worker becomes uncertain first."""
    with transaction.atomic():
        row = lock(Delivery.objects.doubtful(timezone.now())).order_by("pk").first()
        if row is None:
            return None
        if row.state == DeliveryState.SENDING:
            only_if = {"fence": row.fence, "lease_until__lt": timezone.now()}
            doubt = {"doubted": True, "problem": LOST, "looks": 0, "next_look_at": timezone.now()}
            changes = {**ENDED, **taken(worker), **doubt}
            move(row, "doubt", by=WORKER, changes=changes, only_if=only_if)
        else:
            Delivery.objects.filter(pk=row.pk).update(**taken(worker))
    return Delivery.objects.select_related("version__post", "channel__organisation", "approval").get(pk=row.pk)


def look(delivery: Delivery) -> None:
    """Look on the network for an uncertain delivery. Never sends."""
    try:
        with heartbeat(delivery), opened(delivery.channel, attempt=attempt_at(delivery)) as network:
            shown = _found(network, delivery)
            may_repeat = shown is None and network.may_repeat(outgoing(delivery))
    except Disconnected as error:
        lose_connection(delivery, why=error.reason)
        _ask_later(delivery)
    except (NetworkError, SealError) as error:
        log.warning("delivery %s: could not look: %s", delivery.pk, error)
        _ask_later(delivery)
    except Exception:
        log.exception("delivery %s: the connector failed to look", delivery.pk)
        _ask_later(delivery)
    else:
        _looked(delivery, shown, may_repeat=may_repeat)


def _found(network: Network, delivery: Delivery) -> Shown | None:
    """The remote post that is this delivery; never one that is somebody else's, however alike."""
    post = outgoing(delivery)
    shown = network.find(post)
    if shown is None or _can_be(delivery, shown):
        return shown
    if len(thread_of(network, post)) > 1:
        return None
    alike = (each for each in network.recent() if network.same(post, each))
    return next((each for each in alike if _can_be(delivery, each)), None)


def _can_be(delivery: Delivery, shown: Shown) -> bool:
    """Not what another delivery explains. By content alone, neither what came too late, nor what was sealed as
    evidence: of this delivery nothing is known yet that could be, so it was, of somebody else's post."""
    if others_of(delivery, shown).exists():
        return False
    if shown.key == delivery.key or shown.remote_id in made_by(delivery):
        return True
    evidence = Evidence.objects.filter(channel=delivery.channel_id, remote_id=shown.remote_id)
    return not is_too_late(delivery, shown) and not evidence.exists()


def is_too_late(delivery: Delivery, shown: Shown) -> bool:
    """Was it made so long after the latest attempt that this cannot have made it?"""
    if delivery.sent_at is None or shown.created_at is None:
        return False
    return shown.created_at > delivery.sent_at + ARRIVES_WITHIN


def could_be_ours(channel: Channel, shown: Shown) -> bool:
    """Is it a film without words, while one of ours has no outcome yet? Nobody can tell by looking whose it is."""
    if shown.text or not any(media.mime.startswith("video/") for media in shown.media):
        return False
    films = Attachment.objects.filter(version=OuterRef("version"), media__mime__startswith="video/")
    on_their_way = Delivery.objects.in_flight().filter(Exists(films), channel=channel)
    return any(not is_too_late(delivery, shown) for delivery in on_their_way)


def _looked(delivery: Delivery, shown: Shown | None, *, may_repeat: bool) -> None:
    if shown is not None and settle(delivery, shown, by=WORKER):
        return
    if may_repeat:
        # At once, then each time later: a network that keeps breaking off is left in peace.
        at = timezone.now() + timedelta(seconds=min(2**delivery.attempts - 2, 60))
        moved(delivery, "repeat", {**RELEASED, "next_look_at": None, "next_try_at": at})
        return
    looks = delivery.looks + 1
    _look_later(delivery, looks=looks, seconds=min(2**looks, 60), template="uncertain" if looks >= LOOKS else "")


def _ask_later(delivery: Delivery) -> None:
    """The network could not be asked, which says nothing about the post."""
    since = timezone.now() - (delivery.sent_at or timezone.now())
    seconds = min(max(1.0, since.total_seconds() / 8), 60.0)
    _look_later(delivery, looks=delivery.looks, seconds=seconds, template="unasked" if since > ASKED_FOR else "")


def _look_later(delivery: Delivery, *, looks: int, seconds: float, template: str) -> None:
    """Look again after ``seconds``, or, with a ``template`` for the mail about it, let a person decide."""
    at = None if template else timezone.now() + timedelta(seconds=seconds)
    rows = Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.UNCERTAIN, fence=delivery.fence)
    with transaction.atomic():
        if rows.update(looks=looks, next_look_at=at, **RELEASED) and template:
            tell(
                delivery.organisation_id,
                addressees(delivery.channel.organisation.members.all().who_may(Right.DECIDE)),
                template=f"posts/mail/{template}",
                values={"channel": delivery.channel.handle},
                link=f"/posts/{delivery.version.post_id}/",
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
    except Exception as error:
        expected = isinstance(error, NetworkError | SealError)
        log.warning("delivery %s: could not read it back: %s", delivery.pk, error, exc_info=not expected)
        right = False
    try:
        if right:
            move(delivery, "verify", by=WORKER, changes={**RELEASED, "next_look_at": None, "problem": ""})
        else:
            _verify_later(delivery)
    except WrongStateError:  # withdrawn meanwhile
        return


def _stands(network: Network, delivery: Delivery) -> bool:
    """Does everything that was approved stand there, each part in its place?"""
    thread, ids = thread_of(network, outgoing(delivery)), ids_of(delivery)
    if len(thread) != len(ids):
        return False
    seen = [(part, network.read(remote_id)) for part, remote_id in zip(thread, ids, strict=True)]
    return all(shown is not None and network.reads_as(part, shown) for part, shown in seen)


def _verify_later(delivery: Delivery) -> None:
    looks = delivery.looks + 1
    at = timezone.now() + timedelta(seconds=2**looks) if looks < LOOKS else None
    rows = Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.PUBLISHED)
    rows.update(looks=looks, next_look_at=at, problem="" if at else UNREAD, **RELEASED)


def decide(
    delivery: Delivery, *, by: Member, send_it_again: bool, seen: int | None = None, ended: Collection[int] = ()
) -> None:
    """A person looked at the network: not there. Send it again, or leave it.

    ``seen`` and ``ended`` are what their page showed, as in ``stopping.release``. Raises ``ValidationError`` where
    there is more, or where somebody stopped the post meanwhile: then it is not sent again.
    """
    with transaction.atomic():
        insist(by, Right.DECIDE, organisation_id=delivery.organisation_id)
        if send_it_again:
            require(by)
        again = _sent_again(delivery, by=by, seen=seen) if send_it_again else {}
        if send_it_again and Approval.objects.filter(pk=delivery.approval_id).exclude(revoked_at=None).exists():
            raise ValidationError(_("Somebody stopped this post, so it is not sent again. Leave it as it is."))
        move(
            delivery,
            "send_again" if send_it_again else "give_up",
            by=by,
            changes={**RELEASED, **again},
            only_if={"next_look_at": None},
        )
        if send_it_again:
            insist_on_knowing(delivery.version, ended=ended)


def _sent_again(delivery: Delivery, *, by: Member, seen: int | None) -> dict[str, Any]:
    """What a person's word changes; only that makes a connector let go of what may have become a post."""
    kept = delivery.channel.network.forgets(delivery.kept)
    now, despite = timezone.now(), known_to(delivery.organisation_id, seen=seen)
    released = {"released_by": by, "released_at": now, "despite": despite}
    return {"due_at": now, "next_try_at": None, **released, "kept": dict(kept)}
