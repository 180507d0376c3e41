"""Give memory that was needed for a while back to the machine."""

import ctypes
from contextlib import suppress


def give_back() -> None:
    """After much was freed. The C library of most Linux systems keeps it for itself otherwise; others need no asking.

    An automaton of a million alerts takes a gigabyte while it is built, and a third of that stayed.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
