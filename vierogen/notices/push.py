"""Web push: RFC 8030 (delivery), RFC 8291 (encryption) and RFC 8292 (who sends it, VAPID)."""

import base64
import json
import os
import time
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.parse import urlsplit

import http_ece
import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings
from py_vapid import Vapid02, VapidException

from vierogen.core.http import Refused, guarded_client
from vierogen.notices.mail import NotTakenError
from vierogen.notices.models import Push

# A device that is off gets it when it comes back within a day.
KEPT_SECONDS = 24 * 3600
# RFC 8292, section 2: at most 24 hours.
SIGNED_SECONDS = 12 * 3600
# A slow push service must not hold up the mails of an alarm.
TIMEOUT = httpx.Timeout(connect=3, read=5, write=5, pool=3)


class GoneError(Exception):
    """The browser withdrew its permission; the subscription never works again (RFC 8030, 7.3)."""


def public_key() -> str:
    """Our public key as browsers want it: an uncompressed P-256 point in base64url without padding."""
    point = _key().public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).decode().rstrip("=")


def send(push: Push) -> None:
    """Hand one push to the browser's push service. Raises ``GoneError`` or ``NotTakenError``."""
    device = push.subscription
    try:
        with guarded_client(allowed=settings.ALLOW_PRIVATE, timeout=TIMEOUT) as client:
            answer = client.post(device.endpoint, content=_sealed(push), headers=_headers(device.endpoint))
    except (Refused, httpx.InvalidURL, VapidException, http_ece.ECEException, ValueError) as error:
        raise NotTakenError(str(error), may_retry=False) from error
    except httpx.RequestError as error:
        raise NotTakenError(str(error) or type(error).__name__, may_retry=True) from error
    if answer.status_code in {404, 410}:
        raise GoneError
    if not answer.is_success:
        may_retry = answer.status_code >= 500 or answer.status_code in {408, 429}
        raise NotTakenError(f"{answer.status_code} {answer.reason_phrase}", may_retry=may_retry)


def _sealed(push: Push) -> bytes:
    """Title and address, encrypted so that only the browser can read it: the push service cannot."""
    # A later call about the same thing replaces the earlier one on the screen.
    told = {"title": push.title, "url": push.link, "tag": push.link}
    device = push.subscription
    return bytes(
        http_ece.encrypt(
            json.dumps(told).encode(),
            private_key=ec.generate_private_key(ec.SECP256R1()),
            dh=_decoded(device.p256dh),
            auth_secret=_decoded(device.auth),
            version="aes128gcm",
        )
    )


def _headers(endpoint: str) -> dict[str, str]:
    address = urlsplit(endpoint)
    claims = {
        "aud": f"{address.scheme}://{address.netloc}",
        "exp": int(time.time()) + SIGNED_SECONDS,
        "sub": settings.PUSH_CONTACT,
    }
    signature: dict[str, str] = Vapid02(_key()).sign(claims)
    return {
        **signature,
        "TTL": str(KEPT_SECONDS),
        "Urgency": "high",
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
    }


def _decoded(text: str) -> bytes:
    """Base64url with or without padding, as bytes. Raises ``ValueError``."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def are_keys(p256dh: str, auth: str) -> bool:
    """Are these keys that a browser makes: a point on P-256, and 16 bytes (RFC 8291, section 2)?"""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _decoded(p256dh))
        return len(_decoded(auth)) == 16
    except ValueError:
        return False


def _key() -> ec.EllipticCurvePrivateKey:
    return _read(settings.HOME / "push.key")


@lru_cache(maxsize=4)
def _read(file: Path) -> ec.EllipticCurvePrivateKey:
    if not file.exists():
        _make(file)
    key = load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{file} does not hold a P-256 key. Remove it: a new one is made, and devices subscribe again.")
    return key


def _make(file: Path) -> None:
    """Make the key once for all processes. Not in the database: a copy of that must not push to everybody."""
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=file.parent, prefix=".push", delete=False) as draft:  # mode 0600
        draft.write(pem)
    try:
        os.link(draft.name, file)
    except FileExistsError:  # another process made it at this moment; its key counts
        pass
    finally:
        Path(draft.name).unlink()
