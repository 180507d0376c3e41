"""Alerts compiled together: each clause stands under the rarest pattern that its posts must have."""

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import accumulate, chain

from vierogen.matching.automata import Build
from vierogen.matching.breadth import Rarity
from vierogen.matching.looks import NOTHING, Looks, plans
from vierogen.matching.tree import Node, View

Clauses = tuple[Node, ...]
Found = defaultdict[int, dict[int, int]]
"""By the number of the post: its alerts, each with the first clause that it fulfils."""


class Batch:
    """Posts that are looked at together: one search through all of them is quicker than one through each."""

    def __init__(self, texts: Sequence[str], documents: Sequence[str]) -> None:
        self._texts, self._documents = texts, documents
        joined = "\n".join(documents)
        self.joined = joined.encode()
        lengths = map(len, documents if len(joined) == len(self.joined) else map(str.encode, documents))
        # Where each document ends, with the line feed that follows it.
        self.ends = list(accumulate(length + 1 for length in lengths))

    def view(self, number: int) -> View:
        """What queries look at of one of them."""
        return View(self._texts[number], self._documents[number])


class Index:
    """Alerts that do not change any more."""

    def __init__(self, entries: Iterable[tuple[int, Clauses]], rarity: Rarity, build: Build) -> None:
        builder = _Builder(rarity)
        for key, clauses in entries:
            builder.add(key, clauses)
        # By the number of its pattern, an alert that is settled by it: nearly all are. Those have the lower numbers.
        patterns, self._settled, self._looks = builder.done()
        del builder
        self._automaton = build(patterns, rarity.sample)

    def find(self, batch: Batch, found: Found) -> None:
        """Add what the posts of a batch are hits for."""
        settled, looks, ends = self._settled, self._looks, batch.ends
        border, end_of_post = len(settled), 0
        hits: dict[int, int] = {}
        # Once only for each post, however often it repeats a word.
        rows: dict[int, set[int]] = {}
        asked: set[int] = set()
        for _start, end, number in self._automaton.find_overlapping(batch.joined):
            if end >= end_of_post:
                post = bisect_left(ends, end + 1)
                end_of_post, hits = ends[post], found[post]
                asked = rows[post] = set()
            if number < border:
                hits[settled[number]] = 0
            else:
                asked.add(number - border)
        for post, asked in rows.items():
            if asked:
                looks.find(asked, batch.view(post), found[post])


class _Builder:
    def __init__(self, rarity: Rarity) -> None:
        self._rarity = rarity
        self._keys = array("q")
        # By pattern: the place in _keys of the alert that it settles, or below 0 that of a group.
        self._places: dict[str, int] = {}
        self._groups: list[list[bytes]] = []
        self._looks = Looks()

    def add(self, key: int, clauses: Clauses) -> None:
        for clause, node in enumerate(clauses):
            for found, what in plans(node, self._rarity):
                if not clause and what is NOTHING:
                    self._settle(key, found)
                else:
                    row = self._looks.row(key, clause, what)
                    for pattern in found:
                        self._group(pattern).append(row)

    def _settle(self, key: int, patterns: tuple[str, ...]) -> None:
        self._keys.append(key)
        slot = len(self._keys) - 1
        for pattern in patterns:
            if self._places.setdefault(pattern, slot) != slot:
                self._group(pattern).append(self._looks.whole(key))

    def _group(self, pattern: str) -> list[bytes]:
        place = self._places.get(pattern)
        if place is not None and place < 0:
            return self._groups[~place]
        self._groups.append([] if place is None else [self._looks.whole(self._keys[place])])
        self._places[pattern] = ~(len(self._groups) - 1)
        return self._groups[-1]

    def done(self) -> tuple[list[bytes], "array[int]", Looks]:
        """The patterns, the alerts of those that settle one, and the looks of the others."""
        settled = [(pattern, place) for pattern, place in self._places.items() if place >= 0]
        # In the order in which their groups were made.
        others = [pattern for pattern, place in self._places.items() if place < 0]
        others.sort(key=self._places.__getitem__, reverse=True)
        self._places.clear()
        self._looks.fill(self._groups)
        keys = array("q", (self._keys[place] for _pattern, place in settled))
        return (
            [pattern.encode() for pattern in chain((pattern for pattern, _place in settled), others)],
            keys,
            self._looks,
        )
