"""Writes the reference page of all states and moves, docs/reference/states.md.

python -m scripts.states docs/reference/states.md
"""

import inspect
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
from django.apps import apps
from django.db import models
from django.utils import translation

if TYPE_CHECKING:  # it has tables, so it cannot be imported before Django is set up
    from vierogen.ledger.moves import Moves, Step

HEAD = """\
# States

Written by `python -m scripts.states docs/reference/states.md`; a test compares.

Every record that has a state, with all its states and every move between them. Nothing else changes a state: one
function writes it (`vierogen/ledger/moves.py`), only from a state that the move starts from, and with its entry
in the ledger. The tables stand in the file `states.py` of each room.
"""


def page() -> str:
    """The whole page as Markdown, one part per record, in the order of rooms and names."""
    found = [model for model in apps.get_models() if isinstance(getattr(model, "MOVES", None), dict)]
    with translation.override("en"):
        return HEAD + "".join(part(model) for model in sorted(found, key=lambda model: model._meta.label))


def part(model: type[models.Model]) -> str:
    """What there is to know of one record's states."""
    moves: Moves = model.MOVES  # type: ignore[attr-defined]
    field: Any = model._meta.get_field("state")
    first, choices = str(field.default), dict(field.flatchoices)
    said = " ".join((inspect.getdoc(model) or "").split("\n\n")[0].split()).replace("``", "`")
    lines = [
        f"\n## {model.__name__} ({model._meta.app_label})\n\n{said}\n",
        "\n| state | meaning | |\n|---|---|---|\n",
        *(f"| `{state}` | {meaning} | {note(state, first, moves)} |\n" for state, meaning in choices.items()),
        "\n| move | from | to |\n|---|---|---|\n",
        *(f"| `{name}` | {named(*step.sources)} | {named(step.to)} |\n" for name, step in moves.items()),
        "\n```mermaid\nstateDiagram-v2\n",
        f"    [*] --> {first}\n",
        *arrows(moves),
        "```\n",
    ]
    return "".join(lines)


def note(state: str, first: str, moves: "Moves") -> str:
    """Where the way begins and ends."""
    last = not any(state in step.sources for step in moves.values())
    return ", ".join([*["begins here"] * (state == first), *["ends here"] * last])


def named(*states: str) -> str:
    return ", ".join(f"`{state}`" for state in states)


def arrows(moves: "Moves") -> Iterator[str]:
    """One arrow from state to state, however many moves go that way."""
    ways: dict[tuple[str, str], list[str]] = {}
    for name, step in moves.items():
        for source in sources_of(step):
            ways.setdefault((source, step.to), []).append(name)
    for (source, to), names in ways.items():
        yield f"    {source} --> {to}: {', '.join(names)}\n"


def sources_of(step: "Step") -> tuple[str, ...]:
    return tuple(dict.fromkeys(step.sources))


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vierogen.config.settings")
    django.setup()
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
