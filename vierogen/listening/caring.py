"""A source in the hands of this process: reads it or listens to it, hands on what it brings, and notes how it goes.

Its threads keep no database connection while they wait. What there is to write is gathered, and written by the
listener for all sources at once.
"""

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event, Lock, Thread
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_noop

from vierogen.channels.models import Channel
from vierogen.core.leases import RELEASED
from vierogen.core.plugins import found_in
from vierogen.core.sealing import SealError
from vierogen.listening.inbox import Batch, Inbox
from vierogen.listening.models import Source
from vierogen.listening.sources.base import Found, Kind, Memory, Polled, Reading, SourceError, Streamed
from vierogen.listening.sources.fetching import NotYet, cut
from vierogen.listening.sources.fetching import opened as plain_client
from vierogen.listening.sources.pacing import DAY, after_failure
from vierogen.networks.base import NetworkError
from vierogen.vault.actions import opened

log = logging.getLogger(__name__)

# Seconds until a polled source is read again where it says nothing of that itself, and the least.
USUAL, SOONEST = 300.0, 5.0
# Seconds until a stream that ended is opened again: doubling, from the start after one that lasted so long.
FIRST_PAUSE, LONGEST_PAUSE, LASTED = 0.5, 600.0, 30.0
# Seconds between two notes of how a stream goes, as long as it goes well.
NOTES = 5.0
# Seconds that a host may ask to be left alone without anybody needing to know.
LONG = 1_800.0
ITEMS = "items"
FAILED = gettext_noop("Something in Vierogen itself went wrong while reading. It tries again.")
HUSHED = gettext_noop("This site asked to be left alone for a while. It is read again after that.")
ENDED = gettext_noop("The stream ended at once. It is opened again.")
ELSEWHERE = gettext_noop("The channel through which this is read lives on another server.")


def kinds() -> dict[str, type[Kind]]:
    """The kinds of sources, by their keys."""
    return found_in("vierogen.listening.sources", Kind)


@contextmanager
def client_for(source: Source) -> Iterator[httpx.Client]:
    """A guarded client for this source; with the key of its channel, where it has one. Raises ``SourceError``."""
    if source.channel is None:
        with plain_client(allowed=settings.ALLOW_PRIVATE, home=settings.PUBLIC_URL) as client:
            yield client
        return
    with _opened(source.channel, source.address) as client:
        yield client


@contextmanager
def _opened(channel: Channel, address: str) -> Iterator[httpx.Client]:
    # The key is for the server that gave it, and for nobody else.
    if urlsplit(address).netloc.lower() != urlsplit(channel.server).netloc.lower():
        raise SourceError(ELSEWHERE)
    try:
        with opened(channel) as network:
            client = network.opened.http
            client.headers["Authorization"] = f"Bearer {network.opened.credentials.get('token', '').strip()}"
            yield client
    except SealError as error:
        raise SourceError(str(error)) from error
    except NetworkError as error:
        raise SourceError(error.reason, detail=error.detail) from error


class Care:
    """One source, as long as this process has its lease. ``over``: a polled one was read, and can be let go."""

    def __init__(self, source: Source, *, inbox: Inbox) -> None:
        self.source, self.inbox = source, inbox
        self.kind = kinds()[source.kind]()
        self.stop, self.over = Event(), False
        self.thread: Thread | None = None
        # Through which a polled source is read at this moment, or was.
        self._client: httpx.Client | None = None
        # When a stream that failed is tried again, and whether somebody wants that now.
        self._row_at = source.next_at
        self._again_at, self._nudged = source.next_at, Event()
        self.memory: Memory = source.memory
        self._failures, self._item_at = source.failures, source.item_at
        self._lock = Lock()
        self._news: dict[str, Any] = {}
        self._items = 0
        self._noted_at = 0.0

    @property
    def has_died(self) -> bool:
        """Did its thread end, whatever the cause?"""
        return self.thread is not None and not self.thread.is_alive()

    def start(self) -> None:
        """Listen to a stream, in a thread of its own."""
        self.thread = Thread(target=self._keep_listening, name=f"listens to source {self.source.pk}", daemon=True)
        self.thread.start()

    def end(self) -> None:
        """Let its threads end; what is being read ends at once, and has its turn again."""
        self.stop.set()
        self._nudged.set()
        if (client := self._client) is not None:
            cut(client)

    def nudge(self, next_at: datetime) -> None:
        """The row says when it is due: if that was changed to now, somebody asked for it."""
        is_new, self._row_at = next_at != self._row_at, next_at
        if self.thread is not None and is_new and next_at <= timezone.now():
            self._again_at = next_at
            self._nudged.set()

    def tell(self, *, urgent: bool = False, **values: Any) -> None:
        """Something to be written on the row."""
        with self._lock:
            self._news.update(values)
            self._noted_at = 0.0 if urgent else self._noted_at

    def news(self) -> dict[str, Any]:
        """What is to be written now, and is then forgotten here; ``ITEMS`` is how many more."""
        with self._lock:
            if not self._news or (time.monotonic() < self._noted_at + NOTES and not self.over):
                return {}
            news, self._news = self._news, {}
            if self._items:
                news[ITEMS], self._items = self._items, 0
            self._noted_at = time.monotonic()
        return {**news, **RELEASED} if self.over else news

    def take_back(self, news: dict[str, Any]) -> None:
        """These could not be written: they are told again, unless there is something newer."""
        with self._lock:
            self._items += news.pop(ITEMS, 0)
            self._news = {**news, **self._news}
            self._noted_at = 0.0

    def read(self) -> None:
        """Read a polled source once."""
        if self.stop.is_set():
            return
        try:
            reading = self._reading()
            batch = self._batch(reading.found, lambda: self._was_read(reading))
            if self.inbox.put(batch, stop=self.stop):
                return
        except NotYet as error:
            waits: dict[str, Any] = {"problem": HUSHED} if error.wait > LONG else {}
            self.tell(next_at=timezone.now() + timedelta(seconds=error.wait), **waits)
        except SourceError as error:
            self._troubled(error)
        except Exception:
            log.exception("source %s: reading failed; it is tried again", self.source.pk)
            self._troubled(SourceError(FAILED))
        self.over = True

    def _reading(self) -> Reading:
        if not isinstance(self.kind, Polled):
            raise SourceError(FAILED)
        with client_for(self.source) as client:
            connection.close()
            self._client = client
            if self.stop.is_set():
                raise NotYet(0.0)
            return self.kind.read(client, self.source.address, dict(self.memory))

    def _was_read(self, reading: Reading) -> None:
        """Everything in it is stored."""
        now = timezone.now()
        pause = max(SOONEST, min(DAY, USUAL if reading.again_in is None else reading.again_in))
        named: dict[str, Any] = {"title": reading.title[:200]} if reading.title else {}
        if reading.language and not self.source.language:
            named["language"] = reading.language[:10]
        self.tell(
            tried_at=now,
            read_at=now,
            memory=reading.memory,
            failures=0,
            problem="",
            next_at=now + timedelta(seconds=pause),
            **named,
        )
        self._count(reading.found, now=now)
        self.over = True

    def _count(self, found: Sequence[Found], *, now: datetime) -> None:
        if not found:
            return
        newest = max((each.published_at for each in found if each.published_at), default=now)
        self._item_at = max(filter(None, (self._item_at, min(newest, now))))
        # Of what stood there before the first reading nobody can say how late it was seen.
        if self.source.read_at or self.thread:
            self.tell(lag=max(0.0, (now - newest).total_seconds()))
        else:
            self.tell(backlog=len(found))
        self.tell(item_at=self._item_at)
        with self._lock:
            self._items += len(found)

    def _troubled(self, error: SourceError) -> None:
        self._failures += 1
        log.info("source %s: %s %s", self.source.pk, error, error.detail)
        pause = DAY if error.gone else after_failure(self._failures, wait=error.wait)
        now = timezone.now()
        self._again_at = after = now + timedelta(seconds=pause)
        self.tell(urgent=True, tried_at=now, failures=self._failures, problem=error.reason[:300], next_at=after)

    def _batch(self, found: Sequence[Found], stored: Any) -> Batch:
        return Batch(self.source.pk, found, self.source.address, self.source.language, stored)

    def _keep_listening(self) -> None:
        pause = FIRST_PAUSE
        while not self.stop.is_set():
            began = time.monotonic()
            asked = self._listen()
            lasted = time.monotonic() - began > LASTED
            pause = FIRST_PAUSE if lasted else min(pause * 2, LONGEST_PAUSE)
            self._nudged.wait(max(pause, asked))
            if not self.stop.is_set():
                self._nudged.clear()

    def _listen(self) -> float:
        """Hear one stream out; returns the seconds that the other side asks us to wait, if it does."""
        self.tell(tried_at=timezone.now())
        heard = False
        try:
            with client_for(self.source) as client:
                connection.close()
                for found, memory in self._events(client):
                    self._hear(found, memory, first=not heard)
                    heard = True
        except SourceError as error:
            self._troubled(error)
            return DAY if error.gone else min(error.wait or 0.0, DAY)
        except Exception:
            log.exception("source %s: listening failed; it begins again", self.source.pk)
            self._troubled(SourceError(FAILED))
        else:
            if not heard and not self.stop.is_set():
                self._troubled(SourceError(ENDED))
        return 0.0

    def _events(self, client: httpx.Client) -> Iterator[tuple[list[Found], Memory]]:
        if not isinstance(self.kind, Streamed):
            raise SourceError(FAILED)
        return self.kind.listen(client, self.source.address, dict(self.memory), stop=self.stop)

    def _hear(self, found: Sequence[Found], memory: Memory, *, first: bool) -> None:
        now = timezone.now()
        self.tell(urgent=first, read_at=now)
        if self._failures or first:
            self._failures = 0
            self.tell(failures=0, problem="")
        if first:
            # Where it is cut before the first post is stored, it goes on from here.
            self.memory = self.memory or memory
            self.tell(memory=memory)
        if found:
            self.inbox.put(self._batch(found, lambda: self._was_heard(found, memory)), stop=self.stop)

    def _was_heard(self, found: Sequence[Found], memory: Memory) -> None:
        self.memory = memory
        self.tell(memory=memory)
        self._count(found, now=timezone.now())
