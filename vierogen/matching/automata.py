"""The automaton that finds all patterns in one pass over a text."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from daachorse import DoubleArrayAhoCorasick


class Automaton(Protocol):
    """What was built from patterns, which are not empty and no two the same."""

    def find_overlapping(self, haystack: bytes, /) -> Iterable[tuple[int, int, int]]:
        """Start, end and number of the pattern, for every place where one is found."""


Build = Callable[[Sequence[bytes]], Automaton]


class _Nothing:
    """The automaton of no patterns, which daachorse cannot build."""

    def find_overlapping(self, _haystack: bytes, /) -> Iterable[tuple[int, int, int]]:
        return ()


def build(patterns: Sequence[bytes]) -> Automaton:
    """An automaton of daachorse. Other threads go on meanwhile: its own code holds no lock of Python's."""
    return DoubleArrayAhoCorasick(list(patterns)) if patterns else _Nothing()
