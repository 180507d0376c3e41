"""The fixture `mastodon`: a Mastodon API server in this process, empty at the start of each test.

It is PyPI's mastodon-mock, started once for the whole test run. On it are **anna** and **ben**, **cora**,
whom anna follows, and **dave** from another server.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from mastodon_mock.config import (
    DatabaseConfig,
    MastodonMockConfig,
    SeedAccount,
    SeedConfig,
    SeedFollow,
    StreamingConfig,
)
from mastodon_mock.testing.server import MockServer

SEED = SeedConfig(
    accounts=[
        SeedAccount(username="anna", display_name="Anna", access_token="token-of-anna"),
        SeedAccount(username="ben", display_name="Ben", access_token="token-of-ben"),
        SeedAccount(username="cora", display_name="Cora", access_token="token-of-cora"),
        SeedAccount(username="dave", display_name="Dave", domain="remote.example"),
    ],
    follows=[SeedFollow(follower="anna", following="cora")],
)


@dataclass(frozen=True)
class MastodonServer:
    """The running server. `as_person` acts past Vierogen, the way somebody with the app on a phone does."""

    port: int
    base_url: str

    def token(self, username: str) -> str:
        return f"token-of-{username}"

    def as_person(self, username: str, method: str, path: str, **options: Any) -> Any:
        """Call the API as this person and return the JSON of the answer."""
        answer = httpx.request(
            method,
            self.base_url + path,
            headers={"Authorization": f"Bearer {self.token(username)}"},
            trust_env=False,
            timeout=10,
            **options,
        )
        answer.raise_for_status()
        return answer.json()

    def post(self, username: str, text: str, **more: Any) -> str:
        """Post as this person; returns the status id."""
        return str(self.as_person(username, "POST", "/api/v1/statuses", json={"status": text, **more})["id"])

    def statuses(self, username: str) -> list[dict[str, Any]]:
        """The person's posts, newest first."""
        person = self.as_person(username, "GET", "/api/v1/accounts/verify_credentials")["id"]
        found: list[dict[str, Any]] = self.as_person(
            username, "GET", f"/api/v1/accounts/{person}/statuses", params={"limit": 40}
        )
        return found

    def reset(self) -> None:
        """Forget everything but the four people."""
        httpx.post(f"{self.base_url}/api/v1/_mock/reset", trust_env=False).raise_for_status()


@pytest.fixture(scope="session")
def mastodon_process() -> Iterator[MastodonServer]:
    config = MastodonMockConfig(
        database=DatabaseConfig(path=":memory:"), seed=SEED, streaming=StreamingConfig(heartbeat_seconds=0.5)
    )
    with MockServer(config=config, log_level="critical") as server:
        # The server says in its answers where it is, and knows that only now.
        config.domain, config.url_scheme = f"127.0.0.1:{server.port}", "http"
        yield MastodonServer(port=server.port, base_url=server.base_url)
        # It does not notice that a WebSocket went away, and would wait for it.
        server._server.force_exit = True


@pytest.fixture
def mastodon(mastodon_process: MastodonServer) -> MastodonServer:
    """A Mastodon server without any post on it."""
    mastodon_process.reset()
    return mastodon_process
