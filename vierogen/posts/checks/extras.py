"""Which extras are installed here: what a check needs beyond the usual packages."""

from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec

from vierogen.posts.checks.base import Check, Extra

_MODULES = {Extra.VISION: ("cv2", "rapidocr", "zxingcpp"), Extra.NAMES: ("deduce",)}


@cache
def is_installed(extra: Extra) -> bool:
    """Are all packages of ``extra`` there? They are not loaded for that: some are large."""
    return all(find_spec(module) for module in _MODULES[extra])


def missing(checks: Iterable[Check]) -> dict[Extra, list[Check]]:
    """The extras that are not installed here, each with the checks that say nothing, or less, without it."""
    found: dict[Extra, list[Check]] = {}
    for check in checks:
        if check.needs and not is_installed(check.needs):
            found.setdefault(check.needs, []).append(check)
    return found
