"""What happens by itself: the watcher starts and stops, and a worker finishes what a dead watcher left."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event

import pytest
import time_machine
from django.utils import timezone

from tests.practice.conftest import picture
from tests.waiting import eventually
from vierogen.channels.models import Channel
from vierogen.posts.models import Evidence
from vierogen.watch import jobs, watching
from vierogen.watch.models import Stray, Watched


@pytest.mark.django_db(transaction=True)
def test_the_watcher_starts_and_ends_with_its_flag(channel: Channel) -> None:
    stop = Event()
    [thread] = jobs.start_watching(stop)
    eventually(lambda: Watched.objects.exclude(baseline_at=None).exists())
    stop.set()
    thread.join(timeout=10)
    assert not thread.is_alive()
    assert Watched.objects.claimable(timezone.now()).exists()


def test_a_worker_fetches_the_pictures_that_a_dead_watcher_left(
    look_again: Callable[[], list[Stray]], by_phone: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching.connection, "close", lambda: None)
    by_phone("Gezellig op het strand", picture=picture())
    look_again()
    jobs.keep_forgotten_pictures("test")
    assert Evidence.objects.get().media_complete is None
    with time_machine.travel(timezone.now() + jobs.FORGOTTEN + timedelta(seconds=1), tick=False):
        jobs.keep_forgotten_pictures("test")
    assert Evidence.objects.get().media_complete is True
    assert Evidence.objects.get().media.count() == 1


def test_every_job_can_run_on_an_empty_house(db: None) -> None:
    for job in jobs.JOBS:
        assert not job.run("test")
