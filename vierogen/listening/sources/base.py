"""What every kind of source offers: an address in, messages out, one family of errors. Knows no Django.

A kind is polled, streamed or received: it inherits from ``Polled``, ``Streamed`` or ``Received`` and is found by
scanning this folder.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event as Flag
from typing import Any, ClassVar, NamedTuple

import httpx

# No message is longer, in code points: what is beyond is cut off.
LONGEST = 20_000


# On the first reading, what is older than this is no news.
BACKLOG = timedelta(days=7)


class Found(NamedTuple):
    """One message of a source, as plain text without markup.

    ``key`` is what the source itself calls it (GUID, ``at://`` or status address), or its link; the same message
    has the same key at each reading, and where possible in each source. ``link`` can be opened by people.
    ``language``: BCP 47 tags with spaces between, or ""; ``author`` an account or a name; ``has`` words among
    "image", "video", "link".
    """

    key: str
    text: str
    title: str = ""
    link: str = ""
    language: str = ""
    author: str = ""
    network: str = ""
    published_at: datetime | None = None
    has: frozenset[str] = frozenset()
    is_reply: bool = False


Memory = dict[str, Any]
"""What a kind wants to know again next time; anything that JSON can hold, at most some tens of kilobytes."""


class SourceError(Exception):
    """A source could not be read. ``reason`` is a plain, translatable English sentence without any secret.

    ``wait``: it asks not to be read again for so many seconds. ``gone``: it says that it will not come back
    (410 Gone). ``detail`` is raw, for the log.
    """

    def __init__(self, reason: str, *, wait: float | None = None, gone: bool = False, detail: str = "") -> None:
        super().__init__(reason)
        self.reason, self.wait, self.gone, self.detail = reason, wait, gone, detail


@dataclass(frozen=True)
class Reading:
    """What one reading gave. ``again_in``: seconds until it is worth while to read again, None where the source
    does not say. ``title`` and ``language`` are what the source says of itself."""

    found: tuple[Found, ...] = ()
    memory: Memory = field(default_factory=dict)
    again_in: float | None = None
    title: str = ""
    language: str = ""


class Kind(ABC):
    """A kind of source. ``label`` and ``hint`` are translatable English.

    ``through`` is the key of a network whose servers let only who has an account there listen: an own account on the
    same server is used.
    """

    key: ClassVar[str]
    label: ClassVar[str]
    hint: ClassVar[str] = ""
    through: ClassVar[str] = ""

    @classmethod
    def recognises(cls, address: str) -> bool:
        """Is this surely an address for this kind, without asking the network?"""
        return False

    @classmethod
    def tidied(cls, address: str) -> str:
        """The address in the one form in which it is kept. Raises ``SourceError`` for what cannot be one."""
        return address.strip()


class Polled(Kind):
    """Read again and again."""

    @abstractmethod
    def read(self, client: httpx.Client, address: str, memory: Memory) -> Reading:
        """Read it once, through a client of ``core.http.guarded_client``. Raises ``SourceError``."""


class Streamed(Kind):
    """A connection that stays open."""

    @abstractmethod
    def listen(
        self, client: httpx.Client, address: str, memory: Memory, *, stop: Flag
    ) -> Iterator[tuple[list[Found], Memory]]:
        """Yield messages as they come, with what to remember, until ``stop`` is set or the connection ends.

        An empty list is a sign of life of the other side. Raises ``SourceError`` where there is no connection.
        """


class Received(Kind):
    """Others bring it to us."""

    @abstractmethod
    def unpack(self, body: bytes, content_type: str) -> list[Found]:
        """Read what was brought. Raises ``SourceError`` for what cannot be read."""
