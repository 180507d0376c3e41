"""Whether two patterns stand close to each other in a folded post. Linear in its words, whatever somebody posts."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence

Place = tuple[int, int]


def are_near(folded: str, left: Iterable[str], right: Iterable[str], *, within: int) -> bool:
    """Whether a pattern of each side is in the same reading, at most ``within`` words apart and not overlapping."""
    return any(_near_in(reading.split(), left, right, within) for reading in folded.split("|"))


def _near_in(words: Sequence[str], left: Iterable[str], right: Iterable[str], within: int) -> bool:
    ones = [place for pattern in left for place in _places(pattern, words)]
    others = [place for pattern in right for place in _places(pattern, words)] if ones else []
    return _follows(ones, others, within) or _follows(others, ones, within)


def _follows(ones: Iterable[Place], others: Iterable[Place], within: int) -> bool:
    """Whether one of the others begins in the words that come right after one of these."""
    starts = sorted(start for start, _end in others)
    for _start, end in ones:
        following = bisect_left(starts, end + 1)
        if following < len(starts) and starts[following] <= end + within:
            return True
    return False


def _places(pattern: str, words: Sequence[str]) -> list[Place]:
    """The first and last word of each place where the pattern is; its spaces tell where words begin and end."""
    *before, last = pattern.split()
    if not pattern.startswith(" "):
        ends = [number for number, word in enumerate(words) if last in word]
    elif not pattern.endswith(" "):
        ends = [number for number, word in enumerate(words) if word.startswith(last)]
    else:
        ends = [number for number, word in enumerate(words) if word == last]
    length = len(before)
    return [(end - length, end) for end in ends if end >= length and words[end - length : end] == before]
