"""How the pages of the watch show things: states in words and shape, what explains a post, a stray's story."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vierogen.channels.models import Channel
from vierogen.people.models import Member
from vierogen.posts.models import TakeDown
from vierogen.posts.states import IN_HANDS, TakeDownState
from vierogen.posts.views.road import Road, roads, steps
from vierogen.watch.board import Tile, tiles
from vierogen.watch.models import RemotePost, Stray
from vierogen.watch.states import Origin, State

# Which shape and colour goes with which state; the words stand beside it.
STATE_LOOK = {
    State.OPEN: "stop",
    State.EXPLAINED: "ok",
    State.ADOPTED: "ok",
    State.TAKEN_DOWN: "ok",
    State.VANISHED: "off",
    State.HANDED_ON: "info",
}
ORIGIN_LOOK = {Origin.BASELINE: "off", Origin.EXPLAINED: "ok", Origin.STRAY: "stop"}
TAKE_DOWN_LOOK = {
    TakeDownState.ASKED: "wait",
    TakeDownState.CHECKING: "wait",
    TakeDownState.GONE: "ok",
    TakeDownState.STUCK: "stop",
    TakeDownState.BY_HAND: "stop",
    TakeDownState.CANCELLED: "off",
}
# How many remote posts of each account are shown.
LATEST = 5
# Signs of an own post's text in that list.
SHORT = 60


@dataclass(frozen=True)
class Entry:
    """One line of a story, as web/timeline.html wants it."""

    at: datetime
    state: str
    text: str
    detail: str = ""
    url: str = ""


@dataclass(frozen=True)
class Standing:
    """A remote post and what explains it; ``url`` leads to our page about it, if there is one.

    ``title`` is the beginning of its text where it is ours; of others no text is kept.
    """

    remote: RemotePost
    title: str
    look: str
    words: str
    url: str


@dataclass(frozen=True)
class Account:
    """An account: its tile, and the latest of what stands there."""

    tile: Tile
    latest: list[Standing]


def accounts(member: Member) -> list[Account]:
    """Every account of the member's organisation with what stands there, in a constant number of queries."""
    newest = (
        RemotePost.objects.exclude(Q(origin=Origin.BASELINE) & Q(posted_at=None))
        .annotate(moment=Coalesce("posted_at", "first_seen_at"))
        .select_related("delivery__version")
        .prefetch_related(Prefetch("strays", Stray.objects.order_by("-pk")))
        .order_by("-moment")[:LATEST]
    )
    rows = Channel.objects.visible_to(member).prefetch_related(Prefetch("remote_posts", newest, to_attr="newest"))
    found: dict[int, list[RemotePost]] = {channel.pk: channel.newest for channel in rows}  # type: ignore[attr-defined]
    return [Account(tile, [_standing(remote) for remote in found[tile.channel.pk]]) for tile in tiles(member)]


def _standing(remote: RemotePost) -> Standing:
    version = remote.delivery.version if remote.delivery else None
    title = version.summary(SHORT) if version else ""
    for stray in remote.strays.all():
        state, url = State(stray.state), reverse("watch:stray", args=[stray.pk])
        return Standing(remote, title, STATE_LOOK[state], str(state.label), url)
    origin, url = Origin(remote.origin), reverse("posts:detail", args=[version.post_id]) if version else ""
    return Standing(remote, title, ORIGIN_LOOK[origin], str(origin.label), url)


def story(stray: Stray) -> list[Entry]:
    """What happened to a stray, oldest first."""
    lines = [*_seen(stray), *_answered(stray), *_taken_down(stray), *_settled(stray)]
    return sorted(lines, key=lambda entry: entry.at)


def _seen(stray: Stray) -> Iterator[Entry]:
    handle = stray.channel.handle
    if stray.posted_at:
        told = {"account": handle, "time": _time(stray.posted_at)}
        yield Entry(stray.posted_at, "look", _("It appeared on %(account)s at %(time)s.") % told)
    words = _("Vierogen saw it at %(time)s%(after)s.") % {"time": _time(stray.seen_at), "after": _after(stray)}
    yield Entry(stray.seen_at, "stop", words, _("It is kept as evidence.") if stray.evidence else "")


def _time(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%H:%M:%S}"


def _after(stray: Stray) -> str:
    if stray.posted_at is None:
        return ""
    seconds = round((stray.seen_at - stray.posted_at).total_seconds())
    if seconds < 1:
        return _(", within a second")
    if seconds >= 120:
        return _(", %(time)s later") % {"time": timesince(stray.posted_at, stray.seen_at)}
    return ngettext(", %(count)d second later", ", %(count)d seconds later", seconds) % {"count": seconds}


def _answered(stray: Stray) -> Iterator[Entry]:
    alarm = stray.alarm
    if alarm is None:
        return
    called = ngettext("%(count)d call so far.", "%(count)d calls so far.", alarm.calls) % {"count": alarm.calls}
    yield Entry(alarm.rung_at, "stop" if alarm.is_ringing else "info", _("The alarm rang."), called)
    if alarm.answered_at:
        yield Entry(
            alarm.answered_at, "ok", _("%(name)s is looking at it.") % {"name": _name(stray, alarm.answered_by)}
        )


def _taken_down(stray: Stray) -> Iterator[Entry]:
    asked = stray.take_down
    if asked is None:
        return
    yield Entry(asked.asked_at, "info", _asked(stray, asked), asked.reason and _(asked.reason))
    if asked.deleted_at:
        yield Entry(asked.deleted_at, "ok", _("The network removed it. We keep looking until all of it is gone."))
    if asked.gone_at:
        by_hand = "" if asked.deleted_at else _("Somebody removed it in the network's own app.")
        yield Entry(asked.gone_at, "ok", _("The post and its pictures were asked for again, and are gone."), by_hand)


def _name(stray: Stray, name: str) -> str:
    """Afterwards an exercise tells nobody's name: its result has none."""
    return _("Somebody") if stray.channel.is_exercise and not stray.is_open else name


def _asked(stray: Stray, asked: TakeDown) -> str:
    if asked.asked_by is None:
        return _("It is taken down by itself, as your organisation chose.")
    return _("%(name)s had it taken down.") % {"name": _name(stray, asked.asked_by.name)}


def _settled(stray: Stray) -> Iterator[Entry]:
    if stray.settled_at is None or stray.state == State.TAKEN_DOWN:
        return
    texts = {
        State.ADOPTED: _("%(name)s says that it is ours."),
        State.HANDED_ON: _("%(name)s opened an incident."),
        State.VANISHED: _("It is gone from the network. Vierogen did not remove it."),
        State.EXPLAINED: _("It turned out to be sent by Vierogen: the network's answer came late."),
    }
    name = _name(stray, stray.settled_by.name) if stray.settled_by else ""
    state = State(stray.state)
    yield Entry(stray.settled_at, STATE_LOOK[state], texts[state] % {"name": name}, stray.reason)


def way_out(stray: Stray) -> Road | None:
    """How to remove it by hand, where somebody has to and nobody said that it is ours."""
    asked = stray.take_down
    if asked is None or asked.state not in IN_HANDS or "remove" not in stray.moves():
        return None
    since = stray.posted_at or stray.seen_at
    return None if stray.state == State.ADOPTED else roads([asked], since=since)[asked.pk]


def way_ahead(stray: Stray) -> list[str]:
    """The screens by which a person removes it, before anybody asked for that, where Vierogen may not."""
    if stray.channel.can_take_down or stray.remote is None or not (stray.is_open and stray.may_be_taken_down):
        return []
    return steps(stray.channel, stray.remote.kind)


def remains(asked: TakeDown) -> list[str]:
    """Where something of a removed post can still be fetched."""
    return [str(address) for address in asked.remains] if asked.state == TakeDownState.CHECKING else []
