"""What a stage is: a server on which one network can be tried, and what happens there around Vierogen."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from vierogen.core.plugins import found_in
from vierogen.networks.base import Client, Network

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
    mention: str = "@somebody"
    # Names of secrets that the connector remembers besides what people fill in.
    tokens: ClassVar[tuple[str, ...]] = ()
    # True where the server goes on serving a picture after its post is gone.
    keeps_pictures: ClassVar[bool] = False

    # Set by ``start``: what a person fills in, or a log-in gave, without the server's address.
    port: int
    filled_in: Mapping[str, str]
    # And this installation as the network knows it, where accounts are connected by logging in there.
    client: Client | None = None

    @abstractmethod
    def start(self, fixture: Fixture) -> None:
        """Start the server; ``fixture`` gives one of the servers that tests share, by its name."""

    def stop(self) -> None:  # noqa: B027 - most shared servers are stopped by their fixture
        """Stop it."""

    def remembered(self, server: str) -> Mapping[str, str]:
        """The credentials of a connector that logged in before, and now reaches everything at ``server``."""
        return {"server": server, **self.filled_in}

    def spare(self, server: str) -> Mapping[str, str]:
        """The credentials of one more log-in with the same rights: what becomes of it disturbs no other."""
        return self.remembered(server)

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


class Stories(ABC):
    """A stage on which the account can show something for a day."""

    @abstractmethod
    def story(self, picture: bytes) -> str:
        """Show a picture in the account's story, around Vierogen; returns the remote id."""

    @abstractmethod
    def stories(self) -> list[tuple[str, datetime]]:
        """The remote ids of what stands there, and since when, read without the connector."""


class LogsIn(ABC):
    """A stage on which a person logs in at the network to hand over an account; ``client`` is set there."""

    # The handles of the accounts that this person may hand over. Set by ``start``.
    handles: set[str]

    @abstractmethod
    def agree(self, address: str) -> str:
        """Say yes on the page at ``address``; returns the address to which the network then leads."""

    @abstractmethod
    def decline(self, address: str) -> str:
        """Say no there; returns the address to which the network then leads."""


class RunsOut(ABC):
    """A stage on which the calls of the account can be used up."""

    @abstractmethod
    def use_up(self) -> None:
        """From now on the network refuses calls of the account: there were too many."""

    @abstractmethod
    def refill(self) -> None:
        """Calls are answered again."""


def stages() -> dict[str, type[Stage]]:
    """Every stage, by key."""
    return found_in("tests.networks.stages", Stage)  # type: ignore[type-abstract]
