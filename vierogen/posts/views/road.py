"""The shortest road for whoever has to remove something by hand: the screens, the people, the evidence, the clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.utils.translation import gettext as _

from vierogen.channels.actions import keepers
from vierogen.channels.models import Channel
from vierogen.people.models import Member
from vierogen.people.roles import Right
from vierogen.posts.actions.by_hand import CANNOT
from vierogen.posts.models import Evidence, TakeDown


@dataclass(frozen=True)
class Helper:
    """Somebody who can help: a custodian of the account, or who ``may_take_down``; else who may connect it."""

    member: Member
    is_custodian: bool
    may_take_down: bool


@dataclass(frozen=True)
class Road:
    """What a hurried person needs: ``since`` when it stands there; ``url`` leads to the post itself, if it has one.

    ``only_media``: the post is gone, its pictures are not yet. ``trouble`` says why Vierogen cannot remove it now, or
    where not ``is_looking``, why it cannot even look.
    """

    asked: TakeDown
    since: datetime
    url: str
    steps: list[str]
    helpers: list[Helper]
    only_media: bool
    kept_pictures: int
    trouble: str
    is_looking: bool


def roads(asked: Iterable[TakeDown], *, since: datetime | None = None) -> dict[int, Road]:
    """The road for each of these take-downs, by its id; ``since`` when it stands there, for what is not ours.

    So many queries for each account, however many take-downs.
    """
    rows = list(asked)
    kept = _kept(rows)
    helpers = {channel.pk: _helpers(channel) for channel in {row.channel for row in rows}}
    return {row.pk: _road(row, since, helpers[row.channel_id], kept.get(row.evidence_id, 0)) for row in rows}


def _kept(rows: list[TakeDown]) -> dict[int, int]:
    evidence = Evidence.objects.filter(pk__in=[row.evidence_id for row in rows])
    return dict(evidence.annotate(count=Count("media")).values_list("pk", "count"))


def _road(asked: TakeDown, since: datetime | None, helpers: list[Helper], kept: int) -> Road:
    published = asked.delivery.published_at if asked.delivery else None
    url, trouble = str(asked.shown["url"]), "" if asked.problem == CANNOT else str(asked.problem)
    return Road(
        asked=asked,
        since=since or published or asked.evidence.seen_at,
        url=url,
        steps=steps(asked.channel, str(asked.shown["kind"])),
        helpers=helpers,
        only_media=bool(asked.remains) and not {url, asked.remote_id} & set(asked.remains),
        kept_pictures=kept,
        trouble=trouble,
        is_looking=bool(asked.remains) or not trouble,
    )


def steps(channel: Channel, kind: str) -> list[str]:
    """How a person removes something of this kind there, screen by screen."""
    way = channel.network.way_by_hand(kind)
    return [_(step) % {"handle": channel.handle} for step in way] or _anywhere(channel)


def _anywhere(channel: Channel) -> list[str]:
    """Where the connector does not know the screens."""
    told = {"network": channel.network_name, "account": channel.handle}
    return [
        _("Take the phone or computer on which %(account)s is logged in, and open %(network)s.") % told,
        _("Look at the top whether it is %(account)s, and not a private account.") % told,
        _("Open the post, then its menu (often three dots), and choose to delete it."),
    ]


def _helpers(channel: Channel) -> list[Helper]:
    """Who can get into the account, those who may take posts down first; then who else may."""
    owners = {member.pk: member for member in keepers(channel)}
    custodians = set(channel.custodians.values_list("member", flat=True))
    officers = {member.pk: member for member in channel.organisation.members.all().who_may(Right.TAKE_DOWN)}
    found = [Helper(member, pk in custodians, pk in officers) for pk, member in {**owners, **officers}.items()]
    return sorted(
        found, key=lambda helper: (helper.member.pk not in owners, not helper.may_take_down, helper.member.name)
    )
