"""The reference page of roles and rights."""

from pathlib import Path

import pytest

from vierogen.people import reference
from vierogen.people.roles import Right, Role

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "rights.md"


def test_the_reference_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference.page(), "run: python -m vierogen.people.reference (see page)"


def test_every_role_and_every_right_is_there() -> None:
    told = reference.page()
    assert all(f"| `{right.value}`: " in told for right in Right)
    assert all(f" {role.value.replace('_', ' ')} |" in told for role in Role)


def test_the_command_writes_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["reference", str(tmp_path / "rights.md")])
    reference.main()
    assert (tmp_path / "rights.md").read_text(encoding="utf-8") == reference.page()
