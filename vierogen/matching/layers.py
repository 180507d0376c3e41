"""Some of the alerts, compiled: the many that stay as they are, or the few that changed since."""

from array import array
from bisect import bisect_left
from collections.abc import Container, Iterable, Iterator

from vierogen.matching.automata import Build
from vierogen.matching.breadth import Rarity
from vierogen.matching.index import Clauses, Index
from vierogen.matching.parsing import parse
from vierogen.matching.tree import Query

Entry = tuple[int, Query]


class Layer:
    """Alerts that were compiled together. ``gone`` are those of them that changed since, and count no more."""

    def __init__(self, entries: Iterable[Entry], rarity: Rarity, build: Build) -> None:
        self._keys, self._ends = array("q"), array("Q", [0])
        # Their texts in one piece: trees of a million alerts would take half a gigabyte, and only merging needs them.
        self._texts = bytearray()
        self.gone: set[int] = set()
        self.index = Index(map(self._noted, entries), rarity, build)

    def _noted(self, entry: Entry) -> tuple[int, Clauses]:
        key, query = entry
        if self._keys and key <= self._keys[-1]:
            raise ValueError("alerts come in the order of their keys, each once")
        self._keys.append(key)
        self._texts += (query.again or query.text).encode(errors="surrogatepass")
        self._ends.append(len(self._texts))
        return key, query.clauses

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, key: int) -> bool:
        place = bisect_left(self._keys, key)
        return place < len(self._keys) and self._keys[place] == key

    def entries(self, without: Container[int]) -> Iterator[Entry]:
        """The alerts, read again from their texts, in the order of their keys."""
        for place, key in enumerate(self._keys):
            if key not in without:
                text = self._texts[self._ends[place] : self._ends[place + 1]]
                yield key, parse(text.decode(errors="surrogatepass"))
