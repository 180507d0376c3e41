"""The two things the gateway fetches itself, behind the guard: where a link leads, and pictures for evidence."""

import httpx
from django.conf import settings

from vierogen.core.http import Refused, StayedInside, follow, guarded_client
from vierogen.networks.asking import ask
from vierogen.posts.checks.base import Link


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


def fetch_picture(url: str) -> tuple[bytes, str]:
    """The bytes behind ``url`` and their type. Raises ``networks.base.NetworkError``."""
    with guarded_client(allowed=settings.ALLOW_PRIVATE, plain=True) as http:
        answer = ask(http, "GET", url)
    return answer.content, answer.headers.get("content-type", "").partition(";")[0]
