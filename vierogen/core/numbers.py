"""Numbers that came from outside, as text."""

# Every database column for whole numbers holds so many digits.
MOST_DIGITS = 18


def whole(text: str) -> int | None:
    """The whole number that ``text`` is, or None: for odd signs such as a raised 2, and for what no column holds.

    ``str.isdigit`` is true for signs that ``int`` refuses, and ``int`` takes numbers on which a database gives up.
    """
    fits = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    return int(text) if fits else None
