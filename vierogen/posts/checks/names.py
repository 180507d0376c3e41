"""Is a private person named where the text says something about them?"""

import re
from collections.abc import Iterator, Sequence

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Extra, Finding, Tier
from vierogen.posts.checks.facts_of_life import NEAR, has_fact
from vierogen.posts.checks.identified import identified
from vierogen.posts.checks.persons import Person, people
from vierogen.posts.checks.plain import Hit, Plain, sentence_around, told
from vierogen.posts.checks.somebody import PRONOUN

# "App Greet" says less of her than "Hennie, tel.".
_ADDRESSED = re.compile(r"(?<!\w)(?:app|mail|hoi|hallo|dag|hi|hey|beste|lieve|dear)[ ]$", re.IGNORECASE)
# How far the words may stand from the name.
_REACH = 160
_NEAR_BY = 90


class Names(Check):
    """Looks at: the name of a private person after a title or a role, or beside words of care, debt, police or a file.

    Says nothing of people in office, of speakers, of people of history, and of names that the organisation named.
    Without the extra it knows the commonest first names only.
    """

    key = "names"
    title = _("Names")
    why = _("A name beside care, debt or police follows somebody for years.")
    todo = _("Leave the name out, or ask that person first and keep what they said.")
    agreement = "privacy"
    kind = "NAME"
    needs = Extra.NAMES

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield each name once. Raises what the finder of names raises: then the check counts as not run."""
        yield from told(self, draft, look=lambda view: _hits(view, draft), tier=Tier.LOOK)


def _hits(view: Plain, draft: Draft) -> Iterator[Hit]:
    extra = tuple(draft.find_names(view.text)) if draft.find_names else ()
    named = people(view.text, extra, draft.own.names)
    known = [(one.start, one.end) for one in identified(view, draft.own)] if named else []
    for person in named:
        if _says_something(view.text, person, known):
            message = _("“%(shown)s” looks like the name of a private person.")
            yield Hit(person.start, person.end, message, view.text[person.start : person.end][:60])


def _says_something(text: str, person: Person, known: Sequence[tuple[int, int]]) -> bool:
    """Does the text say something private about the person, or is the person there as a case?"""
    if person.how in {"title", "role"}:
        return True
    reach = _NEAR_BY if person.how == "guess" else _REACH
    if has_fact(text, person.start - reach, person.end + reach):
        return True
    if _is_beside_a_number(text, person, known):
        return True
    if person.how == "whole":
        return bool(NEAR.search(text, max(0, person.start - reach), person.end + reach)) or _is_spoken_of(text, person)
    if person.how == "first" and _GOES_ON.search(text, person.end, person.end + 70):
        return True
    sentence = sentence_around(text, person.start, person.end)
    greeted = _ADDRESSED.search(text[max(0, person.start - 14) : person.start])
    return person.how == "first" and bool(
        (greeted or PRONOUN.search(sentence) or _SORRY.search(sentence)) and NEAR.search(sentence)
    )


def _is_beside_a_number(text: str, person: Person, known: Sequence[tuple[int, int]]) -> bool:
    before = text[max(0, person.start - 14) : person.start]
    if person.how == "first" and _ADDRESSED.search(before):
        return False
    if _is_contact(text, person) or _SIGNED.search(text[max(0, person.start - 12) : person.end + 1]):
        return False
    # Not the name within an address of e-mail.
    return any(
        start - _NEAR_BY < person.end and person.start < end + _NEAR_BY and not start <= person.start < end
        for start, end in known
    )


def _is_contact(text: str, person: Person) -> bool:
    """Is it only whom to call, and nothing said about them?"""
    if not _CONTACT.search(text[max(0, person.start - 45) : person.start]):
        return False
    return not PRONOUN.search(sentence_around(text, person.start, person.end))


# Whom to call or to write to; what is wrong there is the number.
_CONTACT = re.compile(
    r"(?<!\w)(?:(?:bel|bellen|app|appen|mail|mailen|text|ring|call|phone|contact|e-mail|whatsapp|book|chat)"
    r"(?:[ ](?:even|gerust|dan|met|naar|with|de|our|onze|rechtstreeks|direct)){0,3}(?:[ ](?:collega|jongerenwerker"
    r"|wijkagent"
    r"|trainer|juf|meester|coach|sister))?"
    r"|(?:opgeven|aanmelden|terecht|melden|meld je|opgave|inschrijven|sign up)(?:[ ]\w+){0,2}[ ](?:bij|with)"
    r"|gr\.?|groet\w*,?|mvg,?|regards,?|cheers,?|afgestemd|map van|bus van|rekening van|tell|zegt|@)[ \n]{1,2}$",
    re.IGNORECASE,
)
# A line of a chat: "[14:02] Bas:".
_SIGNED = re.compile(r"\d[:.]\d\d\]?[ ][A-Z]\w+:$")


def _is_spoken_of(text: str, person: Person) -> bool:
    """ "Geertruida Molenaar? Haar portemonnee", "die Meintje Wiersma"."""
    before = text[max(0, person.start - 30) : person.start]
    return bool(_DOES.match(text, person.end)) or bool(
        _POINTED_AT.search(before) or _PRONOUN_AFTER.search(text, person.end, person.end + 60)
    )


# The next sentence is about her.
_GOES_ON = re.compile(r"[.!?] (?:Ze|Zij|Hij|Haar|Hem|She|He|Her|His)(?!\w)")
_SORRY = re.compile(
    r"(?<!\w)(?:sorry|excuses?|apologies|je aanvraag|je dossier|your application|your file)(?!\w)", re.IGNORECASE
)
_DOES = re.compile(
    r"[ ](?:heeft|had|wil|wilde|vraagt|vroeg|belde|belt|mailde|klaagt|moet|mag|krijgt|kreeg|has|had|wants|rang"
    r"|called|asked|owes)(?!\w)"
)
_POINTED_AT = re.compile(
    r"(?<!\w)(?:die|dat|kent|zoek\w*|mist?|staat|heet|is|was|van|bedankt|sorry|vraag|tegen|that|know|knows|told|ask"
    r"|asked)[ ]$",
    re.IGNORECASE,
)
_PRONOUN_AFTER = re.compile(
    r"(?<!\w)(?:hij|zij|ze|hem|haar|he|she|him|her|his|kreeg|krijgt|zelf|zichzelf)(?!\w)", re.IGNORECASE
)
