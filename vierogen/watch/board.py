"""What Today and the watch page show of each channel, in a constant number of queries."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vierogen.channels.models import Channel
from vierogen.people.models import Member
from vierogen.watch.models import Watched
from vierogen.watch.states import Mode, State
from vierogen.web.templatetags.vierogen import ago


@dataclass(frozen=True)
class Tile:
    """One channel: how and when it was last looked at, and what asks for attention.

    ``checked`` is "live, 3 seconds ago"; ``marks`` are (state, sentence) for web/marks.html; ``seconds`` since the
    last sign of life, None if there was none; ``promise`` how soon something is seen; ``later`` what is seen
    later, and ``blind_to`` what never is.
    """

    channel: Channel
    url: str
    checked: str
    marks: list[tuple[str, str]]
    seconds: float | None
    mode: Mode
    strays: int
    is_silent: bool
    promise: str
    blind_to: str
    later: str


def tiles(member: Member) -> list[Tile]:
    """A tile for each channel that the member's organisation looks after. One query."""
    still_open = Count("strays", filter=Q(strays__state=State.OPEN))
    rows = Channel.objects.visible_to(member).watched().select_related("watched", "custody_check")
    rows = rows.annotate(open_strays=still_open)
    return [_tile(channel) for channel in rows]


def _tile(channel: Channel) -> Tile:
    # A channel of a second ago has no row yet.
    watched = getattr(channel, "watched", None) or Watched(channel=channel)
    strays: int = channel.open_strays  # type: ignore[attr-defined]
    return Tile(
        channel=channel,
        url=f"{reverse('watch:list')}#channel-{channel.pk}",
        checked=checked(watched),
        marks=_marks(channel, watched, strays),
        seconds=_seconds(watched.heard_at),
        mode=Mode(watched.mode),
        strays=strays,
        is_silent=watched.silent_since is not None or not channel.is_connected,
        promise=watched.promise(),
        blind_to=watched.blind_to(),
        later=watched.seen_later(),
    )


def checked(watched: Watched) -> str:
    """How and when a channel was last looked at, in words."""
    if watched.heard_at is None:
        return _("not looked at yet")
    if watched.mode == Mode.STREAMED:
        return _("live, %(ago)s") % {"ago": ago(watched.heard_at)}
    return _("looked at %(ago)s") % {"ago": ago(watched.heard_at)}


def _seconds(heard_at: datetime | None) -> float | None:
    return (timezone.now() - heard_at).total_seconds() if heard_at else None


def _marks(channel: Channel, watched: Watched, strays: int) -> list[tuple[str, str]]:
    slowed = _slowed(watched)
    return [_mark_of_watch(channel, watched), *([("look", slowed)] if slowed else []), _mark_of_strays(strays)]


def _slowed(watched: Watched) -> str:
    if not watched.is_slowed():
        return ""
    return _("We look less often now: this network allows only so many questions a day, and most are used up.")


def _mark_of_watch(channel: Channel, watched: Watched) -> tuple[str, str]:
    if not channel.is_connected:
        return "stop", _("Not watched: the network refuses our key")
    if watched.silent_since is not None:
        return "stop", _("Not watched: nothing was heard for too long")
    if watched.is_unheld():
        return "stop", watched.promise()
    if watched.heard_at is None:
        return "wait", _("The first look is on its way")
    if watched.problem:
        return "look", _(watched.problem)
    return "ok", watched.promise()


def _mark_of_strays(strays: int) -> tuple[str, str]:
    if not strays:
        return "ok", _("No strays")
    return "stop", ngettext("%(count)d stray", "%(count)d strays", strays) % {"count": strays}
