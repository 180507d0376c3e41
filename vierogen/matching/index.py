"""Alerts compiled together: each clause stands under the rarest pattern that its posts must have."""

from array import array
from collections.abc import Iterable
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray

from vierogen.matching.automata import Build
from vierogen.matching.batch import Batch, Hits
from vierogen.matching.breadth import Rarity
from vierogen.matching.looks import NOTHING, Looks, plans
from vierogen.matching.tree import Node

Clauses = tuple[Node, ...]
# Bytes that are searched at once: of each place where a pattern is found Python makes more than a hundred bytes, and
# someone may ask for all lengths of a word that someone else repeats.
_AT_ONCE = 32_768


class Index:
    """Alerts that do not change any more."""

    def __init__(self, entries: Iterable[tuple[int, Clauses]], rarity: Rarity, build: Build) -> None:
        builder = _Builder(rarity)
        for key, clauses in entries:
            builder.add(key, clauses)
        # By the number of its pattern, an alert that is settled by it: nearly all are. Those have the lower numbers.
        patterns, self._settled, self._looks = builder.done()
        del builder
        self._longest = max(map(len, patterns), default=0)
        self._automaton = build(patterns, rarity.sample)

    def find(self, batch: Batch) -> list[Hits]:
        """What each post of a batch is a hit for."""
        ends, numbers = self._search(batch.joined)
        posts = np.searchsorted(batch.ends, ends, side="right")
        is_settled = numbers < len(self._settled)
        keys: list[int] = self._settled.take(numbers[is_settled]).tolist()
        # What is found comes in the order of the posts.
        borders: list[int] = np.searchsorted(posts[is_settled], np.arange(len(batch) + 1)).tolist()
        found = [dict.fromkeys(keys[start:end], 0) for start, end in pairwise(borders)]
        others = ~is_settled
        self._looks.find(numbers[others] - len(self._settled), posts[others], batch, found)
        return found

    def _search(self, text: bytes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where patterns end, and their numbers."""
        parts = []
        for start in range(0, len(text), _AT_ONCE):
            # What began before: no further back than the longest pattern is long.
            before = max(0, start - self._longest)
            places = chain.from_iterable(self._automaton.find_overlapping(text[before : start + _AT_ONCE]))
            part = np.fromiter(places, np.int64).reshape(-1, 3)[:, 1:]
            part[:, 0] += before
            parts.append(part[part[:, 0] > start] if start else part)
        ends, numbers = np.concatenate(parts).T
        return ends, numbers


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
                    rows = self._looks.rows(key, clause, what)
                    for pattern in found:
                        self._group(pattern).extend(rows)

    def _settle(self, key: int, patterns: tuple[str, ...]) -> None:
        self._keys.append(key)
        slot = len(self._keys) - 1
        for pattern in patterns:
            if self._places.setdefault(pattern, slot) != slot:
                self._group(pattern).extend(self._looks.rows(key, 0, NOTHING))

    def _group(self, pattern: str) -> list[bytes]:
        place = self._places.get(pattern)
        if place is not None and place < 0:
            return self._groups[~place]
        self._groups.append([] if place is None else self._looks.rows(self._keys[place], 0, NOTHING))
        self._places[pattern] = ~(len(self._groups) - 1)
        return self._groups[-1]

    def done(self) -> tuple[list[bytes], NDArray[np.int64], Looks]:
        """The patterns, the alerts of those that settle one, and the looks of the others."""
        settled = [(pattern, place) for pattern, place in self._places.items() if place >= 0]
        # In the order in which their groups were made.
        others = [pattern for pattern, place in self._places.items() if place < 0]
        others.sort(key=self._places.__getitem__, reverse=True)
        self._places.clear()
        self._looks.fill(self._groups)
        keys = np.fromiter((self._keys[place] for _pattern, place in settled), np.int64, len(settled))
        return (
            [pattern.encode() for pattern in chain((pattern for pattern, _place in settled), others)],
            keys,
            self._looks,
        )
