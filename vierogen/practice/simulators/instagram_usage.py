"""Counts calls, publications and containers of each account over a rolling day, as Instagram limits them."""

import json
import time
from collections import defaultdict, deque
from math import ceil

from vierogen.practice.simulators.instagram_records import Account, GraphError

DAY = 86_400
# graph-api/overview/rate-limiting, "Instagram Platform": calls in 24 hours = 4800 x impressions of the account.
CALLS_AN_IMPRESSION = 4800
# instagram-platform/instagram-graph-api/reference/ig-user/media, "General Limitations".
MOST_CONTAINERS = 400
_GRAIN = 60


class Rolling:
    """How often something happened in the last 24 hours, to the minute."""

    def __init__(self) -> None:
        self._minutes: deque[tuple[int, int]] = deque()
        self._sum = 0

    def add(self) -> None:
        """It happened now."""
        minute = int(time.time()) // _GRAIN
        if self._minutes and self._minutes[-1][0] == minute:
            self._minutes[-1] = (minute, self._minutes[-1][1] + 1)
        else:
            self._minutes.append((minute, 1))
        self._sum += 1

    def used(self) -> int:
        """So often in the last day."""
        oldest = (int(time.time()) - DAY) // _GRAIN
        while self._minutes and self._minutes[0][0] <= oldest:
            self._sum -= self._minutes.popleft()[1]
        return self._sum

    def seconds_until(self, allowed: int) -> int:
        """So long until it will be ``allowed`` or less, if nothing more happens."""
        over = self.used() - allowed
        for minute, times in self._minutes:
            if over <= 0:
                break
            over -= times
            if over <= 0:
                return max(0, (minute + 1) * _GRAIN + DAY - int(time.time()))
        return 0


class Counts:
    """The counts of all accounts; ``factor`` shrinks what they may call."""

    def __init__(self, violations: list[str]) -> None:
        self.calls: dict[str, Rolling] = defaultdict(Rolling)
        self.published: dict[str, Rolling] = defaultdict(Rolling)
        self.containers: dict[str, Rolling] = defaultdict(Rolling)
        self.violations = violations

    def limit(self, account: Account, *, factor: float) -> int:
        """Calls that the account has in 24 hours."""
        return max(1, int(CALLS_AN_IMPRESSION * max(1, account.impressions) * factor))

    def call(self, account: Account, *, factor: float) -> None:
        """One more call. Refused ones count too (graph-api/overview/rate-limiting, "Best Practices").

        Raises ``GraphError`` 80002 over the limit (same page, "Business Use Case Rate Limits", error codes).
        """
        calls, limit = self.calls[account.id], self.limit(account, factor=factor)
        calls.add()
        if calls.used() > limit:
            self.violations.append(f"{account.username}: call {calls.used()} of {limit} in 24 hours")
            message = "(#80002) There have been too many calls to this Instagram account. Wait a bit and try again."
            raise GraphError(message, code=80002)

    def header(self, account: Account, *, factor: float) -> dict[str, str]:
        """graph-api/overview/rate-limiting, "X-Business-Use-Case-Usage": per cent, and minutes until access returns."""
        calls, limit = self.calls[account.id], self.limit(account, factor=factor)
        share = int(100 * calls.used() / limit)
        wait = ceil(calls.seconds_until(limit) / 60) if share > 100 or calls.used() > limit else 0
        usage = {
            "type": "instagram",
            "call_count": share,
            "total_cputime": share // 2,
            "total_time": share // 2,
            "estimated_time_to_regain_access": wait,
        }
        return {"X-Business-Use-Case-Usage": json.dumps({account.page_id: [usage]})}

    def container(self, account: Account) -> None:
        """One more container. Raises ``GraphError`` over 400 a day."""
        containers = self.containers[account.id]
        containers.add()
        if containers.used() > MOST_CONTAINERS:
            self.violations.append(f"{account.username}: more than {MOST_CONTAINERS} containers in 24 hours")
            # Unsure which code it is: the page names the limit only. This is the one of the page's own error list
            # for publishing too much.
            raise GraphError("You created too many containers today.", code=9, subcode=2207042)

    def publication(self, account: Account, *, total: int) -> None:
        """One more publication; .../reference/error-codes: 9 with 2207042 over ``total`` a day."""
        if self.published[account.id].used() >= total:
            self.violations.append(f"{account.username}: more than {total} publications in 24 hours")
            raise GraphError("You reached the maximum number of posts.", code=9, subcode=2207042)
        self.published[account.id].add()
