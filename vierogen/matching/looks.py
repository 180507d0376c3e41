"""What is left to be looked at in a post that has the anchor of a clause.

At a million alerts what takes time is fetching from the memory, so each clause has one short row here.
"""

from collections.abc import Sequence
from itertools import accumulate, chain
from struct import Struct
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vierogen.matching.batch import NONE, Batch, Hits, kind_of
from vierogen.matching.breadth import Rarity, anchors
from vierogen.matching.tree import Every, Node, Not, Term, View, every

Numbers = NDArray[np.int64]


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


class _More(NamedTuple):
    """What a row has no room for. Rows that say the same share one."""

    clause: int = 0
    # All of a must that is longer than its row.
    whole: str = ""
    bar: str = ""
    rest: Node | None = None


# The alert's key; what must be there, or its beginning; the kind of that; and the number of what more there is.
_PACKED = Struct("=q16sII")
_ROW = np.dtype([("key", np.int64), ("must", "S16"), ("kind", np.uint32), ("more", np.uint32)])
_LONGEST = 16
# So many rows of a batch are held in the memory at once.
_AT_ONCE = 200_000
# The number of what more there is: nothing.
_NO_MORE = 0


class Looks:
    """Rows for each clause that needs a look and each of its anchors, those of an anchor beside each other."""

    def __init__(self) -> None:
        self._mores = [_More()]
        self._numbers = {_More(): _NO_MORE}
        self.fill(())

    def rows(self, key: int, clause: int, what: Left) -> list[bytes]:
        """What :meth:`fill` takes for this clause: a row for each choice that it gives."""
        return [self._row(key, clause, must, what) for must in what.must or ("",)]

    def _row(self, key: int, clause: int, must: str, what: Left) -> bytes:
        if not clause and what is NOTHING:
            return _PACKED.pack(key, b"", NONE, _NO_MORE)
        short = must.encode()
        more = _More(clause, must if len(short) > _LONGEST else "", what.bar, what.rest)
        return _PACKED.pack(key, short, kind_of(must.encode()), self._number(more))

    def _number(self, more: _More) -> int:
        # Trees are seldom the same, and comparing them takes long.
        number = len(self._mores) if more.rest else self._numbers.setdefault(more, len(self._mores))
        if number == len(self._mores):
            self._mores.append(more)
        return number

    def fill(self, groups: Sequence[Sequence[bytes]]) -> None:
        """Put the rows of each anchor in their places."""
        self._numbers.clear()
        self._starts = np.fromiter(accumulate(map(len, groups), initial=0), np.int64, len(groups) + 1)
        rows = np.frombuffer(b"".join(chain.from_iterable(groups)), _ROW)
        self._keys, self._musts, self._kinds, self._more = (
            np.ascontiguousarray(rows[name]) for name in ("key", "must", "kind", "more")
        )

    def find(self, asked: Numbers, posts: Numbers, batch: Batch, found: Sequence[Hits]) -> None:
        """Add the alerts of some anchors that their posts are hits for, with their first clause that is so."""
        # Once only for each post, however often it repeats a word.
        posts, asked = np.divmod(np.unique(posts * len(self._starts) + asked), len(self._starts))
        self._find(asked, posts, batch, found)

    def _find(self, asked: Numbers, posts: Numbers, batch: Batch, found: Sequence[Hits]) -> None:
        starts = self._starts.take(asked)
        counts = self._starts.take(asked + 1) - starts
        half = len(asked) // 2
        if half and counts.sum() > _AT_ONCE:
            self._find(asked[:half], posts[:half], batch, found)
            self._find(asked[half:], posts[half:], batch, found)
        elif len(asked):
            before = np.cumsum(counts) - counts
            # All rows of all of them in one go: then the memory is asked for many at the same time.
            rows = np.repeat(starts - before, counts) + np.arange(counts.sum())
            self._sort(rows, np.repeat(posts, counts), batch, found)

    def _sort(self, rows: Numbers, posts: Numbers, batch: Batch, found: Sequence[Hits]) -> None:
        kinds = self._kinds.take(rows)
        settled = np.flatnonzero(kinds == NONE)
        for key, post in zip(self._keys.take(rows.take(settled)).tolist(), posts.take(settled).tolist(), strict=True):
            found[post][key] = 0
        # To sort out what a post cannot have pays only where there is much of it.
        is_much = len(rows) - len(settled) > len(batch)
        may = np.flatnonzero(batch.kinds[posts, kinds] if is_much else kinds != NONE)
        self._look(rows.take(may), posts.take(may), batch, found)

    def _look(self, rows: Numbers, posts: Numbers, batch: Batch, found: Sequence[Hits]) -> None:
        encoded = batch.encoded
        fields = (column.take(rows).tolist() for column in (self._keys, self._musts, self._more))
        for post, key, must, more in zip(posts.tolist(), *fields, strict=True):
            if encoded[post].find(must) >= 0:
                if more:
                    self._look_further(key, self._mores[more], batch.view(post), found[post])
                else:
                    found[post][key] = 0

    @staticmethod
    def _look_further(key: int, more: _More, view: View, hits: Hits) -> None:
        clause, whole, bar, rest = more
        folded = view.folded
        if whole in folded and not (bar and bar in folded) and (not rest or rest.holds(view)):
            hits[key] = min(hits.get(key, clause), clause)
