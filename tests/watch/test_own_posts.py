"""A thousand own posts, some with lost answers, while stream and looks run: no false alarm, none missed."""

from collections.abc import Callable, Iterator
from threading import Event

import pytest
from django.utils import timezone

from tests.watch.conftest import eventually, watching
from vierogen.channels.models import Channel
from vierogen.core.schedule import Job, start
from vierogen.ledger.actions import verify
from vierogen.people.models import Member
from vierogen.posts import jobs as posts_jobs
from vierogen.posts.models import Approval, Contributor, Delivery, Post, Target, Version
from vierogen.posts.states import DeliveryState, PostState
from vierogen.practice.server import PracticeServer
from vierogen.watch.models import RemotePost, Stray, Watched
from vierogen.watch.states import Mode, Origin

MANY = 1000
# One in so many answers is lost.
FAULTY = 20
STRAYS = 10

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def many(channel: Channel, anna: Member, ben: Member) -> int:
    """A thousand approved deliveries that are due; as a person makes them, but all at once."""
    now = timezone.now()
    posts = [Post(organisation=channel.organisation, created_by=anna, state=PostState.APPROVED) for _ in range(MANY)]
    Post.objects.bulk_create(posts)
    versions = [Version(post=post, number=1, text=f"Bericht {post.pk}", written_by=anna) for post in posts]
    Version.objects.bulk_create(versions)
    Target.objects.bulk_create(Target(version=version, channel=channel) for version in versions)
    Contributor.objects.bulk_create(Contributor(version=version, member=anna) for version in versions)
    for version in versions:
        version.digest = version.compute_digest()
    Version.objects.bulk_update(versions, ["digest"])
    approvals = [Approval(version=each, digest=each.digest, by=ben, writer=anna) for each in versions]
    Approval.objects.bulk_create(approvals)
    Delivery.objects.bulk_create(
        Delivery(
            organisation=channel.organisation,
            version=approval.version,
            channel=channel,
            approval=approval,
            key=channel.network.new_key(now),
            dated=now,
            cooling_until=now,
            due_at=now,
        )
        for approval in approvals
    )
    return MANY


@pytest.fixture
def worker() -> Iterator[None]:
    """A worker, as ``vierogen worker`` runs it."""
    stop = Event()
    threads = start([Job("deliver", posts_jobs.deliver, threads=4), Job("look", posts_jobs.look)], stop)
    yield
    stop.set()
    for thread in threads:
        thread.join(timeout=10)


def test_among_a_thousand_own_posts_exactly_the_strays_ring(
    channel: Channel,
    dirk: Member,
    practice: PracticeServer,
    many: int,
    by_phone: Callable[..., str],
    request: pytest.FixtureRequest,
) -> None:
    for _ in range(many // FAULTY):
        practice.faults.next("cut_after_accepting")
    with watching():
        eventually(lambda: Watched.objects.filter(mode=Mode.STREAMED).exists())
        request.getfixturevalue("worker")
        eventually(lambda: RemotePost.objects.count() >= many / 2, seconds=120)
        strays = {by_phone(f"Gezellig {number}") for number in range(STRAYS)}
        eventually(lambda: RemotePost.objects.count() >= many + STRAYS, seconds=120)
        eventually(lambda: Delivery.objects.filter(state=DeliveryState.PUBLISHED).count() == many, seconds=20)
    assert {stray.remote and stray.remote.remote_id for stray in Stray.objects.all()} == strays
    explained = RemotePost.objects.filter(origin=Origin.EXPLAINED)
    assert explained.values("delivery").distinct().count() == many
    assert len(practice.posted) == many + STRAYS
    assert verify()[1] == []
