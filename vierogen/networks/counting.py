"""Counts text the way people and networks do: by grapheme, so that a family emoji is one sign."""

import regex

_GRAPHEME = regex.compile(r"\X")


def graphemes(text: str) -> int:
    """Return the number of extended grapheme clusters (Unicode Standard Annex 29)."""
    return sum(1 for _cluster in _GRAPHEME.finditer(text))
