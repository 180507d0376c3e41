"""Alerts compiled together: each clause stands under the rarest pattern that its posts must have."""

from array import array
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from vierogen.matching.automata import Build
from vierogen.matching.breadth import Rarity, anchors
from vierogen.matching.tree import Every, Node, Term, View, every

Clauses = tuple[Node, ...]
Entry = tuple[int, Clauses]


class _Look(NamedTuple):
    """What is left to be looked at when the pattern of a clause was found: ``must``, which is quick, and ``rest``."""

    slot: int
    clause: int
    must: str
    rest: Node | None


class Index:
    """Alerts that do not change any more. ``keys`` has the alert of each slot."""

    def __init__(self, entries: Iterable[Entry], rarity: Rarity, build: Build) -> None:
        # Arrays, not lists: at a million alerts what takes time is fetching from the memory.
        self.keys = array("q")
        # A number is the slot of an alert that is settled by the pattern: nearly all are, and a number is small.
        places: dict[str, int | list[_Look]] = {}
        for slot, (key, clauses) in enumerate(entries):
            self.keys.append(key)
            for pattern, look in _looks(slot, clauses, rarity):
                _place(places, pattern, look)
        settled = [pattern for pattern, place in places.items() if isinstance(place, int)]
        others = {pattern: tuple(place) for pattern, place in places.items() if not isinstance(place, int)}
        # The settled ones have the lower numbers.
        self._settled = array("q", (place for place in places.values() if isinstance(place, int)))
        self._others = list(others.values())
        del places
        self._automaton = build([pattern.encode() for pattern in chain(settled, others)])

    def find(self, view: View) -> dict[int, int]:
        """The slots of the alerts that this post is a hit for, with their first clause that is so."""
        found: dict[int, int] = {}
        settled, others, folded = self._settled, self._others, view.folded
        border = len(settled)
        # Each pattern once, however often a post repeats it.
        for number in {number for _start, _end, number in self._automaton.find_overlapping(folded.encode())}:
            if number < border:
                found[settled[number]] = 0
                continue
            for slot, clause, must, rest in others[number - border]:
                if must in folded and (rest is None or rest.holds(view)) and found.get(slot, clause + 1) > clause:
                    found[slot] = clause
        return found


def _place(places: dict[str, int | list[_Look]], pattern: str, look: _Look) -> None:
    known = places.get(pattern)
    if known is None:
        is_whole = not look.clause and not look.must and look.rest is None
        places[pattern] = look.slot if is_whole else [look]
    elif isinstance(known, int):
        places[pattern] = [_Look(known, 0, "", None), look]
    else:
        known.append(look)


def _looks(slot: int, clauses: Clauses, rarity: Rarity) -> Iterator[tuple[str, _Look]]:
    for number, node in enumerate(clauses):
        found = anchors(node, rarity)
        look = _Look(slot, number, *_left(node, found, rarity))
        for pattern in found:
            yield pattern, look


def _left(node: Node, found: tuple[str, ...], rarity: Rarity) -> tuple[str, Node | None]:
    """What has still to be seen in a post that has one of the anchors."""
    match node:
        case Term():
            return "", None
        case Every(nodes):
            return _left_of_all([each for each in nodes if each != Term(found)], rarity)
        case _:
            return "", node


def _left_of_all(nodes: list[Node], rarity: Rarity) -> tuple[str, Node | None]:
    words = [each for each in nodes if isinstance(each, Term) and len(each.patterns) == 1]
    must = min(words, key=lambda word: rarity.of(word.patterns[0])) if words else None
    rest = [each for each in nodes if each is not must]
    return must.patterns[0] if must else "", every(rest) if rest else None
