"""Grouping: what says the same becomes one line, and each hit is weighed for spam. Nothing is hidden.

A group has one leading hit, the first that was found; copies point to it, never to each other. Whoever groups holds
the row of the alert, so two workers at once make the same groups as one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone

from vierogen.listening import spam
from vierogen.listening.likeness import VERSION, Told, are_copies, bands, sketches
from vierogen.listening.models import Alert, Hit, Sketch

# A hit is held against what was found so long before it: news goes around for days, a form letter for years.
WINDOW = timedelta(days=7)
# One commit for so many alerts, and so many hits of one alert at a time.
_ALERTS, _HITS = 50, 1_000


def group(alert_ids: Iterable[int]) -> int:
    """Group and weigh all hits of these alerts that nobody looked at yet; returns how many.

    Safe with any number of workers: each waits for the others' rows. Call it outside a transaction.
    """
    asked, done = sorted(set(alert_ids)), 0
    for start in range(0, len(asked), _ALERTS):
        while portion := _group(asked[start : start + _ALERTS]):
            done += portion
    return done


def group_the_rest() -> int:
    """The same for whatever was left, by a process that died or that was too early; returns how many."""
    waiting = Hit.objects.filter(grouped_at=None).order_by().values_list("alert_id", flat=True)
    return group(waiting.distinct()[:1_000])


@transaction.atomic
def _group(alert_ids: Sequence[int]) -> int:
    waiting = Hit.objects.filter(alert_id__in=alert_ids, grouped_at=None)
    # In one order, so that two who want the same rows wait for each other instead of both for ever.
    locked = Alert.objects.select_for_update(no_key=True).filter(pk__in=waiting.values("alert_id")).order_by("pk")
    held = [alert.pk for alert in locked.only("pk")]
    rows = Hit.objects.filter(alert_id__in=held, grouped_at=None).select_related("item").order_by("found_at", "pk")
    by_alert: dict[int, list[Hit]] = defaultdict(list)
    for hit in rows[:_HITS]:
        by_alert[hit.alert_id].append(hit)
    for alert_id, hits in by_alert.items():
        _Group(alert_id, hits).settle()
    _write([hit for hits in by_alert.values() for hit in hits])
    return sum(map(len, by_alert.values()))


def _write(hits: list[Hit]) -> None:
    now = timezone.now()
    for hit in hits:
        hit.grouped_at = now
    Hit.objects.bulk_update(hits, ["copy_of", "grouped_at", "spam", "spam_why"], batch_size=200)


def told(hit: Hit) -> Told:
    """What its item says."""
    item = hit.item
    return Told(item.text, title=item.title, author=item.author, link=item.link)


@dataclass
class _Leader:
    """A leading hit that may have copies among the new ones. ``hit_id`` is None where it is gone again."""

    hit: Hit
    says: Told


@dataclass
class _Group:
    """The new hits of one alert, and those that they may be copies of."""

    alert_id: int
    hits: list[Hit]
    by_band: dict[int, list[_Leader]] = field(default_factory=lambda: defaultdict(list))
    by_link: dict[str, list[tuple[int | None, Hit]]] = field(default_factory=lambda: defaultdict(list))

    def settle(self) -> None:
        """Say of each which it is a copy of, and how much it looks like spam."""
        says = [told(hit) for hit in self.hits]
        drawn = sketches([each.words for each in says])
        self._recall(drawn)
        made = []
        for hit, text, sketch in zip(self.hits, says, drawn, strict=True):
            leader = self._same_link(hit) or (self._same_words(hit, text, sketch) if text.words else None)
            hit.copy_of = leader
            self._remember(hit, text, sketch)
            if leader is None and text.words:
                values = {"alert_id": self.alert_id, "found_at": hit.found_at}
                made.append(Sketch(hit=hit, version=VERSION, bands=sketch, **values))
        Sketch.objects.bulk_create(made)
        self._weigh(says)

    def _recall(self, drawn: list[bytes]) -> None:
        """What was found before and has a band or a link in common with anything new."""
        since = self.hits[0].found_at - WINDOW
        wanted = {key for sketch in drawn for key in bands(sketch)}
        known = Sketch.objects.filter(alert_id=self.alert_id, found_at__gte=since, version=VERSION)
        near = {
            pk: keys
            for pk, sketch in known.values_list("pk", "bands").iterator(chunk_size=2_000)
            if not wanted.isdisjoint(keys := bands(bytes(sketch)))
        }
        for leader in _in_portions(near):
            self._remember_words(_Leader(leader, told(leader)), near[leader.pk])
        links = {hit.item.link for hit in self.hits if _is_particular(hit.item.link)}
        rows = Hit.objects.filter(alert_id=self.alert_id, found_at__gte=since, item__link__in=links)
        grouped = rows.exclude(grouped_at=None).select_related("item", "copy_of").order_by("pk")
        for hit in grouped if links else ():
            self.by_link[hit.item.link].append((hit.item.source_id, hit.copy_of or hit))

    def _same_link(self, hit: Hit) -> Hit | None:
        """Two sources that point to one address speak of one message. A source that does so twice means two."""
        others = self.by_link.get(hit.item.link, [])
        return next((leader for source, leader in others if source != hit.item.source_id), None)

    def _same_words(self, hit: Hit, text: Told, sketch: bytes) -> Hit | None:
        since = hit.found_at - WINDOW
        seen = {id(leader): leader for key in bands(sketch) for leader in self.by_band.get(key, ())}
        near = sorted(seen.values(), key=lambda leader: (leader.hit.found_at, leader.hit.pk))
        fitting = (each.hit for each in near if each.hit.found_at >= since and are_copies(each.says, text))
        return next(fitting, None)

    def _remember(self, hit: Hit, text: Told, sketch: bytes) -> None:
        if _is_particular(hit.item.link):
            self.by_link[hit.item.link].append((hit.item.source_id, hit.copy_of or hit))
        if hit.copy_of is None and text.words:
            self._remember_words(_Leader(hit, text), bands(sketch))

    def _remember_words(self, leader: _Leader, keys: Collection[int]) -> None:
        for key in keys:
            self.by_band[key].append(leader)

    def _weigh(self, says: list[Told]) -> None:
        before = self._repeats()
        for hit, text in zip(self.hits, says, strict=True):
            by = (hit.copy_of_id or hit.pk, hit.item.author)
            looks = spam.Looks(f"{text.title}\n{text.text}", repeats=before[by] if hit.item.author else 0)
            hit.spam, hit.spam_why = spam.judge(looks)
            before[by] += 1

    def _repeats(self) -> dict[tuple[int, str], int]:
        """How often each author said it before, by leading hit and author."""
        number: dict[tuple[int, str], int] = defaultdict(int)
        leading = {hit.copy_of_id for hit in self.hits if hit.copy_of_id} - {hit.pk for hit in self.hits}
        rows = Hit.objects.filter(alert_id=self.alert_id).exclude(grouped_at=None)
        for which in ("pk__in", "copy_of__in"):
            pairs = rows.filter(**{which: leading}).values_list("pk", "copy_of", "item__author")
            for pk, copy_of, author in pairs if leading else ():
                number[copy_of or pk, author] += 1
        return number


def _in_portions(pks: Collection[int]) -> Iterator[Hit]:
    """Those hits with their items; SQLite takes no endless list."""
    wanted = list(pks)
    for start in range(0, len(wanted), 500):
        yield from Hit.objects.filter(pk__in=wanted[start : start + 500], copy_of=None).select_related("item")


def _is_particular(link: str) -> bool:
    """Does it lead to one message, and not to a site as a whole?"""
    if not link:
        return False
    try:
        parts = urlsplit(link)
    except ValueError:  # it only looked like an address
        return False
    return bool(parts.path.strip("/") or parts.query)
