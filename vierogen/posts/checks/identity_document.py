"""Is the number of a passport, identity card or driving licence in the text?"""

import re
from collections.abc import Iterator
from itertools import islice

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Tier
from vierogen.posts.checks.labels import OTHER_NUMBERS, example_before, label_before
from vierogen.posts.checks.plain import Hit, Plain, masked, told

_DOCUMENT = re.compile(
    r"(?<!\w)(?:\w*paspoort\w*|pasp\.|pp[- ]?(?:nr|no)\.?|\w*passports?|rijbewij\w+|rijbewijsnr\.?|(?:driving"
    r"|driver'?s?"
    r"|minibus) licen[cs]e|licen[cs]e|id[- ]?(?:kaart|card|bewijs|nummer|nr\.?|document)\w*"
    r"|identi\w{1,6}s?(?:kaart|bewijs|document)\w*|identity (?:card|document|papers?)(?:[ ](?:numbers?|no|nr)\.?)?"
    r"|id[- ]?card[ ](?:number|no|nr)\.?|document(?:nummer|nr\.?"
    r"| ?number| no\.?)"
    r"|verblijfs(?:doc|vergunning|pas|kaart)\w*|vreemdelingen(?:doc|nummer|pas|kaart)\w*|reisdoc\w*|travel (?:doc\w*"
    r"|papers)|leeftijdscontrole|age check"
    r"|id-?doc\w*|paspnr\.?|rijb\.(?:[ ]?nr\.?)?|residence (?:permit"
    r"|card)|v-?n(?:umme)?r\.?|dni|nie|driver (?:number|no)|(?-i:ID)[ ](?:ontvangen"
    r"|gezien|gecontroleerd|gevonden)|\w+(?:se|ish|ian)[ ](?-i:ID)|(?-i:ID)(?=[:,;]|[ ](?:nr|is|num|met))"
    r"|document(?=[ :]{1,2}[A-Z]{2}[A-Z0-9]{6}\d)"
    r"|legitimatie\w*|brp-kaart|nik|biometric)(?!\w)",
    re.IGNORECASE,
)
# Dutch passports and cards: two letters, six letters or digits, a digit (no letter O); of residents from abroad
# IR and seven; German ones nine without vowels; licences ten digits. British
# passports nine digits, licences sixteen signs from the name. Others: letters with six to eight digits.
_SHAPES = (
    re.compile(r"[A-NP-Z]{2}[A-NP-Z0-9]{6}\d"),
    re.compile(r"IR[A-Z0-9]{7}|\d[A-Z]{2}\d{6}"),
    re.compile(r"[CFGHJKL][CFGHJKLMNPRTVWXYZ0-9]{8}"),
    re.compile(r"[1-9]\d{9}"),
    re.compile(r"\d{9}"),
    re.compile(r"[A-Z]{2}\d{5}[A-Z]{2}|\d{2}[A-Z]{2}\d{5}|\d{8}[A-Z]|[XYZ]\d{7}[A-Z]"),
    re.compile(r"[A-Z]{1,5}9{0,4}\d{6}[A-Z9]{2}[A-Z0-9][A-Z]{2}(?:\d\d)?"),
    re.compile(r"[A-Z]{1,3}\d{6,9}[A-Z]?"),
    re.compile(r"\d{3}\d{7}\d{2}"),
)
# A Dutch one in small letters has three digits at least, so that it is no word.
_SMALL_ONE = re.compile(r"(?=(?:[a-z]*\d){3})[a-np-z]{2}[a-np-z0-9]{6}\d")
_SIGN = r"[A-Za-z0-9]"
_TOKEN = re.compile(
    rf"(?<![\w€$£.,@/-])(?:{_SIGN}(?:[ .-]{_SIGN}){{7,15}}(?!\w)|[a-z]{{3}}[ ][a-z\d]{{3}}[ ][a-z\d]{{2}}\d(?!\w)"
    rf"|{_SIGN}{{2,18}}(?:["
    rf" .-]{{1,2}}(?=[A-Z0-9]{{1,9}}(?![a-z])){_SIGN}{{1,9}}){{0,3}})(?!\w|@)"
)
# "ID-kaartnr nx t3gc 7s0": where the word for the number stands right before it, two digits are enough.
_SMALL_AND_SPREAD = re.compile(
    r"(?i:(?:nr|nummer|number|no)\.?:?)[ ](?P<value>(?=(?:[a-z ]*\d){2})[a-np-z](?:[ ]?[a-np-z0-9]){7}[ ]?\d)(?!\w)"
)
_MESSAGE = _("%(shown)s looks like the number of an identity document.")
_REACH = 75
# Looked at in one text; a list of more is no post.
_MOST = 1000


class IdentityDocument(Check):
    """Stops: the number of an identity document where one is spoken of.

    Shapes of Dutch numbers: the Ministry of the Interior's description of passports and identity cards, and RDW's of
    driving licences; of British ones: HM Passport Office and DVLA.
    """

    key = "identity_document"
    title = _("Identity document")
    why = _("With the number of an identity document a swindler can pose as its holder.")
    todo = _("Take the number out. Whoever found a document hands it in, without posting the number.")
    agreement = "privacy"
    kind = "IDDOC"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield each number once, masked."""
        yield from told(self, draft, look=hits, tier=Tier.STOP)


# The lines at the foot of a document that machines read (ICAO Doc 9303, part 3): names, then number and dates.
_FOR_MACHINES = re.compile(r"[A-Z0-9<]{9}\d[A-Z<]{3}\d{7}[MFX<]\d{7}|(?<!\w)[PIAC][A-Z<][A-Z<]{3}[A-Z0-9<]{9}\d<{3,}")


def hits(view: Plain) -> Iterator[Hit]:
    """Where numbers of documents stand in a text."""
    for match in _FOR_MACHINES.finditer(view.text):
        yield Hit(*match.span(), _MESSAGE, masked(match.group()))
    yield from _spoken_of(view)


def _spoken_of(view: Plain) -> Iterator[Hit]:
    done = 0
    for document in islice(_DOCUMENT.finditer(view.text), _MOST):
        at = max(done, document.end())
        for start, end in _numbers(view.text, at, document.end() + _REACH):
            if start >= done and _is_number(view.text, start, end):
                done = end
                yield Hit(start, end, _MESSAGE, masked(view.text[start:end]))
        small = _SMALL_AND_SPREAD.search(view.text, document.start(), document.end() + 30)
        if small and small.start("value") >= done and small.start("value") <= document.end() + 6:
            done = small.end()
            yield Hit(*small.span("value"), _MESSAGE, masked(small["value"]))
        before = view.text[max(0, document.start() - 80) : document.start()]
        for start, end in _numbers(before, 0, len(before)):
            shift = document.start() - len(before)
            if (
                start + shift >= done
                and (
                    re.search(r"(?:nr|nummer|number|no)\.?:?[ ]$", before[:start], re.IGNORECASE)
                    or re.fullmatch(r"[A-NP-Z]{2}[A-NP-Z0-9]{6}\d", before[start:end])
                )
                and _is_number(view.text, start + shift, end + shift)
            ):
                done = end + shift
                yield Hit(start + shift, end + shift, _MESSAGE, masked(before[start:end]))


def _numbers(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Places of what has the shape of such a number, between two places of the text."""
    at = start
    while at < end and (match := _TOKEN.search(text, at, min(len(text), end + 25))):
        size = _fitting(match.group())
        if size and match.start() < end:
            yield match.start(), match.start() + size
            at = match.start() + size
        elif re.fullmatch(r"[\d .-]+", match.group()):
            at = match.end()
        else:
            following = re.compile(r"\W").search(text, match.start())
            at = following.end() if following else end


def _fitting(token: str) -> int:
    """How many signs of the token make a number of a document: with all of its pieces, or with fewer."""
    ends = [match.start() for match in re.finditer(r"[ .-]|$", token)]
    for end in reversed(ends):
        pieces = re.split(r"[ .-]+", token[:end])
        if _SMALL_ONE.fullmatch("".join(pieces)) and any(
            re.search(r"\d", piece) and re.search(r"[a-z]", piece) for piece in pieces
        ):
            return end
        if len(pieces) > 1 and any(len(piece) > 1 and piece.isalpha() and not piece.isupper() for piece in pieces):
            continue
        bare = "".join(pieces)
        written = bare.upper() if not bare.isalpha() else bare
        if bare.isdigit() and token[end : end + 2].strip(" .-")[:1].isdigit():
            continue
        if sum(sign.isdigit() for sign in bare) >= 2 and any(shape.fullmatch(written) for shape in _SHAPES):
            return end
    return 0


def _is_number(text: str, start: int, end: int) -> bool:
    if example_before(text, start):
        return False
    label = label_before(text, start, (_DOCUMENT, _OTHERS, OTHER_NUMBERS))
    return label is not _OTHERS and (
        label is not OTHER_NUMBERS or bool(re.search(r"document", text[max(0, start - 40) : start], re.IGNORECASE))
    )


# Numbers that stand near the word "paspoort" in ordinary posts.
_OTHERS = re.compile(
    r"(?<!\w)(?:bsn|burgerservice\w*|tel\w*|bel|call|ring|phone|app|iban|rekening\w*|afspraak\w*|zaak\w*|case"
    r"|kenteken|plate|postcode|bestel\w*|order\w*|aanvraag\w*|formulier|form)(?!\w)",
    re.IGNORECASE,
)
