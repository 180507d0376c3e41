"""Is it the same picture, packed anew?"""

import random
from io import BytesIO

import pytest
from PIL import Image, ImageDraw, ImageFont

from vierogen.networks.likeness import alike


def photo(seed: int, *, size: tuple[int, int] = (1080, 1350)) -> Image.Image:
    """Something with shapes and colours, like no other."""
    chance = random.Random(seed)  # noqa: S311 - nothing here is a secret
    image = Image.new("RGB", size, tuple(chance.randrange(256) for _ in range(3)))
    draw = ImageDraw.Draw(image)
    for _shape in range(12):
        x, y = chance.randrange(size[0]), chance.randrange(size[1])
        colour = tuple(chance.randrange(256) for _ in range(3))
        draw.ellipse((x, y, x + chance.randrange(80, 600), y + chance.randrange(80, 600)), fill=colour)
    return image


def card(*lines: str, top: int = 500, size: int = 60, colours: tuple[str, str] = ("white", "black")) -> Image.Image:
    """Words on an even surface, as many stories are."""
    image = Image.new("RGB", (1080, 1920), colours[0])
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(size)
    for place, line in enumerate(lines):
        draw.text((80, top + place * size * 1.5), line, fill=colours[1], font=font)
    return image


def dark(seed: int) -> Image.Image:
    """A photo in which nothing is brighter than a tenth."""
    return photo(seed).point(lambda value: value // 10 + 4)


OFFICIAL = card("Zwembad De Plons", "morgen open", "van 9 tot 17 uur")
CARDS = [
    OFFICIAL,
    card("Zwembad De Plons", "morgen dicht", "van 9 tot 17 uur"),
    card("Zwembad De Plons", "morgen open", "van 9 tot 18 uur"),
    card("Hoi schat, ik lig in het", "ziekenhuis, uitslag is", "slecht. Niet doorsturen", top=300, size=50),
    card("Kleine letters", top=900, size=30),
    card("Andere woorden", top=900, size=30),
    card("Zwembad De Plons", "morgen open", colours=("black", "white")),
    card("Zwembad De Plons", "morgen dicht", colours=("black", "white")),
]


def packed(image: Image.Image, kind: str = "JPEG", **more: int) -> bytes:
    data = BytesIO()
    image.save(data, kind, **more)
    return data.getvalue()


@pytest.mark.parametrize("seed", range(8))
def test_a_picture_packed_anew_is_the_same(seed: int) -> None:
    ours = photo(seed)
    for theirs in (packed(ours, quality=40), packed(ours.resize((720, 900)), quality=70), packed(ours, "PNG")):
        assert alike(packed(ours, quality=90), theirs)


def test_another_picture_is_another() -> None:
    pictures = [packed(photo(seed)) for seed in range(12)]
    taken_for_another = [
        (one, other)
        for one, ours in enumerate(pictures)
        for other, theirs in enumerate(pictures)
        if one != other and alike(ours, theirs)
    ]
    assert taken_for_another == []


@pytest.mark.parametrize("pictures", [CARDS, [dark(seed) for seed in range(8)]], ids=["cards", "dark photos"])
def test_even_pictures_are_told_apart_and_still_known_when_packed_anew(pictures: list[Image.Image]) -> None:
    ours = [packed(each, quality=90) for each in pictures]
    for place, image in enumerate(pictures):
        for theirs in (packed(image, quality=40), packed(image.resize((720, 720 * image.height // 1080)), quality=70)):
            assert [other for other, mine in enumerate(ours) if alike(mine, theirs)] == [place]


def test_another_shape_is_another_picture() -> None:
    ours = photo(1)
    assert not alike(packed(ours), packed(ours.resize((1080, 1080))))


def test_nobody_can_tell_whose_an_even_surface_is() -> None:
    red, blue = (packed(Image.new("RGB", (320, 320), colour)) for colour in ("red", "blue"))
    assert not alike(red, blue)
    assert not alike(red, packed(Image.new("RGB", (320, 320), "red"), quality=40))


@pytest.mark.parametrize(
    "theirs", [b"", b"<html>", b"\xff\xd8\xff" + b"x" * 100, packed(photo(1))[:2000], b"x" * 13_000_000]
)
def test_what_cannot_be_read_is_not_the_same(theirs: bytes) -> None:
    assert not alike(packed(photo(1)), theirs)


def test_a_picture_of_endless_size_is_not_opened() -> None:
    huge = packed(Image.new("1", (12_000, 12_000)), "PNG")
    assert not alike(packed(photo(1)), huge)
