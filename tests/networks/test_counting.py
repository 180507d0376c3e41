"""What people see as one sign counts as one."""

import pytest

from vierogen.networks.counting import graphemes


@pytest.mark.parametrize(
    ("text", "signs"),
    [("", 0), ("abc", 3), ("e\u0301", 1), ("👨‍👩‍👧‍👦", 1), ("🇳🇱🇧🇪", 2), ("👍🏽", 1), ("❤️", 1), ("a\nb", 3)],
)
def test_a_sign_is_what_a_person_sees(text: str, signs: int) -> None:
    assert graphemes(text) == signs
