"""The phone: one ordinary app, logged in to several accounts. It speaks the practice network's API, as any app would.

What is done here goes around the gateway: at once, and nobody else looks.
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from vierogen.core.words import gettext_noop as _
from vierogen.networks.plain import plain
from vierogen.practice.network import STORY

UNREACHABLE = _("The practice network does not answer. Start the demo again.")


class PhoneError(Exception):
    """It did not work; ``reason`` is a translatable English sentence, or what the network says."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Login:
    """An account that the app is logged in to. ``private`` is somebody's own."""

    handle: str
    token: str = field(repr=False)
    private: bool


@dataclass(frozen=True)
class Photo:
    """A picture in a post. ``path`` is its place on the network, without the server."""

    path: str
    alt: str


@dataclass(frozen=True)
class Author:
    """Whose post it is. ``avatar`` is a path, as ``Photo.path``."""

    handle: str
    name: str
    avatar: str


@dataclass(frozen=True)
class Seen:
    """A post or a story (``ends_at``) as the app shows it."""

    id: str
    author: Author
    text: str
    photos: tuple[Photo, ...]
    posted_at: datetime
    is_edited: bool
    ends_at: datetime | None
    likes: int
    reposts: int
    liked: bool
    reposted: bool


def remember(path: Path, logins: Iterable[Login]) -> None:
    """Log the phone in to these accounts: written so that only the owner can read it."""
    kept = [{"handle": one.handle, "token": one.token, "private": one.private} for one in logins]
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(kept, file)


def logins(path: Path) -> list[Login]:
    """The accounts that the phone is logged in to; none where it never was."""
    try:
        return [Login(**one) for one in json.loads(path.read_text())]
    except FileNotFoundError:
        return []


class App:
    """The app, acting for one account, or for a visitor who only reads (``token`` "")."""

    def __init__(self, http: httpx.Client, *, token: str = "") -> None:
        """``http`` has the network's address as its base."""
        self.http, self.token = http, token

    def me(self) -> Author:
        """The account itself."""
        return _author(self._ask("GET", "/api/v1/accounts/verify_credentials").json())

    def timeline(self) -> list[Seen]:
        """What everybody posted, newest first, stories among it."""
        return [_seen(one) for one in self._ask("GET", "/api/v1/timelines/public", params={"limit": 40}).json()]

    def one(self, status_id: str) -> Seen:
        """One post."""
        return _seen(self._ask("GET", f"/api/v1/statuses/{status_id}").json())

    def post(self, text: str, *, photo: bytes | None = None, alt: str = "", story: bool = False) -> Seen:
        """Post now. A story is gone after 24 hours."""
        media = [self._upload(photo, alt)] if photo else []
        content: dict[str, Any] = {"status": text, "media_ids": media}
        if story:
            content["expires_in"] = int(STORY.total_seconds())
        return _seen(self._ask("POST", "/api/v1/statuses", json=content).json())

    def edit(self, status_id: str, text: str) -> Seen:
        """Change the words; the pictures stay."""
        return _seen(self._ask("PUT", f"/api/v1/statuses/{status_id}", json={"status": text}).json())

    def delete(self, status_id: str) -> None:
        """Remove it, pictures included."""
        self._ask("DELETE", f"/api/v1/statuses/{status_id}", params={"delete_media": "true"})

    def like(self, status_id: str, *, undo: bool) -> None:
        """Like, or take that back."""
        self._ask("POST", f"/api/v1/statuses/{status_id}/{'unfavourite' if undo else 'favourite'}")

    def repost(self, status_id: str, *, undo: bool) -> None:
        """Repost, or take that back."""
        self._ask("POST", f"/api/v1/statuses/{status_id}/{'unreblog' if undo else 'reblog'}")

    def rename(self, name: str) -> None:
        """Change the name above the profile."""
        self._ask("PATCH", "/api/v1/accounts/update_credentials", json={"display_name": name})

    def picture(self, path: str) -> tuple[bytes, str]:
        """The bytes of a picture and their type."""
        answer = self._ask("GET", f"/{path}")
        return answer.content, answer.headers["Content-Type"]

    def _upload(self, photo: bytes, alt: str) -> str:
        files, data = {"file": ("photo", photo)}, {"description": alt}
        return str(self._ask("POST", "/api/v2/media", files=files, data=data).json()["id"])

    def _ask(self, method: str, path: str, **content: Any) -> httpx.Response:
        """One call. Raises ``PhoneError`` with what the network says."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        try:
            answer = self.http.request(method, path, headers=headers, **content)
        except httpx.HTTPError as error:
            raise PhoneError(UNREACHABLE) from error
        if answer.is_success:
            return answer
        raise PhoneError(_said(answer))


def _said(answer: httpx.Response) -> str:
    if answer.status_code == httpx.codes.NOT_FOUND:
        return _("It is not there any more.")
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        return _("The phone was logged out of this account.")
    try:
        return str(answer.json()["error"])
    except (ValueError, KeyError, TypeError):
        return UNREACHABLE


def _author(account: Mapping[str, Any]) -> Author:
    return Author(account["username"], account["display_name"], _path(account["avatar"]))


def _seen(status: Mapping[str, Any]) -> Seen:
    ends_at = status["pleroma"]["expires_at"]
    return Seen(
        id=status["id"],
        author=_author(status["account"]),
        text=plain(status["content"]),
        photos=tuple(Photo(_path(one["url"]), one["description"] or "") for one in status["media_attachments"]),
        posted_at=datetime.fromisoformat(status["created_at"]),
        is_edited=bool(status["edited_at"]),
        ends_at=datetime.fromisoformat(ends_at) if ends_at else None,
        likes=status["favourites_count"],
        reposts=status["reblogs_count"],
        liked=status["favourited"],
        reposted=status["reblogged"],
    )


def _path(address: str) -> str:
    return urlsplit(address).path.lstrip("/")
