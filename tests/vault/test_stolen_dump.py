"""Who steals the database, and Django's SECRET_KEY with it, has no secret: no row holds one, nor a key to one."""

import base64
import hashlib
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import connection

from tests.vault.test_revealing import PASSWORD, SEED, WHY, proof_of
from vierogen.channels.models import Channel
from vierogen.core.sealing import Key, SealError, unseal
from vierogen.people.adapters import MFAAdapter
from vierogen.people.models import Member
from vierogen.practice.network import Account
from vierogen.vault.actions import keyring
from vierogen.vault.keeping import context_of, keep, opened_value
from vierogen.vault.models import Kept
from vierogen.vault.revealing import reveal


def dump() -> bytes:
    """Every value of every row of every table, as the database gives it; blobs as they are."""
    parts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - a name of our own
            parts += [_bytes(value) for row in cursor.fetchall() for value in row]
    return b"\n".join(parts)


def _bytes(value: Any) -> bytes:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    return str(value).encode()


def spellings(secret: bytes) -> list[bytes]:
    """As it is, in hexadecimal and in base64."""
    return [secret, secret.hex().encode(), base64.b64encode(secret).rstrip(b"=")[:-1]]


@pytest.fixture
def used(channel: Channel, cora: Member) -> list[Kept]:
    """Secrets of all kinds, one of them seen."""
    cora.held.create(role="custodian")
    member = Member.objects.get(pk=cora.pk)
    channel.custodians.create(member=member)
    kept = [keep(channel, "password", PASSWORD, by=member), keep(channel, "otp_seed", SEED, by=member)]
    Authenticator.objects.create(user=cora.user, type="totp", data={"secret": MFAAdapter().encrypt("NB2HI4DTHIXS6ZLY")})
    for one in kept:
        reveal(one, by=member, reason=WHY, proof=proof_of(member))
    return kept


def test_no_row_holds_a_secret_or_a_key(used: list[Kept], official: Account) -> None:
    everything = dump()
    assert used[0].channel.handle.encode() in everything
    material = keyring()[0].material
    secrets = [PASSWORD.encode(), SEED.encode(), official.token.encode(), b"NB2HI4DTHIXS6ZLY", material]
    assert [spelling for secret in secrets for spelling in spellings(secret) if spelling in everything] == []


def test_the_secret_key_of_django_opens_nothing(used: list[Kept]) -> None:
    """Nor does anything that could be made of it, or that stands in the dump."""
    django = settings.SECRET_KEY.encode()
    everything = dump()
    guesses = [django[:32].ljust(32, b"\0"), hashlib.sha256(django).digest(), hashlib.sha512(django).digest()[:32]]
    guesses += [hashlib.pbkdf2_hmac("sha256", django, salt, 1000) for salt in (b"", b"vierogen", b"vault")]
    blobs = [bytes(kept.wrapped) for kept in used] + [bytes(kept.ciphertext) for kept in used]
    guesses += [blob[start : start + 32] for blob in blobs for start in range(len(blob) - 32)]
    assert all(blob in everything for blob in blobs)
    for kept in used:
        for guess in guesses:
            with pytest.raises(SealError):
                unseal(kept.sealed, keys={kept.key_id: Key(guess)}, context=context_of(kept))
        assert opened_value(kept) in {PASSWORD, SEED}
