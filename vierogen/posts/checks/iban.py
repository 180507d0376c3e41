"""Is somebody's bank account in the text?"""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from stdnum import iban

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Tier
from vierogen.posts.checks.labels import example_before
from vierogen.posts.checks.persons import near, people
from vierogen.posts.checks.plain import Hit, Plain, masked, told

_START = re.compile(r"(?<![^\W_])[A-Za-z][ .]?[A-Za-z][ .-]{0,2}\d[ .-]?\d(?=[\s.-]{0,2}[A-Za-z0-9])")
_REST = re.compile(r"[A-Za-z0-9]|[\s./-]{1,2}(?=[A-Za-z0-9])")
# Signs of an account by country, from the registry of ISO 13616, for the countries that people here bank in.
_LENGTHS = {
    "NL": 18, "BE": 16, "DE": 22, "GB": 22, "FR": 27, "ES": 24, "IT": 27, "PT": 25, "AT": 20, "CH": 21,
    "LU": 20, "IE": 22, "PL": 28, "RO": 24, "BG": 22, "HU": 28, "CZ": 24, "SK": 24, "DK": 18, "SE": 24,
    "NO": 15, "FI": 18, "GR": 27, "TR": 26, "LT": 20, "LV": 21, "EE": 20, "HR": 21, "SI": 19, "MT": 31,
    "CY": 28, "UA": 29, "MA": 28, "RS": 22, "BA": 20, "MK": 19, "ME": 22, "AL": 28, "XK": 20, "IS": 26,
    "LI": 21, "MC": 27, "TN": 24, "EG": 29, "IL": 23, "AE": 23, "SA": 24, "GE": 22, "MD": 24, "PK": 24,
    "JO": 30, "LB": 28,
}  # fmt: skip
# An organisation that asks for gifts, or says that the account is its own.
_ASKED = re.compile(
    r"(?<!\w)(?:\w*stichting|\w*fonds|gift(?:en)?|gifts?|doneer\w*|doneren|donaties?|donat\w+|schenk\w+"
    r"|collecte|inzamel\w+|sponsor\w*|bijdrage|steun(?:en)?|giro\s?\d*|actie|anbi|charity|foundation|appeal|fundrais\w+"
    r"|(?:ons|onze|our) (?:\w+ )?(?:bank )?(?:rekening\w*|account)|goede doel|noodhulp|hulpactie|penningmeester"
    r"|oranjevereniging|comit[eé]|food ?bank|voedselbank\w*|standing order|helpt u mee|help mee)(?!\w)",
    re.IGNORECASE,
)
# An organisation that tells where to pay, or one that is spoken of for another reason.
_OF_ALL = re.compile(
    r"(?<!\w)(?:vereniging|contributie|your (?:\w+ ){0,3}bill|water authority|uw (?:aanslag|nota|factuur)"
    r"|leges|belasting\w*|tax|gemeente\w*"
    r"|provincie|waterschap|council|charity|trust|foundation|appeal|fund|ons (?:enige "
    r"|nieuwe )?rekeningnummer|onze (?:enige |nieuwe )?rekening|our (?:only |new )?(?:bank )?account"
    r"|één rekeningnummer|inschrijfgeld|deelnamekosten|kaarten|tickets|fundrais\w+|goede doel"
    r"|voedselbank|comit[eé]|oranjevereniging|club|kerk|school|museum|penningmeester|aanslag\w*|kosten"
    r"|membership|fees?|subscription|every (?:euro|pound)|elke euro|noodhulp|hulpactie|b\.?v\.?"
    r"|bank details of the)(?!\w)",
    re.IGNORECASE,
)
_HOLDER = re.compile(
    r"(?:t\.?n\.?v\.?|ten name van|op naam van|van|of|to|for|account of|in the name of|name:?)[ :]{1,3}(?:de "
    r"|het |the |onze )?(?:\w+[ ]){0,2}?\w*(?:stichting|fonds|gemeente|belasting\w*|vereniging|comit[eé]"
    r"|council|trust|foundation|charity|fund|appeal|club|waterschap|voedselbank|kerk|museum|vrienden van|friends of"
    r"|\w*huis)",
    re.IGNORECASE,
)
# "Stichting Voedselbank Oostpolder, NL07 …", "Muziekschool De Toonladder: NL36 …".
_PUT_BEFORE = re.compile(
    r"(?<!\w)(?=[A-Z])\w*(?i:stichting|fonds|vereniging|school|club|bank|gemeente|kerk|museum|parochie|council|trust"
    r"|foundation"
    r"|charity|food bank|church|society|appeal)(?:[ ](?:(?:van|de|het|der|den|of|the|for|voor|en"
    r"|and)[ ])?[A-Z][\w&'-]*){0,4}"
    r"[ ]?[:,(]?[ ](?:(?i:iban|rekening\w*|account)[ :]{0,2})?$"
)
_OF_ONE = re.compile(
    r"(?<!\w)(?:terug op|terug naar|graag terug|voorgeschoten|tikkie|dit lid|\w*teruggave|afgeschreven van|to me"
    r"|naar mij|naar me|de ouder|the parent|overmaakten|overgemaakt|wired to|gestort|cli[eë]nt\w*"
    r"|client\w*|mevrouw|mevr\.?"
    r"|mw\.?|meneer|dhr\.?|de heer|familie|fam\.?|mrs?|ms"
    r"|mijn|mn|m'n|my|mij|zijn(?= (?:\w+ )?(?:eigen|nieuwe|rekening\w*|iban|bank|account))|haar|his|her|hun|their"
    r"|hij|zij|ze|she|he|terugga\w+|terugbeta\w+|terugstort\w+"
    r"|stort jij|refund\w*|repay\w*"
    r"|leefgeld|salaris\w*|salary|loon|wages|uitkering\w*|bijstand|priv[eé]\w*|private|vader|moeder|zoon"
    r"|dochter|buurvrouw|buurman|collega|colleague|declaratie|reiskosten|expenses|inwoner|resident|tenant"
    r"|huurder|voorschot|nabestaande)(?!\w)",
    re.IGNORECASE,
)


class Iban(Check):
    """Stops: a bank account with right check digits that is neither the organisation's nor one to give or pay to.

    Check digits: ISO 13616 and ISO 7064 (MOD 97-10).
    """

    key = "iban"
    title = _("Bank account")
    why = _("Somebody's bank account is private, and swindlers use it.")
    todo = _("Take the account number out. Your administrator can enter the accounts of your own organisation.")
    agreement = "privacy"
    kind = "IBAN"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield each account once, masked."""
        own = {_bare(account) for account in draft.own.ibans}
        yield from told(self, draft, look=lambda view: hits(view, own), tier=Tier.STOP)


def _bare(account: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", account.upper())


def hits(view: Plain, own: AbstractSet[str] = frozenset()) -> Iterator[Hit]:
    """Where private accounts stand in a text."""
    for start, end in _accounts(view.text):
        account = _bare(view.text[start:end])
        if account not in own and not example_before(view.text, start) and _is_private(view.text, start, end):
            message = _("%(shown)s looks like somebody's bank account.")
            yield Hit(start, end, message, masked(account, keep=4))


def _accounts(text: str) -> Iterator[tuple[int, int]]:
    for match in _START.finditer(text):
        size = _LENGTHS.get(re.sub(r"\W", "", match.group())[:2].upper())
        end = _end(text, match.start(), size) if size else 0
        if end and iban.is_valid(_bare(text[match.start() : end]), check_country=False):
            yield match.start(), end


def _end(text: str, start: int, size: int) -> int:
    """Where ``size`` letters and digits from ``start`` end, 0 where the number goes on or ends before."""
    count = at = 0
    for match in _REST.finditer(text, start, start + 3 * size):
        if match.start() != (at or start):
            return 0
        at = match.end()
        count += text[match.start()].isalnum()
        if count == size:
            return 0 if text[at : at + 1].isalnum() else at
    return 0


def _is_private(text: str, start: int, end: int) -> bool:
    """Nobody's in particular where an organisation holds it, or asks for gifts, fees or taxes."""
    about = text[max(0, start - 200) : start] + " " + text[end : end + 120]
    if _HOLDER.search(text, end, end + 70) or _is_held_before(text, start) or _PUT_BEFORE.search(text[:start][-70:]):
        return False
    asked = bool(_ASKED.search(about))
    if not asked and not _OF_ALL.search(about):
        return True
    closest = text[max(0, start - 90) : start] + " " + text[end : end + 60]
    sure = {"title", "role"} if asked else {"title", "role", "whole", "first"}
    if _OF_NAMED.search(text, end, end + 12) and any(
        person.how in {"title", "role", "whole"} for person in near(people(text), end, end + 20)
    ):
        return True
    return bool(
        _OF_ONE.search(closest) or any(person.how in sure for person in near(people(text), start - 200, end + 120))
    )


# "NL91 … van Piet de Boer".
_OF_NAMED = re.compile(r"[ ]\(?(?:van|of|t\.?n\.?v\.?|op naam van)[ ]", re.IGNORECASE)
_HIS_OWN = re.compile(r"(?<!\w)(?:eigen|own|privé\w*|private|zijn|haar|hun|his|her|their|\w+'s)(?!\w)", re.IGNORECASE)


def _is_held_before(text: str, start: int) -> bool:
    """Is an organisation named as its holder before it: not where "the lady's own account" stands between?"""
    holder = _HOLDER.search(text, max(0, start - 70), start)
    return holder is not None and not _HIS_OWN.search(text, holder.end(), start)
