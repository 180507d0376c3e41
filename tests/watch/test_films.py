"""A film without words cannot be recognised: it is ours by the number that the network gave it, or a person looks."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests.posts import film_boxes
from tests.posts.nets import Net, due_on, on_instagram
from vierogen.channels.models import Channel
from vierogen.networks.base import Network, NetworkError, Shown
from vierogen.networks.instagram import Instagram
from vierogen.people.models import Member, Organisation
from vierogen.posts import jobs
from vierogen.posts.models import Delivery
from vierogen.posts.states import DeliveryState
from vierogen.practice.simulators.instagram import InstagramSimulator
from vierogen.practice.simulators.instagram_records import Account
from vierogen.vault.actions import opened
from vierogen.watch import jobs as watch_jobs
from vierogen.watch.actions.reconciling import reconcile
from vierogen.watch.models import RemotePost, Stray
from vierogen.watch.states import Origin, State

pytestmark = pytest.mark.django_db(transaction=True)

PUBLISH = "POST /v23.0/*/media_publish"


@pytest.fixture
def simulated() -> Iterator[InstagramSimulator]:
    """Instagram as its documents say it is."""
    with InstagramSimulator() as simulator:
        yield simulator


@pytest.fixture
def instagram(
    simulated: InstagramSimulator, live_server: Any, settings: Any, town: Organisation, cora: Member, dirk: Member
) -> Net:
    """An account there, from which strays are taken down by themselves; dirk is on duty."""
    settings.PUBLIC_URL = live_server.url
    net = on_instagram(simulated, town, cora)
    Channel.objects.update(automatic_take_down_after=60)
    net.channel.refresh_from_db()
    return net


@pytest.fixture
def account(simulated: InstagramSimulator, instagram: Net) -> Account:
    """Ours, on the network."""
    return next(iter(simulated.kept.accounts.values()))


@pytest.fixture
def watching(instagram: Net) -> Iterator[Network]:
    """The connector as the watch has it: it knows of no delivery."""
    with opened(instagram.channel) as network:
        yield network


def seen(net: Net, network: Network) -> list[Stray | None]:
    return [reconcile(net.channel, shown, network=network) for shown in network.recent()]


@pytest.mark.parametrize("form", ["story", "reel"])
def test_an_own_film_is_explained_by_the_number_that_was_kept(
    form: str, instagram: Net, watching: Network, anna: Member, ben: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The watch looks right after it was published, while the worker reads it back."""
    delivery = due_on(instagram.channel, anna, ben, film=film_boxes.film(), text="", form=form)
    raised = list[Stray | None]()

    def reads_back(_network: Instagram, _remote_id: str) -> Shown:
        raised.extend(seen(instagram, watching))
        raise NetworkError("Not now.")

    with monkeypatch.context() as patch:
        patch.setattr(Instagram, "_read", reads_back)
        jobs.deliver("test")
    assert raised == [None]
    [known] = RemotePost.objects.all()
    assert (known.origin, known.delivery) == (Origin.EXPLAINED, delivery)
    assert Delivery.objects.get().state == DeliveryState.PUBLISHED


@pytest.mark.parametrize("fault", ["cut_before", "cut_after_accepting"])
def test_a_film_that_could_be_ours_rings_and_is_not_taken_down_by_itself(
    fault: Any,
    instagram: Net,
    watching: Network,
    simulated: InstagramSimulator,
    account: Account,
    anna: Member,
    ben: Member,
) -> None:
    delivery = due_on(instagram.channel, anna, ben, film=film_boxes.film(), text="", form="story")
    simulated.faults.next(fault, on=PUBLISH)
    jobs.deliver("test")
    assert Delivery.objects.get().state == DeliveryState.UNCERTAIN
    simulated.post_by_phone(account, "", film=film_boxes.film(), story=True)
    seen(instagram, watching)
    strays = list(Stray.objects.all())
    assert len(strays) == len(simulated.stories_of(account))
    for stray in strays:
        assert (stray.state, stray.automatic_at) == (State.OPEN, None)
        assert stray.alarm is not None
        assert stray.alarm.is_ringing
    # Once the network says which one is ours, that one is explained.
    known = strays[0].remote
    assert known is not None
    Delivery.objects.update(kept={**Delivery.objects.get().kept, "media": known.remote_id})
    Delivery.objects.exclude(next_look_at=None).update(next_look_at=delivery.due_at)
    jobs.look("test")
    watch_jobs.settle("test")
    strays[0].refresh_from_db()
    assert strays[0].state == State.EXPLAINED


def test_any_other_film_and_picture_is_taken_down_by_itself_as_always(
    instagram: Net, watching: Network, simulated: InstagramSimulator, account: Account, anna: Member, ben: Member
) -> None:
    simulated.post_by_phone(account, "", film=film_boxes.film(), story=True)
    [stray] = seen(instagram, watching)
    assert stray is not None
    assert stray.automatic_at is not None
    due_on(instagram.channel, anna, ben, film=film_boxes.film(), text="", form="story")
    simulated.faults.next("cut_before", on=PUBLISH)
    jobs.deliver("test")
    simulated.post_by_phone(account, "Oeps", story=True)
    simulated.post_by_phone(account, "Een film met woorden", film=film_boxes.film())
    raised = [each for each in seen(instagram, watching) if each is not None]
    assert [each.automatic_at is not None for each in raised] == [True, True]


def test_no_transaction_waits_for_a_picture(
    instagram: Net,
    watching: Network,
    simulated: InstagramSimulator,
    account: Account,
    anna: Member,
    ben: Member,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The pictures are compared once, outside of it, however often the watch asks while a post is on its way."""
    due_on(instagram.channel, anna, ben, pictures=1, text="", form="story")
    simulated.faults.next("cut_before", on=PUBLISH)
    jobs.deliver("test")
    simulated.post_by_phone(account, "", story=True)
    fetch, asked = Instagram._is_picture_of, list[bool]()

    def fetches(network: Instagram, *about: Any) -> bool:
        asked.append(connection.in_atomic_block)
        return fetch(network, *about)

    monkeypatch.setattr(Instagram, "_is_picture_of", fetches)
    Delivery.objects.update(state=DeliveryState.SENDING, lease_until=timezone.now() + timedelta(minutes=1))
    [stray] = seen(instagram, watching)
    assert stray is not None
    assert asked == [False]
