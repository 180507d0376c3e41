"""Envelope encryption: a data key per secret, wrapped by a key-encryption key that lives outside the database.

AES-256-GCM (NIST SP 800-38D) throughout; 96-bit random nonces; each data key encrypts exactly once.
The context (who owns it, which field, which version) is authenticated: a swapped ciphertext does not open.
"""

import hashlib
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12
# Beside the key file: the one that it replaced, by its id, and the one that is to replace it.
OLD, NEXT = ".old-", ".next"


class SealError(Exception):
    """Something could not be opened, or a key cannot be used; the message says what to do, never the secret."""


@dataclass(frozen=True)
class Key:
    """A key-encryption key: 32 bytes, known by the first 16 hexadecimal digits of its SHA-256."""

    material: bytes = field(repr=False)

    @property
    def id(self) -> str:
        """A public name for the key."""
        return hashlib.sha256(b"vierogen key id" + self.material).hexdigest()[:16]


@dataclass(frozen=True)
class Sealed:
    """What is stored: the name of the key, the wrapped data key, and the ciphertext (each with its nonce first)."""

    key_id: str
    wrapped: bytes
    ciphertext: bytes


def new_key_file(path: Path) -> Key:
    """Make a key file that only its owner can read; never overwrites one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(handle, "w") as file:
        file.write(os.urandom(32).hex() + "\n")
    return read_key_file(path)


def write_key_file(path: Path, material: bytes) -> None:
    """A key file that is whole, and on the disk, before it has its name; takes the place of one that is there."""
    making = path.with_name(f".making-{path.name}")
    with suppress(FileNotFoundError):
        making.unlink()
    handle = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(handle, "w") as file:
        file.write(material.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    making.replace(path)
    settle(path.parent)


def settle(folder: Path) -> None:
    """Have the names in a folder on the disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_key_file(path: Path) -> Key:
    """Read a key file: 64 hexadecimal digits. Raises ``SealError`` with what to do."""
    try:
        text = path.read_text().strip()
    except OSError as error:
        raise SealError(
            f"The vault's key file {path} cannot be read ({error.strerror}). Put it back from your backup, "
            "or run 'vierogen init' on a new installation."
        ) from error
    except ValueError:  # not even text; its error would show the key
        text = ""
    try:
        material = bytes.fromhex(text)
    except ValueError:
        material = b""
    if len(material) != 32:
        raise SealError(f"The vault's key file {path} does not hold a key: 64 hexadecimal digits are expected.")
    if path.stat().st_mode & 0o077:
        raise SealError(f"The vault's key file {path} can be read by others. Run: chmod 0400 {path}")
    return Key(material)


@lru_cache(maxsize=16)
def _read(path: Path, _stamp: tuple[int, int]) -> Key:
    return read_key_file(path)


def _known(path: Path) -> Key:
    try:
        told = path.stat()
    except OSError:
        return read_key_file(path)  # says what is wrong
    return _read(path, (told.st_ino, told.st_mtime_ns))


def old_key_files(path: Path) -> list[Path]:
    """The keys that stood in ``path`` before, and were kept beside it when it was rotated."""
    return sorted(path.parent.glob(f"{path.name}{OLD}*"))


def keyring(path: Path, *, old: Iterable[Path] = ()) -> tuple[Key, dict[str, Key]]:
    """The key that seals now, and every key that can open, by id. A file that changed is read again.

    Read what is to be opened first: then a rotation that happens meanwhile leaves nothing without its key, since it
    puts the old key beside before it puts the new one in its place.
    """
    current = _known(path)
    return current, {key.id: key for key in [*map(_known, [*old, *old_key_files(path)]), current]}


def seal(plain: bytes, *, key: Key, context: bytes) -> Sealed:
    """Encrypt under a fresh data key, and wrap that under ``key``; both bound to ``context``."""
    data_key = AESGCM.generate_key(256)
    return Sealed(key.id, _encrypt(key.material, data_key, context), _encrypt(data_key, plain, context))


def unseal(sealed: Sealed, *, keys: Mapping[str, Key], context: bytes) -> bytes:
    """Decrypt; raises ``SealError`` for an unknown key, a changed ciphertext or another context."""
    key = keys.get(sealed.key_id)
    if key is None:
        raise SealError(f"This was sealed with key {sealed.key_id}, which is not here. Add its file to the old keys.")
    data_key = _decrypt(key.material, sealed.wrapped, context)
    return _decrypt(data_key, sealed.ciphertext, context)


def rewrap(sealed: Sealed, *, key: Key, keys: Mapping[str, Key], context: bytes) -> Sealed:
    """The same secret with its data key wrapped by ``key``; what is encrypted with that stays as it is."""
    known = keys.get(sealed.key_id)
    if known is None:
        raise SealError(f"This was sealed with key {sealed.key_id}, which is not here. Add its file to the old keys.")
    data_key = _decrypt(known.material, sealed.wrapped, context)
    return Sealed(key.id, _encrypt(key.material, data_key, context), sealed.ciphertext)


Turn = Callable[[Sealed, bytes], Sealed]


class SealedRows(ABC):
    """One kind of rows that hold something sealed. Each room offers its own, so that a new key finds them all."""

    key: ClassVar[str]

    @abstractmethod
    def key_ids(self) -> set[str]:
        """The ids of every key that one of these rows needs; none where the table is not there yet."""

    @abstractmethod
    def rewrap(self, turn: Turn, *, to: str, at_most: int) -> int:
        """Give so many rows that need another key than ``to`` to ``turn``, each with its context; returns how many.

        Never waits for somebody else's lock, and changes no row that somebody else changed meanwhile. Leaves out
        those that did not open before, and remembers them in ``damaged``.
        """

    def __init__(self) -> None:
        self.damaged: set[int] = set()


def _encrypt(key: bytes, plain: bytes, context: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, context)


def _decrypt(key: bytes, stored: bytes, context: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(stored[:_NONCE], stored[_NONCE:], context)
    except (InvalidTag, ValueError) as error:
        raise SealError("A sealed value does not open: it was changed, moved, or sealed with another key.") from error
