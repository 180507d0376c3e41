"""Mastodon's client API over the practice network: one function a route, each with its official page.

Pages are under https://docs.joinmastodon.org/methods/; errors under
https://docs.joinmastodon.org/entities/Error/.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from vierogen.core.numbers import whole
from vierogen.practice.calls import Call
from vierogen.practice.entities import Entities
from vierogen.practice.network import Draft, PracticeNetwork
from vierogen.practice.pages import drawn_avatar, page
from vierogen.practice.records import Account, NotFound, Page, Refused, Status

MOST_AT_ONCE = 40
STREAMING = "/api/v1/streaming"


@dataclass(frozen=True)
class Answer:
    """What goes back: a status, the bytes and their type, and further headers."""

    status: int
    body: bytes
    mime: str = "application/json; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


def told(content: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """An answer of JSON."""
    return Answer(status, json.dumps(content, ensure_ascii=False).encode(), headers=headers or {})


def error(status: int, reason: str) -> Answer:
    """An answer in the form of https://docs.joinmastodon.org/entities/Error/."""
    return told({"error": reason}, status=status)


class Unauthorised(Exception):  # noqa: N818 - Mastodon's own word for it
    """The token is missing or unknown (401)."""


class Api:
    """The doors of one practice network, reached at ``base``."""

    def __init__(self, network: PracticeNetwork, base: str, *, keys_ignored: bool) -> None:
        self.network = network
        self.entities = Entities(network, base)
        self.keys_ignored = keys_ignored

    def answer(self, call: Call) -> Answer:
        """Do what is asked and answer as Mastodon does; refusals are answers too."""
        route, found = _route(call)
        try:
            call = replace(call, account=self.member(call) if route.account else self.anybody(call))
            return route.door(self, call, *found)
        except Unauthorised:
            return unauthorised(streaming=call.path.startswith(STREAMING))
        except NotFound:
            return error(404, "Record not found")
        except Refused as refusal:
            return error(422, str(refusal))

    def member(self, call: Call) -> Account:
        """Whose token this is; raises ``Unauthorised``."""
        account = self.network.by_token(call.token) if call.token else None
        if account is None:
            raise Unauthorised
        return account

    def anybody(self, call: Call) -> Account | None:
        """The same where no token is needed; a wrong one is refused there too."""
        return self.member(call) if call.token else None

    def create(self, call: Call) -> Answer:
        """statuses/#create, with ``expires_in`` of Pleroma (there at least an hour, here any time)."""
        draft = Draft(
            text=call.value("status"),
            media_ids=call.all("media_ids"),
            language=call.value("language") or None,
            visibility=call.value("visibility") or "public",
            in_reply_to_id=call.value("in_reply_to_id") or None,
            expires_in=_whole(call.value("expires_in")),
            spoiler_text=call.value("spoiler_text"),
            sensitive=call.yes("sensitive"),
            key="" if self.keys_ignored else call.key,
        )
        return self._status(self.network.publish(call.member(), draft), call)

    def show(self, call: Call, status_id: str) -> Answer:
        """statuses/#get"""
        return self._status(self.network.status(status_id, viewer=call.account), call)

    def edit(self, call: Call, status_id: str) -> Answer:
        """statuses/#edit: what is not given stays as it is."""
        old = self.network.status(status_id, viewer=call.account)
        kept = [medium.id for medium in old.media]
        draft = Draft(
            text=call.value("status", old.text),
            media_ids=call.all("media_ids") if "media_ids" in call.values else kept,
            spoiler_text=call.value("spoiler_text", old.spoiler_text),
        )
        ids, texts = call.all("media_attributes[id]"), call.all("media_attributes[description]")
        if len(ids) != len(texts):
            raise Refused("Validation failed: Every media attribute needs its id and description")
        descriptions = dict(zip(ids, texts, strict=True))
        changed = self.network.edit(call.member(), status_id, draft, descriptions=descriptions)
        return self._status(changed, call)

    def delete(self, call: Call, status_id: str) -> Answer:
        """statuses/#delete: the answer has the source text, to write it again."""
        gone = self.network.delete(call.member(), status_id, with_media=call.yes("delete_media"))
        return told(self.entities.status(gone, viewer=call.account) | {"text": gone.text})

    def source(self, call: Call, status_id: str) -> Answer:
        """statuses/#source"""
        status = self.network.status(status_id, viewer=call.account)
        return told({"id": status.id, "text": status.text, "spoiler_text": status.spoiler_text})

    def reblog(self, call: Call, status_id: str) -> Answer:
        """statuses/#boost"""
        return self._status(self.network.reblog(call.member(), status_id), call)

    def unreblog(self, call: Call, status_id: str) -> Answer:
        """statuses/#unreblog"""
        return self._status(self.network.unreblog(call.member(), status_id), call)

    def favourite(self, call: Call, status_id: str) -> Answer:
        """statuses/#favourite"""
        return self._status(self.network.favourite(call.member(), status_id), call)

    def unfavourite(self, call: Call, status_id: str) -> Answer:
        """statuses/#unfavourite"""
        return self._status(self.network.unfavourite(call.member(), status_id), call)

    def verify(self, call: Call) -> Answer:
        """accounts/#verify_credentials"""
        return told(self.entities.credentials(call.member()))

    def update(self, call: Call) -> Answer:
        """accounts/#update_credentials: display name, note and avatar."""
        changed = self.network.change_profile(
            call.member(),
            name=call.value("display_name") if "display_name" in call.values else None,
            about=call.value("note") if "note" in call.values else None,
            avatar=call.files.get("avatar"),
        )
        return told(self.entities.credentials(changed))

    def account(self, call: Call, account_id: str) -> Answer:
        """accounts/#get"""
        return told(self.entities.account(self.network.account(account_id)))

    def lookup(self, call: Call) -> Answer:
        """accounts/#lookup"""
        name, _at, host = call.value("acct").partition("@")
        found = self.network.by_handle(name) if host in {"", urlsplit(self.entities.base).netloc} else None
        if found is None:
            raise NotFound
        return told(self.entities.account(found))

    def statuses(self, call: Call, account_id: str) -> Answer:
        """accounts/#statuses"""
        account = self.network.account(account_id)
        return self._list(call, self.network.statuses_of(account, _page(call), viewer=call.account))

    def timeline(self, call: Call) -> Answer:
        """timelines/#public"""
        return self._list(call, self.network.timeline(_page(call)))

    def favourites(self, call: Call) -> Answer:
        """favourites/#get"""
        rows = self.network.favourites_of(call.member(), _page(call))
        return self._list(call, [row.status for row in rows], keys=[row.key for row in rows])

    def upload(self, call: Call) -> Answer:
        """media/#v2: pictures are ready at once, so always 200 and never 202."""
        if "file" not in call.files:
            raise Refused("Validation failed: File can't be blank")
        medium = self.network.add_media(call.member(), call.files["file"], description=call.value("description"))
        return told(self.entities.attachment(medium))

    def medium(self, call: Call, media_id: str) -> Answer:
        """media/#get"""
        return told(self.entities.attachment(self.network.attachment(media_id, owner=call.member())))

    def describe(self, call: Call, media_id: str) -> Answer:
        """media/#update, before it is posted"""
        medium = self.network.describe(call.member(), media_id, call.value("description"))
        return told(self.entities.attachment(medium))

    def instance(self, call: Call) -> Answer:
        """instance/#v2"""
        return told(self.entities.instance())

    def instance_v1(self, call: Call) -> Answer:
        """instance/#v1"""
        return told(self.entities.instance_v1())

    def health(self, call: Call) -> Answer:
        """streaming/#health"""
        return Answer(200, b"OK", "text/plain")

    def file(self, call: Call, file_name: str) -> Answer:
        """A picture at its own address, for everybody; gone when its post expired or was deleted with it."""
        data, mime = self.network.file(file_name)
        return Answer(200, data, mime)

    def avatar(self, call: Call, account_id: str, key: str) -> Answer:
        """The uploaded avatar, else a drawn one."""
        account = self.network.account(account_id)
        if key != (account.avatar_key or "drawn"):
            raise NotFound
        avatar = self.network.avatar(account_id)
        return Answer(200, avatar or drawn_avatar(account.colour), "image/png")

    def header(self, call: Call) -> Answer:
        """The picture above every profile."""
        return Answer(200, drawn_avatar("#d9d9d9"), "image/png")

    def status_page(self, call: Call, handle: str, status_id: str) -> Answer:
        """The public page of one post."""
        status = self.network.status(status_id)
        if status.account.handle != handle:
            raise NotFound
        return self._shown(status.account, [status])

    def profile_page(self, call: Call, handle: str) -> Answer:
        """The public page of one account."""
        account = self.network.by_handle(handle)
        if account is None:
            raise NotFound
        return self._shown(account, self.network.statuses_of(account))

    def nowhere(self, call: Call) -> Answer:
        """No such route."""
        raise NotFound

    def _status(self, status: Status, call: Call) -> Answer:
        return told(self.entities.status(status, viewer=call.account))

    def _list(self, call: Call, statuses: list[Status], *, keys: list[str] | None = None) -> Answer:
        """A list with the addresses of its neighbours: https://docs.joinmastodon.org/api/guidelines/#pagination."""
        keys = keys if keys is not None else [status.id for status in statuses]
        found = [self.entities.status(status, viewer=call.account) for status in statuses]
        if not keys:
            return told(found)
        here = f"{self.entities.base}{call.path}?"
        older = urlencode({"limit": _page(call).limit, "max_id": keys[-1]})
        newer = urlencode({"limit": _page(call).limit, "min_id": keys[0]})
        link = f'<{here}{older}>; rel="next", <{here}{newer}>; rel="prev"'
        return told(found, headers={"Link": link})

    def _shown(self, account: Account, statuses: list[Status]) -> Answer:
        body = page(account, [self.entities.status(status) for status in statuses])
        return Answer(200, body.encode(), "text/html; charset=utf-8")


class Route(NamedTuple):
    """Who may come through which door; ``account`` where a token is needed."""

    method: str
    path: re.Pattern[str]
    door: Callable[..., Answer]
    account: bool


def _open(method: str, path: str, door: Callable[..., Answer], *, account: bool = True) -> Route:
    return Route(method, re.compile(path.replace(":id", r"(\w+)")), door, account)


ROUTES = (
    _open("POST", "/api/v1/statuses", Api.create),
    _open("GET", "/api/v1/statuses/:id", Api.show, account=False),
    _open("PUT", "/api/v1/statuses/:id", Api.edit),
    _open("DELETE", "/api/v1/statuses/:id", Api.delete),
    _open("GET", "/api/v1/statuses/:id/source", Api.source),
    _open("POST", "/api/v1/statuses/:id/reblog", Api.reblog),
    _open("POST", "/api/v1/statuses/:id/unreblog", Api.unreblog),
    _open("POST", "/api/v1/statuses/:id/favourite", Api.favourite),
    _open("POST", "/api/v1/statuses/:id/unfavourite", Api.unfavourite),
    _open("GET", "/api/v1/accounts/verify_credentials", Api.verify),
    _open("PATCH", "/api/v1/accounts/update_credentials", Api.update),
    _open("GET", "/api/v1/accounts/lookup", Api.lookup, account=False),
    _open("GET", "/api/v1/accounts/:id", Api.account, account=False),
    _open("GET", "/api/v1/accounts/:id/statuses", Api.statuses, account=False),
    _open("GET", "/api/v1/timelines/public", Api.timeline, account=False),
    _open("GET", "/api/v1/favourites", Api.favourites),
    _open("POST", "/api/v[12]/media", Api.upload),
    _open("GET", "/api/v1/media/:id", Api.medium),
    _open("PUT", "/api/v1/media/:id", Api.describe),
    _open("GET", "/api/v2/instance", Api.instance, account=False),
    _open("GET", "/api/v1/instance", Api.instance_v1, account=False),
    _open("GET", "/api/v1/streaming/health", Api.health, account=False),
    _open("GET", r"/media/([\w.]+)", Api.file, account=False),
    _open("GET", "/avatars/:id-:id", Api.avatar, account=False),
    _open("GET", "/headers/missing.png", Api.header, account=False),
    _open("GET", "/@:id", Api.profile_page, account=False),
    _open("GET", "/@:id/:id", Api.status_page, account=False),
)
NOWHERE = _open("GET", "", Api.nowhere, account=False)


def _route(call: Call) -> tuple[Route, tuple[str, ...]]:
    """The route for ``call`` with the ids in its path; HEAD goes where GET goes."""
    method = "GET" if call.method == "HEAD" else call.method
    for route in ROUTES:
        found = route.path.fullmatch(call.path) if route.method == method else None
        if found:
            return route, found.groups()
    return NOWHERE, ()


def unauthorised(*, streaming: bool = False) -> Answer:
    """Mastodon's 401; its streaming server words it differently."""
    reason = "Invalid access token" if streaming else "The access token is invalid"
    challenge = 'Bearer realm="Doorkeeper", error="invalid_token"'
    return told({"error": reason}, status=401, headers={"WWW-Authenticate": challenge})


def _page(call: Call) -> Page:
    limit = _whole(call.value("limit")) or 20
    bounds = {name: call.value(name) for name in ("max_id", "since_id", "min_id")}
    return Page(limit=max(1, min(limit, MOST_AT_ONCE)), **bounds)


def _whole(value: str) -> int | None:
    """A whole number, or None where nothing was given. Raises ``Refused``."""
    if not value:
        return None
    number = whole(value)
    if number is None or len(value) > 12:
        raise Refused(f"Validation failed: {value[:20]} is not a number")
    return number
