"""A running practice network with an official and a private account on it."""

from collections.abc import Iterator
from io import BytesIO

import httpx
import pytest
from PIL import Image

from vierogen.practice.records import Account
from vierogen.practice.server import PracticeServer

# Reading all certificates anew for every client would take longer than most tests.
TLS = httpx.create_ssl_context(trust_env=False)


@pytest.fixture
def server() -> Iterator[PracticeServer]:
    with PracticeServer() as server:
        yield server


@pytest.fixture
def gemeente(server: PracticeServer) -> Account:
    return server.network.add_account("gemeente_x", "Gemeente X")


@pytest.fixture
def anna(server: PracticeServer) -> Account:
    return server.network.add_account("anna", "Anna privé")


@pytest.fixture
def official(server: PracticeServer, gemeente: Account) -> Iterator[httpx.Client]:
    with client_of(server, gemeente) as client:
        yield client


@pytest.fixture
def stranger(server: PracticeServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, verify=TLS) as client:
        yield client


def client_of(server: PracticeServer, account: Account) -> httpx.Client:
    headers = {"Authorization": f"Bearer {account.token}"}
    return httpx.Client(base_url=server.url, headers=headers, verify=TLS, timeout=5)


def picture(colour: str = "red", *, form: str = "PNG", size: tuple[int, int] = (4, 3)) -> bytes:
    written = BytesIO()
    Image.new("RGB", size, colour).save(written, form)
    return written.getvalue()
