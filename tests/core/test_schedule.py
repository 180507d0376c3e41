"""Jobs run again and again, rest only when there is nothing to do, and survive what goes wrong."""

import logging
import threading
import time
from collections.abc import Iterator

import pytest

from vierogen.core import schedule
from vierogen.core.schedule import Job, start


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    """Ends what the test started."""
    event = threading.Event()
    yield event
    event.set()


def wait_for(condition: object, seconds: float = 5.0) -> bool:
    """Did it become true in time?"""
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.005)
    return False


def test_work_is_done_at_once_and_rest_comes_when_there_is_none(stop: threading.Event) -> None:
    left, done_at = [1, 2, 3], []

    def run(_worker: str) -> bool:
        done_at.append(time.monotonic())
        return bool(left and left.pop())

    start([Job("work", run, every=0.3)], stop)
    assert wait_for(lambda: len(done_at) >= 5)
    assert done_at[3] - done_at[0] < 0.2
    assert done_at[4] - done_at[3] >= 0.29


def test_each_thread_is_a_worker_of_its_own(stop: threading.Event) -> None:
    names: set[str] = set()

    def run(worker: str) -> bool:
        names.add(worker)
        return False

    threads = start([Job("work", run, every=0.01, threads=3), Job("other", run, every=0.01)], stop)
    assert len(threads) == 4
    assert wait_for(lambda: len(names) == 4)


def test_a_job_that_fails_is_told_and_goes_on_after_a_rest(
    stop: threading.Event, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "AFTER_A_FAILURE", 0.2)
    turns: list[float] = []

    def run(_worker: str) -> bool:
        turns.append(time.monotonic())
        if len(turns) == 1:
            raise ZeroDivisionError
        return False

    with caplog.at_level(logging.ERROR, "vierogen.core.schedule"):
        start([Job("broken", run, every=0.01)], stop)
        assert wait_for(lambda: len(turns) >= 2)
    assert "job broken failed" in caplog.text
    assert turns[1] - turns[0] >= 0.19


def test_one_job_that_fails_or_hangs_holds_up_no_other(stop: threading.Event) -> None:
    turns: list[str] = []

    def fails(_worker: str) -> bool:
        raise ZeroDivisionError

    def hangs(_worker: str) -> bool:
        return stop.wait(30)

    start([Job("fails", fails, every=0.01), Job("hangs", hangs), Job("works", turns.append, every=0.01)], stop)
    assert wait_for(lambda: len(turns) >= 5)


def test_what_is_being_done_is_finished_before_a_thread_ends(stop: threading.Event) -> None:
    began, may_end, told = threading.Event(), threading.Event(), []

    def run(_worker: str) -> bool:
        began.set()
        may_end.wait(5)
        told.append("done")
        return True

    threads = start([Job("slow", run, finish=lambda: told.append("put down"))], stop)
    assert began.wait(5)
    stop.set()
    may_end.set()
    for thread in threads:
        thread.join(timeout=5)
    assert told == ["done", "put down"]


def test_nothing_more_is_begun_once_it_is_asked_to_stop(stop: threading.Event) -> None:
    turns: list[str] = []
    stop.set()
    for thread in start([Job("work", turns.append)], stop):
        thread.join(timeout=5)
    assert turns == []


def test_a_resting_job_ends_at_once(stop: threading.Event) -> None:
    rested = threading.Event()

    def run(_worker: str) -> bool:
        rested.set()
        return False

    (thread,) = start([Job("rests", run, every=60)], stop)
    assert rested.wait(5)
    began = time.monotonic()
    stop.set()
    thread.join(timeout=5)
    assert not thread.is_alive()
    assert time.monotonic() - began < 1
