"""The menu."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import include, path, resolve

from vierogen.web.context import page
from vierogen.web.doors import needs


@needs("see")
def seen(request: HttpRequest) -> HttpResponse:
    """A page for the whole team."""
    return HttpResponse()


@needs("read_ledger")
def ledger(request: HttpRequest) -> HttpResponse:
    """A page for some."""
    return HttpResponse()


posts = (
    [
        path("", seen, name="list"),
        path("review/", seen, name="review_list"),
        path("7/", seen, name="detail"),
    ],
    "posts",
)
urlpatterns = [
    path("", include(([path("", seen, name="today")], "home"))),
    path("posts/", include(posts)),
    path("ledger/", include(([path("", ledger, name="list")], "ledger"))),
]

pytestmark = pytest.mark.urls(__name__)


def lines(address: str, *rights: str) -> dict[str, str]:
    """Address -> current, of the menu that somebody with these rights sees there."""
    request: Any = RequestFactory().get(address)
    request.member = SimpleNamespace(may=lambda right: right in rights)
    request.resolver_match = resolve(address)
    known = page(request)
    return {line["url"]: line["current"] for line in [*known["nav"], *known["nav_managing"]]}


def test_a_page_without_the_right_has_no_line() -> None:
    assert "/ledger/" not in lines("/", "see")
    assert "/ledger/" in lines("/", "see", "read_ledger")


def test_a_room_without_pages_has_no_line() -> None:
    assert set(lines("/", "see", "read_ledger")) == {"/", "/posts/", "/posts/review/", "/ledger/"}


def test_the_page_itself_is_current() -> None:
    assert lines("/posts/", "see") == {"/": "", "/posts/": "page", "/posts/review/": ""}


def test_deeper_in_a_room_its_line_is_current_too() -> None:
    assert lines("/posts/7/", "see") == {"/": "", "/posts/": "true", "/posts/review/": ""}


def test_review_has_a_line_of_its_own() -> None:
    assert lines("/posts/review/", "see") == {"/": "", "/posts/": "", "/posts/review/": "page"}
