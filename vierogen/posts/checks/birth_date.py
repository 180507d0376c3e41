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
    rf"(?<![\w-])(?:{_DAY}{_BETWEEN}(?:0?[1-9]|1[0-2]){_BETWEEN}(?P<a>{_YEAR})|(?:19|20)\d\d[-./](?:0?[1-9]"
    rf"|1[0-2])[-./]{_DAY}"
    rf"|{_DAY}(?:st|nd|rd|th|e)?[ -](?:of )?{_MONTH}[ ,-]{{1,2}}(?P<b>{_YEAR})|{_MONTH} {_DAY}(?:st|nd|rd"
    rf"|th)?,? (?P<c>(?:19|20)\d\d)"
    r"|(?:[0-3] ?\d) ?[-/.] ?(?:[01] ?\d) ?[-/.] ?(?P<d>[12] [90] \d \d|[12][90]\d\d)|(?P<f>(?<=\s)(?:0[1-9]"
    r"|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d\d)|\d\d (?:0\d|1[0-2]) (?P<g>(?:19|20)\d\d)|(?<=[ :])(?:0[1-9]"
    r"|[12]\d|3[01])(?:0[1-9]|1[0-2])(?P<h>\d\d))(?![\w]|-\d)",
    re.IGNORECASE,
)
_BORN = re.compile(
    r"(?<!\w)(?:geboor\w*|ge[ ]?boren?|geb(?:[ ]?dat\w*|datum|\.?[ ]?dd?)?\.?|gbd|g\.?b\.?d\.?|g\.d\.|date of birth"
    r"|birth ?date|birthday|d\.?o\.?b\.?|born|b\.(?=[ ]?(?:\d|$))|verjaardag|jarige?|komt uit|kwam ter wereld"
    r"|levenslicht"
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
    r"(?:[ ][A-ZÀ-Ö][a-zà-ÿ'-]+){1,3}[ ]?[(,/~|-]{1,2}[ ]?[*°]?[ ]?$"
)
# A date beside a name that is younger is that of a letter or a visit.
_GROWN = 2020
_OTHER_DAY = re.compile(
    r"(?<!\w)(?:overle\w+|gestorven|sinds|vanaf|per|tot|died|since|until|opgericht|trouw\w*|getrouwd|married|in dienst"
    r"|kenteken|besluit|brief|vonnis|zaak|wet|tentoonstelling|oorlog|bevrijd\w*|ramp)(?!\w)",
    re.IGNORECASE,
)


# "geboren op veertien februari negentienhonderdzesenzeventig": written out, where somebody is said to be born.
_IN_WORDS = re.compile(
    r"(?<!\w)(?:geboren|geboorte(?:datum|dag)|geb\.|born|birth)(?:[ ](?:te|zijn|is|was|op|on|de|the)){0,4}:?[ ]"
    r"(?P<date>[a-zë-]{3,20}(?:[ ](?:of))?[ ](?:januari|februari|maart|april|mei|juni|juli|augustus|september|oktober"
    r"|november|december|january|february|march|may|june|july|august|october)[ ,]{1,2}"
    r"(?:(?:19|20)\d\d|negentien|nineteen|tweeduizend|two thousand|twintig|twenty)[\w -]{0,40}?)(?=[.,;)!?\n]"
    r"|[ ](?:te|in|at)[ ]|$)",
    re.IGNORECASE,
)
# In the lines of a document that machines read (ICAO Doc 9303, part 3): year, month, day, check digit.
_FOR_MACHINES = re.compile(r"[A-Z0-9<]{9}\d[A-Z<]{3}(?P<date>\d\d(?:0[1-9]|1[0-2])[0-3]\d)\d[MFX<]\d{7}")
# "The member born on", whatever else is spoken of.
_ONE_PERSON = re.compile(
    r"(?<!\w)(?:the|de|het|een|a|this|deze|dit)[ ](?:\w+[ ])?(?:member|customer|reader|borrower|person|man|woman|boy"
    r"|girl"
    r"|child|lid|lener|klant|persoon|vrouw|jongen|meisje|kind|client|cli[eë]nt|patient|patiënt)[ ,]{1,2}(?:who (?:is"
    r"|was) )?$",
    re.IGNORECASE,
)
# "Jongen, 12-09-2015".
_BESIDE_ONE = re.compile(
    r"(?<!\w)(?:jongen|meisje|jongetje|zoontje|dochtertje|zoon|dochter|baby|neefje|nichtje|kleinzoon|kleindochter"
    r"|kind|leerling|boy"
    r"|girl|child|son|daughter|pupil|cli[eë]nte?|pati[eë]nte?|mevrouw"
    r"|meneer)[,(:]{1,2}[ ]?$",
    re.IGNORECASE,
)
# "Age check passed, driving licence 5820147396 shows 27-04-2007".
_AGE_CHECKED = re.compile(
    r"(?<!\w)(?:leeftijds?\w*|age (?:check|verification)|proof of age|licen[cs]e|rijbewijs"
    r"|kaart)(?!\w)[^.!?\n]{0,50}(?:toont|vertoonde|shows|showed|says|zegt|staat op|geeft aan)[ ]$",
    re.IGNORECASE,
)
# "K.W. | 17 aug 1989": initials, then a date of long ago.
_INITIALS = re.compile(r"(?<!\w)(?:[A-Z]\.[ ]?){2,4}(?:[A-Z][\w'-]+)?[ ]?[|,;(/][ ]?$")
# "Zij is van 3 mei 1961".
_IS_OF = re.compile(
    r"(?<!\w)(?:(?:hij|zij|ze|die|speler|speelster|jongste|oudste|kind|lid|mevrouw|meneer|zoon|dochter|jongen|meisje"
    r"|vrijwillig\w+|cli[eë]nt\w*|bewo\w+|leerling\w*)[ ](?:\w+[ ]){0,4}?(?:is|was|blijkt|komt)[ ](?:er een )?van[ ]"
    r"|(?:jongetje|meisje|jongen|peuter|kleuter|baby|kind|cli[eë]nte?|pati[eë]nte?|leerling|bewoner|bewoonster|huurder"
    r"|vrouw|man|boy|girl|child|pupil|client|patient)[ ](?:van|from)[ ]"
    r"|(?:he|she|boy|girl|child|player|son|daughter|pupil)[ ](?:\w+[ ]){0,5}?(?:is|was|be|dates)[ ]from[ ])$",
    re.IGNORECASE,
)
# Whoever was born before and is only named is one of history: a widow of that age is spoken of as "mevrouw".
_OF_HISTORY = 1935


# "Onze oudste lener".
_OURS = re.compile(
    r"(?<!\w)(?:jubilaris|onze|mijn|our|my|oma|opa|moeder|vader|tante|oom|nan|gran\w*|hoera|hiep|jarig\w*"
    r"|(?:bijna |nearly )?(?:honderd|hundred)|viert|turns|celebrat\w+|happy birthday|gefeliciteerd|oud-\w+)(?!\w)",
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
    for match in _FOR_MACHINES.finditer(view.text):
        message = _("“%(shown)s” looks like somebody's date of birth.")
        yield Hit(*match.span("date"), message, "••••••")
    for match in _IN_WORDS.finditer(view.text):
        message = _("“%(shown)s” looks like somebody's date of birth.")
        yield Hit(*match.span("date"), message, f"{match['date'][:3]}•••")


def _year(match: re.Match[str]) -> int:
    """The year of the date; one of two digits counts as 1930 to 2029."""
    written = next((year for year in match.groups() if year), match.group()[:4])
    digits = re.sub(r"\D", "", written)
    return int(digits) if len(digits) == 4 else (2000 if int(digits) < 30 else 1900) + int(digits)


def _is_birth(text: str, match: re.Match[str]) -> bool:
    # A label at the end of a line speaks of what begins the next.
    before = re.sub(r"\s*\n\s*$", ": ", text[max(0, match.start() - 50) : match.start()])
    if _BORN_EXACTLY.search(before):
        return True
    before = _from_its_sentence_on(before)
    if _is_history(text, match):
        return bool(_IN_A_FORM.search(before))
    return (
        _is_called_birth(before, text[match.end() : match.end() + 40])
        or _is_of_somebody(before, _year(match))
        or _is_beside_a_name(text, match)
    )


_BORN_EXACTLY = re.compile(r"(?<!\w)(?:geboren|geb|born)[!.:]{1,2}[ ]$", re.IGNORECASE)
_IN_A_FORM = re.compile(r"(?<!\w)(?:d\.?o\.?b\.?|geb\.|geboortedatum|date of birth)\W{0,3}$", re.IGNORECASE)
_BORN_AFTER = re.compile(
    r"[ )]{0,2}(?:(?:in|te) [A-Z][\w-]+ )?(?:geboren|geb\.|born|\(geb)"
    r"|[ ](?:als|is|as)[ ](?:(?:uw|je|zijn|haar|de|your|his|her|the)[ ])?(?:geboorted\w+|date of birth|birthday)"
)


def _from_its_sentence_on(before: str) -> str:
    breaks = [stop.end() for stop in re.finditer(r"[!?\n]|(?<=\w{4})\.\s", before)]
    breaks = [stop for stop in breaks if stop < len(before)]  # "gebdat. 4-9-2008"
    return before[breaks[-1] :] if breaks else before


def _is_history(text: str, match: re.Match[str]) -> bool:
    """Is somebody of that age only named, and neither looked after nor congratulated?"""
    around = text[max(0, match.start() - 90) : match.end() + 60]
    return _year(match) < _OF_HISTORY and not _CLIENT.search(around) and not _OURS.search(around)


def _is_called_birth(before: str, after: str) -> bool:
    if _IN_A_FORM.search(before):
        return True
    label = list(_BORN.finditer(before))
    if label and not _GROUP.search(before[label[-1].end() :]) and not _is_of_a_group(before, label[-1].start()):
        return True
    return bool(_BORN_AFTER.match(after))


def _is_of_somebody(before: str, year: int) -> bool:
    """ "Zij is van 3 mei 1961", "123456782, 3-5-1961", "cliënt 3-5-1961"."""
    if _IS_OF.search(before) or (_INITIALS.search(before) and year < _LONG_PAST):
        return True
    if (_BESIDE_ONE.search(before) or _AGE_CHECKED.search(before)) and year < _GROWN:
        return True
    if re.search(r"(?<!\d)\d{9}[ ,/|;(*-]{1,4}$", before) and year < _GROWN:
        return True
    return bool(_CLIENT.search(before)) and year < _LONG_PAST and not _OTHER_DAY.search(before)


def _is_of_a_group(before: str, at: int) -> bool:
    if re.search(
        r"(?<!\w)(?:opened|founded|opgericht|geopend|sinds|bestaat|gebouwd|built)(?!\w)", before[at:], re.IGNORECASE
    ):
        return True
    lead = before[:at]
    if _ONE_PERSON.search(lead):
        return False
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
    if _year(match) < _LONG_PAST + 4 and _LIKE_A_NAME.search(lead):
        return True
    beside = near(people(text), match.start() - 10, match.start())
    if _year(match) < _LONG_PAST + 6 and any(
        person.how in {"title", "whole"} and person.end == match.start() - 1 for person in beside
    ):
        return True
    led = re.search(
        r"(?:[(,*°/|;:-]|(?:^|[ ])(?:is|was)?[ ]?(?:van|of|from|d\.d\.))[ ]?$",
        text[max(0, match.start() - 9) : match.start()],
    )
    return bool(led) and _year(match) < _GROWN and bool(beside)
