"""The starter set: agreements and lessons that an organisation can take into use, in Dutch and in English.

They stand in the folder ``starter`` as they will be read; what an organisation took is its own, to change as it likes.
"""

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

FOLDER = Path(__file__).with_name("starter")


class Kind(models.TextChoices):
    """For whom a set was written."""

    MUNICIPALITY = "municipality", _("For a municipality or another public body")
    WELFARE = "welfare", _("For a welfare organisation")


@cache
def _file(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def cards(kind: str, language: str) -> list[dict[str, Any]]:
    """The cards of a set: columns of ``Agreement``, each with its ``key``."""
    wanted = [card for card in _file("agreements") if kind in card["sets"]]
    return [
        {"key": card["key"], "picture": card["picture"], "position": place, "language": language}
        | _card(card[language], kind)
        for place, card in enumerate(wanted)
    ]


def lessons(language: str) -> list[dict[str, Any]]:
    """The lessons of the set: columns of ``Lesson``, each with its ``key``."""
    return [
        {"key": lesson["key"], "position": place, "language": language, **_lesson(lesson[language])}
        for place, lesson in enumerate(_file("lessons"))
    ]


def _lesson(words: dict[str, Any]) -> dict[str, Any]:
    return {name: words[name] for name in ("title", "story", "wrong", "helps", "questions")}


def _card(words: dict[str, Any], kind: str) -> dict[str, Any]:
    example = words["example"]
    return {
        "title": words["title"],
        "does": _joined(words["does"]),
        "does_not": _joined(words["does_not"]),
        "why": words["why"],
        "example": example if isinstance(example, str) else example[kind],
        "question": {name: words[name] for name in ("question", "answers", "right")},
    }


def _joined(lines: Iterable[str]) -> str:
    return "\n".join(lines)
