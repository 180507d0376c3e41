"""From saved alerts to what the matcher holds: all active ones of all organisations, and what changes while it runs."""

import gc
import logging
import time
from datetime import timedelta
from threading import Thread
from typing import NamedTuple

from django.utils import timezone

from vierogen.listening.actions.compiling import compiled
from vierogen.listening.models import Alert, Item
from vierogen.listening.states import AlertState
from vierogen.matching.breadth import Rarity
from vierogen.matching.errors import QueryError
from vierogen.matching.matcher import MERGE_FROM, Matcher
from vierogen.matching.posts import Post, documents
from vierogen.matching.tree import Query

log = logging.getLogger(__name__)

# Rows at a time.
CHUNK = 5_000
# Seconds between two looks at what changed. A look that took long is followed by a rest of three times that.
LOOK = 0.25
# A change is dated before it is committed, by a clock that may be another machine's: so far back each look goes,
# and so far one of them every few minutes.
OVERLAP, LONG_OVERLAP, LONG_EVERY = timedelta(seconds=10), timedelta(minutes=15), 300.0
# Stored messages that tell which words are frequent, and how few tell nothing.
SAMPLE, TOO_FEW = 2_000, 300
# From so many alerts on, Python's collector of garbage is told that they stay.
MANY = 50_000

_COLUMNS = ("pk", "organisation_id", "query", "inside_words", "state", "revision")
_Row = tuple[int, int, str, bool, str, int]


class _Known(NamedTuple):
    """An alert that is held; ``spans`` only where there is more than one clause, since most have one."""

    revision: int
    organisation: int
    text: str
    spans: tuple[tuple[int, int], ...]


class Compiled:
    """All active alerts. Only one thread loads, refreshes and asks; merging goes on beside it."""

    def __init__(self) -> None:
        self.matcher = Matcher()
        self._known: dict[int, _Known] = {}
        # Those that cannot be read, with the revision of which that was said.
        self._broken: dict[int, int] = {}
        self._since = self._long_since = timezone.now()
        self._look_at = self._long_look_at = 0.0
        self._merging: Thread | None = None

    def __len__(self) -> int:
        return len(self._known)

    def load(self) -> None:
        """Read all, in chunks: a million take about half a minute. What changes meanwhile comes with ``refresh``."""
        self._since = self._long_since = timezone.now()
        self._long_look_at = time.monotonic() + LONG_EVERY
        active = Alert.objects.filter(state=AlertState.ACTIVE).order_by("pk").values_list(*_COLUMNS)
        rows = active.iterator(chunk_size=CHUNK)
        # Handed on one by one, in order: a dictionary of a million takes half a gigabyte more.
        queries = ((row[0], query) for row in rows if (query := self._read(row)) is not None)
        self.matcher = Matcher(queries, rarity=_rarity())
        self._keep_still()

    def refresh(self) -> int:
        """Take over what changed since the last look; how many alerts did. Looks a few times a second at most."""
        began, now = time.monotonic(), timezone.now()
        if began < self._look_at:
            return 0
        # The far looks find what was committed very late.
        is_far = began >= self._long_look_at
        since = self._long_since - LONG_OVERLAP if is_far else self._since - OVERLAP
        rows = Alert.objects.filter(changed_at__gte=since).values_list(*_COLUMNS)
        taken = sum(map(self._take_over, rows))
        # Only now: where the database is away, the next look begins where this one did.
        self._since = now
        if is_far:
            self._long_since, self._long_look_at = now, began + LONG_EVERY
        took = time.monotonic() - began
        self._look_at = began + took + max(LOOK, 3 * took)
        if self.matcher.changed >= MERGE_FROM:
            self._merge()
        return taken

    def organisation(self, alert: int) -> int:
        """Whose alert it is."""
        return self._known[alert].organisation

    def clause(self, alert: int, number: int) -> str:
        """The words of the alert that were found."""
        known = self._known[alert]
        if not known.spans:
            return known.text
        start, end = known.spans[number]
        return known.text[start:end]

    def _take_over(self, row: _Row) -> bool:
        pk, state, revision = row[0], row[4], row[5]
        known = self._known.get(pk)
        if (known and known.revision == revision) or self._broken.get(pk) == revision:
            return False
        query = self._read(row) if state == AlertState.ACTIVE else None
        if query is not None:
            self.matcher.put(pk, query)
        elif known:
            self.matcher.drop(pk)
            del self._known[pk]
        return query is not None or known is not None

    def _read(self, row: _Row) -> Query | None:
        pk, organisation, text, inside_words, _state, revision = row
        try:
            query = compiled(text, inside_words=inside_words)
        except QueryError as error:
            # Saved by an earlier version with other rules; its page says what is wrong with it.
            log.warning("alert %s is passed over, its query cannot be read: %s", pk, error)
            self._broken[pk] = revision
            return None
        spans = query.spans if len(query.clauses) > 1 else ()
        self._known[pk] = _Known(revision, organisation, query.text if spans else query.text.strip(), spans)
        self._broken.pop(pk, None)
        return query

    def _merge(self) -> None:
        if self._merging is None or not self._merging.is_alive():
            self._merging = Thread(target=self._merge_now, name="merge alerts", daemon=True)
            self._merging.start()

    def _merge_now(self) -> None:
        self.matcher.merge()
        self._keep_still()

    def _keep_still(self) -> None:
        if len(self._known) > MANY:
            gc.collect()
            gc.freeze()


def _rarity() -> Rarity:
    """From what was found lately, so that a match costs less; what is found does not depend on it."""
    texts = list(Item.objects.order_by("-pk").values_list("text", flat=True)[:SAMPLE])
    return Rarity(documents([Post(text) for text in texts])) if len(texts) >= TOO_FEW else Rarity()
