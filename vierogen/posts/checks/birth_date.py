"""Is somebody's date of birth in the text?"""

import re
from collections.abc import Iterator

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Tier
from vierogen.posts.checks.persons import near, people
from vierogen.posts.checks.plain import Hit, Plain, told

_MONTH = (
    r"(?:jan(?:uari|uary)?|feb(?:ruari|ruary)?|m(?:aa)?rt|mar(?:ch)?|apr(?:il)?|mei|may|jun[ie]?|jul[iy]?"
    r"|aug(?:ust(?:us)?)?|sept?(?:ember)?"
    r"|o[kc]t(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_YEAR = r"(?:'?\d\d|(?:19|20)\d\d)"
_BETWEEN = r"[ ]?[-/.\\][ ]?"
_DATE = re.compile(
    rf"(?<![\w-])(?:{_DAY}{_BETWEEN}(?:0?[1-9]|1[0-2]){_BETWEEN}(?P<a>{_YEAR})|(?:19|20)\d\d-(?:0[1-9]|1[0-2])-{_DAY}"
    rf"|{_DAY}(?:st|nd|rd|th|e)?[ -](?:of )?{_MONTH}[ ,-]{{1,2}}(?P<b>{_YEAR})|{_MONTH} {_DAY}(?:st|nd|rd"
    rf"|th)?,? (?P<c>(?:19|20)\d\d)"
    r"|(?:[0-3] ?\d) ?[-/.] ?(?:[01] ?\d) ?[-/.] ?(?P<d>[12] [90] \d \d|[12][90]\d\d)|(?P<f>(?<=\s)(?:0[1-9]"
    r"|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d\d)|\d\d (?:0\d|1[0-2]) (?P<g>(?:19|20)\d\d)|(?<=[ :])(?:0[1-9]"
    r"|[12]\d|3[01])(?:0[1-9]|1[0-2])(?P<h>\d\d))(?![\w]|-\d)",
    re.IGNORECASE,
)
_BORN = re.compile(
    r"(?<!\w)(?:geboor\w*|ge[ ]?boren|geb(?:[ ]?dat\w*|datum|\.?[ ]?dd?)?\.?|gbd|g\.?b\.?d\.?|date of birth"
    r"|birth ?date|birthday|d\.?o\.?b\.?|born|b\.(?= ?\d)|verjaardag|jarige?|komt uit|kwam ter wereld|levenslicht"
    r"|geboortedd)(?!\w)",
    re.IGNORECASE,
)
# Everybody born then, or a day of something else.
_GROUP = re.compile(
    r"(?<!\w)(?:tussen|vanaf|voor|vóór|na|ná|t/m|tot|between|before|after|on or after|on or before|since|from"
    r"|sinds|u |you |bent u|iedereen|allen|kinderen|mensen|inwoners|everyone|children|anyone|people"
    r"|wie)(?!\w)",
    re.IGNORECASE,
)
_THINGS = re.compile(
    r"(?<!\w)(?:aangifte van geboorte|geboorteaangifte|gemeente|stichting|vereniging|museum|veulen|lam|kalf"
    r"|giraffe?|olifant\w*|panda|dier\w*|ooievaar|foal|calf|lamb|elephant|council|charity|club|idee|plan"
    r"|project|wijk|app|website|organisatie|bedrijf|dienst|library|bibliotheek|brug|fanfare|school|kerk|park|park"
    r"|hospital|museum|bieb)(?!\w)",
    re.IGNORECASE,
)
_CLIENT = re.compile(
    r"(?<!\w)(?:cli[eë]nte?|pati[eë]nte?|client|patient|leerling|pupil|aanvra(?:ger|agster)|applicant|betrokkene"
    r"|verdachte"
    r"|suspect|slachtoffer|victim|bewo(?:ner|onster)|huurder|tenant|resident|mevrouw|mevr\.?|mw\.?|meneer|dhr\.?"
    r"|mrs?|ms|jongen"
    r"|meisje|man|vrouw|zoon|dochter|kind|baby|son|daughter|child|jarige|vermist\w*|missing|jeugdige|deelne(?:mer"
    r"|emster)"
    r"|melder|inwo(?:ner|onster)|statushouder|student|stagiaire?|patiënt)(?!\w)",
    re.IGNORECASE,
)
# People of history: whoever was born before is in books, or over 110.
_FIRST_YEAR = 1916
# Days before are seldom those of appointments.
_LONG_PAST = 2012
# "Li Wei Chen, 30/11/1979": words in capitals, then the date and nothing else.
_LIKE_A_NAME = re.compile(
    r"(?<![\w'-])(?!(?:Stichting|Gemeente|Besluit|Brief|Wet|De|Het)[ ])[A-ZÀ-Ö][a-zà-ÿ'-]+(?:[ ](?:van|de|der|den"
    r"|el|al|ten|ter))*"
    r"(?:[ ][A-ZÀ-Ö][a-zà-ÿ'-]+){1,3}[ ]?[(,/]{1,2}[ ]?[*°]?[ ]?$"
)
# A date beside a name that is younger is that of a letter or a visit.
_GROWN = 2020
_OTHER_DAY = re.compile(
    r"(?<!\w)(?:overle\w+|gestorven|sinds|vanaf|per|tot|died|since|until|opgericht|trouw\w*|getrouwd|married|in dienst"
    r"|kenteken|besluit|brief|vonnis|zaak|wet|tentoonstelling|oorlog|bevrijd\w*|ramp)(?!\w)",
    re.IGNORECASE,
)


class BirthDate(Check):
    """Looks at: a date with year that is said to be somebody's date of birth.

    Says nothing of groups ("geboren tussen"), and of people of history.
    """

    key = "birth_date"
    title = _("Date of birth")
    why = _("A date of birth helps swindlers to pose as somebody.")
    todo = _("Leave the date out, or only say an age.")
    agreement = "privacy"
    kind = "DOB"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield each date once, masked."""
        yield from told(self, draft, look=hits, tier=Tier.LOOK)


def hits(view: Plain) -> Iterator[Hit]:
    """Where dates of birth stand in a text."""
    for match in _DATE.finditer(view.text):
        if _year(match) >= _FIRST_YEAR and _is_birth(view.text, match):
            message = _("“%(shown)s” looks like somebody's date of birth.")
            yield Hit(match.start(), match.end(), message, re.sub(r"\d", "•", match.group()))


def _year(match: re.Match[str]) -> int:
    """The year of the date; one of two digits counts as 1930 to 2029."""
    written = next((year for year in match.groups() if year), match.group()[:4])
    digits = re.sub(r"\D", "", written)
    return int(digits) if len(digits) == 4 else (2000 if int(digits) < 30 else 1900) + int(digits)


def _is_birth(text: str, match: re.Match[str]) -> bool:
    before = text[max(0, match.start() - 50) : match.start()]
    if re.search(r"(?<!\w)(?:geboren|geb|born)[!.:]{1,2}[ ]$", before, re.IGNORECASE):
        return True
    breaks = [stop.end() for stop in re.finditer(r"[!?\n]|(?<=\w{4})\.\s", before)]
    before = before[breaks[-1] :] if breaks else before
    after = text[match.end() : match.end() + 40]
    label = list(_BORN.finditer(before))
    if label and not _GROUP.search(before[label[-1].end() :]) and not _is_of_a_group(before, label[-1].start()):
        return True
    if re.match(r"[ )]{0,2}(?:(?:in|te) [A-Z][\w-]+ )?(?:geboren|geb\.|born|\(geb)", after):
        return True
    if _is_beside_a_name(text, match):
        return True
    if re.search(r"(?<!\d)\d{9}[ ,/|;(*-]{1,4}$", before) and _year(match) < _GROWN:
        return True
    return bool(_CLIENT.search(before)) and _year(match) < _LONG_PAST and not _OTHER_DAY.search(before)


def _is_of_a_group(before: str, at: int) -> bool:
    if re.search(
        r"(?<!\w)(?:opened|founded|opgericht|geopend|sinds|bestaat|gebouwd|built)(?!\w)", before[at:], re.IGNORECASE
    ):
        return True
    lead = before[:at]
    return bool(
        _THINGS.search(lead)
        or re.search(
            r"(?:bent u|ben je|were you|iedereen die|allen|kinderen|mensen|inwoners|everyone|children"
            r"|anyone)\W+(?:\w+\W+){0,3}$",
            lead,
            re.IGNORECASE,
        )
    )


def _is_beside_a_name(text: str, match: re.Match[str]) -> bool:
    """ "Mohammed el Amrani (12-03-1987)"."""
    lead = text[max(0, match.start() - 60) : match.start()]
    if _year(match) < _LONG_PAST and _LIKE_A_NAME.search(lead):
        return True
    led = re.search(
        r"(?:[(,*°/|;:-]|(?:^|[ ])(?:is|was)?[ ]?(?:van|of|from|d\.d\.))[ ]?$",
        text[max(0, match.start() - 9) : match.start()],
    )
    return bool(led) and _year(match) < _GROWN and bool(near(people(text), match.start() - 10, match.start()))
