"""The one public thing of a post that is being sent: its pictures and films, for the network that fetches them.

The address is signed, names one picture of one attempt, and answers only while that attempt is under way: neither
before nor after, and not once somebody stopped it. Nobody can guess one, and nothing else can be had by it.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.urls import reverse
from django.utils import timezone

from vierogen.core.numbers import whole
from vierogen.core.reach import UNKNOWN_NAME, why_unreachable
from vierogen.core.words import gettext_noop as _
from vierogen.networks.base import Format, NetworkError, Picture
from vierogen.posts.actions.consenting import lacks_consent
from vierogen.posts.actions.mourning import is_disturbed
from vierogen.posts.actions.stopping import is_halted
from vierogen.posts.models import Attachment, Delivery
from vierogen.posts.states import DeliveryState

# Networks fetch within a minute or two; a film may wait for its turn.
LIFE = timedelta(minutes=30)
_NAMES = {"image/jpeg": "picture.jpg", "image/png": "picture.png", "video/mp4": "film.mp4"}
NOT_OURS = _("Only what was approved is offered to a network.")
_signer = TimestampSigner(salt="vierogen.posts.offering", sep=".")


@dataclass(frozen=True)
class _Named:
    """What a token names."""

    delivery: int
    attachment: int
    fence: int

    def signed(self) -> str:
        return _signer.sign(f"{self.delivery}-{self.attachment}-{self.fence}")


def picture_of(attachment: Attachment) -> Picture:
    """The picture as connectors get it."""
    media = attachment.media
    return Picture(bytes(media.data), media.mime, attachment.alt, media.width, media.height, media.seconds)


def offer(delivery: Delivery, picture: Picture) -> str:
    """The public address of ``picture`` for as long as this attempt lasts, ``LIFE`` at most.

    Raises ``NetworkError`` where the network cannot reach us, or where it is no picture of this delivery.
    """
    channel = delivery.channel
    why = why_unreachable(settings.PUBLIC_URL, server=channel.server, allowed=settings.ALLOW_PRIVATE)
    if why:
        raise NetworkError(why, may_retry=why == UNKNOWN_NAME)
    attachment = _same(delivery, picture)
    prepared = _prepared(delivery, attachment)
    token = _Named(delivery.pk, attachment.pk, delivery.fence).signed()
    return settings.PUBLIC_URL + reverse("posts:offered", args=[token, name_of(prepared)])


def _same(delivery: Delivery, picture: Picture) -> Attachment:
    """Whose bytes these are, as they were taken in or as the network's connector prepared them."""
    rows = Attachment.objects.filter(version=delivery.version_id).select_related("media")
    for attachment in rows:
        if picture.data in (bytes(attachment.media.data), _prepared(delivery, attachment).data):
            return attachment
    raise NetworkError(NOT_OURS)


def _prepared(delivery: Delivery, attachment: Attachment) -> Picture:
    """As the network takes it in the form that was approved."""
    target = delivery.version.targets.get(channel_id=delivery.channel_id)
    form = cast("Format", target.format)
    return delivery.channel.network.prepared(picture_of(attachment), form=form)


def name_of(picture: Picture) -> str:
    """The last part of its address: networks look at the ending."""
    return _NAMES[picture.mime]


def offered(token: str) -> Picture | None:
    """The picture behind a token, exactly as the network takes it; None where there is none (any more)."""
    named = _read(token)
    if named is None:
        return None
    rows = Delivery.objects.filter(pk=named.delivery, approval__revoked_at=None)
    delivery = rows.select_related("channel", "version", "approval").first()
    if delivery is None or not _is_under_way(delivery, named):
        return None
    if is_halted(delivery.organisation_id) or is_disturbed(delivery) or lacks_consent(delivery, timezone.now()):
        return None
    shown = Attachment.objects.filter(pk=named.attachment, version=delivery.version_id).select_related("media")
    attachment = shown.first()
    return _prepared(delivery, attachment) if attachment else None


def _is_under_way(delivery: Delivery, named: _Named) -> bool:
    """Is it this attempt? While it is uncertain each look takes the fence one further, and the attempt stays.

    It also stays where the connector kept something of it: a film may be fetched longer than one try waits for it.
    """
    if delivery.state == DeliveryState.UNCERTAIN:
        return named.fence <= delivery.fence
    if delivery.kept and delivery.state in (DeliveryState.WAITING, DeliveryState.SENDING):
        return named.fence <= delivery.fence
    return delivery.state == DeliveryState.SENDING and named.fence == delivery.fence


def _read(token: str) -> _Named | None:
    try:
        numbers = [whole(part) for part in _signer.unsign(token, max_age=LIFE).split("-")]
    except BadSignature:  # SignatureExpired is one
        return None
    return _Named(*(number or 0 for number in numbers))
