"""Secret addresses: whoever has one reads a feed, or stops a member's mails, without logging in.

Each is signed with the installation's key and holds a number that the member can raise, which voids all of theirs.
"""

from dataclasses import dataclass

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from vierogen.listening.actions.wording import web_address
from vierogen.listening.models import Hit, Reader
from vierogen.notices.letters import absolute
from vierogen.people.models import Member
from vierogen.people.roles import Right

FEED = "feed"
UNSUBSCRIBE = "unsubscribe"


@dataclass(frozen=True)
class Bearer:
    """Whom a secret address belongs to, and about which alert it is; ``alert_id`` 0: about all that they follow."""

    reader: Reader
    alert_id: int = 0


def token(reader: Reader, purpose: str, *, alert_id: int = 0) -> str:
    """The secret part of an address: letters, digits, hyphens, underscores and one full stop."""
    return _signer(purpose).sign(f"{reader.member_id}-{reader.links}-{alert_id}")


def bearer(secret: str, purpose: str) -> Bearer | None:
    """Whose it is; None if it was never valid, or is not any more, or its member has left."""
    try:
        member_id, links, alert_id = map(int, _signer(purpose).unsign(secret).split("-"))
    except (BadSignature, ValueError):
        return None
    rows = Reader.objects.select_related("member__user", "member__organisation").prefetch_related("member__held")
    reader = rows.filter(member_id=member_id, links=links).first()
    return Bearer(reader, alert_id) if reader and reader.member.is_current else None


def feed_address(reader: Reader, *, alert_id: int = 0) -> str:
    """The whole address of a feed."""
    return absolute(reverse("listening:feed", args=[token(reader, FEED, alert_id=alert_id)]))


def unsubscribe_address(reader: Reader, *, alert_id: int = 0) -> str:
    """The whole address at which a member's mails are stopped."""
    return absolute(reverse("listening:unsubscribe", args=[token(reader, UNSUBSCRIBE, alert_id=alert_id)]))


def hits_address(*, alert_id: int = 0) -> str:
    """The page of hits, of one alert or of all, as a path."""
    return reverse("listening:hits") + (f"?alert={alert_id}" if alert_id else "")


def address_of(hit: Hit, *, member: Member) -> str:
    """The whole address at which this member can read a hit: on the web, else here."""
    return web_address(hit.item) or absolute(page_for(member, reverse("listening:hit", args=[hit.pk])))


def page_for(member: Member, page: str) -> str:
    """``page``, a path of listening; for whoever may not open it, their own settings, which they can always open."""
    return page if member.may(Right.LISTEN) else reverse("listening:bulletins")


def _signer(purpose: str) -> Signer:
    return Signer(salt=f"vierogen.listening.{purpose}", sep=".")
