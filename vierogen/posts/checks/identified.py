"""What tells who somebody is without a name: a number, an address, a plate, a date of birth."""

from collections.abc import Iterator
from dataclasses import dataclass

from vierogen.posts.checks import address, birth_date, bsn, card, email, iban, identity_document, phone, plate
from vierogen.posts.checks.plain import Plain

_OF_SOMEBODY = (bsn, birth_date, address)
_OF_THINGS = (card, iban, plate, email, phone, identity_document)


@dataclass(frozen=True)
class Known:
    """Where it stands, and whether it is of a thing that somebody has: an account, a car, a telephone, a card."""

    start: int
    end: int
    of_thing: bool


def identified(view: Plain) -> Iterator[Known]:
    """Everything in a text by which one person can be known; own details of the organisation are not left out."""
    for modules, of_thing in ((_OF_SOMEBODY, False), (_OF_THINGS, True)):
        for module in modules:
            yield from (Known(hit.start, hit.end, of_thing) for hit in module.hits(view))
