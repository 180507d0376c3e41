"""Pictures fit the network, whatever their size."""

import random
from io import BytesIO

import pytest
from PIL import Image

from vierogen.networks.base import NetworkError, Picture
from vierogen.networks.shrinking import shrunk


def picture(width: int, height: int, *, mode: str = "RGB") -> Picture:
    """A picture of noise, which hardly packs."""
    noise = random.Random(7).randbytes(width * height * len(mode))  # noqa: S311 - the same every time
    packed = BytesIO()
    Image.frombytes(mode, (width, height), noise).save(packed, "PNG")
    return Picture(packed.getvalue(), "image/png", "Ruis", width, height)


def test_a_picture_that_fits_is_left_as_it_is() -> None:
    small = picture(20, 10)
    assert shrunk(small, limit=100_000) is small


def test_a_large_picture_becomes_small_enough_and_keeps_its_form_and_alt_text() -> None:
    large = picture(900, 600, mode="RGBA")
    smaller = shrunk(large, limit=300_000)
    assert len(smaller.data) <= 300_000
    assert (smaller.mime, smaller.alt) == ("image/jpeg", "Ruis")
    assert smaller.width / smaller.height == pytest.approx(1.5, abs=0.01)
    with Image.open(BytesIO(smaller.data)) as seen:
        assert seen.size == (smaller.width, smaller.height)


def test_the_same_picture_always_gives_the_same_bytes() -> None:
    large = picture(300, 200)
    assert shrunk(large, limit=90_000) == shrunk(large, limit=90_000)


def test_what_shines_through_becomes_white() -> None:
    packed = BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(packed, "PNG")
    # A limit just below what it has: the bytes do not matter here.
    padded = Picture(packed.getvalue() + bytes(5000), "image/png", "", 50, 50)
    with Image.open(BytesIO(shrunk(padded, limit=4000).data)) as seen:
        assert seen.getpixel((25, 25)) == (255, 255, 255)


def test_a_picture_that_cannot_fit_is_refused_with_a_sentence() -> None:
    with pytest.raises(NetworkError, match="too large"):
        shrunk(picture(300, 200), limit=500)
