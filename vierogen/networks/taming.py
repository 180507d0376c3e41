"""Makes what networks send fit to be compared and stored: whoever runs a server can send anything."""

import base64
import math
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import libipld

from vierogen.core.marks import unpiled

# Levels of an answer that are looked at; no network's own answers have more than a dozen.
DEEPEST = 40
# What PostgreSQL or UTF-8 cannot hold.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def tamed(value: Any, levels: int = DEEPEST) -> Any:
    """Return decoded JSON or CBOR as JSON that can be stored, without what lies deeper than ``levels``.

    CIDs and bytes become what https://atproto.com/specs/data-model says they are in JSON.
    """
    if isinstance(value, Mapping):
        return {tamed(name): tamed(part, levels - 1) for name, part in value.items()} if levels else None
    if isinstance(value, list):
        return [tamed(part, levels - 1) for part in value] if levels else None
    if isinstance(value, bytes):
        return _bytes_as_json(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return tamed_text(value) if isinstance(value, str) else value


def tamed_text(text: str) -> str:
    """Return ``text`` without signs that no database holds, and without marks piled up beyond any language."""
    return unpiled(_UNSTORABLE.sub("\ufffd", text))


def composed(text: str) -> str:
    """Return ``text`` in Unicode's composed form (NFC), in a time that grows with its length only."""
    return unicodedata.normalize("NFC", unpiled(text))


def web_address(value: Any) -> str:
    """Return ``value`` where it is an ``http(s)://`` address, which a page may link to; else ""."""
    return value if isinstance(value, str) and value.startswith(("https://", "http://")) else ""


def _bytes_as_json(value: bytes) -> dict[str, str]:
    # A CID of version 1 with a SHA-256 digest, of a record (0x71) or a blob (0x55): the only ones in use.
    if len(value) == 36 and value[0] == 1 and value[1] in (0x55, 0x71):
        return {"$link": libipld.encode_cid(value)}
    return {"$bytes": base64.b64encode(value).rstrip(b"=").decode()}
