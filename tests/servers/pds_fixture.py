"""The fixture `pds`: one real Bluesky server for the whole test run, started by the first test that asks."""

from collections.abc import Iterator

import pytest

from tests.servers.pds import PDS


@pytest.fixture(scope="session")
def pds() -> Iterator[PDS]:
    with PDS() as server:
        yield server
