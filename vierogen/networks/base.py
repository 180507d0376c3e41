"""What every network offers: dataclasses in, dataclasses out, one family of errors.

A network that cannot do something lacks the small class for it (``Deletes``, ``Streams``);
callers ask with ``isinstance`` and never meet a ``NotImplementedError``.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event as Flag
from typing import Any, ClassVar, Literal
from urllib.parse import urlsplit

import httpx

from vierogen.core.words import gettext_noop as _

Kind = Literal["post", "repost", "like", "story"]
# The forms in which something can go out: into the timeline, as a short film, or for 24 hours.
Format = Literal["post", "reel", "story"]
Happening = Literal["seen", "edited", "deleted", "profile", "alive"]


class NetworkError(Exception):
    """The network refused or could not be reached; ``may_retry`` says whether trying again can help.

    ``reason`` is a plain English sentence (translatable source text) without any secret,
    ``detail`` is raw for the log.
    The post was certainly *not* accepted, unless the error is ``Unknown``.
    """

    def __init__(self, reason: str, *, may_retry: bool = False, detail: str = "") -> None:
        super().__init__(reason)
        self.reason, self.may_retry, self.detail = reason, may_retry, detail


class Unknown(NetworkError):  # noqa: N818 - a state of knowledge, not a failure
    """Nobody knows whether the network accepted it: a time-out, a cut connection, a 5xx answer."""


class Disconnected(NetworkError):  # noqa: N818 - the field's word for a refused token
    """The network recognisably refuses our credentials (401 with its own error body)."""


class Limited(NetworkError):  # noqa: N818 - the field's word
    """Rate limit reached; try again after ``seconds``. Nothing was accepted."""

    def __init__(self, reason: str, *, seconds: float, detail: str = "") -> None:
        super().__init__(reason, may_retry=True, detail=detail)
        self.seconds = seconds


@dataclass(frozen=True)
class Field:
    """One thing a person fills in to connect a channel; ``label`` and ``help`` are translatable English.

    An ``optional`` one may be left empty, and is then not among the credentials.
    """

    name: str
    label: str
    help: str = ""
    secret: bool = False
    default: str = ""
    optional: bool = False


@dataclass(frozen=True)
class Picture:
    """A re-encoded picture: ``data`` bytes of type ``mime``, pixels ``width`` x ``height``, with its alt text.

    A film (``video/mp4``) lasts so many ``seconds``; a picture 0.
    """

    data: bytes
    mime: str
    alt: str
    width: int
    height: int
    seconds: float = 0.0

    @property
    def is_film(self) -> bool:
        """Does it move?"""
        return self.mime.startswith("video/")


@dataclass(frozen=True)
class Outgoing:
    """What is to go out. ``key`` comes from ``Network.new_key`` and stays the same for every attempt."""

    text: str
    key: str
    created_at: datetime
    pictures: tuple[Picture, ...] = ()
    language: str = "nl"
    format: Format = "post"


@dataclass(frozen=True)
class Media:
    """A picture as the network shows it. ``url`` can be fetched without credentials where the network allows.

    ``preview`` is the address of a smaller copy where there is one, "" else.
    """

    url: str
    alt: str = ""
    mime: str = ""
    preview: str = ""

    @property
    def addresses(self) -> list[str]:
        """Everything that has to be gone after a take-down."""
        return list(dict.fromkeys(filter(None, [self.url, self.preview])))


@dataclass(frozen=True)
class Shown:
    """A remote post as the network shows it now.

    ``text`` is plain text (no HTML); ``target`` is the id of what was reposted or liked;
    ``expires_at`` is set where the network itself removes the post then (stories).
    ``key`` is the delivery key where the network gives it back (Bluesky's record key), else "".
    ``links`` is what it leads to beyond its text: the address and words of a link card, addresses behind words, a
    quoted post; as far as the account itself chose them.
    ``rest`` holds the remote ids of what follows in a thread that ``publish`` made, in order.
    """

    remote_id: str
    text: str
    url: str = ""
    kind: Kind = "post"
    created_at: datetime | None = None
    edited_at: datetime | None = None
    expires_at: datetime | None = None
    media: tuple[Media, ...] = ()
    links: tuple[str, ...] = ()
    key: str = ""
    target: str = ""
    rest: tuple[str, ...] = field(default=(), compare=False)
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def addresses(self) -> list[str]:
        """Where its pictures can be fetched, small copies too: all of it has to be gone after a take-down."""
        return list(dict.fromkeys(address for media in self.media for address in media.addresses))


@dataclass(frozen=True)
class Profile:
    """The account behind the credentials; a change of any field by others is a deviation."""

    account_id: str
    handle: str
    name: str
    about: str = ""
    avatar: str = ""
    banner: str = ""
    url: str = ""


@dataclass(frozen=True)
class Happened:
    """One event of a stream. ``seen`` and ``edited`` carry ``shown``; ``deleted`` only ``remote_id``.

    ``alive`` is a sign of life without content (a heartbeat); ``profile`` says: read ``me()`` again.
    ``cursor`` lets a later stream continue where this one stopped, "" where the network has none.
    """

    happening: Happening
    remote_id: str = ""
    shown: Shown | None = None
    cursor: str = ""


def _no_address(picture: Picture) -> str:
    raise NetworkError(_("Pictures can only be offered to this network while a post is being sent."))


@dataclass(frozen=True)
class Attempt:
    """What the gateway hands along with one delivery, for ``publish`` and for looking afterwards.

    ``ready`` is called by ``publish`` right before each request that publishes, after all uploading; it raises
    where the post may not go out any more. ``kept`` is what the connector kept of earlier attempts at this very
    delivery (the id of a container, the parts of a thread), and ``keep`` adds to it, committed when it returns; as
    "media" the id of the post that the network says it made, before anything else is asked of it.
    ``tell`` says how far it is: a translatable English sentence and per cent. ``offer`` gives the public,
    short-lived address at which the network can fetch a picture or film; it raises ``NetworkError`` where
    this installation cannot be reached from outside.
    """

    ready: Callable[[], None] = lambda: None
    kept: Mapping[str, Any] = field(default_factory=dict)
    keep: Callable[[Mapping[str, Any]], None] = lambda news: None
    tell: Callable[[str, int], None] = lambda sentence, percent: None
    offer: Callable[[Picture], str] = _no_address


@dataclass(frozen=True)
class Client:
    """This installation as a network knows it (RFC 6749, section 2): the id and the secret of its app."""

    id: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Opened:
    """Everything a connector needs, opened by the vault for the length of one use.

    ``remember`` stores changed credentials (a refreshed token); it refuses empty values.
    ``http`` is the guarded client of ``vierogen.core.http``. ``client`` is None where the operator set none.
    """

    server: str
    credentials: Mapping[str, str] = field(repr=False)
    http: httpx.Client
    remember: Callable[[Mapping[str, str]], None] = lambda changed: None
    attempt: Attempt = Attempt()
    client: Client | None = None


class Network(ABC):
    """A connector: speaks one network's API for one account."""

    key: ClassVar[str]
    name: ClassVar[str]
    text_limit: ClassVar[int]
    picture_limit: ClassVar[int]
    alt_limit: ClassVar[int]
    fields: ClassVar[tuple[Field, ...]]
    # True where the network itself refuses a second post under the same key, so that
    # sending again after an unknown outcome cannot make a duplicate.
    repeat_is_safe: ClassVar[bool] = False
    # True where an account's id names it on every server, so that the server says nothing about whose it is.
    id_is_global: ClassVar[bool] = False
    # Seconds a fresh post may need before reading shows it.
    read_lag: ClassVar[float] = 2.0
    # Seconds between two looks where nothing is streamed, and as the net below a stream.
    poll_every: ClassVar[float] = 20.0
    # What the watch can never see here: translatable English, shown to people.
    blind_to: ClassVar[str] = ""
    # The forms that it takes, the usual one first.
    formats: ClassVar[tuple[Format, ...]] = ("post",)
    # Those of them in which readers see no words: neither the text nor what describes a picture.
    textless: ClassVar[tuple[Format, ...]] = ()
    # True where nothing goes out without a picture or film.
    needs_picture: ClassVar[bool] = False
    # How many films a post can have, and how long one may last, in seconds.
    film_limit: ClassVar[int] = 0
    film_seconds: ClassVar[float] = 0.0
    # True where a film goes out without a picture beside it.
    film_alone: ClassVar[bool] = False
    # True where this connector is held to a real server in the project's own tests. Any other is only simulated
    # there, and says so to people until it was recorded on the live network.
    tried_for_real: ClassVar[bool] = False
    # The way to remove something in the network's own app, screen by screen, by kind of remote post: translatable
    # English sentences, in which %(handle)s is the account. What has no way of its own is removed like a post.
    by_hand: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    def __init__(self, opened: Opened) -> None:
        self.opened = opened

    @classmethod
    @abstractmethod
    def length(cls, text: str) -> int:
        """Count ``text`` the way the network counts it against ``text_limit``."""

    @classmethod
    @abstractmethod
    def new_key(cls, at: datetime) -> str:
        """Make the stable key of one delivery."""

    @classmethod
    def server_of(cls, typed: str) -> str:
        """The one way to write the server that somebody typed: scheme, host, and a port that is not the usual one."""
        try:
            parts = urlsplit(typed.strip() if "://" in typed else f"https://{typed.strip()}")
            port = parts.port
        except ValueError as error:
            raise NetworkError(_("This is not the address of a server.")) from error
        host = (parts.hostname or "").rstrip(".")
        usual = {"https": 443, "http": 80}.get(parts.scheme)
        shown = f"[{host}]" if ":" in host else host
        return f"{parts.scheme}://{shown}" + ("" if port in (None, usual) else f":{port}")

    @classmethod
    def way_by_hand(cls, kind: str) -> tuple[str, ...]:
        """The screens for a remote post of this kind, %(handle)s still in them; () where nobody wrote them down."""
        return cls.by_hand.get(kind) or cls.by_hand.get("post", ())

    @abstractmethod
    def me(self) -> Profile:
        """Read the account's own profile; proves that the credentials work."""

    @abstractmethod
    def publish(self, post: Outgoing) -> Shown:
        """Publish, once ``attempt.ready()`` agrees; raises ``Unknown`` whenever the network may have accepted it."""

    @abstractmethod
    def recent(self, limit: int = 40) -> list[Shown]:
        """The account's own newest remote posts (reposts, and likes where listed, included), newest first."""

    @abstractmethod
    def read(self, remote_id: str) -> Shown | None:
        """One remote post as it is now, or None where it does not exist any more."""

    @abstractmethod
    def same(self, post: Outgoing, shown: Shown) -> bool:
        """Is ``shown`` what ``post`` becomes on this network? By key where given back, else by content."""

    def reads_as(self, post: Outgoing, shown: Shown) -> bool:
        """Does ``shown`` read exactly as ``post`` was approved? Where the key says that it is the same post, it can
        still have been changed."""
        return self.same(post, shown)

    def may_repeat(self, post: Outgoing) -> bool:
        """Nothing was found: is it certain that sending again makes no second post? Asks the network where it tells."""
        return self.repeat_is_safe

    @classmethod
    def longest_film(cls, form: Format) -> float:
        """How long a film may last in a post of this form, in seconds."""
        return cls.film_seconds

    @classmethod
    def prepared(cls, picture: Picture, *, form: Format = "post") -> Picture:
        """``picture`` as the network takes it in a post of this ``form``: what stands at the address that
        ``Attempt.offer`` gives for it. Its bytes are always the same, and preparing it again changes nothing."""
        return picture

    @classmethod
    def forgets(cls, kept: Mapping[str, Any]) -> Mapping[str, Any]:
        """What of ``Attempt.kept`` still counts once a person looked and decided that it is sent again."""
        return kept

    def find(self, post: Outgoing) -> Shown | None:
        """Look for ``post`` among the newest remote posts. Never publishes."""
        return next((shown for shown in self.recent() if self.same(post, shown)), None)


class Deletes(ABC):
    """The network allows take-down."""

    def may_delete(self) -> bool:
        """Does this very key allow it? Asked when an account is connected, and told to people."""
        return True

    @abstractmethod
    def delete(self, remote_id: str) -> None:
        """Remove a remote post (or undo a repost or like). Already gone is success."""

    @abstractmethod
    def remains(self, shown: Shown) -> list[str]:
        """What is still reachable of ``shown``: addresses of the post and its media; [] when all is gone."""


class Streams(ABC):
    """The network pushes an account's own posts."""

    @abstractmethod
    def stream(self, stop: Flag, cursor: str = "") -> Iterator[Happened]:
        """Yield what happens until ``stop`` is set or the connection ends (normal return).

        Yields ``alive`` right after connecting and at least every 15 s. Raises ``NetworkError``
        when the connection cannot be made.
        """
