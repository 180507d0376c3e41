"""The walk of ``vierogen record``: listens in on the gateway while two people let it post and take down.

It sends nothing itself: nothing goes out that two people have not seen, a test no less
(docs/decisions/0013-recording.md). It is the worker for the time being, and reads.
"""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone, translation

from vierogen.channels.models import Channel
from vierogen.config.running import JOBS
from vierogen.core.http import stay_inside
from vierogen.core.schedule import start
from vierogen.networks import abilities
from vierogen.networks.base import Deletes, NetworkError, Shown, Streams
from vierogen.networks.recording import Recorder, listening
from vierogen.posts.actions.delivering import attempt_at, outgoing
from vierogen.posts.models import Delivery
from vierogen.posts.states import DeliveryState
from vierogen.vault.actions import opened
from vierogen.web.proving import recordings_folder

# Seconds: between two looks at the database, between two signs of life, and of stream after the post.
PAUSE, SIGN_OF_LIFE, STREAMED = 0.25, 30.0, 10.0
# Times that the finished post is looked for, while the network may lag behind.
LOOKS = 5
Say = Callable[[str], None]


class _SentElsewhereError(Exception):
    """The post went out, and we did not hear it."""


class Walk:
    """One recording of ``channel``, made within ``seconds``; ``say`` tells people how far it is."""

    def __init__(self, channel: Channel, *, say: Say, seconds: float) -> None:
        self.channel, self.say = channel, say
        self.give_up = time.monotonic() + seconds
        self.began_at = timezone.now()
        self.recorder = Recorder(channel.network, whose=channel.pk, own=(channel.account_id, channel.name))
        self.delivery: Delivery | None = None
        self._streaming = Event()
        self._stream: Thread | None = None

    def run(self) -> str:
        """Walk to the end, or until something goes wrong; returns what, in words, "" for nothing."""
        with listening(self.recorder), _working(), translation.override("en"):
            try:
                return self._walked()
            except KeyboardInterrupt:
                return "somebody stopped it"
            except _SentElsewhereError:
                return "another worker sent the post: stop it first, and begin again"
            except NetworkError as error:
                return error.reason
            finally:
                self._streaming.set()
                if self._stream:
                    self._stream.join(timeout=30)

    def standing(self) -> str:
        """Where the test post may still be seen, "" where it is gone or never was."""
        if self.delivery is None:
            return ""
        self.delivery.refresh_from_db()
        there = self.delivery.state in {DeliveryState.PUBLISHED, DeliveryState.VERIFIED}
        return (self.delivery.url or self.delivery.remote_id) if there else ""

    def _walked(self) -> str:
        self.say(f"1. Looking at {self.channel.handle}.")
        self._look_around()
        self.say("2. Write a post for it that says it is a test, and let somebody else approve it, as always.")
        if not self._wait(self._was_published):
            return "no post was sent in time"
        shown = self._read_back()
        self.say("3. Now take the post down, on its page. Where the network forbids that, remove it in its own app.")
        if not self._wait(self._is_withdrawn):
            return "the post was not taken down in time"
        self.say("4. Looking whether it is gone.")
        self._read_again(shown)
        return ""

    def _look_around(self) -> None:
        with opened(self.channel) as network:
            network.me()
            if isinstance(network, Deletes):
                network.may_delete()
            if isinstance(network, abilities.Allows):
                network.allowance()
            if isinstance(network, abilities.Paced):
                network.calls_a_day()
            network.recent(5)

    def _wait(self, happened: Callable[[], bool]) -> bool:
        """Until it happened or time is up, telling each change of the delivery."""
        said, sign_at = "", time.monotonic() + SIGN_OF_LIFE
        while time.monotonic() < self.give_up:
            now = self._how_far()
            if now and now != said:
                self.say(f"   {now}")
                said = now
            if happened():
                return True
            if time.monotonic() > sign_at:
                self.say(f"   Waiting; {max(1, round((self.give_up - time.monotonic()) / 60))} min left.")
                sign_at = time.monotonic() + SIGN_OF_LIFE
            time.sleep(PAUSE)
        return False

    def _how_far(self) -> str:
        newest = self._begun().last()
        if newest is None:
            return ""
        if newest.state in {DeliveryState.WAITING, DeliveryState.SENDING}:
            self._begin_streaming()
        return f"{newest.get_state_display()}. {newest.problem}".strip()

    def _begun(self) -> Any:
        if self.delivery:
            return Delivery.objects.filter(pk=self.delivery.pk)
        # An approval from before we began may still be waiting for its time.
        out = [DeliveryState.PUBLISHED, DeliveryState.VERIFIED, DeliveryState.WITHDRAWN]
        rows = Delivery.objects.filter(channel=self.channel).exclude(state__in=out, published_at__lt=self.began_at)
        return rows.order_by("pk")

    def _begin_streaming(self) -> None:
        if self._stream is None and issubclass(self.channel.network, Streams):
            self._stream = Thread(target=self._listen, name="record stream", daemon=True)
            self._stream.start()

    def _listen(self) -> None:
        with suppress(NetworkError), opened(self.channel) as network:
            if isinstance(network, Streams):
                for _happened in network.stream(self._streaming):
                    pass
        connection.close()

    def _was_published(self) -> bool:
        # Asked first: what this process sends is heard before the database knows of it.
        is_out = self._begun().filter(published_at__gte=self.began_at).exists()
        for shown in self.recorder.came_of("publish"):
            rows = Delivery.objects.filter(channel=self.channel, remote_id=shown["remote_id"])
            self.delivery = rows.select_related("version__post", "channel").first()
        if self.delivery is None and is_out:
            raise _SentElsewhereError
        return self.delivery is not None

    def _read_back(self) -> Shown | None:
        """As looking does it; and the stream may go on a little, to show the post."""
        if self.delivery is None:
            return None
        shown, until = None, time.monotonic() + (STREAMED if self._stream else 0.0)
        for _look in range(LOOKS):
            with opened(self.channel, attempt=attempt_at(self.delivery)) as network:
                if shown := network.find(outgoing(self.delivery)):
                    network.read(shown.remote_id)
                    break
            time.sleep(network.read_lag)
        self._streaming.wait(max(0.0, until - time.monotonic()))
        self._streaming.set()
        return shown

    def _is_withdrawn(self) -> bool:
        if self.delivery:
            self.delivery.refresh_from_db()
        return bool(self.delivery and self.delivery.state == DeliveryState.WITHDRAWN)

    def _read_again(self, shown: Shown | None) -> None:
        if self.delivery is None:
            return
        with opened(self.channel) as network:
            network.read(self.delivery.remote_id)
            if shown and isinstance(network, Deletes):
                network.remains(shown)


@contextmanager
def _working() -> Iterator[None]:
    """Do what a worker does, for everybody, for the length of the block."""
    if settings.PRACTICE:
        stay_inside()
    stop = Event()
    threads = start(JOBS, stop)
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=30)


def write(recording: dict[str, Any], path: Path | None, *, proves: bool) -> Path:
    """Write it for its owner alone; one that proves nothing beside one that does, never over it. Raises ``OSError``."""
    name = recording["network"] + ("" if proves else "-unproved")
    path = path or recordings_folder() / f"{name}.json"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(recording, file, ensure_ascii=False, indent=1)
    fresh.replace(path)
    return path
