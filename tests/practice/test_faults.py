import pytest

from vierogen.practice.faults import PUBLISH, STREAM, Faults


def test_a_fault_happens_as_often_as_planned_and_then_no_more() -> None:
    faults = Faults()
    faults.next("error_before", count=2)
    assert faults.waiting() == 2
    assert [bool(faults.take(PUBLISH)) for _ in range(3)] == [True, True, False]
    assert faults.waiting() == 0


def test_faults_happen_in_the_order_of_the_plan() -> None:
    faults = Faults()
    faults.next("late", seconds=1)
    faults.next("cut_before")
    assert [plan.kind for plan in (faults.take(PUBLISH), faults.take(PUBLISH)) if plan] == [
        "late",
        "cut_before",
    ]


def test_a_fault_meets_only_the_requests_that_it_is_planned_on() -> None:
    faults = Faults()
    faults.next("limited", on="DELETE /api/v1/statuses/*")
    assert faults.take(PUBLISH) is None
    assert faults.take("GET /api/v1/statuses/1") is None
    assert faults.take("DELETE /api/v1/statuses/1")


def test_silence_is_for_open_streams_and_all_else_for_requests() -> None:
    faults = Faults()
    faults.next("silent_stream")
    faults.next("error_before", on=STREAM)
    plans = faults.take(STREAM), faults.silence(), faults.silence()
    assert [plan and plan.kind for plan in plans] == ["error_before", "silent_stream", None]


def test_what_is_planned_can_be_forgotten() -> None:
    faults = Faults()
    faults.next("late", count=3)
    faults.clear()
    assert faults.take(PUBLISH) is None


@pytest.mark.parametrize("plan", [{"kind": "fire"}, {"kind": "late", "count": 0}, {"kind": "late", "seconds": 601}])
def test_an_unbounded_or_unknown_fault_is_refused(plan: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"no fault|at most"):
        Faults().next(**plan)  # type: ignore[arg-type]
