"""What the gateway fetches itself does not keep anybody waiting."""

import threading
import time

import pytest

from vierogen.posts import outside
from vierogen.posts.checks.base import Link
from vierogen.posts.outside import Links


def test_links_are_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "resolve_link", lambda url: Link(url, f"{url}/there", 200))
    assert Links()("https://a.example") == Link("https://a.example", "https://a.example/there", 200)


def test_all_links_together_have_so_much_time(monkeypatch: pytest.MonkeyPatch) -> None:
    hanging = threading.Event()
    monkeypatch.setattr(Links, "SECONDS", 0.2)
    monkeypatch.setattr(outside, "resolve_link", lambda url: hanging.wait(30) and Link(url))
    links, begun = Links(), time.monotonic()
    found = [links(f"https://{name}.example") for name in "abcde"]
    assert time.monotonic() - begun < 5
    hanging.set()
    assert [(link.tried, link.problem) for link in found] == [(False, outside.TOO_SLOW)] * 5


def test_an_address_that_two_checks_ask_about_is_followed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(outside, "resolve_link", lambda url: asked.append(url) or Link(url, url, 200))
    links = Links()
    assert links("https://a.example") == links("https://a.example")
    assert asked == ["https://a.example"]
