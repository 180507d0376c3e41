"""The one writer of states: every change of state passes here, with its ledger entry in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import models, transaction
from django.utils.translation import gettext as _

from vierogen.ledger.actions import Actor, record


class WrongStateError(Exception):
    """The record is not in a state from which this move is allowed, or somebody was faster."""

    def __init__(self, move: str, subject: str) -> None:
        super().__init__(_("This was already decided, or changed a moment ago. Look at it again."))
        self.move, self.subject = move, subject


@dataclass(frozen=True)
class Step:
    """A line of a table of moves."""

    sources: tuple[str, ...]
    to: str


def step(*sources: str, to: str) -> Step:
    """``step(A, B, to=C)``: allowed from A and from B, leads to C."""
    return Step(tuple(map(str, sources)), str(to))


Moves = Mapping[str, Step]


class Stateful(Protocol):
    """A record with a ``state`` column, its table of ``MOVES``, and an organisation."""

    MOVES: Moves
    pk: Any
    state: Any

    @property
    def organisation_id(self) -> int:
        """Whose ledger gets the entry."""


def subject_of(record_: models.Model) -> str:
    """``room.model:id``, as the ledger writes it."""
    return f"{record_._meta.label_lower}:{record_.pk}"


def move(  # noqa: PLR0913 - one verb, and each of these is part of what is being recorded
    row: Any,
    name: str,
    *,
    by: Actor,
    changes: Mapping[str, Any] | None = None,
    only_if: Mapping[str, Any] | None = None,
    facts: Mapping[str, Any] | None = None,
    personal: Mapping[str, str] | None = None,
) -> None:
    """Move ``row`` by the line ``name`` of its table, write ``changes`` with it, and record it.

    The database is the referee: the row changes only if it still is in a source state and still
    satisfies ``only_if`` (a fence, a lease). Raises ``WrongStateError`` otherwise, and nothing changed.
    """
    line = row.MOVES[name]
    values = {"state": line.to, **(changes or {})}
    with transaction.atomic():
        rows = type(row)._base_manager.filter(pk=row.pk, state__in=line.sources, **(only_if or {}))
        if not rows.update(**values):
            raise WrongStateError(name, subject_of(row))
        record(row.organisation_id, name, subject_of(row), by=by, facts=facts, personal=personal)
    for attribute, value in values.items():
        setattr(row, attribute, value)
