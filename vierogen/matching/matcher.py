"""All alerts held against each post: a large base that does not change, and a small layer of what changed since."""

from collections.abc import Mapping, Sequence
from itertools import chain
from threading import Lock
from typing import NamedTuple

from vierogen.matching import automata
from vierogen.matching.automata import Build
from vierogen.matching.breadth import Rarity
from vierogen.matching.index import Clauses, Index
from vierogen.matching.posts import Post, documents
from vierogen.matching.tree import Query, View

MERGE_FROM = 5_000
"""When so many alerts have changed, merging pays."""


Hit = tuple[int, int]
"""An alert, and the number of the first of its clauses that the post fulfils; ``Query.worded`` has its text."""


class _Layers(NamedTuple):
    """What one batch is matched with; never changed, only replaced."""

    base: Index
    # Alerts that are in the base as they were, and count no more.
    gone: frozenset[int]
    live: Index


class Matcher:
    """The alerts of everybody. Safe with threads: a batch sees all changes that were ready when it began.

    ``rarity`` says which words are frequent; one made of a sample of real posts makes matching quicker, and never
    changes what is found.
    """

    def __init__(
        self, alerts: Mapping[int, Query] | None = None, *, rarity: Rarity | None = None, build: Build = automata.build
    ) -> None:
        self._rarity, self._build = rarity or Rarity(), build
        self._changing, self._merging = Lock(), Lock()
        self._changed: dict[int, Clauses | None] = {}
        self._base: dict[int, Clauses] = {key: query.clauses for key, query in (alerts or {}).items()}
        self._layers: _Layers | None = None
        self._index = self._indexed(self._base)

    def _indexed(self, alerts: Mapping[int, Clauses]) -> Index:
        # By their keys, so that hits are in that order without being sorted by it time and again.
        return Index(((key, alerts[key]) for key in sorted(alerts)), self._rarity, self._build)

    @property
    def changed(self) -> int:
        """How many alerts changed since the base was made. From MERGE_FROM on it is time to merge."""
        return len(self._changed)

    def put(self, alert: int, query: Query) -> None:
        """Add an alert or change it. The next batch heeds it."""
        self._change({alert: query.clauses})

    def drop(self, alert: int) -> None:
        """Take an alert out, for good or as a pause. The next batch does without it."""
        self._change({alert: None})

    def _change(self, changes: Mapping[int, Clauses | None]) -> None:
        with self._changing:
            self._changed.update(changes)
            self._layers = None

    def merge(self) -> None:
        """Make a new base with all changes until now. For a thread of its own: matching goes on meanwhile."""
        with self._merging:
            with self._changing:
                changed, base = dict(self._changed), self._base
            merged = {key: clauses for key, clauses in base.items() if key not in changed}
            merged.update((key, clauses) for key, clauses in changed.items() if clauses is not None)
            index = self._indexed(merged)
            with self._changing:
                self._base, self._index = merged, index
                # What changed again meanwhile stays in the layer.
                self._changed = {
                    key: clauses
                    for key, clauses in self._changed.items()
                    if key not in changed or changed[key] is not clauses
                }
                self._layers = None

    def _current(self) -> _Layers:
        with self._changing:
            if self._layers is None:
                changed, base = self._changed, self._base
                live = self._indexed({key: clauses for key, clauses in changed.items() if clauses is not None})
                self._layers = _Layers(self._index, frozenset(key for key in changed if key in base), live)
            return self._layers

    def match(self, posts: Sequence[Post]) -> list[list[Hit]]:
        """The hits of each post, by alert. Some hundreds of posts at a time are quickest: they are folded together."""
        layers = self._current()
        views = map(View, [post.text for post in posts], documents(posts))
        if layers.live.keys or layers.gone:
            return [_found(layers, view) for view in views]
        return [_hits(layers.base, view) for view in views]


def _hits(index: Index, view: View) -> list[Hit]:
    found = index.find(view)
    if not found:
        return []
    slots = sorted(found)
    # Without a loop of Python's own: a post may have many.
    return list(zip(map(index.keys.__getitem__, slots), map(found.__getitem__, slots), strict=True))


def _found(layers: _Layers, view: View) -> list[Hit]:
    gone = layers.gone
    hits = [hit for hit in _hits(layers.base, view) if hit[0] not in gone]
    return sorted(chain(hits, _hits(layers.live, view)))
