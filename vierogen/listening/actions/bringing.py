"""What other programs bring to a secret address: checked at the door, queued, and handed to the listener.

The web process holds no alerts, so it matches nothing. It reads what came only to tell the sender what is wrong.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_noop

from vierogen.core.leases import lock
from vierogen.core.numbers import whole
from vierogen.ledger.actions import record
from vierogen.ledger.moves import subject_of
from vierogen.listening.models import Brought, Source, Subscription
from vierogen.listening.sources.base import Found, SourceError
from vierogen.listening.sources.webhook import Webhook
from vierogen.people.actions import insist
from vierogen.people.models import Member
from vierogen.people.roles import Right

MAX_BYTES = 1_000_000
# Deliveries of one source: in a minute, and waiting.
A_MINUTE = 120
WAITING = 1_000
# So long a listener has to hold a delivery against the alerts; then another may.
CLAIM = timedelta(minutes=2)
_WRONG = gettext_noop("The signature is wrong.")
_signer = Signer(salt="listening.hook", sep=".")


class Busy(Exception):  # noqa: N818 - says what it is
    """Too much at once. Come again after ``seconds``."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def address_of(source: Source) -> str:
    """The whole secret address of a webhook."""
    token = _signer.sign(name_of(source))
    return f"{settings.PUBLIC_URL}{reverse('listening:hook', args=[token])}"


def secret_of(source: Source) -> str:
    """With this key a sender may sign what it brings (HMAC-SHA-256 of the body, hexadecimal)."""
    return salted_hmac("listening.hook.secret", name_of(source), algorithm="sha256").hexdigest()


def name_of(source: Source) -> str:
    """Which of its addresses works now, without its secret: another one after each renewal."""
    return f"{source.pk}-{source.memory.get('address', 1)}"


def source_of(token: str) -> Source | None:
    """The webhook behind a token, as long as somebody listens to it; None for any other."""
    try:
        number = whole(_signer.unsign(token).partition("-")[0])
    except BadSignature:
        return None
    source = Source.objects.wanted().filter(pk=number, kind=Webhook.key).first() if number else None
    return source if source and _signer.sign(name_of(source)) == token else None


def bring(source: Source, body: bytes, content_type: str, *, signature: str = "") -> int:
    """Queue a delivery; returns how many messages are in it.

    ``signature`` as ``X-Hub-Signature-256`` has it (``sha256=…``), where the sender signs. Raises ``SourceError`` for
    what cannot be read, and ``Busy``.
    """
    if signature and not _is_signed(source, body, signature):
        raise SourceError(_WRONG)
    _slow_down(source)
    found = Webhook().unpack(body, content_type)
    if found:
        # Of all that came only this is kept, until the listener has held it against the alerts.
        Brought.objects.create(source=source, body=body, content_type=content_type[:100])
    return len(found)


def _is_signed(source: Source, body: bytes, signature: str) -> bool:
    wanted = hmac.new(secret_of(source).encode(), body, "sha256").hexdigest()
    return hmac.compare_digest(signature.lower().removeprefix("sha256=").encode(), wanted.encode())


def _slow_down(source: Source) -> None:
    key = f"hook:{source.pk}:{int(timezone.now().timestamp()) // 60}"
    cache.add(key, 0, timeout=120)
    try:
        number = cache.incr(key)
    except ValueError:  # it was thrown out of a full cache a moment ago
        number = 1
    if number > A_MINUTE:
        raise Busy(60)
    if Brought.objects.filter(source=source)[:WAITING].count() >= WAITING:
        raise Busy(300)


@transaction.atomic
def renew_address(subscription: Subscription, *, by: Member) -> None:
    """Make a new secret address and key; the old ones are void at once."""
    insist(by, Right.LISTEN, organisation_id=subscription.organisation_id)
    source = Source.objects.select_for_update().get(pk=subscription.source_id)
    source.memory = {**source.memory, "address": int(source.memory.get("address", 1)) + 1}
    source.save(update_fields=["memory"])
    # Who knows the address that works now, and since when.
    Subscription.objects.filter(pk=subscription.pk).update(made_by=by, made_at=timezone.now())
    record(subscription.organisation_id, "renew_address", subject_of(subscription), by=by)


# For the listener


@dataclass(frozen=True)
class Delivered:
    """What was brought to one source. When all of it is stored, say so with ``done``."""

    source: Source
    found: Sequence[Found]
    pks: Sequence[int]


def take_up(most: int = 50) -> list[Delivered]:
    """Deliveries that nobody has taken up, from now on ours for some minutes, the oldest first."""
    now = timezone.now()
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    if not Brought.objects.filter(free).exists():  # spares SQLite its write lock
        return []
    with transaction.atomic():
        rows = list(lock(Brought.objects.filter(free).order_by("pk"))[:most])
        Brought.objects.filter(pk__in=[row.pk for row in rows]).update(claimed_until=now + CLAIM)
    sources = Source.objects.in_bulk({row.source_id for row in rows})
    return [Delivered(sources[row.source_id], _unpacked(row), (row.pk,)) for row in rows]


def _unpacked(row: Brought) -> list[Found]:
    try:
        found = Webhook().unpack(bytes(row.body), row.content_type)
        # A program's own numbers, and its word for what stands at an address, are nobody else's.
        return [one._replace(key=f"hook:{row.source_id}:{one.key}") for one in found]
    except SourceError:  # it was read at the door, by another version of this software
        return []


@transaction.atomic
def done(delivered: Delivered) -> None:
    """Its messages were held against all alerts, and the hits are stored: forget it."""
    if not Brought.objects.filter(pk__in=delivered.pks).delete()[0]:
        return
    now = timezone.now()
    moments = [found.published_at for found in delivered.found if found.published_at]
    lag = {"lag": max(0.0, (now - max(moments)).total_seconds())} if moments else {}
    Source.objects.filter(pk=delivered.source.pk).update(
        items=F("items") + len(delivered.found),
        item_at=now,
        tried_at=now,
        read_at=now,
        failures=0,
        problem="",
        **lag,
    )
