"""All alerts held against each post: large layers that do not change, and a small one of what changed since."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import merge
from operator import itemgetter
from threading import Lock

from vierogen.matching import automata
from vierogen.matching.automata import Build
from vierogen.matching.batch import Batch, Hits
from vierogen.matching.breadth import Rarity
from vierogen.matching.index import Index
from vierogen.matching.layers import Layer
from vierogen.matching.memory import give_back
from vierogen.matching.posts import Post, documents
from vierogen.matching.tree import Query

MERGE_FROM = 1_000
"""When so many alerts have changed, merging pays."""
# A layer is made anew when it is at most so many times as large as what changed: a million only after 100,000 changes.
_GROWTH = 10
# So many posts are searched as one: more than that, and what was found of the first is no longer close by. Fewer where
# they are long: what is noted of a batch is many times as large as its texts.
_AT_ONCE, _CHARACTERS = 256, 65_536

_Layers = tuple[tuple[Index, frozenset[int]], ...]
"""What one batch is matched with; never changed, only replaced. With each, the alerts that count no more."""


def _lots(texts: Sequence[str]) -> Iterator[slice]:
    start = size = 0
    for number, text in enumerate(texts):
        size += len(text)
        if number - start == _AT_ONCE or (size > _CHARACTERS and number > start):
            yield slice(start, number)
            start, size = number, len(text)
    if texts:
        yield slice(start, len(texts))


def _find(layers: _Layers, batch: Batch) -> list[Hits]:
    found: list[Hits] = []
    for index, gone in layers:
        theirs = index.find(batch)
        if gone:
            _without(gone, theirs)
        if found:
            _add(theirs, found)
        else:
            found = theirs
    return found or [{} for _post in range(len(batch))]


def _without(gone: frozenset[int], found: Iterable[Hits]) -> None:
    for hits in found:
        for key in gone.intersection(hits):
            del hits[key]


def _add(few: Iterable[Hits], found: Iterable[Hits]) -> None:
    for more, hits in zip(few, found, strict=True):
        if more:
            hits.update(more)


class Matcher:
    """The alerts of everybody, by whole numbers of 64 bits. Safe with threads: a batch sees all changes before it.

    ``alerts`` are taken one by one if they are pairs in the order of their keys; a million queries at the same time
    would take half a gigabyte. ``rarity`` says which words are frequent; one made of a sample of real posts makes
    matching quicker, and never changes what is found.
    """

    def __init__(
        self,
        alerts: Mapping[int, Query] | Iterable[tuple[int, Query]] = (),
        *,
        rarity: Rarity | None = None,
        build: Build = automata.build,
    ) -> None:
        self._rarity, self._build = rarity or Rarity(), build
        self._changing, self._merging = Lock(), Lock()
        # What changed since the youngest layer was made.
        self._live: dict[int, Query] = {}
        self._current: _Layers | None = None
        entries = sorted(alerts.items(), key=itemgetter(0)) if isinstance(alerts, Mapping) else alerts
        # The oldest and largest comes first.
        self._layers = [Layer(entries, self._rarity, build)]
        give_back()

    def __len__(self) -> int:
        with self._changing:
            return len(self._live) + sum(len(layer) - len(layer.gone) for layer in self._layers)

    def __contains__(self, key: int) -> bool:
        with self._changing:
            return key in self._live or any(key in layer and key not in layer.gone for layer in self._layers)

    @property
    def changed(self) -> int:
        """How many alerts are new or have changed since the last merge. From MERGE_FROM on it is time for the next."""
        return len(self._live)

    def put(self, key: int, query: Query) -> None:
        """Add an alert or change it. The next batch heeds it."""
        self.put_many({key: query})

    def put_many(self, alerts: Mapping[int, Query]) -> None:
        """Add or change several. The next batch heeds them all; of many thousands it takes seconds, so merge then."""
        with self._changing:
            for key, query in alerts.items():
                self._forget(key)
                self._live[key] = query
            self._current = None

    def drop(self, key: int) -> None:
        """Take an alert out, for good or as a pause. The next batch does without it. One that is not there is fine."""
        with self._changing:
            self._forget(key)
            self._current = None

    def _forget(self, key: int) -> None:
        self._live.pop(key, None)
        for layer in self._layers:
            if key in layer:
                layer.gone.add(key)

    def merge(self) -> None:
        """Compile what changed together with the layers that are not much larger. For a thread of its own.

        Matching and changing go on meanwhile. A million alerts, all anew, take some 40 seconds and 2 gigabytes
        for that time; that happens once in a hundred thousand changes.
        """
        with self._merging:
            with self._changing:
                live = dict(self._live)
                taken = [(layer, frozenset(layer.gone)) for layer in self._to_merge(len(live))]
            entries = merge(*(layer.entries(gone) for layer, gone in taken), sorted(live.items()), key=itemgetter(0))
            merged = Layer(entries, self._rarity, self._build)
            with self._changing:
                self._swap(merged, taken, live)
        give_back()

    def _to_merge(self, changed: int) -> list[Layer]:
        number = len(self._layers)
        while number and len(self._layers[number - 1]) <= _GROWTH * (changed + len(self._layers[number - 1].gone)):
            number -= 1
            changed += len(self._layers[number])
        return self._layers[number:]

    def _swap(self, merged: Layer, taken: Sequence[tuple[Layer, frozenset[int]]], live: Mapping[int, Query]) -> None:
        # What changed again meanwhile stays as it is now.
        for layer, gone in taken:
            merged.gone |= layer.gone - gone
        merged.gone |= {key for key, query in live.items() if self._live.get(key) is not query}
        self._live = {key: query for key, query in self._live.items() if live.get(key) is not query}
        self._layers = [*self._layers[: len(self._layers) - len(taken)], merged]
        self._current = None

    def _now(self) -> _Layers:
        with self._changing:
            if self._current is None:
                live = ((key, self._live[key].clauses) for key in sorted(self._live))
                layers = [(layer.index, frozenset(layer.gone)) for layer in self._layers if len(layer)]
                newest = [(Index(live, self._rarity, self._build), frozenset[int]())] if self._live else []
                self._current = (*layers, *newest)
            return self._current

    def match(self, post: Post) -> Hits:
        """The hits of one post."""
        return self.match_many([post])[0]

    def match_many(self, posts: Sequence[Post]) -> list[Hits]:
        """The hits of each post, in no order. Some hundreds of posts at a time are quickest: they go together."""
        layers, folded = self._now(), documents(posts)
        hits: list[Hits] = []
        for lot in _lots(folded):
            hits += _find(layers, Batch([post.text for post in posts[lot]], folded[lot]))
        return hits
