"""Logging in at the simulated X: the page, codes, keys that end, and refresh tokens that are good for one renewal.

https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code and .../user-access-token.
"""

import binascii
import hmac
import secrets
from base64 import b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from html import escape
from typing import Protocol
from urllib.parse import unquote, urlencode

from vierogen.networks.base import Client
from vierogen.practice.api import Answer
from vierogen.practice.calls import Call
from vierogen.practice.simulators.door import told
from vierogen.practice.simulators.x_records import CODE_LIFE, TOKEN_LIFE, UNAUTHORISED, Account, Problem, now

_ASKED = ("response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method")
# Everything that an account added from Python can do.
ALL = frozenset(
    "tweet.read tweet.write users.read media.write like.read like.write offline.access".split()  # noqa: SIM905
)


@dataclass
class Key:
    """An access token."""

    account: Account
    scopes: frozenset[str]
    ends_at: datetime


@dataclass
class Code:
    """What the page gives to who logged in."""

    account: Account
    back: str
    scopes: frozenset[str]
    challenge: str
    ends_at: datetime = field(default_factory=lambda: now() + CODE_LIFE)


class Habits(Protocol):
    """How this network behaves today; see ``XSimulator``."""

    auto: bool
    logged_in: Account | None


class LogIn:
    """Keys, and how to get them."""

    def __init__(self, client: Client, habits: Habits) -> None:
        self.client, self.habits = client, habits
        self.keys: dict[str, Key] = {}
        self.renewals: dict[str, tuple[Account, frozenset[str]]] = {}
        self.codes: dict[str, Code] = {}
        self.app_token = f"app-{secrets.token_urlsafe(32)}"

    def issue(self, account: Account, scopes: frozenset[str]) -> tuple[str, str]:
        """A new access token, and a refresh token where offline.access was asked for."""
        token, refresh = f"key-{secrets.token_urlsafe(32)}", ""
        self.keys[token] = Key(account, scopes, now() + TOKEN_LIFE)
        if "offline.access" in scopes:
            refresh = f"renews-{secrets.token_urlsafe(32)}"
            self.renewals[refresh] = account, scopes
        return token, refresh

    def revoke(self, account: Account) -> None:
        """The account's owner takes the app's access away."""
        self.keys = {token: key for token, key in self.keys.items() if key.account is not account}
        self.renewals = {token: kept for token, kept in self.renewals.items() if kept[0] is not account}

    def key_of(self, call: Call) -> Key:
        """Whose key this is. Raises ``Problem`` (401)."""
        key = self.keys.get(call.token)
        if key is None or now() >= key.ends_at:
            raise Problem(401, *UNAUTHORISED)
        return key

    def page(self, call: Call) -> Answer:
        """Who is logged in is asked, or sent back at once where the simulator is ``auto``; Cancel says so."""
        asked = {name: call.value(name) for name in _ASKED}
        account = self.habits.logged_in
        if account is None or not self._is_proper(asked):
            # X shows "Something went wrong" without leading anywhere.
            return _page("<p>Something went wrong. You weren't able to give access to the App.</p>", status=400)
        if call.value("declined"):
            return _back(asked, ("error", "access_denied"))
        if call.method == "POST" or self.habits.auto:
            return _back(asked, ("code", self._code(account, asked)))
        kept = "".join(f'<input type="hidden" name="{name}" value="{escape(asked[name])}">' for name in _ASKED)
        cancel = escape(f"{call.path}?{urlencode({**asked, 'declined': '1'})}")
        return _page(
            f"<p>An app wants to access the account @{escape(account.username)}.</p>"
            f'<form method="post" action="{call.path}">{kept}<button type="submit">Authorize app</button></form>'
            f'<p><a href="{cancel}">Cancel</a></p>'
        )

    def _is_proper(self, asked: dict[str, str]) -> bool:
        """S256 is required here; X also takes "plain", which nobody should use (RFC 7636, 7.2)."""
        return (
            asked["response_type"] == "code"
            and asked["client_id"] == self.client.id
            and asked["redirect_uri"].startswith(("https://", "http://"))
            and bool(asked["state"] and asked["code_challenge"])
            and asked["code_challenge_method"] == "S256"
        )

    def _code(self, account: Account, asked: dict[str, str]) -> str:
        code = secrets.token_urlsafe(32)
        scopes = ALL & frozenset(asked["scope"].split())
        self.codes[code] = Code(account, asked["redirect_uri"], scopes, asked["code_challenge"])
        return code

    def token(self, call: Call) -> Answer:
        """POST /2/oauth2/token, for a code or a refresh token; each is good for one use."""
        if not self._knows(call):
            return _no("unauthorized_client", "Missing valid authorization header", status=401)
        if call.value("grant_type") == "authorization_code":
            code = self.codes.pop(call.value("code"), None)
            if code is None or now() >= code.ends_at:
                # Seen so; the documents are silent.
                return _no("invalid_request", "Value passed for the authorization code was invalid.")
            if code.back != call.value("redirect_uri") or code.challenge != _challenge(call.value("code_verifier")):
                return _no("invalid_grant", "The code was made for something else.")
            return self._told(code.account, code.scopes)
        if call.value("grant_type") == "refresh_token":
            kept = self.renewals.pop(call.value("refresh_token"), None)
            # RFC 6749, 5.2. Unsure: X is also seen to say invalid_request.
            return self._told(*kept) if kept else _no("invalid_grant", "Value passed for the token was invalid.")
        return _no("unsupported_grant_type", "Unsupported grant type")

    def _told(self, account: Account, scopes: frozenset[str]) -> Answer:
        token, refresh = self.issue(account, scopes)
        content = {
            "token_type": "bearer",
            "expires_in": int(TOKEN_LIFE.total_seconds()),
            "access_token": token,
            "scope": " ".join(sorted(scopes)),
        }
        return told(content | ({"refresh_token": refresh} if refresh else {}))

    def app(self, call: Call) -> Answer:
        """POST /oauth2/token: fundamentals/authentication/oauth-2-0/application-only."""
        if not self._knows(call) or call.value("grant_type") != "client_credentials":
            return told({"errors": [{"code": 99, "message": "Unable to verify your credentials"}]}, status=403)
        return told({"token_type": "bearer", "access_token": self.app_token})

    def _knows(self, call: Call) -> bool:
        scheme, _space, packed = call.authorization.partition(" ")
        try:
            name, _colon, secret = b64decode(packed, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        is_right = hmac.compare_digest(unquote(secret).encode(), self.client.secret.encode())
        return scheme.lower() == "basic" and unquote(name) == self.client.id and is_right


def _challenge(verifier: str) -> str:
    """RFC 7636, 4.2."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _no(error: str, description: str, *, status: int = 400) -> Answer:
    return told({"error": error, "error_description": description}, status=status)


def _back(asked: dict[str, str], news: tuple[str, str]) -> Answer:
    """To where the app said, with the state that it gave along."""
    address = asked["redirect_uri"]
    joined = f"{address}{'&' if '?' in address else '?'}{urlencode([('state', asked['state']), news])}"
    return Answer(302, b"", "text/html; charset=utf-8", {"Location": joined})


def _page(content: str, *, status: int = 200) -> Answer:
    body = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Log in</title><h1>Log in</h1>{content}</html>'
    return Answer(status, body.encode(), "text/html; charset=utf-8")
