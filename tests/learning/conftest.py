"""Agreements in force, as an organisation has them that took the starter set into use."""

from collections.abc import Callable

import pytest

from vierogen.learning.actions.agreeing import confirm, draft, put_in_force
from vierogen.learning.models import Agreement
from vierogen.learning.quiz import Answer, Question
from vierogen.people.models import Member, Organisation

ASKS = Question("Which account?", (Answer("Any", "Look again."), Answer("The right one", "Yes.")), 1)
RIGHT, WRONG = "1", "0"
WORDS = {
    "title": "Look first",
    "does": "You look.\nYou ask.",
    "does_not": "You do not guess.",
    "why": "It goes wrong.",
    "example": "Saskia looks.",
    "question": ASKS.kept,
}

Make = Callable[..., Agreement]


@pytest.fixture
def card(town: Organisation, cora: Member) -> Make:
    """Makes a card that is in force, with so many days to confirm it."""

    def made(key: str = "look-first", *, days: int = 14, **words: str) -> Agreement:
        drafted = draft(town, {**WORDS, **words}, by=cora, key=key)
        put_in_force(drafted, material=True, days=days, by=cora)
        return drafted

    return made


def agree(card: Agreement, *members: Member) -> None:
    """Each of these members confirms it."""
    for member in members:
        confirm(card, answer=str(card.asks.right), by=member)
