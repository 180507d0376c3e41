"""Text as it is compared: lower case, without accents, words between single spaces.

A text is read in up to four ways: hyphens and apostrophes as a gap between words (``foto s``) or as nothing
(``fotos``), and ü as u or as ue (also ä, ö, ø, å). All readings of a post are kept, so that a query in any of those
spellings finds it. Folded text looks like ``" jan de vries "``, readings with ``|`` between them. Whatever
reads a stored fold has to compare FOLDING first.
"""

import codecs
import re
import unicodedata
from collections.abc import Sequence

FOLDING = 2
"""Rises when the same text would be folded otherwise."""

_END = "\0"
_ASCII = bytes(
    ord("\n") if byte == 0 else byte + 32 if chr(byte) in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" else byte
    if byte > 127 or chr(byte).isalnum() else ord(" ")
    for byte in range(256)
)  # fmt: skip
_HYPHENS = "-\u2010\u2011"
_APOSTROPHES = "'`´ʼ‘’＇"
_JOINERS = _HYPHENS + _APOSTROPHES
_BEYOND = frozenset(sign for sign in _JOINERS if not sign.isascii())
_UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"}
_WITH_UMLAUT = re.compile("[äöüøåÄÖÜØÅ]")
# Letters that Unicode does not take apart, though people write them with two hands on a plain keyboard.
_LETTERS = {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ŋ": "n"}
# Scripts that write no spaces: each sign is a word of its own, and a word is a phrase.
_UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_MOST_RUNS = 50_000


def _sign(sign: str, *, wide: bool, glued: bool) -> str:
    """What a character outside ASCII becomes: letters and figures, a space, or nothing for an accent of its own."""
    if sign in _JOINERS:
        return "" if glued else " "
    if wide and sign.lower() in _UMLAUTS:
        return _UMLAUTS[sign.lower()]
    if _UNSPACED.match(sign):
        return f" {sign} "
    letters = unicodedata.normalize("NFKD", "".join(_LETTERS.get(each, each) for each in sign.casefold()))
    return "".join(_part(each) for each in letters.casefold())


def _part(sign: str) -> str:
    kind = unicodedata.category(sign)
    if kind in {"Mn", "Me", "Cf"}:
        return ""
    return _LETTERS.get(sign, sign) if kind[0] in "LN" or kind == "Mc" else " "


class _Reading:
    """One way to read: what is beside ASCII goes through a handler of the codec, the rest through tables in C."""

    def __init__(self, *, wide: bool, glued: bool) -> None:
        self._how = {"wide": wide, "glued": glued}
        self._dropped = b"'`-" if glued else b""
        self._runs: dict[str, bytes] = {}
        self._handler = f"vierogen-folding-{wide}-{glued}"
        codecs.register_error(self._handler, self._run)

    def _run(self, error: UnicodeError) -> tuple[bytes, int]:
        if not isinstance(error, UnicodeEncodeError):
            raise error
        run = error.object[error.start : error.end]
        known = self._runs.get(run)
        if known is None:
            if len(self._runs) > _MOST_RUNS:  # a stream of nonsense must not fill the memory
                self._runs.clear()
            text = "".join(_sign(sign, **self._how) for sign in run)
            known = self._runs[run] = text.encode(errors="ignore")
        return known, error.end

    def many(self, texts: Sequence[str]) -> list[str]:
        """Each text folded, all in one go: that is what makes it quick."""
        if not texts:
            return []
        joined = f" {_END} ".join(texts)
        if joined.count(_END) >= len(texts):
            joined = f" {_END} ".join(text.replace(_END, " ") for text in texts)
        if not joined.isascii():
            joined = unicodedata.normalize("NFC", joined)
        folded = b" " + joined.encode("ascii", self._handler).translate(_ASCII, self._dropped) + b" "
        while b"  " in folded:
            folded = folded.replace(b"  ", b" ")
        return folded.decode().split("\n")


_PLAIN = _Reading(wide=False, glued=False)
_GLUED = _Reading(wide=False, glued=True)
_WIDE = _Reading(wide=True, glued=False)
_BOTH = _Reading(wide=True, glued=True)


def _has_umlaut(text: str) -> bool:
    return _WITH_UMLAUT.search(unicodedata.normalize("NFC", text)) is not None


def fold(texts: Sequence[str]) -> list[str]:
    """Each text in all its readings: ``" foto s | fotos "``. In the order of the texts."""
    # What is ASCII goes by itself: one character beyond it would send all its neighbours the slow way.
    beyond = [number for number, text in enumerate(texts) if not text.isascii()]
    folded = _apart(texts, beyond) if beyond else _PLAIN.many(texts)
    joined = [number for number, text in enumerate(texts) if "-" in text or "'" in text or "`" in text]
    others = [number for number in beyond if any(map(texts[number].__contains__, _BEYOND))]
    joined = sorted({*joined, *others}) if others else joined
    wide = [number for number in beyond if _has_umlaut(texts[number])]
    _add(folded, texts, joined, _GLUED)
    _add(folded, texts, wide, _WIDE)
    _add(folded, texts, sorted(set(joined) & set(wide)), _BOTH)
    return folded


def _apart(texts: Sequence[str], beyond: list[int]) -> list[str]:
    """The plain reading, with the texts beyond ASCII by themselves: in their places stand empty ones meanwhile."""
    folded = _PLAIN.many([text if text.isascii() else "" for text in texts])
    for number, text in zip(beyond, _PLAIN.many([texts[each] for each in beyond]), strict=True):
        folded[number] = text
    return folded


def _add(folded: list[str], texts: Sequence[str], numbers: list[int], reading: _Reading) -> None:
    for number, text in zip(numbers, reading.many([texts[each] for each in numbers]), strict=True):
        if text not in folded[number].split("|"):
            folded[number] += f"|{text}"


def readings(text: str) -> tuple[str, ...]:
    """The readings of one text, the plain one first."""
    return tuple(fold([text])[0].split("|"))


_WORD = re.compile(r"[^\W_]+")
# What nobody sees, all of Unicode's category Cf: "Belasting\u00addienst" is one word, here as in what is folded.
_UNSEEN = re.compile(
    "[\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001"
    "\U000e0020-\U000e007f]"
)


def spaced(text: str) -> str:
    """Words between single spaces with their own case and accents, for what asks for exactly those.

    The one sign ĳ, which old programs write, is the two letters that everybody types.
    """
    if not text.isascii():
        apart = text.replace("ĳ", "ij").replace("Ĳ", "IJ")
        text = unicodedata.normalize("NFC", _UNSEEN.sub("", apart))
    return f" {' '.join(_WORD.findall(text))} "


_LETTER = str.maketrans("0123456789abcdef", "ABCDEFGHIJKLMNOP")


def opaque(text: str) -> str:
    """A name or a value as capitals, which folded words never have: no word can be found in it by accident."""
    return text.casefold().encode(errors="ignore").hex().translate(_LETTER)
