"""What tells who somebody is without a name: a number, an address, a plate, a date of birth."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from vierogen.posts.checks import address, birth_date, bsn, card, email, iban, identity_document, phone, plate
from vierogen.posts.checks.base import Own
from vierogen.posts.checks.plain import Plain

_OF_SOMEBODY = (bsn, birth_date, address)
_OF_THINGS = (card, iban, plate, email, phone, identity_document)

# Looked at of each kind in one text.
_MOST = 100


@dataclass(frozen=True)
class Known:
    """Where it stands, and whether it is of a thing that somebody has: an account, a car, a telephone, a card."""

    start: int
    end: int
    of_thing: bool


def identified(view: Plain, own: Own) -> Iterator[Known]:
    """Everything in a text by which one person can be known, without ``own`` details of the organisation."""
    ours = {_bare(detail) for detail in (*own.emails, *own.phones, *own.addresses, *own.ibans)}
    for modules, of_thing in ((_OF_SOMEBODY, False), (_OF_THINGS, True)):
        for module in modules:
            for hit in islice(module.hits(view), _MOST):
                bare = _bare(view.text[hit.start : hit.end])
                if not any(bare in our or (our and our in bare) for our in ours):
                    yield Known(hit.start, hit.end, of_thing)


def _bare(detail: str) -> str:
    """Its letters and digits; of a telephone number the last nine digits."""
    bare = re.sub(r"\W+", "", detail).casefold()
    return bare[-9:] if bare.isdigit() else bare
