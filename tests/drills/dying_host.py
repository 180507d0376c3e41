"""A worker that runs a drill and is killed with SIGKILL at a chosen place: its own process, for test_drills.py.

python -m tests.drills.dying_host PLACE
"""

import sys
import time
from typing import Any

import django

from tests.posts.dying_worker import after, before, inside

PLACES = (
    "before the account is made",
    "after the account is made",
    "after it is sealed",
    "before the post",
    "after the post",
    "before it is recorded",
)


def main(place: str) -> None:
    """Patch the chosen place, then run drills until it dies."""
    django.setup()
    from vierogen.ledger import moves
    from vierogen.practice.actions import hosting
    from vierogen.practice.network import PracticeNetwork

    places: dict[str, tuple[Any, str, Any]] = {
        "before the account is made": (PracticeNetwork, "add_account", before),
        "after the account is made": (PracticeNetwork, "add_account", after),
        "after it is sealed": (hosting, "seal", after),
        "before the post": (PracticeNetwork, "publish", before),
        "after the post": (PracticeNetwork, "publish", after),
        "before it is recorded": (moves, "record", inside("start_drill")),
    }
    owner, name, how = places[place]
    setattr(owner, name, how(getattr(owner, name)))
    hosts = hosting.Hosts()
    for _turn in range(600):
        hosts.turn("dying host")
        time.sleep(0.05)


if __name__ == "__main__":
    main(*sys.argv[1:])
