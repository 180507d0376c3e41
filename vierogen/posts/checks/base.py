"""What a check gets and gives. A check sees data only: no models, no database.

Two tiers, and no nagging: *stop* is only for what is certain by pattern or checksum and needs a reason
and a second person to pass; *look* is shown beside the text to the writer and again to the reviewer;
*not checked* says honestly that a check could not run.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from typing import ClassVar, Literal

from vierogen.networks.base import Format, Network


class Tier(StrEnum):
    """How much a finding weighs."""

    STOP = "stop"
    LOOK = "look"
    NOT_CHECKED = "not_checked"


class Level(StrEnum):
    """How much an organisation lets the findings of a check weigh, where it chose other than the check itself."""

    OFF = "off"
    LOOK = "look"
    STOP = "stop"


class Extra(StrEnum):
    """What can be installed besides, for checks that need more than the usual packages."""

    VISION = "vision"
    NAMES = "names"


@dataclass(frozen=True)
class Own:
    """What belongs to the organisation itself, and so is nobody's secret. Written as people write it.

    ``handles`` are those of its own channels.
    """

    domains: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    ibans: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Moment:
    """A time at which posts are unwelcome, from ``starts`` until ``ends``: a remembrance, or a moment of its own."""

    title: str
    starts: datetime
    ends: datetime


@dataclass(frozen=True)
class Hours:
    """When somebody is there to answer, in local time. ``days`` are ISO weekdays: Monday is 1."""

    days: tuple[int, ...]
    opens: time
    closes: time


@dataclass(frozen=True)
class Seen:
    """What was seen in a picture: how many ``faces``, the ``text`` read in it, and what its QR ``codes`` hold."""

    faces: int = 0
    text: str = ""
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Alike:
    """A picture of before that is the same, or a cut or mirrored copy: ``was`` posted or taken down ``at``."""

    was: Literal["posted", "taken_down"]
    at: datetime


@dataclass(frozen=True)
class PictureFacts:
    """What is known of one picture: alt text, file name, SHA-256 (hex) and what its EXIF said on upload.

    A film (``video/mp4``) lasts so many ``seconds``; a picture 0. ``seen`` is None where nobody looked: ``unseen``
    then says why, a translatable sentence, and is "" where the extra is not installed. ``consents`` are the valid
    declarations of the people in it. ``km_away``: how far from the organisation it was taken, None where unknown.
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
    seen: Seen | None = None
    unseen: str = ""
    consents: int = 0
    km_away: int | None = None
    alike: tuple[Alike, ...] = ()

    @property
    def is_film(self) -> bool:
        """Does it move?"""
        return self.mime.startswith("video/")


@dataclass(frozen=True)
class Target:
    """One channel with the text as it will read there, and the form in which it goes out.

    ``full_until`` is when the network may take a post again, None where it takes one now or does not say.
    ``history`` holds the channel's own earlier posts, newest first.
    """

    channel: str
    network: type[Network]
    text: str
    format: Format = "post"
    full_until: datetime | None = None
    history: tuple[str, ...] = ()

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
class Span:
    """A place in a text, in code points: ``text[start:end]``."""

    start: int
    end: int


@dataclass(frozen=True)
class Draft:
    """A version as the checks see it. ``recent`` holds (text, when) of the organisation's latest posts.

    ``resolve`` follows a link behind the SSRF guard, or is None where links are not followed (while typing).
    ``exists`` tells of a mentioned handle whether the network knows it (None: it does not say), and is None where
    nobody is asked. ``find_names`` gives the places of people's names, and is None without the extra. ``languages``
    are those in which the organisation writes, ``moments`` and ``hours`` its quiet moments and office hours, ``zone``
    its time zone. ``has_list`` is False where nobody could have told which addresses are allowed.
    """

    text: str
    targets: tuple[Target, ...]
    pictures: tuple[PictureFacts, ...] = ()
    language: str = "nl"
    due_at: datetime | None = None
    now: datetime | None = None
    recent: tuple[tuple[str, datetime], ...] = ()
    own: Own = Own()
    has_list: bool = True
    languages: tuple[str, ...] = ("nl", "en")
    moments: tuple[Moment, ...] = ()
    hours: Hours | None = None
    zone: str = "Europe/Amsterdam"
    resolve: Callable[[str], Link] | None = None
    exists: Callable[[str, str], bool | None] | None = None
    find_names: Callable[[str], Sequence[Span]] | None = None

    @property
    def own_domains(self) -> tuple[str, ...]:
        """The organisation's own and allowed domains, in lower case."""
        return self.own.domains


@dataclass(frozen=True)
class Finding:
    """``message`` is a translatable English sentence with %(name)s places that ``values`` fills.

    A value named ``problem`` is itself a translatable sentence; all others are shown as they are.
    ``channel`` names the target it concerns, "" for all. ``kind`` is a word in capitals, filled in with that of the
    check. ``start`` and ``end`` are its place in the text (code points), both 0 where it concerns the whole.
    ``via`` is the key of the check of texts that found it in a picture: what an organisation chose for that one counts.
    """

    check: str
    tier: Tier
    message: str
    values: Mapping[str, str | int] = field(default_factory=dict)
    channel: str = ""
    kind: str = ""
    start: int = 0
    end: int = 0
    via: str = ""


class Check(ABC):
    """One check. ``title``, ``why`` and ``todo`` are translatable English in plain words.

    ``agreement`` is the stable key of the agreement that the check serves. ``passable`` is False where no
    reason can let a *stop* through, because the network refuses it anyway; then no organisation can switch it off.
    ``kind`` is what it finds, in one word of capitals; ``needs`` the extra without which it says nothing, or less.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    why: ClassVar[str]
    todo: ClassVar[str]
    agreement: ClassVar[str]
    passable: ClassVar[bool] = True
    kind: ClassVar[str] = ""
    needs: ClassVar[Extra | None] = None

    @abstractmethod
    def findings(self, draft: Draft) -> Iterable[Finding]:
        """Yield what it found; nothing when all is well."""
