"""The web part of the house behind a reverse proxy, on a real server."""

import threading
from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

import httpx
import pytest

from vierogen.config import running

FORWARDED = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}


def echo(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """An application that says who calls, and how."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{environ['REMOTE_ADDR']} {environ['wsgi.url_scheme']}".encode()]


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Callable[[str], str]]:
    """What our pages see of a request that says that it was forwarded, when this proxy is trusted."""
    servers = []
    monkeypatch.setattr(running, "application", echo)

    def of(trusted: str) -> str:
        settings.TRUSTED_PROXY = trusted
        servers.append(running._serve("127.0.0.1", 0, Event()))
        return httpx.get(f"http://127.0.0.1:{servers[-1].effective_port}/", headers=FORWARDED).text

    yield of
    for server in servers:
        server.trigger.pull_trigger(server.close)
    for thread in threading.enumerate():
        if thread.name == "web":
            thread.join(timeout=10)


def test_the_trusted_proxy_says_who_calls(seen: Callable[[str], str]) -> None:
    assert seen("127.0.0.1") == "203.0.113.9 https"


@pytest.mark.parametrize("trusted", ["", "192.0.2.1"])
def test_nobody_else_does(seen: Callable[[str], str], trusted: str) -> None:
    """Else an attacker would have as many addresses, and as many tries at a password, as they like."""
    assert seen(trusted) == "127.0.0.1 http"
