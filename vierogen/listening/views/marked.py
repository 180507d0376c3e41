"""The words of a clause, marked in the text that it found."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from vierogen.matching.errors import QueryError
from vierogen.matching.folding import fold
from vierogen.matching.tokens import tokens

# So much of a text is shown around the first word that was found.
BEFORE, LONGEST = 120, 420
_TOKEN = re.compile(r"[#@]?[\w'’-]+")
_KINDS = {"word", "quoted"}
# Beyond that many characters nothing is marked; shorter words are not looked for inside others.
_READ, _LONG = 4_000, 4


def marked(text: str, clause: str, *, longest: int = LONGEST) -> SafeString:
    """The part of ``text`` around what ``clause`` found, as safe HTML with ``<mark>``; the beginning where that is
    not found, as with a filter."""
    places = _places(text, clause)
    start = max(0, places[0][0] - BEFORE) if places and places[0][0] > longest - BEFORE else 0
    if start:
        start = text.rfind(" ", 0, start) + 1
    end = min(len(text), start + longest)
    if end < len(text):
        end = max(text.rfind(" ", start, end), start + longest // 2)
    parts, at = ["… " if start else ""], start
    for begins, ends in places:
        if begins >= at and ends <= end:
            parts += [conditional_escape(text[at:begins]), f"<mark>{conditional_escape(text[begins:ends])}</mark>"]
            at = ends
    parts += [conditional_escape(text[at:end]), " …" if end < len(text) else ""]
    return mark_safe("".join(parts))  # noqa: S308 - all that comes from outside is escaped


def _places(text: str, clause: str) -> list[tuple[int, int]]:
    """Where the words of the clause stand, in order and without overlap; inside longer words where nothing else is."""
    found = [(each.start(), each.end(), each[0]) for each in _TOKEN.finditer(text[:_READ])]
    words = _folded([word for *_where, word in found])
    phrases = _phrases(clause)
    for inside in (False, True):
        spans = list(_spans(phrases, words, inside=inside))
        if spans:
            return [(found[at][0], found[at + length - 1][1]) for at, length in spans]
    return []


def _spans(phrases: Sequence[tuple[str, ...]], words: list[str], *, inside: bool) -> Iterator[tuple[int, int]]:
    at = 0
    while at < len(words):
        length = next((len(each) for each in phrases if _stands(each, words[at : at + len(each)], inside=inside)), 0)
        if length:
            yield at, length
        at += length or 1


def _stands(phrase: tuple[str, ...], words: list[str], *, inside: bool) -> bool:
    return len(words) == len(phrase) and all(_fits(*each, inside=inside) for each in zip(phrase, words, strict=True))


def _fits(wanted: str, word: str, *, inside: bool) -> bool:
    """``belasting*`` fits words that begin so, ``~dienst`` those that hold it; a word also fits with its ``#``."""
    bare = word.lstrip("#@")
    if wanted.startswith("~"):
        return wanted[1:] in word
    if wanted.endswith("*"):
        return bare.startswith(wanted[:-1])
    return wanted in {word, bare} or (inside and len(wanted) >= _LONG and wanted in word)


def _folded(words: Sequence[str]) -> list[str]:
    return [
        ("" if word[0].isalnum() else word[0]) + folded.partition("|")[0].strip()
        for word, folded in zip(words, fold(words), strict=True)
    ]


@lru_cache(1_000)
def _phrases(clause: str) -> tuple[tuple[str, ...], ...]:
    """What to look for: the words and phrases of the clause, the longest first."""
    try:
        read = [token.text for token in tokens(clause) if token.kind in _KINDS]
    except QueryError:  # cut off in the middle of a quotation
        read = clause.replace('"', " ").split()
    found = (tuple(_wanted(word) for word in text.strip('=" “”').split()) for text in read)
    return tuple(sorted({phrase for phrase in found if any(phrase)}, key=len, reverse=True))


def _wanted(word: str) -> str:
    plain = word.strip("=~*")
    bare = _folded([plain])[0] if plain else ""
    return f"{'~' if word.startswith('~') else ''}{bare}{'*' if word.endswith('*') and bare else ''}"
