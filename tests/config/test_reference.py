"""The reference page of settings."""

import re
from pathlib import Path

import pytest

from vierogen.config import reference

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "settings.md"


def test_the_reference_page_is_up_to_date() -> None:
    again = "python -m vierogen.config.reference docs/reference/settings.md"
    assert PAGE.read_text(encoding="utf-8") == reference.page(), f"run: {again}"


def test_every_setting_says_what_it_is() -> None:
    assert [name for name, what, _default in reference.settings() if not what] == []


def test_no_setting_is_left_out() -> None:
    source = (ROOT / "vierogen" / "config" / "settings.py").read_text()
    assert {name for name, _what, _default in reference.settings()} == set(re.findall(r'"(VIEROGEN_[A-Z_]+)"', source))


def test_the_command_writes_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["reference", str(tmp_path / "settings.md")])
    reference.main()
    assert (tmp_path / "settings.md").read_text(encoding="utf-8") == reference.page()
