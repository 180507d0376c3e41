"""Keeps the pace of one channel whose network limits calls by the day: gathers the facts, and asks ``pace``."""

import logging
from datetime import timedelta

from django.utils import timezone

from vierogen.networks.abilities import Paced
from vierogen.networks.base import NetworkError
from vierogen.watch.models import Watched
from vierogen.watch.pace import Facts, Rhythm, decide, is_office_hours

log = logging.getLogger(__name__)

# How often the network is asked how many calls there are; it counts as a call itself.
ASKED_EVERY = timedelta(hours=1)


class Pacing:
    """The pace of one channel."""

    def __init__(self, watched: Watched) -> None:
        self.watched = watched
        self.rhythm = Rhythm(lag=watched.channel.network.read_lag, promised=watched.promised)
        self.calls_a_day, self.asked_at = watched.calls_a_day, timezone.now() - ASKED_EVERY

    def gap(self, network: Paced, *, took: float, hurried: bool) -> float:
        """After a look that lasted ``took`` seconds: how many to wait for the next."""
        self._ask(network)
        return self.rhythm.next(decide(self._facts(network, hurried=hurried)), took=took)

    def told(self, network: Paced) -> dict[str, float | None]:
        """What the table has to say from now on, by column of ``Watched``."""
        usage = network.usage.share if network.usage else None
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

    def _facts(self, network: Paced, *, hurried: bool) -> Facts:
        now, usage = timezone.now(), network.usage
        return Facts(
            calls_a_look=network.calls_a_look,
            calls_a_day=self.calls_a_day,
            share=usage.share if usage else None,
            regain=usage.regain if usage else 0.0,
            office_hours=is_office_hours(now.astimezone(self.watched.channel.organisation.zone)),
            hurried=hurried,
        )
