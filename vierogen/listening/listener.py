"""The listener: claims sources with a lease, reads the polled ones when they are due, and stays with the streams."""

import logging
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from vierogen.core.leases import LEASE, RELEASED, free, lock, taken, worker_name
from vierogen.listening.actions.bringing import Delivered, done, take_up
from vierogen.listening.actions.silence import source_name
from vierogen.listening.caring import ITEMS, Care, kinds
from vierogen.listening.inbox import ROOM, Batch, Inbox
from vierogen.listening.models import Source
from vierogen.listening.sifting import Group, Sifter
from vierogen.listening.sources.base import Polled, Streamed
from vierogen.listening.sources.links import host_of

log = logging.getLogger(__name__)

# Seconds between two rounds, and between two writings of leases and of how the sources go.
ROUND, BEAT = 0.5, 2.0
# So many sources are read at once, and so many wait for that; of the same host one, and so many seconds apart.
READERS, PENDING, APART = 16, 32, 1.0
# So many deliveries of others a round.
DELIVERIES = 20
# So many streams a round: where several listeners start together, each gets some.
STREAMS = 5
# Rows of one transaction: others want to write too.
ROWS = 200
# Seconds that everything together gets to end.
FAREWELL = 8.0


class Listener:
    """Several can run, on one machine or on many: a source is with one of them."""

    def __init__(self, *, group: Group | None = None) -> None:
        self.name = worker_name("listen")
        self.cares: dict[int, Care] = {}
        self.inbox = Inbox()
        self.sifter = Sifter(self.inbox, group=group)
        self._sifted = Event()
        self._sifting = Thread(target=self.sifter.run, args=(self._sifted,), name="sifts", daemon=True)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reads sources")
        self._hosts = Hosts()
        # Deliveries of which all hits are stored.
        self._taken_in = SimpleQueue[Delivered]()
        self._leaving = Event()
        self._beat_at = 0.0

    def run(self, stop: Event) -> None:
        """Go round until ``stop`` is set, then let go of everything at once."""
        self._sifting.start()
        try:
            while not stop.is_set() and self._sifting.is_alive():
                self._round_safely()
                stop.wait(ROUND)
            if not stop.is_set():
                log.critical("the thread that matches ended; this listener lets go of its sources")
        finally:
            self._leave_safely()
            connection.close()

    def _round_safely(self) -> None:
        try:
            if self.sifter.ready.is_set():
                self.round()
        except Exception:
            log.exception("the listener's round failed; it goes on")
            connection.close()

    def round(self) -> None:
        """Claim what nobody has, and keep what is ours."""
        self._claim_streams()
        self._claim_due()
        self._take_in()
        if time.monotonic() >= self._beat_at:
            self.beat()
            self._beat_at = time.monotonic() + BEAT

    def _claim_streams(self) -> None:
        wanted = _free(of=Streamed).exclude(pk__in=list(self.cares)).values_list("pk", flat=True)[:STREAMS]
        for source in self._claimed(list(wanted)):
            care = self._care(source)
            care.start()

    def _claim_due(self) -> None:
        room = PENDING - sum(care.thread is None and not care.over for care in self.cares.values())
        if room <= 0:
            return
        due = _free(of=Polled).filter(next_at__lte=timezone.now()).exclude(pk__in=list(self.cares))
        for host in self._hosts.busy():
            due = due.exclude(address__icontains=f"//[{host}]" if ":" in host else f"//{host}")
        rows = list(due.order_by("next_at").values_list("pk", "address")[:room])
        chosen, ours = self._hosts.one_each(rows), set[int]()
        try:
            for source in self._claimed(chosen):
                self._readers.submit(self._read, self._care(source))
                ours.add(source.pk)
        finally:
            # Whoever was faster asks that host now; for us it is not busy for ever.
            for pk, address in rows:
                if pk in chosen and pk not in ours:
                    self._hosts.leave(host_of(address))

    def _take_in(self) -> None:
        """What others brought; while much waits they queue."""
        self._finish()
        if self.inbox.waiting < ROOM // 4:
            for each in take_up(DELIVERIES):
                address = source_name(each.source)
                stored = partial(self._taken_in.put, each)
                batch = Batch(each.source.pk, each.found, address, each.source.language, stored)
                self.inbox.put(batch, stop=self._leaving)

    def _finish(self) -> None:
        with suppress(Empty):
            while True:
                done(self._taken_in.get_nowait())

    def _read(self, care: Care) -> None:
        host = host_of(care.source.address)
        try:
            care.read()
        finally:
            self._hosts.leave(host)
            connection.close()

    def _care(self, source: Source) -> Care:
        care = self.cares[source.pk] = Care(source, inbox=self.inbox)
        return care

    def _claimed(self, wanted: list[int]) -> Iterable[Source]:
        if not wanted:  # spares SQLite its write lock
            return ()
        with transaction.atomic():
            rows = Source.objects.filter(free(timezone.now()), pk__in=wanted)
            ids = [row.pk for row in lock(rows)]
            Source.objects.filter(pk__in=ids).update(**taken(self.name))
        return Source.objects.filter(pk__in=ids).select_related("channel__organisation")

    def beat(self) -> None:
        """Renew the leases, write how it goes, and let go of what is not ours to read any more."""
        held = dict(Source.objects.wanted().filter(lease_owner=self.name).values_list("pk", "next_at"))
        for pk in [pk for pk, care in self.cares.items() if pk not in held or care.has_died]:
            self._let_go(pk)
        for pk, care in self.cares.items():
            care.nudge(held[pk])
        # A row of ours that nobody here cares for is not renewed: it is claimed again, by us or by another.
        if kept := [pk for pk, care in self.cares.items() if not care.over]:
            Source.objects.filter(pk__in=kept, lease_owner=self.name).update(lease_until=timezone.now() + LEASE)
        self.write()

    def write(self) -> None:
        """Write what there is to tell, in a few short transactions, and let go of what was read."""
        cares = list(self.cares.values())
        for start in range(0, len(cares), ROWS):
            self._write(cares[start : start + ROWS])

    def _write(self, cares: Iterable[Care]) -> None:
        told = [(care, news) for care in cares if (news := care.news())]
        if not told:
            return
        try:
            with transaction.atomic():
                for care, news in told:
                    more = {ITEMS: F(ITEMS) + news[ITEMS]} if ITEMS in news else {}
                    self._mine(care).update(**{**news, **more})
        except Exception:
            for care, news in told:
                care.take_back(news)
            raise
        for care, news in told:
            if RELEASED.items() <= news.items():
                self.cares.pop(care.source.pk, None)

    def _mine(self, care: Care) -> QuerySet[Source]:
        """The row, unless somebody took it over: what they wrote is newer."""
        return Source.objects.filter(pk=care.source.pk, lease_owner=self.name, fence=care.source.fence)

    def _let_go(self, pk: int) -> None:
        care = self.cares.pop(pk)
        care.end()
        self._mine(care).update(**RELEASED)

    def _leave_safely(self) -> None:
        try:
            self.leave()
        except Exception:
            log.exception("the listener could not let go of everything; its leases end by themselves")

    def leave(self) -> None:
        """End all reading, store what was read, and let go: another listener can take over at once."""
        give_up = time.monotonic() + FAREWELL
        self._leaving.set()
        for care in self.cares.values():
            care.end()
        self._readers.shutdown(wait=False, cancel_futures=True)
        for care in self.cares.values():
            if care.thread is not None:
                care.thread.join(timeout=max(0.0, give_up - time.monotonic()))
        self._sifted.set()
        if self._sifting.ident is not None:
            self._sifting.join(timeout=max(0.0, give_up - time.monotonic()))
        self.write()
        self._finish()
        for pk in list(self.cares):
            self._let_go(pk)


def _free(*, of: type) -> QuerySet[Source]:
    """Sources of these kinds that somebody listens to and no listener has."""
    keys = [key for key, kind in kinds().items() if issubclass(kind, of)]
    return Source.objects.wanted().filter(free(timezone.now()), kind__in=keys)


class Hosts:
    """Which hosts are being read, or were a moment ago: those have a rest."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}
        self._lock = Lock()

    def busy(self) -> list[str]:
        """Hosts that are not asked now."""
        now = time.monotonic()
        with self._lock:
            self._until = {host: until for host, until in self._until.items() if until > now}
            return list(self._until)

    def one_each(self, rows: Iterable[tuple[int, str]]) -> list[int]:
        """Of each host the first of these rows, and from now on the host is busy."""
        chosen = list[int]()
        with self._lock:
            for pk, address in rows:
                host = host_of(address)
                if host in self._until:
                    continue
                chosen.append(pk)
                if host:
                    self._until[host] = float("inf")
        return chosen

    def leave(self, host: str) -> None:
        """It was read."""
        if host:
            with self._lock:
                self._until[host] = time.monotonic() + APART
