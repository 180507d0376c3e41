"""Writes the reference page of all checks, docs/reference/checks.md."""

import inspect
import sys
from pathlib import Path

from vierogen.posts.checks.base import Check
from vierogen.posts.checks.running import checks

_HEAD = """\
# Checks

Written by `python -m vierogen.posts.checks.reference docs/reference/checks.md`; a test compares.

*Stop* needs a reason and a second person to pass. *Look* is shown beside the text to the writer and to the
reviewer. *Not checked* says that a check could not run.

| check | key | what it does | why | what to do | agreement |
|---|---|---|---|---|---|
"""


def page() -> str:
    """The whole page as Markdown, one row per check in the order of their keys."""
    return _HEAD + "".join(_row(check) for _key, check in sorted(checks().items()))


def _row(check: Check) -> str:
    said = " ".join((inspect.getdoc(type(check)) or "").split())
    cells = (check.title, f"`{check.key}`", said, check.why, check.todo, f"`{check.agreement}`")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def main() -> None:
    """Write the page to the file named on the command line."""
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
