"""Which messages say the same: MinHash over their words finds candidates, the words themselves decide.

Two messages are copies if at least six of ten of all their words are in both (Jaccard >= 0.6: below that, other news
on the same matter came along; above it, a copy with a site's own sentence was lost), *unless* both open with a name or
number that the other has nowhere: "Vacature: boa in Tilburg" and "in Helmond" share 9 of 10 words and are two messages.
From one publisher it is stricter: whoever fills in a form again and again makes messages that differ in any word, so
there a copy is only what the other has as a whole. Knows no Django.

References: Broder, "On the resemblance and containment of documents" (1997), for MinHash; Leskovec, Rajaraman and
Ullman, "Mining of Massive Datasets", 3.4, for the bands.
"""

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import eq
from urllib.parse import urlsplit

from rensa import RMinHash

from vierogen.matching.folding import fold

ALIKE = 0.6
# Of 32 bands with 4 numbers one is the same with likelihood 0.99 at a likeness of 0.6, 0.9998 at 0.7, 0.02 at 0.15.
BANDS, ROWS = 32, 4
VERSION = RMinHash.ALGORITHM_VERSION
_SEED = 20_260
# Of the 128 numbers of two copies 77 are the same on average; with fewer than 54 there is no hope (four deviations).
_HOPE = 54
_PACKED = struct.Struct(f"<{BANDS * ROWS}H")
_KEYS = struct.Struct(f"<{BANDS}Q")
# Beyond that many words a sketch says no more; beyond so many, no text opens.
_MOST_WORDS, _OPENING = 1_000, 30

_ADDRESS = re.compile(r"https?://\S+|\bwww\.\S+")
# What says where a copy stands, and nothing else: "| The Post", "(ANP)", "RT @piet:", "Bron: …", "Lees meer op …".
_SITE = re.compile(r"\s+[|–—-]\s+[^|–—]{2,30}$")
_CREDIT = re.compile(
    r"\([A-Z][\w./ ]{1,15}\)|\bRT @\S+|\b(?:(?:bron|source)\s?:|lees (?:meer|verder)\b|read (?:more|on)\b).{0,60}$",
    re.IGNORECASE | re.MULTILINE,
)
_TOKEN = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Told:
    """What one message says, and who published it: its author, else the host of its link."""

    text: str
    title: str = ""
    author: str = ""
    link: str = ""

    @cached_property
    def whole(self) -> str:
        """Title and text without addresses, and without what only says where it stands."""
        title = _SITE.sub("", self.title)
        return _CREDIT.sub(" ", _ADDRESS.sub(" ", f"{title}\n{self.text}"))

    @cached_property
    def words(self) -> frozenset[str]:
        """Its words, folded."""
        return frozenset(fold([self.whole])[0].partition("|")[0].split()[:_MOST_WORDS])

    @cached_property
    def publisher(self) -> str:
        """Whose it is; "" if unknown."""
        if self.author:
            return self.author.casefold()
        try:
            return (urlsplit(self.link).hostname or "").removeprefix("www.")
        except ValueError:  # it only looked like an address
            return ""

    @cached_property
    def opening(self) -> tuple[tuple[str, bool], ...]:
        """Its first words, folded, each with whether it is a name or a number by its looks."""
        return tuple(_opening(self.whole))


def _opening(text: str) -> Iterator[tuple[str, bool]]:
    end = 0
    for number, found in enumerate(_TOKEN.finditer(text)):
        if number == _OPENING:
            return
        word, begins = found[0], not number or _ends_a_sentence(text[end : found.start()])
        is_name = any(map(str.isdigit, word)) or (word[0].isupper() and not begins)
        end = found.end()
        yield fold([word])[0].partition("|")[0].strip(), is_name


def _ends_a_sentence(gap: str) -> bool:
    """Is a stop, or a new line, in what stands between two words, and no underscore behind it?"""
    return "\n" in gap or max(gap.rfind(stop) for stop in ".!?") > gap.rfind("_")


def are_copies(one: Told, other: Told) -> bool:
    """Do they say the same?"""
    both = one.words & other.words
    if not both or len(both) < ALIKE * len(one.words | other.words):
        return False
    mine, theirs = one.words - both, other.words - both
    if not mine or not theirs:
        return True
    if one.publisher and one.publisher == other.publisher:
        return False
    return not (_names(one, mine) and _names(other, theirs)) and not _open_differently(one, other)


def _names(told: Told, own: frozenset[str]) -> bool:
    return any(is_name and word in own for word, is_name in told.opening)


def _open_differently(one: Told, other: Told) -> bool:
    """ "Almere zoekt …", "Breda zoekt …": a capital at the beginning says nothing, what follows it does."""
    mine, theirs = ([word for word, _is_name in told.opening[:2]] for told in (one, other))
    return len(mine) == len(theirs) == 2 and mine[0] != theirs[0] and mine[1] == theirs[1]


def sketches(words: Sequence[frozenset[str]]) -> list[bytes]:
    """For each set of words 256 bytes: 128 minima of 16 bits, in bands of four. In the order of the sets."""
    # Sorted: the same words give the same sketch, whichever process asks.
    made = RMinHash.digests_from_token_sets([sorted(each) for each in words], BANDS * ROWS, _SEED)
    return [_PACKED.pack(*(minimum & 0xFFFF for minimum in each)) for each in made]


def may_be_copies(one: bytes, other: bytes) -> bool:
    """Are these two sketches near enough to look at the words?"""
    same: int = sum(map(eq, _PACKED.unpack(one), _PACKED.unpack(other)))
    return same >= _HOPE


def bands(sketch: bytes) -> tuple[int, ...]:
    """The 32 keys of a sketch; two messages that may be copies have one in common."""
    return _KEYS.unpack(sketch)
