"""Today: what asks for attention, how every account is doing, and what goes out next. Few queries, always as many."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from vierogen.channels.connection import day_of
from vierogen.channels.custody import Custody
from vierogen.channels.hygiene import Care, cares
from vierogen.channels.models import Channel, Custodian
from vierogen.home.asking import Attention
from vierogen.home.attention import attention
from vierogen.people.models import Member
from vierogen.posts.models import Delivery, Post, Version
from vierogen.posts.states import DeliveryState
from vierogen.posts.views.headlines import goes_soon
from vierogen.posts.views.shown import DELIVERY_LOOK, where
from vierogen.vault.models import KeyLife
from vierogen.watch.board import Tile, tiles

# So many lines of what goes out next fit under the tiles.
NEXT = 10


@dataclass(frozen=True)
class Next:
    """Something that goes out, or waits for a second pair of eyes: ``until`` is when its cooling-off ends, if soon.

    ``channels`` come with the network and the form in which it goes out there, in words.
    """

    version: Version
    channels: list[tuple[Channel, str]]
    at: datetime | None
    look: str
    words: str
    until: datetime | None = None


@dataclass(frozen=True)
class Board:
    """Everything that Today shows."""

    attention: list[Attention]
    tiles: list[dict[str, Any]]
    next_out: list[Next]


def board_of(member: Member) -> Board:
    """The board as this member may see it."""
    watched = tiles(member)
    kept = _custodians(member)
    cared = cares([tile.channel for tile in watched], [row for rows in kept.values() for row in rows])
    waiting = list(Post.objects.visible_to(member).in_review().with_latest()[: 2 * NEXT])
    ending = list(KeyLife.objects.visible_to(member).in_use().exclude(warned=None).order_by("ends_at"))
    asking = attention(member, watched, waiting, cared, ending)
    ends = {row.channel_id: row.ends_at for row in ending}
    return Board(asking, _accounts(watched, kept, cared, ends), _next_out(member, waiting))


def _custodians(member: Member) -> dict[int, list[Custodian]]:
    """Those of each watched account."""
    kept: dict[int, list[Custodian]] = {}
    rows = Custodian.objects.filter(channel__in=Channel.objects.visible_to(member).watched())
    for row in rows.able().with_members():
        kept.setdefault(row.channel_id, []).append(row)
    return kept


def _accounts(
    watched: list[Tile], kept: dict[int, list[Custodian]], cared: dict[int, Care], ends: dict[int, datetime]
) -> list[dict[str, Any]]:
    return [
        {
            "channel": tile.channel,
            "checked": tile.checked,
            "marks": [
                *tile.marks,
                *_keeping(tile.channel, kept, cared),
                *_key(ends.get(tile.channel.pk)),
            ],
            "url": tile.url,
            "unseen": tile.blind_to,
        }
        for tile in watched
    ]


def _key(ends_at: datetime | None) -> list[tuple[str, str]]:
    return [("look", _("The key ends on %(day)s") % {"day": day_of(ends_at)})] if ends_at else []


def _keeping(channel: Channel, kept: dict[int, list[Custodian]], cared: dict[int, Care]) -> list[tuple[str, str]]:
    if channel.is_exercise:
        return [("info", _("This is an exercise"))]
    custody = Custody.of(kept.get(channel.pk, []))
    return [(custody.look, custody.counted()), _care(cared[channel.pk])]


def _care(care: Care) -> tuple[str, str]:
    if not care.was_asked:
        return "off", _("Nobody has looked yet at how it is kept")
    told = {"score": care.score, "total": care.total}
    return "ok" if care.score == care.total else "info", _("Kept well: %(score)d of %(total)d") % told


def _next_out(member: Member, waiting: list[Post]) -> list[Next]:
    """By time; what has none goes out as soon as somebody approves it, so it comes first."""
    moving = [DeliveryState.WAITING, DeliveryState.SENDING]
    rows = Delivery.objects.visible_to(member).filter(state__in=moving).select_related("version", "channel")
    rows = rows.prefetch_related("version__targets")
    lines = [_leaving(row) for row in rows.order_by("due_at")[:NEXT]] + [_asked(post.latest) for post in waiting]
    return sorted(lines, key=lambda line: (line.at is not None, line.at))[:NEXT]


def _leaving(row: Delivery) -> Next:
    soon = goes_soon(row)
    words = _("cooling-off") if soon else row.get_state_display()
    until = row.cooling_until if soon else None
    forms = {target.channel_id: target.format for target in row.version.targets.all()}
    shown = (row.channel, where(row.channel, forms.get(row.channel_id, "")))
    return Next(row.version, [shown], row.due_at, DELIVERY_LOOK[DeliveryState(row.state)], words, until)


def _asked(version: Version) -> Next:
    channels = [(target.channel, where(target.channel, target.format)) for target in version.targets.all()]
    return Next(version, channels, version.not_before, "wait", _("waits for a second pair of eyes"))
