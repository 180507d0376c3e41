"""Finds plug-ins by scanning a folder, so that a new one is one new file."""

import inspect
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TypeVar

T = TypeVar("T")


def found_in(package: str, base: type[T]) -> dict[str, type[T]]:
    """All concrete subclasses of ``base`` defined in the modules of ``package``, by their ``key``.

    A folder is read once. Raises ``ValueError`` when two files claim the same key.
    """
    # A class is hashable, whatever mypy makes of a type variable.
    return dict(_found_in(package, tuple(import_module(package).__path__), base))  # type: ignore[arg-type]


@cache
def _found_in(package: str, path: tuple[str, ...], base: type[T]) -> dict[str, type[T]]:
    plugins: dict[str, type[T]] = {}
    for module in _modules(package, path):
        for plugin in _defined_in(module, base):
            key: str = plugin.key  # type: ignore[attr-defined]
            if key in plugins:
                raise ValueError(f"two plug-ins in {package} have the key {key!r}")
            plugins[key] = plugin
    return plugins


def _modules(package: str, path: tuple[str, ...]) -> list[str]:
    return [f"{package}.{found.name}" for found in sorted(iter_modules(path), key=lambda found: found.name)]


def _defined_in(module: str, base: type[T]) -> list[type[T]]:
    members = vars(import_module(module)).values()
    return [
        member
        for member in members
        if isinstance(member, type)
        and issubclass(member, base)
        and member.__module__ == module
        and not inspect.isabstract(member)
        and member is not base
    ]
