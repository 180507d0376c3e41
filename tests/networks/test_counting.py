"""What people see as one sign counts as one."""

import time

import pytest

from vierogen.networks.counting import graphemes


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("", 0),
        ("abc", 3),
        ("e\u0301", 1),
        ("👨‍👩‍👧‍👦", 1),
        ("🇳🇱🇧🇪", 2),
        ("🇳🇱🇧", 2),
        ("🇳\u0301🇱", 2),
        ("👍🏽", 1),
        ("❤️", 1),
        ("a\nb", 3),
    ],
)
def test_a_sign_is_what_a_person_sees(text: str, signs: int) -> None:
    assert graphemes(text) == signs


def test_a_row_of_many_flags_takes_no_strange_time() -> None:
    start = time.monotonic()
    assert graphemes("🇳🇱" * 50_000) == 50_000
    assert time.monotonic() - start < 1
