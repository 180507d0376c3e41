"""A network made up for these tests: accounts are connected by logging in, and keys end and are renewed."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, ClassVar
from urllib.parse import urlencode

import httpx

from vierogen.networks.abilities import Authorises, Choice, Refreshes, Request
from vierogen.networks.base import (
    Deletes,
    Disconnected,
    Field,
    Network,
    NetworkError,
    Outgoing,
    Profile,
    Shown,
)


class Lantern(Network, Authorises, Refreshes, Deletes):
    """Speaks to tests/vault/lighthouse.py."""

    key = "lantern"
    name = "Lantern"
    text_limit = picture_limit = alt_limit = 100
    fields: ClassVar[tuple[Field, ...]] = ()
    id_is_global = True
    home = "https://lantern.example"
    none_will_do = "It has to be an account of an organisation."
    renew_before = timedelta(days=10)

    @classmethod
    def length(cls, text: str) -> int:
        return len(text)

    @classmethod
    def new_key(cls, at: datetime) -> str:
        return at.isoformat()

    @classmethod
    def log_in_at(cls, server: str, request: Request) -> str:
        digest = sha256(request.verifier.encode()).digest()
        asked = {
            "client_id": request.client.id,
            "redirect_uri": request.back,
            "state": request.state,
            "code_challenge": urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        return f"{server}/authorize?{urlencode(asked)}"

    @classmethod
    def redeem(cls, server: str, request: Request, *, code: str, http: httpx.Client) -> list[Choice]:
        told = {
            "code": code,
            "client_id": request.client.id,
            "client_secret": request.client.secret,
            "redirect_uri": request.back,
            "code_verifier": request.verifier,
        }
        answer = http.post(f"{server}/token", data=told)
        if answer.is_error:
            raise NetworkError("The network does not know this code any more.")
        return [Choice(_profile(each), _credentials(each)) for each in answer.json()["accounts"]]

    def renew(self) -> None:
        told = {"refresh": self.opened.credentials["refresh"]}
        answer = self._sent("POST", "/renew", data=told)
        self.opened.remember(_credentials(answer))

    def me(self) -> Profile:
        return _profile(self._sent("GET", "/me"))

    def may_delete(self) -> bool:
        return bool(self._sent("GET", "/me")["may_delete"])

    def _sent(self, method: str, path: str, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.opened.credentials['access']}"}
        answer = self.opened.http.request(method, self.opened.server + path, headers=headers, **more)
        if answer.status_code == 401:
            raise Disconnected("The network refuses our key.")
        if answer.is_error:
            raise NetworkError("The network has trouble.", may_retry=True)
        return answer.json()

    def publish(self, post: Outgoing) -> Shown:
        raise NetworkError("Nothing is published here.")

    def recent(self, limit: int = 40) -> list[Shown]:
        return []

    def read(self, remote_id: str) -> Shown | None:
        return None

    def same(self, post: Outgoing, shown: Shown) -> bool:
        return False

    def delete(self, remote_id: str) -> None:
        return

    def remains(self, shown: Shown) -> list[str]:
        return []


def _profile(told: Mapping[str, Any]) -> Profile:
    return Profile(told["id"], told["handle"], told["name"], avatar=told["avatar"])


def _credentials(told: Mapping[str, Any]) -> dict[str, str]:
    ends_at = datetime.now(UTC) + timedelta(seconds=told["seconds"])
    return {"access": told["access"], "refresh": told["refresh"], "expires_at": ends_at.isoformat()}
