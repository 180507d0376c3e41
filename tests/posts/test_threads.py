"""A thread goes out part by part: whatever happens between two parts, each stands there once, and nobody is misled."""

import time
from decimal import Decimal

import pytest

from tests.posts.killing import let_time_pass, settle_down, work_and_die
from tests.posts.nets import Net, due_on
from vierogen.ledger.actions import verify
from vierogen.networks.base import Attempt, NetworkError
from vierogen.notices.models import Message
from vierogen.people.models import Member
from vierogen.posts import jobs
from vierogen.posts.actions import consenting, delivering, looking, removing
from vierogen.posts.actions.stopping import stop
from vierogen.posts.models import Delivery, Media, Part, TakeDown
from vierogen.posts.states import DeliveryState, TakeDownState
from vierogen.practice.simulators.x import XSimulator

pytestmark = pytest.mark.django_db(transaction=True)

TEXTS = ["De Stationsweg gaat open.", "Het fietspad volgt in mei.", "Dank voor het geduld."]
THREAD = "\n---\n".join(TEXTS)
# Everything that was asked of X is known there, so that the rest can be sent without asking anybody.
CERTAIN = [
    "before the second part",
    "after the first part",
    "after the second part",
    "after the third part",
    "after the third part was kept",
    "after the call",
    "before recording",
    "in the recording",
    "after recording",
]
# Nobody can know whether X was asked.
DOUBTFUL = ["after the claim", "before the call", "about to ask for the second part"]
REMOVING = [
    "before the deletion",
    "after the deletion",
    "in its recording",
    "after its recording",
    "in the confirmation",
    "in the withdrawal",
]


@pytest.fixture
def thread(x: Net, anna: Member, ben: Member) -> Delivery:
    """A thread of three parts whose time has come."""
    return due_on(x.channel, anna, ben, text=THREAD)


def out(thread: Delivery) -> Delivery:
    """Sent, and read back."""
    end = settle_down(thread)
    assert end.state == DeliveryState.VERIFIED
    return end


def down(delivery: Delivery) -> Delivery:
    """Another worker does all that there is to take down."""
    for _round in range(30):
        let_time_pass()
        jobs.remove("other")
    return Delivery.objects.get(pk=delivery.pk)


def test_a_thread_goes_out_in_order_and_its_parts_are_written_down(
    thread: Delivery, x: Net, simulated_x: XSimulator
) -> None:
    end = out(thread)
    assert x.texts() == TEXTS[::-1]
    made = next(iter(simulated_x.accounts.values()))
    assert [end.remote_id, *Part.objects.values_list("remote_id", flat=True)] == simulated_x.ids_of(made)[::-1]
    assert [part.place for part in end.parts.all()] == [1, 2]
    assert str(simulated_x.spent) == "0.045"
    assert verify()[1] == []


@pytest.mark.parametrize("step", CERTAIN)
def test_a_worker_killed_on_the_way_leaves_a_thread_that_another_completes(step: str, thread: Delivery, x: Net) -> None:
    work_and_die(step, "x")
    end = settle_down(thread)
    assert (end.state, x.texts()) == (DeliveryState.VERIFIED, TEXTS[::-1])
    assert end.parts.count() == 2
    assert verify()[1] == []


@pytest.mark.parametrize("step", DOUBTFUL)
def test_where_nobody_can_know_a_person_decides_and_the_rest_follows(
    step: str, thread: Delivery, x: Net, dirk: Member
) -> None:
    work_and_die(step, "x")
    end = settle_down(thread)
    assert end.needs_a_person
    looking.decide(end, by=dirk, send_it_again=True)
    assert settle_down(end).state == DeliveryState.VERIFIED
    assert x.texts() == TEXTS[::-1]


def test_leaving_it_shows_the_half_that_stands_there(thread: Delivery, x: Net, dirk: Member) -> None:
    work_and_die("about to ask for the second part", "x")
    looking.decide(settle_down(thread), by=dirk, send_it_again=False)
    assert jobs.keep_time("test")
    end = Delivery.objects.get(pk=thread.pk)
    assert (end.state, end.problem) == (DeliveryState.PUBLISHED, delivering.HALF)
    assert not jobs.verify("test")
    removing.withdraw(end, by=dirk, reason="Liever niet half.")
    assert down(end).state == DeliveryState.WITHDRAWN
    assert x.texts() == []


@pytest.mark.parametrize("fault", ["cut_before", "cut_after_accepting", "error_after_accepting"])
def test_a_lost_answer_to_any_part_makes_no_second_one(
    fault: str, thread: Delivery, x: Net, simulated_x: XSimulator, dirk: Member
) -> None:
    simulated_x.faults.next(fault, on="POST /2/tweets")  # type: ignore[arg-type]
    end = settle_down(thread)
    if fault == "cut_before":
        assert end.needs_a_person
        looking.decide(end, by=dirk, send_it_again=True)
        end = settle_down(end)
    assert (end.state, x.texts()) == (DeliveryState.VERIFIED, TEXTS[::-1])


def test_x_asking_for_patience_between_two_parts_is_heeded(thread: Delivery, x: Net, simulated_x: XSimulator) -> None:
    account = next(iter(simulated_x.accounts))
    simulated_x.limits.windows[account, "POST /2/tweets"] = (time.time(), 99)
    jobs.deliver("test")
    waits = Delivery.objects.get(pk=thread.pk)
    assert (waits.state, x.texts()) == (DeliveryState.WAITING, TEXTS[:1])
    assert waits.next_try_at is not None
    assert 800 < waits.next_try_at.timestamp() - time.time() < 902
    simulated_x.limits.windows.clear()
    assert out(thread).parts.count() == 2
    assert x.texts() == TEXTS[::-1]


def test_a_thread_that_is_stopped_on_its_way_is_half_there_and_can_be_taken_down(
    thread: Delivery, x: Net, anna: Member, dirk: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_late, calls = delivering._refuse_late, iter([False, True])

    def somebody_stops(delivery: Delivery) -> None:
        if next(calls):
            stop(delivery.version.post, by=anna)
        refuse_late(delivery)

    monkeypatch.setattr(delivering, "_refuse_late", somebody_stops)
    jobs.deliver("test")
    assert x.texts() == TEXTS[:1]
    assert jobs.keep_time("test")
    end = Delivery.objects.get(pk=thread.pk)
    assert (end.state, end.problem) == (DeliveryState.PUBLISHED, delivering.HALF)
    assert "Only a part of your thread" in Message.objects.filter(email=anna.user.email).latest("pk").title
    removing.withdraw(end, by=dirk, reason="Gestopt.")
    assert down(end).state == DeliveryState.WITHDRAWN
    assert x.texts() == []


def test_a_thread_whose_picture_lost_its_consent_on_the_way_can_be_taken_down(
    x: Net, anna: Member, ben: Member, dirk: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = due_on(x.channel, anna, ben, text=THREAD, pictures=1)
    consent = consenting.keep(list(Media.objects.all()), who="Noor Voorbeeld", how="Mail", until=None, by=anna)
    refuse_late, calls = delivering._refuse_late, iter([False, True])

    def somebody_takes_it_back(delivery: Delivery) -> None:
        if next(calls):
            consenting.withdraw(consent, by=anna)
        refuse_late(delivery)

    monkeypatch.setattr(delivering, "_refuse_late", somebody_takes_it_back)
    jobs.deliver("test")
    assert jobs.keep_time("test")
    end = Delivery.objects.get(pk=thread.pk)
    assert (end.state, end.problem, x.texts()) == (DeliveryState.PUBLISHED, delivering.HALF, TEXTS[:1])
    assert consenting.uses_of(consent).out == [end]
    assert Message.objects.filter(email=dirk.user.email, title__startswith="Consent for a picture").exists()


def test_a_part_that_x_refuses_leaves_no_thread_that_pretends_to_be_whole(
    thread: Delivery, x: Net, simulated_x: XSimulator
) -> None:
    bill = simulated_x.bill
    bill.credits = bill.spent + bill.spent_reading + Decimal("0.001")
    jobs.deliver("test")
    end = Delivery.objects.get(pk=thread.pk)
    assert (end.state, end.problem, x.texts()) == (DeliveryState.PUBLISHED, delivering.HALF, TEXTS[:1])


def test_a_whole_thread_is_taken_down_and_withdrawn_with_its_last_part(
    thread: Delivery, x: Net, dirk: Member, simulated_x: XSimulator
) -> None:
    end = out(thread)
    removing.withdraw(end, by=dirk, reason="Toch niet.")
    assert TakeDown.objects.filter(delivery=end).count() == 3
    for _part in range(2):
        let_time_pass()
        jobs.remove("test")
    assert Delivery.objects.get(pk=end.pk).state == DeliveryState.VERIFIED
    assert down(end).state == DeliveryState.WITHDRAWN
    assert set(TakeDown.objects.values_list("state", flat=True)) == {TakeDownState.GONE}
    assert x.texts() == []
    assert verify()[1] == []


@pytest.mark.parametrize("step", REMOVING)
def test_a_worker_killed_while_it_takes_a_thread_down(step: str, thread: Delivery, x: Net, dirk: Member) -> None:
    end = out(thread)
    removing.withdraw(end, by=dirk, reason="Toch niet.")
    work_and_die(step, "x", job="remove")
    assert down(end).state == DeliveryState.WITHDRAWN
    assert set(TakeDown.objects.values_list("state", flat=True)) == {TakeDownState.GONE}
    assert x.texts() == []


def test_a_thread_of_which_a_part_is_missing_is_not_verified(thread: Delivery, x: Net, simulated_x: XSimulator) -> None:
    jobs.deliver("test")
    account = next(iter(simulated_x.accounts.values()))
    simulated_x.delete_by_phone(account, Part.objects.get(place=1).remote_id)
    end = settle_down(thread)
    assert (end.state, end.problem) == (DeliveryState.PUBLISHED, looking.UNREAD)


def test_a_worker_that_was_overtaken_keeps_nothing(thread: Delivery) -> None:
    claimed = delivering.claim("slow")
    assert claimed is not None
    attempt: Attempt = delivering.attempt_at(claimed)
    attempt.keep({"asked": 0})
    let_time_pass()
    assert looking.claim_doubtful("fast") is not None
    attempt.keep({"parts": ["1"]})
    assert Delivery.objects.get(pk=thread.pk).kept == {"asked": 0}
    with pytest.raises(NetworkError):
        attempt.ready()
