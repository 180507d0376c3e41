"""Is the number of a payment card in the text?"""

import re
from collections.abc import Iterator

from stdnum import luhn

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Tier
from vierogen.posts.checks.labels import OTHER_NUMBERS, example_before, label_before
from vierogen.posts.checks.plain import Hit, Plain, masked, told

_NUMBER = re.compile(r"(?<![\w+])(?<!\d[.,-])\d(?:[\s._/-]{0,3}\d){12,24}(?!\d)(?!\w)")
# Ranges of issuers (ISO/IEC 7812) with their lengths: Visa, Mastercard, American Express; Diners; Discover, JCB,
# Maestro.
_ISSUERS = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}|3[47]\d{13}"
    r"|3(?:0[0-5]|[689]\d)\d{11}"
    r"|(?:6011|64[4-9]\d|65\d\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|(?:5018|5020|5038|5893|6304|6759|676[1-3])\d{12,15}"
)
_CARD = re.compile(
    r"(?<!\w)(?:\w*kaart(?:n(?:umme)?r\.?)?|\w*card(?:[ ]?(?:numbers?|no|nr|ending|details)\.?)?|visa|mastercard"
    r"|amex|american express|maestro|credit\w*|debit\w*"
    r"|betaal\w*|paid|pay\w*|exp\.?|vervalt|pas(?:nummer)?|cvc|cvv)(?!\w)",
    re.IGNORECASE,
)


class Card(Check):
    """Stops: a card number from an issuer's range that passes the Luhn test (ISO/IEC 7812-1, annex B)."""

    key = "card"
    title = _("Payment card")
    why = _("Whoever has a card number can pay with it, or try to.")
    todo = _("Take the number out. If it has been seen elsewhere, let the bank block the card.")
    agreement = "privacy"
    kind = "CARD"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield each number once, masked."""
        yield from told(self, draft, look=hits, tier=Tier.STOP)


def hits(view: Plain) -> Iterator[Hit]:
    """Where numbers of cards stand in a text."""
    for match in _NUMBER.finditer(view.text):
        size = _fitting(match.group())
        if (
            size
            and not _OF_AN_ACCOUNT.search(view.text[max(0, match.start() - 12) : match.start()])
            and not example_before(view.text, match.start())
            and _is_card(view.text, match.start())
        ):
            message = _("%(shown)s looks like the number of a payment card.")
            yield Hit(match.start(), match.start() + size, message, masked(match.group()))


def _fitting(number: str) -> int:
    """How many signs of ``number`` are a card's; what follows may be until when it is valid. 0 where none are."""
    for end in (match.start() for match in re.finditer(r"(?<=\d)(?!\d)", number)):
        digits = re.sub(r"\D", "", number[:end])
        if _ISSUERS.fullmatch(digits) and luhn.is_valid(digits) and len(set(digits)) > 1:
            return end
    return 0


# The digits of a bank account (ISO 13616).
_OF_AN_ACCOUNT = re.compile(r"(?<!\w)[A-Za-z]{2}\d\d[ .-]?(?:[A-Za-z]{4}[ .-]?)?$")
_FOURS = re.compile(r"(?:\d{4}([ .-])){3}\d{4}(?![\d])")
# Cards with which nobody pays.
_OTHER_CARD = re.compile(
    r"(?<!\w)(?:library|membership|loyalty|bonus|klanten|bibliotheek|bieb|leden|student\w*)[- ]?"
    r"(?:kaart|card|pas)\w*(?:[ ](?:numbers?|no|nr)\.?)?(?!\w)",
    re.IGNORECASE,
)


def _is_card(text: str, at: int) -> bool:
    label = label_before(text, at, (_CARD, _OTHER_CARD, OTHER_NUMBERS))
    # Four fours are written like that on cards and nowhere else.
    if label is None or label is _CARD or (label is OTHER_NUMBERS and _FOURS.match(text, at)):
        return True
    return bool(re.search(r"(?:phone|tel\w*)\W{1,3}(?:\w+\W{1,3}){0,3}$", text[max(0, at - 30) : at], re.IGNORECASE))
