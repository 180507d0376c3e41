"""What some networks can do, each a small class that a connector inherits from where its network has it.

Callers ask with ``isinstance`` or ``issubclass``, as for ``Deletes`` and ``Streams`` in ``base.py``.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import ClassVar

import httpx

from vierogen.networks.base import Client, Outgoing, Profile


@dataclass(frozen=True)
class Choice:
    """One account that the person who logged in may hand over, with the credentials for exactly that one."""

    profile: Profile
    credentials: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class Request:
    """One log-in at the network (RFC 6749, 4.1; RFC 7636): ``back`` is the address to which it returns."""

    client: Client
    back: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)


class Authorises(ABC):
    """Accounts are connected by logging in at the network (OAuth 2), not by copying a key.

    The credentials that this gives may have ``expires_at``, an ISO moment: when the key ends by itself.
    """

    # The server of the live network; tests and demos name a simulator's.
    home: ClassVar[str]
    # Which kind of account it takes and how one becomes that, told to who has none: translatable English sentences.
    none_will_do: ClassVar[str] = ""
    # What is asked for besides reading, publishing and removing: (right, what for), translatable English.
    asks_also: ClassVar[tuple[tuple[str, str], ...]] = ()

    @classmethod
    @abstractmethod
    def log_in_at(cls, server: str, request: Request) -> str:
        """The address at the network to which the person is sent, asking for no more rights than needed."""

    @classmethod
    @abstractmethod
    def redeem(cls, server: str, request: Request, *, code: str, http: httpx.Client) -> list[Choice]:
        """Exchange the code for every account that may be chosen; [] where the person has none that will do.

        Raises ``NetworkError``.
        """


class Refreshes(ABC):
    """The key ends by itself, and a new one can be had before that."""

    # So long before its end the key is renewed.
    renew_before: ClassVar[timedelta]

    @abstractmethod
    def renew(self) -> None:
        """Get a new key and ``opened.remember`` it, with its ``expires_at``; the old one stays where that fails.

        Raises ``Disconnected`` only where the network recognisably refuses the old key for good.
        """


@dataclass(frozen=True)
class Usage:
    """How much of its calls an account has used: ``share`` of the limit (1.0 is all), ``regain`` seconds until more."""

    share: float
    regain: float = 0.0


class Paced(ABC):
    """Nothing is pushed, and calls are limited by the day: the watch asks at a pace that the network can bear."""

    # Calls that one ``recent()`` costs.
    calls_a_look: ClassVar[int]

    # What the latest answer said, None before there was one. Set by the connector after each call.
    usage: Usage | None = None

    @abstractmethod
    def calls_a_day(self) -> int:
        """How many calls the account has in 24 hours, by the network's own formula. Asks the network."""


@dataclass(frozen=True)
class Allowance:
    """How much may be published: ``used`` of ``total`` posts in ``seconds``."""

    used: int
    total: int
    seconds: int


class Allows(ABC):
    """The network says how much may still be published."""

    @abstractmethod
    def allowance(self) -> Allowance:
        """What it says now."""


@dataclass(frozen=True)
class Price:
    """What sending costs: ``amount`` of ``currency`` (ISO 4217)."""

    amount: Decimal
    currency: str


class Charges(ABC):
    """The network asks money for a post."""

    @classmethod
    @abstractmethod
    def price(cls, post: Outgoing) -> Price:
        """What sending this costs, by the network's published prices."""


class Threads(ABC):
    """A text can go out as several posts, each an answer to the one before."""

    @classmethod
    @abstractmethod
    def thread(cls, post: Outgoing) -> list[Outgoing]:
        """What goes out one after the other; ``[post]`` where it is no thread.

        ``publish`` keeps the ids of the parts that were accepted (``Attempt.keep``) as ``"parts"``, in order, and the
        address of the first as ``"url"``: by these the gateway and the watch know them while others are on their way.
        """


class LooksUp(ABC):
    """The network says, at no cost, whether an account exists."""

    # Seconds that one answer may take: somebody waits for it.
    patience: ClassVar[float] = 3.0

    @abstractmethod
    def exists(self, handle: str) -> bool | None:
        """Would a post that mentions ``handle`` ("@somebody") reach an account? None where the network cannot say.

        Raises ``NetworkError``.
        """


@dataclass(frozen=True)
class Chore:
    """Something that a person does at the network when an account is taken over: ``title`` and ``how`` are
    translatable English. ``kept`` names the secret for people that is new afterwards ("password"), else "".
    """

    key: str
    title: str
    how: str
    kept: str = ""


class HandedOver:
    """An account can be taken over without whoever leaves: how its key is replaced, and what people do besides."""

    # How somebody gets a new key to connect with, and how the old one is made worthless: translatable English.
    new_key_how: ClassVar[str] = ""
    old_keys_how: ClassVar[str] = ""
    # In this order.
    chores: ClassVar[tuple[Chore, ...]] = ()
    # Secrets for people without which a takeover gets stuck: (field, why), translatable English.
    wants: ClassVar[tuple[tuple[str, str], ...]] = ()


@dataclass(frozen=True)
class Main:
    """What proves an account's owner to its network: the main password, and a ``code`` where it asks for one."""

    password: str = field(repr=False)
    code: str = field(repr=False, default="")


class Rotates(ABC):
    """With the account's main password, keys can be made and made worthless without a person at the network."""

    @abstractmethod
    def make_key(self, main: Main) -> Mapping[str, str]:
        """Credentials with a new key; every older one goes on working. Raises ``NetworkError``."""

    @abstractmethod
    def revoke_others(self, main: Main) -> int:
        """Make every key worthless but the one that this connector was opened with; returns how many there were."""


class Revokes(ABC):
    """A key can make itself worthless, where the credentials hold what the network asks for that."""

    # The names of those credentials.
    revokes_with: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def revoke(self) -> None:
        """Make the key that this connector was opened with worthless. Raises ``NetworkError``."""
