"""Posts that are looked at together: one search through all of them is quicker than one through each."""

from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from vierogen.matching.tree import View

Hits = dict[int, int]
"""Of a post: by the key of an alert the number of the first of its clauses that it fulfils; see ``Query.worded``."""

ANY, NONE = 2_048, 2_049
"""Kinds of a pattern that may stand anywhere, and of no pattern. All others are smaller: see ``kind_of``."""
_SPACE, _SHIFT = ord(" "), np.uint32(21)
_FOURS, _LENGTHS = np.uint32(2_654_435_761), np.uint32(2_246_822_519)
# What counts of four bytes, of a word with the space after it that is so long; or longer.
_MASKS = np.array([0, 0xFF, 0xFFFF, 0xFF_FFFF, 0xFFFF_FFFF], np.uint32)


def kind_of(pattern: bytes) -> int:
    """By the beginning and the length of its first word, if that is whole; else ANY."""
    length = pattern.find(b" ", 1)
    if pattern[:1] != b" " or length < 0:
        return ANY
    four = np.frombuffer(pattern[1:5].ljust(4), "<u4")
    return int(_kinds(four, np.array([length]))[0])


def _kinds(fours: NDArray[np.uint32], lengths: NDArray[np.int64]) -> NDArray[np.uint32]:
    kept = fours & _MASKS.take(lengths, mode="clip")
    return (kept * _FOURS ^ lengths.astype(np.uint32) * _LENGTHS) >> _SHIFT


class Batch:
    """``texts`` of some posts, and their ``documents``, in which words are looked for."""

    def __init__(self, texts: Sequence[str], documents: Sequence[str]) -> None:
        self._texts, self._documents = texts, documents
        self._views: dict[int, View] = {}
        self.encoded = [document.encode() for document in documents]
        self.joined = b"\n".join(self.encoded)
        # Where each document ends, with the line feed that follows it.
        ends = accumulate(len(document) + 1 for document in self.encoded)
        self.ends = np.fromiter(ends, np.int64, len(documents))

    def __len__(self) -> int:
        return len(self.encoded)

    def view(self, number: int) -> View:
        """What queries look at of one of them."""
        if number not in self._views:
            self._views[number] = View(self._texts[number], self._documents[number])
        return self._views[number]

    @cached_property
    def kinds(self) -> NDArray[np.bool_]:
        """By the number of the post and the kind of a pattern: whether it may be there. Most that are not, may not."""
        spaces = np.flatnonzero(np.frombuffer(self.joined, np.uint8) == _SPACE)
        words = _kinds(self._fours.take(spaces[:-1] + 1), np.diff(spaces))
        posts = np.repeat(np.arange(len(self)), np.diff(np.searchsorted(spaces[:-1], self.ends), prepend=0))
        kinds = np.zeros((len(self), NONE + 1), np.bool_)
        kinds[posts, words] = True
        kinds[:, ANY] = True
        return kinds

    @property
    def _fours(self) -> NDArray[np.uint32]:
        """From each byte on four of them."""
        return np.ndarray((len(self.joined),), "<u4", self.joined + bytes(3), 0, (1,))
