"""``vierogen rotate-key``, killed with SIGKILL on its way: run as its own process by test_rotating.py.

python -m tests.vault.dying_rotation STEP
"""

import sys
from collections.abc import Callable
from typing import Any

import django

from tests.posts.dying_worker import after, at, before

STEPS = (
    "before there is a new key",
    "before the new key has its name",
    "the new key is whole beside the other",
    "the old key is kept",
    "the new key is in its place",
    "in the first transaction",
    "after the first batch",
    "after the fourth batch",
    "all is wrapped and nothing is said",
)
# Rows in one transaction, so that few rows make several.
BATCH = 2


def main(step: str) -> None:
    """Patch the chosen place, then be the command."""
    django.setup()
    from vierogen.config import cli
    from vierogen.core import sealing
    from vierogen.vault import rotating
    from vierogen.vault.sealed import EnvelopeRows

    places: dict[str, tuple[Any, str, Callable[..., Any]]] = {
        "before there is a new key": (sealing, "write_key_file", at(1, before)),
        "before the new key has its name": (sealing.Path, "replace", at(1, before)),
        "the new key is whole beside the other": (sealing, "write_key_file", at(1, after)),
        "the old key is kept": (sealing, "write_key_file", at(2, after)),
        # The third time that names are put on the disk; its name it has already.
        "the new key is in its place": (sealing, "settle", at(3, before)),
        "in the first transaction": (EnvelopeRows, "_turned", at(1, after)),
        "after the first batch": (EnvelopeRows, "rewrap", at(1, after)),
        "after the fourth batch": (EnvelopeRows, "rewrap", at(4, after)),
        "all is wrapped and nothing is said": (rotating, "_rewrap", after),
    }
    rotating.BATCH = BATCH
    owner, name, how = places[step]
    setattr(owner, name, how(getattr(owner, name)))
    sys.argv = ["vierogen", "rotate-key"]
    cli.main()


if __name__ == "__main__":
    main(*sys.argv[1:])
