"""The automaton that finds all patterns in one pass over a text."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from daachorse import DoubleArrayAhoCorasick


class Automaton(Protocol):
    """What was built from patterns, which are not empty and no two the same."""

    def find_overlapping(self, haystack: bytes, /) -> Iterable[tuple[int, int, int]]:
        """Start, end and number of the pattern, for every place where one is found, in the order of the ends."""


Build = Callable[[Sequence[bytes], Sequence[bytes]], Automaton]
"""From the patterns, and from some texts such as those that will be searched, to an automaton."""


class _Nothing:
    """The automaton of no patterns, which daachorse cannot build."""

    def find_overlapping(self, _haystack: bytes, /) -> Iterable[tuple[int, int, int]]:
        return ()


def build(patterns: Sequence[bytes], sample: Sequence[bytes]) -> Automaton:
    """An automaton of daachorse, which puts together in the memory what texts like those of the sample need."""
    return DoubleArrayAhoCorasick(list(patterns), corpus=list(sample) or None) if patterns else _Nothing()
