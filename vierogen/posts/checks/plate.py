"""Is a licence plate in the text?"""

import re
from collections.abc import Iterator

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Tier
from vierogen.posts.checks.labels import example_before
from vierogen.posts.checks.plain import Hit, Plain, told

# The Dutch sidecodes 1 to 14 (Regeling kentekens en kentekenplaten): L a letter, D a digit.
_SIDECODES = (
    "LL DD DD", "DD DD LL", "DD LL DD", "LL DD LL", "LL LL DD", "DD LL LL", "DD LLL D", "D LLL DD",
    "LL DDD L", "L DDD LL", "LLL DD L", "L DD LLL", "D LL DDD", "DDD LL D",
)  # fmt: skip


def _written(code: str, between: str) -> str:
    return between.join(group.replace("L", "[A-Za-z]").replace("D", r"\d") for group in code.split())


_HYPHENED = re.compile(rf"(?<![\w-])(?:{'|'.join(_written(code, '-') for code in _SIDECODES)})(?![\w-])")
# All groups apart, or none.
_GAPS = ("", r"[ .·•_/*-]{1,3}")
_LOOSE = re.compile(
    rf"(?<![\w-])(?<!\d[ ])(?:{'|'.join(_written(code, gap) for code in _SIDECODES for gap in _GAPS)})(?![\w-])"
)
_SPREAD = re.compile(
    r"(?<![\w-])(?<!(?<!\w)\w[ ])"
    r"(?=(?:[\dA-Za-z][ .-]{1,3}){5}[\dA-Za-z](?!\w))[\dA-Za-z](?:[ .-]{1,3}[\dA-Za-z]){5}(?![\w-])"
)
# The British form since 2001, and the one before.
_BRITISH = re.compile(
    r"(?<![\w-])(?<!\d[ ])(?:[A-Za-z]{2}\d\d[ -]?[A-Za-z]{3}|[A-Z]{2}[ ]\d\d[ ][A-Z]{3}"
    r"|(?<=reg: )[a-z]{2}[ ]\d\d[ ][a-z]{3}|(?<=no: )[a-z]{2}[ ]\d\d[ ][a-z]{3}|[A-Z]\d{1,3}[ ]?[A-Z]{3})(?![\w-])"
)
# German and Belgian, French and Italian, Polish: only where a plate or a foreign car is spoken of.
_FOREIGN = re.compile(
    r"(?<![\w-])(?:[A-ZÄÖÜ]{1,3}-[A-Z]{1,2}[ ]?\d{1,4}|[A-ZÄÖÜ]{1,3}[ ][A-Z]{1,2}[ ]\d{2,4}|[1-9]-[A-Z]{3}-\d{3}"
    r"|[A-Z]{2}-?\d{3}-?[A-Z]{2}|[A-Z]{2,3}[ ](?:\d{5}|\d{4}[A-Z]|\d{3}[A-Z]{2}))(?![\w-])"
)
_ABROAD = re.compile(
    r"(?<!\w)(?:\w*kentekens?|kentekenplaat|nummerplaat|nummerbord|number ?plate|(?:licen[cs]e )?plates?"
    r"|registration|reg"
    r"|(?:duits|belgisch|frans|pools|italiaans|roemeens|bulgaars)e? (?:\w+ )?(?:auto|wagen|bus(?:je)?|busjes|plaat"
    r"|kenteken)"
    r"|(?:german|belgian|french|polish|foreign|romanian|bulgarian)(?: \w+)? (?:car|van|plates?|reg|registered"
    r"|lorry))(?!\w)",
    re.IGNORECASE,
)
# No postcode ends on three letters.
_SURELY_BRITISH = re.compile(r"(?<![\w-])[A-Z]{2}(?:0[1-9]|[1-7]\d)[ ][A-HJ-PR-Z]{3}(?![\w-])(?![ ][A-Z])")
_SHAPES = re.compile("|".join(f"(?:{_written(code, '')})" for code in _SIDECODES))
# Letters that plates with hyphens have since 1978; vowels would make words.
_SURE = re.compile(r"[BDFGHJKLMNPRSTVWXYZ\d-]+|[bdfghjklmnprstvwxyz\d-]+")
_MONTH = re.compile(r"(?:jan|feb|mrt|mar|apr|mei|may|jun|jul|aug|sep|okt|oct|nov|dec)", re.IGNORECASE)
_VEHICLE = re.compile(
    r"(?<!\w)(?:\w*kenteken\w*|\w*auto(?:'s)?|auto(?!ma|no|ri|ch)\w*|\w*wagen|wagens?|bestel\w*|\w*bus(?:je"
    r"|jes)?|scooter\w*|motor\w*|brommer|taxi|caravan|aanhanger|camper|trekker|vrachtwagen|nummerbord"
    r"|nummerplaat|chauffeur|bestuurder|automobilist|geparkeerd|parkeer\w*|parkeert|staat fout|naheffing\w*"
    r"|ontheffing\w*|sleep|takel\w*|tow(?:ed)?|wielklem|bekeuring|bekeurd|boete|parkeervergunning|sleepdienst"
    r"|weggesleept|plaat|apk"
    r"|foutparkeerder\w*|invalidenplaats|rijdt|rijden|reed|gereden|aanrijding|doorgereden|blokkeert|laadpaal"
    r"|laadpunt"
    r"|gehandicapten(?:plek|plaats|kaart)\w*|invaliden\w+|laadplek|oprit|voor de deur|toegang voor|golf|polo"
    r"|transit|tesla|bmw|audi|volvo|opel|corsa|astra|toyota|yaris|fiat|ford|focus|fiesta|kia"
    r"|picanto|peugeot|renault|clio|megane|skoda|octavia|mercedes|sprinter|vito|vw|volkswagen|caddy|seat"
    r"|suzuki|swift|nissan|qashqai|hyundai|mini|citro[eë]n|dacia|mazda|honda|civic"
    r"|plates?|number plate|licen[cs]e plate|reg|registration|car|van|lorry|truck|vehicle|driver|drives|oplegger"
    r"|trailer|aanhangwagen|tractor|quad|headlights"
    r"|lights on|micra|fiesta|drink|drunk|engine|boot|bumper|koplampen|lichten|blocked|blocking|bay|parked"
    r"|parking|drove|driving|taxi|motorbike|moped|hit and run|hatchback|estate|suv)(?!\w)",
    re.IGNORECASE,
)
_NO_VEHICLE = re.compile(
    r"(?:\w*buis|\w*formulier|formulier\w*|filters?|\w*meter|\w*gauge|\w*sensor|\w*gemaal|\w*sluis|\w*brug|\w*paal"
    r"|lijn|roepnummer|\w*code|norm|kavel|perceel|lokaal|kamer|zaal|room|artikel|zaak\w*|kenmerk|dossier\w*|besluit"
    r"|type|model|norm"
    r"|bestelnummer|ordernummer|lot|plot|bak|vak|gebouw|blok|rij|stoel|ref\w*|reference|code|productcode"
    r"|\w*plan|\w*project|versie|version|score|uitslag|serie\w*|wachtwoord|postcode)[ :]{0,2}(?:\w+[ ])?$",
    re.IGNORECASE,
)


class Plate(Check):
    """Looks at: Dutch and British licence plates, also in small letters and with spaces where a vehicle is spoken of.

    Says nothing of dates, scores, plots and case numbers.
    """

    key = "plate"
    title = _("Licence plate")
    why = _("With a plate people soon know whose car it is, and then turn on that person.")
    todo = _("Leave the plate out. Tell the police or the owner in another way.")
    agreement = "privacy"
    kind = "PLATE"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield each plate once, masked."""
        yield from told(self, draft, look=hits, tier=Tier.LOOK)


def hits(view: Plain) -> Iterator[Hit]:
    """Where licence plates stand in a text."""
    said: set[int] = set()
    for start, end in _plates(view.text):
        if not said.intersection(range(start, end)):
            said.update(range(start, end))
            shown = view.text[start:end]
            message = _("“%(shown)s” looks like a licence plate.")
            yield Hit(start, end, message, f"{shown[:2]}{'•' * (len(shown) - 2)}".upper())


def _plates(text: str) -> Iterator[tuple[int, int]]:
    for match in _HYPHENED.finditer(text):
        if _is_plate(text, match) and (_SURE.fullmatch(match.group()) or _is_of_a_vehicle(text, match)):
            yield match.span()
    for match in _FOREIGN.finditer(text):
        if _ABROAD.search(text, max(0, match.start() - 60), match.end() + 40) and _is_plate(text, match):
            yield match.span()
    yield from (match.span() for match in _SURELY_BRITISH.finditer(text) if _is_plate(text, match))
    for pattern in (_LOOSE, _BRITISH, _SPREAD):
        for match in pattern.finditer(text):
            if _is_plate(text, match) and _is_of_a_vehicle(text, match) and _has_right_shape(match):
                yield match.span()


def _has_right_shape(match: re.Match[str]) -> bool:
    """Not "in 2026 ze": letters in the case of each other, and no two words."""
    if re.fullmatch(r"\d{4}[A-Za-z]{2}", match.group()):
        # A postcode has the same shape.
        return bool(re.search(r"(?:kenteken|plate|reg)\W{1,3}$", match.string[: match.start()], re.IGNORECASE))
    letters = "".join(sign for sign in match.group() if sign.isalpha())
    if match.re is _SPREAD:
        return bool(_SHAPES.fullmatch(re.sub(r"[ .-]", "", match.group())))
    if match.re is _LOOSE and " " in match.group():
        words = [word for word in re.split(r"[ .-]+", match.group().casefold()) if word.isalpha()]
        if any(word in _WORDS for word in words):
            return False
    return letters.isupper() or letters.islower()


_WORDS_WRITTEN = """
de en of op in om te we ze je u is er na nu km uur ma di wo do vr za zo at to am pm by my no on or so up us it he
be as an if een het van met tot per dag max min m2 cm eur mm kg the for and bus tel app via per
"""
_WORDS = frozenset(_WORDS_WRITTEN.split())


def _is_plate(text: str, match: re.Match[str]) -> bool:
    if _MONTH.search(match.group()) and re.fullmatch(r"\d\d?[ .-]?[A-Za-z]{3}[ .-]?\d\d?", match.group()):
        return False
    if example_before(text, match.start()) or re.fullmatch(r"[0\W]*[Xx]{2,3}[0\W]*", match.group()):
        return False
    return not _NO_VEHICLE.search(text[max(0, match.start() - 30) : match.start()])


def _is_of_a_vehicle(text: str, match: re.Match[str]) -> bool:
    return bool(
        _VEHICLE.search(text[max(0, match.start() - 120) : match.start()] + " " + text[match.end() : match.end() + 100])
    )
