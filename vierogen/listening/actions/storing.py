"""Storing what was found: a message of a source once, a hit once, and a count for each hit that is new.

The same posts may come again, after a restart or to two workers at the same time: the unique keys decide, and what
the database says it inserted is what is counted.
"""

import logging
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from vierogen.listening.models import Alert, Count, Document, Hit, Item, Source
from vierogen.listening.rhythm import HISTORY
from vierogen.listening.sources.base import LONGEST, Found
from vierogen.listening.sources.links import LONGEST as LONGEST_LINK
from vierogen.listening.sources.links import clean

log = logging.getLogger(__name__)

# Rows of one statement: SQLite takes 32,766 values at most, PostgreSQL 65,535.
ROWS = 1_000
# Years of messages: the web began in the first.
EARLIEST, LATEST = 1991, 9_998
# Mentions of longer ago are no part of any rhythm.
MENTIONED = timedelta(hours=HISTORY)
# How often it is tried when something that is referred to was removed meanwhile.
TRIES = 3
# What PostgreSQL or UTF-8 cannot hold.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

_ITEM = (
    "key", "source_id", "network", "link", "title", "text", "language", "author", "has", "is_reply", "published_at",
    "seen_at",
)  # fmt: skip
_HIT = ("organisation_id", "alert_id", "item_id", "clause", "found_at")
_COUNT = ("alert_id", "hour", "number")

Row = tuple[Any, ...]


class Find(NamedTuple):
    """A message with the alerts that found it: (alert, organisation, clause as it was written) of each.

    ``later``: what it said when it came again in other words, at the same time; "" where it did not.
    """

    found: Found
    source_id: int | None
    language: str
    hits: Sequence[tuple[int, int, str]]
    later: str = ""


def key_of(found: Found, *, source_id: int | None = None) -> str:
    """The one key of a message, in 64 hexadecimal digits: of this source, or of all that everybody hears.

    Whoever writes a feed chooses what its messages are called. So the name alone would let one organisation's feed
    put words into what another reads under the same address.
    """
    shared = sha256((clean(found.key) or found.key).encode("utf-8", "surrogatepass")).hexdigest()
    return sha256(f"{source_id}:{shared}".encode()).hexdigest() if source_id else shared


def store(
    finds: Iterable[Find], *, group: Callable[[Collection[int]], object] | None = None, at: datetime | None = None
) -> int:
    """Store the messages and their hits in one transaction; how many hits were new.

    ``group`` is called after the commit with the alerts that have new hits.
    """
    keyed = _keyed(finds)
    if not keyed:
        return 0
    new = _stored_whole(keyed, at=at or timezone.now())
    if group and new:
        try:
            group({alert for alert, _item in new})
        except Exception:
            log.exception("new hits could not be grouped; a job does it later")
    return len(new)


def _keyed(finds: Iterable[Find]) -> dict[str, Find]:
    """By their keys; what came by two sources for everybody, or was changed, has the hits of both."""
    keyed, found = dict[str, Find](), [find for find in finds if find.hits]
    shared = _for_everybody({find.source_id for find in found if find.source_id})
    for find in found:
        key = key_of(find.found, source_id=None if find.source_id in shared else find.source_id)
        keyed[key] = _joined(keyed[key], find) if key in keyed else find
    return keyed


def _joined(first: Find, find: Find) -> Find:
    known = {hit[0] for hit in first.hits}
    more = [hit for hit in find.hits if hit[0] not in known]
    words = find.found.text
    return first._replace(hits=[*first.hits, *more], later=words if words != first.found.text else "")


def _for_everybody(sources: Collection[int]) -> set[int]:
    rows = Source.objects.filter(pk__in=sources, for_everybody=True)
    return set(rows.values_list("pk", flat=True)) if sources else set()


def _stored_whole(keyed: dict[str, Find], *, at: datetime) -> list[tuple[int, int]]:
    for _try in range(TRIES - 1):
        try:
            with transaction.atomic():
                return _stored(keyed, at=at)
        except IntegrityError:
            # The last hit on a message was removed in this moment, or an alert or a source.
            keyed = _without_what_is_gone(keyed)
    with transaction.atomic():
        return _stored(keyed, at=at)


def _stored(keyed: dict[str, Find], *, at: datetime) -> list[tuple[int, int]]:
    moment = _moment(at)
    # In the order of their keys, so that two workers with the same messages wait for each other in one direction.
    ordered = sorted(keyed.items())
    made = {
        key for (key,) in _insert(Item, _ITEM, [_item(key, find, moment) for key, find in ordered], returning="key")
    }
    _say_later({key: find for key, find in keyed.items() if find.later or key not in made}, at=at)
    ids = _ids(keyed)
    if len(ids) < len(keyed):
        raise IntegrityError("a message was removed in this moment")
    hits = [
        (organisation, alert, ids[key], _fit(clause, 300), moment)
        for key, find in ordered
        for alert, organisation, clause in find.hits
        if key in ids
    ]
    new = _insert(Hit, _HIT, sorted(hits, key=lambda hit: hit[1:3]), returning="alert_id, item_id")
    hours = {ids[key]: _hour_of(find.found, at) for key, find in ordered}
    counted = Counter((alert, hour) for alert, item in new if (hour := hours[item]) is not None)
    rows = [(alert, _moment(hour), number) for (alert, hour), number in sorted(counted.items())]
    _insert(Count, _COUNT, rows, adding="number")
    return new


def _hour_of(found: Found, at: datetime) -> datetime | None:
    """In which hour it is a mention: what a new source tells of last week is no flare-up now. None: long ago.

    Midnight of today is no hour: it is all that a source with days alone can say.
    """
    said = found.published_at.astimezone(UTC) if found.published_at and _believed(found.published_at) else at
    is_a_day = said.minute == said.second == 0 and said.hour in {22, 23, 0} and at - said < timedelta(days=1)
    moment = at if is_a_day else min(said, at)
    return moment.replace(minute=0, second=0, microsecond=0) if moment > at - MENTIONED else None


def _say_later(again: dict[str, Find], *, at: datetime) -> None:
    """Keep the words of what came before in others: a hit may point to what the first did not have."""
    for chunk in _key_chunks(again):
        for item in Item.objects.filter(key__in=chunk).only("key", "text", "later").order_by("key"):
            text = _fit(again[item.key].later or again[item.key].found.text, LONGEST)
            if text and text != item.words:
                Item.objects.filter(pk=item.pk).update(later="" if text == item.text else text, edited_at=at)
                Document.objects.filter(item=item).delete()  # made anew, of what it says now


def _key_chunks(keys: Collection[str]) -> Iterator[list[str]]:
    ordered = sorted(keys)
    return (ordered[start : start + ROWS] for start in range(0, len(ordered), ROWS))


def _ids(keys: Collection[str]) -> dict[str, int]:
    return {
        key: pk
        for chunk in _key_chunks(keys)
        for key, pk in Item.objects.filter(key__in=chunk).values_list("key", "pk")
    }


def _item(key: str, find: Find, at: Any) -> Row:
    found = find.found
    return (
        key,
        find.source_id,
        _fit(found.network, 40),
        _fit(clean(found.link), LONGEST_LINK) if found.link else "",
        _fit(found.title, 500),
        _fit(found.text, LONGEST),
        _fit((found.language or find.language).partition(" ")[0], 10),
        _fit(found.author, 200),
        _fit(" ".join(sorted(found.has)), 60),
        found.is_reply,
        _believed(found.published_at),
        at,
    )


def _believed(said: datetime | None) -> Any:
    """A date that the web can have, and that every database reads back; others are none."""
    return _moment(said) if said and said.tzinfo and EARLIEST <= said.year <= LATEST else None


def _moment(at: datetime) -> Any:
    """As this database wants it."""
    return connection.ops.adapt_datetimefield_value(at)


def _fit(text: str, longest: int) -> str:
    text = text[:longest]
    return text if text.isascii() and "\x00" not in text else _UNSTORABLE.sub("\ufffd", text)


def _without_what_is_gone(keyed: dict[str, Find]) -> dict[str, Find]:
    asked = {alert for find in keyed.values() for alert, _organisation, _clause in find.hits}
    alerts = set(Alert.objects.filter(pk__in=asked).values_list("pk", flat=True))
    named = {find.source_id for find in keyed.values() if find.source_id is not None}
    sources = set(Source.objects.filter(pk__in=named).values_list("pk", flat=True))
    return {
        key: find._replace(
            source_id=find.source_id if find.source_id in sources else None,
            hits=[hit for hit in find.hits if hit[0] in alerts],
        )
        for key, find in keyed.items()
    }


def _insert(
    model: type[models.Model], columns: Sequence[str], rows: Sequence[Row], *, returning: str = "", adding: str = ""
) -> list[Any]:
    """Insert what is not there yet, or add to its column ``adding``; what was inserted, as the columns ``returning``.

    Django's own ``bulk_create`` cannot say which rows were new.
    """
    table = connection.ops.quote_name(model._meta.db_table)
    others = _others(model, columns)
    columns, rows = (*columns, *others), [(*row, *others.values()) for row in rows]
    # The names are those of our own tables and columns.
    into = f"INSERT INTO {table} ({', '.join(columns)}) VALUES "  # noqa: S608
    clash = "ON CONFLICT DO NOTHING"
    if adding:
        clash = f"ON CONFLICT (alert_id, hour) DO UPDATE SET {adding} = {table}.{adding} + excluded.{adding}"
    ending = f" {clash} RETURNING {returning}" if returning else f" {clash}"
    told = list[Any]()
    with connection.cursor() as cursor:
        for chunk in _chunks(rows):
            places = ", ".join([f"({', '.join(['%s'] * len(columns))})"] * len(chunk))
            cursor.execute(into + places + ending, [value for row in chunk for value in row])
            if returning:
                told += cursor.fetchall()
    return told


def _others(model: type[models.Model], columns: Sequence[str]) -> dict[str, Any]:
    """The columns that cannot be empty and of which nobody says anything, as the model begins them."""
    fields = [field for field in model._meta.concrete_fields if not field.null and not field.primary_key]
    return {str(field.column): field.get_default() for field in fields if field.column not in columns}


def _chunks(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    return (rows[start : start + ROWS] for start in range(0, len(rows), ROWS))
