"""A new key-encryption key while everything runs: the old one opens until each data key is wrapped by the new one.

Every step can be the last one before the power fails. The new key is whole on the disk before it gets its name, the
old one stands beside before the new one takes its place, and a row is changed in one statement. Whoever runs it again
goes on where it ended.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from django.conf import settings

from vierogen.core import sealing
from vierogen.core.plugins import offered
from vierogen.core.sealing import Key, SealedRows, SealError
from vierogen.vault.actions import check_key, key_ids, keyring

# Rows in one transaction: few, so that nobody waits long for the database.
BATCH = 100
# So long it waits for rows that others hold, before it says so.
PATIENCE = 60.0
PAUSE = 0.05


@dataclass(frozen=True)
class Rotated:
    """What was done: the key in use now, whether it is a new one, the rows and seconds, and rows that do not open."""

    key_id: str
    is_new: bool
    rows: int
    seconds: float
    damaged: int


def rotate(*, given: Path | None = None, rest: Callable[[], object] = lambda: None) -> Rotated:
    """Take a new key into use (or ``given``), or go on with a rotation that was cut off. ``rest`` after each batch.

    Raises ``SealError`` with what to do; nothing is ever left that cannot be opened.
    """
    began = time.monotonic()
    check_key()
    current, _keys = keyring()
    if key_ids() - {current.id}:
        rows, damaged = _rewrap(rest)
        # What does not open at all must not stand in the way of a new key.
        if rows or not damaged:
            return Rotated(current.id, False, rows, time.monotonic() - began, damaged)
    current = _replace(settings.KEY_FILE, given=given)
    rows, damaged = _rewrap(rest)
    return Rotated(current.id, True, rows, time.monotonic() - began, damaged)


def _replace(path: Path, *, given: Path | None) -> Key:
    """Put a new key in the place of the one in ``path``, which stays beside it."""
    coming = path.with_name(path.name + sealing.NEXT)
    try:
        if not coming.exists():
            material = sealing.read_key_file(given).material if given else os.urandom(32)
            sealing.write_key_file(coming, material)
        old, new = sealing.read_key_file(path), sealing.read_key_file(coming)
        if given and sealing.read_key_file(given).id != new.id:
            raise SealError(f"An earlier rotation left key {new.id} in {coming}. First run rotate-key without a file.")
        if old.id == new.id:
            coming.unlink()
            raise SealError("This is the key that is in use already. Nothing was changed.")
        sealing.write_key_file(path.with_name(f"{path.name}{sealing.OLD}{old.id}"), old.material)
        coming.replace(path)
        sealing.settle(path.parent)
    except OSError as error:
        raise SealError(
            f"The key file {path} cannot be replaced here ({error.strerror}). Where it comes from elsewhere (a systemd "
            "credential): put the new key there, name the old one in VIEROGEN_OLD_KEY_FILES, start again, and run "
            "rotate-key once more."
        ) from error
    return new


def _rewrap(rest: Callable[[], object]) -> tuple[int, int]:
    """Wrap every data key by the key in use; returns how many rows that were, and how many do not open."""
    kinds = [kind() for kind in offered(SealedRows).values()]  # type: ignore[type-abstract]
    rows, give_up = 0, time.monotonic() + PATIENCE
    while True:
        done = sum(_of_one_kind(kind, rest) for kind in kinds)
        rows += done
        if done:
            give_up = time.monotonic() + PATIENCE
        if not _left(kinds):
            return rows, sum(len(kind.damaged) for kind in kinds)
        if time.monotonic() > give_up:
            raise SealError("Some rows are held by others all the time. All can be opened. Run rotate-key again later.")
        time.sleep(PAUSE)


def _of_one_kind(kind: SealedRows, rest: Callable[[], object]) -> int:
    done = 0
    while True:
        current, keys = keyring()
        before = len(kind.damaged)
        turned = kind.rewrap(partial(_turn, current, keys), to=current.id, at_most=BATCH)
        done += turned
        rest()
        if not turned and len(kind.damaged) == before:
            return done


def _turn(key: Key, keys: dict[str, Key], sealed: sealing.Sealed, context: bytes) -> sealing.Sealed:
    return sealing.rewrap(sealed, key=key, keys=keys, context=context)


def _left(kinds: list[SealedRows]) -> bool:
    """Does something still need an old key, other than what does not open at all?"""
    current, _keys = keyring()
    return any(kind.key_ids() - {current.id} for kind in kinds if not kind.damaged)


def forget_old_keys() -> list[str]:
    """Delete the old keys beside the key file that nothing here needs any more; returns their ids."""
    forgotten = []
    used = key_ids()
    for path in sealing.old_key_files(settings.KEY_FILE):
        key = sealing.read_key_file(path)
        if key.id not in used:
            path.unlink()
            forgotten.append(key.id)
    return forgotten
