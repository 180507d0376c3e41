"""Web addresses as people type them."""

import re

import httpx

from vierogen.core.words import gettext_noop as _
from vierogen.listening.sources.base import SourceError

LONGEST = 1_000
_NO_ADDRESS = _("This is not a usable web address.")
_NO_NAMES = _("Leave out the user name and password: a source is read as anybody can read it.")


def typed(address: str) -> str:
    """Return the address as it is kept: absolute, with ``https`` where nobody said otherwise.

    Raises ``SourceError`` for what cannot be one.
    """
    address = "".join(address.split())
    if not re.match(r"[a-z][a-z0-9+.-]*://", address, re.IGNORECASE):
        address = f"https://{address.lstrip('/')}"
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, UnicodeError, ValueError):
        raise SourceError(_NO_ADDRESS) from None
    if url.userinfo:
        raise SourceError(_NO_NAMES)
    if url.scheme not in {"http", "https"} or (
        "." not in url.host.strip(".") and ":" not in url.host and url.host != "localhost"
    ):
        raise SourceError(_NO_ADDRESS)
    tidied = str(url.copy_with(fragment=None))
    if len(tidied) > LONGEST:
        raise SourceError(_NO_ADDRESS)
    return tidied
