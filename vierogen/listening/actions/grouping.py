"""Grouping: what says the same becomes one line, and each hit is weighed for spam. Nothing is hidden.

A group has one leading hit, the first that was found; copies point to it, never to each other. Whoever groups holds
the row of the alert, so two workers at once make the same groups as one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone

from vierogen.listening import spam
from vierogen.listening.likeness import VERSION, Told, are_copies, bands, may_be_copies, sketches
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
    """Most have the same values: as many statements as there are others."""
    alike: dict[tuple[int | None, float, str], list[int]] = defaultdict(list)
    for hit in hits:
        alike[hit.copy_of_id, hit.spam, hit.spam_why].append(hit.pk)
    now = timezone.now()
    for (leader, score, why), pks in alike.items():
        Hit.objects.filter(pk__in=pks).update(copy_of=leader, spam=score, spam_why=why, grouped_at=now)


def told(hit: Hit) -> Told:
    """What its item says."""
    item = hit.item
    return Told(item.text, title=item.title, author=item.author, link=item.link)


class _Leader(NamedTuple):
    """A leading hit that others may be copies of."""

    pk: int
    found_at: datetime
    says: Told
    sketch: bytes


@dataclass
class _Group:
    """The new hits of one alert, and those that they may be copies of."""

    alert_id: int
    hits: list[Hit]
    by_band: dict[int, list[_Leader]] = field(default_factory=lambda: defaultdict(list))
    by_link: dict[str, list[tuple[int | None, int]]] = field(default_factory=lambda: defaultdict(list))

    def settle(self) -> None:
        """Say of each which it is a copy of, and how much it looks like spam."""
        says = [told(hit) for hit in self.hits]
        drawn = sketches([each.words for each in says])
        self._recall_words(drawn)
        self._recall_links()
        made = []
        for hit, text, sketch in zip(self.hits, says, drawn, strict=True):
            new = _Leader(hit.pk, hit.found_at, text, sketch)
            leader = self._same_link(hit) or (self._same_words(new) if text.words else None)
            hit.copy_of_id = leader
            if _is_particular(hit.item.link):
                self.by_link[hit.item.link].append((hit.item.source_id, leader or hit.pk))
            if leader is None and text.words:
                self._remember(new, bands(sketch))
                made.append(self._kept(new))
        Sketch.objects.bulk_create(made)
        self._weigh(says)

    @property
    def _since(self) -> datetime:
        return self.hits[0].found_at - WINDOW

    def _recall_words(self, drawn: list[bytes]) -> None:
        """What was found before and may have the words of anything new."""
        wanted: dict[int, list[bytes]] = defaultdict(list)
        for sketch in drawn:
            for key in bands(sketch):
                wanted[key].append(sketch)
        known = Sketch.objects.filter(alert_id=self.alert_id, found_at__gte=self._since, version=VERSION)
        near: dict[int, tuple[bytes, list[int]]] = {}
        for pk, kept in known.values_list("pk", "bands").iterator(chunk_size=2_000):
            sketch = bytes(kept)
            shared = [key for key in bands(sketch) if key in wanted]
            if any(may_be_copies(sketch, other) for other in {each for key in shared for each in wanted[key]}):
                near[pk] = sketch, shared
        for pk, found_at, says in _read(near):
            self._remember(_Leader(pk, found_at, says, near[pk][0]), near[pk][1])

    def _recall_links(self) -> None:
        """What was found before and leads to the same address as anything new."""
        links = {hit.item.link for hit in self.hits if _is_particular(hit.item.link)}
        rows = Hit.objects.filter(alert_id=self.alert_id, found_at__gte=self._since, item__link__in=links)
        told_of = rows.exclude(grouped_at=None).order_by("pk")
        columns = ("pk", "copy_of", "item__link", "item__source")
        for pk, leader, link, source in told_of.values_list(*columns) if links else ():
            self.by_link[link].append((source, leader or pk))

    def _same_link(self, hit: Hit) -> int | None:
        """Two sources that point to one address speak of one message. A source that does so twice means two."""
        others = self.by_link.get(hit.item.link, [])
        return next((leader for source, leader in others if source != hit.item.source_id), None)

    def _same_words(self, new: _Leader) -> int | None:
        since = new.found_at - WINDOW
        seen = {leader.pk: leader for key in bands(new.sketch) for leader in self.by_band.get(key, ())}
        near = [each for each in seen.values() if each.found_at >= since and may_be_copies(each.sketch, new.sketch)]
        near.sort(key=lambda leader: (leader.found_at, leader.pk))
        return next((each.pk for each in near if are_copies(each.says, new.says)), None)

    def _remember(self, leader: _Leader, keys: Iterable[int]) -> None:
        for key in keys:
            self.by_band[key].append(leader)

    def _kept(self, new: _Leader) -> Sketch:
        values = {"alert_id": self.alert_id, "found_at": new.found_at, "version": VERSION}
        return Sketch(hit_id=new.pk, bands=new.sketch, **values)

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


def _read(pks: Collection[int]) -> Iterator[tuple[int, datetime, Told]]:
    """What those leading hits say; in portions, for SQLite takes no endless list."""
    wanted = list(pks)
    columns = ("pk", "found_at", "item__text", "item__title", "item__author", "item__link")
    for start in range(0, len(wanted), 500):
        rows = Hit.objects.filter(pk__in=wanted[start : start + 500], copy_of=None)
        for pk, found_at, *says in rows.values_list(*columns):
            yield pk, found_at, Told(*says)


def _is_particular(link: str) -> bool:
    """Does it lead to one message, and not to a site as a whole?"""
    if not link:
        return False
    try:
        parts = urlsplit(link)
    except ValueError:  # it only looked like an address
        return False
    return bool(parts.path.strip("/") or parts.query)
