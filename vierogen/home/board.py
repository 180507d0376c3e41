"""What asks for attention, and how every account is doing: gathered from the rooms in a constant number of queries."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from vierogen.channels.models import Channel, Custodian
from vierogen.people.models import Member
from vierogen.people.roles import Right
from vierogen.posts.models import AfterReview, Delivery, Post
from vierogen.posts.states import DeliveryState
from vierogen.posts.views.shown import DELIVERY_LOOK
from vierogen.watch.board import Tile, tiles
from vierogen.watch.models import Stray


@dataclass(frozen=True)
class Attention:
    """One thing to do: ``state`` is stop, look or info; ``action`` are the words on its button."""

    state: str
    title: str
    text: str
    url: str
    action: str
    channel: Channel | None = None


@dataclass(frozen=True)
class Board:
    """Everything that Today shows."""

    attention: list[Attention]
    tiles: list[dict[str, Any]]
    next_out: list[dict[str, Any]]


def board_of(member: Member) -> Board:
    """The board as this member may see it."""
    watched = tiles(member)
    attention = [*_strays(member), *_doubts(member), *_reviews(member), *_owed(member), *_silent(watched)]
    return Board(attention, _accounts(member, watched), _next_out(member))


def _strays(member: Member) -> list[Attention]:
    rows = Stray.objects.visible_to(member).asking().select_related("channel").order_by("-seen_at")[:10]
    return [
        Attention(
            "stop",
            _("%(what)s on %(channel)s") % {"what": row.get_what_display(), "channel": row.channel},
            _("Nobody here prepared it. Seen at %(time)s. Evidence is kept.") % {"time": _time(row.seen_at)},
            reverse("watch:stray", args=[row.pk]),
            _("Look and take down"),
            row.channel,
        )
        for row in rows
    ]


def _doubts(member: Member) -> list[Attention]:
    rows = Delivery.objects.visible_to(member).filter(
        Q(state=DeliveryState.HELD) | Q(state=DeliveryState.UNCERTAIN, next_look_at=None)
    )
    return [
        Attention(
            "look",
            _("%(state)s: a post for %(channel)s") % {"state": row.get_state_display(), "channel": row.channel.handle},
            row.version.summary(),
            reverse("posts:detail", args=[row.version.post_id]),
            _("Look and decide"),
            row.channel,
        )
        for row in rows.select_related("version", "channel")[:10]
    ]


def _reviews(member: Member) -> list[Attention]:
    if not member.may(Right.REVIEW):
        return []
    waiting = [post.latest for post in Post.objects.visible_to(member).in_review().with_latest()[:20]]
    return [
        Attention(
            "look",
            _("%(name)s asks for your eyes") % {"name": version.written_by.name},
            version.summary(),
            reverse("posts:review", args=[version.post_id]),
            _("Review"),
            version.targets.all()[0].channel,
        )
        for version in waiting
        if not version.has_contributor(member)
    ]


def _owed(member: Member) -> list[Attention]:
    rows = AfterReview.objects.open().filter(organisation_id=member.organisation_id).select_related("approval__version")
    return [
        Attention(
            "stop" if row.due_at < timezone.now() else "look",
            _("An emergency waits for a second pair of eyes"),
            _("To be looked at before %(time)s.") % {"time": _time(row.due_at)},
            reverse("posts:detail", args=[row.approval.version.post_id]),
            _("Look back"),
        )
        for row in rows
    ]


def _silent(watched: list[Tile]) -> list[Attention]:
    return [
        Attention(
            "stop",
            _("We cannot see %(channel)s at the moment") % {"channel": tile.channel},
            _("The watch hears nothing. A stray could go unnoticed."),
            tile.url,
            _("To the watch"),
            tile.channel,
        )
        for tile in watched
        if tile.is_silent
    ]


def _time(at: datetime) -> str:
    return timezone.localtime(at).strftime("%H:%M:%S")


def _accounts(member: Member, watched: list[Tile]) -> list[dict[str, Any]]:
    rows = Custodian.objects.filter(channel__organisation_id=member.organisation_id)
    keepers = dict(rows.values_list("channel").annotate(Count("pk")))
    return [
        {
            "channel": tile.channel,
            "checked": tile.checked,
            "marks": [*tile.marks, _custody(keepers.get(tile.channel.pk, 0))],
            "url": tile.url,
        }
        for tile in watched
    ]


def _custody(count: int) -> tuple[str, str]:
    words = {0: _("No custodian yet"), 1: _("Only 1 custodian")}
    return "ok" if count > 1 else "look", words.get(count, _("%(count)d custodians") % {"count": count})


def _next_out(member: Member) -> list[dict[str, Any]]:
    rows = Delivery.objects.visible_to(member).filter(state__in=[DeliveryState.WAITING, DeliveryState.SENDING])
    return [
        {"delivery": row, "look": DELIVERY_LOOK[DeliveryState(row.state)]}
        for row in rows.select_related("version", "channel", "approval__by__user").order_by("due_at")[:10]
    ]
