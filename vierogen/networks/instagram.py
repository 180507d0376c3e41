"""Instagram, professional accounts, by the Graph API with Facebook Login: the only way that can remove posts.

Official documents: https://developers.facebook.com/documentation/instagram-platform/ and, per rule, the page named
beside it. Nothing is pushed, calls are limited by the day, pictures are fetched from us, stories vanish.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from hmac import new as hmac
from types import MappingProxyType
from typing import Any
from uuid import uuid4

import httpx

from vierogen.core.http import follow
from vierogen.core.words import gettext_noop as _
from vierogen.networks.abilities import Allowance, Allows, Authorises, Choice, Paced, Refreshes, Request
from vierogen.networks.asking import Forbidden, Missing, body_as, told
from vierogen.networks.base import (
    Deletes,
    Disconnected,
    Field,
    Format,
    Network,
    NetworkError,
    Outgoing,
    Picture,
    Profile,
    Shown,
    Unknown,
)
from vierogen.networks.graph import UNSURE, raise_for, usage_in
from vierogen.networks.instagram_handing_over import HandedOverOnInstagram
from vierogen.networks.instagram_login import (
    HOME,
    REMOVE,
    VERSION,
    bearer,
    choices_for,
    dialog_at,
    granted_to,
    next_after,
    profile_of,
    token_for,
)
from vierogen.networks.instagram_pictures import fitted
from vierogen.networks.instagram_publishing import GOOD, STORY_SECONDS, Sending
from vierogen.networks.instagram_shown import FIELDS, reads_alike, shown_from
from vierogen.networks.likeness import alike
from vierogen.networks.taming import composed

# https://developers.facebook.com/documentation/graph-api/overview/rate-limiting, "Instagram Platform".
_CALLS_AN_IMPRESSION = 4800
# Pages of one list that are read at most, and what a page holds.
_MOST_PAGES, _PAGE = 8, 50
_DAY = 86_400
_TOO_LARGE = 12_000_000


class Instagram(Network, Deletes, Authorises, Refreshes, Paced, Allows, HandedOverOnInstagram):
    """One professional account.

    It does not look up who is mentioned (``LooksUp``): the API finds professional accounts only, so that one it does
    not find can well be there (.../instagram-platform/instagram-graph-api/reference/ig-user/business_discovery).
    """

    key = "instagram"
    name = "Instagram"
    home = HOME
    id_is_global = True
    formats = ("post", "reel", "story")
    needs_picture = True
    # .../instagram-graph-api/reference/ig-user/media: "caption", "alt_text" and "Reel Specifications"; .../content-
    # publishing: "Carousel Posts".
    text_limit = 2200
    alt_limit = 1000
    picture_limit = 10
    film_limit = 1
    film_seconds = 900.0
    # .../instagram-graph-api/reference/ig-user/media: a story has no caption, and takes no alt text.
    textless = ("story",)
    none_will_do = _(
        "Instagram only lets professional accounts be connected that belong to a Facebook page. Make the account a "
        "professional one, connect it to a page of yours, and log in once more."
    )
    # Seconds. Unsure: no page says how soon a new post is listed.
    read_lag = 5.0
    poll_every = 60.0
    calls_a_look = 2
    renew_before = timedelta(days=30)
    fields = (
        Field("server", _("Server"), _("Leave this as it is."), default=HOME),
        Field("account_id", _("Number of the account"), _("The number that Instagram gives this account.")),
        Field("token", _("Access token"), _("A key of 60 days for a Facebook user."), secret=True),
    )
    blind_to = _(
        "Stories of others that are shared in your own story, live video, likes, comments, messages, and what "
        "somebody removes again between two looks."
    )
    by_hand = MappingProxyType(
        {
            "story": (
                _("Open the Instagram app. Hold your own picture at the bottom right, and choose %(handle)s."),
                _("Tap your own round picture at the top left to see the story."),
                _("Then tap the three dots at the bottom right, and tap Delete. Tap Delete once more."),
                _("Is it shared with Facebook too? Remove it there as well."),
            ),
            "post": (
                _("Open the Instagram app. Hold your own picture at the bottom right, and choose %(handle)s."),
                _("Tap your own picture at the bottom right, and open the post or reel."),
                _("Then tap the three dots above it, and tap Delete. Tap Delete once more."),
                _("Is it shared with Facebook too? Remove it there as well."),
            ),
        }
    )

    @classmethod
    def length(cls, text: str) -> int:
        """Count code points: unsure what Instagram counts, and of what it could count this is the most."""
        return len(composed(text))

    @classmethod
    def new_key(cls, at: datetime) -> str:
        """Make a key of our own; Instagram takes none, so it only tells deliveries apart."""
        return str(uuid4())

    @classmethod
    def longest_film(cls, form: Format) -> float:
        return STORY_SECONDS if form == "story" else cls.film_seconds

    @classmethod
    def prepared(cls, picture: Picture, *, form: Format = "post") -> Picture:
        """A JPEG of 320 to 1440 pixels wide, with white beside it where its shape would be refused."""
        return fitted(picture, form)

    @classmethod
    def log_in_at(cls, server: str, request: Request) -> str:
        return dialog_at(server, request)

    @classmethod
    def redeem(cls, server: str, request: Request, *, code: str, http: httpx.Client) -> list[Choice]:
        return choices_for(server, request, code=code, http=http)

    def renew(self) -> None:
        """.../facebook-login/guides/access-tokens/get-long-lived.

        Unsure whether a token that is long-lived already gets more time by this. The end that the answer names is
        what counts, and people are warned before it.
        """
        client = self.opened.client
        if client is None:
            raise NetworkError(_("This installation is not registered at Facebook, so access cannot be renewed."))
        given = {"grant_type": "fb_exchange_token", "fb_exchange_token": self._token}
        self.opened.remember(token_for(self._server, client, self.opened.http, **given))

    def me(self) -> Profile:
        """.../instagram-graph-api/reference/ig-user."""
        fields = "id,username,name,biography,profile_picture_url"
        account = body_as(self._ask("GET", self._account, params={"fields": fields}), dict)
        if not account.get("id") or not account.get("username"):
            raise NetworkError(_("The network did not say whose account this is."), may_retry=True)
        return profile_of(account)

    def publish(self, post: Outgoing) -> Shown:
        """.../content-publishing: containers first, then one call that publishes."""
        sending = self._sending
        if sending.status() == "PUBLISHED":
            if found := self.find(post):
                return found
            # Not listed yet, or removed again: that nobody sees it is no reason to make a second one.
            raise Unknown(UNSURE, detail="the container says PUBLISHED")
        sending.prepare(post)
        made = sending.publish()
        # It stands there now: that reading it back fails says nothing about that.
        with suppress(NetworkError):
            return self._read(made)
        if post.format == "story":
            return Shown(made, "", kind="story", created_at=datetime.now(UTC))
        return Shown(made, post.text, created_at=datetime.now(UTC))

    def find(self, post: Outgoing) -> Shown | None:
        """By the id that the network gave, else among what is listed now.

        A film without words has no mark by which it can be told from somebody's private one, so without an id a
        person decides about it, also where it is the only one that stands there.
        """
        if self._sending.media_id:
            return self.read(self._sending.media_id)
        return super().find(post)

    def reads_as(self, post: Outgoing, shown: Shown) -> bool:
        """By content, whatever the id says. Films cannot be compared, so for them text and form decide."""
        is_film = bool(post.pictures) and post.pictures[0].is_film
        return reads_alike(post, shown, looks_alike=lambda *_both: is_film or self._looks_alike(post, shown))

    def may_repeat(self, post: Outgoing) -> bool:
        """Ask the container: while it is not published, the same one can be published, and only once.

        .../reference/ig-container, "status_code". An expired one may have been published before: not certain.
        """
        if self._sending.media_id:
            return False
        if not self._sending.is_asked:
            return True  # kept before the network is asked, so none was ever published
        return self._sending.status() in GOOD

    @classmethod
    def forgets(cls, kept: Mapping[str, Any]) -> Mapping[str, Any]:
        """Another container may be made, and the id of what stood there before is not the one to look for."""
        return {}

    def same(self, post: Outgoing, shown: Shown) -> bool:
        """By the id that was kept, else by content: the network does not give our key back."""
        if self._sending.media_id:
            return self._sending.media_id == shown.remote_id
        return reads_alike(post, shown, looks_alike=self._looks_alike)

    def recent(self, limit: int = 40) -> list[Shown]:
        """Posts and reels (the newest ``limit``), and every story that stands there: newest first.

        .../reference/ig-user/media and .../reference/ig-user/stories, two calls.
        """
        found = [*self._listed("media", limit), *self._listed("stories", _MOST_PAGES * _PAGE)]
        return sorted(found, key=_when, reverse=True)

    def read(self, remote_id: str) -> Shown | None:
        """.../reference/instagram-media. What is gone and what we may not see get the same answer; so in that case
        the account is asked for, too, before anybody believes that a post is gone."""
        try:
            return self._read(remote_id)
        except Missing:
            self._insist_on_sight()
            return None

    def delete(self, remote_id: str) -> None:
        """.../reference/instagram-media, "Deleting", since December 2025."""
        try:
            self._ask("DELETE", remote_id)
        except Missing:  # somebody was faster
            self._insist_on_sight()
        except Forbidden as error:
            reason = _("Vierogen has no right to remove posts here. Remove it with the Instagram app.")
            raise Forbidden(reason, detail=error.detail) from error

    def may_delete(self) -> bool:
        return REMOVE in granted_to(self._server, self._token, self.opened.http)

    def remains(self, shown: Shown) -> list[str]:
        """Read the post again, and fetch its media as a stranger would.

        Its page says nothing: Instagram shows strangers a log-in there, whether the post is gone or not.
        """
        left = [] if self.read(shown.remote_id) is None else [shown.url or shown.remote_id]
        return left + [address for address in shown.addresses if self._answers(address)]

    def calls_a_day(self) -> int:
        """4800 for each view of the last day, at least 4800.

        .../graph-api/overview/rate-limiting, "Instagram Platform". "views" took the place of "impressions" in 2025
        (.../api-reference/instagram-user/insights); unsure whether the limit is still counted by the latter.
        """
        now = int(datetime.now(UTC).timestamp())
        asked = {"metric": "views", "period": "day", "metric_type": "total_value"}
        path = f"{self._account}/insights"
        try:
            answer = self._ask("GET", path, params={**asked, "since": str(now - _DAY), "until": str(now)})
        except NetworkError as error:
            if error.may_retry or isinstance(error, Disconnected):
                raise
            return _CALLS_AN_IMPRESSION  # it does not tell us
        return _CALLS_AN_IMPRESSION * max(1, _views_in(body_as(answer, dict)))

    def allowance(self) -> Allowance:
        """.../reference/ig-user/content_publishing_limit."""
        answer = self._ask("GET", f"{self._account}/content_publishing_limit", params={"fields": "config,quota_usage"})
        rows = body_as(answer, dict, "data")["data"]
        row = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], dict) else {}
        config = row.get("config") or {}
        try:
            return Allowance(int(row["quota_usage"]), int(config["quota_total"]), int(config["quota_duration"]))
        except (KeyError, TypeError, ValueError) as error:
            reason = _("Instagram did not say how much it still takes.")
            raise NetworkError(reason, may_retry=True, detail=repr(error)) from error

    @cached_property
    def _server(self) -> str:
        return self.server_of(self.opened.server)

    @cached_property
    def _token(self) -> str:
        return self.opened.credentials["token"].strip()

    @cached_property
    def _account(self) -> str:
        return self.opened.credentials["account_id"].strip()

    @cached_property
    def _sending(self) -> Sending:
        return Sending(self._ask, self._account, self.opened.attempt)

    def _ask(self, method: str, path: str, *, accepting: bool = False, **options: Any) -> httpx.Response:
        """One call with the token in a header; what it says about used calls is noted, whatever else it says."""
        params = {**options.pop("params", {}), **self._proof}
        with told(accepting=accepting):
            url = f"{self._server}{VERSION}/{path}"
            response = self.opened.http.request(method, url, headers=bearer(self._token), params=params, **options)
        self.usage = usage_in(response.headers) or self.usage
        raise_for(response, accepting=accepting)
        return response

    @cached_property
    def _proof(self) -> dict[str, str]:
        """.../graph-api/guides/secure-requests: a stolen token alone is worth nothing where the app demands this."""
        if self.opened.client is None:
            return {}
        proof = hmac(self.opened.client.secret.encode(), self._token.encode(), sha256)
        return {"appsecret_proof": proof.hexdigest()}

    def _read(self, remote_id: str) -> Shown:
        return shown_from(body_as(self._ask("GET", remote_id, params={"fields": FIELDS}), dict, "id"))

    def _insist_on_sight(self) -> None:
        """Raise unless the account itself can still be seen."""
        try:
            self.me()
        except Missing as error:
            reason = _("Instagram does not show us this account any more. Connect it again.")
            raise NetworkError(reason, may_retry=True, detail=error.detail) from error

    def _listed(self, edge: str, limit: int) -> list[Shown]:
        """By cursors: https://developers.facebook.com/docs/graph-api/results."""
        found, after = list[Shown](), ""
        for _page in range(_MOST_PAGES):
            params = {"fields": FIELDS, "limit": str(min(limit, _PAGE)), **({"after": after} if after else {})}
            body = body_as(self._ask("GET", f"{self._account}/{edge}", params=params), dict, "data")
            rows = body["data"] if isinstance(body["data"], list) else []
            found += [shown_from(row) for row in rows if isinstance(row, Mapping)]
            after = next_after(body)
            if not after or len(found) >= limit:
                break
        return found[:limit]

    def _looks_alike(self, post: Outgoing, shown: Shown) -> bool:
        """Fetch the first picture and compare. A film is packed anew beyond recognition: never taken for our own."""
        if not post.pictures or post.pictures[0].is_film or not shown.media[0].url:
            return False
        if (post.key, shown.remote_id) not in self._compared:
            self._compared[post.key, shown.remote_id] = self._is_picture_of(post, shown.media[0].url)
        return self._compared[post.key, shown.remote_id]

    @cached_property
    def _compared(self) -> dict[tuple[str, str], bool]:
        """The watch asks about the same two again and again, while a delivery is on its way."""
        return {}

    def _is_picture_of(self, post: Outgoing, url: str) -> bool:
        """What cannot be fetched is not alike: one picture must not end a look at all others."""
        try:
            with told():
                answer = self.opened.http.get(url)
        except NetworkError:
            return False
        if not answer.is_success or len(answer.content) > _TOO_LARGE:
            return False
        # A story may have been sent in either shape.
        shapes = {self.prepared(post.pictures[0], form=form).data for form in ("post", post.format)}
        return any(alike(shape, answer.content) for shape in shapes)

    def _answers(self, url: str) -> bool:
        with told():
            status = follow(self.opened.http, url).status
        if status == 429 or status >= 500:
            raise NetworkError(_("The network did not answer properly."), may_retry=True, detail=f"{status}")
        return status < 300


def _when(shown: Shown) -> datetime:
    return shown.created_at or datetime.min.replace(tzinfo=UTC)


def _views_in(body: Mapping[str, Any]) -> int:
    rows = body.get("data")
    for row in rows if isinstance(rows, list) else ():
        value = row.get("total_value") if isinstance(row, Mapping) else None
        if isinstance(value, Mapping) and isinstance(value.get("value"), int):
            return int(value["value"])
    return 0
