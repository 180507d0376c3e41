"""Which queries would find nearly everything, and how rare a pattern is."""

from collections import Counter
from collections.abc import Iterable, Sequence

from vierogen.matching.tree import Every, Exact, Near, Node, Not, Some, Term

# The words that most sentences have, in Dutch and in English, as they are folded.
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
# Beginnings that are longer are as rare as those are.
_LONGEST_BEGINNING = 7


def _is_stop(word: str) -> bool:
    return word in STOP_WORDS or (len(word) < 2 and word.isascii())


def is_wide(pattern: str) -> bool:
    """Whether nearly every post, or a good part of all, has this."""
    if pattern.startswith(_WIDE_FILTERS):
        return True
    words = pattern.split()
    starts, ends = pattern.startswith(" "), pattern.endswith(" ")
    if starts and ends:
        return len(words) < 3 and all(_is_stop(word) for word in words)
    least = LEAST_BEGINNING if starts else LEAST_INSIDE
    return len(words) == 1 and len(words[0].lstrip("#")) < least and words[0].isascii()


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
    """How often a pattern is expected, from the words of posts that were seen and otherwise from its length."""

    def __init__(self, folded: Iterable[str] = ()) -> None:
        self._counts: Counter[str] = Counter()
        for text in folded:
            self._counts.update(text.split())
        self._total = max(1, self._counts.total())
        self._beginnings: Counter[str] = Counter()
        for word, count in self._counts.items():
            for length in range(1, _LONGEST_BEGINNING + 1):
                self._beginnings[word[:length]] += count

    def of_all(self, patterns: Sequence[str]) -> float:
        """The expected number for all of them together."""
        return sum(map(self.of, patterns))

    def of(self, pattern: str) -> float:
        """The expected number per word of text; only good for comparing."""
        if is_wide(pattern):
            return 1.0
        whole = pattern.startswith(" ") and pattern.endswith(" ")
        words = pattern.split()
        rates = sorted(map(self._word, words if whole else words[:-1]))
        if not whole:
            rates = sorted([*rates, self._beginning(words[-1])])
        # Words of a phrase are no accident: three of them are not as rare as chance would have it.
        return rates[0] * (rates[1] ** 0.3 if len(rates) > 1 else 1.0)

    def _word(self, word: str) -> float:
        if word in STOP_WORDS:
            return 0.02
        counted = self._counts.get(word, 0)
        return counted / self._total if counted else 1e-5 / len(word)

    def _beginning(self, start: str) -> float:
        seen = self._beginnings.get(start[:_LONGEST_BEGINNING], 0)
        return max(seen / self._total, 2e-4 / len(start) ** 2)


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
        case Term(patterns) | Exact(patterns, _):
            return any(map(is_wide, patterns))
