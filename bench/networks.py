"""The networks that posts go to, each seen past Vierogen: somebody with a phone, and a reader."""

import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory
from typing import Any

from mastodon_mock.config import DatabaseConfig, MastodonMockConfig, SeedAccount, SeedConfig, StreamingConfig
from mastodon_mock.testing.server import MockServer

from tests.servers.mastodon import MastodonServer
from tests.servers.pds import PDS, Account
from vierogen.practice.records import Account as PracticeAccount
from vierogen.practice.records import Page
from vierogen.practice.server import PracticeServer

LONGEST_PAGE = 40


class Phone(ABC):
    """One official account on one network, past Vierogen. ``key`` names the connector."""

    key: str
    server: str
    credentials: Mapping[str, str]

    @abstractmethod
    def post(self, text: str) -> str:
        """Post with the ordinary app; returns the remote id."""


class Reader(ABC):
    """Somebody who reads what stands there."""

    @abstractmethod
    def shown_at(self, delivery: Any) -> float | None:
        """The moment at which a reader can see the post of this delivery; None while nobody can."""

    @abstractmethod
    def texts(self) -> list[str]:
        """The text of every post that stands there."""


@dataclass
class Practice(Phone, Reader):
    """The practice network, told to ignore idempotency keys as some real servers do."""

    practice: PracticeServer
    account: PracticeAccount
    moments: dict[str, float] = field(default_factory=dict)
    key = "mastodon"

    def __post_init__(self) -> None:
        self.server, self.credentials = self.practice.url, {"token": self.account.token}
        self._read = 0

    def post(self, text: str) -> str:
        return self.practice.network.post_by_phone(self.account, text).id

    def shown_at(self, delivery: Any) -> float | None:
        return self.stored().get(delivery.version.text)

    def stored(self) -> Mapping[str, float]:
        """When each text was stored for the first time, from when on every reader sees it."""
        fresh = self.practice.posted[self._read :]
        self._read += len(fresh)
        for posted in fresh:
            self.moments.setdefault(self.practice.network.status(posted.remote_id).text, posted.at)
        return self.moments

    def texts(self) -> list[str]:
        found: list[str] = []
        page = Page(LONGEST_PAGE)
        while listed := self.practice.network.statuses_of(self.account, page):
            found += [status.text for status in listed]
            page = Page(LONGEST_PAGE, max_id=listed[-1].id)
        return found


@dataclass
class Mastodon(Phone):
    """A Mastodon API server from PyPI, which streams by WebSocket."""

    mastodon: MastodonServer
    key = "mastodon"

    def __post_init__(self) -> None:
        self.server, self.credentials = self.mastodon.base_url, {"token": self.mastodon.token("anna")}

    def post(self, text: str) -> str:
        return self.mastodon.post("anna", text)


@dataclass
class Bluesky(Phone, Reader):
    """A real Bluesky server (PDS)."""

    account: Account
    key = "bluesky"

    def __post_init__(self) -> None:
        self.server = self.account.server
        self.credentials = {"handle": self.account.handle, "app_password": self.account.password}

    def post(self, text: str) -> str:
        return self.account.post(text)

    def shown_at(self, delivery: Any) -> float | None:
        asked = {"repo": self.account.did, "collection": "app.bsky.feed.post", "limit": 5}
        newest = self.account.http.get(f"{self.server}/xrpc/com.atproto.repo.listRecords", params=asked).json()
        seen = {record["value"]["text"] for record in newest["records"]}
        return time.monotonic() if delivery.version.text in seen else None

    def texts(self) -> list[str]:
        found: list[str] = []
        asked: dict[str, Any] = {"repo": self.account.did, "collection": "app.bsky.feed.post", "limit": 100}
        while records := (answer := self.account.ask("com.atproto.repo.listRecords", **asked))["records"]:
            found += [record["value"]["text"] for record in records]
            if not answer.get("cursor"):
                break
            asked["cursor"] = answer["cursor"]
        return found


@dataclass(frozen=True)
class World:
    """Every network of a run. Without Node there is no Bluesky, and nobody to make noise on it."""

    practice: Practice
    mastodon: Mastodon
    bluesky: Bluesky | None
    neighbour: Account | None

    @property
    def phones(self) -> dict[str, Phone]:
        """The accounts by name."""
        here: dict[str, Phone] = {"practice": self.practice, "mastodon": self.mastodon}
        return here | ({"bluesky": self.bluesky} if self.bluesky else {})

    @property
    def readers(self) -> dict[str, Reader]:
        """Those to which posts are published in these measurements, by name."""
        here: dict[str, Reader] = {"practice": self.practice}
        return here | ({"bluesky": self.bluesky} if self.bluesky else {})


@contextmanager
def world(*, with_bluesky: bool) -> Iterator[World]:
    """Start the servers, all on this machine."""
    with ExitStack() as stack:
        practice = stack.enter_context(PracticeServer(keys_ignored=True))
        account = practice.network.add_account("gemeente_voorbeeld", "Gemeente Voorbeeld")
        mastodon = stack.enter_context(_mastodon())
        pds = stack.enter_context(PDS()) if with_bluesky else None
        yield World(
            practice=Practice(practice, account),
            mastodon=Mastodon(mastodon),
            bluesky=Bluesky(pds.create_account("gemeente")) if pds else None,
            neighbour=pds.create_account("buren") if pds else None,
        )


@contextmanager
def _mastodon() -> Iterator[MastodonServer]:
    seed = SeedConfig(accounts=[SeedAccount(username="anna", display_name="Anna", access_token="token-of-anna")])
    with TemporaryDirectory(prefix="vierogen-bench-") as pictures:
        config = MastodonMockConfig(
            database=DatabaseConfig(path=":memory:"),
            seed=seed,
            streaming=StreamingConfig(heartbeat_seconds=5),
            media_storage_path=pictures,
        )
        with _served(config) as server:
            yield server


@contextmanager
def _served(config: MastodonMockConfig) -> Iterator[MastodonServer]:
    with MockServer(config=config) as server:
        # The server says in its answers where it is, and knows that only now.
        config.domain, config.url_scheme = f"127.0.0.1:{server.port}", "http"
        # It complains at length of every watcher that was killed.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        try:
            yield MastodonServer(port=server.port, base_url=server.base_url)
        finally:
            # It does not notice that a WebSocket went away, and would wait for it.
            server._server.force_exit = True  # noqa: SLF001 - it offers no other way
