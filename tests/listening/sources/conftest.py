"""A site to read, a client that may reach this machine only there, and no memory of earlier tests."""

from collections.abc import Iterator

import httpx
import pytest

from tests.listening.sources.site import Site, served
from vierogen.listening.sources import politeness
from vierogen.listening.sources.fetching import opened
from vierogen.listening.sources.politeness import HOSTS
from vierogen.listening.sources.robots import ROBOTS


@pytest.fixture(autouse=True)
def strangers(monkeypatch: pytest.MonkeyPatch) -> None:
    """No site was ever asked anything, and none needs a rest."""
    monkeypatch.setattr(politeness, "PAUSE", 0.0)
    HOSTS.forget()
    ROBOTS.forget()


@pytest.fixture
def site() -> Iterator[Site]:
    """A web site at 127.0.0.1."""
    with served() as site:
        yield site


@pytest.fixture
def inside() -> Iterator[Site]:
    """Another one, at an address that the guard does not let through."""
    with served("127.0.0.2") as site:
        site.put("/feed", b"<rss version='2.0'><channel><item><title>secret</title></item></channel></rss>")
        yield site


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    """May reach 127.0.0.1, and nothing else on this machine."""
    with opened(allowed=["127.0.0.1/32"], home="https://luister.example") as client:
        yield client
