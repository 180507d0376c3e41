"""A worker that is killed with SIGKILL at a chosen step: run as its own process by the tests of faults.

python -m tests.posts.dying_worker STEP
"""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django


def die(*_args: Any, **_named: Any) -> None:
    """What ``kill -9`` does."""
    os.kill(os.getpid(), signal.SIGKILL)


def before(function: Callable[..., Any]) -> Callable[..., Any]:
    """Die instead of calling ``function``."""
    return die


def after(function: Callable[..., Any]) -> Callable[..., Any]:
    """Call ``function``, then die before anybody hears of it."""

    def called(*args: Any, **named: Any) -> None:
        function(*args, **named)
        die()

    return called


def main(step: str) -> None:
    """Patch the chosen place, then work as the worker does until nothing is due."""
    django.setup()
    from vierogen.channels.models import networks
    from vierogen.ledger import moves
    from vierogen.posts import jobs
    from vierogen.posts.actions import delivering

    connector = networks()[sys.argv[2]]
    places: dict[str, tuple[Any, str, Callable[..., Any]]] = {
        # Inside the transaction of the claim: the row was changed, the entry not yet written.
        "in the claim": (moves, "record", before),
        # The claim is committed, the network has not heard anything.
        "after the claim": (delivering, "send", before),
        "before the call": (connector, "publish", before),
        # The network has the post, we do not know it.
        "after the call": (connector, "publish", after),
        "before recording": (delivering, "settle", before),
        "after recording": (delivering, "settle", after),
    }
    if step == "in the recording":
        _die_in_recording(delivering, moves)
    else:
        owner, name, how = places[step]
        setattr(owner, name, how(getattr(owner, name)))
    while jobs.deliver("dying"):
        pass


def _die_in_recording(delivering: Any, moves: Any) -> None:
    settle = delivering.settle

    def settled(*args: Any, **named: Any) -> Any:
        moves.record = die
        return settle(*args, **named)

    delivering.settle = settled


if __name__ == "__main__":
    main(sys.argv[1])
