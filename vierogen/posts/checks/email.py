"""Is somebody's e-mail address in the text?"""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Tier
from vierogen.posts.checks.first_names import FIRST_NAMES
from vierogen.posts.checks.persons import near, people
from vierogen.posts.checks.plain import Hit, Plain, told

_ADDRESS = re.compile(
    r"(?<![\w.+/@-])(?P<who>[A-Za-z0-9](?:[\w+'-]"
    r"|\.(?=[\w+'-])){0,63})@(?P<at>(?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24})(?![\w-])"
)
# Where people have an address of their own; an organisation seldom does.
_OF_PEOPLE = re.compile(
    r"(?:gmail|googlemail|hotmail|outlook|live|msn|yahoo|ymail|icloud|me|mac|ziggo|kpnmail|kpnplanet|planet"
    r"|xs4all|home|hetnet|casema|upcmail|telfort|quicknet|chello|zonnet|tele2|online|solcon|caiway|freedom"
    r"|zeelandnet|kabelfoon"
    r"|protonmail|proton|pm|gmx|web|aol|mail|btinternet|btopenworld|sky|virginmedia|talktalk|ntlworld"
    r"|blueyonder|tiscali|mailbox|telenet|skynet|tutanota|fastmail|hey)\.(?:com|nl|be|net|de|eu|org|me|uk"
    r"|co\.uk|fr|example)",
    re.IGNORECASE,
)
# Words of what an address is for; also at the start or end of a longer word ("zorgloket", "teamwonen").
_FUNCTION = re.compile(
    r"\w*e-?mail\w*|phishing|info\w*|balie\w*|\w*balie|pers|press\w*|media\w*|\w*contact\w*|kcc|gemeente\w*|\w*post(?:bus)?|mail"
    r"|\w*secretariaat|secretary|communicatie\w*|communications?|comms|recepti\w+|web\w*|site|privacy|fg|dpo"
    r"|avg|gdpr|\w*griffie|\w*raad|\w*loket|wij|\w*team\w*|\w*meld\w*"
    r"|subsidi\w+|vergunning\w*|permits?|planning|werken?bij|werk\w*|hr|p-?en-?o|jobs|vacature\w*|recruit\w*"
    r"|careers|sollicit\w*|inschrijv\w+|aanmeld\w*|regist\w+|reserv\w+|boek\w*|book\w*|bieb|\w*bibliotheek"
    r"|librar\w+|museum|theater|zwembad|sport\w*|service\w*|help\w*|support|hello|hallo|hoi"
    r"|office|enquir\w+|admin\w*|noreply|no-reply|\w*desk|klacht\w*|complaints?|bezwaar\w*|financ\w+"
    r"|invoice\w*|factu\w+|creditcare|crediteuren|debiteuren|belasting\w*|tax\w*|burger\w*|zaken|sociaal\w*"
    r"|social|jeugd\w*|youth|zorg\w*|care|wmo|schuld\w*|debt|geld\w*|money|energie\w*|energy|duurzaam\w*"
    r"|klimaat|wonen|housing"
    r"|buurt\w*|wijk\w*|dorps\w*|bewoner\w*|vrijwillig\w*|volunteer\w*|mantelzorg\w*|stichting\w*"
    r"|vereniging\w*|club|comit[e]\w*|committee|bestuur|board|penningmeester|treasurer|voorzitter|redactie\w*"
    r"|nieuws\w*|news\w*|event\w*|evenement\w*|feest\w*|festival|activiteit\w*|cultuur|culture|kunst|arts?"
    r"|toeris\w*|vvv|park\w*|parking|parkeer\w*"
    r"|afval\w*|waste|bins?|milieu\w*|groen|green|trees|verkeer|traffic|roads|veilig\w*|safety|integriteit"
    r"|security|ict|it|data|archief|archive\w*|project\w*|participatie|denkmee|inspraak|ideeen|idee|ideas"
    r"|enquete|survey|vragen|questions|feedback|reactie\w*|verkiezing\w*|elections?|stembureau|democra\w+"
    r"|onderwijs|school\w*|education|leer\w*|taal\w*|cursus\w*|training"
    r"|donat\w+|gift\w*|fundrais\w+|sponsor\w*|partner\w*|zakelijk|business|ondernem\w*|marketing|verhuur"
    r"|rent\w*|planning|agenda|algemeen|general|centrum|centre|hub|huis\w*|steunpunt\w*|meldpunt|anonie\w+"
    r"|vertrouwens\w*|ombuds\w*|english|international\w*|inburger\w*|welkom|welcome|foto\w*|photos?|inzend\w*"
    r"|wedstrijd|prijsvraag|lintje\w*|kabinet|burgemeester|wethouder\w*|mayor|councillors?"
    r"|zaal\w*|tuin\w*|moestuin|speel\w*|dieren\w*|fiets\w*|bus|ov|water\w*|bouw\w*|nieuwbouw|woz"
    r"|kwijtschelding|inkoop|juridisch\w*|legal|foi|woo|wob|statistiek|onderzoek|research|noodfonds|fonds"
    r"|trust|charity|foundation|appeal",
    re.IGNORECASE,
)
_TITLE = re.compile(r"dhr|hr|heer|mw|mevr|mevrouw|fam|familie|mr|mrs|ms|miss|oma|opa")
_OWN_MAIL = re.compile(
    r"(?<!\w)(?:priv[eé]\w*|(?:my|mijn|m'n|mn|his|her|haar|zijn) (?:\w+ )?(?:e-?mail\w*|mail\w*|adres|address)"
    r"|thuis(?:mail|adres)"
    r"|personal (?:e-?mail|address)|home (?:e-?mail|mail))(?!\w)",
    re.IGNORECASE,
)
# "ftp://user:password@host".
_LOGGED_IN = re.compile(r"://[^\s/]{0,80}$")
_FIRST = frozenset(name.casefold() for name in FIRST_NAMES)


class Email(Check):
    """Looks at: e-mail addresses of people, also written as "naam [at] provider [punt] nl".

    Says nothing of addresses of a function (info@, balie@, pers@) and of those that the organisation named.
    """

    key = "email"
    title = _("E-mail address")
    why = _("Machines collect addresses from posts, and its owner gets the mail of strangers.")
    todo = _("Use an address of the organisation. Your administrator can enter addresses that may be shown.")
    agreement = "privacy"
    kind = "EMAIL"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield each address once, with its first letter and domain."""
        own = {address.strip().casefold() for address in draft.own.emails}
        yield from told(self, draft, look=lambda view: hits(view, own), tier=Tier.LOOK)


def hits(view: Plain, own: AbstractSet[str] = frozenset()) -> Iterator[Hit]:
    """Where addresses of people stand in a text."""
    for match in _ADDRESS.finditer(view.text):
        if match.group().casefold() not in own and (
            (
                _is_of_a_person(match["who"], match["at"])
                and not _LOGGED_IN.search(view.text[max(0, match.start() - 90) : match.start()])
            )
            or _is_of_somebody_named(view.text, match)
            or _OWN_MAIL.search(view.text, max(0, match.start() - 60), match.start())
        ):
            message = _("%(shown)s looks like somebody's own e-mail address.")
            yield Hit(match.start(), match.end(), message, f"{match['who'][0]}•••@{match['at']}"[:80])


def _is_of_somebody_named(text: str, match: re.Match[str]) -> bool:
    """ "Van: Thea Mulder <theamulder@…>"."""
    who = match["who"].casefold()
    named = near(people(text), match.start() - 60, match.end() + 20)
    words = (word for person in named for word in re.findall(r"\w{4,}", text[person.start : person.end].casefold()))
    return any(word in who for word in words)


def _is_of_a_person(who: str, at: str) -> bool:
    """A name is one: initials and surname, a first name; so is anything at a provider for people."""
    parts = [part for part in re.split(r"[._+\d-]+", who.casefold()) if part]
    if not parts:
        return bool(_OF_PEOPLE.fullmatch(at))
    if parts[0] in _FIRST and len(parts) > 1 and not all(_FUNCTION.fullmatch(part) for part in parts[1:]):
        return True
    if len(parts[0]) == 1 and len(parts) > 1 and len(parts[-1]) > 2:
        return not _FUNCTION.fullmatch(parts[-1]) or bool(_OF_PEOPLE.fullmatch(at))
    if len(parts) > 1 and _TITLE.fullmatch(parts[0]):
        return True
    named = [part for part in parts if not _FUNCTION.fullmatch(part)]
    if _FUNCTION.fullmatch(who) or (
        len(named) < len(parts) and not (named[:1] == parts[:1] and _OF_PEOPLE.fullmatch(at))
    ):
        return False
    return bool(_OF_PEOPLE.fullmatch(at)) or len(parts) > 1 or _begins_with_a_first_name(parts[0])


def _begins_with_a_first_name(word: str) -> bool:
    """ "linda", "lindaenpeter"."""
    return word in _FIRST or (len(word) > 7 and any(word[:size] in _FIRST for size in range(4, 8)))
