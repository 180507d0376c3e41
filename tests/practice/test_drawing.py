"""Pictures that nobody took."""

from io import BytesIO

import pytest
from PIL import Image

from vierogen.practice.drawing import ALBUM, photo, with_words


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data)).convert("RGB")


@pytest.mark.parametrize("key", ALBUM)
def test_every_photo_of_the_album_can_be_drawn(key: str) -> None:
    picture = opened(photo(key))
    assert picture.size == (800, 800)
    assert len(picture.getcolors(1_000_000) or ()) > 5


def test_the_words_are_to_be_seen() -> None:
    empty, written = opened(with_words("")), opened(with_words("PIN 4 7 1 9 3"))
    assert empty.tobytes() != written.tobytes()
    assert with_words("PIN 4 7 1 9 3") == with_words("PIN 4 7 1 9 3")


@pytest.mark.parametrize("words", ["x" * 3000, "woord " * 900, "\n\n\n", "漢字 🦆 \t é", "a\n" * 200])
def test_no_words_are_too_much(words: str) -> None:
    assert opened(with_words(words)).size == (800, 800)
