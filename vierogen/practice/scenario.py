"""What can be played in a drill: each scenario is one file in ``scenarios``, found by scanning that folder."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from vierogen.core.plugins import found_in


@dataclass(frozen=True)
class Measure:
    """Something that has to be done besides taking down: ``asks`` for it, and is ticked off on the drill's page."""

    key: str
    asks: Promise | str


class Scenario(ABC):
    """An accident to practise. All words are translatable; the post appears in the organisation's language."""

    key: ClassVar[str]
    title: ClassVar[Promise | str]
    # What the players have to imagine.
    situation: ClassVar[Promise | str]
    # What a good first statement has.
    hint: ClassVar[Promise | str]
    # What to talk about afterwards.
    questions: ClassVar[tuple[Promise | str, ...]]
    measures: ClassVar[tuple[Measure, ...]] = ()

    @classmethod
    @abstractmethod
    def text(cls) -> str:
        """What appears on the account, in the language that is active; at most 300 characters."""


def scenarios() -> Mapping[str, type[Scenario]]:
    """Every scenario, by key."""
    return found_in("vierogen.practice.scenarios", Scenario)  # type: ignore[type-abstract]


def marked(text: str) -> str:
    """The text with, before and after it, that this is an exercise: a scenario cannot forget that."""
    return _("EXERCISE · %(text)s · EXERCISE") % {"text": text}


def account_name(organisation_name: str) -> str:
    """What the account is called, in the language that is active."""
    return _("EXERCISE %(name)s") % {"name": organisation_name}
