"""Calls the Graph API and tells its refusals in the connectors' terms.

https://developers.facebook.com/documentation/graph-api/guides/error-handling (codes of the platform) and
https://developers.facebook.com/documentation/instagram-platform/instagram-graph-api/reference/error-codes (sub-codes
2207...). The body decides, never the status: a refused token, a limit and a bad picture are all 400 somewhere.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

import httpx

from vierogen.core.http import rate_of
from vierogen.core.words import gettext_noop as _
from vierogen.networks.abilities import Usage
from vierogen.networks.asking import Forbidden, Missing, answered, body_of, told
from vierogen.networks.base import Disconnected, Limited, NetworkError, Unknown
from vierogen.networks.taming import tamed_text

# How long to wait where a limit does not say it: counted over an hour, or over a day.
HOUR, SOON = 3600.0, 300.0
# What follows from a refusal. "busy" is trouble on their side: it may have been carried out all the same.
Means = Literal["refused", "again", "busy", "unfetched", "limited", "disconnected", "forbidden", "missing"]


class Unfetched(NetworkError):  # noqa: N818 - says what the network said
    """It could not fetch what was offered to it: our door may have been busy, or may never be reached from there."""


@dataclass(frozen=True)
class Row:
    """What a code means, in a plain sentence; ``wait`` in seconds for a limit that does not say for how long."""

    reason: str
    means: Means = "refused"
    wait: float = SOON


_ACCESS = _("Instagram does not accept our access any more. Connect the account again.")
_RIGHTS = _("Instagram does not allow this. Connect the account again and leave all rights switched on.")
_SLOW = _("Instagram asks us to slow down. It goes on by itself.")
_BUSY = _("Something went wrong at Instagram. It is tried again.")
_GONE = _("Instagram does not have this (any more).")
_CONTAINER = _("Instagram lost what it had prepared. It is prepared anew.")
_UNKNOWN = _("Instagram refused this without a reason. See whether the Instagram app asks you something.")
AS_IT_IS = _("Instagram does not accept this as it is. Change the text or the picture.")
UNSURE = _("Instagram did not say whether it accepted this.")

# Sub-codes say more than codes, so they go first.
_SUBCODES: Mapping[int, Row] = {
    33: Row(_GONE, "missing"),
    458: Row(_("The app was removed from the Facebook account. Connect the account again."), "disconnected"),
    459: Row(_("Facebook asks the person who connected this account to log in there first."), "disconnected"),
    460: Row(_("The password of the Facebook account was changed. Connect the account again."), "disconnected"),
    463: Row(_("Our access to Instagram came to its end. Connect the account again."), "disconnected"),
    464: Row(_("Facebook asks the person who connected this account to log in there first."), "disconnected"),
    467: Row(_("Somebody took back our access to Instagram. Connect the account again."), "disconnected"),
    2207001: Row(_BUSY, "busy"),
    2207003: Row(_("Instagram needed too long to fetch the picture. It is tried again."), "again"),
    2207004: Row(_("Instagram finds this picture too large. Choose a smaller one.")),
    2207005: Row(_("Instagram does not take this kind of picture. Choose a photo.")),
    # Its own page says so of publishing, where it may also mean: was published before. So that stays unsure.
    2207006: Row(_CONTAINER, "busy"),
    2207008: Row(_CONTAINER, "busy"),
    2207009: Row(_("Instagram does not take a picture of this shape. Choose one that is less narrow.")),
    2207010: Row(_("Instagram finds the text too long, or counts too many hashtags or names. Make it shorter.")),
    2207020: Row(_("What Instagram had prepared is too old. It is prepared anew."), "again"),
    2207023: Row(_("Instagram does not take this form of post.")),
    2207026: Row(_("Instagram cannot show this film. Save it anew as MP4.")),
    2207027: Row(_("Instagram is still busy with the picture or film. It is tried again."), "again"),
    2207028: Row(_("Instagram takes 2 to 10 pictures together. Change how many there are.")),
    2207032: Row(_BUSY, "busy"),
    2207042: Row(_("Instagram takes no more posts of this account today. It is tried again."), "limited", HOUR),
    2207050: Row(_("Instagram has restricted this account. Open the Instagram app and do what it asks.")),
    2207051: Row(_("Instagram held this back: it looks like spam to it. Open the app to see what it asks.")),
    2207052: Row(_("Instagram could not fetch the picture from here. Ask the person who runs Vierogen."), "unfetched"),
    2207053: Row(_("Instagram could not take in the film. It is tried again."), "again"),
}
_CODES: Mapping[int, Row] = {
    1: Row(_BUSY, "busy"),
    2: Row(_BUSY, "busy"),
    -1: Row(_BUSY, "busy"),
    -2: Row(_("Instagram needed too long to fetch the picture. It is tried again."), "again"),
    3: Row(_RIGHTS, "forbidden"),
    4: Row(_SLOW, "limited"),
    9: Row(_SLOW, "limited", HOUR),
    10: Row(_RIGHTS, "forbidden"),
    17: Row(_SLOW, "limited"),
    24: Row(_CONTAINER, "busy"),
    25: Row(_("Instagram has restricted this account. Open the Instagram app and do what it asks.")),
    32: Row(_SLOW, "limited"),
    100: Row(AS_IT_IS),
    # "API Session": the same as 190, of older making.
    102: Row(_ACCESS, "disconnected"),
    101: Row(_("Instagram does not know this installation. Ask the person who runs Vierogen.")),
    190: Row(_ACCESS, "disconnected"),
    352: Row(_("Instagram cannot show this film. Save it anew as MP4.")),
    368: Row(_("Instagram has blocked this account for a while. Open the app to see why.")),
    613: Row(_SLOW, "limited"),
    9004: Row(_("Instagram could not fetch the picture from here. Ask the person who runs Vierogen."), "unfetched"),
    9007: Row(_("Instagram is still busy with the picture or film. It is tried again."), "again"),
    36000: Row(_("Instagram finds this picture too large. Choose a smaller one.")),
    36001: Row(_("Instagram does not take this kind of picture. Choose a photo.")),
    36003: Row(_("Instagram does not take a picture of this shape. Choose one that is less narrow.")),
    36004: Row(_("Instagram finds the text too long, or counts too many hashtags or names. Make it shorter.")),
    80002: Row(_SLOW, "limited", HOUR),
}
# The only codes that mean that our access is refused for good.
_REFUSED_ACCESS = frozenset({102, 190})
# "Permission errors", 200 to 299 (error-handling, "Error Codes").
_PERMISSIONS = range(200, 300)
# Of these the sub-code is no news: what counts is that the access is refused, or the limit reached.
_BY_CODE = frozenset({80002, 613, 17, 32})


def ask_graph(
    client: httpx.Client, method: str, url: str, *, accepting: bool = False, **options: Any
) -> httpx.Response:
    """Make one call and return its successful answer; ``options`` as ``httpx.Client.request``.

    Raises as ``vierogen.networks.asking.ask`` does. Only codes 102 and 190 ever mean ``Disconnected``.
    """
    with told(accepting=accepting):
        response = client.request(method, url, **options)
    raise_for(response, accepting=accepting)
    return response


def raise_for(response: httpx.Response, *, accepting: bool = False) -> None:
    """Raise what the answer's error body means; what is no answer of the Graph API, as ``asking.answered`` does.

    A 401 that is none, such as a proxy's, says nothing about our access, whatever stands in it.
    """
    error = _error_in(response)
    if error is None and response.status_code == 401:
        detail = "401 without an error of the Graph API"
        raise NetworkError(_("Something before the network refused us."), may_retry=True, detail=detail)
    if error is None:
        answered(response, accepting=accepting)
        return
    row = row_of(error)
    detail = f"{response.status_code} {tamed_text(json.dumps(error)[:500])}"
    if accepting and (row.means in ("busy", "missing") or row.reason == _UNKNOWN):
        raise Unknown(UNSURE, detail=detail)
    if row.means == "limited":
        raise Limited(row.reason, seconds=_wait(response, row), detail=detail)
    family = _FAMILIES.get(row.means, NetworkError)
    raise family(row.reason, may_retry=row.means in ("again", "busy", "unfetched"), detail=detail)


_FAMILIES: Mapping[Means, type[NetworkError]] = {
    "disconnected": Disconnected,
    "forbidden": Forbidden,
    "missing": Missing,
    "unfetched": Unfetched,
}


def row_of(error: Mapping[str, Any]) -> Row:
    """What a refusal means; one that nobody knows is a refusal like any other, never a lost connection."""
    code, subcode = _number(error.get("code")), _number(error.get("error_subcode"))
    if code in _REFUSED_ACCESS:
        row = _SUBCODES.get(subcode)
        return row if row and row.means == "disconnected" else _CODES[code]
    if subcode in _SUBCODES and code not in _BY_CODE and _SUBCODES[subcode].means != "disconnected":
        return _SUBCODES[subcode]
    if code in _PERMISSIONS:
        return _CODES[10]
    if code in _CODES:
        return _CODES[code]
    return Row(_BUSY, "busy") if error.get("is_transient") is True else Row(_UNKNOWN)


def by_subcode(subcode: int) -> Row:
    """What a sub-code in the status of a container means."""
    return _SUBCODES.get(subcode, Row(_UNKNOWN))


def usage_in(headers: httpx.Headers) -> Usage | None:
    """What an answer says of the calls that are used; None where it says nothing.

    https://developers.facebook.com/documentation/graph-api/overview/rate-limiting, "X-Business-Use-Case-Usage": per
    cent of calls and of computing time, of which the highest counts, and minutes until access returns.
    """
    found = None
    for row in _usage_rows(headers.get("X-Business-Use-Case-Usage", "")):
        parts = [_number(row.get(name)) for name in ("call_count", "total_cputime", "total_time")]
        usage = Usage(max(parts) / 100, 60.0 * _number(row.get("estimated_time_to_regain_access")))
        if found is None or usage.share > found.share:
            found = usage
    return found


def _usage_rows(written: str) -> list[Mapping[str, Any]]:
    with suppress(ValueError, RecursionError, AttributeError, TypeError):
        rows = [row for rows in json.loads(written or "{}").values() for row in rows]
        return [row for row in rows if isinstance(row, Mapping) and row.get("type") == "instagram"]
    return []


def _wait(response: httpx.Response, row: Row) -> float:
    usage = usage_in(response.headers)
    said = rate_of(response.headers).seconds if "Retry-After" in response.headers else 0.0
    return max(1.0, (usage.regain if usage else 0.0) or said or row.wait)


def _error_in(response: httpx.Response) -> Mapping[str, Any] | None:
    """The error body; never in a success, whatever it holds."""
    body = None if response.is_success else body_of(response)
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) and "code" in error else None


def _number(value: Any) -> int:
    return int(value) if isinstance(value, int | float) and abs(value) < 1e9 else 0
