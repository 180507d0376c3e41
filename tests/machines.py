"""State machines: half of their sequences on each database, and other ones, so that each half does everything."""

from typing import Any

from django.db import connection
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test


def play(
    machine: type[RuleBasedStateMachine], *, sequences: int, steps: int, seeds: tuple[int, int] = (1, 2), **more: Any
) -> None:
    """Play so many in all, the same at each run. ``seeds`` are those of SQLite and of PostgreSQL.

    What a machine must have done it asserts itself, on each database: with other seeds where one does not suffice.
    """
    chosen = dict(zip(("sqlite", "postgresql"), seeds, strict=True))[connection.vendor]
    config = settings(
        max_examples=sequences // 2,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        **more,
    )
    run_state_machine_as_test(seed(chosen)(machine), settings=config)  # type: ignore[no-untyped-call]
