"""Finds the blocks of a how-to that can be executed: files to write, and commands to run."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_BLOCK = re.compile(r"^```(?P<language>\w*)(?P<info>[^\n]*)\n(?P<content>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class File:
    """``python file=PATH``: this stands in the file ``path`` below the project."""

    path: str
    content: str


@dataclass(frozen=True)
class Run:
    """``sh run``: these commands are typed in the project's folder."""

    commands: str


def blocks(page: str) -> Iterator[File | Run]:
    """The executable blocks of a page of Markdown, in their order; others are only to be read."""
    for found in _BLOCK.finditer(page):
        name, _, value = found["info"].strip().partition("=")
        if name == "file":
            yield File(value, found["content"])
        elif (found["language"], name) == ("sh", "run"):
            yield Run(found["content"])
