"""Finding words in a text: what the checks of tone share. Knows no word itself.

Everything here keeps places: position 12 of what comes out is position 12 of what went in.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from vierogen.posts.checks.base import Draft, Finding, Tier

# A huge text must not keep the writer waiting; no network takes one.
LONGEST = 10_000
_PLAIN = str.maketrans(
    "’‘`´\u00a0éèêëáàâäíìîïóòôöúùûüñçÉÈÊËÁÀÂÄÍÌÎÏÓÒÔÖÚÙÛÜÑÇ", "'''' eeeeaaaaiiiioooouuuuncEEEEAAAAIIIIOOOOUUUUNC"
)
# What somebody else says, between double quotes or curly ones, in more than a word or two.
_QUOTED = re.compile(r"[\"“”„«][^\"“”„«»\n]{8,400}[\"“”»]|‘[^‘’\n]{2,400}[.!?,]’|(?<!\w)'[^'\n]{12,400}[.!?,]'")
_NUMBER = re.compile(r"\d(?:[ .-]?\d){5,}")
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?]+(?=[\w,])[^.!?\n]+)*[.!?]*")


@dataclass(frozen=True)
class Words:
    """Words found at a place of a text; ``channel`` is "" where it is the text for all."""

    text: str
    start: int
    end: int
    channel: str = ""


def texts(draft: Draft) -> Iterator[tuple[str, str]]:
    """Each different text once with its channel, "" for the text that goes to all."""
    found = {draft.text[:LONGEST]: ""}
    for target in draft.targets:
        found.setdefault(target.text[:LONGEST], target.channel)
    yield from found.items()


@cache
def pattern(*alternatives: str) -> re.Pattern[str]:
    """Any of ``alternatives`` as whole words, in small letters or capitals, without accents."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(alternatives)})(?!\w)", re.IGNORECASE)


def plain(text: str) -> str:
    """With straight apostrophes and without accents."""
    return text.translate(_PLAIN)


def own_words(text: str) -> str:
    """As ``plain``, with blanks in place of what is quoted: those are somebody else's words."""
    return plain(_QUOTED.sub(lambda match: " " * len(match.group()), text))


def sentences(text: str) -> Iterator[re.Match[str]]:
    """The sentences and lines of a text, with their places."""
    return _SENTENCE.finditer(text)


def weighed(text: str, cues: Mapping[re.Pattern[str], int], *, enough: int) -> re.Match[str] | None:
    """The heaviest cue in ``text`` where those found weigh ``enough`` together; each pattern counts once."""
    found = [(weight, match) for cue, weight in cues.items() if (match := cue.search(text))]
    if sum(weight for weight, _match in found) < enough:
        return None
    return max(found, key=lambda each: each[0])[1]


def shown(words: str) -> str:
    """As much of it as a line can hold, without line breaks; a long number may be somebody's, so it is not repeated."""
    line = _NUMBER.sub("•••", " ".join(words.split()))
    return line if len(line) <= 60 else f"{line[:59]}…"


def line(check: str, message: str, found: Iterable[Words], *, tier: Tier) -> Iterator[Finding]:
    """One finding about the first of ``found``, whose words fill ``%(found)s``."""
    for words in found:
        values = {"found": shown(words.text)}
        yield Finding(check, tier, message, values, words.channel, start=words.start, end=words.end)
        return
