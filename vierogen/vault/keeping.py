"""Secrets that people need to know, put in and taken out of the vault; showing them is in ``revealing``."""

import base64
import binascii
import json
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives.hashes import SHA1, SHA256, SHA512
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from vierogen.channels.actions import keepers
from vierogen.channels.models import Channel
from vierogen.ledger.actions import record
from vierogen.ledger.moves import subject_of
from vierogen.notices.actions import tell
from vierogen.people.actions import addressees, insist
from vierogen.people.models import Member
from vierogen.people.roles import Right
from vierogen.vault.actions import open_bytes, seal_bytes
from vierogen.vault.models import Field, Kept

# So long before their last day somebody replaces and destroys nothing; then its approach is told, too.
LEAVING = timedelta(days=14)
# RFC 6238, 1.2: apps know these.
HASHES: dict[str, type[SHA1 | SHA256 | SHA512]] = {"SHA1": SHA1, "SHA256": SHA256, "SHA512": SHA512}
DIGITS = (6, 7, 8)
LONGEST_PERIOD = 300


@dataclass(frozen=True)
class Code:
    """A one-time password: ``now`` holds for ``seconds`` more, and ``following`` after it."""

    now: str
    following: str
    seconds: int


def context_of(kept: Kept) -> bytes:
    """What a kept secret is bound to: a ciphertext that was moved or put back does not open."""
    told = {
        "kept": True,
        "organisation": kept.channel.organisation_id,
        "channel": kept.channel_id,
        "field": kept.field,
        "version": kept.version,
    }
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()


@transaction.atomic
def keep(  # noqa: PLR0913 - each of these is part of what is kept
    channel: Channel, field: str, value: str, *, by: Member, needs_second: bool = False, seen: int | None = None
) -> Kept:
    """Put a secret in, or in place of the one that is there; nothing leaves it as it is.

    ``seen`` is the version that a page knew of: a newer one, that somebody else put in meanwhile, is not overwritten.
    Without a new value only stricter is possible: whoever drops the second person knows the new secret anyway. The
    other custodians hear of a new value in place of another, which is gone; whoever leaves soon puts none there. They
    hear of one where another was destroyed, too: until somebody says that that one is ended, it stays in the lists.
    Raises ``ValidationError``, ``PermissionDenied``.
    """
    insist(by, Right.CONNECT, organisation_id=channel.organisation_id)
    Channel.objects.select_for_update(of=("self",), no_key=True).get(pk=channel.pk)
    known = Kept.objects.filter(channel=channel, field=field).first()
    _insist_on_seen(seen, known.version if known else 0)
    told = _checked(field, value)
    if not told and (known is None or known.is_empty):
        raise ValidationError(_("Fill in what is to be kept."))
    if not told and known and known.needs_second and not needs_second:
        raise ValidationError(_("To do without the second person, fill in a new value too."))
    kept = known or Kept(channel=channel, field=field, version=0)
    kept.needs_second = needs_second
    if told and not kept.is_empty:
        _insist_on_staying(by)
        _tell_the_others(kept, "vault/mail/replaced", by=by)
    elif told and known:
        _tell_the_others(kept, "vault/mail/filled_in", by=by)
    if told:
        put(kept, told, by=by)
    kept.save()
    facts = {"field": field, "version": kept.version, "needs_second": needs_second}
    record(channel.organisation_id, "keep", subject_of(channel), by=by, facts=facts)
    return kept


def put(kept: Kept, value: str, *, by: Member | None) -> None:
    """Seal ``value`` as the next version of ``kept``; the caller saves and records it."""
    kept.version += 1
    kept.changed_at, kept.changed_by, kept.server = timezone.now(), by, kept.channel.server
    if kept.is_settled:
        kept.gone_version = kept.filled_at = kept.filled_by = kept.ended_by = None
    sealed = seal_bytes(value.encode(), context=context_of(kept))
    kept.key_id, kept.wrapped, kept.ciphertext = sealed.key_id, sealed.wrapped, sealed.ciphertext


def opened_value(kept: Kept) -> str:
    """What it says, for a caller who recorded that first. Raises ``SealError``."""
    return open_bytes(kept.sealed, context=context_of(kept)).decode()


def _changed() -> ValidationError:
    return ValidationError(_("This was changed a moment ago. Look at it again."))


def is_leaving(member: Member) -> bool:
    """Is the last day of ``member`` so near that they replace and destroy nothing?"""
    return member.ends_on is not None and member.ends_on <= member.organisation.today() + LEAVING


def _insist_on_staying(by: Member) -> None:
    """Who leaves with a grudge would leave rubbish behind; what they know they can fill in where nothing is kept."""
    if is_leaving(Member.objects.select_related("organisation").get(pk=by.pk)):
        raise PermissionDenied(
            _("Your last day is near, so you cannot replace or destroy what is kept here. Ask a custodian who stays.")
        )


def _insist_on_seen(seen: int | None, now: int) -> None:
    if seen is not None and seen != now:
        raise _changed()


@transaction.atomic
def remove(kept: Kept, *, by: Member, seen: int | None = None) -> None:
    """Destroy a secret that the account does not have any more; who saw it stays known, and the custodians hear of it.

    That it is gone here ends nothing at the network, see ``say_ended``. ``seen`` is as for ``keep``: a newer version
    may be the only copy of what holds now. One at a time: first it is said that the one before is ended.
    """
    insist(by, Right.CONNECT, organisation_id=kept.organisation_id)
    _insist_on_staying(by)
    _insist_on_seen(seen, kept.version)
    _insist_on_settled(kept)
    nothing: dict[str, Any] = {"key_id": "", "wrapped": b"", "ciphertext": b"", "needs_second": False}
    changed = {"version": kept.version + 1, "changed_at": timezone.now(), "changed_by": by}
    before = {"filled_at": F("changed_at"), "filled_by": F("changed_by"), "gone_version": F("version")}
    nothing |= {"ended_by": None}
    if not Kept.objects.filled().filter(pk=kept.pk, version=kept.version).update(**nothing, **changed, **before):
        raise _changed()
    _tell_the_others(kept, "vault/mail/removed", by=by)
    record(kept.organisation_id, "remove_secret", subject_of(kept.channel), by=by, facts={"field": kept.field})


def _insist_on_settled(kept: Kept) -> None:
    """Who knew what was destroyed before would be forgotten."""
    if not Kept.objects.select_related("ended_by").get(pk=kept.pk).is_settled:
        raise ValidationError(
            _(
                "The one before was destroyed here, and nobody who could say so has said that it is ended at the "
                "network. First let somebody do that."
            )
        )


@transaction.atomic
def say_ended(kept: Kept, *, by: Member) -> None:
    """Say that a secret that was destroyed here does not work at the network any more.

    Only who stays can, and it settles nothing of what they knew themself: that takes somebody else.
    """
    insist(by, Right.CONNECT, organisation_id=kept.organisation_id)
    if Member.objects.values_list("ends_on", flat=True).get(pk=by.pk) is not None:
        raise PermissionDenied(_("Somebody who is here to stay has to say this."))
    rows = Kept.objects.filter(pk=kept.pk, version=kept.version, gone_version__isnull=False)
    if not rows.filter(ended_by=None).update(ended_by=by):
        # A second one says so.
        nobody = {"filled_by": None, "filled_at": None, "gone_version": None}
        if not rows.exclude(ended_by=by).update(ended_by=by, **nobody):
            raise _changed()
    record(kept.organisation_id, "end_secret", subject_of(kept.channel), by=by, facts={"field": kept.field})


def _tell_the_others(kept: Kept, template: str, *, by: Member) -> None:
    channel, told = kept.channel, [member for member in keepers(kept.channel) if member.pk != by.pk]
    label = Field(kept.field).label
    values = {"who": by.name, "secret": label, "account": channel.handle, "network": channel.network_name}
    link = reverse("vault:secrets", args=[channel.pk])
    tell(channel.organisation_id, addressees(told), template=template, values=values, link=link)


def _checked(field: str, value: str) -> str:
    told = value.strip()
    if told and field == Field.OTP_SEED:
        _totp(told)
    return told


def code_of(seed: str, *, at: float | None = None) -> Code:
    """The code that an app shows at that Unix time (default: now) for a seed as ``keep`` takes it (RFC 6238)."""
    totp, period = _totp(seed)
    now = time.time() if at is None else at
    return Code(totp.generate(int(now)).decode(), totp.generate(int(now) + period).decode(), period - int(now) % period)


def _totp(seed: str) -> tuple[TOTP, int]:
    """From what a network shows under its QR code: letters and digits, or a whole ``otpauth`` address."""
    wrong = ValidationError(
        _("This is no key for codes. Copy the letters and digits under the QR code, or the otpauth address.")
    )
    asked = {name: values[0] for name, values in parse_qs(urlsplit(seed).query).items()}
    is_address = seed.lower().startswith("otpauth://totp/")
    letters = asked.get("secret", "") if is_address else seed
    asked = asked if is_address else {}
    try:
        letters = "".join(letters.split()).replace("-", "").rstrip("=").upper()
        key = base64.b32decode(letters + "=" * (-len(letters) % 8))
        digits, period = int(asked.get("digits", 6)), int(asked.get("period", 30))
        algorithm = HASHES[asked.get("algorithm", "SHA1").upper().replace("-", "")]
    except (binascii.Error, ValueError, KeyError) as error:
        raise wrong from error
    if len(key) < 5 or digits not in DIGITS or not 1 <= period <= LONGEST_PERIOD:
        raise wrong
    return TOTP(key, digits, algorithm(), period, enforce_key_length=False), period
