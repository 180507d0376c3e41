"""Networks that push nothing, made of the practice network: one that may not delete, and one that counts calls."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

import pytest

from vierogen.channels.models import channels as models
from vierogen.networks.abilities import Paced, Usage
from vierogen.networks.asking import Forbidden
from vierogen.networks.base import Deletes, Limited, Network, Opened, Outgoing, Profile, Shown
from vierogen.networks.mastodon import Mastodon

STORY_STEPS = ("Open the app as %(handle)s.", "Hold the story, then tap Remove.")
STEPS = ("Open the app.", "Tap the picture of the account.", "Tap the three dots, then Delete.")


class Quiet(Network):
    """Lists and reads, and cannot be streamed or deleted from."""

    key = "mastodon"
    name = "Quietgram"
    text_limit = Mastodon.text_limit
    picture_limit = Mastodon.picture_limit
    alt_limit = Mastodon.alt_limit
    fields = Mastodon.fields
    blind_to = "Stories that were passed on."
    by_hand: ClassVar[Mapping[str, tuple[str, ...]]] = {"post": STEPS, "story": STORY_STEPS}

    def __init__(self, opened: Opened) -> None:
        super().__init__(opened)
        self.inner = Mastodon(opened)

    @classmethod
    def length(cls, text: str) -> int:
        return Mastodon.length(text)

    @classmethod
    def new_key(cls, at: datetime) -> str:
        return Mastodon.new_key(at)

    def me(self) -> Profile:
        return self.inner.me()

    def publish(self, post: Outgoing) -> Shown:
        return self.inner.publish(post)

    def recent(self, limit: int = 40) -> list[Shown]:
        return self.inner.recent(limit)

    def read(self, remote_id: str) -> Shown | None:
        return self.inner.read(remote_id)

    def same(self, post: Outgoing, shown: Shown) -> bool:
        return self.inner.same(post, shown)


class Forbidding(Quiet, Deletes):
    """It could delete, but our key may not; ``allowed`` says whether it may by now."""

    allowed: ClassVar[bool] = False

    def delete(self, remote_id: str) -> None:
        if not self.allowed:
            raise Forbidden("The network does not allow this account to do this.", detail="403 (#200)")
        self.inner.delete(remote_id)

    def remains(self, shown: Shown) -> list[str]:
        return self.inner.remains(shown)


class Counted(Quiet, Deletes, Paced):
    """It counts calls by the day: ``used`` of ``total``."""

    calls_a_look = 2
    total: ClassVar[int] = 4800
    used: ClassVar[int] = 0
    asked: ClassVar[int] = 0

    def recent(self, limit: int = 40) -> list[Shown]:
        self._count(self.calls_a_look)
        return super().recent(limit)

    def calls_a_day(self) -> int:
        type(self).asked += 1
        return self.total

    def delete(self, remote_id: str) -> None:
        self._count(1)
        self.inner.delete(remote_id)

    def remains(self, shown: Shown) -> list[str]:
        self._count(1)
        return self.inner.remains(shown)

    def _count(self, calls: int) -> None:
        if self.used >= self.total:
            raise Limited("The network asks us to slow down.", seconds=600)
        type(self).used += calls
        self.usage = Usage(self.used / self.total)


def use(network: type[Network], monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the channel of the tests speak ``network`` from now on."""
    known = models.networks()
    monkeypatch.setattr(models, "networks", lambda: {**known, "mastodon": network})
