"""A stage that runs, with the network's connector opened on it, directly and through a proxy that can go wrong."""

import io
import os
import socket
import traceback
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import Any, Self

import httpx
from PIL import Image

from tests.networks.walk.stage import Fixture, Stage
from tests.servers.faulty import Fault, FaultyProxy
from vierogen.core.http import guarded_client
from vierogen.networks.base import Network, NetworkError, Opened, Outgoing, Picture

# Seconds that a connector waits for an answer through the proxy, and that a late answer takes.
PATIENCE, LATE = 1.5, 3.0
WRONG = "not-the-secret-at-all"


class Running:
    """The stage, ``network`` logged in as a person does, and ``through`` the proxy as a later use does."""

    def __init__(self, stage: Stage, fixture: Fixture) -> None:
        self.stage, self.fixture = stage, fixture
        self.kept: dict[str, str] = {}
        self.closing = ExitStack()

    def __enter__(self) -> Self:
        self.stage.start(self.fixture)
        self.closing.callback(self.stage.stop)
        self.proxy = self.closing.enter_context(FaultyProxy(self.stage.port))
        address = f"http://127.0.0.1:{self.stage.port}"
        self.network = self.opened({"server": address, **self.stage.filled_in}, patience=10)
        self.through = self.opened(self.stage.remembered(self.proxy.base_url))
        return self

    def __exit__(self, *problem: object) -> None:
        self.closing.close()

    def opened(self, credentials: Mapping[str, str], *, patience: float = PATIENCE) -> Network:
        """Open the connector, as the vault does."""
        http = self.closing.enter_context(
            guarded_client(allowed=["127.0.0.0/8", "::1/128"], timeout=httpx.Timeout(2, read=patience))
        )
        return self.stage.network(Opened(credentials["server"], dict(credentials), http, self._remember))

    def stranger(self) -> Network:
        """A connector whose secrets the network does not know."""
        wrong = {field.name: WRONG for field in self.stage.network.fields if field.secret}
        return self.opened({"server": self.proxy.base_url, **self.stage.filled_in, **wrong})

    def nobody(self) -> Network:
        """A connector whose server is down."""
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        return self.opened(self.stage.remembered(f"http://127.0.0.1:{port}"))

    def goes_wrong(self, fault: Fault) -> None:
        """Let the next publishing call through the proxy go wrong."""
        method, path = self.stage.accepts
        self.proxy.next(fault, method=method, path=path)

    def post(self, text: str, *pictures: Picture) -> Outgoing:
        """A post for the network, as the gateway makes it."""
        now = datetime.now(UTC)
        return Outgoing(text, self.stage.network.new_key(now), created_at=now, pictures=pictures)

    def standing(self, text: str) -> int:
        """How many posts with this text stand on the server."""
        return sum(each == text for each in self.stage.texts())

    @property
    def secrets(self) -> list[str]:
        """All that nobody may see."""
        given = {**self.stage.remembered(""), **self.stage.filled_in, **self.kept}
        names = [*(field.name for field in self.stage.network.fields if field.secret), *self.stage.tokens]
        return [WRONG, *(given[name] for name in names if given.get(name))]

    def _remember(self, changed: Mapping[str, str]) -> None:
        assert all(changed.values()), "the vault refuses to remember an empty value"
        self.kept.update(changed)


class Refusal:
    """The error that a block raised; known once the block is over."""

    error: NetworkError


@contextmanager
def refusal(running: Running, kind: type[NetworkError] = NetworkError) -> Iterator[Refusal]:
    """Expect an error of exactly this family, told in a plain sentence, with no secret anywhere in it."""
    found = Refusal()
    try:
        yield found
    except NetworkError as error:
        found.error = error
    else:
        raise AssertionError(f"nothing was refused where {kind.__name__} was expected")
    assert isinstance(found.error, kind), f"{found.error!r} where {kind.__name__} was expected"
    assert_plain(found.error.reason)
    assert_silent(running, found.error)


def assert_plain(sentence: str) -> None:
    """People read it, in their own language: a sentence that was marked for translation, without raw data."""
    assert sentence[:1].isupper(), sentence
    assert sentence.endswith("."), sentence
    assert len(sentence) <= 120, sentence
    assert not any(sign in sentence for sign in "{}<>%\n"), sentence


def assert_silent(running: Running, error: NetworkError) -> None:
    """Everything that a log could show of the error: itself, its causes, its details."""
    told: list[Any] = [*traceback.format_exception(error), repr(error), str(error), error.detail, error.args]
    for secret in running.secrets:
        assert secret not in f"{told}", "a secret is in the error"


def picture(alt: str) -> Picture:
    """A small picture with this alt text, different each time: servers keep equal ones together."""
    data = io.BytesIO()
    Image.frombytes("RGB", (40, 30), os.urandom(40 * 30 * 3)).save(data, "PNG")
    return Picture(data.getvalue(), "image/png", alt, 40, 30)
