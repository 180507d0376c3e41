"""What holds alerts against posts: ours, ours on other automata, and what somebody would write without it.

Each has ``match``: from texts to hits, pairs of the number of a post and that of an alert.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Protocol

import ahocorasick
import ahocorasick_rs

from vierogen.matching import automata
from vierogen.matching.automata import Build
from vierogen.matching.breadth import Rarity
from vierogen.matching.matcher import Matcher
from vierogen.matching.parsing import parse
from vierogen.matching.posts import Post, documents
from vierogen.matching.tree import Every, Node, Not, Query, Some, Term, View

SAMPLE = 2_000
Hits = list[list[int]]


class Engine(Protocol):
    """Alerts that were made ready."""

    def match(self, texts: Sequence[str]) -> Hits:
        """The numbers of the alerts of each text."""


class RustAutomaton:
    """The second automaton, of the wheel ahocorasick_rs."""

    def __init__(self, patterns: Sequence[bytes], _sample: Sequence[bytes]) -> None:
        self._automaton = ahocorasick_rs.BytesAhoCorasick(patterns)

    def find_overlapping(self, haystack: bytes) -> Iterator[tuple[int, int, int]]:
        """As daachorse tells it."""
        found = self._automaton.find_matches_as_indexes(haystack, overlapping=True)
        return ((start, end, number) for number, start, end in found)


class PythonAutomaton:
    """That of pyahocorasick, which takes text: each byte as a letter."""

    def __init__(self, patterns: Sequence[bytes], _sample: Sequence[bytes]) -> None:
        self._automaton = ahocorasick.Automaton()
        for number, pattern in enumerate(patterns):
            self._automaton.add_word(pattern.decode("latin-1"), number)
        self._automaton.make_automaton()

    def find_overlapping(self, haystack: bytes) -> Iterator[tuple[int, int, int]]:
        """As daachorse tells it, without the starts, for which nobody asks."""
        return ((0, end + 1, number) for end, number in self._automaton.iter(haystack.decode("latin-1")))


class Ours:
    """The matcher, on any automaton."""

    def __init__(self, queries: Iterator[str], sample: Sequence[str], build: Build = automata.build) -> None:
        rarity = Rarity(documents(list(map(Post, sample))))
        parsed = ((number, parse(text)) for number, text in enumerate(queries))
        self.matcher = Matcher(parsed, rarity=rarity, build=build)

    def match(self, texts: Sequence[str]) -> Hits:
        """By the matcher."""
        return [sorted(hits) for hits in self.matcher.match_many(list(map(Post, texts)))]


class Regexes:
    """Each alert by itself, by regular expressions on the folded text."""

    def __init__(self, queries: Iterator[str], _sample: Sequence[str]) -> None:
        self._alerts = [_tested(parse(text)) for text in queries]

    def match(self, texts: Sequence[str]) -> Hits:
        """One alert after the other."""
        folded = documents(list(map(Post, texts)))
        return [[number for number, holds in enumerate(self._alerts) if holds(text)] for text in folded]


Test = Callable[[str], object]


def _tested(query: Query) -> Test:
    return _some([_test(node) for node in query.clauses])


def _test(node: Node) -> Test:
    match node:
        case Term(patterns):
            return re.compile("|".join(map(re.escape, patterns))).search
        case Every(nodes):
            return _every([_test(each) for each in nodes])
        case Some(nodes):
            return _some([_test(each) for each in nodes])
        case Not(inner):
            inside = _test(inner)
            return lambda text: not inside(text)
        case _:
            raise ValueError("the alerts that are measured have no such part")


def _every(tests: Sequence[Test]) -> Test:
    return lambda text: all(test(text) for test in tests)


def _some(tests: Sequence[Test]) -> Test:
    return tests[0] if len(tests) == 1 else lambda text: any(test(text) for test in tests)


def brute(queries: Iterator[str], texts: Sequence[str]) -> Hits:
    """Every alert on every text, without an index; a query is forgotten when it was asked."""
    views = [View(text, document) for text, document in zip(texts, documents(list(map(Post, texts))), strict=True)]
    found: Hits = [[] for _text in texts]
    for number, text in enumerate(queries):
        clauses = parse(text).clauses
        for hits, view in zip(found, views, strict=True):
            if any(node.holds(view) for node in clauses):
                hits.append(number)
    return found


@cache
def tsquery_word(word: str) -> str:
    """A word as PostgreSQL reads it literally."""
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"


def tsquery(node: Node) -> str:
    """The query as PostgreSQL's tsquery, on the folded words as they are."""
    match node:
        case Term(patterns):
            return "(" + " | ".join(map(_phrase, patterns)) + ")"
        case Every(nodes):
            return "(" + " & ".join(map(tsquery, nodes)) + ")"
        case Some(nodes):
            return "(" + " | ".join(map(tsquery, nodes)) + ")"
        case Not(inner):
            return f"!{tsquery(inner)}"
        case _:
            raise ValueError("the alerts that are measured have no such part")


def _phrase(pattern: str) -> str:
    words = [tsquery_word(word) for word in pattern.split()]
    return " <-> ".join(words) + ("" if pattern.endswith(" ") else ":*")


def tsvector(document: str) -> str:
    """A folded post as PostgreSQL's tsvector, its readings apart from each other."""
    return " ".join(f"{tsquery_word(word)}:{place}" for place, word in enumerate(document.split(), 1) if word != "|")
