"""Calls of the AT Protocol for one account: its session and where its repository lives.

Methods are called over HTTP as https://atproto.com/specs/xrpc says; errors carry a name in ``error``.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from vierogen.core.words import gettext_noop as _
from vierogen.networks.asking import answered, body_of, told
from vierogen.networks.base import Disconnected, NetworkError, Opened
from vierogen.networks.taming import DEEPEST

# com.atproto.server.getSession and every write answer 400 with one of these when the access token is too old.
_OUTDATED = frozenset({"ExpiredToken", "InvalidToken"})
# Where people log in unless they say otherwise.
SERVER = "https://bsky.social"
_SUSPENDED = _("Bluesky has suspended this account, or somebody has switched it off.")
_REFUSALS: Mapping[str, str] = {
    "AuthenticationRequired": _("Bluesky does not know this handle with this app password."),
    "AuthFactorTokenRequired": _("This is the account's own password. Make an app password and use that."),
    "AccountTakedown": _SUSPENDED,
    "AccountSuspended": _SUSPENDED,
    "AccountDeactivated": _SUSPENDED,
}
# What comes along when a handle or an address is copied from an app: direction marks, an @, spaces.
_CLINGING = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069@ \t\r\n"
# Strings are matched to be passed over.
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]')
# The levels of an answer above the records in it: the answer, the list, the entry.
_LEVELS_AROUND = 4
# https://atproto.com/lexicons/com-atproto-repo#comatprotorepolistrecords
_PAGE = 100


@dataclass(frozen=True)
class Session:
    """Who we are (``did``), where the repository lives (``pds``), and the tokens that prove it."""

    did: str
    pds: str
    access: str = field(repr=False)
    refresh: str = field(repr=False)


class Repository:
    """One account's repository. Reading is public and needs no token; writing renews it when necessary."""

    def __init__(self, opened: Opened) -> None:
        self.http, self.remember = opened.http, opened.remember
        self.server = address_of(opened.server or opened.credentials.get("server") or SERVER)
        self.handle = handle_of(opened.credentials)
        self.password = opened.credentials.get("app_password", "").strip()
        self.session = self._remembered(opened.credentials) or self._logged_in()

    @property
    def did(self) -> str:
        """The account's permanent name, ``did:plc:...`` or ``did:web:...``."""
        return self.session.did

    @property
    def pds(self) -> str:
        """The address of the server that holds the repository; often not the one that people log in to."""
        return self.session.pds

    def address(self, method: str, **params: str) -> str:
        """Return the address under which anybody can ask ``method``."""
        return str(httpx.URL(f"{self.pds}/xrpc/{method}", params=params))

    def ask(self, method: str, **params: Any) -> httpx.Response:
        """Ask a public query; the answer may be a refusal."""
        with told():
            return self.http.get(f"{self.pds}/xrpc/{method}", params=params)

    def record(self, collection: str, rkey: str) -> dict[str, Any] | None:
        """Read one record, as ``{"uri", "cid", "value"}``; None where there is none."""
        response = self.ask("com.atproto.repo.getRecord", repo=self.did, collection=collection, rkey=rkey)
        if error_of(response) == "RecordNotFound":
            return None
        return fields_of(answered(response), "value")

    def records(self, collection: str, limit: int) -> Iterator[dict[str, Any]]:
        """Read the newest ``limit`` records of a collection, the one with the latest key first."""
        params: dict[str, Any] = {"repo": self.did, "collection": collection}
        while limit > 0:
            params["limit"] = min(limit, _PAGE)
            page = fields_of(answered(self.ask("com.atproto.repo.listRecords", **params)), "records")
            yield from page["records"]
            limit -= len(page["records"])
            params["cursor"] = page.get("cursor")
            if not params["cursor"] or not page["records"]:
                return

    def call(self, method: str, *, verb: str = "POST", accepting: bool = False, **options: Any) -> httpx.Response:
        """Make an authorised call, with a renewed token where the old one has expired.

        The answer may be a refusal; ``accepting`` as in ``asking.ask``.
        """
        response = self._sent(verb, method, accepting=accepting, **options)
        if error_of(response) in _OUTDATED:
            self.session = self._renewed()
            response = self._sent(verb, method, accepting=accepting, **options)
        return response

    def _sent(self, verb: str, method: str, *, accepting: bool, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.session.access}", **options.pop("headers", {})}
        with told(accepting=accepting):
            return self.http.request(verb, f"{self.pds}/xrpc/{method}", headers=headers, **options)

    def _remembered(self, credentials: Mapping[str, str]) -> Session | None:
        """The session of last time, unless somebody has filled in another account since."""
        names = ("did", "pds", "access_jwt", "refresh_jwt")
        if credentials.get("session_of") != self._whose() or not all(map(credentials.get, names)):
            return None
        return Session(*(credentials[name] for name in names))

    def _whose(self) -> str:
        return f"{self.handle} {self.server}"

    def _logged_in(self) -> Session:
        """Sessions are rationed (30 in 5 minutes, 300 a day), so this is only for want of a refresh token."""
        login = {"identifier": self.handle, "password": self.password}
        return self._opened_by(self._asked("com.atproto.server.createSession", json=login))

    def _renewed(self) -> Session:
        headers = {"Authorization": f"Bearer {self.session.refresh}"}
        response = self._asked("com.atproto.server.refreshSession", headers=headers)
        if response.status_code in (400, 401):
            # Revoked, or unused for ninety days. Whether the app password is too, only asking tells.
            return self._logged_in()
        return self._opened_by(response)

    def _asked(self, method: str, **options: Any) -> httpx.Response:
        with told():
            return self.http.post(f"{self.server}/xrpc/{method}", **options)

    def _opened_by(self, response: httpx.Response) -> Session:
        given = fields_of(checked(response), "did", "accessJwt", "refreshJwt")
        session = Session(
            did=given["did"],
            pds=home_of(given.get("didDoc")) or self.server,
            access=given["accessJwt"],
            refresh=given["refreshJwt"],
        )
        self.remember(
            {
                "did": session.did,
                "pds": session.pds,
                "access_jwt": session.access,
                "refresh_jwt": session.refresh,
                "session_of": self._whose(),
            }
        )
        return session


def checked(response: httpx.Response, *, accepting: bool = False) -> httpx.Response:
    """Return ``response`` if it is a success; raise as ``asking.answered`` does, in Bluesky's own terms."""
    refusal = _REFUSALS.get(error_of(response))
    if refusal:
        raise Disconnected(refusal, detail=f"{response.status_code} {error_of(response)}")
    return answered(response, accepting=accepting)


def error_of(response: httpx.Response) -> str:
    """Return the name of the error in an answer, "" where there is none."""
    body = None if response.is_success else body_of(response)
    return str(body.get("error", "")) if isinstance(body, dict) else ""


def fields_of(response: httpx.Response, *names: str) -> dict[str, Any]:
    """Return the JSON object of a successful answer. Raises ``NetworkError`` where it lacks one of ``names``."""
    try:
        body = body_of(response)
    except RecursionError:
        body = json.loads(_shallow(response.text))
    if not isinstance(body, dict) or not body.keys() >= set(names):
        raise NetworkError(_("The network did not answer properly."), may_retry=True)
    return body


def _shallow(text: str) -> str:
    """JSON without what lies deeper than records are looked at: Python reads a thousand levels, servers allow more."""
    depth, start, kept = 0, 0, list[str]()
    deepest = DEEPEST + _LEVELS_AROUND
    for match in _BRACKETS.finditer(text):
        if match.group() in ("[", "{"):
            depth += 1
            if depth == deepest:
                kept.append(text[start : match.start()])
        elif match.group() in ("]", "}"):
            if depth == deepest:
                start = match.end()
            depth -= 1
    return "null".join([*kept, text[start:]])


def handle_of(credentials: Mapping[str, str]) -> str:
    """The account's name, without what clings to it."""
    return credentials.get("handle", "").strip(_CLINGING)


def address_of(server: str) -> str:
    """A server as people write it, as an address."""
    typed = server.strip(_CLINGING).rstrip("/")
    return typed if "://" in typed else f"https://{typed}"


def home_of(document: Any) -> str:
    """The repository's server in a DID document (https://atproto.com/specs/did#did-documents)."""
    services = document.get("service", []) if isinstance(document, dict) else []
    homes = (service["serviceEndpoint"] for service in services if service["id"].endswith("#atproto_pds"))
    return str(next(homes, "")).rstrip("/")
