"""What tells who somebody is without a name: a number, an address, a plate, a date of birth."""

from collections.abc import Iterator

from vierogen.posts.checks import address, birth_date, bsn, email, iban, identity_document, phone, plate
from vierogen.posts.checks.plain import Hit, Plain

_LOOKS = (bsn, iban, birth_date, plate, email, address, phone, identity_document)


def identified(view: Plain) -> Iterator[Hit]:
    """Everything in a text by which one person can be known; own details of the organisation are not left out."""
    for module in _LOOKS:
        yield from module.hits(view)
