"""What is sealed opens with its own key and in its own place, and nothing tells what it is."""

import logging
import os
import traceback
from dataclasses import replace
from pathlib import Path

import pytest

from vierogen.core.sealing import Key, Sealed, SealError, keyring, new_key_file, read_key_file, seal, unseal

SECRET = b"the token of the town"
HERE = b"channel 1, token, version 1"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vault.key"


@pytest.fixture
def key(path: Path) -> Key:
    return new_key_file(path)


@pytest.fixture
def sealed(key: Key) -> Sealed:
    return seal(SECRET, key=key, context=HERE)


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def test_what_was_sealed_opens(sealed: Sealed, key: Key) -> None:
    assert unseal(sealed, keys={key.id: key}, context=HERE) == SECRET


def test_it_does_not_open_in_another_place(sealed: Sealed, key: Key) -> None:
    with pytest.raises(SealError, match="moved"):
        unseal(sealed, keys={key.id: key}, context=b"channel 2, token, version 1")


def test_one_ciphertext_cannot_stand_in_for_another(sealed: Sealed, key: Key) -> None:
    other = seal(b"another token", key=key, context=b"channel 2, token, version 1")
    for mixed in (
        replace(sealed, ciphertext=other.ciphertext),
        replace(sealed, wrapped=other.wrapped),
        other,
    ):
        with pytest.raises(SealError):
            unseal(mixed, keys={key.id: key}, context=HERE)


@pytest.mark.parametrize("part", ["wrapped", "ciphertext"])
def test_a_changed_bit_anywhere_is_noticed(part: str, sealed: Sealed, key: Key) -> None:
    stored = getattr(sealed, part)
    for place in range(len(stored)):
        with pytest.raises(SealError):
            unseal(replace(sealed, **{part: flipped(stored, place)}), keys={key.id: key}, context=HERE)
    for short in (b"", stored[:5], stored[:-1]):
        with pytest.raises(SealError):
            unseal(replace(sealed, **{part: short}), keys={key.id: key}, context=HERE)


def test_another_key_says_which_one_is_missing(sealed: Sealed, tmp_path: Path) -> None:
    other = new_key_file(tmp_path / "other.key")
    with pytest.raises(SealError, match=sealed.key_id):
        unseal(sealed, keys={other.id: other}, context=HERE)
    with pytest.raises(SealError):
        unseal(replace(sealed, key_id=other.id), keys={other.id: other}, context=HERE)


def test_the_same_twice_looks_different(key: Key) -> None:
    one, two = (seal(SECRET, key=key, context=HERE) for _turn in range(2))
    assert not {one.wrapped, one.ciphertext} & {two.wrapped, two.ciphertext}


def test_nothing_shows_a_key_or_what_is_sealed(sealed: Sealed, key: Key, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(SealError) as refusal:
        unseal(sealed, keys={key.id: key}, context=b"elsewhere")
    told = "".join(traceback.format_exception(refusal.value)) + repr(key) + str(key) + repr(sealed) + caplog.text
    for secret in (key.material.hex(), repr(key.material)[2:-1], SECRET.decode()):
        assert secret not in told


def test_a_new_key_file_is_for_its_owner_alone(key: Key, path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o400
    assert read_key_file(path) == key
    assert len(key.material) == 32


def test_a_key_file_is_never_overwritten(key: Key, path: Path) -> None:
    with pytest.raises(FileExistsError):
        new_key_file(path)
    assert read_key_file(path) == key


@pytest.mark.parametrize("mode", [0o440, 0o404, 0o644, 0o420, 0o402])
def test_a_key_that_others_can_read_is_refused_with_what_to_do(mode: int, key: Key, path: Path) -> None:
    path.chmod(mode)
    with pytest.raises(SealError, match="chmod 0400"):
        read_key_file(path)


@pytest.mark.parametrize("content", [b"", b"5a" * 31, b"zz" * 32, bytes(range(200, 232)), b"5a" * 33])
def test_what_is_no_key_is_refused_without_showing_it(content: bytes, path: Path) -> None:
    path.write_bytes(content)
    path.chmod(0o400)
    with pytest.raises(SealError, match="64 hexadecimal digits") as refusal:
        read_key_file(path)
    error: BaseException | None = refusal.value
    while error:
        assert not content or content not in getattr(error, "object", b"")
        error = error.__cause__ or error.__context__


def test_a_missing_key_file_says_what_to_do(path: Path) -> None:
    with pytest.raises(SealError, match="backup"):
        read_key_file(path)
    with pytest.raises(SealError, match="backup"):
        keyring(path)


def test_the_keyring_seals_with_the_new_key_and_still_opens_with_the_old(key: Key, path: Path, tmp_path: Path) -> None:
    newer = new_key_file(tmp_path / "newer.key")
    current, keys = keyring(tmp_path / "newer.key", old=[path])
    assert current == newer
    assert keys == {key.id: key, newer.id: newer}


def test_a_key_file_that_was_replaced_is_read_again(key: Key, path: Path) -> None:
    assert keyring(path)[0] == key
    path.unlink()
    newer = new_key_file(path)
    os.utime(path, (1, 1))
    assert keyring(path)[0] == newer
