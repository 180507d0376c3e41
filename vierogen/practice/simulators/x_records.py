"""What the simulated X keeps, its limits and prices, and how it refuses.

Official pages, all under https://docs.x.com: named beside each rule.
"""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from vierogen.practice.api import Answer
from vierogen.practice.simulators.door import told

# x-api/fundamentals/x-ids: milliseconds since this moment, above 22 bits.
SINCE = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)
# fundamentals/authentication/oauth-2-0/authorization-code: "valid for two hours"; "within 30 seconds".
TOKEN_LIFE, CODE_LIFE = timedelta(hours=2), timedelta(seconds=30)
# x-api/getting-started/pricing, "Write operations" and "Read operations".
POST, POST_WITH_LINK, DELETION = Decimal("0.015"), Decimal("0.200"), Decimal("0.010")
READ_POST, READ_USER = Decimal("0.005"), Decimal("0.010")
# x-api/fundamentals/rate-limits: windows of 15 minutes.
WINDOW = timedelta(minutes=15)
LONGEST = 280
PROBLEMS = "https://api.x.com/2/problems"


def now() -> datetime:
    """This moment, by the clock that tests may move."""
    return datetime.now(UTC)


@dataclass
class Account:
    """An account; ``person`` is who knows its password."""

    id: str
    username: str
    name: str
    token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    person: str = "cora"
    about: str = ""


@dataclass
class Picture:
    """An uploaded picture; ``name`` is that of its file, once it stands in a post."""

    id: str
    data: bytes = field(repr=False)
    mime: str
    owner: str
    alt: str = ""
    name: str = ""

    @property
    def key(self) -> str:
        """x-api/fundamentals/data-dictionary#media: 3 is the kind of a photo."""
        return f"3_{self.id}"


@dataclass
class Post:
    """A post, a repost (``retweeted``), or an answer; ``versions`` are the ids it has had, the first one first."""

    id: str
    author: Account
    text: str
    made_at: datetime
    pictures: list[Picture] = field(default_factory=list)
    answers: str = ""
    retweeted: str = ""
    versions: list[str] = field(default_factory=list)


class Problem(Exception):  # noqa: N818 - X's own word
    """A refusal (x-api/fundamentals/response-codes-and-errors, "Error response format")."""

    def __init__(self, status: int, title: str, detail: str = "", *, kind: str = "about:blank", **more: Any) -> None:
        super().__init__(title)
        self.status = status
        self.body = {"title": title, "detail": detail or title, "type": kind, "status": status, **more}

    def answer(self, headers: dict[str, str]) -> Answer:
        """As it is sent."""
        body = told(self.body)
        return Answer(self.status, body.body, "application/problem+json", headers)


def invalid(what: str) -> Problem:
    """400: something about the request itself is wrong."""
    detail = "One or more parameters to your request was invalid."
    return Problem(400, "Invalid Request", detail, kind=f"{PROBLEMS}/invalid-request", errors=[{"message": what}])


def not_found(post_id: str) -> dict[str, Any]:
    """.../response-codes-and-errors, "Partial errors": what is not there is told beside an empty answer."""
    return {
        "errors": [
            {
                "resource_id": post_id,
                "resource_type": "tweet",
                "parameter": "id",
                "title": "Not Found Error",
                "detail": f"Could not find tweet with id: [{post_id}].",
                "type": f"{PROBLEMS}/resource-not-found",
            }
        ]
    }


UNAUTHORISED = ("Unauthorized", "Unauthorized")
DUPLICATE = "You are not allowed to create a Tweet with duplicate content."


class Ids:
    """Ids that say when something was made, and never come twice."""

    def __init__(self) -> None:
        self.last = 0

    def new(self) -> str:
        """The next one."""
        milliseconds = int((now() - SINCE) / timedelta(milliseconds=1))
        self.last = max(self.last + 1, milliseconds << 22)
        return str(self.last)


class Limits:
    """How often each endpoint may be asked, by whom (x-api/fundamentals/rate-limits)."""

    def __init__(self) -> None:
        self.windows: dict[tuple[str, str], tuple[float, int]] = {}
        self.violations: list[str] = []

    def spend(self, whose: str, endpoint: str, limit: int) -> dict[str, str]:
        """Count one call and return the headers of its answer. Raises ``Problem`` (429) with a full window."""
        began, used = self.windows.get((whose, endpoint), (0.0, 0))
        if time.time() >= began + WINDOW.total_seconds():
            began, used = time.time(), 0
        is_full = used >= limit
        self.windows[whose, endpoint] = began, used if is_full else used + 1
        headers = {
            "x-rate-limit-limit": str(limit),
            "x-rate-limit-remaining": str(0 if is_full else limit - used - 1),
            "x-rate-limit-reset": str(int(began + WINDOW.total_seconds()) + 1),
        }
        if is_full:
            self.violations.append(f"{endpoint} more than {limit} times")
            raise TooMany(headers)
        return headers


class TooMany(Problem):
    """429."""

    def __init__(self, headers: dict[str, str]) -> None:
        super().__init__(429, "Too Many Requests")
        self.headers = headers


class Bill:
    """What was spent, and whether there is anything left (x-api/getting-started/pricing)."""

    def __init__(self) -> None:
        self.spent, self.spent_reading = Decimal(0), Decimal(0)
        self.credits: Decimal | None = None
        self.read_today: set[tuple[str, str]] = set()

    def insist(self) -> None:
        """Raises ``Problem`` (402) where the credits have run out: "API requests will be blocked"."""
        if self.credits is not None and self.spent + self.spent_reading >= self.credits:
            detail = "Your enrolled account does not have any credits to fulfill this request."
            raise Problem(402, "CreditsDepleted", detail, kind=f"{PROBLEMS}/credits")

    def read(self, what: str, price: Decimal) -> None:
        """ "Deduplicated within a 24-hour UTC day window"."""
        seen = (now().date().isoformat(), what)
        if seen not in self.read_today:
            self.read_today.add(seen)
            self.spent_reading += price
