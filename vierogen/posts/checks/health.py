"""Does the text say something about the health, care, money or police matters of somebody who can be recognised?"""

import re
from collections.abc import Iterator, Sequence

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Extra, Finding, Tier
from vierogen.posts.checks.facts_of_life import private_facts
from vierogen.posts.checks.identified import Known, identified
from vierogen.posts.checks.persons import near, people
from vierogen.posts.checks.plain import Hit, Plain, told
from vierogen.posts.checks.somebody import PRONOUN, SOMEBODY, is_pointed_out

# A fact and a person belong together within so many signs.
_REACH = 170
# Looked at in one text.
_MOST_FACTS = 300
_HOUSE = re.compile(
    r"(?:straat|laan|weg|plein|kade|hof|pad|dijk|gracht|singel|Street|Close|Road|Lane|Avenue)[ ]\d"
    r"|\d[ ](?:[A-Z]\w+[ ]){1,2}(?:Street|Close|Road|Lane|Avenue|Grove|Drive|Court|Gardens|Terrace|Crescent"
    r"|Way)|\d{4}[ ]?[A-Z]{2}\b"
)
# What happened to one person, not to anybody: a state with somebody in it.
_HAPPENED = re.compile(
    r"(?<!\w)(?:is|was|zit|zat|ligt|lag|heeft|had|kreeg|krijgt|kwam|werd|wordt|verloor|moet|has|had|got|gets"
    r"|been|zijn|haar|his|her|he's|she's|lost|went|gaat|ging|mocht|viel|drinkt|slaat|slaapt|sliep|loopt|liep"
    r"|gebruikt|steelt|valt|vergeet|komt|belt|wil"
    r"|kan|durft|leeft|drinks|hits|sleeps|keeps|can't|cannot|needs)(?!\w)",
    re.IGNORECASE,
)
_ANYBODY = re.compile(
    r"(?<!\w)(?:als (?:u|je|de|een)|wanneer|heeft u|heb je|bent u|ben je|kent u|ken je|have you|do you"
    r"|are you|if you|elke|iedere|every|each|veel|many|mensen|people|patiënten|patients|recht op|uw (?:moeder"
    r"|vader|partner|kind)|je (?:moeder|vader|partner|kind)|your (?:mother|father|partner|child|mum"
    r"|dad))(?!\w)",
    re.IGNORECASE,
)
# Said of a document, an account or a car it says nothing of health: believed beside a name only.
_OF_THINGS = re.compile(
    r"leefgeld|incasso\w*|aanmaning\w*|kwijtschelding\w*|verblijfsvergunning\w*|\w*toeslag|vermist\w*|missing"
    r"|gestolen|stolen"
    r"|diefstal|theft|invaliden\w+|gehandicapten\w+|opvang|noodopvang|bang voor|salaris|salary|wage|doorgereden"
    r"|hit and run|overlast\w*|nuisance|clean|condition|misbruik|scootmobiel\w*|rolstoel\w*|slachtoffers?|victims?"
    r"|dader|ambulance|voedselbank\w*|food banks?|(?:zijn|haar|his|her) ex|ex|bewind|medi[sc]\w+|wijkteam\w*"
    r"|verdachte?n?|suspects?|alimentatie"
    r"|asiel\w*|ontslag|betalingsregeling|in termijnen|inkomens\w*|minima|minimum|tablets|treatment|behandel\w*"
    r"|scheiding",
    re.IGNORECASE,
)
_NEGLECT = re.compile(
    r"(?<!\w)(?:vervuild\w*|verwaarloo\w+|wil geen hulp|verward|valt steeds|dronken|drunk|neglect\w*|hoarding"
    r"|verslonsd)(?!\w)",
    re.IGNORECASE,
)


class Health(Check):
    """Looks at: health, care, benefits, debt or police matters of somebody with a name, an address, or a description.

    Says nothing of figures, services and people in general. Without the extra it knows fewer names.
    """

    key = "health"
    title = _("Private facts")
    why = _("Illness, debt and police matters are among the most private things there are, and the law guards them.")
    todo = _("Take out what tells who it is, or what it is. Only that person may decide to tell it.")
    agreement = "privacy"
    kind = "HEALTH"
    needs = Extra.NAMES

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield one finding for a text, with the words that tell it."""
        yield from told(self, draft, look=lambda view: _hits(view, draft), tier=Tier.LOOK)


def _hits(view: Plain, draft: Draft) -> Iterator[Hit]:
    text = view.text
    facts = [*private_facts(text), *(match.span() for match in _NEGLECT.finditer(text) if _HOUSE.search(text))]
    if not facts:
        return
    spans = tuple(draft.find_names(text)) if draft.find_names else ()
    named = people(text, spans, draft.own.names)
    known = list(identified(view, draft.own))
    for start, end in facts[:_MOST_FACTS]:
        if (
            near(named, start - _REACH, end + _REACH)
            or _is_of_one_known(text, (start, end), known)
            or _is_told_of_somebody(text, start, end)
        ):
            message = _("“%(shown)s” seems to tell something private about somebody.")
            yield Hit(start, end, message, text[start:end][:60])
            return


def _is_of_one_known(text: str, fact: tuple[int, int], known: Sequence[Known]) -> bool:
    """Does a number or an address beside the fact say who it is; of a thing's number only a fact of a person's."""
    start, end = fact
    about_thing = bool(_OF_THINGS.fullmatch(text, start, end))
    return any(
        one.start - _REACH < end and start < one.end + _REACH and not (about_thing and one.of_thing) for one in known
    )


def _is_told_of_somebody(text: str, start: int, end: int) -> bool:
    """Is it about "the lady with the parrot", or about him who lives at this address?"""
    window = text[max(0, start - _REACH) : end + 90]
    if _HOUSE.search(window) and (PRONOUN.search(window) or SOMEBODY.search(window)):
        return True
    for match in SOMEBODY.finditer(text, max(0, start - 140), min(len(text), end + 60)):
        between = text[min(match.end(), end) : max(match.start(), start)]
        clause = text[max(0, match.start() - 40) : max(match.end(), end) + 20]
        if not re.search(r"[!?\n]", between) and not _ANYBODY.search(clause) and _HAPPENED.search(clause):
            own = re.match(r"(?:onze|ons|our|mijn|m'n|my)\b", match.group(), re.IGNORECASE)
            if own or is_pointed_out(text, match.start(), match.end()):
                return True
    return False
