"""Counts text the way people and networks do: by grapheme, so that a family emoji is one sign."""

import regex

_GRAPHEME = regex.compile(r"\X")
# Two letters of these make one flag (rules GB12 and GB13). Taking them together first keeps a row of many
# flags from being read from its beginning for each of them.
_FLAG = regex.compile("[\U0001f1e6-\U0001f1ff]{1,2}")


def graphemes(text: str) -> int:
    """Return the number of extended grapheme clusters (Unicode Standard Annex 29)."""
    return sum(1 for _cluster in _GRAPHEME.finditer(_FLAG.sub("x", text)))
