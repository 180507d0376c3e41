"""Finds plug-ins by scanning a folder, so that a new one is one new file."""

import inspect
from functools import cache
from importlib import import_module
from importlib.util import find_spec
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


def offered(base: type[T], *, house: str = "vierogen") -> dict[str, type[T]]:
    """All concrete subclasses of ``base`` in the ``offers.py`` of any room of ``house``, by their ``key``.

    So a lower room gets news from upper ones without importing them: it declares ``base``, they offer.
    """
    # A class is hashable, whatever mypy makes of a type variable.
    return dict(_offered(house, base))  # type: ignore[arg-type]


@cache
def _offered(house: str, base: type[T]) -> dict[str, type[T]]:
    plugins: dict[str, type[T]] = {}
    for room in sorted(found.name for found in iter_modules(import_module(house).__path__) if found.ispkg):
        if find_spec(f"{house}.{room}.offers") is None:
            continue
        for plugin in _defined_in(f"{house}.{room}.offers", base):
            key: str = plugin.key  # type: ignore[attr-defined]
            if key in plugins:
                raise ValueError(f"two rooms offer the key {key!r}")
            plugins[key] = plugin
    return plugins
