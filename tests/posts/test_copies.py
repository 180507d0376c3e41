"""Copies of a picture are known, whole, cut, mirrored or framed; other pictures are not."""

import hashlib
from collections.abc import Callable
from functools import cache
from itertools import combinations

import pytest
from PIL import Image, ImageOps

from tests.posts.checks.drawing import jpeg, photo
from vierogen.core import picture_worker
from vierogen.posts import copies

PHOTOS = ("astronaut", "chelsea", "coffee", "rocket", "motorcycle_left", "horse", "retina", "ihc", "clock_motion")


def packed(image: Image.Image) -> bytes:
    return copies.packed([int(each, 16) for each in picture_worker.hashes(image)])


@cache
def known() -> list[tuple[int, bytes]]:
    return [(number, packed(photo(name))) for number, name in enumerate(PHOTOS)]


def _cut(image: Image.Image) -> Image.Image:
    width, height = image.size
    return image.crop((round(width * 0.15), round(height * 0.15), width, height))


@pytest.mark.parametrize(
    "copied",
    [
        pytest.param(lambda image: image, id="the same"),
        pytest.param(lambda image: image.resize((300, 300)), id="smaller and squeezed"),
        pytest.param(lambda image: image.point(lambda value: min(255, value + 25)), id="brighter"),
        pytest.param(_cut, id="cut"),
        pytest.param(ImageOps.mirror, id="mirrored"),
        pytest.param(lambda image: _cut(ImageOps.mirror(image)), id="mirrored and cut"),
        pytest.param(lambda image: ImageOps.expand(image, (0, image.height // 5), "black"), id="between black bars"),
    ],
)
def test_a_copy_is_known(copied: Callable[[Image.Image], Image.Image]) -> None:
    missed = [
        name
        for number, name in enumerate(PHOTOS)
        if number not in list(copies.alike(packed(copied(photo(name))), known()))
    ]
    assert len(missed) <= 1, missed


def test_other_pictures_are_not_taken_for_copies() -> None:
    mistaken = [(one, other) for one, other in combinations(known(), 2) if list(copies.alike(one[1], [other]))]
    assert len(mistaken) <= 1


@pytest.mark.parametrize("colour", ["white", "black", "#336699"])
def test_a_picture_of_one_colour_is_like_no_other(colour: str) -> None:
    assert packed(Image.new("RGB", (400, 300), colour)) == b""
    assert list(copies.alike(b"", known())) == []


def test_they_come_with_the_picture_that_is_drawn_anew() -> None:
    from vierogen.core.pictures import reencode

    clean = reencode(jpeg(photo("coffee")), name="koffie.jpg")
    assert len(clean.hashes) == 20
    assert list(copies.alike(copies.packed(clean.hashes), known())) == [PHOTOS.index("coffee")]


def test_it_finds_one_among_many() -> None:
    """Some ten thousand pictures, which take a fraction of a second."""
    crowd = [(number, hashlib.shake_128(b"%d" % number).digest(160)) for number in range(10_000)]
    assert list(copies.alike(known()[0][1], [*crowd, (10_000, known()[0][1])])) == [10_000]


@pytest.mark.parametrize(
    ("one", "other", "km"),
    [((52.09, 5.12), (52.09, 5.12), 0), ((52.0907, 5.1214), (52.3702, 4.8952), 35), ((0.0, 0.0), (0.0, 180.0), 20015)],
)
def test_distances_are_those_on_the_globe(one: tuple[float, float], other: tuple[float, float], km: int) -> None:
    assert copies.km_between(one, other) == km
