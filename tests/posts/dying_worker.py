"""A worker that is killed with SIGKILL at a chosen step: run in a process of its own by the tests of faults.

python -m tests.posts.dying_worker JOB STEP NETWORK
"""

import os
import signal
import sys
from collections.abc import Callable
from itertools import count
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


def at(number: int, how: Callable[..., Any]) -> Callable[..., Any]:
    """``how``, but only at the call with this number, from 1."""

    def patched(function: Callable[..., Any]) -> Callable[..., Any]:
        calls = count(1)

        def called(*args: Any, **named: Any) -> Any:
            return (how(function) if next(calls) == number else function)(*args, **named)

        return called

    return patched


def naming(name: str, how: Callable[..., Any]) -> Callable[..., Any]:
    """``how``, but only where something is to be kept under this name."""

    def patched(keep: Callable[..., Any]) -> Callable[..., Any]:
        def called(sending: Any, news: Any) -> Any:
            return (how(keep) if news.get(name) else keep)(sending, news)

        return called

    return patched


def inside(verb: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Die in the transaction of the move ``verb``: the row was changed, its entry is not yet written."""

    def instead(record: Callable[..., Any]) -> Callable[..., Any]:
        def recorded(organisation_id: int, name: str, *args: Any, **named: Any) -> Any:
            if name == verb:
                die()
            return record(organisation_id, name, *args, **named)

        return recorded

    return instead


Places = dict[str, tuple[Any, str, Callable[..., Any]]]


def places_of_x() -> Places:
    """Between the parts of a thread: what X accepted is written down right after, what it is asked for right before."""
    from vierogen.networks.x_publishing import Publishing
    from vierogen.posts.actions import delivering

    return {
        "before the second part": (Publishing, "_asked", at(2, before)),
        # Written down that X is asked for it, and not yet asked.
        "about to ask for the second part": (delivering, "_refuse_late", at(2, after)),
        "after the first part": (Publishing, "_asked", at(1, after)),
        "after the second part": (Publishing, "_asked", at(2, after)),
        "after the third part": (Publishing, "_asked", at(3, after)),
        "after the third part was kept": (Publishing, "_accepted", at(3, after)),
    }


def places_of_instagram() -> Places:
    """Between the container, which is kept before it is used, and what becomes of it."""
    from vierogen.networks.instagram_publishing import Sending
    from vierogen.posts.actions import delivering

    return {
        "after the container": (Sending, "_created", at(1, after)),
        "after the container was kept": (Sending, "_keep", at(1, after)),
        "while it is prepared": (Sending, "_wait_for", at(1, before)),
        "before it is published": (Sending, "publish", before),
        "about to publish": (delivering, "_refuse_late", after),
        "after it was published": (Sending, "_keep", naming("media", before)),
        "after its number was kept": (Sending, "_keep", naming("media", after)),
    }


# Steps that only one network has.
OF_NETWORK: dict[str, Callable[[], Places]] = {"x": places_of_x, "instagram": places_of_instagram}


def main(job: str, step: str, network: str) -> None:
    """Patch the chosen place, then do the job as the worker does until nothing is left."""
    django.setup()
    from vierogen.channels.models import networks
    from vierogen.ledger import moves
    from vierogen.posts import jobs
    from vierogen.posts.actions import delivering, looking, pursuing, rechecking

    connector = networks()[network]
    places: Places = {
        "in the claim": (moves, "record", inside("send")),
        # What was planned is checked again under a lease, before the claim.
        "while checking again": (rechecking, "run", before),
        "after checking again": (rechecking, "run", after),
        "in the hold": (moves, "record", inside("hold")),
        # The claim is committed, the network has not heard anything.
        "after the claim": (delivering, "send", before),
        "after the first picture": (connector, "_uploaded", after),
        "before the call": (connector, "publish", before),
        # The network has the post, we do not know it.
        "after the call": (connector, "publish", after),
        "before recording": (delivering, "settle", before),
        "in the recording": (moves, "record", inside("found_there")),
        "after recording": (delivering, "settle", after),
        # Looking for what nobody knows.
        "in the doubt": (moves, "record", inside("doubt")),
        "before looking": (connector, "find", before),
        "after looking": (connector, "find", after),
        "before settling": (looking, "settle", before),
        "after settling": (looking, "settle", after),
        # Taking down.
        "after the evidence": (pursuing, "fetch_media", after),
        "before the deletion": (connector, "delete", before),
        "after the deletion": (connector, "delete", after),
        "in its recording": (moves, "record", inside("delete")),
        "after its recording": (connector, "remains", before),
        "in the confirmation": (moves, "record", inside("confirm")),
        "in the withdrawal": (moves, "record", inside("withdraw")),
        # Left to people.
        "in the hand-over": (moves, "record", inside("hand_over")),
        "after the hand-over": (pursuing, "hand_over", after),
        "before it looks": (connector, "remains", before),
        "after it looked": (connector, "remains", after),
    }
    places |= OF_NETWORK.get(network, dict)()
    owner, name, how = places[step]
    setattr(owner, name, how(getattr(owner, name)))
    while getattr(jobs, job)("dying"):
        pass


if __name__ == "__main__":
    main(*sys.argv[1:])
