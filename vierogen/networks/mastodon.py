"""Mastodon, and every server that speaks its client API: Pleroma, Akkoma, GoToSocial, the practice network.

Official documents: https://docs.joinmastodon.org/client/intro/ and, per rule, the page named beside it.
Servers differ: some ignore ``Idempotency-Key``, some ignore ``since_id``, some stream only one way, some keep
serving a picture after its post is gone. So nothing here trusts any of these.
"""

import json
import mimetypes
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cached_property
from threading import Event as Flag
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import httpx

from vierogen.core.http import follow
from vierogen.core.words import gettext_noop as _
from vierogen.networks.abilities import LooksUp
from vierogen.networks.asking import Forbidden, Missing, ask, body_as, told
from vierogen.networks.base import (
    Deletes,
    Field,
    Happened,
    Happening,
    Network,
    NetworkError,
    Outgoing,
    Picture,
    Profile,
    Shown,
    Streams,
    Unknown,
)
from vierogen.networks.counting import graphemes
from vierogen.networks.mastodon_keys import TOKEN_OF, TokensOfMastodon
from vierogen.networks.mastodon_shown import LIKE, liked_from, shown_from
from vierogen.networks.plain import plain
from vierogen.networks.streaming import NotOffered, events, frames
from vierogen.networks.taming import composed, tamed, tamed_text

# https://docs.joinmastodon.org/user/posting/#links and #mentions: "All links are counted as 23 characters",
# "Only the username part will count". The patterns follow the composer of Mastodon's own web client.
_LINK = re.compile(r"(?<![\w@$#])https?://[^\s<>/?#]+\.[^\s<>]+", re.IGNORECASE)
_LINK_LENGTH = 23
_AFTER_LINK = "!?*\"'「」<>;:=,.$%[]~&|@"
_MENTION = re.compile(r"(?<![/\w])@(\w(?:[\w.-]*\w)?)@[a-z0-9.-]+[a-z0-9]", re.IGNORECASE)

# The most that Mastodon lists in one answer: https://docs.joinmastodon.org/methods/accounts/#statuses
_PAGE = 40
# Our clock and the network's may differ by this much.
_CLOCKS = timedelta(minutes=5)
# Seconds that the network may need to process a picture, and between two looks at it.
_PATIENCE, _PAUSE = 60.0, 0.5
# https://docs.joinmastodon.org/methods/streaming/#events; some servers write status_update.
_HAPPENINGS: Mapping[str, Happening] = {
    "update": "seen",
    "status.update": "edited",
    "status_update": "edited",
}


class Mastodon(Network, Deletes, Streams, LooksUp, TokensOfMastodon):
    """One account on one server of the Mastodon family."""

    key = "mastodon"
    name = "Mastodon"
    tried_for_real = True
    text_limit = 500
    picture_limit = 4
    alt_limit = 1500
    fields = (
        Field("server", _("Server"), _("For example: mastodon.social")),
        Field(
            "token",
            _("Access token"),
            _("On Mastodon: Preferences, Development, New application. It needs: read, write."),
            secret=True,
        ),
        *TOKEN_OF,
    )
    blind_to = _(
        "Follows, blocks, votes and bookmarks. Likes and changes of the profile are seen when Vierogen "
        "looks, not at once."
    )

    @classmethod
    def length(cls, text: str) -> int:
        """Count graphemes, each link as 23 and each mention without its server."""
        short = _LINK.sub(_as_counted, composed(text))
        return graphemes(_MENTION.sub(r"@\1", short))

    @classmethod
    def new_key(cls, at: datetime) -> str:
        """Make an ``Idempotency-Key``; Mastodon keeps it for an hour, and some servers not at all."""
        return str(uuid4())

    def me(self) -> Profile:
        """https://docs.joinmastodon.org/methods/accounts/#verify_credentials."""
        account = body_as(self._ask("GET", "/api/v1/accounts/verify_credentials"), dict)
        if not account.get("id"):
            raise NetworkError(_("The network did not say whose account this is."), may_retry=True)
        rows = [
            f"{plain(row.get('name') or '')}: {plain(row.get('value') or '')}" for row in account.get("fields") or ()
        ]
        host = urlsplit(self._server).netloc
        return Profile(
            account_id=str(account["id"]),
            handle=f"@{account.get('acct') or account.get('username', '')}@{host}",
            name=account.get("display_name") or "",
            about="\n".join([plain(account.get("note") or ""), *rows]).strip(),
            avatar=account.get("avatar") or "",
            banner=account.get("header") or "",
            url=account.get("url") or "",
        )

    def publish(self, post: Outgoing) -> Shown:
        """https://docs.joinmastodon.org/methods/statuses/#create, after its pictures.

        Only the last call can publish, so only there an answer that fails to come is ``Unknown``.
        """
        pictures = [self._uploaded(picture) for picture in post.pictures]
        self.opened.attempt.ready()
        answer = self._ask(
            "POST",
            "/api/v1/statuses",
            accepting=True,
            headers={"Idempotency-Key": post.key},
            json={
                "status": post.text,
                "media_ids": pictures,
                "visibility": "public",
                "language": post.language,
            },
        )
        status = body_as(answer, dict, accepting=True)
        if not status.get("id"):
            raise Unknown(_("The network did not say whether it accepted this."), detail="no id")
        return shown_from(status)

    def recent(self, limit: int = _PAGE) -> list[Shown]:
        """List the account's own posts and reposts, newest first, then its likes, the latest like first.

        https://docs.joinmastodon.org/methods/accounts/#statuses. A like has no time of its own.
        """
        path, found = f"/api/v1/accounts/{self._me}/statuses", list[dict[str, Any]]()
        while len(found) < limit:
            wanted = min(_PAGE, limit - len(found))
            older = {"max_id": found[-1]["id"]} if found else {}
            page = body_as(self._ask("GET", path, params={"limit": wanted, **older}), list)
            found += page
            if len(page) < wanted:
                break
        return [*map(shown_from, found), *self._likes()]

    def read(self, remote_id: str) -> Shown | None:
        """https://docs.joinmastodon.org/methods/statuses/#get; of a like: the post, while it is liked."""
        try:
            answer = self._ask("GET", f"/api/v1/statuses/{remote_id.removeprefix(LIKE)}")
        except Missing:
            return None
        status = body_as(answer, dict)
        if remote_id.startswith(LIKE):
            return liked_from(status) if status.get("favourited") else None
        return shown_from(status)

    def same(self, post: Outgoing, shown: Shown) -> bool:
        """Compare by content: the network does not give our key back."""
        return (
            shown.kind == "post"
            and _are_pictured_alike(post, shown)
            and (shown.created_at is None or shown.created_at >= post.created_at - _CLOCKS)
            and _essence(shown.text) == _essence(post.text)
        )

    def delete(self, remote_id: str) -> None:
        """https://docs.joinmastodon.org/methods/statuses/#delete, #unreblog and #unfavourite.

        Mastodon allows 30 deletions in 30 minutes (https://docs.joinmastodon.org/api/rate-limits/).
        """
        shown = self.read(remote_id)
        if shown is None:
            return
        with suppress(Missing):  # somebody was faster
            if shown.kind == "like":
                self._ask("POST", f"/api/v1/statuses/{shown.target}/unfavourite")
            elif shown.kind == "repost":
                self._ask("POST", f"/api/v1/statuses/{shown.target}/unreblog")
            else:
                self._ask("DELETE", f"/api/v1/statuses/{remote_id}", params={"delete_media": "true"})

    def remains(self, shown: Shown) -> list[str]:
        """Read post and media again; media without our token, as a stranger would."""
        left = [] if self.read(shown.remote_id) is None else [shown.url or shown.remote_id]
        if shown.kind in ("like", "repost"):
            return left  # the media are somebody else's
        return left + [address for address in shown.addresses if self._answers(address)]

    def exists(self, handle: str) -> bool | None:
        """https://docs.joinmastodon.org/methods/accounts/#lookup: an account elsewhere only once it is known here.

        A server that does not have this method says of our own account too that it is not there.
        """
        name, _at, host = handle.lstrip("@").partition("@")
        is_here = host.lower() in {"", urlsplit(self._server).netloc}
        if self._knows(name if is_here else f"{name}@{host}"):
            return True
        return False if is_here and self._knows(self.me().handle[1:].partition("@")[0]) else None

    def _knows(self, acct: str) -> bool:
        try:
            self._ask("GET", "/api/v1/accounts/lookup", params={"acct": acct}, timeout=self.patience)
        except Missing:
            return False
        return True

    def stream(self, stop: Flag, cursor: str = "") -> Iterator[Happened]:
        """Yield the account's own events of the user stream; deletions of anybody, who cannot be told apart.

        https://docs.joinmastodon.org/methods/streaming/#user. Mastodon has no cursor. A repost of what stands
        high in the home timeline is not streamed; polling sees it.
        """
        own = self._me
        for event in self._pushed(stop):
            happened = Happened("alive") if event is None else _happened(*event, own=own)
            if happened is not None:
                yield happened

    def _pushed(self, stop: Flag) -> Iterator[tuple[str, str] | None]:
        server = self._streaming_server()
        socket = "ws" + server.removeprefix("http") + "/api/v1/streaming?stream=user"
        try:
            try:
                yield from map(_unframed, frames(self.opened.http, socket, stop=stop, headers=self._bearer))
            except NotOffered as refused:
                if refused.status not in (401, 403):
                    raise
                # Some servers take the token only here; a header keeps it out of more logs, so it goes first.
                token = urlencode({"access_token": self._token})
                yield from map(_unframed, frames(self.opened.http, f"{socket}&{token}", stop=stop))
        except NotOffered:
            url = f"{server}/api/v1/streaming/user"
            yield from events(self.opened.http, url, stop=stop, headers=self._bearer)

    def _streaming_server(self) -> str:
        """https://docs.joinmastodon.org/methods/streaming/: the instance says where it streams."""
        for path in ("/api/v2/instance", "/api/v1/instance"):
            with suppress(Missing, Forbidden):
                told_us = body_as(self._ask("GET", path), dict)
                urls = {
                    **(told_us.get("urls") or {}),
                    **((told_us.get("configuration") or {}).get("urls") or {}),
                }
                found = str(urls.get("streaming") or urls.get("streaming_api") or "").rstrip("/")
                if found.startswith(("wss://", "ws://")):
                    return "http" + found.removeprefix("ws")
        return self._server

    @cached_property
    def _server(self) -> str:
        return self.server_of(self.opened.server)

    @cached_property
    def _token(self) -> str:
        return self.opened.credentials["token"].strip()

    @property
    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"}

    @cached_property
    def _me(self) -> str:
        return self.me().account_id

    def _ask(self, method: str, path: str, *, accepting: bool = False, **options: Any) -> httpx.Response:
        headers = {**self._bearer, **options.pop("headers", {})}
        return ask(self.opened.http, method, self._server + path, accepting=accepting, headers=headers, **options)

    def _uploaded(self, picture: Picture) -> str:
        """https://docs.joinmastodon.org/methods/media/#v2 and #get: 202 and 206 mean still processing."""
        name = f"picture{mimetypes.guess_extension(picture.mime) or ''}"
        answer = self._ask(
            "POST",
            "/api/v2/media",
            files={"file": (name, picture.data, picture.mime)},
            data={"description": picture.alt},
        )
        media_id, deadline = str(body_as(answer, dict).get("id", "")), time.monotonic() + _PATIENCE
        while answer.status_code in (202, 206):
            if time.monotonic() > deadline:
                raise NetworkError(_("The network is still busy with the picture."), may_retry=True)
            time.sleep(_PAUSE)
            answer = self._ask("GET", f"/api/v1/media/{media_id}")
        return media_id

    def _likes(self) -> list[Shown]:
        """https://docs.joinmastodon.org/methods/favourites/#get; not every token and server lets us."""
        try:
            answer = self._ask("GET", "/api/v1/favourites", params={"limit": _PAGE})
        except (Forbidden, Missing):
            return []
        return [liked_from(status) for status in body_as(answer, list)]

    def _answers(self, url: str) -> bool:
        with told():
            status = follow(self.opened.http, url).status
        if status == 429 or status >= 500:
            raise NetworkError(_("The network did not answer properly."), may_retry=True, detail=f"{status}")
        return status < 300


def _happened(name: str, payload: str, *, own: str) -> Happened | None:
    if name == "delete":
        return Happened("deleted", remote_id=tamed_text(payload.strip()))
    happening, status = _HAPPENINGS.get(name), _object(payload)
    if happening is None or str((status.get("account") or {}).get("id", "")) != own:
        return None
    shown = shown_from(status)
    return Happened(happening, remote_id=shown.remote_id, shown=shown)


def _unframed(frame: str | bytes | None) -> tuple[str, str] | None:
    if frame is None:
        return None
    message = _object(frame)
    return str(message.get("event", "")), str(message.get("payload", ""))


def _object(text: str | bytes) -> dict[str, Any]:
    """Read a JSON object; what is none is passed over, because looking will see what the stream garbled."""
    with suppress(ValueError, RecursionError):
        found = tamed(json.loads(text))
        if isinstance(found, dict):
            return found
    return {}


def _as_counted(found: re.Match[str]) -> str:
    rest = found[0][len(_without_tail(found[0])) :]
    return "x" * _LINK_LENGTH + rest


def _without_tail(link: str) -> str:
    """Drop what ends the sentence rather than the link; a bracket belongs to it only with its partner."""
    end, unpaired = len(link), link.count(")") - link.count("(")
    while end and (link[end - 1] in _AFTER_LINK or (link[end - 1] == ")" and unpaired > 0)):
        unpaired -= link[end - 1] == ")"
        end -= 1
    return link[:end]


def _are_pictured_alike(post: Outgoing, shown: Shown) -> bool:
    """As many pictures, with the same alt texts. A server that drops those is believed if there is a text to go by."""
    ours, theirs = ([_essence(each.alt) for each in pictures] for pictures in (post.pictures, shown.media))
    return len(ours) == len(theirs) and (ours == theirs or (bool(post.text.strip()) and not any(theirs)))


def _essence(text: str) -> str:
    """What stays of a text whatever a server does to it: no servers of mentions, no slash after links."""
    text = _MENTION.sub(r"@\1", composed(text))
    return " ".join(_LINK.sub(lambda found: found[0].rstrip("/"), text).split())
