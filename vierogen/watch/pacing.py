"""Keeps the pace of one channel whose network limits calls by the day: gathers the facts, and asks ``pace``."""

import logging
import time
from datetime import datetime, timedelta

from django.utils import timezone

from vierogen.networks.abilities import Paced, Usage
from vierogen.networks.base import NetworkError
from vierogen.watch.models import Watched
from vierogen.watch.pace import RESERVE, Facts, Rhythm, decide, is_office_hours

log = logging.getLogger(__name__)

# How often the network is asked how many calls there are; it counts as a call itself.
ASKED_EVERY = timedelta(hours=1)


class Pacing:
    """The pace of one channel."""

    def __init__(self, watched: Watched) -> None:
        self.watched = watched
        self.rhythm = Rhythm(lag=watched.channel.network.read_lag, promised=watched.promised)
        # What was written down is good enough for an hour, also where a watcher begins every minute.
        known = watched.calls_a_day is not None
        self.calls_a_day, self.asked_at = watched.calls_a_day, timezone.now() - (timedelta() if known else ASKED_EVERY)
        self.usage = None if watched.usage is None else Usage(watched.usage)

    def gap(self, network: Paced, *, began: float, hurried: bool) -> float:
        """After a look that began at that moment (``time.monotonic``): how many seconds to wait for the next."""
        self._ask(network)
        self.saw(network)
        # That question is a part of it: whoever posts meanwhile waits for it too.
        took = time.monotonic() - began
        return self.rhythm.next(decide(self._facts(network.calls_a_look, hurried=hurried)), took=took)

    def saw(self, network: Paced) -> None:
        """Keep in mind what the network last said of its calls, also where the look then failed."""
        self.usage = network.usage or self.usage

    def after_trouble(self, calls_a_look: int, *, hurried: bool) -> float:
        """A look failed: so many seconds to the next at least, for it has to be paid from the same calls."""
        return max(decide(self._facts(calls_a_look, hurried=hurried)), self.rhythm.last)

    def first(self, polled_at: datetime | None) -> float:
        """Whoever takes over or starts again: seconds until the look that was due anyway."""
        if polled_at is None or not self.rhythm.last:
            return 0.0
        return max(0.0, self.rhythm.last - (timezone.now() - polled_at).total_seconds())

    def is_at_rest(self) -> bool:
        """Are so many calls used that the rest is for taking down?"""
        return self.usage is not None and self.usage.share >= RESERVE

    @property
    def regain(self) -> float:
        """Seconds in which the network takes no call at all."""
        return self.usage.regain if self.usage else 0.0

    def told(self, network: Paced) -> dict[str, float | None]:
        """What the table has to say from now on, by column of ``Watched``."""
        self.saw(network)
        usage = self.usage.share if self.usage else None
        return {"promised": self.rhythm.promise, "usage": usage, "calls_a_day": self.calls_a_day}

    def _ask(self, network: Paced) -> None:
        now = timezone.now()
        if now - self.asked_at < ASKED_EVERY:
            return
        self.asked_at = now
        try:
            self.calls_a_day = network.calls_a_day()
        except NetworkError as error:  # what it said before counts, and the share that is used decides anyway
            log.info("channel %s: how many calls there are is not known: %s", self.watched.channel_id, error)

    def _facts(self, calls_a_look: int, *, hurried: bool) -> Facts:
        now, usage = timezone.now(), self.usage
        return Facts(
            calls_a_look=calls_a_look,
            calls_a_day=self.calls_a_day,
            share=usage.share if usage else None,
            regain=usage.regain if usage else 0.0,
            office_hours=is_office_hours(now.astimezone(self.watched.channel.organisation.zone)),
            hurried=hurried,
        )
