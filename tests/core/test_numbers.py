"""Numbers from outside."""

import pytest

from vierogen.core.numbers import whole


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("7", 7), ("007", 7), ("9" * 18, 10**18 - 1)])
def test_a_whole_number_is_read(text: str, number: int) -> None:
    assert whole(text) == number


@pytest.mark.parametrize(
    "text", ["", "x", "-1", "+1", "1.0", " 1", "1\n", "1_000", "²", "٣", "Ⅷ", "9" * 19, "9" * 5000]
)
def test_anything_else_is_none(text: str) -> None:
    assert whole(text) is None
