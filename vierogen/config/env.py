"""Reads environment variables with plain refusals. Only settings.py may call this."""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from vierogen.core.numbers import whole


class SettingError(Exception):
    """A setting that cannot be used; the message says which and what to do."""


def text(name: str, default: str = "") -> str:
    """The variable, or the content of the file that ``<name>_FILE`` points to."""
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text().strip()
        except OSError as error:
            raise SettingError(f"{name}_FILE points to {path}, which cannot be read: {error.strerror}.") from error
    return os.environ.get(name, default).strip()


def switch(name: str, *, default: bool = False) -> bool:
    """A yes or no."""
    value = text(name).lower()
    if value not in {"", "0", "1", "no", "yes", "false", "true"}:
        raise SettingError(f"{name} is {value!r}; use yes or no.")
    return default if not value else value in {"1", "yes", "true"}


def choice(name: str, default: str, *, among: tuple[str, ...]) -> str:
    """One of a few words."""
    value = text(name).lower() or default
    if value not in among:
        raise SettingError(f"{name} is {value!r}; use {' or '.join(among)}.")
    return value


def number(name: str, default: int) -> int:
    """A whole number."""
    value = text(name) or str(default)
    found = whole(value)
    if found is None:
        raise SettingError(f"{name} is {value!r}; use a whole number.")
    return found


def words(name: str, default: str = "") -> list[str]:
    """A list, separated by commas or spaces."""
    return text(name, default).replace(",", " ").split()


def pairs(told: list[str]) -> dict[str, str]:
    """``NAME=value`` each; the names in small letters, as networks are named."""
    named = [each.partition("=") for each in told]
    if any(not (name and value) for name, _sign, value in named):
        raise SettingError("VIEROGEN_NETWORK_CLIENTS and VIEROGEN_NETWORK_SERVERS are lists of NAME=value.")
    return {name.lower(): value for name, _sign, value in named}


def clients(told: list[str]) -> dict[str, tuple[str, str]]:
    """The id and the secret of each app, by network."""
    found = {name: value.partition(":") for name, value in pairs(told).items()}
    if any(not (client and secret) for client, _sign, secret in found.values()):
        raise SettingError("VIEROGEN_NETWORK_CLIENTS must name an id and a secret for each: NAME=id:secret.")
    return {name: (client, secret) for name, (client, _sign, secret) in found.items()}


def kept_secret(file: Path) -> str:
    """A random text that stays the same: made at the first start, and kept in ``file``, for its owner only."""
    try:
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch(mode=0o600)
            file.write_text(secrets.token_urlsafe(64))
        return file.read_text()
    except OSError as error:
        why = f"VIEROGEN_HOME is {file.parent}, where nothing can be kept: {error.strerror}."
        raise SettingError(f"{why} Choose a folder that is yours.") from error


def database(url: str) -> dict[str, Any]:
    """Django's settings for ``sqlite:///path`` or ``postgres://user:password@host:port/name``.

    SQLite runs as the gateway needs it: write-ahead log, every commit on disk, and transactions
    that take the write lock at once, so that two workers never both believe they hold a delivery.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": parts.path[1:] or ":memory:",
            # Opening costs as much as a query, and closing the last one writes the whole log back to the file.
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "timeout": 30,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
        }
    if parts.scheme in {"postgres", "postgresql"}:
        return _postgresql(url)
    raise SettingError("VIEROGEN_DATABASE_URL must start with sqlite:/// or postgres://.")


def _postgresql(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    host = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair).get("host", "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path[1:],
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or "") or unquote(host),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
