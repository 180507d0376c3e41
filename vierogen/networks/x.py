"""X, by its API v2, for one account that logged in there.

Official documents: https://docs.x.com/x-api/introduction and, per rule, the page named beside it. X keeps no key
of a delivery, so nothing is ever sent twice here without having looked.
"""

import hashlib
import mimetypes
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from threading import Event as Flag
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx

from vierogen.core.http import follow
from vierogen.core.words import gettext_noop as _
from vierogen.networks import x_shown, x_text
from vierogen.networks.abilities import Authorises, Charges, Choice, Price, Refreshes, Request, Threads
from vierogen.networks.asking import Forbidden, Missing, body_as, told
from vierogen.networks.base import (
    Deletes,
    Field,
    Happened,
    Network,
    NetworkError,
    Opened,
    Outgoing,
    Picture,
    Profile,
    Shown,
    Streams,
    Unknown,
)
from vierogen.networks.shrinking import shrunk
from vierogen.networks.x_api import HOME, Api, exchange
from vierogen.networks.x_handing_over import HandedOverOnX
from vierogen.networks.x_publishing import NO_ANSWER, SAID_BEFORE, Publishing, follows
from vierogen.networks.x_stream import Activity

# https://docs.x.com/fundamentals/authentication/guides/v2-authentication-mapping names the rights of each call that
# is made here; offline.access gives keys that can be renewed. Nothing beyond them.
SCOPES = "tweet.read tweet.write users.read media.write like.read like.write offline.access"
# https://docs.x.com/x-api/getting-started/pricing, "Write operations": Content: Create, and the same with URL.
PRICE, PRICE_WITH_LINK = Decimal("0.015"), Decimal("0.200")
# https://docs.x.com/x-api/users/get-posts and .../get-liked-posts: between 5 and 100 in one answer.
FEWEST, MOST = 5, 100
# Each like that is listed is somebody else's post, which costs money to read; the newest say enough.
LIKES = 20
# https://docs.x.com/x-api/media/quickstart/best-practices: pictures of at most 5 MB.
PICTURE_BYTES = 5_000_000
# Seconds that X may need to process a picture.
_PATIENCE = 60.0


class X(Network, Deletes, Streams, Authorises, Refreshes, Charges, Threads, HandedOverOnX):
    """One account on X.

    It does not look up who is mentioned (``LooksUp``): X asks money for each account that is read, and saving a
    draft should cost nothing (https://docs.x.com/x-api/getting-started/pricing).
    """

    key = "x"
    name = "X"
    home = HOME
    id_is_global = True
    text_limit = 280
    picture_limit = 4
    # https://docs.x.com/x-api/media/create-media-metadata: "alt_text", at most 1000 signs.
    alt_limit = 1000
    fields = (
        Field("server", _("Server"), _("Leave this as it is."), default=HOME),
        Field("access_token", _("Access token"), _("Comes by itself when you log in at X."), secret=True),
        Field(
            "refresh_token",
            _("Refresh token"),
            _("Comes by itself when you log in at X. Without it, the key ends after two hours."),
            secret=True,
            optional=True,
        ),
        Field(
            "bearer_token",
            _("Bearer token of the app"),
            _("Leave this empty, unless your technical people say otherwise."),
            secret=True,
            optional=True,
        ),
    )
    # Unsure: documents name no delay, but say that posts are spread over several data centres.
    read_lag = 5.0
    # The stream comes first and tells within a second; looking is the net below it. X allows a look each second
    # (900 in 15 minutes) but asks $0.005 for each post that it shows, once a day for the same post as a "soft
    # guarantee" (https://docs.x.com/x-api/getting-started/pricing). With that guarantee 40 posts cost 20 cents a day at
    # any pace; without it, each minute would be 200 dollars a day, and every 20 seconds 600.
    poll_every = 60.0
    renew_before = timedelta(minutes=30)
    asks_also = (
        (_("See and take back likes"), _("so that a like that nobody here meant is noticed, and can be taken back.")),
    )
    blind_to = _(
        "Direct messages, follows, blocks, lists, votes and bookmarks. Likes and changes of the profile are seen when "
        "Vierogen looks, not at once."
    )
    by_hand = MappingProxyType(
        {
            "post": (
                _("Open the post in the app of X, as %(handle)s."),
                _("Press the three dots at the top right of the post."),
                _("Choose Delete post, and confirm it."),
            )
        }
    )

    @classmethod
    def length(cls, text: str) -> int:
        """Count as X does (``x_text.weight``); of a thread, the longest part has to fit."""
        return max(map(x_text.weight, x_text.parts(text)))

    @classmethod
    def new_key(cls, at: datetime) -> str:
        """X takes none; it only names the delivery here."""
        return str(uuid4())

    @classmethod
    def thread(cls, post: Outgoing) -> list[Outgoing]:
        """The parts of the text; the pictures go with the first."""
        texts = x_text.parts(post.text)
        return [replace(post, text=text, pictures=() if place else post.pictures) for place, text in enumerate(texts)]

    @classmethod
    def price(cls, post: Outgoing) -> Price:
        """Every part is a post, and costs more with a link in it."""
        each = (PRICE_WITH_LINK if x_text.has_link(part.text) else PRICE for part in cls.thread(post))
        return Price(sum(each, Decimal(0)), "USD")

    @classmethod
    def log_in_at(cls, server: str, request: Request) -> str:
        """https://docs.x.com/fundamentals/authentication/oauth-2-0/user-access-token, "Step 1"."""
        hashed = hashlib.sha256(request.verifier.encode()).digest()
        asked = [
            ("response_type", "code"),
            ("client_id", request.client.id),
            ("redirect_uri", request.back),
            ("scope", SCOPES),
            ("state", request.state),
            ("code_challenge", urlsafe_b64encode(hashed).rstrip(b"=").decode()),
            ("code_challenge_method", "S256"),
        ]
        # People log in elsewhere than programs ask.
        where = "https://x.com" if server == HOME else server
        return f"{where}/i/oauth2/authorize?{urlencode(asked)}"

    @classmethod
    def redeem(cls, server: str, request: Request, *, code: str, http: httpx.Client) -> list[Choice]:
        """.../user-access-token, "Step 3": exactly the account that was logged in."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": request.back,
            "code_verifier": request.verifier,
        }
        keys = exchange(http, server, client=request.client, form=form)
        profile = cls(Opened(server, keys, http, client=request.client)).me()
        return [Choice(profile, keys)]

    def renew(self) -> None:
        """.../authorization-code, "Refresh tokens"."""
        self._api.renew()

    def me(self) -> Profile:
        """https://docs.x.com/x-api/users/get-my-user."""
        user = _data(self._api.ask("GET", "/2/users/me", params=x_shown.USER_FIELDS))
        if not user.get("id"):
            raise NetworkError(_("The network did not say whose account this is."), may_retry=True)
        return x_shown.profile(user)

    def publish(self, post: Outgoing) -> Shown:
        """https://docs.x.com/x-api/posts/create-post for each part, after the pictures of the first."""
        ids = self._publishing(post).send(self.thread(post), uploaded=self._uploaded, stands=self._standing)
        return self._whole(post, ids)

    def recent(self, limit: int = 40) -> list[Shown]:
        """Own posts and reposts, newest first, then the newest likes, which have no date."""
        return [*self._posts(limit), *self._likes(LIKES)]

    def read(self, remote_id: str) -> Shown | None:
        """https://docs.x.com/x-api/posts/get-post-by-id; of a like: the post, while it is among the newest likes."""
        if remote_id.startswith(x_shown.LIKE):
            return next((like for like in self._likes(MOST) if like.remote_id == remote_id), None)
        tweet, includes = self._tweet(remote_id)
        latest = x_shown.newest(tweet) if tweet else remote_id
        if latest != remote_id:
            newer, with_it = self._tweet(latest)
            tweet, includes = (newer, with_it) if newer else (tweet, includes)
        return x_shown.shown(tweet, includes) if tweet else None

    def same(self, post: Outgoing, shown: Shown) -> bool:
        """Compare by content with every part: X gives no key back."""
        return any(x_shown.is_told_by(part, shown) for part in self.thread(post))

    def reads_as(self, post: Outgoing, shown: Shown) -> bool:
        return any(x_shown.reads_alike(part, shown) for part in self.thread(post))

    def may_repeat(self, post: Outgoing) -> bool:
        """Only where every part that X was asked for is known; ``publish`` then goes on after them."""
        return self._publishing(post).is_certain

    def find(self, post: Outgoing) -> Shown | None:
        """Look among the newest posts for the parts that are not known yet; whole, or None."""
        thread = self.thread(post)
        ids = self._publishing(post).found(thread, self._posts(MOST), same=x_shown.is_told_by)
        return self._whole(post, ids) if len(ids) == len(thread) else None

    def delete(self, remote_id: str) -> None:
        """https://docs.x.com/x-api/posts/delete-post, .../users/unrepost-post and .../users/unlike-post."""
        with suppress(Missing):  # somebody was faster
            if remote_id.startswith(x_shown.LIKE):
                self._api.ask("DELETE", f"/2/users/{self._me}/likes/{remote_id.removeprefix(x_shown.LIKE)}")
            elif shown := self.read(remote_id):
                target = f"/2/users/{self._me}/retweets/{shown.target}"
                newest = shown.url.rpartition("/")[2]
                self._api.ask("DELETE", target if shown.kind == "repost" else f"/2/tweets/{newest}")

    def remains(self, shown: Shown) -> list[str]:
        """Read the post again, and its media without our key, as a stranger would."""
        left = [] if self.read(shown.remote_id) is None else [shown.url or x_shown.address_of(shown.remote_id)]
        if shown.kind in ("like", "repost"):
            return left  # the media are somebody else's
        return left + [address for address in shown.addresses if self._answers(address)]

    def stream(self, stop: Flag, cursor: str = "") -> Iterator[Happened]:
        """https://docs.x.com/x-api/activity/introduction. No cursor: what was missed, looking sees.

        Ends when the key does: whoever listens on gets the new one, which somebody renewed meanwhile.
        """
        activity = Activity(self.opened, server=self._api.server, account_id=self._me)
        activity.subscribe()
        ends_at = _moment(self.opened.credentials.get("expires_at", ""))
        lasts = ends_at is None or ends_at < datetime.now(UTC)
        for line in activity.listen(stop):
            if not lasts and ends_at and datetime.now(UTC) > ends_at:
                return
            happened = x_shown.happened(line, own=self._me) if line else Happened("alive")
            if happened:
                yield self._completed(happened)

    def _completed(self, happened: Happened) -> Happened:
        """Events come without the pictures of a post; that it is there is news enough where it cannot be read."""
        if happened.shown is None or x_shown.is_whole(happened.shown):
            return happened
        with suppress(NetworkError):
            return replace(happened, shown=self.read(happened.remote_id) or happened.shown)
        return happened

    @cached_property
    def _api(self) -> Api:
        return Api(self.opened, server=self.server_of(self.opened.server or HOME))

    @cached_property
    def _me(self) -> str:
        return self.me().account_id

    def _publishing(self, post: Outgoing) -> Publishing:
        """What is known of this delivery, from earlier attempts too."""
        if self._deliveries.get(post.key) is None:
            self._deliveries[post.key] = Publishing(self._api, self.opened.attempt)
        return self._deliveries[post.key]

    @cached_property
    def _deliveries(self) -> dict[str, Publishing]:
        return {}

    def _uploaded(self, picture: Picture) -> str:
        """https://docs.x.com/x-api/media/upload-media, then .../create-media-metadata for the alt text."""
        fitting = shrunk(picture, limit=PICTURE_BYTES)
        name = f"picture{mimetypes.guess_extension(fitting.mime) or ''}"
        answer = self._api.ask(
            "POST",
            "/2/media/upload",
            files={"media": (name, fitting.data, fitting.mime)},
            data={"media_category": "tweet_image", "media_type": fitting.mime},
        )
        media = _data(answer)
        media_id = str(media.get("id", ""))
        self._wait_for(media_id, media)
        if picture.alt:
            told_about = {"id": media_id, "metadata": {"alt_text": {"text": picture.alt}}}
            self._api.ask("POST", "/2/media/metadata", json=told_about)
        return media_id

    def _wait_for(self, media_id: str, media: Mapping[str, Any]) -> None:
        """https://docs.x.com/x-api/media/get-media-upload-status: pending, in_progress, succeeded or failed."""
        deadline = time.monotonic() + _PATIENCE
        while state := (media.get("processing_info") or {}).get("state"):
            if state == "succeeded":
                return
            if state == "failed":
                raise NetworkError(_("X could not process the picture."))
            if time.monotonic() > deadline:
                raise NetworkError(_("The network is still busy with the picture."), may_retry=True)
            time.sleep(min(float(media["processing_info"].get("check_after_secs") or 1), 5.0))
            asked = {"command": "STATUS", "media_id": media_id}
            media = _data(self._api.ask("GET", "/2/media/upload", params=asked))

    def _whole(self, post: Outgoing, ids: Sequence[str]) -> Shown:
        """The first part as X shows it; as we sent it where X does not show it yet, or says anything else."""
        with suppress(NetworkError):
            if seen := self.read(ids[0]):
                return replace(seen, rest=tuple(ids[1:]))
        text, made_at = self.thread(post)[0].text, x_shown.moment_of(ids[0])
        return Shown(ids[0], text, url=x_shown.address_of(ids[0]), created_at=made_at, rest=tuple(ids[1:]))

    def _standing(self, part: Outgoing, before: Sequence[str]) -> str:
        """X was asked for this before, and says that it stands there already: ours, or something older.

        Raises ``Unknown`` where nothing of the kind is listed: it may not be listed yet, and looking can fail.
        """
        try:
            listed = self._posts(MOST)
        except NetworkError as error:
            raise Unknown(NO_ANSWER, detail=f"it says that it is a duplicate; {error.detail}"[:300]) from error
        ours = (each for each in listed if x_shown.is_told_by(part, each) and follows(each, before))
        if found := next(ours, None):
            return found.remote_id
        alike = [each for each in listed if x_text.essence(each.text) == x_text.essence(part.text)]
        if alike and all(x_shown.is_older(each, part) for each in alike):
            raise NetworkError(SAID_BEFORE)
        raise Unknown(NO_ANSWER, detail="it says that it is a duplicate")

    def _posts(self, limit: int) -> list[Shown]:
        """https://docs.x.com/x-api/users/get-posts; pages follow by ``pagination_token``."""
        found, token, path = list[Shown](), "", f"/2/users/{self._me}/tweets"
        while len(found) < limit:
            wanted = min(MOST, max(FEWEST, limit - len(found)))
            older = {"pagination_token": token} if token else {}
            answer = self._api.ask("GET", path, params={**x_shown.FIELDS, "max_results": wanted, **older})
            page = body_as(answer, dict)
            if "data" not in page and "meta" not in page:
                raise NetworkError(_("The network did not answer properly."), may_retry=True)
            found += [x_shown.shown(each, page.get("includes") or {}) for each in page.get("data") or ()]
            token = str((page.get("meta") or {}).get("next_token") or "")
            if not token:
                break
        return found[:limit]

    def _likes(self, limit: int) -> list[Shown]:
        """https://docs.x.com/x-api/users/get-liked-posts; not every key lets us."""
        params = {**x_shown.FIELDS, "max_results": limit}
        try:
            page = body_as(self._api.ask("GET", f"/2/users/{self._me}/liked_tweets", params=params), dict)
        except (Forbidden, Missing):
            return []
        return [x_shown.liked(each, page.get("includes") or {}) for each in page.get("data") or ()]

    def _tweet(self, post_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """A post with what belongs to it; nothing where X says that there is none, as 404 or as a partial error."""
        if not x_shown.is_id(post_id):
            return {}, {}
        try:
            page = body_as(self._api.ask("GET", f"/2/tweets/{post_id}", params=x_shown.FIELDS), dict)
        except Missing:
            return {}, {}
        if tweet := page.get("data"):
            return tweet, page.get("includes") or {}
        if any(str(each.get("type", "")).endswith("/resource-not-found") for each in page.get("errors") or ()):
            return {}, {}
        raise NetworkError(_("The network did not answer properly."), may_retry=True, detail=f"{page}"[:300])

    def _answers(self, url: str) -> bool:
        with told():
            status = follow(self.opened.http, url).status
        if status == 429 or status >= 500:
            raise NetworkError(_("The network did not answer properly."), may_retry=True, detail=f"{status}")
        return status < 300


def _data(answer: httpx.Response) -> dict[str, Any]:
    """What X answers stands in ``data``."""
    found = body_as(answer, dict).get("data")
    if not isinstance(found, dict):
        raise NetworkError(_("The network did not answer properly."), may_retry=True)
    return found


def _moment(written: str) -> datetime | None:
    with suppress(ValueError):
        return datetime.fromisoformat(written)
    return None
