"""A plain view of a text: what hides letters and numbers undone, with a map back to the places in the original.

People hide numbers and addresses from machines, or copy them from places that do: full-width digits, soft hyphens,
"[at]", "nul zes". The view has what a reader takes it for. Time goes with the length of the text.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from vierogen.posts.checks.base import Check, Draft, Finding, Span, Tier

# What is looked at of one text; longer ones fit on no network.
MOST = 100_000
# One kind of thing is pointed out so many times at most in a text.
_MOST_FINDINGS = 5
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹘﹣－"), "-")
_QUOTES = dict.fromkeys(map(ord, "‘’‛`´ʼ＇"), "'") | dict.fromkeys(map(ord, "“”„«»"), '"')
# Letters of Greek and Cyrillic that look like a Latin one; put right only within words that
# have Latin letters or digits. # From Unicode's confusables, https://www.unicode.org/reports/tr39/#Confusable_Detection
_LOOK_ALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТХУаеорсухіјѕԁΑΒΕΖΗΙΚΜΝΟΡΤΥΧο",
    "ABESIJKMHOPCTXYaeopcyxijsdABEZHIKMNOPTYXo",
)
_MIXED = re.compile(r"[^\W_]+")
_FOREIGN = re.compile(r"[\u0370-\u03ff\u0400-\u052f]")
_LATIN = re.compile(r"[A-Za-z0-9]")


@dataclass(frozen=True)
class Plain:
    """``text`` as a reader takes it; ``places[i]`` is where its sign ``i`` stands in the original, in code points.

    ``places`` has one more entry than ``text`` has signs: the end of the original.
    """

    text: str
    places: Sequence[int]

    def span(self, start: int, end: int) -> Span:
        """Where ``text[start:end]`` stands in the original."""
        # What was dropped after the last sign, such as a soft hyphen, is no part of it.
        return Span(self.places[start], self.places[end - 1] + 1)


@dataclass(frozen=True)
class Hit:
    """Something found in a plain text, at ``start`` to ``end`` there. ``values`` fill the places in ``message``."""

    start: int
    end: int
    message: str
    shown: str = ""


@lru_cache(maxsize=16)
def plain(text: str) -> Plain:
    """The plain view of ``text``, of its first 100,000 code points."""
    signs, places = _signs(text[:MOST])
    view = Plain("".join(signs), (*places, min(len(text), MOST)))
    view = _without_look_alikes(view)
    for pattern, said in _SPOKEN:
        view = _replaced(view, pattern, said)
    return view


def _signs(text: str) -> tuple[list[str], list[int]]:
    signs: list[str] = []
    places: list[int] = []
    for at, sign in enumerate(text):
        shown = sign if sign.isascii() else _shown(sign)
        for one in shown:
            # A mark on its letter: "e" and an accent are one sign, as in text that was typed so.
            if signs and unicodedata.combining(one):
                composed = unicodedata.normalize("NFC", signs[-1] + one)
                if len(composed) == 1:
                    signs[-1] = composed
                continue
            signs.append(one)
            places.append(at)
    return signs, places


@lru_cache(maxsize=4096)
def _shown(sign: str) -> str:
    """What a reader sees of one sign: "" of what is invisible."""
    category = unicodedata.category(sign)
    # Keep emoji as they are, and the bar that a line separator is.
    if category in {"Cf", "Cc", "Cs", "Co"} or "\ufe00" <= sign <= "\ufe0f":
        return "\n" if sign == "\x85" else ""
    if category in {"Zl", "Zp"}:
        return "\n"
    if category == "Zs":
        return " "
    if category == "Nd":
        return str(unicodedata.decimal(sign))
    return unicodedata.normalize("NFKC", sign).translate(_DASHES).translate(_QUOTES)


def _without_look_alikes(view: Plain) -> Plain:
    if not _FOREIGN.search(view.text):
        return view
    return Plain(_MIXED.sub(_in_latin, view.text), view.places)


def _in_latin(match: re.Match[str]) -> str:
    word = match.group()
    return word.translate(_LOOK_ALIKES) if _LATIN.search(word) and _FOREIGN.search(word) else word


def _replaced(view: Plain, pattern: re.Pattern[str], said: Callable[[re.Match[str]], str]) -> Plain:
    """The view with each match replaced; every new sign stands where the match began."""
    pieces: list[str] = []
    places: list[int] = []
    done = 0
    for match in pattern.finditer(view.text):
        new = said(match)
        pieces += [view.text[done : match.start()], new]
        places += view.places[done : match.start()]
        places += _spread(view.places, match, len(new))
        done = match.end()
    if not done:
        return view
    pieces.append(view.text[done:])
    return Plain("".join(pieces), (*places, *view.places[done:]))


def _spread(places: Sequence[int], match: re.Match[str], size: int) -> list[int]:
    """Places for ``size`` new signs: the first at the match's first sign, the last at its last."""
    first, last = places[match.start()], places[match.end() - 1]
    return [first] * (size - 1) + [last if size > 1 else first] if size else []


_ONES = {
    **dict.fromkeys(("nul", "zero", "oh"), "0"),
    **dict.fromkeys(("een", "één", "one"), "1"),
    **dict.fromkeys(("twee", "two"), "2"),
    **dict.fromkeys(("drie", "three"), "3"),
    **dict.fromkeys(("vier", "four"), "4"),
    **dict.fromkeys(("vijf", "five"), "5"),
    **dict.fromkeys(("zes", "six"), "6"),
    **dict.fromkeys(("zeven", "seven"), "7"),
    **dict.fromkeys(("acht", "eight"), "8"),
    **dict.fromkeys(("negen", "nine"), "9"),
}
_TEENS = (
    "tien elf twaalf dertien veertien vijftien zestien zeventien achttien negentien",
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
)
_TENS = (
    "twintig dertig veertig vijftig zestig zeventig tachtig negentig",
    "twenty thirty forty fifty sixty seventy eighty ninety",
)


def _number_words() -> dict[str, str]:
    words = dict(_ONES)
    for row in _TEENS:
        words |= {word: str(10 + at) for at, word in enumerate(row.split())}
    for row in _TENS:
        words |= {word: str(20 + 10 * at) for at, word in enumerate(row.split())}
    dutch = _TENS[0].split()
    for one, digit in _ONES.items():
        between = "ën" if one.endswith("e") else "en"
        words |= {f"{one}{between}{ten}": f"{at + 2}{digit}" for at, ten in enumerate(dutch)}
    return words


_NUMBERS = _number_words()
_NUMBER = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_TOKEN = rf"(?:{_NUMBER}|\d+)"
# Three numbers in a row of which one is a word, or "nul zes": then somebody dictates.
_DICTATED = re.compile(
    rf"\b(?=[\d ,-]{{0,16}}[a-zéë])(?:nul[ ,-]{{1,2}}zes|{_TOKEN}(?:[ ,-]{{1,2}}(?:{_TOKEN}|hundred|honderd))"
    rf"(?=[ ,-]{{1,2}}{_TOKEN}))(?:[ ,-]{{1,2}}(?:{_TOKEN}|hundred|honderd)){{0,14}}\b",
    re.IGNORECASE,
)


def _dictated(match: re.Match[str]) -> str:
    """ "nul zes twaalf" as "06 12"."""
    said = re.sub(r"\b(nul|zero|oh)\b[ ,-]{1,2}(?=\w)", "0", match.group(), flags=re.IGNORECASE)
    said = re.sub(r"[ -]{1,2}(?:hundred|honderd)\b", "00", said, flags=re.IGNORECASE).replace(",", " ")
    return re.sub(rf"{_NUMBER}", lambda word: _NUMBERS[word.group().lower()], said, flags=re.IGNORECASE)


# "double-oh", "dubbel zes".
_DOUBLE = re.compile(rf"\b(?:double|dubbele?)[ -]({'|'.join(_ONES)})\b", re.IGNORECASE)
_AT = re.compile(
    r"[ ]{0,2}[\[({<][ ]?(?:at|apestaart(?:je)?|apenstaart(?:je)?|@|a)[ ]?[\])}>][ ]{0,2}"
    r"|(?<=\w)[ ]{1,2}(?:apestaart(?:je)?|apenstaart(?:je)?|at-teken|at sign)[ ]{1,2}(?=\w)"
    r"|(?<=\w)[ ]{1,2}@[ ]{1,2}(?=[\w-]{1,40}[ ]?[.])"
    r"|(?<=\w)[ ]at[ ](?=[\w-]{2,40}[ ](?:dot|punt)[ ])|(?<=\w)[ ]at[ ](?=(?:gmail|hotmail|outlook|live|yahoo"
    r"|ziggo)[. ])",
    re.IGNORECASE,
)
# "p.jansen @hetnet.nl"; "dank @gemeente.nl" names an account.
_APART = re.compile(
    r"(?<![\w.@-])([A-Za-z][\w-]{0,30}[._][\w.-]{0,29}\w)(?:[ ]@|@[ ])(?=[\w-]{2,40}[.][a-z]{2,10}(?!\w))"
)
_BRACKETED_DOT = re.compile(r"[ ]{0,2}[\[({<][ ]?(?:dot|punt|\.)[ ]?[\])}>][ ]{0,2}", re.IGNORECASE)
# "jan punt smit@gmail punt com"; elsewhere the words mean something else.
_TLD = r"(?:nl|com|org|net|eu|info|be|uk|de|frl|amsterdam|online|example)"
_SPOKEN_DOT = re.compile(
    r"(?<=\w)[ ](?:dot|punt)[ ](?=[\w.-]{1,40}@)|(?<=@)([\w-]{1,40})[ ](?:dot|punt)[ ](?=\w)"
    rf"|(?<=@)([\w-]{{1,40}})[ ]{{0,2}}[.][ ]{{1,2}}(?={_TLD}(?!\w))|(?<=@)([\w-]{{1,40}})[ ]{{1,2}}[.]"
    rf"(?={_TLD}(?!\w))|(?<=\w)[ ](?:dot|punt)[ ](?={_TLD}\b)",
    re.IGNORECASE,
)
# "o6-27oo3819": the letter for the digit.
_NUL = re.compile(r"(?<!\w)nul(?=[ ]?\d)", re.IGNORECASE)
_LETTER_O = re.compile(r"(?<![\w-])(?=[0-9 -]{0,12}[oO])[oO0]6[ -]?(?:[oO0-9][ -]?){7}[oO0-9](?!\w)")
_SPOKEN: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (_AT, lambda _match: "@"),
    (_APART, lambda match: f"{match[1]}@"),
    (_BRACKETED_DOT, lambda _match: "."),
    (_SPOKEN_DOT, lambda match: f"{match.group(1) or match.group(2) or match.group(3) or ''}."),
    (_DOUBLE, lambda match: f"{match[1]} {match[1]}"),
    (_DICTATED, _dictated),
    (_NUL, lambda _match: "0"),
    (_LETTER_O, lambda match: re.sub("[oO]", "0", match.group())),
)


def texts_of(draft: Draft) -> dict[str, str]:
    """Each different text of the draft once, with the channel that it is for; "" is the text for all."""
    found = {draft.text: ""}
    for target in draft.targets:
        found.setdefault(target.text, target.channel)
    return found


def told(check: Check, draft: Draft, *, look: Callable[[Plain], Iterator[Hit]], tier: Tier) -> Iterator[Finding]:
    """A finding for each thing that ``look`` finds in the text for all, and for what only a channel's text has."""
    said: set[str] = set()
    for text, channel in texts_of(draft).items():
        view = plain(text)
        count = 0
        for hit in look(view):
            same = "".join(sign for sign in view.text[hit.start : hit.end].casefold() if sign.isalnum())
            if same in said:
                continue
            said.add(same)
            count += 1
            span = Span(0, 0) if channel else view.span(hit.start, hit.end)
            values: dict[str, str | int] = {"shown": hit.shown} if hit.shown else {}
            yield Finding(check.key, tier, hit.message, values, channel, start=span.start, end=span.end)
            if count == _MOST_FINDINGS:
                break


def masked(value: str, *, keep: int = 2) -> str:
    """The first ``keep`` letters and digits, and dots for the rest: never enough to use it."""
    bare = "".join(sign for sign in value if sign.isalnum())
    return f"{bare[:keep]}{'•' * min(6, max(1, len(bare) - keep))}"


_SENTENCE_END = re.compile(r"[.!?;:]\s+(?=[A-Z\"'@#0-9])|\n+|[!?]+\s|(?<=[a-z)]{4})\.\s+")


def sentence_around(text: str, start: int, end: int, *, reach: int = 200) -> str:
    """The sentence in which ``text[start:end]`` stands, with at most ``reach`` signs on either side."""
    before = text[max(0, start - reach) : start]
    ends = [match.end() for match in _SENTENCE_END.finditer(before)]
    after = text[end : end + reach]
    stop = _SENTENCE_END.search(after)
    return before[ends[-1] if ends else 0 :] + text[start:end] + after[: stop.start() + 1 if stop else reach]
