"""X as its documents say it is: https://docs.x.com/x-api/introduction. Each rule names its page below that.

    with XSimulator() as x:
        account = x.add_account("gemeente_x", "Gemeente X")
        x.post_by_phone(account, "Feestje bij mij thuis!")

Seen from outside it is X: HTTP only, with keys, limits, prices and problems.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from vierogen.networks.base import Client
from vierogen.practice.api import Answer
from vierogen.practice.calls import Call
from vierogen.practice.simulators.door import Flow, Simulator
from vierogen.practice.simulators.x_activity import Activity
from vierogen.practice.simulators.x_entities import Entities
from vierogen.practice.simulators.x_oauth import ALL, Key, LogIn
from vierogen.practice.simulators.x_posts import Posts
from vierogen.practice.simulators.x_records import Account, Bill, Ids, Limits, Problem, TooMany

Who = Literal["anybody", "account", "app"]
Does = Callable[["XSimulator", Call, list[str], Key | None], Answer | Flow]


@dataclass(frozen=True)
class Route:
    """One endpoint: whose key it takes, which right that needs, and how often in 15 minutes it may be asked."""

    endpoint: str
    does: Does
    who: Who = "account"
    right: str = ""
    limit: int = 0
    costs: bool = False


class XSimulator(Simulator):
    """``read_lag``: seconds until reading shows a fresh post. ``auto``: logging in needs no click.

    ``logged_in``: whose account the browser is logged in to, at first the first one. ``violations`` tells each time
    that a limit was passed.
    """

    key = "x"

    def __init__(self, *, auto: bool = False) -> None:
        super().__init__()
        self.client = Client("simulated-app", "simulated-secret")
        self.auto, self.logged_in = auto, None
        self.ids, self.limits, self.bill = Ids(), Limits(), Bill()
        self.accounts: dict[str, Account] = {}
        self.login = LogIn(self.client, self)
        self.activity = Activity(self.ids, self.stopping, silence=self.faults.silence)
        self.entities = Entities(lambda: self.url if self._door else "https://pbs.example")
        self.posts = Posts(self.ids, self.bill, self.entities, say=self.activity.say)

    auto: bool
    logged_in: Account | None

    # What tests and demos do

    def add_account(self, username: str, name: str, *, person: str = "cora") -> Account:
        """An account whose owner let the app in; the first one is logged in."""
        with self.lock:
            account = Account(self.ids.new(), username, name, "", "", person)
            account.token, account.refresh_token = self.login.issue(account, ALL)
            self.accounts[account.id] = account
            self.logged_in = self.logged_in or account
            return account

    def post_by_phone(self, account: Account, text: str, *, picture: bytes | None = None) -> str:
        """Somebody posts with the app on a phone; returns the id."""
        with self.lock:
            pictures = [self.posts.upload(picture, account.id)] if picture else []
            return self.posts.make(account, text, pictures=pictures).id

    def delete_by_phone(self, account: Account, post_id: str) -> None:
        """Somebody removes a post of the account with the app."""
        with self.lock:
            self.posts.remove(account, post_id)

    def edit_by_phone(self, account: Account, post_id: str, text: str) -> str:
        """Somebody edits a post (x-api/fundamentals/edit-posts): it gets one more id, which is returned."""
        with self.lock:
            return self.posts.edit(account, post_id, text)

    def repost_by_phone(self, account: Account, post_id: str) -> str:
        """Somebody reposts what another account posted; returns the id of the repost."""
        with self.lock:
            return self.posts.make(account, "", retweeted=post_id).id

    def like_by_phone(self, account: Account, post_id: str) -> None:
        """Somebody likes a post."""
        with self.lock:
            self.posts.likes.setdefault(account.id, []).insert(0, post_id)

    def posts_of(self, account: Account) -> list[str]:
        """The texts of the account's posts and answers as they stand, newest first; no reposts."""
        with self.lock:
            return [post.text for post in self.posts.by(account) if not post.retweeted]

    def ids_of(self, account: Account) -> list[str]:
        """Their ids, newest first."""
        with self.lock:
            return [post.id for post in self.posts.by(account) if not post.retweeted]

    def revoke(self, account: Account) -> None:
        """The account's owner takes the app's access away."""
        with self.lock:
            self.login.revoke(account)

    @property
    def spent(self) -> Decimal:
        """What posting and removing have cost, in dollars; reading is in ``bill.spent_reading``."""
        return self.bill.spent

    @property
    def violations(self) -> list[str]:
        """The limits that were passed."""
        return self.limits.violations

    @property
    def read_lag(self) -> float:
        """Seconds until reading shows a fresh post."""
        return self.posts.read_lag

    @read_lag.setter
    def read_lag(self, seconds: float) -> None:
        self.posts.read_lag = seconds

    # What anybody sees over HTTP

    def whose(self, call: Call) -> str:
        key = self.login.keys.get(call.token)
        return key.account.username if key else ""

    def answer(self, call: Call) -> Answer | Flow:
        headers: dict[str, str] = {}
        try:
            route, found = _route(call)
            key = self._let_in(route, call)
            if route.limit:
                headers = self.limits.spend(key.account.id if key else "app", route.endpoint, route.limit)
            if route.costs:
                self.bill.insist()
            answer = route.does(self, call, found, key)
        except TooMany as refused:
            return refused.answer(refused.headers)
        except Problem as refused:
            return refused.answer(headers)
        if isinstance(answer, Answer):
            answer.headers.update(headers)
        return answer

    def _let_in(self, route: Route, call: Call) -> Key | None:
        if route.who == "anybody":
            return None
        if route.who == "app":
            if call.token != self.login.app_token:
                raise Problem(401, "Unauthorized")
            return None
        key = self.login.key_of(call)
        if route.right and not set(route.right.split()) <= key.scopes:
            raise Problem(403, "Forbidden", "Your client app is not configured with the appropriate oauth2 scopes.")
        return key


def _route(call: Call) -> tuple[Route, list[str]]:
    for route in _ROUTES:
        method, _space, path = route.endpoint.partition(" ")
        pattern = re.sub(r":\w+", "([^/]+)", path)
        found = re.fullmatch(pattern, call.path)
        if method == call.method and found:
            return route, list(found.groups())
    raise Problem(404, "Not Found")


def _of(does: Callable[[XSimulator, Call], Answer | Flow]) -> Does:
    """For endpoints that need nothing of their path, and nobody's account."""
    return lambda simulator, call, found, key: does(simulator, call)


def _posts(name: str) -> Does:
    """A method of ``Posts``, for the account whose key it is."""

    def does(simulator: XSimulator, call: Call, found: list[str], key: Key | None) -> Answer:
        if key is None:
            raise Problem(401, "Unauthorized")
        answer: Answer = getattr(simulator.posts, name)(call, key.account, *found)
        return answer

    return does


# x-api/fundamentals/rate-limits for the numbers, fundamentals/authentication/guides/v2-authentication-mapping for
# the rights.
_READ, _WRITE = "tweet.read users.read", "tweet.read tweet.write users.read"
_LIKED, _LIKE = "like.read tweet.read users.read", "like.write tweet.read users.read"
_ROUTES = (
    Route("GET /i/oauth2/authorize", _of(lambda x, call: x.login.page(call)), "anybody"),
    Route("POST /i/oauth2/authorize", _of(lambda x, call: x.login.page(call)), "anybody"),
    Route("POST /2/oauth2/token", _of(lambda x, call: x.login.token(call)), "anybody"),
    Route("POST /oauth2/token", _of(lambda x, call: x.login.app(call)), "anybody"),
    Route("GET /2/users/me", _posts("me"), right=_READ, limit=75, costs=True),
    Route("POST /2/tweets", _posts("create"), right=_WRITE, limit=100, costs=True),
    Route("GET /2/tweets/:id", _posts("one"), right=_READ, limit=900, costs=True),
    Route("DELETE /2/tweets/:id", _posts("delete"), right=_WRITE, limit=50, costs=True),
    Route("GET /2/users/:id/tweets", _posts("timeline"), right=_READ, limit=900, costs=True),
    Route("GET /2/users/:id/liked_tweets", _posts("liked"), right=_LIKED, limit=75, costs=True),
    Route(
        "DELETE /2/users/:id/likes/:post",
        _posts("unlike"),
        right=_LIKE,
        limit=50,
        costs=True,
    ),
    Route("POST /2/users/:id/retweets", _posts("repost"), right=_WRITE, limit=50, costs=True),
    Route("DELETE /2/users/:id/retweets/:post", _posts("unrepost"), right=_WRITE, limit=50, costs=True),
    Route("POST /2/media/upload", _posts("uploaded"), right="media.write", limit=500),
    Route("GET /2/media/upload", _posts("status"), right="media.write", limit=1000),
    Route("POST /2/media/metadata", _posts("describe"), right="media.write", limit=500),
    Route("GET /2/activity/subscriptions", _of(lambda x, call: x.activity.listed()), "app", limit=500),
    Route(
        "POST /2/activity/subscriptions", _of(lambda x, call: x.activity.subscribe(call, x.accounts)), "app", limit=500
    ),
    Route(
        "DELETE /2/activity/subscriptions/:id",
        lambda x, call, found, key: x.activity.unsubscribe(found[0]),
        "app",
        limit=500,
    ),
    Route("GET /2/activity/stream", _of(lambda x, call: x.activity.listen()), "app", limit=450),
    Route("GET /media/:name", lambda x, call, found, key: x.posts.file(found[0]), "anybody"),
    Route("GET /profile_images/:name", _of(lambda x, call: x.posts.portrait()), "anybody"),
)
