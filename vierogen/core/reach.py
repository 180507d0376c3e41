"""Can somebody on the public internet reach this installation? Knows no Django; settings are handed in."""

from collections.abc import Sequence
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

import httpx

from vierogen.core.http import Guard, Refused
from vierogen.core.words import gettext_noop as _

_HOW = {"https": 443, "http": 80}
NOT_ENCRYPTED = _(
    "This network fetches pictures from Vierogen itself, and only over https. Ask your administrator: the public "
    "address of Vierogen (VIEROGEN_PUBLIC_URL) has to begin with https://."
)
NO_NAME = _(
    "This network fetches pictures from Vierogen itself, by its name. Ask your administrator: the public address of "
    "Vierogen (VIEROGEN_PUBLIC_URL) has no name in it that the internet knows."
)
INSIDE = _(
    "This network fetches pictures from Vierogen itself, and cannot reach it: Vierogen answers only inside your own "
    "network. Ask your administrator to make it reachable from the internet."
)
UNKNOWN_NAME = _(
    "This network fetches pictures from Vierogen itself, and the name of Vierogen's public address "
    "(VIEROGEN_PUBLIC_URL) could not be found just now."
)


def why_unreachable(public_url: str, *, server: str, allowed: Sequence[str]) -> str:
    """Why the network at ``server`` cannot fetch anything from ``public_url``: translatable English; "" where it can.

    ``allowed`` are the operator's own networks (``ALLOW_PRIVATE``): a server within them, such as a simulator,
    reaches us wherever we are. ``UNKNOWN_NAME`` alone can be otherwise a moment later. Looks names up.
    """
    if allowed and _is_near(server, allowed):
        return ""
    parts = urlsplit(public_url)
    host = parts.hostname or ""
    if parts.scheme != "https":
        return NOT_ENCRYPTED
    # No authority vouches for a number in the way that networks accept, and passkeys want a name as well.
    if not host or "." not in host.rstrip(".") or _is_number(host):
        return NO_NAME
    try:
        Guard().addresses(host, parts.port or _HOW["https"])
    except Refused:
        return INSIDE
    except httpx.ConnectError:
        return UNKNOWN_NAME
    return ""


def _is_near(server: str, allowed: Sequence[str]) -> bool:
    """Is every network that this server can stand in one of the operator's own?"""
    parts = urlsplit(server)
    near = Guard(tuple(ip_network(network) for network in allowed), public=False)
    try:
        near.addresses(parts.hostname or "", parts.port or _HOW.get(parts.scheme, 443))
    except (Refused, httpx.ConnectError):
        return False
    return True


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
