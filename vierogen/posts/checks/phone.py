"""Is a private telephone number in the text?"""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumberType

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Tier
from vierogen.posts.checks.labels import OTHER_NUMBERS, label_before
from vierogen.posts.checks.persons import near, people
from vierogen.posts.checks.plain import Hit, Plain, masked, sentence_around, told
from vierogen.posts.checks.somebody import PRONOUN

# With what people put between: "06-", "(020)", "+31 (0)6", dots, slashes.
_NUMBER = re.compile(r"(?<![\w.,€$£/-])[(]?(?:\+|0)[()]?(?:[ ]{0,2}[-./() ]{0,3}\d){7,14}(?![\d])(?!\w)")
_DATE = re.compile(r"\(?[0-3]?\d[-/. ]{1,3}[01]?\d[-/. ]{1,3}(?:19|20)\d\d(?!\d)|\d{4}-\d\d-\d\d")
# The part of an IBAN after the bank.
_OF_AN_ACCOUNT = re.compile(r"\d[ .][A-Za-z]{4}[ .]?$|\d{4}[ .]$")
# Numbers that cost nothing or the same everywhere: only organisations have them. British ones after them.
_GENERAL = re.compile(
    r"(?:\+31|0031|0)(?:800|90[0-9]|88|8[45]|97)\d*|(?:\+44|0044|0)(?:800\d{6,7}|808\d{7}|3\d{9}|8[47]\d{8}|500\d{6})"
)
_MOBILE = re.compile(
    r"(?:(?:\+|00)310?|0)6[1-9]\d{7}|(?:(?:\+|00)440?|0)7[1-9]\d{8}|(?:\+|00)324\d{8}|(?:\+"
    r"|00)491[5-7]\d{8,9}"
)
# Named as a number of everybody's: "bel ons", "de receptie".
_OF_ALL = re.compile(
    r"(?<!\w)(?:bellen kan|lokaal tarief|\w+lijn|bel (?:ons|dan|gerust|de |het |met )"
    r"|ons (?:algemene? )?(?:telefoon)?nummer|algemene? nummer|centrale nummer"
    r"|general number|receptie\w*|balie|loket\w*|\w*balie|klantcontact\w*|kcc|gemeente\w*|team\w*|meldpunt"
    r"|meldkamer|helpdesk|servicepunt|spreekuur\w*|openingstijden|bereikbaar (?:op|van|tussen)"
    r"|ma (?:t/m|tot)|maandag|werkdag\w*|kantooruren|tot \d\d[.:]\d\d|voor vragen|vragen\?|vragen over"
    r"|meer (?:informatie|weten)|informatie|info|reserve\w+|aanmeld\w+|afspraak|storing\w*|spoed|meld\w*"
    r"|wijkteam|bibliotheek|bieb|zwembad|museum|\w*centrum|stichting"
    r"|call us|ring us|(?:call|ring|phone|contact) (?:the|our)|our (?:office|number|team|helpline"
    r"|switchboard)|helpline|hotline|switchboard|reception|office|council|library|before \d|weekdays|monday"
    r"|opening hours|enquir\w+|questions|bookings?|book (?:a|your)|customer|missed a bin|report|emergenc\w+"
    r"|secretariaat"
    r"|huisartsenpost|dierenambulance|ggd|politie|brandweer|wij|we|us|our|ons|onze)(?!\w)",
    re.IGNORECASE,
)
_OF_ONE = re.compile(
    r"(?<!\w)(?:(?i:mijn \w*telefoon|priv[eé]\w*|private|personal|thuis(?:nummer)?|home (?:number|phone)|mobiel(?:tje"
    r"|e)? (?:van|nummer)|(?:mijn|m'n|mn|my|haar|zijn|d'r|his|her|their|hun)[ ](?:\w+[ ])?(?:06\w*|nr\.?"
    r"|nummer\w*|number\w*|mobiel\w*|mobile|tel\w*|phone|cell)"
    r"|home line|my (?:\w+ )?(?:line|extension)|direct line|doorkiesnummer|vaste lijn|cli[eë]nt\w*|pati[eë]nt\w*"
    r"|bewoner|bewoonster|resident|tenant|buurvrouw|buurman|neighbour|moeder|vader"
    r"|mum|dad|mother|father|dochter|daughter|zoon|son|melder|klager|oma|opa|collega|colleague|bel me|app me"
    r"|bel mij|app mij|text me|call me|ring me|bereiken"
    r"|terugbellen|bel \w+ (?:even )?terug|(?:call|ring) (?:him|her|them)(?: back)?))(?!\w)"
)
# A number for a mobile telephone that everybody may know: that of the organisation's messages.
_MESSAGES = re.compile(
    r"(?<!\w)(?:(?:whatsapp|app|sms|text|message|appje|bericht\w*)[ ](?:met |naar |met de |naar de |naar het "
    r"|sturen naar |via )?(?:ons|onze?|de gemeente|gemeente|het loket|klantcontact\w*|us|the council|our)"
    r"|ons \w*nummer|our \w+ number|whatsapp(?:nummer|dienst| van de gemeente|-nummer van)|via whatsapp"
    r"|ons (?:whatsapp|06|algemene"
    r"|mobiele)\w*"
    r"|our (?:whatsapp|text|general|mobile)\w*|algemene? nummer|(?:team|pers|storings|piket|dienst|wijk|balie"
    r"|nood)[- ]?(?:telefoon"
    r"|nummer|dienst|lijn)|pers(?:woordvoer|voorlicht|contact)\w*|voor de pers|press (?:office|line)"
    r"|centrale? (?:telefoon)?nummer|ons (?:dienst|wijk|team|piket|app)\w*|(?:app|whatsapp|bel) (?:het|de) (?:wijk"
    r"|buurt|jongeren|sociaal|gemeente)\w*|whatsapp us|de gemeente (?:is|via)|storing\w*|whatsapp (?:the|our))(?!\w)",
    re.IGNORECASE,
)


class Phone(Check):
    """Looks at: mobile numbers, and lines that are somebody's own.

    Says nothing of general numbers (14 0xx, 0800, 0900, 088, 112), of the organisation's own, and of numbers that
    are introduced as everybody's ("bel de receptie op").
    """

    key = "phone"
    title = _("Telephone number")
    why = _("Somebody's own number keeps ringing once the world has it.")
    todo = _("Take it out, or use a general number. Your administrator can enter the numbers of your organisation.")
    agreement = "privacy"
    kind = "PHONE"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield each number once, masked."""
        own = {_ending(number) for number in draft.own.phones}
        yield from told(self, draft, look=lambda view: hits(view, own), tier=Tier.LOOK)


def _ending(number: str) -> str:
    """The last nine digits: the same for 06, +31 6 and 0031 6."""
    return re.sub(r"\D", "", number)[-9:]


def hits(view: Plain, own: AbstractSet[str] = frozenset()) -> Iterator[Hit]:
    """Where numbers of people stand in a text."""
    for match in _NUMBER.finditer(view.text):
        if _DATE.match(match.group().strip()) or _OF_AN_ACCOUNT.search(
            view.text[max(0, match.start() - 7) : match.start()]
        ):
            continue
        number = re.sub(r"[^\d+]", "", match.group())
        if _ending(number) not in own and _is_private(view.text, match, number):
            message = _("%(shown)s looks like somebody's own telephone number.")
            yield Hit(match.start(), match.end(), message, masked(number.lstrip("+")))


def _is_private(text: str, match: re.Match[str], number: str) -> bool:
    if _GENERAL.fullmatch(number) and not _MOBILE.fullmatch(number):
        return False
    sentence = sentence_around(text, match.start(), match.end())
    if label_before(text, match.start(), (_PHONE, OTHER_NUMBERS)) is OTHER_NUMBERS and not _PHONE.search(sentence):
        return False
    if _MOBILE.fullmatch(number):
        return not _MESSAGES.search(sentence) or bool(_OF_ONE.search(sentence))
    return _is_line(number) and _is_of_one(text, match, sentence)


_PHONE = re.compile(
    r"(?<!\w)(?:tel\w*\.?|bel\w*|app\w*|phone|call|ring|text|mobiel\w*|mobile|nummer|number|bereik\w*|06"
    r"|whatsapp|sms)(?!\w)",
    re.IGNORECASE,
)


def _is_of_one(text: str, match: re.Match[str], sentence: str) -> bool:
    """Is a line that could be a home or an office somebody's own?"""
    if _OF_ONE.search(sentence):
        return True
    named = near(people(text), match.start() - 80, match.end() + 60)
    if named and not re.search(r"(?<!\w)(?:bij|aanmelden|contactpersoon)(?!\w)", sentence):
        return True
    return not _OF_ALL.search(text[max(0, match.start() - 150) : match.end() + 90]) or (
        bool(PRONOUN.search(text[max(0, match.start() - 40) : match.start()])) and not _OF_ALL.search(sentence)
    )


@lru_cache(maxsize=1024)
def _is_line(number: str) -> bool:
    """Does the number exist in the Netherlands, in Britain, or where its country code says?"""
    number = f"+{number[2:]}" if number.startswith("00") else number
    for region in ("NL", "GB"):
        try:
            parsed = phonenumbers.parse(number, region)
        except phonenumbers.NumberParseException:
            continue
        if _BRITISH_LINE.fullmatch(number):
            return True
        if phonenumbers.is_valid_number(parsed):
            return phonenumbers.number_type(parsed) in _LINES
    return False


# Also those that its regulator keeps for stories.
_BRITISH_LINE = re.compile(r"(?:\+44|0)(?:1\d{9}|2\d{9})")
_LINES = {
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE,
    PhoneNumberType.VOIP,
}
