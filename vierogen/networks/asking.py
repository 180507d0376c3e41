"""Calls a network and tells its refusals in the connectors' terms, once for all connectors.

Whether a failed call may have been *accepted* decides between ``Unknown`` and a plain refusal: a call that
publishes says ``accepting=True``, and then everything after the first byte left is unknown unless the network
clearly said no.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx

from vierogen.core.http import Refused, rate_of
from vierogen.core.words import gettext_noop as _
from vierogen.networks.base import Disconnected, Limited, NetworkError, Unknown
from vierogen.networks.taming import tamed, tamed_text

Shape = TypeVar("Shape", dict[str, Any], list[Any])

# Nothing of the request was sent yet.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
# Statuses of a server or proxy in trouble: a request before them may have been carried out.
_TROUBLE = frozenset({408, 425, *range(500, 600)})
_NO = _("The network refused this.")
_REASONS: Mapping[int, str] = {
    403: _("The network does not allow this account to do this."),
    404: _("The network does not have this (any more)."),
    410: _("The network does not have this (any more)."),
    413: _("The network finds this too large."),
    422: _("The network does not accept this post as it is."),
}


class Missing(NetworkError):  # noqa: N818 - says what the network said
    """The network does not have what was asked for (404, 410)."""


class Forbidden(NetworkError):  # noqa: N818 - says what the network said
    """The network does not allow this account, or this token, to do what was asked (403)."""


def ask(client: httpx.Client, method: str, url: str, *, accepting: bool = False, **options: Any) -> httpx.Response:
    """Make one call and return its successful (2xx) answer; ``options`` as ``httpx.Client.request``.

    Raises ``Limited`` (429), ``Disconnected`` (401 with an error body), ``Forbidden`` (403), ``Missing``
    (404, 410), ``Unknown`` (only with ``accepting``) or ``NetworkError``.
    """
    with told(accepting=accepting):
        response = client.request(method, url, **options)
    return answered(response, accepting=accepting)


@contextmanager
def told(*, accepting: bool = False) -> Iterator[None]:
    """Tell httpx's errors as ``NetworkError``; for calls that ``ask`` cannot make, such as streams."""
    try:
        yield
    except Refused as error:
        raise NetworkError(str(error), detail=repr(error)) from error
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise NetworkError(_("This is not a usable web address."), detail=repr(error)) from error
    except (httpx.LocalProtocolError, UnicodeEncodeError):
        # Without its cause: that one quotes the header, and the header may be the token.
        raise NetworkError(_("The access data have signs in them that cannot be sent.")) from None
    except _NOT_SENT as error:
        reason = _("The network could not be reached.")
        raise NetworkError(reason, may_retry=True, detail=repr(error)) from error
    except httpx.HTTPError as error:
        raise _broken_off(repr(error), accepting=accepting) from error


def answered(response: httpx.Response, *, accepting: bool = False) -> httpx.Response:
    """Return ``response`` if it is a success, else raise as ``ask`` does. Its body must have been read."""
    if response.is_success:
        return response
    status, detail = response.status_code, f"{response.status_code} {tamed_text(response.text[:500])}"
    if status == 429:
        reason = _("The network asks us to slow down.")
        raise Limited(reason, seconds=max(1.0, rate_of(response.headers).seconds), detail=detail)
    if status == 401:
        raise _unwelcome(response, detail)
    if status in _TROUBLE:
        raise _broken_off(detail, accepting=accepting)
    raise _FAMILY.get(status, NetworkError)(_REASONS.get(status, _NO), detail=detail)


_FAMILY: Mapping[int, type[NetworkError]] = {403: Forbidden, 404: Missing, 410: Missing}


def _broken_off(detail: str, *, accepting: bool) -> NetworkError:
    if accepting:
        return Unknown(_("The network did not say whether it accepted this."), detail=detail)
    return NetworkError(_("The network did not answer properly."), may_retry=True, detail=detail)


def _unwelcome(response: httpx.Response, detail: str) -> NetworkError:
    """Only the network's own error body means that the token is refused; a proxy also answers 401."""
    body = body_of(response)
    if isinstance(body, dict) and "error" in body:
        return Disconnected(_("The network does not accept our access any more."), detail=detail)
    return NetworkError(_("Something before the network refused us."), may_retry=True, detail=detail)


def body_of(response: httpx.Response) -> Any:
    """Return the JSON of an answer, or None where it has none."""
    try:
        return response.json()
    except ValueError:
        return None


def body_as(response: httpx.Response, shape: type[Shape], *names: str, accepting: bool = False) -> Shape:
    """Return the JSON of a successful answer, tamed, as a ``dict`` (which has these ``names``) or ``list``.

    Raises as a cut connection does where it is something else.
    """
    try:
        body = tamed(body_of(response))
    except RecursionError:
        body = None
    if not isinstance(body, shape) or any(name not in body for name in names):
        raise _broken_off(f"{response.status_code} with an answer that makes no sense", accepting=accepting)
    return body
