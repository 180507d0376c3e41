"""What a check gets and gives. A check sees data only: no models, no database.

Two tiers, and no nagging: *stop* is only for what is certain by pattern or checksum and needs a reason
and a second person to pass; *look* is shown beside the text to the writer and again to the reviewer;
*not checked* says honestly that a check could not run.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from vierogen.networks.base import Format, Network


class Tier(StrEnum):
    """How much a finding weighs."""

    STOP = "stop"
    LOOK = "look"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True)
class PictureFacts:
    """What is known of one picture: alt text, file name, SHA-256 (hex) and what its EXIF said on upload.

    A film (``video/mp4``) lasts so many ``seconds``; a picture 0.
    """

    alt: str
    name: str
    sha256: str
    has_place: bool = False
    taken_at: str = ""
    mime: str = ""
    seconds: float = 0.0
    width: int = 0
    height: int = 0

    @property
    def is_film(self) -> bool:
        """Does it move?"""
        return self.mime.startswith("video/")


@dataclass(frozen=True)
class Target:
    """One channel with the text as it will read there, and the form in which it goes out.

    ``full_until`` is when the network may take a post again, None where it takes one now or does not say.
    """

    channel: str
    network: type[Network]
    text: str
    format: Format = "post"
    full_until: datetime | None = None

    @property
    def is_textless(self) -> bool:
        """Do readers see no words there?"""
        return self.format in self.network.textless


@dataclass(frozen=True)
class Link:
    """What became of one address in the text: ``final`` after redirects, "" where it was not reached.

    ``problem`` is a translatable sentence where we ourselves refused to go there. ``tried`` is False where no
    address outside is contacted, so that this says nothing about the link.
    """

    url: str
    final: str = ""
    status: int = 0
    problem: str = ""
    tried: bool = True


@dataclass(frozen=True)
class Draft:
    """A version as the checks see it. ``recent`` holds (text, when) of the organisation's latest posts.

    ``resolve`` follows a link behind the SSRF guard, or is None where links are not followed (while typing).
    """

    text: str
    targets: tuple[Target, ...]
    pictures: tuple[PictureFacts, ...] = ()
    language: str = "nl"
    due_at: datetime | None = None
    now: datetime | None = None
    recent: tuple[tuple[str, datetime], ...] = ()
    own_domains: tuple[str, ...] = ()
    resolve: Callable[[str], Link] | None = None


@dataclass(frozen=True)
class Finding:
    """``message`` is a translatable English sentence with %(name)s places that ``values`` fills.

    A value named ``problem`` is itself a translatable sentence; all others are shown as they are.
    ``channel`` names the target it concerns, "" for all.
    """

    check: str
    tier: Tier
    message: str
    values: Mapping[str, str | int] = field(default_factory=dict)
    channel: str = ""


class Check(ABC):
    """One check. ``title``, ``why`` and ``todo`` are translatable English in plain words.

    ``agreement`` is the stable key of the agreement that the check serves. ``passable`` is False where no
    reason can let a *stop* through, because the network refuses it anyway.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    why: ClassVar[str]
    todo: ClassVar[str]
    agreement: ClassVar[str]
    passable: ClassVar[bool] = True

    @abstractmethod
    def findings(self, draft: Draft) -> Iterable[Finding]:
        """Yield what it found; nothing when all is well."""
