"""Writes the reference page of all settings, docs/reference/settings.md, from settings.py itself."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard

_HEAD = """\
# Settings

Written by `python -m vierogen.config.reference docs/reference/settings.md`; a test compares.

Each is an environment variable. Unset is the safe value. A secret may come from a file: set `VIEROGEN_X_FILE`
to its path in place of `VIEROGEN_X`. What an organisation decides by itself is not here, but on its own page.

| variable | what it is | when it is not set |
|---|---|---|
"""
_SOURCE = Path(__file__).with_name("settings.py")
_KINDS = {"text": "empty", "switch": "no", "words": "empty", "number": "0", "choice": "empty"}


def page() -> str:
    """The whole page as Markdown, one row per variable in the order of settings.py."""
    return _HEAD + "".join(f"| `{name}` | {what} | {default} |\n" for name, what, default in settings())


def settings() -> Iterator[tuple[str, str, str]]:
    """Name, the comment above it, and the default of each variable."""
    source = _SOURCE.read_text(encoding="utf-8")
    seen: set[str] = set()
    for call in sorted(filter(_reads, ast.walk(ast.parse(source))), key=lambda node: node.lineno):
        name = ast.literal_eval(call.args[0])
        if name not in seen:
            yield name, _comment_above(source.splitlines(), call.lineno), _default(call)
        seen.add(name)


def _reads(node: ast.AST) -> TypeGuard[ast.Call]:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
        and node.func.attr in _KINDS
    )


def _comment_above(lines: list[str], number: int) -> str:
    """The comment that ends on the line before ``number`` (from 1)."""
    comment: list[str] = []
    for line in reversed(lines[: number - 1]):
        if not line.lstrip().startswith("#"):
            break
        comment.insert(0, line.lstrip().removeprefix("# "))
    return " ".join(comment)


def _default(call: ast.Call) -> str:
    if len(call.args) < 2:
        return _KINDS[call.func.attr]  # type: ignore[attr-defined]
    default = call.args[1]
    if isinstance(default, ast.Constant):
        return f"`{default.value!s}`"
    words = ast.unparse(default)
    return f"`{words[2:-1] if isinstance(default, ast.JoinedStr) else words}`"


def main() -> None:
    """Write the page to the file named on the command line."""
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
