"""What one bulletin has to tell: the hits that its reader did not hear of yet, by alert, copies counted together."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Exists, F, Min, OuterRef, Q

from vierogen.listening.models import Alert, Hit, Line, Reading
from vierogen.listening.models.hits import HitQuerySet
from vierogen.listening.states import AlertState, Mark

# What an alert found while it was active is told, also when it was paused or ended since. One that waits for the
# privacy officer, or was refused, tells nothing.
TELLING = (AlertState.ACTIVE, AlertState.PAUSED, AlertState.ENDED)
# So many lines fit in a mail that is read, and that mail programs show whole.
LINES_A_MAIL = 50
# A hit that was being stored while the bulletin was made is seen by the next one.
OVERLAP = timedelta(minutes=10)
SPAM = 0.5


class Row(NamedTuple):
    """The little that is known of each hit, of which there may be very many."""

    pk: int
    alert_id: int
    copy_of: int | None
    found_at: datetime
    mark: str
    spam: float
    told_before: bool


@dataclass
class Group:
    """A hit and its copies, as far as they are told now. ``told_before``: the reader knows it already."""

    rows: list[Row] = field(default_factory=list)

    @property
    def leader(self) -> Row:
        """The one that is shown."""
        return min(self.rows, key=lambda row: (row.copy_of is not None, row.found_at, row.pk))

    @property
    def is_new(self) -> bool:
        """Is there something in it that was not told in an earlier bulletin?"""
        return any(row.copy_of is None or not row.told_before for row in self.rows)


@dataclass
class Found:
    """What one alert has to tell. ``new`` is in the order in which it is shown, ``late`` counts copies of old news."""

    alert: Alert
    new: list[Group] = field(default_factory=list)
    late: int = 0
    shown: int = 0

    @property
    def left_out(self) -> int:
        """How many do not fit in the mail."""
        return len(self.new) - self.shown


@dataclass
class Gathered:
    """All that a bulletin tells; ``hit_ids`` are of every hit in it, copies and what does not fit included."""

    found: list[Found]
    hit_ids: list[int]

    @property
    def lines(self) -> int:
        """How many pieces of news."""
        return sum(len(found.new) for found in self.found)


def gather(readings: Iterable[Reading], *, until: datetime | None) -> Gathered:
    """What these readings of one member have to tell of what was found before ``until``; None: of all there is.

    The readings come with their alert.
    """
    by_alert: dict[int, list[Row]] = defaultdict(list)
    readings = [reading for reading in readings if reading.alert.state in TELLING]
    for row in _rows(readings, until=until):
        by_alert[row.alert_id].append(row)
    told = [_found(reading.alert, by_alert[reading.alert_id]) for reading in readings if reading.alert_id in by_alert]
    told.sort(key=lambda found: (found.alert.name.casefold(), found.alert.pk))
    share_out(told, room=LINES_A_MAIL)
    return Gathered(told, [row.pk for rows in by_alert.values() for row in rows])


def untold(member: Any, **readings: Any) -> HitQuerySet:
    """Hits that may be told of to this member, by those of their readings that are selected (an id or a list)."""
    # In one call, so that both conditions are about the same reading.
    mine = Hit.objects.filter(**readings, found_at__gte=F("alert__readings__since"), grouped_at__isnull=False)
    return mine.filter(~Exists(Line.objects.filter(member=member, hit=OuterRef("pk"))))


def _rows(readings: list[Reading], *, until: datetime | None) -> Iterator[Row]:
    if not readings:
        return
    member_id = readings[0].member_id
    known = _told_before(member_id)
    rows = untold(member_id, alert__readings__in=[reading.pk for reading in readings])
    if until is not None:
        rows = rows.filter(found_at__lt=until)
    names = ("pk", "alert_id", "copy_of_id", "found_at", "mark", "spam", "told_before")
    yield from map(Row._make, rows.annotate(told_before=known).values_list(*names))


def _told_before(member: Any) -> Any:
    """For copies: does the member know what it is a copy of, or another one?"""
    earlier = Line.objects.filter(member=member)
    return Exists(earlier.filter(hit=OuterRef("copy_of"))) | Exists(earlier.filter(hit__copy_of=OuterRef("copy_of")))


def _found(alert: Alert, rows: list[Row]) -> Found:
    groups: dict[int, Group] = defaultdict(Group)
    for row in rows:
        groups[row.copy_of or row.pk].rows.append(row)
    new = [group for group in groups.values() if group.is_new]
    late = sum(len(group.rows) for group in groups.values() if not group.is_new)
    return Found(alert, sorted(new, key=_order), late)


def _order(group: Group) -> tuple[bool, bool, int, float]:
    """What is probably worth reading first; nothing is hidden."""
    row = group.leader
    return (row.mark == Mark.NOT_USEFUL, row.spam >= SPAM, -len(group.rows), -row.found_at.timestamp())


def share_out(told: list[Found], *, room: int) -> None:
    """Give each alert room in the mail: one that found very much does not push out one that found little."""
    waiting = sorted(told, key=lambda found: len(found.new))
    for number, found in enumerate(waiting):
        found.shown = min(len(found.new), max(1, room // (len(waiting) - number)))
        room = max(0, room - found.shown)


def move_on(readings: Iterable[Reading], *, until: datetime) -> None:
    """Remember up to when these readings were told, short of what nobody grouped yet: that still comes."""
    readings = [reading for reading in readings if reading.alert.state in TELLING]
    open_ends = Hit.objects.filter(alert__in=[reading.alert_id for reading in readings], grouped_at=None)
    first = dict(open_ends.order_by().values_list("alert").annotate(first=Min("found_at")))
    for reading in readings:
        since = min(until, first.get(reading.alert_id, until)) - OVERLAP
        Reading.objects.filter(pk=reading.pk, since__lt=since).update(since=since)


def has_news() -> Q:
    """For readings: is there a hit that this member was not told of, itself or another copy of it?"""
    hits = untold(OuterRef(OuterRef("member")), alert__readings=OuterRef("pk"))
    is_known = _told_before(OuterRef(OuterRef(OuterRef("member"))))
    return Q(Exists(hits.filter(Q(copy_of=None) | ~is_known))) & Q(alert__state__in=TELLING)
