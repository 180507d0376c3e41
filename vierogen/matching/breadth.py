"""Which queries would find nearly everything, and how rare a pattern is."""

from collections import Counter
from collections.abc import Iterable, Sequence

from vierogen.matching.tree import Every, Exact, Near, Node, Not, Query, Some, Term

# The words that more than about one in twenty messages have, in Dutch or in English, as they are folded.
_WORDS = """
aan al alle alles als andere ben bent bij dan dat de deze die dit doen door dus een eens en er ga geen goed
haar heb hebben heeft heel hem het hier hij hoe hun iets ik in is ja je jij jou jouw kan kunnen maar me meer
men met mij mijn moet na naar nee niet nog nu of om omdat onder ons ook op over s t te tegen toch toen tot u
uit uw van veel voor waar waren was wat we wel werd wie wij wil worden wordt ze zich zij zijn zo zonder zou
a about after all also an and any are as at be been but by can com could did do for from get go had has have
he her him his how http https i if into it its just like me more my new no not now off on one or our out rt
she so some than that the their them then there they this time to up us was we were what when which who will
with would www you your
"""
STOP_WORDS = frozenset(_WORDS.split())
_WIDE_FILTERS = (" LANG:", " NETWORK:", " HAS:", " IS:")
LEAST_BEGINNING, LEAST_INSIDE = 3, 4
# What words of more than one in twenty messages begin with: those words, and four that begin very many.
_BEGINNINGS = {word[:end] for word in STOP_WORDS for end in range(LEAST_BEGINNING, len(word) + 1)}
WIDE_BEGINNINGS = frozenset({*_BEGINNINGS, "con", "pro", "sta", "ver"})
# Of phrases with a star at their end: so many words that say nothing before it make it no rarer.
_MOST_BEFORE = 2
# Beginnings that are longer are as rare as those are.
_LONGEST_BEGINNING = 7
# So many of the posts that were seen are kept, for the automaton to be laid out by.
_MOST_KEPT = 1_000
# Guesses of how many posts have a stop word, and one of the letters of a word that nobody has seen yet.
_STOP_SHARE, _UNSEEN = 0.3, 0.002


def _is_stop(word: str) -> bool:
    return word in STOP_WORDS or (len(word) < 2 and word.isascii())


def is_wide(pattern: str) -> bool:
    """Whether nearly every post, or a good part of all, has this."""
    if pattern.startswith(_WIDE_FILTERS):
        return True
    words = pattern.split()
    starts, ends = pattern.startswith(" "), pattern.endswith(" ")
    if starts and ends:
        return len(words) < 3 and all(_is_stop(word) for word in words) and not _is_abbreviation(words)
    if not starts:
        return len(words) == 1 and len(words[0]) < LEAST_INSIDE and words[0].isascii()
    *before, last = words
    is_wide_beginning = last in WIDE_BEGINNINGS or (len(last.lstrip("#")) < LEAST_BEGINNING and last.isascii())
    return is_wide_beginning and len(before) <= _MOST_BEFORE and all(_is_stop(word) for word in before)


def _is_abbreviation(words: Sequence[str]) -> bool:
    """Two single letters: "B&W", "R&D"."""
    return len(words) == 2 and all(len(word) < 2 for word in words)


def anchors(node: Node, rarity: "Rarity") -> tuple[str, ...]:
    """The patterns of which a post must have at least one for this to hold, the rarest choice; () if there is none."""
    match node:
        case Term(patterns) | Exact(patterns, _):
            return patterns
        case Near(left, right, _):
            return min(left, right, key=rarity.of_all)
        case Every(nodes):
            choices = [found for each in nodes if (found := anchors(each, rarity))]
            return min(choices, key=rarity.of_all) if choices else ()
        case Some(nodes):
            parts = [anchors(each, rarity) for each in nodes]
            return tuple(dict.fromkeys(each for part in parts for each in part)) if all(parts) else ()
        case Not():
            return ()


class Rarity:
    """How often a pattern is expected, from posts that were seen and otherwise from its length.

    ``documents`` are those of some hundred or thousand posts, see ``posts.documents``.
    """

    def __init__(self, documents: Iterable[str] = ()) -> None:
        self._counts: Counter[str] = Counter()
        self._number = 0
        kept: list[bytes] = []
        for document in documents:
            self._number += 1
            self._counts.update(set(document.split()))
            if len(kept) < _MOST_KEPT:
                kept.append(document.encode())
        self.sample: tuple[bytes, ...] = tuple(kept)
        self._beginnings: Counter[str] = Counter()
        for word, count in self._counts.items():
            for length in range(1, min(len(word), _LONGEST_BEGINNING) + 1):
                self._beginnings[word[:length]] += count
        # What was not seen among a thousand is rarer than one in a thousand.
        self._unseen = min(_UNSEEN, 1 / (self._number + 1))

    def of_all(self, patterns: Sequence[str]) -> float:
        """The expected share of posts that have one of these, as the sum of each."""
        return sum(map(self.of, patterns))

    def of(self, pattern: str) -> float:
        """The expected share of posts that have this, between 0 and 1."""
        if is_wide(pattern):
            return 1.0
        words = pattern.split()
        if not pattern.endswith(" "):
            rates = [*map(self._word, words[:-1]), self._beginning(words[-1])]
        elif len(words) == 1:
            return self._word(words[0])
        else:
            rates = list(map(self._word, words))
        rates.sort()
        # Words of a phrase are no accident: three of them are not as rare as chance would have it.
        return float(rates[0] * (rates[1] ** 0.3 if len(rates) > 1 else 1.0))

    def _word(self, word: str) -> float:
        counted = self._counts.get(word)
        if counted:
            return counted / self._number
        return _STOP_SHARE if word in STOP_WORDS else self._unseen / len(word)

    def _beginning(self, start: str) -> float:
        seen = self._beginnings.get(start[:_LONGEST_BEGINNING])
        return min(1.0, seen / self._number if seen else 10 * self._unseen / len(start) ** 2)


def required(query: Query, rarity: Rarity | None = None) -> tuple[str, ...]:
    """Pieces of a document (see ``posts.documents``) of which each post that fits has at least one.

    For narrowing stored posts in a database before ``Query.first`` decides. Never empty for a query that was read.
    """
    found = (anchors(node, rarity or Rarity()) for node in query.clauses)
    return tuple(dict.fromkeys(piece for each in found for piece in each))


def is_too_wide(node: Node) -> bool:
    """Whether nothing in this must be there but what nearly everything has."""
    match node:
        case Not():
            return True
        case Every(nodes):
            return all(is_too_wide(each) for each in nodes)
        case Some(nodes):
            return any(is_too_wide(each) for each in nodes)
        case Near(left, right, _):
            return any(map(is_wide, left)) and any(map(is_wide, right))
        case Exact(patterns, words):
            return any(map(is_wide, patterns)) and not _is_in_capitals(words)
        case Term(patterns):
            return any(map(is_wide, patterns))


def _is_in_capitals(words: str) -> bool:
    """ "OM", "WHO", "US": written like this it is no word that every text has."""
    letters = words.replace(" ", "")
    return len(letters) > 1 and letters.isupper()
