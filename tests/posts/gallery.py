"""A network of our own that wants everything: forms, pictures at an address, money, and not too many posts."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

import pytest

from vierogen.channels.actions import add
from vierogen.channels.models import Channel, channels
from vierogen.core.plugins import found_in
from vierogen.networks.abilities import Allowance, Allows, Charges, Price
from vierogen.networks.base import Field, Format, Network, NetworkError, Outgoing, Picture, Profile, Shown
from vierogen.people.models import Member, Organisation
from vierogen.posts.actions.reviewing import approve, publish_now
from vierogen.posts.actions.writing import Content, begin, submit
from vierogen.posts.models import Delivery, Version
from vierogen.vault.actions import seal

SERVER = "http://127.0.0.1:9"


class Gallery(Network, Allows, Charges):
    """Publishes nothing anywhere: what a test wants to happen while it sends is in ``while_sending``."""

    key = "gallery"
    name = "Gallery"
    text_limit = 200
    picture_limit = 10
    alt_limit = 100
    fields: ClassVar[tuple[Field, ...]] = ()
    formats: ClassVar[tuple[Format, ...]] = ("post", "reel", "story")
    textless: ClassVar[tuple[Format, ...]] = ("story",)
    needs_picture = True
    film_limit = 10
    film_seconds = 90.0

    while_sending: ClassVar[Callable[["Gallery", Outgoing], None]] = staticmethod(lambda _gallery, _post: None)
    sent: ClassVar[list[Outgoing]] = []
    says: ClassVar[Allowance | NetworkError] = Allowance(used=53, total=100, seconds=86_400)
    asked: ClassVar[int] = 0

    @classmethod
    def length(cls, text: str) -> int:
        """Signs."""
        return len(text)

    @classmethod
    def new_key(cls, at: datetime) -> str:
        """The moment."""
        return at.isoformat()

    def me(self) -> Profile:
        """Nobody asks."""
        raise NotImplementedError

    def publish(self, post: Outgoing) -> Shown:
        """Do what the test wants, and say that it is there."""
        self.opened.attempt.ready()
        type(self).while_sending(self, post)
        self.sent.append(post)
        return Shown(f"remote-{len(self.sent)}", post.text)

    def recent(self, limit: int = 40) -> list[Shown]:
        """Nothing to be seen."""
        return []

    def read(self, remote_id: str) -> Shown | None:
        """Nothing to be seen."""
        return None

    def same(self, post: Outgoing, shown: Shown) -> bool:
        """Never asked."""
        return post.text == shown.text

    @classmethod
    def prepared(cls, picture: Picture, *, form: Format = "post") -> Picture:
        """Photos as JPEG: here only by their name and one word before them."""
        if picture.is_film:
            return picture
        return Picture(b"\xff\xd8\xff" + picture.data, "image/jpeg", picture.alt, picture.width, picture.height)

    def allowance(self) -> Allowance:
        """What the test says."""
        type(self).asked += 1
        if isinstance(self.says, NetworkError):
            raise self.says
        return self.says

    @classmethod
    def price(cls, post: Outgoing) -> Price:
        """Dear with a link in it."""
        return Price(Decimal("0.20") if "https://" in post.text else Decimal("0.015"), "USD")


def hang(town: Organisation, cora: Member, monkeypatch: pytest.MonkeyPatch) -> Channel:
    """The town's account there, and the network known to the house."""

    def found(package: str, base: type[Any]) -> dict[str, type[Any]]:
        plugins = found_in(package, base)
        return {**plugins, "gallery": Gallery} if base is Network else plugins

    monkeypatch.setattr(channels, "found_in", found)
    monkeypatch.setattr(Gallery, "while_sending", lambda _gallery, _post: None)
    monkeypatch.setattr(Gallery, "sent", [])
    monkeypatch.setattr(Gallery, "asked", 0)
    profile = Profile("1", "@gemeente_voorbeeld", "Gemeente Voorbeeld")
    channel = add(town, profile, network_key="gallery", server=SERVER, by=cora)
    seal(channel, {"token": "a key"})
    return channel


def due_there(channel: Channel, pictures: list[int], *, by: Member, reviewed_by: Member, form: Format) -> Delivery:
    """A delivery with these pictures whose time has come."""
    shown = tuple((media, "Een opgebroken straat") for media in pictures)
    content = Content("Dag", (channel,), pictures=shown, formats={channel.pk: form})
    version = begin(channel.organisation, content, by=by)
    return sent_off(version, by=by, reviewed_by=reviewed_by)


def sent_off(version: Version, *, by: Member, reviewed_by: Member) -> Delivery:
    submit(version, by=by)
    approve(version, by=reviewed_by, digest=version.digest)
    publish_now(version, by=reviewed_by)
    return Delivery.objects.get(version=version)
