"""What is left to be looked at in a post that has the anchor of a clause.

At a million alerts what takes time is fetching from the memory, so each clause has one short row of numbers here.
"""

from collections.abc import Iterable, Sequence
from struct import Struct
from typing import NamedTuple

from vierogen.matching.breadth import Rarity, anchors
from vierogen.matching.tree import Every, Node, Not, Term, View, every


class Left(NamedTuple):
    """What else a clause asks for: one of ``must`` (if any), not ``bar`` (if any), and ``rest`` (if any)."""

    must: tuple[str, ...] = ()
    bar: str = ""
    rest: Node | None = None


NOTHING = Left()
_MOST_WORDS = 2


def plans(node: Node, rarity: Rarity) -> list[tuple[tuple[str, ...], Left]]:
    """Anchors of the node, each with what has still to be seen in a post that has one of them; one plan is enough."""
    found = anchors(node, rarity)
    match node:
        case Term():
            return [(found, NOTHING)]
        case Every(nodes):
            return _apart(found, _left_of_all([each for each in nodes if each != Term(found)], rarity), rarity)
        case _:
            return [(found, Left(rest=node))]


def _left_of_all(nodes: list[Node], rarity: Rarity) -> Left:
    choices = [each for each in nodes if isinstance(each, Term) and len(each.patterns) <= _MOST_WORDS]
    must = min(choices, key=lambda term: rarity.of_all(term.patterns)) if choices else None
    bar = next((each for each in nodes if _bar(each)), None)
    rest = [each for each in nodes if each is not must and each is not bar]
    return Left(must.patterns if must else (), _bar(bar), every(rest) if rest else None)


def _apart(found: tuple[str, ...], what: Left, rarity: Rarity) -> list[tuple[tuple[str, ...], Left]]:
    """A choice of which one part is rarer than the anchor, by itself: that is seldom found, and never looked for."""
    most = rarity.of_all(found)
    rare = tuple(pattern for pattern in what.must if rarity.of(pattern) <= most)
    if len(what.must) < 2 or len(found) > _MOST_WORDS or not rare:
        return [(found, what)]
    usual = tuple(pattern for pattern in what.must if pattern not in rare)
    by_rare = (rare, what._replace(must=found))
    return [(found, what._replace(must=usual)), by_rare] if usual else [by_rare]


def _bar(node: Node | None) -> str:
    """The only pattern that this node forbids, if it is of that kind."""
    match node:
        case Not(Term((pattern,))):
            return pattern
        case _:
            return ""


# The alert's key and the clause; must, another must, bar and rest; the next row of the same anchor.
_ROW, _OWN, _NEXT = Struct("=qIIIIII"), Struct("=qIIIII"), Struct("=I")
_SIZE = _ROW.size


class Looks:
    """One row for each clause that needs a look and each of its anchors. The last one of an anchor has no next: 0."""

    def __init__(self) -> None:
        # Words that many alerts have stand here once. The first is in every text.
        self._pieces = [""]
        self._numbers = {"": 0}
        self._rests: list[Node] = [Term(("",))]
        self._rows = bytearray()

    def whole(self, key: int) -> bytes:
        """What to put in a row for an alert of which nothing is left to be looked at."""
        return self.row(key, 0, NOTHING)

    def row(self, key: int, clause: int, what: Left) -> bytes:
        """What to put in a row for this clause: all but the next."""
        must = [*map(self._piece, what.must), 0, 0]
        if what.rest:
            self._rests.append(what.rest)
        rest = len(self._rests) - 1 if what.rest else 0
        return _OWN.pack(key, clause, must[0], must[1], self._piece(what.bar), rest)

    def _piece(self, piece: str) -> int:
        number = self._numbers.setdefault(piece, len(self._pieces))
        if number == len(self._pieces):
            self._pieces.append(piece)
        return number

    def fill(self, groups: Sequence[Sequence[bytes]]) -> None:
        """Put rows in their places: the first of each anchor has its number, the others follow after all of those."""
        self._numbers.clear()
        extra = len(groups)
        later = bytearray()
        for first, *others in groups:
            self._rows += first + _NEXT.pack(extra if others else 0)
            for number, row in enumerate(others, start=1):
                extra += 1
                later += row + _NEXT.pack(extra if number < len(others) else 0)
        self._rows += later

    def find(self, asked: Iterable[int], view: View, hits: dict[int, int]) -> None:
        """Add the alerts of some anchors that this post is a hit for, with their first clause that is so."""
        folded, pieces, rests, rows, unpack = view.folded, self._pieces, self._rests, self._rows, _ROW.unpack_from
        for first in asked:
            row = first
            while True:
                key, clause, must, other, bar, rest, row = unpack(rows, row * _SIZE)
                if (
                    (pieces[must] in folded or (other and pieces[other] in folded))
                    and not (bar and pieces[bar] in folded)
                    and (not rest or rests[rest].holds(view))
                    and hits.get(key, clause + 1) > clause
                ):
                    hits[key] = clause
                if not row:
                    break
