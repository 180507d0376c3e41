"""The shortest road for whoever has to remove something by hand: the screens, the people, the evidence, the clock."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from vierogen.channels.actions import keepers
from vierogen.people.models import Member
from vierogen.people.roles import Right
from vierogen.posts.models import TakeDown


@dataclass(frozen=True)
class Helper:
    """Somebody who can help: ``has_account`` can get into it, ``on_duty`` is called when something goes wrong."""

    member: Member
    has_account: bool
    on_duty: bool


@dataclass(frozen=True)
class Road:
    """What a hurried person needs: ``since`` when it stands there; ``url`` leads to the post itself, if it has one.

    ``only_media``: the post is gone, its pictures are not yet.
    """

    asked: TakeDown
    since: datetime
    url: str
    steps: list[str]
    helpers: list[Helper]
    only_media: bool
    kept_pictures: int


def road(asked: TakeDown, *, since: datetime | None = None) -> Road:
    """The road for this take-down; ``since`` when it stands there, for what is not one of our posts."""
    published = asked.delivery.published_at if asked.delivery else None
    url = str(asked.shown["url"])
    return Road(
        asked=asked,
        since=since or published or asked.evidence.seen_at,
        url=url,
        steps=[_(step) for step in asked.channel.network.by_hand] or _anywhere(asked),
        helpers=_helpers(asked),
        only_media=bool(asked.remains) and not {url, asked.remote_id} & set(asked.remains),
        kept_pictures=asked.evidence.media.count(),
    )


def _anywhere(asked: TakeDown) -> list[str]:
    """Where the connector does not know the screens."""
    told = {"network": asked.channel.network_name, "account": asked.channel.handle}
    return [
        _("Take the phone or computer on which %(account)s is logged in, and open %(network)s.") % told,
        _("Look at the top whether it is %(account)s, and not a private account.") % told,
        _("Open the post, then its menu (often three dots), and choose to delete it."),
    ]


def _helpers(asked: TakeDown) -> list[Helper]:
    """Who can get into the account, those on duty first; then who else is on duty."""
    owners = {member.pk: member for member in keepers(asked.channel)}
    officers = {member.pk: member for member in asked.organisation.members.all().who_may(Right.TAKE_DOWN)}
    found = [Helper(member, pk in owners, pk in officers) for pk, member in {**owners, **officers}.items()]
    return sorted(found, key=lambda helper: (not helper.has_account, not helper.on_duty, helper.member.name))
