"""A worker that is killed with SIGKILL while it renews a key, run in a process of its own by the tests of that.

python -m tests.vault.dying_renewal STEP
"""

import sys
from collections.abc import Callable
from typing import Any

import django

from tests.posts.dying_worker import after, at, before

STEPS = ("before it is asked", "after its answer", "between two values", "in its writing", "after its writing")


def main(step: str) -> None:
    """Patch the chosen place, then renew as the worker does."""
    django.setup()
    from django.db import models

    from vierogen.networks import instagram, x_api
    from vierogen.vault import actions, jobs

    asking = [(x_api, "exchange"), (instagram, "token_for")]
    places: dict[str, tuple[list[tuple[Any, str]], Callable[..., Any]]] = {
        "before it is asked": (asking, before),
        # The network has made the old refresh token worthless, and we do not know the new one.
        "after its answer": (asking, after),
        "between two values": ([(models.QuerySet, "update_or_create")], at(1, after)),
        "in its writing": ([(actions, "_store")], after),
        "after its writing": ([(actions, "_remember")], after),
    }
    for owner, name in places[step][0]:
        setattr(owner, name, places[step][1](getattr(owner, name)))
    jobs.renew("dying")


if __name__ == "__main__":
    main(*sys.argv[1:])
