"""Finds copies of a picture, cut or mirrored ones too, by hashes that ``picture_worker.py`` made of both."""

import struct
from collections.abc import Iterable, Iterator, Sequence
from math import asin, cos, radians, sin, sqrt

# Of 64 bits: so many may differ between two pictures that are the same.
DIFFERENT = 10
_EARTH_KM = 6371.0


def packed(hashes: Sequence[int]) -> bytes:
    """The hashes of one picture, eight bytes each."""
    return struct.pack(f">{len(hashes)}Q", *hashes)


def unpacked(kept: bytes) -> tuple[int, ...]:
    """The hashes of one picture, the whole first."""
    return struct.unpack(f">{len(kept) // 8}Q", kept)


def alike(one: bytes, others: Iterable[tuple[int, bytes]]) -> Iterator[int]:
    """The numbers of those ``others`` that show the same as ``one``, whole or a part of it.

    Each whole is compared with all cuts of the other. 50,000 pictures take about a second.
    """
    mine = unpacked(one)
    if not mine:
        return
    whole = mine[0]
    for number, kept in others:
        theirs = unpacked(kept)
        if theirs and (_near(whole, theirs) or _near(theirs[0], mine)):
            yield number


def _near(whole: int, cuts: Iterable[int]) -> bool:
    return any((whole ^ cut).bit_count() <= DIFFERENT for cut in cuts)


def km_between(one: tuple[float, float], other: tuple[float, float]) -> int:
    """Whole kilometres between two places (latitude and longitude in degrees), along the globe (haversine)."""
    latitude, longitude = (radians(b - a) for a, b in zip(one, other, strict=True))
    half = sin(latitude / 2) ** 2 + cos(radians(one[0])) * cos(radians(other[0])) * sin(longitude / 2) ** 2
    return round(2 * _EARTH_KM * asin(min(1.0, sqrt(half))))
