"""Is a private person named where the text says something about them?"""

import re
from collections.abc import Iterator

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Extra, Finding, Tier
from vierogen.posts.checks.facts_of_life import NEAR, has_fact
from vierogen.posts.checks.persons import Person, people
from vierogen.posts.checks.plain import Hit, Plain, told
from vierogen.posts.checks.somebody import PRONOUN

# Numbers and addresses that make a name beside them somebody's file.
_IDENTIFIER = re.compile(
    r"\d(?:[ ./-]{0,3}\d){6,}|[\w.+-]+@[\w-]+\.\w+|[A-Za-z]{2}\d\d[ .]?[A-Za-z]{4}|\d{2}[a-zA-Z]{2,3}\d"
    r"|[A-Z]{2}-\d{3}-[A-Z]|(?<=\d)[A-Z]{2}\d",
    re.ASCII,
)
# A number to ring beside a first name; "app Greet" says less than "Hennie, tel.".
_TELEPHONE = re.compile(r"(?<![A-Z]{4}[ ])(?:\+|0)\d?(?:[ ./()-]{0,3}\d){8,}")
_ADDRESSED = re.compile(r"(?<!\w)(?:app|bel|mail|call|text|ring|hoi|hallo|dag|hi|hey|beste|lieve|dear)[ ]$", re.IGNORECASE)
# How far the words may stand from the name.
_REACH = 160


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
    for person in people(view.text, extra, draft.own.names):
        if says_something(view.text, person):
            message = _("“%(shown)s” looks like the name of a private person.")
            yield Hit(person.start, person.end, message, view.text[person.start : person.end][:60])


def says_something(text: str, person: Person) -> bool:
    """Does the text say something private about the person, or is the person there as a case?"""
    if person.how in {"title", "role", "whole"}:
        return True
    if person.how == "guess":
        near = slice(max(0, person.start - 80), person.end + 80)
        return has_fact(text, near.start, near.stop) or bool(_IDENTIFIER.search(text[near]))
    if has_fact(text, person.start - _REACH, person.end + _REACH):
        return True
    before = text[max(0, person.start - 14) : person.start]
    if _TELEPHONE.search(text, max(0, person.start - 60), person.end + 60) and not _ADDRESSED.search(before):
        return True
    after = text[person.end : person.end + 80]
    stop = re.search(r"[.!?]\s", after)
    near_by = after[: stop.start() if stop else 80]
    return bool(PRONOUN.search(near_by) and NEAR.search(near_by))
