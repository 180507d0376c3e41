"""The one thread of a process that holds all alerts against everything that its sources bring."""

import logging
import time
from collections.abc import Callable, Collection, Container, Sequence
from functools import partial
from threading import Event

from django.db import InterfaceError, OperationalError, ProgrammingError, connection

from vierogen.listening.actions.storing import Find, store
from vierogen.listening.hearing import Hearing
from vierogen.listening.held import Compiled
from vierogen.listening.inbox import Batch, Inbox
from vierogen.listening.sources.base import Found
from vierogen.matching.batch import Hits
from vierogen.matching.posts import Post

log = logging.getLogger(__name__)

# Posts of one transaction, and of one call of the matcher, which is quickest with some hundreds.
MOST, AT_ONCE = 2_000, 500
# Posts that are taken in while some cannot be stored: among them may be one that shows whose fault that is.
MOST_WAITING = 20_000
# Seconds that a transaction should take at most, so that changed alerts and other writers get their turn.
BRIEF, FEWEST = 0.2, 50
# Seconds: without anything to do, and until the next try when the database is away.
IDLE, AWAY = 0.5, 1.0
# Where none can be stored, so few posts may be to blame themselves, after so many tries; more are never left out.
FEW, TRIES = 4, 60
# The database is away, or is not up to date: no post's fault.
AWAY_ERRORS = (OperationalError, InterfaceError, ProgrammingError)

Group = Callable[[Collection[int]], object]
Refused = tuple[Find, str]


class Sifter:
    """Matches and stores. ``group`` is called with the alerts that have new hits, as long as nothing waits."""

    def __init__(self, inbox: Inbox, *, group: Group | None = None) -> None:
        self.inbox, self.compiled, self.hearing = inbox, Compiled(), Hearing()
        # Set when the alerts are there: before then nothing needs to be read.
        self.ready = Event()
        self._group = group
        self._most = MOST

    def run(self, stop: Event) -> None:
        """Go on until ``stop`` is set and nothing waits any more; what could not be stored then comes again."""
        try:
            while not self._safely(self._begin, stop) and not stop.is_set():
                stop.wait(AWAY)
            while not stop.is_set() or self.inbox.waiting:
                self._round(stop)
        finally:
            connection.close()

    def _begin(self) -> None:
        self.compiled.load()
        self.ready.set()

    def _round(self, stop: Event) -> None:
        batches = self.inbox.take(self._most, patience=IDLE)
        self._safely(self.compiled.refresh, stop)
        if batches:
            began = time.monotonic()
            self._sift_whole(batches, stop)
            each = (time.monotonic() - began) / max(1, sum(len(batch.found) for batch in batches))
            self._most = max(FEWEST, min(MOST, int(BRIEF / each)))
        else:
            connection.close()

    def _sift_whole(self, batches: Sequence[Batch], stop: Event) -> None:
        """A database that is away is waited for; a post that cannot be stored is found, and left out.

        While nobody can tell whose fault it is, posts that come meanwhile are taken in as well.
        """
        batches, tries = list(batches), 0
        while not self._safely(partial(self.sift, batches), stop) and not self._sift_apart(batches, stop, tries):
            if stop.is_set():
                return
            if (room := MOST_WAITING - sum(len(batch.found) for batch in batches)) > 0:
                batches += self.inbox.take(min(room, MOST), patience=0.0)
            stop.wait(AWAY)
            tries += 1
        for batch in batches:
            try:
                batch.stored()
            except Exception:  # what one source makes of it stops no other
                log.exception("source %s: what was stored could not be noted", batch.source_id)

    def _sift_apart(self, batches: Sequence[Batch], stop: Event, tries: int) -> bool:
        """One post after the other, without those that cannot be stored; False where that is not the posts' fault.

        Matching needs nothing but the post. Storing fails by a post's own fault where another can be stored between two
        tries of it (after one try it may be that whatever was broken was mended just then), or where it stays among few
        for long.
        """
        try:
            finds, unmatched = self._match_apart(batches)
            stored, refused = self._store_apart(finds)
            if proof := stored[:1]:
                _stored, refused = self._store_apart([*proof, *(find for find, _error in refused), *proof])
        except AWAY_ERRORS:
            return False
        found_guilty = bool(proof) and not any(find in proof for find, _error in refused)
        if refused and (stop.is_set() or not (found_guilty or (len(refused) <= FEW and tries >= TRIES))):
            return False
        if left_out := unmatched | {find.found.key: error for find, error in refused}:
            log.error("left out, because they could not be matched or stored: %s", str(left_out)[:2_000])
        return True

    def _match_apart(self, batches: Sequence[Batch]) -> tuple[list[Find], dict[str, str]]:
        finds, unmatched = list[Find](), dict[str, str]()
        for batch, found in _pairs(batches):
            try:
                finds += self._finds([Batch(batch.source_id, (found,), batch.address, batch.language)])
            except AWAY_ERRORS:
                raise
            except Exception as error:  # noqa: BLE001 - the whole of it went into the log a moment ago
                unmatched[found.key] = repr(error)
        return finds, unmatched

    def _store_apart(self, finds: Sequence[Find]) -> tuple[list[Find], list[Refused]]:
        """What could be stored, or was before, and what was refused."""
        stored, refused = list[Find](), list[Refused]()
        for find in finds:
            try:
                self._store([find])
                stored.append(find)
            except AWAY_ERRORS:
                raise
            except Exception as error:  # noqa: BLE001 - the whole of it went into the log a moment ago
                refused.append((find, repr(error)))
        return stored, refused

    def _safely(self, work: Callable[[], object], stop: Event) -> bool:
        """Whether it was done."""
        try:
            work()
        except AWAY_ERRORS:
            log.exception("the database is away, or not up to date; matching waits for it")
            connection.close()
            stop.wait(AWAY)
            return False
        except Exception:
            log.exception("matching failed; it is tried again")
            return False
        return True

    def sift(self, batches: Sequence[Batch]) -> int:
        """Match these and store the hits of those who hear their sources; how many hits were new."""
        return self._store(self._finds(batches))

    def _store(self, finds: Sequence[Find]) -> int:
        return store(finds, group=self._group if not self.inbox.waiting else None)

    def _finds(self, batches: Sequence[Batch]) -> list[Find]:
        finds = list[Find]()
        heard = self.hearing.of({batch.source_id for batch in batches})
        pairs = _pairs(batches)
        for start in range(0, len(pairs), AT_ONCE):
            part = pairs[start : start + AT_ONCE]
            matched = self.compiled.matcher.match_many([_post(batch, found) for batch, found in part])
            for (batch, found), hits in zip(part, matched, strict=True):
                if hits:
                    theirs = self._theirs(hits, heard[batch.source_id])
                    finds.append(Find(found, batch.source_id, batch.language, theirs))
        return finds

    def _theirs(self, hits: Hits, heard: Container[int]) -> list[tuple[int, int, str]]:
        compiled, theirs = self.compiled, list[tuple[int, int, str]]()
        for alert, clause in hits.items():
            organisation = compiled.organisation(alert)
            if organisation in heard:
                theirs.append((alert, organisation, compiled.clause(alert, clause)))
        return theirs


def _pairs(batches: Sequence[Batch]) -> list[tuple[Batch, Found]]:
    return [(batch, found) for batch in batches for found in batch.found]


def _post(batch: Batch, found: Found) -> Post:
    return Post(
        f"{found.title}\n{found.text}" if found.title else found.text,
        found.language or batch.language,
        found.author,
        batch.address,
        found.network,
        found.has,
        found.is_reply,
        found.link,
    )
