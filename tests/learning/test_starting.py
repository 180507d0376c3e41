"""The starter set: in two languages, for two kinds of organisations, and behind every check."""

from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core.exceptions import ValidationError

from vierogen.learning.actions.beginning import take_set
from vierogen.learning.models import Agreement
from vierogen.learning.pictures import Picture
from vierogen.learning.quiz import Question
from vierogen.learning.starting import Kind, cards
from vierogen.people.models import Member, Organisation
from vierogen.posts.checks.running import checks

SETS = [(kind, language) for kind in Kind.values for language in ("nl", "en")]


@pytest.mark.parametrize(("kind", "language"), SETS)
def test_every_check_has_its_card(kind: str, language: str) -> None:
    known = {card["key"] for card in cards(kind, language)}
    assert {key: check.agreement for key, check in checks().items() if check.agreement not in known} == {}


@pytest.mark.parametrize(("kind", "language"), SETS)
def test_each_card_says_more_of_what_we_do_than_of_what_we_do_not(kind: str, language: str) -> None:
    for card in cards(kind, language):
        assert len(card["does"].splitlines()) > len(card["does_not"].splitlines()), card["key"]


@pytest.mark.parametrize(("kind", "language"), SETS)
def test_each_card_fits_and_its_question_has_one_right_answer(
    kind: str, language: str, town: Organisation, cora: Member
) -> None:
    found = cards(kind, language)
    assert len({card["key"] for card in found}) == len(found) >= 12
    for card in found:
        Agreement(organisation=town, written_by=cora, **card).full_clean(exclude=["in_force_by"])
        question = Question.told(card["question"])
        assert len(question.answers) == 3
        assert question.right < 3
        assert all(answer.tell for answer in question.answers)


def test_not_every_right_answer_stands_in_the_same_place() -> None:
    places = [card["question"]["right"] for card in cards("municipality", "nl")]
    assert len(set(places)) == 3


@pytest.mark.parametrize("picture", Picture.values)
def test_every_picture_is_there(picture: str) -> None:
    assert finders.find(f"learning/{picture}.svg")


def test_the_two_sets_differ_and_share_most() -> None:
    town, welfare = ({card["key"] for card in cards(kind, "nl")} for kind in Kind.values)
    assert len(town & welfare) >= 11
    assert town ^ welfare


def test_a_set_is_taken_once_and_leaves_what_is_there(town: Organisation, cora: Member) -> None:
    known: dict[str, Any] = {"language": "nl", "days": 14, "by": cora}
    first = take_set(town, kind="municipality", **known)
    assert Agreement.objects.in_force().count() == first
    assert take_set(town, kind="welfare", **known) == 1
    with pytest.raises(ValidationError):
        take_set(town, kind="municipality", **known)
