"""Tells whether a remote post, or a profile, is still what it was, without keeping what it says."""

import hashlib
import json
import unicodedata
from typing import Any
from urllib.parse import parse_qs, urlsplit

from vierogen.networks.base import Profile, Shown


def fingerprint(shown: Shown) -> str:
    """SHA-256, hexadecimal, over kind, text, target, pictures with their alt texts, and where it leads.

    Spaces, Unicode forms and changing parts of addresses make no difference.
    """
    media = [[_name_of(each.url), _plain(each.alt)] for each in shown.media]
    links = [*map(_plain, shown.links)]
    return digest_of([shown.kind, _plain(shown.text), shown.target, media, links])


def digest_of(told: Any) -> str:
    """SHA-256 of something that JSON can tell, hexadecimal."""
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def parts_of(profile: Profile) -> dict[str, str]:
    """What of a profile is compared."""
    return {
        "handle": profile.handle,
        "name": _plain(profile.name),
        "about": _plain(profile.about),
        "avatar": _name_of(profile.avatar),
        "banner": _name_of(profile.banner),
    }


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _name_of(address: str) -> str:
    """What stays of a picture's address when it moves to another server or gets another signature.

    Bluesky names a blob by its content identifier only (com.atproto.sync.getBlob), so that stays too.
    """
    parts = urlsplit(address)
    return "".join([parts.path, *parse_qs(parts.query).get("cid", [])])
