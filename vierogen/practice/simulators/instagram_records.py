"""What the simulated Instagram keeps: accounts, tokens, containers, media, and its refusals.

Official pages, all under https://developers.facebook.com/documentation/: named beside each rule.
"""

import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Literal

from vierogen.practice.api import Answer
from vierogen.practice.simulators.door import told

Kind = Literal["post", "reel", "story"]
# instagram-platform/instagram-graph-api/reference/ig-user/stories: "available for 24 hours".
STORY_LIFE = timedelta(hours=24)
# instagram-platform/instagram-graph-api/reference/ig-user/media, "Containers expire after 24 hours".
CONTAINER_LIFE = timedelta(hours=24)
# facebook-login/guides/access-tokens: short-lived "usually an hour or two", long-lived "about 60 days".
SHORT_LIFE, LONG_LIFE = timedelta(hours=1), timedelta(days=60)
# docs/permissions: what a token may be good for here.
MANAGE = "instagram_manage_contents"
SCOPES = frozenset(
    {
        "instagram_basic",
        "instagram_content_publish",
        "instagram_manage_insights",
        MANAGE,
        "pages_read_engagement",
        "pages_show_list",
    }
)
# Ids of everything are numbers, unique over all accounts (graph-api/overview: "nodes have unique ids"); those of a
# simulator that was started later are higher, so that nothing of an earlier one is taken for something new.
_ids = count(int(time.time() * 1000) * 10_000, 7)


def now() -> datetime:
    """This moment, by the clock that tests may move."""
    return datetime.now(UTC)


def new_id() -> str:
    """An id that nothing else has."""
    return str(next(_ids))


@dataclass
class Account:
    """A professional account; ``person`` is the Facebook user who sees it, ``impressions`` those of the last day."""

    id: str
    username: str
    name: str
    token: str = field(repr=False)
    person: str = "cora"
    may_delete: bool = True
    impressions: int = 10
    page_id: str = field(default_factory=new_id)
    about: str = ""


@dataclass
class Token:
    """A user access token; ``refused`` is the sub-code with which the network refuses it, 0 while it is good."""

    value: str = field(repr=False)
    person: str
    scopes: frozenset[str]
    expires_at: datetime
    account_id: str = ""
    refused: int = 0


@dataclass(frozen=True)
class File:
    """Bytes at an address that nobody can guess."""

    data: bytes = field(repr=False)
    mime: str
    name: str = field(default_factory=lambda: secrets.token_hex(24))

    @property
    def path(self) -> str:
        """Where it stands on the simulator."""
        return f"/cdn/{self.name}.{'mp4' if self.is_film else 'jpg'}"

    @property
    def is_film(self) -> bool:
        """Does it move?"""
        return self.mime.startswith("video/")


@dataclass
class Media:
    """One post, reel or story as it stands there; a carousel has ``children``, everything else one file.

    ``caption`` of a story is what the phone has written over the picture: the API never gives it back.
    """

    id: str
    account_id: str
    caption: str
    kind: Kind
    url: str
    file: File | None = None
    alt: str = ""
    created_at: datetime = field(default_factory=now)
    children: "list[Media]" = field(default_factory=list)
    code: str = field(default_factory=lambda: secrets.token_urlsafe(8))

    @property
    def is_over(self) -> bool:
        """A story lasts a day."""
        return self.kind == "story" and now() >= self.created_at + STORY_LIFE

    @property
    def files(self) -> list[File]:
        """Every file that it shows."""
        return [each.file for each in (self, *self.children) if each.file]


@dataclass
class Container:
    """Media being prepared: ``error`` is the sub-code of what went wrong with it, 0 for nothing."""

    id: str
    account_id: str
    kind: Kind
    caption: str = ""
    alt: str = ""
    file: File | None = None
    is_part: bool = False
    children: "list[Container]" = field(default_factory=list)
    created_at: datetime = field(default_factory=now)
    ready_at: datetime = field(default_factory=now)
    error: int = 0
    media_id: str = ""

    @property
    def status(self) -> str:
        """The ``status_code`` of instagram-platform/instagram-graph-api/reference/ig-container."""
        if self.media_id:
            return "PUBLISHED"
        if now() >= self.created_at + CONTAINER_LIFE:
            return "EXPIRED"
        if now() < self.ready_at:
            return "IN_PROGRESS"
        return "ERROR" if self.error else "FINISHED"


class GraphError(Exception):
    """A refusal in the form of graph-api/guides/error-handling; ``status`` is the one of HTTP."""

    def __init__(
        self, message: str, *, code: int, subcode: int = 0, status: int = 400, kind: str = "OAuthException"
    ) -> None:
        super().__init__(message)
        self.code, self.subcode, self.status, self.kind = code, subcode, status, kind

    def answer(self) -> Answer:
        """The answer that it is."""
        error: dict[str, Any] = {"message": str(self), "type": self.kind, "code": self.code}
        if self.subcode:
            error |= {"error_subcode": self.subcode, "is_transient": False, "error_user_msg": str(self)}
        return told({"error": {**error, "fbtrace_id": secrets.token_urlsafe(8)}}, status=self.status)


def bad_parameter(message: str) -> GraphError:
    """graph-api/guides/error-handling: 100 is an invalid parameter."""
    return GraphError(f"(#100) {message}", code=100)


def no_such(object_id: str) -> GraphError:
    """The usual answer for what is gone, and just the same for what this token may not see: 100 with sub-code 33."""
    told_us = (
        f"Unsupported request. Object with ID '{object_id}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation."
    )
    return GraphError(told_us, code=100, subcode=33, kind="GraphMethodException")


def refused_token(subcode: int) -> GraphError:
    """graph-api/guides/error-handling: 190; 458 app removed, 460 password changed, 463 expired, 467 invalid."""
    why = {
        458: "The user has not authorized the application.",
        460: "The session has been invalidated because the user changed their password.",
        463: "Session has expired.",
        467: "The access token is invalid since the user has logged out.",
    }
    message = f"Error validating access token: {why.get(subcode, 'Invalid OAuth access token.')}"
    return GraphError(message, code=190, subcode=subcode, status=401)


def no_permission(scope: str) -> GraphError:
    """graph-api/guides/error-handling: 10 and 200 to 299 are permissions that are missing."""
    return GraphError(f"(#10) Application does not have permission for this action: {scope}", code=10, status=403)
