"""Logging in at Facebook to hand over an Instagram account, and new keys for old ones.

https://developers.facebook.com/documentation/facebook-login/guides/advanced/manual-flow and
https://developers.facebook.com/documentation/facebook-login/guides/access-tokens/get-long-lived.
"""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

import httpx

from vierogen.core.words import gettext_noop as _
from vierogen.networks.abilities import Choice, Request
from vierogen.networks.asking import Forbidden, body_as
from vierogen.networks.base import Client, NetworkError, Profile
from vierogen.networks.graph import AS_IT_IS, ask_graph
from vierogen.networks.taming import web_address

HOME, DIALOGS = "https://graph.facebook.com", "https://www.facebook.com"
VERSION = "/v23.0"
# .../access-tokens: "about 60 days", where the answer does not say.
LONG_LIFE = timedelta(days=60)
REMOVE = "instagram_manage_contents"
# No more than is needed: https://developers.facebook.com/docs/permissions. Publishing, removing, the formula of the
# calls, and the list of accounts to choose from.
SCOPES = (
    "instagram_basic",
    "instagram_content_publish",
    REMOVE,
    "instagram_manage_insights",
    "pages_read_engagement",
    "pages_show_list",
)
_NEEDED = frozenset({"instagram_basic", "instagram_content_publish", "pages_show_list"})
_ACCOUNTS = "instagram_business_account{id,username,name,profile_picture_url},name"
_MOST_PAGES = 20


def dialog_at(server: str, request: Request) -> str:
    """manual-flow, "Invoking the Login Dialog". ``rerequest`` asks again for what was declined before.

    A challenge (RFC 7636) is offered there for some flows only; where it is not, it is passed over.
    """
    challenge = urlsafe_b64encode(sha256(request.verifier.encode()).digest()).rstrip(b"=").decode()
    asked = [
        ("client_id", request.client.id),
        ("redirect_uri", request.back),
        ("state", request.state),
        ("response_type", "code"),
        ("scope", ",".join(SCOPES)),
        ("auth_type", "rerequest"),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256"),
    ]
    return f"{DIALOGS if server == HOME else server}{VERSION}/dialog/oauth?{urlencode(asked)}"


def token_for(server: str, client: Client, http: httpx.Client, **given: str) -> Mapping[str, str]:
    """Exchange a code, or a token that still works, for a token: ``token``, and ``expires_at`` where it is said.

    The pages show a GET, which would put secrets into an address; RFC 6749, 3.2 asks for POST, and gets it.
    """
    values = {"client_id": client.id, "client_secret": client.secret, **given}
    try:
        body = body_as(ask_graph(http, "POST", f"{server}{VERSION}/oauth/access_token", data=values), dict)
    except NetworkError as error:
        if reason := _reason_of(error):
            raise NetworkError(reason, detail=error.detail) from error
        raise
    token, life = str(body.get("access_token") or ""), body.get("expires_in")
    if not token:
        raise NetworkError(_("Instagram gave no new access. It is tried again."), may_retry=True)
    ends = datetime.now(UTC) + timedelta(seconds=life) if isinstance(life, int | float) and life > 0 else None
    return {"token": token, **({"expires_at": ends.isoformat()} if ends else {})}


def _reason_of(error: NetworkError) -> str:
    """Here, what is wrong with the parameters is wrong with the log-in, and no code tells our secret's from others."""
    if "client secret" in error.detail:
        return _("Facebook does not accept the secret of this installation. Ask the person who runs Vierogen.")
    return _("Facebook did not accept this log-in. Start it again.") if error.reason == AS_IT_IS else ""


def choices_for(server: str, request: Request, *, code: str, http: httpx.Client) -> list[Choice]:
    """Every professional account of the person who logged in, each with its own credentials.

    Raises ``Forbidden`` where a right is missing without which nothing works.
    """
    short = token_for(
        server, request.client, http, redirect_uri=request.back, code=code, code_verifier=request.verifier
    )
    exchange = {"grant_type": "fb_exchange_token", "fb_exchange_token": short["token"]}
    long = {"expires_at": (datetime.now(UTC) + LONG_LIFE).isoformat()}
    long.update(token_for(server, request.client, http, **exchange))
    granted = granted_to(server, long["token"], http)
    if not granted >= _NEEDED:
        raise Forbidden(_("Not all rights were given. Log in again and leave all rights switched on."))
    shared = {**long, "scopes": ",".join(sorted(granted))}
    found = [_professional(page) for page in _pages(server, long["token"], http)]
    return [Choice(profile_of(each), {**shared, "account_id": str(each["id"])}) for each in found if each]


def granted_to(server: str, token: str, http: httpx.Client) -> frozenset[str]:
    """The rights that a token has: https://developers.facebook.com/docs/graph-api/reference/user/permissions."""
    rows = _data(ask_graph(http, "GET", f"{server}{VERSION}/me/permissions", headers=bearer(token)))
    return frozenset(str(row.get("permission")) for row in rows if row.get("status") == "granted")


def profile_of(account: Mapping[str, Any]) -> Profile:
    """https://developers.facebook.com/documentation/instagram-platform/instagram-graph-api/reference/ig-user."""
    username = str(account.get("username") or "")
    return Profile(
        account_id=str(account["id"]),
        handle=f"@{username}",
        name=str(account.get("name") or ""),
        about=str(account.get("biography") or ""),
        avatar=web_address(account.get("profile_picture_url")),
        url=f"https://www.instagram.com/{username}/",
    )


def bearer(token: str) -> dict[str, str]:
    """The token where no log sees it: in a header, never in an address."""
    return {"Authorization": f"Bearer {token}"}


def _pages(server: str, token: str, http: httpx.Client) -> list[Mapping[str, Any]]:
    """https://developers.facebook.com/docs/graph-api/reference/user/accounts, by cursors."""
    found, after = list[Mapping[str, Any]](), ""
    for _page in range(_MOST_PAGES):
        params = {"fields": _ACCOUNTS, "limit": "100", **({"after": after} if after else {})}
        answer = ask_graph(http, "GET", f"{server}{VERSION}/me/accounts", headers=bearer(token), params=params)
        found += _data(answer)
        after = next_after(body_as(answer, dict))
        if not after:
            break
    return found


def next_after(body: Mapping[str, Any]) -> str:
    """The cursor of the next page, "" on the last: https://developers.facebook.com/docs/graph-api/results."""
    paging = body.get("paging")
    cursors = paging.get("cursors") if isinstance(paging, Mapping) and paging.get("next") else None
    return str(cursors.get("after") or "") if isinstance(cursors, Mapping) else ""


def _professional(page: Mapping[str, Any]) -> Mapping[str, Any] | None:
    account = page.get("instagram_business_account")
    return account if isinstance(account, Mapping) and account.get("id") else None


def _data(answer: httpx.Response) -> list[Mapping[str, Any]]:
    rows = body_as(answer, dict, "data")["data"]
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
