"""Logging in at the simulated network: the dialog, codes, tokens, and whose accounts they open.

facebook-login/guides/advanced/manual-flow and facebook-login/guides/access-tokens/get-long-lived, under
https://developers.facebook.com/documentation/.
"""

import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from html import escape
from typing import Any, Protocol
from urllib.parse import urlencode

from vierogen.practice.api import Answer
from vierogen.practice.calls import Call
from vierogen.practice.simulators.door import told
from vierogen.practice.simulators.instagram_fields import chosen, wanted
from vierogen.practice.simulators.instagram_kept import Kept
from vierogen.practice.simulators.instagram_records import (
    LONG_LIFE,
    SCOPES,
    SHORT_LIFE,
    Account,
    GraphError,
    Token,
    bad_parameter,
    now,
)

# .../manual-flow, "Exchanging Code for an Access Token": good for a short time; unsure how long.
CODE_LIFE = timedelta(minutes=10)
_ASKED = ("client_id", "redirect_uri", "state", "scope", "response_type", "code_challenge")


@dataclass
class Code:
    """A code that the dialog gave out."""

    person: str
    back: str
    scopes: frozenset[str]
    challenge: str = ""
    expires_at: datetime = field(default_factory=lambda: now() + CODE_LIFE)
    is_used: bool = False


class Habits(Protocol):
    """How this network behaves today; see ``InstagramSimulator``."""

    auto: bool
    person: str


class LogIn:
    """The dialog and the exchange."""

    def __init__(self, kept: Kept, habits: Habits) -> None:
        self.kept, self.habits = kept, habits
        self.codes: dict[str, Code] = {}

    def dialog(self, call: Call) -> Answer:
        """.../manual-flow, "Invoking the Login Dialog": a page with one button; declining leads back with an error."""
        asked = {name: call.value(name) for name in _ASKED}
        if asked["client_id"] != self.kept.client.id:
            return _page("This app is not known.", status=400)
        if not asked["redirect_uri"].startswith(("https://", "http://")):
            return _page("The address to return to is not allowed.", status=400)
        if call.value("declined"):
            return _back(asked, list(_DECLINED.items()))
        if call.method == "POST" or self.habits.auto:
            return _back(asked, [("code", self._code(asked))])
        return self._question(call.path, asked)

    def token(self, call: Call) -> Answer:
        """.../manual-flow and .../get-long-lived: a code, or a token that still works, becomes a token."""
        if call.value("client_id") != self.kept.client.id:
            raise GraphError("Error validating application. Cannot get application info.", code=101)
        if not hmac.compare_digest(call.value("client_secret"), self.kept.client.secret):
            raise GraphError("Error validating client secret.", code=1)
        if call.value("grant_type") == "fb_exchange_token":
            old = self.kept.token(call.value("fb_exchange_token"))
            return _issued(self.kept.issue(old.person, old.scopes, LONG_LIFE), LONG_LIFE)
        code = self._redeemed(call)
        return _issued(self.kept.issue(code.person, code.scopes, SHORT_LIFE), SHORT_LIFE)

    def accounts(self, call: Call) -> Answer:
        """docs/graph-api/reference/user/accounts: the Pages of the person, each with its professional account."""
        token, fields = self.kept.token(call.token), wanted(call.value("fields") or "id,name")
        pages = [_page_of(account, self.kept.base()) for account in self.kept.of_person(token.person)]
        return told({"data": [chosen(page, fields) for page in pages]})

    def permissions(self, call: Call) -> Answer:
        """docs/graph-api/reference/user/permissions: granted or declined."""
        token = self.kept.token(call.token)
        granted = self.kept.granted(token)
        rows = [
            {"permission": scope, "status": "granted" if scope in granted else "declined"}
            for scope in sorted(token.scopes)
        ]
        return told({"data": rows})

    def debug(self, call: Call) -> Answer:
        """docs/graph-api/reference/debug_token."""
        self.kept.token(call.token)
        token = self.kept.tokens.get(call.value("input_token"))
        if token is None:
            raise bad_parameter("The access token could not be decrypted")
        about = {
            "app_id": self.kept.client.id,
            "type": "USER",
            "is_valid": not token.refused and now() < token.expires_at,
            "expires_at": int(token.expires_at.timestamp()),
            "scopes": sorted(self.kept.granted(token)),
            "user_id": _user_id(token.person),
        }
        return told({"data": about})

    def _question(self, path: str, asked: dict[str, str]) -> Answer:
        kept = "".join(
            f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in asked.items()
        )
        decline = f"{path}?{urlencode({**asked, 'declined': '1'})}"
        person = escape(self._who())
        return _page(
            f'<p>An app asks for access to your accounts.</p><form method="post" action="{escape(path)}">{kept}'
            f'<button type="submit">Continue as {person}</button></form>'
            f'<p><a href="{escape(decline)}">Cancel</a></p>'
        )

    def _who(self) -> str:
        return self.habits.person or next((account.person for account in self.kept.accounts.values()), "nobody")

    def _code(self, asked: dict[str, str]) -> str:
        code = secrets.token_urlsafe(32)
        scopes = SCOPES & frozenset(asked["scope"].replace(" ", ",").split(","))
        self.codes[code] = Code(self._who(), asked["redirect_uri"], scopes, asked["code_challenge"])
        return code

    def _redeemed(self, call: Call) -> Code:
        """.../manual-flow: each code once, with the very same address. The sub-codes are unsure."""
        code = self.codes.get(call.value("code"))
        if code is None:
            raise GraphError("Invalid verification code format.", code=100, subcode=36009)
        if code.is_used:
            raise GraphError("This authorization code has been used.", code=100, subcode=36009)
        if now() >= code.expires_at:
            raise GraphError("This authorization code has expired.", code=100, subcode=36007)
        if code.back != call.value("redirect_uri"):
            raise GraphError("Error validating verification code: redirect_uri differs.", code=100, subcode=36008)
        if code.challenge and code.challenge != _challenge(call.value("code_verifier")):
            raise GraphError("Invalid code_verifier.", code=100)
        code.is_used = True
        return code


_DECLINED = {
    "error": "access_denied",
    "error_code": "200",
    "error_description": "Permissions error",
    "error_reason": "user_denied",
}


def _back(asked: Mapping[str, str], told_there: list[tuple[str, str]]) -> Answer:
    """The network adds "#_=_" to what it sends back, which means nothing."""
    address, pairs = asked["redirect_uri"], [*told_there, ("state", asked["state"])]
    joined = f"{address}{'&' if '?' in address else '?'}{urlencode(pairs)}#_=_"
    return Answer(302, b"", "text/html; charset=utf-8", {"Location": joined})


def _issued(token: Token, life: timedelta) -> Answer:
    return told({"access_token": token.value, "token_type": "bearer", "expires_in": int(life.total_seconds())})


def _challenge(verifier: str) -> str:
    """RFC 7636, 4.2."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _user_id(person: str) -> str:
    return str(int(sha256(person.encode()).hexdigest()[:12], 16))


def _page_of(account: Account, base: str) -> dict[str, Any]:
    professional = {
        "id": account.id,
        "username": account.username,
        "name": account.name,
        "profile_picture_url": f"{base}/cdn/avatar-{account.id}.png",
    }
    return {"id": account.page_id, "name": account.name, "instagram_business_account": professional}


def _page(content: str, *, status: int = 200) -> Answer:
    body = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Simulated log-in</title>'
        f"<h1>Simulated log-in</h1>{content}</html>"
    )
    return Answer(status, body.encode(), "text/html; charset=utf-8")
