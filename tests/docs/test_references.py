"""The pages of reference that are generated say what the code says."""

from pathlib import Path

import pytest
from django.db import models

from scripts import states
from vierogen.ledger.moves import step
from vierogen.networks import reference as networks

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference"
PAGES = {
    "states.md": (states.page, "python -m scripts.states docs/reference/states.md"),
    "networks.md": (networks.page, "python -m vierogen.networks.reference docs/reference/networks.md"),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_reference_is_up_to_date(name: str) -> None:
    page, again = PAGES[name]
    assert (REFERENCE / name).read_text(encoding="utf-8") == page(), f"run: {again}"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_how_to_write_it_anew(name: str) -> None:
    page, again = PAGES[name]
    assert f"Written by `{again}`" in page()


@pytest.mark.parametrize(("name", "write"), [("states.md", states.main), ("networks.md", networks.main)])
def test_the_command_writes_the_page(name: str, write: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert callable(write)
    monkeypatch.setattr("sys.argv", ["reference", str(tmp_path / name)])
    write()
    assert (tmp_path / name).read_text(encoding="utf-8") == PAGES[name][0]()


class Ticket(models.Model):
    """A ticket,
    for ``this`` test.

    And more.
    """

    MOVES = {
        "take": step("open", to="taken"),
        "grab": step("open", to="taken"),
        "refresh": step("taken", to="taken"),
        "end": step("open", "taken", to="ended"),
    }
    state = models.CharField(choices=[("open", "Open"), ("taken", "Taken"), ("ended", "Over")], default="open")

    class Meta:
        app_label = "tickets"
        managed = False


def test_a_record_is_told_with_its_states_moves_and_drawing() -> None:
    told = states.part(Ticket)
    assert "## Ticket (tickets)\n\nA ticket, for `this` test.\n" in told
    assert "| `open` | Open | begins here |\n| `taken` | Taken |  |\n| `ended` | Over | ends here |\n" in told
    assert "| `end` | `open`, `taken` | `ended` |\n" in told
    assert "[*] --> open\n    open --> taken: take, grab\n    taken --> taken: refresh\n" in told


def test_every_state_in_the_house_is_told() -> None:
    rooms = {path.parent.name for path in (REFERENCE.parents[1] / "vierogen").glob("*/states.py")}
    assert rooms
    assert not [room for room in rooms if f"({room})\n" not in states.page()]
