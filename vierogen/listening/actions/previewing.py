"""What an alert would have found: a query is tried on what was found in the last weeks, while somebody types.

Only hits are kept, never the stream; so this is tried on what the organisation's alerts found, and says so. What was
found is folded once, in the background, and only the newest are looked at: so it stays quick however much there is.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from vierogen.listening.models import Document, Hit, Item
from vierogen.listening.models.hits import HitQuerySet
from vierogen.matching.breadth import Rarity, anchors
from vierogen.matching.folding import FOLDING
from vierogen.matching.posts import Post, documents
from vierogen.matching.tree import Query, View
from vierogen.people.models import Organisation

LONGEST = 30
DAYS = timedelta(days=LONGEST)
HOUR = 3600
# So many messages, the newest, are looked at (bench/listening_preview.py); so many hits are shown.
MOST_LOOKED_AT, MOST_SHOWN = 10_000, 5
FEW = 4
# So many are folded in one go, among so many of the newest hits.
PORTION, NEWEST = 500, 5_000


@dataclass(frozen=True)
class Week:
    """How many were found in the week that begins on ``monday``, and what share of the fullest week that is, in %."""

    monday: date
    number: int
    share: int


@dataclass(frozen=True)
class Preview:
    """``kept``: messages of the last thirty days. ``tried``: the newest of them, which the query was tried on.

    ``fits``: how many of those it finds, of which the newest are ``shown``. ``days``: how far back they go.
    """

    kept: int
    tried: int
    fits: int
    shown: list[Item]
    weeks: list[Week]
    days: float

    @property
    def is_cut(self) -> bool:
        """Were there more than can be tried while somebody types?"""
        return self.tried < self.kept

    @property
    def a_week(self) -> float:
        """Hits a week, as far as this tells."""
        return self.fits * 7 / self.days


def preview(organisation: Organisation, query: Query) -> Preview:
    """Try the query on what was found for this organisation in the last thirty days."""
    now = timezone.now()
    rows = Document.objects.filter(organisation=organisation, hour__gte=_hour(now - DAYS))
    # Read in one go: a cursor that is asked piece by piece takes longer.
    newest = list(rows.order_by("-hour").values_list("item_id", "hour", "text")[:MOST_LOOKED_AT])
    kept = rows.count() if len(newest) == MOST_LOOKED_AT else len(newest)
    found = _fitting(query, newest)
    is_cut = kept > len(newest)
    since = datetime.fromtimestamp(newest[-1][1] * HOUR, UTC) if is_cut else now - DAYS
    return Preview(
        kept=kept,
        tried=len(newest),
        fits=len(found),
        shown=_shown(list(found)[:MOST_SHOWN]),
        weeks=_weeks(organisation, Counter(found.values()), since=since),
        days=max(1.0, (now - since) / timedelta(days=1)),
    )


def _hour(moment: datetime) -> int:
    return int(moment.timestamp()) // HOUR


def _fitting(query: Query, rows: list[tuple[int, int, str]]) -> dict[int, int]:
    """The hour of each item that the query finds, the newest first."""
    usual = Rarity()
    # Each that fits has at least one of these.
    pieces = {piece for node in query.clauses for piece in anchors(node, usual)}
    may_fit = _holding(pieces)
    maybe = [row for row in rows if may_fit(row[2])] if pieces else rows
    texts = _texts(query, [item for item, _hour, _text in maybe])
    return {item: hour for item, hour, text in maybe if _fits(query, View(texts.get(item, ""), text))}


def _holding(pieces: Set[str]) -> Callable[[str], bool]:
    """Does a text hold one of these? Of many whole words it is told quicker by the words of the text."""
    words = {piece.split()[0] for piece in pieces if piece[0] == piece[-1] == " "}
    if len(words) <= FEW:
        return lambda text: any(piece in text for piece in pieces)
    others = [piece for piece in pieces if not piece[0] == piece[-1] == " "]
    return lambda text: not words.isdisjoint(text.split()) or any(piece in text for piece in others)


def _fits(query: Query, view: View) -> bool:
    return any(node.holds(view) for node in query.clauses)


def _texts(query: Query, items: list[int]) -> Mapping[int, str]:
    """The texts as they were written, where the query asks for exactly that."""
    if "=" not in query.text:
        return {}
    found: dict[int, str] = {}
    for start in range(0, len(items), PORTION):
        rows = Item.objects.filter(pk__in=items[start : start + PORTION]).only("title", "text", "later")
        found |= {item.pk: _whole(item.title, item.words) for item in rows}
    return found


def _shown(items: list[int]) -> list[Item]:
    known = Item.objects.in_bulk(items)
    return [known[pk] for pk in items if pk in known]


def _weeks(organisation: Organisation, hours: Mapping[int, int], *, since: datetime) -> list[Week]:
    """Every week from ``since`` to today, the oldest first, by the organisation's clock. ``hours``: number by hour."""
    zone = organisation.zone
    counted: Counter[date] = Counter()
    for hour, number in hours.items():
        counted[_monday(datetime.fromtimestamp(hour * HOUR, zone).date())] += number
    first, most = _monday(since.astimezone(zone).date()), max(counted.values(), default=0)
    weeks = (_monday(organisation.today()) - first).days // 7 + 1
    mondays = [first + timedelta(weeks=week) for week in range(weeks)]
    return [Week(monday, counted[monday], round(100 * counted[monday] / (most or 1))) for monday in mondays]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


# Preparing


def prepare() -> int:
    """Fold what was found a moment ago; returns how many. Safe with two workers."""
    newest = Hit.objects.order_by("-pk").values("pk")[:NEWEST]
    return _fold(Hit.objects.filter(pk__in=newest))


def tidy() -> int:
    """Fold what was missed or was folded in an older way, and drop what is too old; returns how many."""
    older, _each = Document.objects.exclude(folding=FOLDING).delete()
    return older + _forget_old() + _fold(Hit.objects.all())


def _forget_old() -> int:
    """What is older than a month, and what its organisation keeps no hit on any more."""
    hits = Hit.objects.filter(organisation=OuterRef("organisation"), item=OuterRef("item"))
    gone, _each = Document.objects.filter(hour__lt=_hour(timezone.now() - DAYS)).delete()
    return gone + Document.objects.filter(~Exists(hits)).delete()[0]


def _fold(hits: HitQuerySet) -> int:
    now = timezone.now()
    known = Document.objects.filter(organisation=OuterRef("organisation"), item=OuterRef("item"))
    rows = hits.filter(~Exists(known), found_at__gte=now - DAYS).order_by("pk").with_source()
    # Several alerts find the same message.
    wanted = list({(hit.organisation_id, hit.item_id): hit for hit in rows[:PORTION]}.values())
    texts = documents([as_post(hit) for hit in wanted])
    made = [
        Document(
            organisation_id=hit.organisation_id,
            item_id=hit.item_id,
            hour=_hour(hit.found_at),
            folding=FOLDING,
            text=text,
        )
        for hit, text in zip(wanted, texts, strict=True)
    ]
    Document.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)


def as_post(hit: Hit) -> Post:
    """The hit's message as the matcher takes it."""
    item = hit.item
    return Post(
        _whole(item.title, item.words),
        lang=item.language,
        author=item.author,
        source=hit.source.address if hit.source else "",
        network=item.network,
        has=frozenset(item.has.split()),
        is_reply=item.is_reply,
        link=item.link,
    )


def _whole(title: str, text: str) -> str:
    return f"{title}\n{text}" if title else text
