"""Several people and workers at the same moment, in real transactions: one outcome, never both, never a deadlock.

Windows are widened: whoever changed a row waits a moment before it writes its entry in the ledger.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from tests.plugins.house import make_member
from tests.posts.moments import at_once, later, refusals, wide_windows  # noqa: F401 - used by every test here
from tests.posts.nets import TEXT
from vierogen.channels.models import Channel
from vierogen.ledger.actions import verify
from vierogen.ledger.models import Entry
from vierogen.ledger.moves import WrongStateError
from vierogen.networks.base import Shown
from vierogen.people import actions as people
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Role
from vierogen.posts import jobs
from vierogen.posts.actions import delivering, looking, pursuing, removing, reviewing, stopping, writing
from vierogen.posts.actions.writing import Content
from vierogen.posts.models import Approval, Delivery, Halt, Post, TakeDown, Version
from vierogen.posts.states import DeliveryState, PostState, TakeDownState
from vierogen.practice.server import PracticeServer
from vierogen.vault.actions import connect

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def the_ledger_holds() -> Iterator[None]:
    yield
    assert verify()[1] == []


@pytest.fixture
def channels(channel: Channel, practice: PracticeServer, cora: Member) -> tuple[Channel, ...]:
    """Three accounts of the organisation."""
    more = [practice.network.add_account(f"wijk_{name}", f"Wijk {name}") for name in ("noord", "zuid")]
    return (
        channel,
        *(
            connect(channel.organisation, "mastodon", server=practice.url, credentials={"token": a.token}, by=cora)
            for a in more
        ),
    )


@pytest.fixture
def bas(town: Organisation) -> Member:
    """Another reviewer."""
    return make_member(town, "Bas", Role.REVIEWER)


def a_post(channels: tuple[Channel, ...], anna: Member, *, text: str = TEXT) -> Version:
    version = writing.begin(channels[0].organisation, Content(text, channels), by=anna)
    writing.submit(version, by=anna)
    return version


def a_due_post(channels: tuple[Channel, ...], anna: Member, ben: Member, *, text: str = TEXT) -> Version:
    version = a_post(channels, anna, text=text)
    reviewing.approve(version, by=ben, digest=version.digest)
    reviewing.publish_now(version, by=ben)
    return version


def states_of(version: Version) -> list[str]:
    return list(version.deliveries.order_by("pk").values_list("state", flat=True))


def claim_all(worker: str) -> list[int]:
    """Claim until nothing is due, without sending."""
    claimed = []
    while row := delivering.claim(worker):
        claimed.append(row.pk)
    return claimed


def test_workers_that_claim_at_once_never_take_the_same(
    channels: tuple[Channel, ...], anna: Member, ben: Member
) -> None:
    for number in range(3):
        a_due_post(channels, anna, ben, text=f"{TEXT} {number}")
    found = at_once(*[lambda name=name: claim_all(name) for name in "abcd"])
    assert sorted(pk for each in found for pk in each) == sorted(Delivery.objects.values_list("pk", flat=True))
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {1}


def test_workers_that_deliver_at_once_post_once(
    channels: tuple[Channel, ...], anna: Member, ben: Member, practice: PracticeServer
) -> None:
    version = a_due_post(channels, anna, ben)
    at_once(*[lambda name=name: [jobs.deliver(name) for _turn in range(3)] for name in "ab"])
    assert states_of(version) == [DeliveryState.PUBLISHED] * 3
    assert len(practice.network.timeline()) == 3


def test_two_reviewers_decide_once(channels: tuple[Channel, ...], anna: Member, ben: Member, bas: Member) -> None:
    version = a_post(channels, anna)
    results = at_once(*[lambda by=by: reviewing.approve(version, by=by, digest=version.digest) for by in (ben, bas)])
    assert [type(refusal) for refusal in refusals(results)] == [WrongStateError]
    assert Approval.objects.filter(version=version).count() == 1
    assert states_of(version) == [DeliveryState.WAITING] * 3


def test_approving_and_asking_for_changes_at_once(
    channels: tuple[Channel, ...], anna: Member, ben: Member, bas: Member
) -> None:
    version = a_post(channels, anna)
    results = at_once(
        lambda: reviewing.approve(version, by=ben, digest=version.digest),
        lambda: reviewing.ask_for_changes(version, by=bas, text="Noem de omleiding."),
    )
    assert len(refusals(results)) == 1
    is_approved = Post.objects.get().state == PostState.APPROVED
    assert is_approved == Approval.objects.exists() == bool(states_of(version))


def test_an_emergency_and_an_approval_at_once(
    channels: tuple[Channel, ...], anna: Member, ben: Member, dirk: Member
) -> None:
    version = a_post(channels, anna)
    results = at_once(
        lambda: reviewing.approve(version, by=ben, digest=version.digest),
        lambda: reviewing.publish_in_emergency(version, by=dirk, reason="Brand."),
    )
    assert len(refusals(results)) == 1
    assert version.deliveries.count() == 3


@pytest.mark.parametrize("head_start", [0.0, 0.02, 0.06])
def test_approving_what_is_being_edited(
    head_start: float, channels: tuple[Channel, ...], anna: Member, ben: Member
) -> None:
    version = a_post(channels, anna)
    at_once(
        later(head_start, lambda: writing.save(version.post, Content(TEXT + " Let op.", channels), by=anna)),
        lambda: reviewing.approve(version, by=ben, digest=version.digest),
    )
    assert Post.objects.get().state == PostState.DRAFT
    assert set(states_of(version)) <= {DeliveryState.STOPPED}


@pytest.mark.parametrize("head_start", [0.0, 0.03, 0.1])
def test_stopping_what_a_worker_is_claiming(
    head_start: float, channels: tuple[Channel, ...], anna: Member, ben: Member
) -> None:
    version = a_due_post(channels, anna, ben)
    results = at_once(
        lambda: claim_all("a"),
        lambda: claim_all("b"),
        later(head_start, lambda: stopping.stop(version.post, by=anna)),
    )
    left = [*results[0], *results[1]]
    stopped = results[2] if isinstance(results[2], int) else 0
    assert len(left) + stopped == 3
    assert Delivery.objects.filter(pk__in=left, state=DeliveryState.SENDING).count() == len(left)
    assert (Post.objects.get().state == PostState.DRAFT) == (stopped == 3)


@pytest.mark.parametrize("head_start", [0.0, 0.03, 0.1])
def test_editing_what_a_worker_is_claiming(
    head_start: float, channels: tuple[Channel, ...], anna: Member, ben: Member
) -> None:
    version = a_due_post(channels, anna, ben)
    results = at_once(
        lambda: claim_all("a"),
        lambda: claim_all("b"),
        later(head_start, lambda: writing.save(version.post, Content(TEXT + " Let op.", channels), by=anna)),
    )
    if results[0] or results[1]:
        assert isinstance(results[2], PermissionDenied)
        assert Post.objects.get().versions.count() == 1
    else:
        assert states_of(version) == [DeliveryState.STOPPED] * 3


@pytest.mark.parametrize("head_start", [0.0, 0.03, 0.06, 0.1])
def test_nothing_is_claimed_once_everything_is_stopped(
    head_start: float, channels: tuple[Channel, ...], anna: Member, ben: Member
) -> None:
    for number in range(2):
        a_due_post(channels, anna, ben, text=f"{TEXT} {number}")
    at_once(
        lambda: claim_all("a"),
        lambda: claim_all("b"),
        later(head_start, lambda: stopping.stop_everything(anna.organisation, by=anna)),
    )
    halted_at = Entry.objects.get(verb="stop_everything").number
    assert not Entry.objects.filter(verb="send", number__gt=halted_at).exists()
    assert not Delivery.objects.filter(state=DeliveryState.WAITING).exists()


def test_two_people_stop_everything_and_lift_it(
    channels: tuple[Channel, ...], anna: Member, ben: Member, bas: Member
) -> None:
    version = a_post(channels, anna)
    reviewing.approve(version, by=ben, digest=version.digest)
    halts = at_once(*[lambda by=by: stopping.stop_everything(anna.organisation, by=by) for by in (anna, ben, bas)])
    assert {halt.pk for halt in halts} == {Halt.objects.get().pk}
    assert states_of(version) == [DeliveryState.HELD] * 3
    lifted = at_once(*[lambda by=by: stopping.lift(anna.organisation, by=by) for by in (ben, bas)])
    assert len(refusals(lifted)) == 1


@pytest.mark.parametrize("head_start", [0.0, 0.02, 0.05])
def test_stopping_everything_while_somebody_lifts_it(
    head_start: float, channels: tuple[Channel, ...], anna: Member, ben: Member
) -> None:
    stopping.stop_everything(anna.organisation, by=anna)
    results = at_once(
        lambda: stopping.lift(anna.organisation, by=ben),
        later(head_start, lambda: stopping.stop_everything(anna.organisation, by=anna)),
    )
    assert not refusals(results)
    assert Halt.objects.filter(lifted_at=None).count() == Halt.objects.count() - 1


@pytest.mark.parametrize("head_start", [0.0, 0.02, 0.2])
def test_publishing_now_what_is_stopped_or_claimed(
    head_start: float, channels: tuple[Channel, ...], anna: Member, ben: Member
) -> None:
    version = a_post(channels, anna)
    reviewing.approve(version, by=ben, digest=version.digest)
    results = at_once(
        lambda: reviewing.publish_now(version, by=ben),
        later(head_start, lambda: stopping.stop(version.post, by=anna)),
        lambda: claim_all("a"),
    )
    stopped = results[1] if isinstance(results[1], int) else 0
    assert states_of(version).count("stopped") == stopped
    assert len(results[2]) + stopped + len(claim_all("b")) == 3


def test_the_watch_and_the_worker_settle_the_same(due: Delivery) -> None:
    claimed = delivering.claim("a")
    assert claimed is not None
    other = Delivery.objects.get(pk=claimed.pk)
    shown = Shown("17", TEXT)
    results = at_once(
        lambda: delivering.settle(claimed, shown, by=delivering.WORKER),
        lambda: delivering.settle(other, shown, by=delivering.WORKER),
    )
    assert sorted(results) == [False, True]
    assert Entry.objects.filter(verb="found_there").count() == 1


def test_a_remote_post_is_given_to_one_of_two_deliveries(
    channels: tuple[Channel, ...], anna: Member, ben: Member
) -> None:
    for _turn in range(2):
        a_due_post(channels[:1], anna, ben)
    one, two = delivering.claim("a"), delivering.claim("b")
    assert one is not None
    assert two is not None
    shown = Shown("17", TEXT)
    results = at_once(
        lambda: delivering.settle(one, shown, by=delivering.WORKER),
        lambda: delivering.settle(two, shown, by=delivering.WORKER),
    )
    assert sorted(results) == [False, True]


def test_two_people_ask_for_the_same_take_down(due: Delivery, dirk: Member, town: Organisation) -> None:
    jobs.deliver("a")
    other = make_member(town, "Dora", Role.DUTY_OFFICER)
    asked = at_once(
        *[
            lambda by=by: removing.withdraw(Delivery.objects.get(pk=due.pk), by=by, reason="Fout.")
            for by in (dirk, other)
        ]
    )
    assert {each.pk for each in asked} == {TakeDown.objects.get().pk}


def test_two_workers_pursue_the_same_take_down(due: Delivery, dirk: Member, practice: PracticeServer) -> None:
    jobs.deliver("a")
    removing.withdraw(Delivery.objects.get(pk=due.pk), by=dirk, reason="Fout.")
    row = TakeDown.objects.select_related("channel", "evidence__channel", "delivery").get()
    at_once(lambda: pursuing.pursue(row), lambda: pursuing.pursue(TakeDown.objects.get()), lambda: jobs.verify("c"))
    assert TakeDown.objects.get().state == TakeDownState.GONE
    assert Delivery.objects.get().state == DeliveryState.WITHDRAWN
    assert practice.network.timeline() == []


def test_withdrawing_while_it_is_read_back(due: Delivery, dirk: Member) -> None:
    jobs.deliver("a")
    removing.withdraw(Delivery.objects.get(pk=due.pk), by=dirk, reason="Fout.")
    asked = pursuing.claim_take_down("a")
    assert asked is not None
    claimed = looking.claim_unverified("b")
    assert claimed is not None
    at_once(
        lambda: removing.confirm_gone(asked, by=removing.WORKER),
        lambda: looking.verify(claimed),
    )
    assert Delivery.objects.get().state == DeliveryState.WITHDRAWN


def test_what_gets_a_later_time_at_the_last_moment_does_not_expire(
    channels: tuple[Channel, ...], anna: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = timezone.now() + timedelta(seconds=60)
    version = writing.begin(channels[0].organisation, Content(TEXT, channels, not_before=soon), by=anna)
    writing.submit(version, by=anna)
    expire, chosen = reviewing._expire, soon + timedelta(hours=1)

    def a_moment_later(pk: int, *rest: Any) -> Any:
        changed = writing.save(Post.objects.get(pk=pk), Content(TEXT, channels, not_before=chosen), by=anna)
        writing.submit(changed, by=anna)
        return expire(pk, *rest)

    monkeypatch.setattr(reviewing, "_expire", a_moment_later)
    reviewing.expire_due(soon + timedelta(seconds=1))
    assert Post.objects.get().state == PostState.IN_REVIEW


@pytest.mark.parametrize("head_start", [0.0, 0.05, 0.3])
def test_somebody_whose_role_is_taken_away_at_that_moment(
    head_start: float, channels: tuple[Channel, ...], anna: Member, ben: Member, cora: Member
) -> None:
    version = a_post(channels, anna)
    assert ben.may("review")  # what a page has read before
    at_once(
        later(head_start, lambda: reviewing.approve(version, by=ben, digest=version.digest)),
        lambda: people.change_roles(Member.objects.get(pk=ben.pk), roles=[Role.WRITER], ends_on=None, by=cora),
    )
    taken = Entry.objects.get(verb="change_roles").number
    assert not Entry.objects.filter(verb="approve", number__gt=taken).exists()
