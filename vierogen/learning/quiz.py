"""Questions with one right answer, and what somebody hears who chose another one. Knows no tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vierogen.core.numbers import whole


@dataclass(frozen=True)
class Answer:
    """A possible answer: ``tell`` is the explanation that somebody gets who chooses it."""

    text: str
    tell: str


@dataclass(frozen=True)
class Question:
    """A question; ``right`` is the place of the right answer, from 0."""

    text: str
    answers: tuple[Answer, ...]
    right: int

    @classmethod
    def told(cls, kept: Mapping[str, Any]) -> "Question":
        """As it is kept: ``{"question": …, "answers": [[text, tell], …], "right": 0}``."""
        answers = tuple(Answer(str(text), str(tell)) for text, tell in kept["answers"])
        return cls(str(kept["question"]), answers, int(kept["right"]))

    @property
    def kept(self) -> dict[str, Any]:
        """As it is kept."""
        answers = [[answer.text, answer.tell] for answer in self.answers]
        return {"question": self.text, "answers": answers, "right": self.right}


@dataclass(frozen=True)
class Said:
    """What somebody answered: ``chosen`` is None where they chose nothing."""

    question: Question
    chosen: int | None

    @property
    def is_right(self) -> bool:
        """Is it the right answer?"""
        return self.chosen == self.question.right

    @property
    def tell(self) -> str:
        """The explanation of what was chosen, "" where nothing was."""
        return "" if self.chosen is None else self.question.answers[self.chosen].tell


def said(question: Question, chosen: str) -> Said:
    """What the form said; anything that is no answer counts as none."""
    number = whole(chosen)
    fits = number is not None and number < len(question.answers)
    return Said(question, number if fits else None)


def all_said(questions: Sequence[Question], chosen: Sequence[str]) -> list[Said]:
    """What the form said to each question, in their order."""
    padded = [*chosen, *[""] * len(questions)]
    return [said(question, answer) for question, answer in zip(questions, padded, strict=False)]
