"""Marks on letters: accents and the like, which Unicode lets anybody pile up without end."""

import regex

# No language puts more than 30 marks on a letter (Unicode Standard Annex 15, stream-safe text format), and
# putting marks in order takes time with the square of their number.
_PILED_UP = regex.compile(r"(\p{M}{30})\p{M}+")


def unpiled(text: str) -> str:
    """Return ``text`` with at most 30 marks on a letter, and nothing else changed."""
    return text if text.isascii() else str(_PILED_UP.sub(r"\1", text))
