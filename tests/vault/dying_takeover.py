"""Somebody's step of a takeover, killed with SIGKILL on its way: run in a process of its own by test_taking_over.py.

python -m tests.vault.dying_takeover PLACE STEP MEMBER
"""

import sys
import time
from typing import Any

import django

from tests.posts.dying_worker import after, before

MAKING = ("before the key is made", "after the key is made", "after it was tried", "before it is committed")
ENDING = ("before the others end", "after the others ended")


def main(place: str, step: str, member: str) -> None:
    """Patch the chosen place, then do the step."""
    django.setup()
    from vierogen.channels.models import TakeoverStep
    from vierogen.networks.bluesky import Bluesky
    from vierogen.people.models import Member
    from vierogen.vault import taking_over
    from vierogen.web.proof import Proof

    places: dict[str, tuple[Any, str, Any]] = {
        "before the key is made": (Bluesky, "make_key", before),
        "after the key is made": (Bluesky, "make_key", after),
        "after it was tried": (taking_over, "prove", after),
        "before it is committed": (taking_over, "_done", after),
        "before the others end": (Bluesky, "revoke_others", before),
        "after the others ended": (Bluesky, "revoke_others", after),
    }
    owner, name, when = places[place]
    setattr(owner, name, when(getattr(owner, name)))
    by = Member.objects.select_related("user", "organisation").get(pk=int(member))
    row = TakeoverStep.objects.select_related("takeover__channel__organisation").get(pk=int(step))
    taking_over.do(row, by=by, proof=Proof(by.user_id, "totp", time.time()))


if __name__ == "__main__":
    main(*sys.argv[1:])
