"""What a stage is: a server on which one network can be tried, and what happens there around Vierogen."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from vierogen.core.plugins import found_in
from vierogen.networks.base import Network

Fixture = Callable[[str], Any]


class Stage(ABC):
    """A running server with one account on it. Started once for the whole walk, on a port of 127.0.0.1."""

    key: ClassVar[str]
    network: ClassVar[type[Network]]
    # Method and path (a regular expression) of the one request with which the server accepts a post.
    accepts: ClassVar[tuple[str, str]]
    # Marks of pytest: what the machine must have.
    needs: ClassVar[tuple[str, ...]] = ()
    # Somebody whom a post can mention, as people write it.
    mention: ClassVar[str] = "@somebody"
    # Names of secrets that the connector remembers besides what people fill in.
    tokens: ClassVar[tuple[str, ...]] = ()
    # True where the server goes on serving a picture after its post is gone.
    keeps_pictures: ClassVar[bool] = False

    # Set by ``start``: what a person fills in, without the server's address.
    port: int
    filled_in: Mapping[str, str]

    @abstractmethod
    def start(self, fixture: Fixture) -> None:
        """Start the server; ``fixture`` gives one of the servers that tests share, by its name."""

    def stop(self) -> None:  # noqa: B027 - most shared servers are stopped by their fixture
        """Stop it."""

    def remembered(self, server: str) -> Mapping[str, str]:
        """The credentials of a connector that logged in before, and now reaches everything at ``server``."""
        return {"server": server, **self.filled_in}

    @abstractmethod
    def post(self, text: str) -> str:
        """Post as the account but around Vierogen; returns the remote id."""

    @abstractmethod
    def texts(self) -> list[str]:
        """The texts of the account's posts as they stand on the server, read without the connector."""


class Edits(ABC):
    """A stage on which posts can be edited."""

    @abstractmethod
    def edit(self, remote_id: str, text: str) -> None:
        """Change the account's post, around Vierogen."""


class Shares(ABC):
    """A stage on which the account can repost and like what others post; each returns the remote id."""

    @abstractmethod
    def repost(self) -> str:
        """Repost something of somebody else."""

    @abstractmethod
    def like(self) -> str:
        """Like something of somebody else."""


def stages() -> dict[str, type[Stage]]:
    """Every stage, by key."""
    return found_in("tests.networks.stages", Stage)  # type: ignore[type-abstract]
