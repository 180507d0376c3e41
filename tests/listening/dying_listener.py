"""A listener in a process of its own, for a test that kills it: ``python -m tests.listening.dying_listener [STEP]``.

With the step ``before storing`` or ``after storing`` it kills itself there, in the middle of a batch.
"""

import os
import signal
import sys
from threading import Event
from typing import Any

import django


def die(*_args: Any, **_named: Any) -> None:
    """What ``kill -9`` does."""
    os.kill(os.getpid(), signal.SIGKILL)


def main(step: str) -> None:
    """Listen until killed."""
    django.setup()
    from vierogen.listening import sifting
    from vierogen.listening.inbox import Inbox
    from vierogen.listening.listener import Listener

    store, taken = sifting.store, Inbox.take

    def stored(finds: Any, **more: Any) -> int:
        new = store(finds, **more)
        if new:
            die()
        return new

    if step == "before storing":
        sifting.store = lambda finds, **_more: die() if finds else 0
    elif step == "after storing":
        sifting.store = stored
    # Small batches, so that it dies between two of them.
    Inbox.take = lambda self, most, *, patience: taken(self, 5, patience=patience)  # type: ignore[method-assign]
    Listener().run(Event())


if __name__ == "__main__":
    main(*(sys.argv[1:] or [""]))
