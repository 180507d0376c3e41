"""What a member still holds: each room says it for its own tables, so that a departure can end with nothing left.

A room's ``offers.py`` holds its ``Holding`` classes, and in ``STAYS`` the columns that point to a member and stay as
they are because they tell what happened (who wrote a version). A test fails for a column that is in neither.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from vierogen.core.plugins import offered
from vierogen.people.models import Member


@dataclass(frozen=True)
class Held:
    """One thing that a member holds.

    ``subject`` is the row as the ledger writes it (``room.model:id``); ``title`` and ``asks`` are plain sentences in
    the reader's language: what it is, and what has to be done with it; ``url`` is the page where that is done.
    """

    subject: str
    title: str
    asks: str
    url: str


def number_of(subject: str) -> int:
    """The row's number in ``room.model:id``."""
    return int(subject.rpartition(":")[2])


class Holding(ABC):
    """One kind of thing that members hold. ``covers`` names the columns it answers for: ``room.Model.column``."""

    key: ClassVar[str]
    covers: ClassVar[tuple[str, ...]]
    # Can ``hand_over`` give it to somebody else; else it ends in its own way, on the page at ``Held.url``.
    can_hand_over: ClassVar[bool] = False
    # Does it end by itself as soon as the membership ends, inside the same transaction, by ``let_go``?
    ends_at_once: ClassVar[bool] = False

    @property
    @abstractmethod
    def title(self) -> str:
        """The kind in words, plural."""

    @abstractmethod
    def held_by(self, member: Member) -> list[Held]:
        """Everything of this kind that ``member`` holds now; few queries, however much it is."""

    def hand_over(self, member: Member, subject: str, *, to: Member, by: Member) -> None:
        """Give it to ``to``, with the room's own action. Raises ``ValidationError`` or ``PermissionDenied``."""
        raise TypeError(f"{self.key} cannot be handed over")

    def let_go(self, member: Member) -> int:
        """End everything of this kind at once; returns how many there were. Only where ``ends_at_once``."""
        raise TypeError(f"{self.key} does not end at once")


def holdings() -> Iterator[Holding]:
    """Every kind that a room offers, in the order of their keys."""
    offers = offered(Holding)  # type: ignore[type-abstract]
    for key in sorted(offers):
        yield offers[key]()
