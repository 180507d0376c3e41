"""How a version is shown: previews per channel, room left, differences with an earlier version."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from vierogen.channels.models import Channel
from vierogen.networks.base import Format, Outgoing, Picture
from vierogen.posts.actions.content import Content
from vierogen.posts.models import Delivery, Media, Version
from vierogen.posts.states import DeliveryState, PostState
from vierogen.posts.views.terms import terms
from vierogen.web.comparing import changed

# Which shape and colour goes with which state; the words stand beside it.
DELIVERY_LOOK = {
    DeliveryState.WAITING: "wait",
    DeliveryState.HELD: "look",
    DeliveryState.SENDING: "wait",
    DeliveryState.UNCERTAIN: "stop",
    DeliveryState.PUBLISHED: "ok",
    DeliveryState.VERIFIED: "ok",
    DeliveryState.FAILED: "stop",
    DeliveryState.STOPPED: "off",
    DeliveryState.WITHDRAWN: "off",
}
POST_LOOK = {
    PostState.DRAFT: "info",
    PostState.IN_REVIEW: "wait",
    PostState.APPROVED: "ok",
    PostState.EXPIRED: "look",
    PostState.DISCARDED: "off",
}
# Said behind the network's name, where it is not the usual form there, and in differences.
FORMS: Mapping[Format, str] = {
    "post": gettext_noop("in the timeline"),
    "reel": gettext_noop("as a reel"),
    "story": gettext_noop("as a story"),
}
# Below this share of the limit the counter asks to look.
NEARLY_FULL = 0.1


@dataclass(frozen=True)
class ShownPicture:
    """A picture or film in a preview."""

    url: str
    alt: str
    mime: str = ""
    seconds: float = 0.0

    @property
    def is_film(self) -> bool:
        """Does it move?"""
        return self.mime.startswith("video/")


@dataclass(frozen=True)
class Preview:
    """A version as it will look on one channel. ``own_text``: it differs from the text for all channels."""

    channel: Channel
    text: str
    pictures: list[ShownPicture]
    changes: SafeString | str = ""
    delivery: Delivery | None = None
    look: str = ""
    own_text: bool = False
    format: Format = "post"

    @property
    def where(self) -> str:
        """The network, with the form unless it is the usual one: "Instagram, as a story"."""
        return where(self.channel, self.format)

    @property
    def note(self) -> str:
        """The same where it is not the usual form, "" else."""
        return "" if self.format == self.channel.network.formats[0] else self.where

    @property
    def textless(self) -> str:
        """A sentence where readers see no words there, "" else."""
        if self.format not in self.channel.network.textless:
            return ""
        return _("Readers do not see these words on %(where)s: only the picture or film.") % {"where": self.where}

    @property
    def terms(self) -> list[str]:
        """What it costs there, and how many posts the network still takes."""
        shown = tuple(Picture(b"", one.mime, one.alt, 0, 0, one.seconds) for one in self.pictures)
        return list(terms(self.channel, Outgoing(self.text, "", timezone.now(), shown, format=self.format)))


def where(channel: Channel, form: str) -> str:
    """The network and, unless it is the usual one there, the form."""
    if form == channel.network.formats[0] or form not in FORMS:
        return channel.network_name
    words = {"network": channel.network_name, "form": _(FORMS[cast("Format", form)])}
    return _("%(network)s, %(form)s") % words


@dataclass(frozen=True)
class Counter:
    """How much room a text leaves, by the network's own counting. ``state`` is "", look or stop."""

    words: str
    state: str


def previews(version: Version, *, before: Version | None = None) -> list[Preview]:
    """The version on each of its channels; with ``before`` also what changed since."""
    pictures = _pictures((shown.media, shown.alt) for shown in version.attachments.all())
    deliveries = {delivery.channel_id: delivery for delivery in version.deliveries.all()}
    earlier = {target.channel_id: target.effective_text for target in before.targets.all()} if before else {}
    found = []
    for target in version.targets.all():
        # Not through the target: each would ask the database for its version again.
        text = target.text or version.text
        old, delivery = earlier.get(target.channel_id, text), deliveries.get(target.channel_id)
        found.append(
            Preview(
                channel=target.channel,
                text=text,
                pictures=pictures,
                changes=changed(old, text) if old != text else "",
                delivery=delivery,
                look=DELIVERY_LOOK[DeliveryState(delivery.state)] if delivery else "",
                own_text=bool(target.text),
                format=cast("Format", target.format),
            )
        )
    return found


def drafted(content: Content, pictures: Iterable[tuple[Media, str]]) -> list[Preview]:
    """What is being written, with its ``pictures``, as it will look on each chosen channel."""
    shown = _pictures(pictures)
    return [
        Preview(
            channel,
            content.text_on(channel),
            shown,
            own_text=channel.pk in content.texts,
            format=content.format_on(channel),
        )
        for channel in content.channels
    ]


def _pictures(chosen: Iterable[tuple[Media, str]]) -> list[ShownPicture]:
    return [
        ShownPicture(reverse("posts:picture", args=[media.pk]), alt, media.mime, media.seconds) for media, alt in chosen
    ]


def counters(shown: Iterable[Preview]) -> list[Counter]:
    """A line per network, and one more for each channel with a text of its own."""
    lines = {
        (preview.channel.handle if preview.own_text else preview.channel.network_name): preview
        for preview in shown
        if not preview.textless
    }
    return [_counter(name, preview) for name, preview in lines.items()]


def _counter(name: str, preview: Preview) -> Counter:
    network = preview.channel.network
    left = network.text_limit - network.length(preview.text)
    if left < 0:
        words = ngettext("%(name)s: %(count)d character too many", "%(name)s: %(count)d characters too many", -left)
        return Counter(words % {"name": name, "count": -left}, "stop")
    words = ngettext("%(name)s: %(count)d character left", "%(name)s: %(count)d characters left", left)
    state = "look" if left < network.text_limit * NEARLY_FULL else ""
    return Counter(words % {"name": name, "count": left}, state)
