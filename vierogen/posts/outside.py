"""The two things the gateway fetches itself, behind the guard: where a link leads, and pictures for evidence."""

import threading
import time

import httpx
from django.conf import settings

from vierogen.core.http import Refused, StayedInside, follow, guarded_client
from vierogen.core.words import gettext_noop as _
from vierogen.networks.asking import ask
from vierogen.posts.checks.base import Link

# A film of a minute, as networks give it out; and the seconds that it may take to arrive.
MAX_BYTES, MAX_SECONDS = 60_000_000, 120.0
TOO_SLOW = _("It took too long.")


def resolve_link(url: str) -> Link:
    """Where ``url`` ends after its redirects. Never raises: it then ends nowhere, and ``problem`` says why."""
    with guarded_client(allowed=settings.ALLOW_PRIVATE, plain=True, timeout=httpx.Timeout(5.0)) as http:
        try:
            followed = follow(http, url)
        except StayedInside as refusal:
            return Link(url, problem=str(refusal), tried=False)
        except Refused as refusal:
            return Link(url, problem=str(refusal))
        except (httpx.HTTPError, httpx.InvalidURL):
            return Link(url)
    return Link(url, final=followed.url, status=followed.status)


class Links:
    """Follows the links of one text, ``SECONDS`` in all: whoever saves a draft waits for it."""

    SECONDS = 8.0

    def __init__(self) -> None:
        self.give_up = time.monotonic() + self.SECONDS
        self.known: dict[str, Link] = {}

    def __call__(self, url: str) -> Link:
        """As ``resolve_link``, each address once; what takes too long was not tried."""
        if url not in self.known:
            self.known[url] = self._followed(url)
        return self.known[url]

    def _followed(self, url: str) -> Link:
        found: list[Link] = []
        # In a thread of its own, because looking up a name has no time limit. It touches no database.
        thread = threading.Thread(target=lambda: found.append(resolve_link(url)), name="link", daemon=True)
        thread.start()
        thread.join(max(0.0, self.give_up - time.monotonic()))
        return found[0] if found else Link(url, problem=TOO_SLOW, tried=False)


def fetch_picture(url: str) -> tuple[bytes, str]:
    """The bytes of the picture or film behind ``url`` and their type. Raises ``networks.base.NetworkError``."""
    with guarded_client(allowed=settings.ALLOW_PRIVATE, plain=True) as http:
        answer = ask(http, "GET", url, extensions={"max_bytes": MAX_BYTES, "max_seconds": MAX_SECONDS})
    return answer.content, answer.headers.get("content-type", "").partition(";")[0]
