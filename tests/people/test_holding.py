"""What a member holds is asked of every room by the same few words."""

import inspect

from vierogen.people.holding import Holding, holdings


def test_each_kind_says_which_columns_it_answers_for() -> None:
    for holding in holdings():
        assert holding.covers, holding.key
        assert holding.title


def test_a_kind_that_can_be_handed_over_says_how() -> None:
    for holding in holdings():
        says_how = inspect.getattr_static(type(holding), "hand_over") is not Holding.hand_over
        assert holding.can_hand_over == says_how, holding.key
        ends = inspect.getattr_static(type(holding), "let_go") is not Holding.let_go
        assert holding.ends_at_once == ends, holding.key
