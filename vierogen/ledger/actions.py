"""Writing to the ledger, verifying it, and forgetting a person in it."""

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from vierogen.ledger.models import Entry, Head, Opening


class Actor(Protocol):
    """Whoever acts: a member, or a machine."""

    @property
    def actor(self) -> str:
        """A stable pseudonym, e.g. ``member:12`` or ``machine:worker``."""

    @property
    def name(self) -> str:
        """The name as people know it; personal, so only ever committed to."""


@dataclass(frozen=True)
class Machine:
    """A part of the software that acts by itself."""

    name: str

    @property
    def actor(self) -> str:
        """``machine:<name>``."""
        return f"machine:{self.name}"


@dataclass(frozen=True)
class Broken:
    """A place where the chain does not hold; ``why`` is a plain sentence."""

    organisation_id: int
    number: int
    why: str


def record(  # noqa: PLR0913 - each of these is part of what is being recorded
    organisation_id: int,
    verb: str,
    subject: str,
    *,
    by: Actor,
    facts: Mapping[str, Any] | None = None,
    personal: Mapping[str, str] | None = None,
) -> Entry:
    """Add one entry inside the caller's transaction; takes the head lock, so call it last.

    ``facts`` must hold nothing personal; ``personal`` values are committed to with a salt each.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("an entry belongs in the transaction of what it records")
    openings = [(name, secrets.token_hex(16), value) for name, value in _personal(by, personal)]
    head = _locked_head(organisation_id)
    entry = Entry(
        organisation_id=organisation_id,
        number=head.number + 1,
        at=timezone.now(),
        actor=by.actor,
        verb=verb,
        subject=subject,
        facts=dict(facts or {}),
        commitments={name: commitment(name, salt=salt, value=value) for name, salt, value in openings},
        previous=head.hash,
    )
    entry.hash = fingerprint(entry)
    entry.save()
    Opening.objects.bulk_create(
        Opening(entry=entry, name=name, salt=salt, value=value) for name, salt, value in openings
    )
    Head.objects.filter(pk=head.pk).update(number=entry.number, hash=entry.hash)
    return entry


def _personal(by: Actor, personal: Mapping[str, str] | None) -> list[tuple[str, str]]:
    given = dict(personal or {})
    if not isinstance(by, Machine):
        given["who"] = by.name
    return sorted(given.items())


def _locked_head(organisation_id: int) -> Head:
    heads = Head.objects.select_for_update().filter(organisation_id=organisation_id)
    if (known := heads.first()) is not None:
        return known
    Head.objects.bulk_create([Head(organisation_id=organisation_id)], ignore_conflicts=True)
    return heads.get()


def commitment(name: str, *, salt: str, value: str) -> str:
    """SHA-256, as hexadecimal text, over name, salt and value, each with its length before it."""
    parts = (name.encode(), salt.encode(), value.encode())
    return hashlib.sha256(b"".join(len(part).to_bytes(4, "big") + part for part in parts)).hexdigest()


def fingerprint(entry: Entry) -> str:
    """SHA-256 over the entry as canonical JSON (sorted keys, no spaces, UTC time), hexadecimal."""
    told = {
        "organisation": entry.organisation_id,
        "number": entry.number,
        "at": _stamp(entry.at),
        "actor": entry.actor,
        "verb": entry.verb,
        "subject": entry.subject,
        "facts": entry.facts,
        "commitments": entry.commitments,
        "previous": entry.previous,
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def verify(organisation_id: int | None = None) -> tuple[int, list[Broken]]:
    """Walk the chains; returns how many entries were read and every place that does not hold.

    Entries may be written meanwhile: each chain is walked up to the head that it had at the beginning.
    """
    read = 0
    broken: list[Broken] = []
    for known in chains() if organisation_id is None else [organisation_id]:
        head, last = _head(known), Head(organisation_id=known)
        entries = Entry.objects.filter(organisation_id=known, number__lte=head.number).order_by("number")
        for entry in entries.prefetch_related("openings").iterator(chunk_size=500):
            broken += _faults(entry, after=last)
            last.number, last.hash = entry.number, entry.hash
            read += 1
        if (last.number, last.hash) != (head.number, head.hash):
            broken.append(Broken(known, last.number, "the chain ends before its recorded head"))
        broken += _behind_the_head(known)
    return read, broken


def gone(organisation_ids: Iterable[int]) -> list[Broken]:
    """Those organisations of which nothing is left, neither entry nor head: a walk of the chains cannot see them."""
    left = chains()
    return [Broken(known, 1, "the whole chain is gone") for known in organisation_ids if known not in left]


def chains() -> list[int]:
    """Every organisation that has a chain, or only a head, or only entries."""
    heads = Head.objects.values_list("organisation_id", flat=True)
    entries = Entry.objects.order_by("organisation_id").values_list("organisation_id", flat=True).distinct()
    return sorted({*heads, *entries})


def _head(organisation_id: int) -> Head:
    """The recorded head; of a chain that has none, the head of an empty chain."""
    return Head.objects.filter(organisation_id=organisation_id).first() or Head(organisation_id=organisation_id)


def _behind_the_head(organisation_id: int) -> Iterator[Broken]:
    # Entry and head are committed together, so a head that is read later cannot be behind.
    newest = Entry.objects.filter(organisation_id=organisation_id).order_by("number").last()
    if newest and newest.number > _head(organisation_id).number:
        yield Broken(organisation_id, newest.number, "an entry stands after the recorded head")


def _faults(entry: Entry, *, after: Head) -> Iterator[Broken]:
    if entry.number != after.number + 1:
        yield Broken(entry.organisation_id, entry.number, "an entry before this one is missing")
    if entry.previous != after.hash:
        yield Broken(entry.organisation_id, entry.number, "it does not follow from the entry before it")
    if entry.hash != fingerprint(entry):
        yield Broken(entry.organisation_id, entry.number, "its content was changed")
    for opening in entry.openings.all():
        if entry.commitments.get(opening.name) != commitment(opening.name, salt=opening.salt, value=opening.value):
            yield Broken(entry.organisation_id, entry.number, f"the personal value {opening.name!r} was changed")


@transaction.atomic
def forget(organisation_id: int, actor: str, *, by: Actor) -> int:
    """Delete the openings of everything that ``actor`` did, and of what others wrote down about them.

    The chain stays provable. ``actor`` is their pseudonym. Returns how many.
    """
    about_them = Q(entry__subject__endswith=f".{actor}") & ~Q(name="who")
    rows = Opening.objects.filter(Q(entry__actor=actor) | about_them, entry__organisation_id=organisation_id)
    count, _ = rows.delete()
    record(organisation_id, "forget", actor, by=by, facts={"openings": count})
    return count


@transaction.atomic
def forget_subject(organisation_id: int, subject: str, *, by: Actor) -> int:
    """Delete what people wrote down about ``subject``, whose time is over; who wrote it, and that, stays provable.

    Returns how many personal values that were.
    """
    rows = Opening.objects.filter(entry__subject=subject, entry__organisation_id=organisation_id).exclude(name="who")
    count, _ = rows.delete()
    record(organisation_id, "forget_subject", subject, by=by, facts={"openings": count})
    return count
