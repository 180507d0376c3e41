"""A stage that runs, with the network's connector opened on it, directly and through a proxy that can go wrong."""

import io
import os
import socket
import traceback
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any, Self

import httpx
from PIL import Image

from scripts import catalogue
from tests.networks.walk.shelf import Shelf
from tests.networks.walk.stage import Fixture, Stage
from tests.servers.faulty import Fault, FaultyProxy
from vierogen.core.http import guarded_client
from vierogen.networks.base import Attempt, Format, Network, NetworkError, Opened, Outgoing, Picture

# Seconds that a connector waits for an answer through the proxy, and that a late answer takes.
PATIENCE, LATE = 1.5, 3.0
WRONG = "not-the-secret-at-all"


class Running:
    """The stage, ``network`` logged in as a person does, and ``through`` the proxy as a later use does.

    These two look and take down. What is sent, or looked for, goes through ``at`` or ``through_at``: a connector
    opened for this very delivery, which brings what earlier tries at it kept.
    """

    def __init__(self, stage: Stage, fixture: Fixture) -> None:
        self.stage, self.fixture = stage, fixture
        self.kept: dict[str, str] = {}
        self.deliveries: dict[str, dict[str, Any]] = defaultdict(dict)
        self.closing = ExitStack()

    def __enter__(self) -> Self:
        self.stage.start(self.fixture)
        self.closing.callback(self.stage.stop)
        self.proxy = self.closing.enter_context(FaultyProxy(self.stage.port))
        self.shelf = self.closing.enter_context(Shelf())
        self.address = f"http://127.0.0.1:{self.stage.port}"
        self.direct = self.way({"server": self.address, **self.stage.filled_in}, patience=10)
        self.later = self.way(self.stage.remembered(self.proxy.base_url))
        self.network, self.through = self.direct.opened(), self.later.opened()
        return self

    def __exit__(self, *problem: object) -> None:
        self.closing.close()

    def way(self, credentials: Mapping[str, str], *, patience: float = PATIENCE) -> "Way":
        """One set of credentials, and where they lead."""
        http = guarded_client(allowed=["127.0.0.0/8", "::1/128"], timeout=httpx.Timeout(2, read=patience))
        return Way(self, dict(credentials), self.closing.enter_context(http))

    def at(self, post: Outgoing) -> Network:
        """The connector for this delivery, straight to the stage."""
        return self.direct.opened(post)

    def through_at(self, post: Outgoing) -> Network:
        """The connector for this delivery, through the proxy."""
        return self.later.opened(post)

    def stranger(self) -> Network:
        """A connector whose secrets the network does not know."""
        wrong = {field.name: WRONG for field in self.stage.network.fields if field.secret}
        return self.way({"server": self.proxy.base_url, **self.stage.filled_in, **wrong}).opened()

    def nobody(self) -> Network:
        """A connector whose server is down."""
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        return self.way(self.stage.remembered(f"http://127.0.0.1:{port}")).opened()

    def goes_wrong(self, fault: Fault) -> None:
        """Let the next publishing call through the proxy go wrong."""
        method, path = self.stage.accepts
        self.proxy.next(fault, method=method, path=path)

    def post(self, text: str, *pictures: Picture, form: Format = "post") -> Outgoing:
        """A post for the network, as the gateway makes it; with a picture where it takes nothing without."""
        now = datetime.now(UTC)
        shown = pictures or ((picture(""),) if self.stage.network.needs_picture else ())
        return Outgoing(text, self.stage.network.new_key(now), created_at=now, pictures=shown, format=form)

    def standing(self, text: str) -> int:
        """How many posts with this text stand on the server."""
        return sum(each == text for each in self.stage.texts())

    @property
    def secrets(self) -> list[str]:
        """All that nobody may see."""
        given = {**self.stage.remembered(""), **self.stage.filled_in, **self.kept}
        names = [*(field.name for field in self.stage.network.fields if field.secret), *self.stage.tokens]
        ours = [self.stage.client.secret] if self.stage.client else []
        return [WRONG, *ours, *(given[name] for name in names if given.get(name))]

    def attempt(self, post: Outgoing | None) -> Attempt:
        """What the gateway hands along with a delivery."""
        kept = self.deliveries[post.key] if post else {}
        form = post.format if post else "post"
        return Attempt(
            kept=dict(kept),
            keep=kept.update,
            offer=lambda picture: self.shelf.offer(self.stage.network.prepared(picture, form=form)),
        )


class Way:
    """Credentials as the vault holds them, with what a connector remembered, and the client for all its uses."""

    def __init__(self, running: Running, credentials: dict[str, str], http: httpx.Client) -> None:
        self.running, self.credentials, self.http = running, credentials, http

    def opened(self, post: Outgoing | None = None) -> Network:
        """Open the connector, as the vault does; for the delivery of ``post`` where one is given."""
        stage, attempt = self.running.stage, self.running.attempt(post)
        server, credentials = self.credentials["server"], dict(self.credentials)
        return stage.network(Opened(server, credentials, self.http, self.remember, attempt, stage.client))

    def remember(self, changed: Mapping[str, str]) -> None:
        """Take up renewed credentials; those before stay secret."""
        assert all(changed.values()), "the vault refuses to remember an empty value"
        self.credentials.update(changed)
        self.running.kept.update(changed)


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
    assert sentence in marked(), f"not marked for translation: {sentence}"


@cache
def marked() -> frozenset[str]:
    """Every sentence that is marked: each of these has its Dutch, or tests/test_translations.py fails."""
    return frozenset(message.id for message in catalogue.collected() if isinstance(message.id, str))


def assert_silent(running: Running, error: NetworkError) -> None:
    """Everything that a log could show of the error: itself, its causes, its details."""
    told: list[Any] = [*traceback.format_exception(error), repr(error), str(error), error.detail, error.args]
    for secret in running.secrets:
        assert secret not in f"{told}", "a secret is in the error"


def picture(alt: str, *, size: tuple[int, int] = (40, 30)) -> Picture:
    """A picture with this alt text, different each time: servers keep equal ones together."""
    data = io.BytesIO()
    # Squares of colour, which are still there after a network packed it anew.
    squares = Image.frombytes("RGB", (8, 6), os.urandom(8 * 6 * 3))
    squares.resize(size, Image.Resampling.NEAREST).save(data, "PNG")
    return Picture(data.getvalue(), "image/png", alt, *size)
