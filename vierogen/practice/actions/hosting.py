"""What a worker does for drills: it runs the exercise network, makes the account ready, and puts the post there.

No connector is used, and no channel is chosen: the post is put into this process's own exercise network, which is
reached at 127.0.0.1 alone. So there is no way from here to a real account.
"""

import logging
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from vierogen.channels.actions import add_exercise
from vierogen.channels.models import Channel
from vierogen.core.leases import LEASE, RELEASED
from vierogen.ledger.moves import WrongStateError, move
from vierogen.practice.actions.drilling import EXERCISE, end, is_busy
from vierogen.practice.models import Drill
from vierogen.practice.network import NAME_LIMIT, Draft
from vierogen.practice.records import Account
from vierogen.practice.scenario import account_name, marked
from vierogen.practice.server import PracticeServer
from vierogen.practice.states import State, Why
from vierogen.vault.actions import seal
from vierogen.watch.models import Watched
from vierogen.watch.states import Mode

log = logging.getLogger(__name__)

# So long the watch may take to listen to the new account; then its looks have to do, or there is no watch.
LISTENING, WATCHING = timedelta(seconds=15), timedelta(minutes=3)


def folder() -> Path:
    """Where exercise networks keep their files while a drill goes on."""
    return Path(settings.HOME) / "exercises"


class Hosts:
    """The drills that run in this process."""

    def __init__(self) -> None:
        self.here: dict[int, Host] = {}

    def turn(self, worker: str) -> bool:
        """Take up what nobody runs, and bring each drill a step further; returns whether there was a step."""
        while (drill := Drill.objects.claim(worker)) is not None:
            self._let_go(drill.pk)
            self._take_up(drill)
        moved = [self._safely(host) for host in list(self.here.values())]
        self._clean_up()
        return any(moved)

    def _take_up(self, drill: Drill) -> None:
        """Run it here. One whose network does not start is tried again when its lease is over, for three minutes."""
        try:
            self.here[drill.pk] = Host(drill)
        except Exception:  # others go on
            log.exception("drill %s has no network", drill.pk)
            if drill.asked_at < timezone.now() - WATCHING:
                with suppress(WrongStateError):
                    end(drill, by=EXERCISE, why=Why.LOST)

    def _safely(self, host: "Host") -> bool:
        try:
            return self._still_ours(host) and host.go_on()
        except Exception:  # one that goes wrong holds up no other
            log.exception("drill %s could not go on; it is tried again", host.drill.pk)
            return False

    def close(self) -> None:
        """Put everything down; another worker goes on with it."""
        for host in list(self.here.values()):
            host.release()
            self._let_go(host.drill.pk)

    def _still_ours(self, host: "Host") -> bool:
        if host.renew():
            return True
        self._let_go(host.drill.pk)
        return False

    def _let_go(self, pk: int) -> None:
        if host := self.here.pop(pk, None):
            host.server.stop()

    def _clean_up(self) -> None:
        """Remove the files of drills that are over."""
        files = list(folder().glob("*.sqlite3*")) if folder().exists() else []
        if files:
            going_on = {str(pk) for pk in Drill.objects.open().values_list("pk", flat=True)}
            for path in files:
                if path.name.partition(".")[0] not in going_on:
                    path.unlink(missing_ok=True)


class Host:
    """One drill with its network."""

    def __init__(self, drill: Drill) -> None:
        self.drill = drill
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        self.server = PracticeServer(folder() / f"{drill.pk}.sqlite3").start()

    def renew(self) -> bool:
        """Keep the lease, and read how the drill stands; false where it is over, or another worker has it."""
        mine = Drill.objects.open().filter(pk=self.drill.pk, fence=self.drill.fence, lease_owner=self.drill.lease_owner)
        if not mine.update(lease_until=timezone.now() + LEASE):
            return False
        self.drill = Drill.objects.select_related("organisation", "channel", "led_by__user").get(pk=self.drill.pk)
        return True

    def release(self) -> None:
        """Another worker may have it at once."""
        Drill.objects.filter(pk=self.drill.pk, fence=self.drill.fence).update(**RELEASED)

    def go_on(self) -> bool:
        """One step; returns whether there was one."""
        with suppress(WrongStateError):  # somebody ended it at this moment
            return self._prepare() if self.drill.state == State.ASKED else self._mind()
        return False

    def _prepare(self) -> bool:
        waited = timezone.now() - self.drill.asked_at
        if waited > WATCHING:
            return self._end(Why.UNPREPARED)
        if is_busy(self.drill.organisation):
            return self._end(Why.REAL)
        if self.drill.channel is None:
            return self._connect()
        if self.drill.channel.server != self.server.url:
            return self._end(Why.LOST)
        return self._is_watched(patient=waited < LISTENING) and self._post()

    def _is_watched(self, *, patient: bool) -> bool:
        rows = Watched.objects.filter(channel=self.drill.channel, baseline_at__isnull=False)
        return (rows.filter(mode=Mode.STREAMED) if patient else rows).exists()

    def _connect(self) -> bool:
        """Take the account into care. It is made once, however often a worker died at this."""
        account, organisation = self._account(), self.drill.organisation
        with translation.override(organisation.language):
            name = account_name(organisation.name)
        with transaction.atomic():
            channel = add_exercise(organisation, server=self.server.url, account_id=account.id, name=name, by=EXERCISE)
            seal(channel, {"token": account.token})
            if not Drill.objects.open().filter(pk=self.drill.pk, channel=None).update(channel=channel):
                raise WrongStateError("connect", str(self.drill))
        return True

    def _account(self) -> Account:
        with translation.override(self.drill.organisation.language):
            name = account_name(self.drill.organisation.name)[:NAME_LIMIT]
        return self.server.network.add_account("exercise", name)

    def _post(self) -> bool:
        """Put it there, once: after a crash the network gives back what was posted under this drill's key."""
        plays = self.drill.plays
        if plays is None:
            return self._end(Why.LOST)
        with translation.override(self.drill.organisation.language):
            text = marked(plays.text())
        account = self._account()
        status = self.server.network.publish(account, Draft(text, key=f"drill {self.drill.pk}"))
        changes = {"remote_id": status.id, "started_at": status.created_at}
        move(self.drill, "start_drill", by=EXERCISE, changes=changes)
        return True

    def _mind(self) -> bool:
        """It is going on: end it where its time is over, or something real comes up."""
        channel: Channel | None = self.drill.channel
        if channel is None or channel.server != self.server.url:
            return self._end(Why.LOST)
        if self.drill.over_at < timezone.now():
            return self._end(Why.TIME)
        return self._end(Why.REAL) if is_busy(self.drill.organisation) else False

    def _end(self, why: Why) -> bool:
        end(self.drill, by=EXERCISE, why=why)
        log.info("drill %s ended: %s", self.drill.pk, why)
        return True
