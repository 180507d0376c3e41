"""Kill it at every step: never two posts, never a lost one, *uncertain* where it must."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from tests.posts.conftest import TEXT
from vierogen.ledger.actions import verify
from vierogen.people.models import Member
from vierogen.posts import jobs
from vierogen.posts.actions import looking
from vierogen.posts.models import Delivery
from vierogen.posts.states import DeliveryState
from vierogen.practice.server import PracticeServer

pytestmark = pytest.mark.django_db(transaction=True)

STEPS = [
    "in the claim",
    "after the claim",
    "before the call",
    "after the call",
    "before recording",
    "in the recording",
    "after recording",
]
ACCEPTED = {"after the call", "before recording", "in the recording", "after recording"}


def database_url() -> str:
    """The address of this test's own database, for another process."""
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    who = f"{quote(known['USER'])}:{quote(known['PASSWORD'])}@" if known["USER"] else ""
    host, port = known["HOST"], known["PORT"]
    if host.startswith("/"):
        return f"postgres://{who}/{known['NAME']}?host={quote(host)}"
    return f"postgres://{who}{host}:{port}/{known['NAME']}"


def work_and_die(step: str, network: str = "mastodon") -> None:
    environment = os.environ | {
        "VIEROGEN_DATABASE_URL": database_url(),
        "VIEROGEN_HOME": str(settings.HOME),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    command = [sys.executable, "-m", "tests.posts.dying_worker", step, network]
    done = subprocess.run(command, env=environment, timeout=60, check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


def let_leases_end() -> None:
    Delivery.objects.exclude(lease_until=None).update(lease_until=timezone.now() - timedelta(seconds=1))


def settle_down(delivery: Delivery) -> Delivery:
    """Another worker does all it can: deliver, look as often as it wants, verify."""
    for _round in range(20):
        let_leases_end()
        Delivery.objects.exclude(next_look_at=None).update(next_look_at=timezone.now())
        if not (jobs.look("other") or jobs.deliver("other") or jobs.verify("other")):
            break
    return Delivery.objects.get(pk=delivery.pk)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("keys_ignored", [False, True], ids=["keys honoured", "keys ignored"])
def test_a_worker_killed(step: str, keys_ignored: bool, due: Delivery, practice: PracticeServer) -> None:
    practice.api.keys_ignored = keys_ignored
    work_and_die(step)
    end = settle_down(due)
    there = [status.text for status in practice.network.timeline()]
    # Killed in the claim, nothing was committed: it goes out as if nothing happened.
    if step == "in the claim" or step in ACCEPTED:
        assert (end.state, there) == (DeliveryState.VERIFIED, [TEXT])
    else:  # it was never sent, which nobody can know: a person decides
        assert end.needs_a_person
        assert there == []
    assert verify()[1] == []


@pytest.mark.parametrize("step", ["after the claim", "after the call"])
def test_a_person_decides_after_a_kill(step: str, due: Delivery, practice: PracticeServer, dirk: Member) -> None:
    work_and_die(step)
    end = settle_down(due)
    if end.needs_a_person:
        looking.decide(end, by=dirk, send_it_again=True)
        end = settle_down(due)
    assert end.state == DeliveryState.VERIFIED
    assert len(practice.network.timeline()) == 1


def test_the_other_worker_waits_for_the_lease(due: Delivery) -> None:
    work_and_die("after the claim")
    assert not jobs.look("other")
    assert not jobs.deliver("other")


@pytest.mark.parametrize("fault", ["error_after_accepting", "cut_after_accepting"])
def test_kill_while_looking_for_a_lost_answer(fault: str, due: Delivery, practice: PracticeServer) -> None:
    practice.faults.next(fault)
    jobs.deliver("one")
    work = Delivery.objects.get(pk=due.pk)
    assert work.state == DeliveryState.UNCERTAIN
    Delivery.objects.filter(pk=due.pk).update(next_look_at=timezone.now())
    assert looking.claim_doubtful("looks and dies") is not None
    end = settle_down(due)
    assert end.state == DeliveryState.VERIFIED
    assert len(practice.network.timeline()) == 1
