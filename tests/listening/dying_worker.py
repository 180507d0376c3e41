"""A worker that is killed with SIGKILL at a chosen step of making a bulletin: run in a process of its own by the tests.

python -m tests.listening.dying_worker STEP
"""

import sys
from typing import Any

import django

from tests.posts.dying_worker import after, before


def places() -> dict[str, tuple[Any, str, Any]]:
    """Where it can die: what is called there, and whether before it or after it."""
    from django.db import transaction

    from vierogen.listening.actions import bulletins

    names = ("gather", "_write_lines", "tell_news", "_keep", "move_on", "_plan_next")
    steps = {f"before {name}": (bulletins, name, before) for name in names}
    steps |= {f"after {name}": (bulletins, name, after) for name in names}
    # The last statement was carried out and nothing was committed; and: all was, and nobody heard of it.
    return steps | {
        "before the commit": (bulletins, "make", _dying_at_commit(transaction, before)),
        "after the commit": (bulletins, "make", _dying_at_commit(transaction, after)),
    }


def _dying_at_commit(transaction: Any, how: Any) -> Any:
    def patched(make: Any) -> Any:
        def called(*args: Any) -> Any:
            connection = transaction.get_connection()
            connection.commit = how(connection.commit)
            return make(*args)

        return called

    return patched


def main(step: str) -> None:
    """Patch the chosen place, then make what is due."""
    django.setup()
    from vierogen.listening.actions import bulletins

    owner, name, how = places()[step]
    setattr(owner, name, how(getattr(owner, name)))
    bulletins.make_due()


if __name__ == "__main__":
    main(*sys.argv[1:])
