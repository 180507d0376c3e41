"""How a version is shown: previews per channel, findings in words, differences with the last version."""

import difflib
import re
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from vierogen.channels.models import Channel
from vierogen.posts.checks.base import Finding, Tier
from vierogen.posts.checks.running import checks
from vierogen.posts.models import Delivery, FoundThing, Version
from vierogen.posts.states import DeliveryState, PostState

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


@dataclass(frozen=True)
class ShownPicture:
    """A picture in a preview."""

    url: str
    alt: str


@dataclass(frozen=True)
class Preview:
    """A version as it will look on one channel."""

    channel: Channel
    text: str
    changes: SafeString | str
    pictures: list[ShownPicture]
    delivery: Delivery | None
    look: str


@dataclass(frozen=True)
class ShownFinding:
    """A finding in words."""

    pk: int
    tier: str
    title: str
    text: str
    todo: str
    why: str
    reason: str
    channel: str


def previews(version: Version, *, before: Version | None = None) -> list[Preview]:
    """The version on each of its channels; with ``before`` also what changed since."""
    pictures = [
        ShownPicture(reverse("posts:picture", args=[shown.media_id]), shown.alt) for shown in version.attachments.all()
    ]
    deliveries = {delivery.channel_id: delivery for delivery in version.deliveries.all()}
    earlier = {target.channel_id: target.effective_text for target in before.targets.all()} if before else {}
    found = []
    for target in version.targets.all():
        old, delivery = earlier.get(target.channel_id), deliveries.get(target.channel_id)
        changes = changed(old, target.effective_text) if old is not None and old != target.effective_text else ""
        look = DELIVERY_LOOK[DeliveryState(delivery.state)] if delivery else ""
        found.append(Preview(target.channel, target.effective_text, changes, pictures, delivery, look))
    return found


def changed(old: str, new: str) -> SafeString:
    """The new text with insertions and deletions marked, word by word."""
    before, after = (re.findall(r"\s+|\w+|[^\w\s]", text) for text in (old, new))
    pieces: list[tuple[Any]] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        gone, come = "".join(before[a:b]), "".join(after[c:d])
        if kind == "equal":
            pieces.append((come,))
            continue
        pieces.append((format_html("<del>{}</del>", gone) if gone else "",))
        pieces.append((format_html("<ins>{}</ins>", come) if come else "",))
    return format_html_join("", "{}", pieces)


def in_words(found: FoundThing | Finding) -> ShownFinding:
    """A finding with its check's title and advice, in the reader's language."""
    is_row = isinstance(found, FoundThing)
    check = checks().get(found.check_key if isinstance(found, FoundThing) else found.check)
    text = _(found.message)
    return ShownFinding(
        pk=found.pk if isinstance(found, FoundThing) else 0,
        tier=str(found.tier),
        title=_(check.title) if check else "",
        text=text % dict(found.values) if found.values else text,
        todo=_(check.todo) if check else "",
        why=_(check.why) if check else "",
        reason=found.reason if is_row and isinstance(found, FoundThing) else "",
        channel=found.channel,
    )


def shown_findings(found: list[FoundThing] | list[Finding]) -> list[ShownFinding]:
    """Every stop and everything not checked, and at most three *look* lines: more would not be read."""
    words = [in_words(one) for one in found]
    looks = [one for one in words if one.tier == Tier.LOOK][:3]
    return (
        [one for one in words if one.tier == Tier.STOP] + looks + [one for one in words if one.tier == Tier.NOT_CHECKED]
    )
