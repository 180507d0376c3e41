"""Where a text says something private about somebody: care, debt, benefits, police."""

import re
from bisect import bisect_left
from functools import lru_cache

from vierogen.posts.checks.words_of_life import BODY, CARE, DEALT_WITH, EVERYDAY, MONEY, POLICE, SERVICES


def _joined(*families: str) -> str:
    """One pattern of families that are written over several lines."""
    return "|".join(family.strip().replace("\n|", "|").replace("\n", " ") for family in families)


TOLD = re.compile(rf"(?<![\w-])(?:{_joined(BODY, CARE, MONEY, POLICE, EVERYDAY)})(?!\w)", re.IGNORECASE)
NEAR = re.compile(rf"(?<!\w)(?:{_joined(DEALT_WITH)})(?!\w)", re.IGNORECASE)
_SERVICES = re.compile(rf"(?<!\w)(?:{_joined(SERVICES)})(?!\w)", re.IGNORECASE)


@lru_cache(maxsize=16)
def private_facts(text: str) -> tuple[tuple[int, int], ...]:
    """The places of words in ``text``, in order, that would say something private, were they about a person."""
    if not TOLD.search(text):
        return ()
    bare = _SERVICES.sub(lambda match: " " * len(match.group()), text)
    return tuple(match.span() for match in TOLD.finditer(bare))


def has_fact(text: str, start: int, end: int) -> bool:
    """Does such a word begin between two places of ``text``?"""
    facts = private_facts(text)
    at = bisect_left(facts, (max(0, start), 0))
    return at < len(facts) and facts[at][0] < end
