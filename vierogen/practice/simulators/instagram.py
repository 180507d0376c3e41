"""Instagram's part of the Graph API (with Facebook Login), in memory: the contract, not the network.

https://developers.facebook.com/documentation/instagram-platform/ and, per rule, the page named beside it in the
files ``instagram_*.py``. What no page says is marked *unsure* there.
"""

import hmac
import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from html import escape
from typing import NamedTuple

from vierogen.networks.base import Client
from vierogen.practice.api import Answer
from vierogen.practice.calls import Call
from vierogen.practice.pages import drawn_avatar
from vierogen.practice.simulators.door import Simulator, told
from vierogen.practice.simulators.instagram_fields import chosen, wanted
from vierogen.practice.simulators.instagram_kept import Kept, as_jpeg
from vierogen.practice.simulators.instagram_login import LogIn
from vierogen.practice.simulators.instagram_media import Library
from vierogen.practice.simulators.instagram_records import (
    Account,
    File,
    GraphError,
    Media,
    bad_parameter,
    new_id,
    no_such,
)

COLOURS = ("#0a66b0", "#b3261e", "#2f7d4f", "#7b2d8b", "#c98a4b", "#46536b")
# Where it says that it is while nothing was started and everything goes without sockets.
NOWHERE = "http://simulated-instagram.invalid"
_VERSION = re.compile(r"/v\d+\.\d+(?=/)")


class InstagramSimulator(Simulator):
    """Accounts with their feed and stories, as their owner's app and as the API see them.

    ``read_lag`` (seconds until what was published by API is listed), ``processing`` (seconds that a container needs),
    ``fetches`` (whether it really fetches pictures), ``quota_factor`` (of the calls), ``publishing_total`` (posts a
    day), ``auto`` (agrees to log-ins without asking) and ``person`` (who is logged in, "" for the first account's)
    may be changed at any time. ``violations`` names every limit that was broken.
    """

    key = "instagram"

    def __init__(self) -> None:
        super().__init__()
        self.client = Client("simulated-app", "simulated-secret")
        self.kept = Kept(self.client, lambda: self.base)
        self.read_lag, self.processing, self.fetches = 0.0, 0.0, True
        self.quota_factor, self.publishing_total = 1.0, 50
        self.auto, self.person = False, ""
        self.library, self.log_in = Library(self.kept, self), LogIn(self.kept, self)

    # What tests, demos and the phone do

    def add_account(
        self, username: str, name: str, *, may_delete: bool = True, impressions: int = 10, person: str = "cora"
    ) -> Account:
        """A professional account that ``person`` sees; its ``token`` is a user token with every right, for 60 days."""
        account = Account(new_id(), username, name, secrets.token_urlsafe(40), person, may_delete, impressions)
        with self.lock:
            return self.kept.add_account(account)

    def post_by_phone(
        self,
        account: Account,
        text: str,
        *,
        picture: bytes | None = None,
        film: bytes | None = None,
        story: bool = False,
    ) -> str:
        """Post with the app; returns the media id. A note with the text is drawn where there is nothing to show."""
        file = File(film, "video/mp4") if film else File(as_jpeg(picture, text), "image/jpeg")
        with self.lock:
            media = Media(new_id(), account.id, text, "story" if story else "reel" if film else "post", "", file)
            media.url = self.kept.permalink(account, media.code, story=story)
            return self.kept.publish(media).id

    def edit_by_phone(self, account: Account, media_id: str, text: str) -> None:
        """Change the caption with the app."""
        with self.lock:
            self._own(account, media_id).caption = text

    def delete_by_phone(self, account: Account, media_id: str) -> None:
        """Remove with the app; nothing happens where it is gone already."""
        with self.lock, suppress(GraphError):
            del self.kept.media[self._own(account, media_id).id]

    def reshare_story(self, account: Account) -> str:
        """Reshare somebody's story in one's own: ig-user/stories, such media "will not be returned"."""
        return self._unlisted(account)

    def live_by_phone(self, account: Account) -> str:
        """Go live: ig-user/media lists none "unless" it is on and asked for by its own edge."""
        return self._unlisted(account)

    def media_of(self, account: Account) -> list[Media]:
        """The feed as it stands, newest first."""
        with self.lock:
            return [each for each in self.kept.of_account(account) if each.kind != "story"]

    def stories_of(self, account: Account) -> list[Media]:
        """The stories as they stand, newest first."""
        with self.lock:
            return [each for each in self.kept.of_account(account) if each.kind == "story"]

    def revoke(self, account: Account, *, subcode: int = 460) -> None:
        """Refuse every token of its person from now on: 458 app removed, 460 password changed, 463 expired, 467."""
        with self.lock:
            for token in self.kept.tokens.values():
                if token.person == account.person:
                    token.refused = subcode

    def expire(self, account: Account) -> None:
        """Every token of its person has had its 60 days."""
        self.revoke(account, subcode=463)

    def halve_quota(self) -> None:
        """From now on half as many calls."""
        self.quota_factor /= 2

    @property
    def base(self) -> str:
        """Where it is reached."""
        return self.url if self._door else NOWHERE

    @property
    def violations(self) -> list[str]:
        """Every limit that was broken, in order."""
        return self.kept.violations

    # What the network answers

    def answer(self, call: Call) -> Answer:
        """Answer as the Graph API does; HEAD as GET."""
        method = "GET" if call.method == "HEAD" else call.method
        path = _VERSION.sub("", call.path, count=1).rstrip("/")
        try:
            self._check_proof(call)
            for route in ROUTES:
                if method in route.methods and (found := route.path.fullmatch(path)):
                    return route.door(self, call, *found.groups())
            raise no_such(path.strip("/"))
        except GraphError as error:
            return error.answer()

    def whose(self, call: Call) -> str:
        """Whose request this is, for the count: a username, else a person."""
        token = self.kept.tokens.get(call.token)
        named = self.kept.accounts.get(token.account_id) if token else None
        return named.username if named else token.person if token else ""

    def user(self, call: Call, account_id: str, edge: str) -> Answer:
        """Every call to an account counts, and its answer says how much was used; refusals too."""
        account = self.kept.reach(call, account_id)
        try:
            self.kept.counts.call(account, factor=self.quota_factor)
            answer = self._edge(call, account, edge)
        except GraphError as error:
            answer = error.answer()
        return self._with_usage(answer, account)

    def one(self, call: Call, node_id: str) -> Answer:
        """An account, a media or a container by its id; the call counts for the account."""
        if node_id in self.kept.accounts:
            return self.user(call, node_id, "")
        kept = self.kept.media.get(node_id) or self.kept.containers.get(node_id)
        if kept is None:
            self.kept.token(call.token)
            raise no_such(node_id)
        account = self.kept.reach(call, kept.account_id)
        try:
            self.kept.counts.call(account, factor=self.quota_factor)
            answer = self._of_node(call, node_id)
        except GraphError as error:
            answer = error.answer()
        return self._with_usage(answer, account)

    def me(self, call: Call) -> Answer:
        """docs/graph-api/reference/user: who logged in."""
        return told({"id": self.kept.token(call.token).person, "name": self.kept.token(call.token).person})

    def page(self, call: Call, code: str) -> Answer:
        """The public page of one post."""
        for media in self.kept.media.values():
            if media.code == code and not media.is_over:
                pictures = "".join(f'<img alt="" src="{self.base}{file.path}">' for file in media.files)
                body = f"<!doctype html><title>Post</title>{pictures}<p>{escape(media.caption)}</p>"
                return Answer(200, body.encode(), "text/html; charset=utf-8")
        return Answer(404, b"", "text/html; charset=utf-8")

    def avatar(self, call: Call, account_id: str) -> Answer:
        """The picture of an account."""
        places = {key: place for place, key in enumerate(self.kept.accounts)}
        if account_id not in places:
            return Answer(404, b"", "text/plain")
        return Answer(200, drawn_avatar(COLOURS[places[account_id] % len(COLOURS)]), "image/png")

    def _edge(self, call: Call, account: Account, edge: str) -> Answer:
        writing = call.method == "POST"
        if edge in ("media", "media_publish") and writing:
            self.kept.reach(call, account.id, scope="instagram_content_publish")
            return self.library.create(call, account) if edge == "media" else self.library.publish(call, account)
        if edge in ("media", "stories"):
            return self.library.listed(call, account, stories=edge == "stories")
        if edge == "content_publishing_limit":
            return self._publishing_limit(call, account)
        return self._insights(call, account) if edge == "insights" else self._profile(call, account)

    def _of_node(self, call: Call, node_id: str) -> Answer:
        if container := self.kept.containers.get(node_id):
            return self.library.status(call, container)
        if call.method == "DELETE":
            return self.library.delete(call, node_id)
        return self.library.read(call, node_id)

    def _profile(self, call: Call, account: Account) -> Answer:
        """instagram-graph-api/reference/ig-user."""
        profile = {
            "id": account.id,
            "username": account.username,
            "name": account.name,
            "biography": account.about or None,
            "profile_picture_url": f"{self.base}/cdn/avatar-{account.id}.png",
            "media_count": len([each for each in self.kept.of_account(account) if each.kind != "story"]),
        }
        return told(chosen(profile, wanted(call.value("fields") or "id")))

    def _publishing_limit(self, call: Call, account: Account) -> Answer:
        """instagram-graph-api/reference/ig-user/content_publishing_limit: seconds and posts."""
        limit = {
            "quota_usage": self.kept.counts.published[account.id].used(),
            "config": {"quota_total": self.publishing_total, "quota_duration": 86_400},
        }
        return told({"data": [chosen(limit, wanted(call.value("fields") or "quota_usage"))]})

    def _insights(self, call: Call, account: Account) -> Answer:
        """instagram-platform/api-reference/instagram-user/insights: "views" took the place of "impressions" in 2025."""
        self.kept.reach(call, account.id, scope="instagram_manage_insights")
        if call.value("metric") != "views":
            raise bad_parameter("metric[0] must be one of the following values: views")
        told_us = {"name": "views", "period": "day", "total_value": {"value": account.impressions}}
        return told({"data": [{**told_us, "id": f"{account.id}/insights/views/day"}]})

    def _with_usage(self, answer: Answer, account: Account) -> Answer:
        header = self.kept.counts.header(account, factor=self.quota_factor)
        return Answer(answer.status, answer.body, answer.mime, {**answer.headers, **header})

    def _check_proof(self, call: Call) -> None:
        """graph-api/guides/secure-requests: a proof that is given has to be the right one."""
        given = call.value("appsecret_proof")
        right = hmac.new(self.client.secret.encode(), call.token.encode(), sha256).hexdigest()
        if given and not hmac.compare_digest(given, right):
            raise GraphError("Invalid appsecret_proof provided in the API argument", code=100)

    def _own(self, account: Account, media_id: str) -> Media:
        media = self.kept.standing(media_id)
        if media is None or media.account_id != account.id:
            raise no_such(media_id)
        return media

    def _unlisted(self, account: Account) -> str:
        with self.lock:
            made = new_id()
            self.kept.unlisted[made] = account.id
            return made


class Route(NamedTuple):
    """Which door answers; ``path`` without the version."""

    methods: tuple[str, ...]
    path: re.Pattern[str]
    door: Callable[..., Answer]


EDGES = "media|media_publish|stories|content_publishing_limit|insights"
_READ, _BOTH = ("GET",), ("GET", "POST")
ROUTES = (
    Route(_BOTH, re.compile("/dialog/oauth"), lambda self, call: self.log_in.dialog(call)),
    Route(_BOTH, re.compile("/oauth/access_token"), lambda self, call: self.log_in.token(call)),
    Route(_READ, re.compile("/me"), InstagramSimulator.me),
    Route(_READ, re.compile("/me/accounts"), lambda self, call: self.log_in.accounts(call)),
    Route(_READ, re.compile("/me/permissions"), lambda self, call: self.log_in.permissions(call)),
    Route(_READ, re.compile("/debug_token"), lambda self, call: self.log_in.debug(call)),
    Route(_READ, re.compile(r"/cdn/avatar-(\d+)\.png"), InstagramSimulator.avatar),
    Route(_READ, re.compile(r"/cdn/([\w.]+)"), lambda self, call, name: self.library.file(name)),
    Route(_READ, re.compile(r"/(?:p|stories/[\w.]+)/([\w-]+)"), InstagramSimulator.page),
    Route(_BOTH, re.compile(rf"/(\d+)/({EDGES})"), InstagramSimulator.user),
    Route(("GET", "DELETE"), re.compile(r"/(\d+)"), InstagramSimulator.one),
)
