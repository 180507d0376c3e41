"""Is a citizen service number in the text?"""

import re
from collections.abc import Iterator
from itertools import islice

from stdnum.nl import bsn

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Tier
from vierogen.posts.checks.facts_of_life import NEAR, TOLD
from vierogen.posts.checks.labels import OTHER_NUMBERS, example_before, label_before
from vierogen.posts.checks.persons import near, people
from vierogen.posts.checks.plain import Hit, Plain, masked, sentence_around, told

# Looked at in one text; a list of more is no post.
_MOST = 1000
# Eight or nine digits with a space, dot, hyphen or slash between some of them.
_NUMBER = re.compile(
    r"(?<![\w€$£])(?<![\d][.,-])(?<![A-Za-z][-])\d(?:[ ./_-]{0,2}\d){7,8}(?![\d])(?!(?:[.,-]|[ ]-[ ]?)\d)(?![\w])"
)
_LABEL = (
    r"b\.?s\.?n\.?'?s?(?:[- ]?(?:nr|nummer|number))?|burger ?service ?(?:nummers?|nr|no)\.?"
    r"|sofi(?:[- ]?(?:nummers?|nr))?|citizen service (?:number|no)"
    r"|social security (?:number|no)|personal (?:id(?:entification)?|public service) number"
)
_OWN = re.compile(rf"(?<![\w])(?:{_LABEL})(?!\w)", re.IGNORECASE)
_OWN_AFTER = re.compile(
    rf"^[ )]{{0,3}}[(,=]?[ ]?(?:is|als|as|=|dat is|zijnde)?[ ]?(?:mijn|haar|zijn|het|de|the|my|his|her"
    rf"|d'r)?[ ]?(?:{_LABEL})(?!\w)",
    re.IGNORECASE,
)
# "725763863 hoort bij een ander bsn".
_OWN_SOON = re.compile(rf"[^.!?\n]{{0,45}}(?<!\w)(?:{_LABEL})(?!\w)", re.IGNORECASE)
# Who is spoken of, where no label stands before the number.
_PERSON = re.compile(
    r"(?<!\w)(?:dossier van|dossier|cli[eë]nte?|pati[eë]nte?|inwo(?:ner|onster)|bewo(?:ner|onster)|mevrouw|mevr\.?"
    r"|mw\.?"
    r"|meneer|mijnheer|dhr\.?|de heer|fam\.?|familie|leerling|student|huurder|huurster|aanvra(?:ger|agster)|betrokkene"
    r"|belanghebbende|jeugdige|minderjarige|kind|zoon|dochter|vader|moeder|buurman|buurvrouw|melder|verdachte"
    r"|slachtoffer"
    r"|overledene?|overlijden|partner|medewerk(?:er|ster)|werknemer|collega|deelne(?:mer|emster)|statushouder"
    r"|mantelzorger"
    r"|ouders?|gezin|toeslag\w*|kindgebonden|uitkering|\w*gerechtigde|\w*gedupeerde|(?:persoons|identificatie"
    r"|service|burger)[- ]?(?:nummer|nr\.?)|uitkering van|op naam van"
    r"|t\.?a\.?v\.?|t\.?n\.?v\.?|client|patient|resident|tenant|applicant|claimant|pupil|child|son|daughter|mother"
    r"|father"
    r"|colleague|employee|suspect|victim|mrs?|ms|file of|person|persoon|burger|citizen|his|her|hij|zij|hem|haar"
    r"|zijn)(?!\w)",
    re.IGNORECASE,
)
_OF_WHOM = re.compile(r"(?<!\w)(?:van|voor|of|for|over|onder)[ ]$", re.IGNORECASE)
_BIRTH_BESIDE = re.compile(
    r"[ ,/|;(*-]{1,4}(?:(?:geboren|geb\w*\.?|born|d\.?o\.?b\.?)[ ]\d|\d\d?[-/.]\d\d?[-/.](?:19\d\d|20[01]\d)(?!\d))",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"[ ]?(?:euro|eur|liter|litres?|inwoners|people|keer|times|stuks|m[23²³]|km|kwh|kg|bezoek\w*|views|volgers"
    r"|%)(?!\w)",
    re.IGNORECASE,
)
# Nobody's number: said to be none, or all the same digits.
_NONE = re.compile(
    r"bestaat niet|does not exist|doesn't exist|niet echt|verzonnen|fictie\w*|made[- ]up|geen (?:echt )?bsn",
    re.IGNORECASE,
)


class Bsn(Check):
    """Stops: a number that passes the 11-proof where the text speaks of a BSN or of a person's file.

    The 11-proof alone says little: every eleventh order number passes it, so another label before it wins.
    The number: article 1(b) and 2 of the Wet algemene bepalingen burgerservicenummer.
    """

    key = "bsn"
    title = _("Citizen service number")
    why = _("With somebody's BSN a swindler can pose as that person. The law forbids publishing it.")
    todo = _("Take the number out. Ask the person to send it through a safe form.")
    agreement = "privacy"
    kind = "BSN"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield each number once, masked."""
        yield from told(self, draft, look=hits, tier=Tier.STOP)


def hits(view: Plain) -> Iterator[Hit]:
    """Where citizen service numbers stand in a text."""
    for match in islice(_NUMBER.finditer(view.text), _MOST):
        digits = re.sub(r"\D", "", match.group())
        if _is_spread_on(view.text, match):
            continue
        if bsn.is_valid(digits.zfill(9)) and _is_meant(view.text, match, digits):
            message = _("%(shown)s looks like somebody's citizen service number (BSN).")
            yield Hit(match.start(), match.end(), message, masked(digits))


def _is_meant(text: str, match: re.Match[str], digits: str) -> bool:
    if _NONE.search(text, match.end(), match.end() + 60) or example_before(text, match.start()):
        return False
    if _OWN_AFTER.match(text[match.end() : match.end() + 40]):
        return True
    if _OWN_SOON.match(text[match.end() : match.end() + 60]) and not label_before(
        text, match.start(), (OTHER_NUMBERS,)
    ):
        return True
    label = label_before(text, match.start(), (_OWN, OTHER_NUMBERS, _PERSON))
    if label is not _OWN and _AMOUNT.match(text, match.end()):
        return False
    if label is None and len(digits) == 9:
        return _is_beside_a_person(text, match)
    return label is _OWN or (label is _PERSON and len(digits) == 9)


def _is_spread_on(text: str, match: re.Match[str]) -> bool:
    """Is it the rest of a number of which each digit stands apart: "0 6 1 8 9 0 4 4 3 7"?"""
    return match.group()[1:2] == " " and bool(
        re.search(r"(?<!\d)\d[ ]$", text[max(0, match.start() - 3) : match.start()])
    )


def _is_beside_a_person(text: str, match: re.Match[str]) -> bool:
    """Where nothing says what the number is: does its sentence speak of somebody?"""
    if _BIRTH_BESIDE.match(text, match.end(), match.end() + 25):
        return True
    sentence = sentence_around(text, match.start(), match.end(), reach=100)
    if _OF_WHOM.search(text[max(0, match.start() - 12) : match.start()]) and NEAR.search(sentence):
        return True
    return not OTHER_NUMBERS.search(sentence) and bool(
        _PERSON.search(sentence) or near(people(text), match.start() - 60, match.end() + 60) or TOLD.search(sentence)
    )
