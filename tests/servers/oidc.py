"""A real OpenID Connect provider in a process of its own: the fixture `oidc`."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

START_SECONDS = 30
ANNOUNCEMENT = re.compile(r"running on (http://127\.0\.0\.1:\d+)")


@dataclass(frozen=True)
class Provider:
    """Where it is. It accepts any client id and secret, and logs in whoever it knows."""

    url: str

    def knows(self, subject: str, **claims: Any) -> None:
        """Sets what the provider tells about a person: `oidc.knows("anna", email="anna@example.nl")`."""
        httpx.put(f"{self.url}/users/{subject}", json=claims).raise_for_status()


@pytest.fixture(scope="session")
def oidc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """One provider for all tests; each tells it whom it knows."""
    log = tmp_path_factory.mktemp("oidc") / "log"
    command = [sys.executable, "-m", "oidc_provider_mock", "--host", "127.0.0.1", "--port", "0"]
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=output) as process:
        try:
            yield Provider(_announced(log, process=process))
        finally:
            process.terminate()


def _announced(log: Path, *, process: subprocess.Popen[bytes]) -> str:
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up and process.poll() is None:
        if said := ANNOUNCEMENT.search(log.read_text()):
            return said.group(1)
        time.sleep(0.05)
    raise AssertionError(f"the OpenID Connect provider did not start: {log.read_text()}")
