"""Workers that are killed with ``kill -9`` at each step, and workers that work at the same time."""

import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import closing
from datetime import timedelta
from random import Random

import pytest
from django.db import connection
from django.utils import timezone

from tests import nursery
from tests.listening.newsroom import make_alert, make_hit
from tests.plugins.house import make_member
from tests.posts.killing import environment
from vierogen.listening.actions import bulletins
from vierogen.listening.actions.reading import follow
from vierogen.listening.models import Alert, Bulletin, Line, Reader, Reading
from vierogen.listening.states import Rhythm
from vierogen.notices.models import Message
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Role

pytestmark = pytest.mark.django_db(transaction=True)

STEPS = (
    "before gather",
    "after gather",
    "before _write_lines",
    "after _write_lines",
    "before tell_news",
    "after tell_news",
    "before _keep",
    "after _keep",
    "before move_on",
    "after move_on",
    "before _plan_next",
    "after _plan_next",
    "before the commit",
)


def overdue(alert: Alert, member: Member, rhythm: Rhythm, *, hits: int = 3) -> None:
    """Somebody follows the alert since yesterday, and has news of it to come."""
    follow(alert, rhythm, by=member)
    now = timezone.now()
    Reading.objects.update(since=now - timedelta(days=2))
    Reader.objects.exclude(daily_at=None).update(daily_at=now - timedelta(minutes=1))
    for number in range(hits):
        make_hit(alert, f"Bericht {number}", at=now - timedelta(days=1, hours=1))


def as_it_was(hits: int) -> None:
    """Nothing half: no bulletin, no line, no mail, and still due."""
    assert not Bulletin.objects.exists()
    assert not Line.objects.exists()
    assert not Message.objects.exists()
    assert hits


def told_once(members: list[Member], *, hits: int) -> None:
    """One bulletin each, with one mail, and every hit in it."""
    assert Counter(Bulletin.objects.values_list("member_id", flat=True)) == {member.pk: 1 for member in members}
    assert Bulletin.objects.filter(hits=hits, message__isnull=False).count() == len(members)
    assert Message.objects.count() == len(members)
    assert Line.objects.count() == len(members) * hits


@pytest.mark.parametrize(
    ("rhythm", "step"),
    [*((Rhythm.DAILY, step) for step in STEPS), (Rhythm.AT_ONCE, "after _keep"), (Rhythm.AT_ONCE, "before the commit")],
)
def test_who_is_killed_before_the_commit_leaves_nothing_and_the_next_makes_it(
    rhythm: Rhythm, step: str, town: Organisation, anna: Member
) -> None:
    overdue(make_alert(town), anna, rhythm)
    make_and_die(step)
    as_it_was(hits=3)
    assert bulletins.make_due() == 1
    told_once([anna], hits=3)
    assert bulletins.make_due() == 0


def test_who_is_killed_after_the_commit_made_it(town: Organisation, anna: Member) -> None:
    overdue(make_alert(town), anna, Rhythm.DAILY)
    make_and_die("after the commit")
    told_once([anna], hits=3)
    assert bulletins.make_due() == 0
    told_once([anna], hits=3)


def make_and_die(step: str) -> None:
    done = nursery.run("tests.listening.dying_worker", step, env=environment())
    assert done.returncode == -signal.SIGKILL, done.stderr


def many(town: Organisation, number: int) -> list[Member]:
    """So many readers of one alert, all overdue."""
    alert = make_alert(town)
    members = [make_member(town, f"Lezer{index}", Role.WRITER) for index in range(number)]
    for index, member in enumerate(members):
        overdue(alert, member, Rhythm.AT_ONCE if index % 2 else Rhythm.DAILY, hits=0)
    for index in range(5):
        make_hit(alert, f"Bericht {index}", at=timezone.now() - timedelta(days=1, hours=1))
    return members


def test_workers_at_the_same_time_make_each_bulletin_once(town: Organisation) -> None:
    members = many(town, 12)
    start, handled = threading.Barrier(4), list[int]()

    def work() -> None:
        with closing(connection):
            start.wait()
            handled.extend(bulletins.make_due() for _ in range(3))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(handled) == len(members)
    told_once(members, hits=5)


def test_workers_that_are_killed_at_any_moment_make_each_bulletin_once(town: Organisation) -> None:
    members = many(town, 40)
    chance = Random(5)  # noqa: S311 - no secret
    command = [sys.executable, "-m", "tests.listening.whole_worker"]
    for _round in range(2):
        before, end = Bulletin.objects.count(), time.monotonic() + 60
        running = [subprocess.Popen(command, env=environment(), stderr=subprocess.DEVNULL) for _ in range(2)]
        while Bulletin.objects.count() == before and time.monotonic() < end:
            time.sleep(0.002)
        time.sleep(chance.random() * 0.05)
        for worker in running:
            worker.kill()
            worker.wait()
        assert Bulletin.objects.count() > before, "it was killed at work"
    while bulletins.make_due():
        pass
    told_once(members, hits=5)
