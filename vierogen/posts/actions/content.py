"""What a person wrote, before and after it becomes a version."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from vierogen.channels.models import Channel
from vierogen.networks.base import Format
from vierogen.posts.models import Version


@dataclass(frozen=True)
class Content:
    """What a person wrote: ``texts`` holds the variations per channel id, ``pictures`` (media id, alt text) pairs.

    ``formats`` holds the form per channel id, where it is not the network's usual one.
    """

    text: str
    channels: tuple[Channel, ...]
    texts: Mapping[int, str] = field(default_factory=dict)
    pictures: tuple[tuple[int, str], ...] = ()
    not_before: datetime | None = None
    language: str = "nl"
    formats: Mapping[int, Format] = field(default_factory=dict)

    def format_on(self, channel: Channel) -> Format:
        """The form in which it goes out there."""
        return self.formats.get(channel.pk) or channel.network.formats[0]

    def text_on(self, channel: Channel) -> str:
        """The text as it goes out there."""
        return self.texts.get(channel.pk) or self.text


def content_of(version: Version) -> Content:
    """The version's content, to start an edit from."""
    return Content(
        text=version.text,
        channels=tuple(target.channel for target in version.targets.all()),
        texts={target.channel_id: target.text for target in version.targets.all() if target.text},
        pictures=tuple((shown.media_id, shown.alt) for shown in version.attachments.all()),
        not_before=version.not_before,
        language=version.language,
        formats={target.channel_id: cast("Format", target.format) for target in version.targets.all()},
    )
