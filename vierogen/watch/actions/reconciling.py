"""Reconciling one remote post: is it known, does a delivery explain it, or did nobody here send it?

Why an own post is never a stray: its delivery was committed as ``sending`` before the network heard of it, and
from then on it is either in flight (matched by key, else by content) or has its remote id. One question asks for
both, and one statement sees one moment, so it cannot slip through between the two.
"""

import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from vierogen.channels.models import Channel
from vierogen.ledger.moves import move
from vierogen.networks.base import Deletes, Network, Shown
from vierogen.posts.actions import voices
from vierogen.posts.actions.by_hand import hasten
from vierogen.posts.actions.delivering import outgoing, settle
from vierogen.posts.actions.looking import is_too_late
from vierogen.posts.actions.removing import confirm_gone
from vierogen.posts.actions.threads import accepted, made_by, thread_of
from vierogen.posts.models import Delivery, Part, TakeDown
from vierogen.posts.models.deliveries import DeliveryQuerySet
from vierogen.posts.states import DeliveryState, TakeDownState
from vierogen.watch.actions.raising import WATCH, raise_stray, sealed, tell_officers
from vierogen.watch.fingerprints import fingerprint
from vierogen.watch.models import RemotePost, Stray
from vierogen.watch.states import Origin, State, What

# A server may change a text so much that only the answer to our worker tells that the post is ours.
# While one is on its way to this channel, that answer may take so many seconds more.
PATIENCE = 1.5
PAUSE = 0.05
# Lists may show a removed post for a while.
REAPPEARS_AFTER = timedelta(seconds=60)
# Clocks differ: a story that goes so long before its time went by itself.
CLOCKS = timedelta(minutes=5)
# Only posts are sent by deliveries.
DELIVERED = ("post", "story")
# When somebody removes what was liked or reposted, the like goes with it, and nobody here did wrong.
FLEETING = ("like", "repost")


def reconcile(channel: Channel, shown: Shown, *, network: Network, edited: bool = False) -> Stray | None:
    """Compare what ``network`` shows with what is known; returns the stray that this raised, if any.

    ``edited`` says that the network told of an edit. Calling it again, at the same time too, changes nothing.
    """
    known = RemotePost.objects.filter(channel=channel, remote_id=shown.remote_id).first()
    if known is None:
        return _meet(channel, shown, network=network, edited=edited)
    return _compare(channel, known, shown)


def _meet(channel: Channel, shown: Shown, *, network: Network, edited: bool) -> Stray | None:
    sent = _sent_by_us(channel, shown, network=network)
    with transaction.atomic():
        # By ids only: pictures were compared before, and no transaction waits for a network.
        delivery = sent or known_maker(channel, shown)
        old = edited and shown.created_at is not None and shown.created_at < channel.connected_at
        origin = Origin.EXPLAINED if delivery else Origin.BASELINE if old else Origin.STRAY
        columns = {**columns_of(shown), "origin": origin, "delivery": delivery}
        remote, new = RemotePost.objects.get_or_create(channel=channel, remote_id=shown.remote_id, defaults=columns)
        changed = edited or shown.edited_at is not None
        if not new or (origin != Origin.STRAY and not changed):
            return None
        what = What(shown.kind) if origin == Origin.STRAY else What.EDIT
        return raise_stray(channel, what, shown, remote=remote)


def columns_of(shown: Shown) -> dict[str, Any]:
    """What is kept of a remote post."""
    return {
        "kind": shown.kind,
        "url": shown.url[:500],
        "target": shown.target[:300],
        "media": shown.addresses,
        "fingerprint": fingerprint(shown),
        "posted_at": shown.created_at,
        "edited_at": shown.edited_at,
        "expires_at": shown.expires_at,
    }


def _sent_by_us(channel: Channel, shown: Shown, *, network: Network) -> Delivery | None:
    """The delivery that explains it; waits, in no transaction, while a worker that is sending may still tell."""
    give_up = time.monotonic() + PATIENCE
    sending = channel.deliveries.filter(state=DeliveryState.SENDING)
    while (found := explanation(channel, shown, network=network)) is None and time.monotonic() < give_up:
        if shown.kind not in DELIVERED or not sending.filter(lease_until__gt=timezone.now()).exists():
            break
        time.sleep(PAUSE)
    return found


def explanation(channel: Channel, shown: Shown, *, network: Network) -> Delivery | None:
    """The delivery that made this post, or a part of it. One whose outcome nobody knew yet is settled by it."""
    if shown.kind not in DELIVERED:
        return None
    if known := known_maker(channel, shown):
        return known
    for delivery in _ours(channel).in_flight().order_by("-sent_at", "-pk"):
        if _is_told_by(delivery, shown, network=network):
            return delivery
    # The worker that sent it may have settled it in between.
    return _ours(channel).that_made(channel.pk, shown.remote_id).first()


def known_maker(channel: Channel, shown: Shown) -> Delivery | None:
    """The delivery to which the network gave this very id, whether it is settled or not; asks no network."""
    if shown.kind not in DELIVERED:
        return None
    settled = _ours(channel).that_made(channel.pk, shown.remote_id)
    for delivery in (settled | _ours(channel).begun()).order_by("-sent_at", "-pk"):
        if delivery.remote_id:
            return delivery
        if shown.remote_id in made_by(delivery):
            # Only whoever sends a thread, or looks for all of it, knows when it is complete.
            if delivery.is_in_flight and not accepted(delivery):
                settle(delivery, shown, by=WATCH)
            return delivery
    return None


def _ours(channel: Channel) -> DeliveryQuerySet:
    return channel.deliveries.select_related("version__post", "channel")


def _is_told_by(delivery: Delivery, shown: Shown, *, network: Network) -> bool:
    if not _matches(delivery, shown, network=network):
        return False
    thread = thread_of(network, outgoing(delivery))
    if len(thread) == 1:
        return settle(delivery, shown, by=WATCH)
    # Only whoever sends a thread, or looks for all of it, knows when it is complete. Each part is there once.
    places = [place for place, part in enumerate(thread) if network.same(part, shown)]
    copies = RemotePost.objects.filter(channel=delivery.channel, delivery=delivery, fingerprint=fingerprint(shown))
    return max(places, default=-1) >= len(accepted(delivery)) and not copies.exclude(remote_id=shown.remote_id).exists()


def _matches(delivery: Delivery, shown: Shown, *, network: Network) -> bool:
    if shown.key == delivery.key:
        return True
    return not is_too_late(delivery, shown) and network.same(outgoing(delivery), shown)


def _compare(channel: Channel, known: RemotePost, shown: Shown) -> Stray | None:
    after = fingerprint(shown)
    # The network's word for an edit counts also where we do not read what changed, such as the choices of a poll.
    told = shown.edited_at is not None and shown.edited_at != known.edited_at
    if known.gone_at or (after == known.fingerprint and not told) or _is_overtaken(shown, known):
        return None
    # What was in it before has to be gone too after a take-down.
    media = list(dict.fromkeys([*known.media, *shown.addresses]))
    with transaction.atomic():
        rows = RemotePost.objects.standing().filter(pk=known.pk)
        before = rows.filter(fingerprint=known.fingerprint, edited_at=known.edited_at)
        if not before.update(fingerprint=after, edited_at=shown.edited_at, media=media):
            return None
        if _is_dealt_with(known):
            sealed(channel, shown)
            return None
        return raise_stray(channel, What.EDIT, shown, remote=known)


def _is_overtaken(shown: Shown, known: RemotePost) -> bool:
    """Does this answer of the network come from before an edit that we know?"""
    if known.edited_at is None:
        return False
    return shown.edited_at is None or shown.edited_at < known.edited_at


def _is_dealt_with(known: RemotePost) -> bool:
    """Does an alarm about this very post stand open, or is it being taken down?"""
    return known.strays.open().exists() or _take_downs(known).exclude(state=TakeDownState.GONE).exists()


def _take_downs(known: RemotePost) -> QuerySet[TakeDown]:
    rows = TakeDown.objects.filter(channel=known.channel_id, remote_id=known.remote_id)
    return rows.exclude(state=TakeDownState.CANCELLED)


@transaction.atomic
def deleted(channel: Channel, remote_id: str) -> Stray | None:
    """The network says that a remote post is not there any more; returns the deviation that this is, if it is one."""
    now = timezone.now()
    standing = RemotePost.objects.standing().filter(channel=channel, remote_id=remote_id)
    if not standing.update(gone_at=now):  # somebody else's, or known
        return None
    voices.forget(channel, [remote_id])
    known = RemotePost.objects.get(channel=channel, remote_id=remote_id)
    strays = known.strays.filter(state__in=[State.OPEN, State.HANDED_ON], take_down=None)
    ours = _take_downs(known).order_by("-pk").first()
    if ours and not _came_back(known, ours):
        strays.update(take_down=ours)
        _take_up_again(ours)
        return None
    vanished = [_vanish(stray) for stray in strays.select_related("channel__organisation")]
    if vanished or _is_natural(known):
        return None
    shown = Shown(
        remote_id,
        "",
        url=known.url,
        created_at=known.posted_at,
        raw={"deleted": True, "kind": known.kind, "fingerprint": known.fingerprint},
    )
    return raise_stray(channel, What.DELETION, shown, remote=known)


def _came_back(known: RemotePost, asked: TakeDown) -> bool:
    """Did it stand there again after we took it down, so that this time somebody else removed it?"""
    return asked.gone_at is not None and known.strays.filter(seen_at__gt=asked.gone_at).exists()


def _take_up_again(asked: TakeDown) -> None:
    """Somebody removed by hand what we could not: see that all of it is gone, where the network lets us look."""
    if asked.state == TakeDownState.BY_HAND:
        hasten(asked)
    if asked.state != TakeDownState.STUCK:
        return
    if issubclass(asked.channel.network, Deletes):
        move(asked, "try_again", by=WATCH, changes={"attempts": 0, "next_at": timezone.now(), "problem": ""})
    else:
        confirm_gone(asked, by=WATCH)


def _is_natural(known: RemotePost) -> bool:
    """Was its time over, or did it go along with somebody else's post?"""
    over = known.expires_at is not None and known.expires_at <= timezone.now() + CLOCKS
    return over or known.kind in FLEETING


def _vanish(stray: Stray) -> Stray:
    """Nothing stands there any more. The alarm rings on: somebody has to know that it was there."""
    move(stray, "vanish", by=WATCH, changes={"settled_at": timezone.now()})
    tell_officers(stray, "watch/mail/vanished")
    return stray


def reappeared(
    channel: Channel, known: RemotePost, shown: Shown, *, network: Network, asked_at: datetime
) -> Stray | None:
    """Something that was gone is listed again: a stray, once the network confirms it."""
    if known.gone_at is None or asked_at - known.gone_at < REAPPEARS_AFTER:
        return None
    if network.read(shown.remote_id) is None:
        return None
    with transaction.atomic():
        gone = RemotePost.objects.filter(pk=known.pk, gone_at=known.gone_at)
        if not gone.update(**columns_of(shown), gone_at=None, origin=Origin.STRAY):
            return None
        return raise_stray(channel, What(shown.kind), shown, remote=known)


def remember_old(channel: Channel, listed: Iterable[Shown]) -> None:
    """Write down what stood there before, with the deliveries that explain some of it."""
    listed = list(listed)
    ids = [shown.remote_id for shown in listed]
    sent = {row.remote_id: row for row in channel.deliveries.filter(remote_id__in=ids)}
    parts = Part.objects.filter(channel=channel, remote_id__in=ids).select_related("delivery")
    sent |= {part.remote_id: part.delivery for part in parts}
    rows = [
        RemotePost(
            channel=channel,
            remote_id=shown.remote_id,
            origin=Origin.EXPLAINED if shown.remote_id in sent else Origin.BASELINE,
            delivery=sent.get(shown.remote_id),
            **columns_of(shown),
        )
        for shown in listed
    ]
    RemotePost.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["channel", "remote_id"],
        update_fields=["fingerprint", "edited_at", "gone_at"],
    )
