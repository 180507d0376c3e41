"""A thousand own posts, with lost answers and killed workers, while the watch runs: no false alarm, none missed."""

import time
from collections.abc import Callable

import pytest
from django.db.models import Q

from tests.posts.crowds import many_due
from tests.posts.killing import let_time_pass, work_and_die, worker_until_killed
from tests.waiting import eventually
from tests.watch.conftest import watching
from vierogen.channels.models import Channel
from vierogen.ledger.actions import verify
from vierogen.people.models import Member
from vierogen.posts import jobs
from vierogen.posts.models import Delivery
from vierogen.posts.states import DeliveryState
from vierogen.practice.records import Page
from vierogen.practice.server import PracticeServer
from vierogen.watch.models import RemotePost, Stray, Watched
from vierogen.watch.states import Mode, Origin

MANY = 1000
# So many answers are lost after each kill.
LOST_ANSWERS = 7
STRAYS = 10
# Where a worker dies for certain; the others die wherever they are, so many seconds after a round number of posts.
STEPS = ("before the call", "after the call")
MOMENTS = (0.0, 0.003, 0.011, 0.023, 0.05)
THREADS = 4

pytestmark = pytest.mark.django_db(transaction=True)


def deliver_with_kills(practice: PracticeServer, meanwhile: Callable[[], None]) -> None:
    """All that is due goes out, but one worker after another is killed; ``meanwhile`` while each lies dead."""
    for step in STEPS:
        work_and_die(step)
        meanwhile()
        let_time_pass()
    for turn, moment in enumerate(MOMENTS, start=1):
        enough = turn * MANY // (len(MOMENTS) + 1)
        with worker_until_killed():
            eventually(lambda enough=enough: len(practice.posted) >= enough, seconds=120)
            time.sleep(moment)
        meanwhile()
        let_time_pass()
        practice.faults.next("cut_after_accepting", count=LOST_ANSWERS)
    with worker_until_killed():
        eventually(lambda: not Delivery.objects.filter(state=DeliveryState.WAITING).exists(), seconds=120)


def nothing_more_to_learn() -> bool:
    """Somebody looks for what the dead left; is all of it settled, or with a person?"""
    let_time_pass()
    while jobs.look("the living"):
        pass
    open_ends = Q(state=DeliveryState.SENDING) | Q(state=DeliveryState.UNCERTAIN, next_look_at__isnull=False)
    return not Delivery.objects.filter(open_ends).exists()


def test_among_a_thousand_own_posts_with_kills_exactly_the_strays_ring(
    channel: Channel, anna: Member, ben: Member, dirk: Member, practice: PracticeServer, by_phone: Callable[..., str]
) -> None:
    many_due(channel, MANY, writer=anna, reviewer=ben)
    strays: list[str] = []
    with watching():
        eventually(lambda: Watched.objects.filter(mode=Mode.STREAMED).exists())
        deliver_with_kills(practice, lambda: strays.append(by_phone(f"Gezellig {len(strays)}")))
        strays += [by_phone(f"Gezellig {number}") for number in range(len(strays), STRAYS)]
        eventually(nothing_more_to_learn, seconds=60)
        eventually(lambda: RemotePost.objects.count() >= len(practice.posted), seconds=60)
    assert {stray.remote and stray.remote.remote_id for stray in Stray.objects.all()} == set(strays)

    out = Delivery.objects.filter(state=DeliveryState.PUBLISHED)
    lost = [each for each in Delivery.objects.all() if each.needs_a_person]
    # Killed between claim and call: nobody can know, so a person decides, and it is not there.
    assert 1 <= len(lost) <= 1 + THREADS * (len(MOMENTS) + 1)
    assert out.count() + len(lost) == MANY
    there = sorted(status.text for status in practice.network.timeline(Page(limit=2 * MANY)))
    assert there == sorted([each.version.text for each in out] + [f"Gezellig {number}" for number in range(STRAYS)])
    explained = RemotePost.objects.filter(origin=Origin.EXPLAINED)
    assert explained.values("delivery").distinct().count() == explained.count() == out.count()
    assert verify()[1] == []
