"""A real web push service, which decrypts what it gets as a browser would: the fixture `push_service`."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.servers.node import find_node, installed

PROGRAM = Path(__file__).parent / "push_service" / "serve.js"


@dataclass(frozen=True)
class Subscription:
    """One browser's subscription, in the form that `PushManager.subscribe` gives to a page."""

    endpoint: str
    p256dh: str
    auth: str
    client: str

    def as_browser(self) -> dict[str, Any]:
        """The JSON that a browser's `PushSubscription.toJSON` gives."""
        return {"endpoint": self.endpoint, "keys": {"p256dh": self.p256dh, "auth": self.auth}}


@dataclass(frozen=True)
class PushService:
    """The service and the browsers behind it in one."""

    url: str

    def subscribe(self, *, public_key: str) -> Subscription:
        """A browser subscribes; `public_key` is the VAPID key, base64url without padding."""
        data = self._ask("subscribe", {"userVisibleOnly": "true", "applicationServerKey": public_key})["data"]
        return Subscription(data["endpoint"], data["keys"]["p256dh"], data["keys"]["auth"], data["clientHash"])

    def received(self, subscription: Subscription) -> list[str]:
        """The messages that arrived in that browser, decrypted, oldest first."""
        return list(self._ask("get-notifications", {"clientHash": subscription.client})["data"]["messages"])

    def expire(self, subscription: Subscription) -> None:
        """The browser withdraws its permission: the service answers 410 from now on."""
        httpx.post(f"{self.url}/expire-subscription/{subscription.client}").raise_for_status()

    def _ask(self, path: str, body: dict[str, str]) -> dict[str, Any]:
        answer = httpx.post(f"{self.url}/{path}", json=body).raise_for_status()
        return dict(answer.json())


@pytest.fixture(scope="session")
def push_service() -> Iterator[PushService]:
    """One service for all tests; each test makes its own subscriptions."""
    node = find_node()
    command = [node.executable, PROGRAM]
    environment = os.environ | {"NODE_PATH": str(installed(node))}
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        for line in process.stdout:
            if line.startswith("port "):
                yield PushService(f"http://127.0.0.1:{int(line.split()[1])}")
                break
        process.stdin.close()
