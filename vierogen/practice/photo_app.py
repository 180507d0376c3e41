"""The photo app on the phone: logged in to several accounts of one network, and everything is out at once.

It speaks to the doors of ``simulators/instagram_phone.py``, which stand for the network's own app. What is done here
goes around the gateway.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings

from vierogen.core.words import gettext_noop as _
from vierogen.practice.phone import PhoneError

KEY = "instagram"
UNREACHABLE = _("The photo network does not answer. Start the demo again.")


def photo_phone_file() -> Path:
    """Where the phone keeps the accounts that the photo app is logged in to."""
    return Path(settings.HOME) / "photo-phone.json"


def has_photos() -> bool:
    """Is the photo app on this phone, and is there a network for it?"""
    return bool(settings.NETWORK_SERVERS.get(KEY)) and photo_phone_file().exists()


@dataclass(frozen=True)
class Owner:
    """Whose account it is. ``about`` is what stands on the profile."""

    handle: str
    name: str
    about: str = ""


@dataclass(frozen=True)
class Shot:
    """A photo in the feed, or a story (``ends_at``)."""

    id: str
    owner: Owner
    text: str
    posted_at: datetime
    ends_at: datetime | None


class PhotoApp:
    """The app, acting for the account of ``token``."""

    def __init__(self, http: httpx.Client, *, token: str) -> None:
        """``http`` has the network's address as its base."""
        self.http, self.token = http, token

    def me(self) -> Owner:
        """The account itself."""
        return _owner(self._ask("GET", "me").json())

    def shots(self) -> list[Shot]:
        """What everybody shows, newest first, stories among it."""
        return [_shot(one) for one in self._ask("GET", "shots").json()]

    def one(self, shot_id: int) -> Shot:
        """One photo or story."""
        return _shot(self._ask("GET", f"shots/{shot_id}").json())

    def post(self, photo: bytes, text: str = "", *, story: bool) -> Shot:
        """Out, now. A story is gone after 24 hours."""
        told = {"caption": text, "story": "yes" if story else ""}
        return _shot(self._ask("POST", "shots", data=told, files={"photo": ("photo", photo)}).json())

    def delete(self, shot_id: int) -> None:
        """Gone, as far as the network is concerned."""
        self._ask("DELETE", f"shots/{shot_id}")

    def picture(self, shot_id: int) -> tuple[bytes, str]:
        """The bytes of a photo and their type."""
        return self._picture(f"shots/{shot_id}/picture")

    def avatar(self, handle: str) -> tuple[bytes, str]:
        """The same for the round picture of an account."""
        return self._picture(f"avatars/{handle}")

    def _picture(self, door: str) -> tuple[bytes, str]:
        answer = self._ask("GET", door)
        return answer.content, answer.headers["Content-Type"]

    def _ask(self, method: str, door: str, **content: Any) -> httpx.Response:
        """One call. Raises ``PhoneError`` with a sentence for people."""
        headers = {"Authorization": f"Bearer {self.token}"}
        try:
            answer = self.http.request(method, f"/phone/{door}", headers=headers, **content)
        except httpx.HTTPError as error:
            raise PhoneError(UNREACHABLE) from error
        if answer.is_success:
            return answer
        raise PhoneError(REFUSALS.get(answer.status_code, UNREACHABLE))


REFUSALS: dict[int, str] = {
    httpx.codes.NOT_FOUND: _("It is not there any more."),
    httpx.codes.UNAUTHORIZED: _("The phone was logged out of this account."),
    httpx.codes.UNPROCESSABLE_ENTITY: _("The network does not take this picture."),
}


def _owner(told: Mapping[str, Any]) -> Owner:
    return Owner(told["handle"], told["name"], told["about"])


def _shot(told: Mapping[str, Any]) -> Shot:
    return Shot(
        id=told["id"],
        owner=_owner(told["owner"]),
        text=told["caption"],
        posted_at=datetime.fromisoformat(told["posted_at"]),
        ends_at=datetime.fromisoformat(told["ends_at"]) if told["ends_at"] else None,
    )
