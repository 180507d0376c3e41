"""All checks for private things together, on sentences that each say which kinds they hold."""

from pathlib import Path

import pytest

from vierogen.posts.checks.base import Draft
from vierogen.posts.checks.running import checks
from vierogen.posts.names import find_names

KINDS = {"BSN", "IBAN", "CARD", "PHONE", "EMAIL", "ADDRESS", "PLATE", "DOB", "IDDOC", "NAME", "HEALTH", "SECRET"}
LINES = [
    line.split("|", 1)
    for line in Path(__file__).with_name("private_sentences.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]
OURS = [check for check in checks().values() if check.kind in KINDS]


@pytest.mark.parametrize(("kinds", "text"), LINES, ids=[text for _kinds, text in LINES])
def test_exactly_what_is_private_is_found(kinds: str, text: str) -> None:
    draft = Draft(text, (), find_names=find_names)
    found = {check.kind for check in OURS for _finding in check.findings(draft)}
    assert found == set(kinds.split(",")) - {""}


def test_every_kind_has_a_check_and_sentences() -> None:
    assert {check.kind for check in OURS} == KINDS
    assert {kind for kinds, _text in LINES for kind in kinds.split(",")} - {""} == KINDS
