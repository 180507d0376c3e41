from pathlib import Path

import pytest

from vierogen.posts.checks import reference
from vierogen.posts.checks.running import checks

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "checks.md"


def test_the_reference_page_is_up_to_date() -> None:
    again = "python -m vierogen.posts.checks.reference docs/reference/checks.md"
    assert PAGE.read_text(encoding="utf-8") == reference.page(), f"run: {again}"


def test_every_check_has_a_row() -> None:
    rows = reference.page().splitlines()
    for check in checks().values():
        assert any(row.startswith(f"| {check.title} | `{check.key}` |") for row in rows)


def test_the_command_writes_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["reference", str(tmp_path / "checks.md")])
    reference.main()
    assert (tmp_path / "checks.md").read_text(encoding="utf-8") == reference.page()
