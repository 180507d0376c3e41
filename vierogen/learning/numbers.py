"""Numbers of certificates: nobody can guess one, and a slip of the pen is told from one that does not exist.

Sixteen random signs of Crockford's base 32 (80 bits), and a seventeenth by Luhn's rule modulo 32, which finds every
single wrong sign. Written in groups of four; capitals, dashes and the letters O, I and L do not matter.
"""

import secrets

_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 16
_SAME = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


def new_number() -> str:
    """A new one, without dashes."""
    body = "".join(secrets.choice(_SIGNS) for _place in range(_LENGTH))
    return body + _check(body)


def read(text: str) -> str | None:
    """The number that somebody typed, as it is kept; None where a sign of it is wrong."""
    number = text.upper().translate(_SAME)
    if len(number) != _LENGTH + 1 or any(sign not in _SIGNS for sign in number):
        return None
    return number if _check(number[:-1]) == number[-1] else None


def written(number: str) -> str:
    """As people read it: in groups of four."""
    return "-".join(number[place : place + 4] for place in range(0, len(number), 4))


def _check(body: str) -> str:
    """Luhn modulo N (ISO/IEC 7812-1, annex B, with another base)."""
    total = 0
    for place, sign in enumerate(reversed(body)):
        doubled = _SIGNS.index(sign) * (2 if place % 2 == 0 else 1)
        total += doubled // len(_SIGNS) + doubled % len(_SIGNS)
    return _SIGNS[-total % len(_SIGNS)]
