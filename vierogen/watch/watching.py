"""The watcher: claims channels with a lease, listens to their streams and looks at them, each in its own threads.

These threads keep no database connection while they wait, and write nothing while all is quiet: their signs of
life are gathered, and written with the leases for all channels at once.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from random import SystemRandom
from threading import Event

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from vierogen.channels.states import State as ChannelState
from vierogen.core.leases import LEASE, RELEASED, lock, taken, worker_name
from vierogen.core.sealing import SealError
from vierogen.networks.abilities import Paced
from vierogen.networks.base import Disconnected, Happened, Limited, Network, NetworkError, Streams
from vierogen.posts.actions.removing import fetch_media
from vierogen.posts.models import Evidence
from vierogen.vault.actions import opened
from vierogen.watch.actions.looking import look
from vierogen.watch.actions.minding import enrol, lose_connection
from vierogen.watch.actions.reconciling import deleted, reconcile
from vierogen.watch.models import PACED_PROFILE_EVERY, PROFILE_EVERY, Stray, Watched
from vierogen.watch.pacing import Pacing
from vierogen.watch.states import Mode

log = logging.getLogger(__name__)

# Seconds between two rounds for channels that nobody watches, and between two writings of leases and life.
ROUND = 0.5
BEAT = 2.0
# Seconds until what failed is tried again: doubling, from the start after a stream that lasted.
FIRST_PAUSE, LONGEST_PAUSE, LASTED = 0.5, 60.0, 30.0
# A refused key is tried once more: another part may have renewed it in this very moment.
SECOND_TRY = 1.0
# So many pictures of strays are fetched at once.
KEEPERS = 4
# Seconds that the threads of all channels together get to end.
FAREWELL = 5.0
FAILED = gettext_noop("Something in Vierogen itself went wrong while looking. It tries again.")

# What a watcher goes on with where another stopped, and what it writes.
KEPT = ("heard_at", "polled_at", "cursor", "promised", "usage", "calls_a_day")
TOLD = (*KEPT, "mode", "problem")


@dataclass
class Pulse:
    """What a channel's threads have to tell; the watcher writes it to the table."""

    mode: Mode = Mode.NONE
    heard_at: datetime | None = None
    polled_at: datetime | None = None
    cursor: str = ""
    problem: str = ""
    promised: float | None = None
    usage: float | None = None
    calls_a_day: int | None = None
    changed: Event = field(default_factory=Event)

    def tell(self, **news: object) -> None:
        """Note what changed."""
        for name, value in news.items():
            setattr(self, name, value)
        self.changed.set()

    def heard(self, **news: object) -> None:
        """The network gave a sign of life."""
        self.tell(heard_at=timezone.now(), **news)


class ChannelWatch:
    """Watches one channel until it is told to stop. Handling something twice, even at once, does no harm."""

    def __init__(self, watched: Watched, *, pictures: ThreadPoolExecutor) -> None:
        self.watched, self.channel, self.pictures = watched, watched.channel, pictures
        self.pulse = Pulse(**{name: getattr(watched, name) for name in KEPT})
        self.pacing = Pacing(watched)
        # Are the calls to its network counted by the day?
        self.is_paced = issubclass(watched.channel.network, Paced)
        self.hurried = False
        self.stop, self.look_now = Event(), Event()
        self.threads: list[threading.Thread] = []
        self.troubles = self.refusals = 0
        # The network, or the reserve, demands that nobody looks before this moment (``time.time``).
        self.not_before = 0.0
        # A watcher that begins every minute does not read the profile every minute.
        known = self.is_paced and bool(watched.profile)
        self.profile_due_at = time.time() + PACED_PROFILE_EVERY if known else 0.0

    def start(self) -> None:
        """Begin to look. Listening begins after the first look, where the network streams."""
        self._begin(self._keep_looking, "looks at")

    def end(self) -> None:
        """Ask the threads to end; they do within a second, after what they are doing."""
        self.stop.set()
        self.look_now.set()

    @property
    def is_looking(self) -> bool:
        """Does the thread that looks at it live?"""
        return bool(self.threads) and self.threads[0].is_alive()

    def hurry(self, *, needed: bool) -> None:
        """Something of ours was just published there, or an alarm is open: the look that waits comes at once.

        Not before the end of a pause that the network demands, nor from what is kept for taking down: until then
        it is asked again at each beat.
        """
        if needed and time.time() < self.not_before:
            return
        if needed and not self.hurried:
            self.look_now.set()
        self.hurried = needed

    def noted(self) -> Watched:
        """The row with what the threads told, to be written."""
        self.pulse.changed.clear()
        row = self.watched
        for name in TOLD:
            setattr(row, name, getattr(self.pulse, name))
        if row.heard_at:
            row.expected_by = row.heard_at + row.patience()
        return row

    def _begin(self, work: Callable[[], None], verb: str) -> None:
        thread = threading.Thread(target=work, name=f"{verb} channel {self.channel.pk}", daemon=True)
        self.threads.append(thread)
        thread.start()

    def first_pause(self) -> float:
        """Seconds until the first look: where calls are counted, not before the one that was due anyway."""
        if not self.is_paced or self.watched.needs_baseline:
            return 0.0
        return spread(self.pacing.first(self.pulse.polled_at))

    def _keep_looking(self) -> None:
        pause = self.first_pause()
        connection.close()
        self.look_now.wait(pause)
        while not self.stop.is_set():
            self.look_now.clear()
            pause = self._look()
            connection.close()
            self.look_now.wait(pause)

    def _look(self) -> float:
        """One look; returns the seconds until the next."""
        began, with_profile = time.monotonic(), time.time() >= self.profile_due_at
        try:
            with opened(self.channel) as network:
                with self._counting(network):
                    strays = look(self.watched, network, with_profile=with_profile)
                # Their pictures before anything else: a story can be gone with the next tap.
                self._keep_pictures(strays)
                self.hurried = self.hurried or bool(strays)
                pause = self._pause(network, began=began)
        except Disconnected as error:
            return self._refused(error)
        except Limited as error:
            return self._troubled(error.reason, pause=error.seconds)
        except (NetworkError, SealError) as error:
            return self._troubled(getattr(error, "reason", str(error)))
        except Exception:
            log.exception("channel %s: a look failed; the next one comes", self.channel.pk)
            return self._troubled(FAILED)
        if with_profile:
            self.profile_due_at = time.time() + (PACED_PROFILE_EVERY if self.is_paced else PROFILE_EVERY)
        self._looked()
        return pause

    @contextmanager
    def _counting(self, network: Network) -> Iterator[None]:
        """A look that fails is paid for like any other."""
        try:
            yield
        finally:
            if isinstance(network, Paced):
                self.pacing.saw(network)

    def _pause(self, network: Network, *, began: float) -> float:
        if not isinstance(network, Paced):
            return spread(network.poll_every)
        pause = self.pacing.gap(network, began=began, hurried=self.hurried)
        self.not_before = time.time() + (pause if self.pacing.is_at_rest() else min(pause, self.pacing.regain))
        self.pulse.tell(**self.pacing.told(network))
        return pause

    def _looked(self) -> None:
        self.troubles = self.refusals = 0
        self.pulse.heard(polled_at=timezone.now(), problem="", mode=self.pulse.mode or Mode.POLLED)
        if len(self.threads) == 1 and issubclass(self.channel.network, Streams):
            self._begin(self._keep_listening, "listens to")

    def _troubled(self, problem: str, *, pause: float = 0.0) -> float:
        self.troubles += 1
        self.pulse.tell(problem=problem)
        longest = max(LONGEST_PAUSE, self.pulse.promised or 0.0)
        least, network = 0.0, self.channel.network
        if issubclass(network, Paced):
            least = self.pacing.after_trouble(network.calls_a_look, hurried=self.hurried)
            demanded = max(pause, least if self.pacing.is_at_rest() else self.pacing.regain)
            self.not_before = time.time() + demanded
        return max(pause, least, spread(min(FIRST_PAUSE * 2 ** min(self.troubles, 12), longest)))

    def _refused(self, error: Disconnected) -> float:
        self.refusals += 1
        self.pulse.tell(problem=error.reason)
        if self.refusals > 1:
            log.warning("channel %s: the network refuses our key: %s", self.channel.pk, error.detail)
            lose_connection(self.channel, why=error.reason)
        return SECOND_TRY

    def _keep_listening(self) -> None:
        pause = FIRST_PAUSE
        while not self.stop.is_set():
            began = time.monotonic()
            self._listen()
            self.pulse.tell(mode=Mode.POLLED)
            connection.close()
            lasted = time.monotonic() - began > LASTED
            pause = FIRST_PAUSE if lasted else min(pause * 2, LONGEST_PAUSE)
            self.stop.wait(spread(pause))

    def _listen(self) -> None:
        """Hear one stream out; returns when it breaks."""
        try:
            with opened(self.channel) as network:
                events = network.stream(self.stop, self.pulse.cursor) if isinstance(network, Streams) else ()
                for happened in events:
                    self._hear(happened, network)
                    connection.close()
        except (NetworkError, SealError) as error:
            log.info("channel %s: the stream broke: %s", self.channel.pk, error)
            self.look_now.set()
        except Exception:
            log.exception("channel %s: listening failed; it begins again", self.channel.pk)

    def _hear(self, happened: Happened, network: Network) -> None:
        if self.pulse.mode != Mode.STREAMED:
            # What came between the last look and this stream.
            self.look_now.set()
        self.pulse.heard(mode=Mode.STREAMED)
        if happened.happening == "profile":
            self.profile_due_at = 0.0
            self.look_now.set()
        elif happened.happening == "deleted":
            self._keep_pictures([deleted(self.channel, happened.remote_id)])
        elif happened.shown:
            edited = happened.happening == "edited"
            stray = reconcile(self.channel, happened.shown, network=network, edited=edited)
            self._keep_pictures([stray])
        if happened.cursor:
            self.pulse.cursor = happened.cursor

    def _keep_pictures(self, strays: Iterable[Stray | None]) -> None:
        """Fetch the pictures at once, beside the watching: whoever posted them may remove them soon."""
        for stray in strays:
            if stray and stray.evidence and stray.evidence.media_complete is None:
                with suppress(RuntimeError):  # the watcher is leaving; a worker keeps them
                    self.pictures.submit(keep_pictures, stray.evidence)


def spread(seconds: float) -> float:
    """About so many seconds, never more: not every channel at the same moment."""
    return seconds * SystemRandom().uniform(0.8, 1.0)


def keep_pictures(evidence: Evidence) -> None:
    """Fetch and seal the pictures of evidence, in a thread of its own."""
    try:
        fetch_media(evidence)
    except Exception:
        log.exception("evidence %s: its pictures could not be kept; it is tried again", evidence.pk)
    finally:
        connection.close()


class Watcher:
    """Claims channels that nobody watches, and holds their leases."""

    def __init__(self) -> None:
        self.name = worker_name("watch")
        self.watches: dict[int, ChannelWatch] = {}
        self.pictures = ThreadPoolExecutor(KEEPERS, thread_name_prefix="keeps pictures")
        self._beat_at = 0.0

    def run(self, stop: Event) -> None:
        """Go round until ``stop`` is set, then let go of everything at once."""
        try:
            while not stop.is_set():
                self._round_safely()
                stop.wait(ROUND)
        finally:
            self.leave()
            connection.close()

    def _round_safely(self) -> None:
        try:
            self.round()
        except Exception:
            log.exception("the watcher's round failed; it goes on")
            connection.close()

    def round(self) -> None:
        """Take new channels into care, claim those that nobody watches, and keep what is ours."""
        enrol()
        self._claim()
        if time.monotonic() >= self._beat_at:
            self.beat()
            self._beat_at = time.monotonic() + BEAT

    def _claim(self) -> None:
        if not Watched.objects.claimable(timezone.now()).exists():  # spares SQLite its write lock
            return
        with transaction.atomic():
            rows = Watched.objects.select_related(None)
            ids = [row.pk for row in lock(rows.claimable(timezone.now()))]
            rows.filter(pk__in=ids).update(**taken(self.name))
        for watched in Watched.objects.filter(pk__in=ids).select_related("channel__organisation"):
            if watched.pk not in self.watches:
                self.watches[watched.pk] = ChannelWatch(watched, pictures=self.pictures)
                self.watches[watched.pk].start()

    def beat(self) -> None:
        """Renew the leases, write the signs of life, and let go of what is not ours to watch any more."""
        for pk in [pk for pk, watch in self.watches.items() if not watch.is_looking]:
            self._let_go(pk)  # its thread ended, whatever the cause: somebody begins anew
        mine = Watched.objects.filter(lease_owner=self.name)
        held = set(mine.filter(channel__state=ChannelState.CONNECTED).values_list("pk", flat=True))
        for pk in self.watches.keys() - held:
            self._let_go(pk)
        # A row of ours that no thread watches is not renewed: it is claimed again, by us or by another.
        if kept := held & self.watches.keys():
            mine.filter(pk__in=kept).update(lease_until=timezone.now() + LEASE)
            self._write()
            self._hurry()

    def _write(self) -> None:
        told = [watch.noted() for watch in self.watches.values() if watch.pulse.changed.is_set()]
        Watched.objects.bulk_update(told, [*TOLD, "expected_by"])

    def _hurry(self) -> None:
        paced = {pk: watch for pk, watch in self.watches.items() if watch.is_paced}
        needed = set(Watched.objects.hurried(timezone.now()).filter(pk__in=paced).values_list("pk", flat=True))
        for pk, watch in paced.items():
            watch.hurry(needed=pk in needed)

    def _let_go(self, pk: int) -> None:
        watch = self.watches.pop(pk)
        watch.end()
        # Free from now on, and it can be told since when nobody has it.
        free = {**RELEASED, "lease_until": timezone.now()}
        Watched.objects.filter(pk=pk, lease_owner=self.name).update(**free, mode=Mode.NONE)

    def leave(self) -> None:
        """End all watching; another watcher can take the channels at once."""
        for watch in self.watches.values():
            watch.end()
        give_up = time.monotonic() + FAREWELL
        for thread in [thread for watch in self.watches.values() for thread in watch.threads]:
            thread.join(timeout=max(0.0, give_up - time.monotonic()))
        self.pictures.shutdown(wait=False, cancel_futures=True)
        if self.watches:
            self._write()
        for pk in list(self.watches):
            self._let_go(pk)
