"""Calls X's API for one account: its keys, their renewal, and what its refusals mean.

https://docs.x.com/x-api/fundamentals/response-codes-and-errors and, per rule, the page named beside it.
"""

from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx

from vierogen.core.words import gettext_noop as _
from vierogen.networks.asking import answered, body_as, body_of, told
from vierogen.networks.base import Client, Disconnected, NetworkError, Opened

HOME = "https://api.x.com"
# https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code: "only stay valid for two hours".
LIFE = timedelta(hours=2)
# What X cannot mean, in seconds.
LONGEST = 10_000_000
REFUSED = _("X does not accept our access to this account any more.")
CREDITS = _("The credits for X have run out. Whoever runs this installation has to buy new ones at X.")
NO_CLIENT = _("This installation is not known to X yet. Ask whoever runs it.")
WRONG_CLIENT = _("X does not know this installation. Ask whoever runs it to look at its settings for X.")
# https://www.rfc-editor.org/rfc/rfc6749#section-5.2 says invalid_grant. X is also seen to say invalid_request with
# this description for a refresh token that was used before; its documents are silent.
_SPENT = "value passed for the token was invalid"


class Duplicate(NetworkError):  # noqa: N818 - says what the network said
    """The account posted the very same words a short time ago, and X does not take them twice."""


class Api:
    """X's API with one account's keys. A key that ended is renewed once, and the call made again."""

    def __init__(self, opened: Opened, *, server: str) -> None:
        self.opened, self.http, self.server = opened, opened.http, server
        self.token = opened.credentials.get("access_token", "").strip()
        self.refresh_token = opened.credentials.get("refresh_token", "").strip()

    def ask(self, method: str, path: str, *, accepting: bool = False, **options: Any) -> httpx.Response:
        """Make one call as the account; raises as ``asking.ask`` does, and ``Duplicate``."""
        response = self._asked(method, path, accepting=accepting, **options)
        if is_refusal(response):
            # 401 is a clear no: nothing was carried out, so the call may be made again, if it still may at all.
            self.renew()
            if accepting:
                self.opened.attempt.ready()
            response = self._asked(method, path, accepting=accepting, **options)
        return checked(response, accepting=accepting)

    def _asked(self, method: str, path: str, *, accepting: bool, **options: Any) -> httpx.Response:
        with told(accepting=accepting):
            return self.http.request(
                method, self.server + path, headers={"Authorization": f"Bearer {self.token}"}, **options
            )

    def renew(self) -> None:
        """https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code, "Refresh tokens".

        Each is good for one renewal, so that both new ones are remembered at once.
        """
        client = self.opened.client
        if not self.refresh_token:
            raise Disconnected(REFUSED, detail="there is nothing to renew it with")
        if client is None:  # a slip in the settings says nothing about the key
            raise NetworkError(NO_CLIENT, may_retry=True)
        form = {"grant_type": "refresh_token", "refresh_token": self.refresh_token}
        keys = exchange(self.http, self.server, client=client, form=form)
        self.opened.remember(keys)
        self.token, self.refresh_token = keys["access_token"], keys.get("refresh_token", self.refresh_token)


def exchange(http: httpx.Client, server: str, *, client: Client, form: Mapping[str, str]) -> dict[str, str]:
    """Get keys at X's token endpoint: ``access_token``, ``expires_at``, and ``refresh_token`` where X gives one.

    https://docs.x.com/fundamentals/authentication/oauth-2-0/user-access-token. Raises ``Disconnected`` only where
    X recognisably says that what was handed in is worth nothing any more.
    """
    with told():
        response = http.post(f"{server}/2/oauth2/token", data=dict(form), headers=basic(client))
    if not response.is_success:
        raise _unredeemed(response)
    body = body_as(response, dict, "access_token")
    seconds = body.get("expires_in")
    life = timedelta(seconds=seconds) if isinstance(seconds, int) and 0 < seconds < LONGEST else LIFE
    keys = {
        "access_token": str(body["access_token"]),
        "refresh_token": str(body.get("refresh_token") or ""),
        "expires_at": (datetime.now(UTC) + life).isoformat(),
    }
    return {name: value for name, value in keys.items() if value}


def _unredeemed(response: httpx.Response) -> NetworkError:
    body = body_of(response)
    said = body if isinstance(body, dict) else {}
    error, description = str(said.get("error", "")), str(said.get("error_description", ""))
    detail = f"{response.status_code} {error} {description}"[:300]
    if error == "invalid_grant" or (error == "invalid_request" and _SPENT in description.lower()):
        return Disconnected(REFUSED, detail=detail)
    if error in {"invalid_client", "unauthorized_client"}:
        return NetworkError(WRONG_CLIENT, detail=detail)
    try:
        answered(response)
    except Disconnected:  # a 401 with an error that we do not know is not recognisably about this account
        return NetworkError(_("X did not renew our access. It is tried again."), may_retry=True, detail=detail)
    except NetworkError as error_told:
        return error_told
    return NetworkError(_("X did not renew our access. It is tried again."), may_retry=True, detail=detail)


def basic(client: Client) -> dict[str, str]:
    """The header with which this installation names itself (RFC 6749, 2.3.1)."""
    pair = f"{quote(client.id, safe='')}:{quote(client.secret, safe='')}"
    return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}


def app_token(opened: Opened, *, server: str) -> str:
    """The key of the app itself, for what belongs to no account.

    https://docs.x.com/fundamentals/authentication/oauth-2-0/application-only. Unsure whether X takes the client's id
    and secret here or only the older "API key and secret"; who runs it can give the "bearer token" of the app.
    """
    if given := opened.credentials.get("bearer_token", "").strip():
        return given
    if opened.client is None:
        raise NetworkError(NO_CLIENT)
    with told():
        response = opened.http.post(
            f"{server}/oauth2/token", data={"grant_type": "client_credentials"}, headers=basic(opened.client)
        )
    if response.status_code in {400, 401, 403}:
        raise NetworkError(WRONG_CLIENT, detail=f"{response.status_code} for the key of the app")
    return str(body_as(answered(response), dict, "access_token")["access_token"])


def is_refusal(response: httpx.Response) -> bool:
    """Does X itself, and not something before it, refuse the key? It does so with a problem (RFC 9457)."""
    body = body_of(response) if response.status_code == 401 else None
    return isinstance(body, dict) and "title" in body and ("type" in body or "status" in body)


def checked(response: httpx.Response, *, accepting: bool = False) -> httpx.Response:
    """Return ``response`` if it is a success, else raise what it means."""
    if response.is_success:
        return response
    if is_refusal(response):
        raise Disconnected(REFUSED, detail="401 also with a new key")
    if response.status_code == 401:
        raise NetworkError(
            _("Something before the network refused us."), may_retry=True, detail="401 without a problem"
        )
    # https://docs.x.com/x-api/getting-started/pricing: without credits "API requests will be blocked".
    if response.status_code == 402:
        raise NetworkError(CREDITS, detail="402")
    if response.status_code == 403 and "duplicate content" in _detail(response):
        raise Duplicate(
            _("X does not take the same words twice, and they stand there already."), detail="403 duplicate"
        )
    return answered(response, accepting=accepting)


def _detail(response: httpx.Response) -> str:
    body = body_of(response)
    return str(body.get("detail", "")).lower() if isinstance(body, dict) else ""
