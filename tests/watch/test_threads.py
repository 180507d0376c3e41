"""Each part of a thread is explained by its delivery, while it is under way too; a copy of one is a stray."""

from collections.abc import Callable, Iterator

import pytest

from tests.posts.killing import settle_down
from tests.posts.nets import Net, due_on
from tests.posts.test_threads import TEXTS, THREAD
from vierogen.networks.base import Network
from vierogen.people.models import Member
from vierogen.posts import jobs
from vierogen.posts.actions import delivering, removing
from vierogen.posts.models import Delivery
from vierogen.posts.states import DeliveryState
from vierogen.practice.simulators.x import XSimulator
from vierogen.practice.simulators.x_records import Account
from vierogen.vault.actions import opened
from vierogen.watch import jobs as watch_jobs
from vierogen.watch.actions.looking import look
from vierogen.watch.actions.minding import enrol
from vierogen.watch.actions.reconciling import deleted, reconcile
from vierogen.watch.models import RemotePost, Stray, Watched
from vierogen.watch.states import Origin, State, What

pytestmark = pytest.mark.django_db(transaction=True)

Look = Callable[[], list[Stray]]


@pytest.fixture
def on_x(x: Net) -> Iterator[Network]:
    """X's connector, opened."""
    with opened(x.channel) as connector:
        yield connector


@pytest.fixture
def look_at_x(x: Net, on_x: Network, dirk: Member) -> Look:
    """One more look, after the baseline; dirk is on duty."""
    enrol()
    watched = Watched.objects.select_related("channel__organisation").get(channel=x.channel)
    look(watched, on_x)
    return lambda: look(watched, on_x)


@pytest.fixture
def account(simulated_x: XSimulator, x: Net) -> Account:
    """Ours, on the network."""
    return next(iter(simulated_x.accounts.values()))


@pytest.fixture
def thread(x: Net, anna: Member, ben: Member, look_at_x: Look) -> Delivery:
    """A thread whose time has come."""
    return due_on(x.channel, anna, ben, text=THREAD)


def looking_before_each(part: int, look_at_x: Look, monkeypatch: pytest.MonkeyPatch) -> list[list[Stray]]:
    """Look at the channel right before X is asked for the part with this number, from 1."""
    refuse_late, calls, found = delivering._refuse_late, [], list[list[Stray]]()

    def looked(delivery: Delivery) -> None:
        calls.append(delivery)
        if len(calls) == part:
            found.append(look_at_x())
        refuse_late(delivery)

    monkeypatch.setattr(delivering, "_refuse_late", looked)
    return found


def test_no_part_of_a_thread_is_a_stray(thread: Delivery, look_at_x: Look) -> None:
    settle_down(thread)
    assert look_at_x() == []
    origins = RemotePost.objects.values_list("origin", "delivery")
    assert list(origins) == [(Origin.EXPLAINED, thread.pk)] * 3


@pytest.mark.parametrize("part", [2, 3])
def test_the_watch_leaves_a_thread_on_its_way_to_who_sends_it(
    part: int, thread: Delivery, x: Net, look_at_x: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = looking_before_each(part, look_at_x, monkeypatch)
    jobs.deliver("test")
    assert found == [[]]
    assert look_at_x() == []
    assert settle_down(thread).state == DeliveryState.VERIFIED
    assert x.texts() == TEXTS[::-1]
    assert Stray.objects.count() == 0


def test_parts_without_an_answer_are_explained(
    thread: Delivery, x: Net, look_at_x: Look, simulated_x: XSimulator
) -> None:
    simulated_x.faults.next("cut_after_accepting", on="POST /2/tweets")
    jobs.deliver("test")
    assert x.texts() == TEXTS[:1]
    assert look_at_x() == []
    assert Delivery.objects.get(pk=thread.pk).state == DeliveryState.UNCERTAIN
    assert settle_down(thread).state == DeliveryState.VERIFIED
    assert look_at_x() == []


def test_a_copy_of_a_part_that_is_known_is_a_stray(
    thread: Delivery, look_at_x: Look, simulated_x: XSimulator, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_late, calls = delivering._refuse_late, iter([False, False, True])

    def somebody_copies(delivery: Delivery) -> None:
        if next(calls):
            simulated_x.post_by_phone(account, TEXTS[0])
            [stray] = look_at_x()
            assert stray.what == What.POST
        refuse_late(delivery)

    monkeypatch.setattr(delivering, "_refuse_late", somebody_copies)
    settle_down(thread)
    assert Stray.objects.count() == 1


@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_same_words_later_are_a_stray(
    place: int, thread: Delivery, look_at_x: Look, simulated_x: XSimulator, account: Account
) -> None:
    settle_down(thread)
    assert look_at_x() == []
    copy = simulated_x.post_by_phone(account, TEXTS[place])
    [stray] = look_at_x()
    assert stray.remote is not None
    assert (stray.remote.remote_id, stray.what) == (copy, What.POST)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_part_that_somebody_deletes_is_a_deviation(
    place: int, thread: Delivery, x: Net, look_at_x: Look, simulated_x: XSimulator, account: Account
) -> None:
    settle_down(thread)
    look_at_x()
    part = simulated_x.ids_of(account)[::-1][place]
    simulated_x.delete_by_phone(account, part)
    stray = deleted(x.channel, part)
    assert stray is not None
    assert stray.what == What.DELETION
    assert deleted(x.channel, part) is None


def test_taking_a_thread_down_is_no_deviation(thread: Delivery, x: Net, look_at_x: Look, dirk: Member) -> None:
    end = settle_down(thread)
    look_at_x()
    removing.withdraw(end, by=dirk, reason="Toch niet.")
    while jobs.remove("test"):
        pass
    assert x.texts() == []
    assert look_at_x() == []
    assert [deleted(x.channel, each) for each in RemotePost.objects.values_list("remote_id", flat=True)] == [None] * 3
    assert Stray.objects.count() == 0


def test_a_part_that_was_taken_for_a_stray_is_explained_by_a_late_answer(
    thread: Delivery, x: Net, on_x: Network, look_at_x: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs.deliver("test")
    with monkeypatch.context() as patch:
        for question in ("explanation", "known_maker"):
            patch.setattr(f"vierogen.watch.actions.reconciling.{question}", lambda *_args, **_named: None)
        strays = [reconcile(x.channel, shown, network=on_x) for shown in on_x.recent()]
    assert None not in strays
    watch_jobs.settle("test")
    assert set(Stray.objects.values_list("state", flat=True)) == {State.EXPLAINED}


def test_what_stood_there_before_knows_its_parts(thread: Delivery, x: Net, on_x: Network, cora: Member) -> None:
    settle_down(thread)
    RemotePost.objects.all().delete()
    Watched.objects.update(baseline_at=None)
    watched = Watched.objects.select_related("channel__organisation").get(channel=x.channel)
    assert look(watched, on_x) == []
    assert list(RemotePost.objects.values_list("delivery", flat=True)) == [thread.pk] * 3
