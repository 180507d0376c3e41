"""Raising a stray: what was seen, its evidence and the alarm, in one transaction."""

import logging
from contextlib import suppress
from datetime import timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from vierogen.channels.actions import keepers
from vierogen.channels.models import Channel
from vierogen.channels.states import State as ChannelState
from vierogen.core.sealing import SealError
from vierogen.ledger.actions import Actor, Machine, record
from vierogen.ledger.moves import WrongStateError, move, subject_of
from vierogen.networks.base import Shown
from vierogen.notices.actions import Addressee, end, ring, tell
from vierogen.notices.models import Alarm
from vierogen.people.actions import addressees, away
from vierogen.people.models import Member
from vierogen.people.roles import Right
from vierogen.posts.actions.looking import could_be_ours
from vierogen.posts.actions.removing import capture
from vierogen.posts.models import Evidence
from vierogen.watch.models import RemotePost, Stray
from vierogen.watch.states import FOREIGN, State, What

log = logging.getLogger(__name__)

WATCH = Machine("watch")
# An account in strange hands can post a hundred times: so many alarms ring at once, then the last one stands
# for all that follow until somebody answers.
FLOOD = 10
LATELY = timedelta(hours=1)


def ladder(channel: Channel) -> list[Addressee]:
    """Who is called about a channel: the duty officers, else whoever answers for it; never nobody.

    Who is away today comes last: an alarm does not wait for somebody on holiday.
    """
    called = channel.organisation.members.all().who_may(Right.ANSWER_ALARM) or keepers(channel)
    gone = away(called)
    return addressees(sorted(called, key=lambda member: member.pk in gone))


@transaction.atomic
def raise_stray(
    channel: Channel,
    what: What,
    shown: Shown,
    *,
    remote: RemotePost | None = None,
    parts: list[str] | None = None,
) -> Stray | None:
    """Write down a stray or deviation, seal what was shown, and ring. The pictures are fetched by the caller.

    None where an exercise ended before its account was last looked at.
    """
    # A watcher keeps its channel for days; the organisation may have changed it meanwhile.
    channel = Channel.objects.select_related("organisation").get(pk=channel.pk)
    if channel.is_exercise and _is_over(channel):
        return None
    now, after = timezone.now(), channel.automatic_take_down_after
    by_itself = after is not None and what in FOREIGN and channel.can_take_down and not could_be_ours(channel, shown)
    stray = Stray(
        organisation_id=channel.organisation_id,
        channel=channel,
        remote=remote,
        what=what,
        parts=parts or [],
        posted_at=shown.created_at,
        seen_at=now,
        automatic_at=now + timedelta(seconds=after or 0) if by_itself else None,
    )
    stray.evidence = sealed(channel, shown)
    stray.save()
    stray.alarm = _alarm(stray)
    stray.save(update_fields=["alarm"])
    facts = {"what": what, "alarm": stray.alarm.pk}
    record(channel.organisation_id, "see_stray", subject_of(stray), by=WATCH, facts=facts)
    return stray


def _is_over(channel: Channel) -> bool:
    """Whoever ends it at this moment comes wholly before or wholly after."""
    now = Channel.objects.select_for_update(of=("self",), no_key=True).get(pk=channel.pk)
    return now.state == ChannelState.CLOSED


def sealed(channel: Channel, shown: Shown) -> Evidence | None:
    """Evidence of what was shown; None where the vault cannot seal, which must not keep the alarm from ringing."""
    try:
        return capture(channel, shown, by=WATCH)
    except SealError:
        log.exception("channel %s: the evidence of %s could not be sealed", channel.pk, shown.remote_id)
        return None


def _alarm(stray: Stray) -> Alarm:
    mine = Stray.objects.filter(channel=stray.channel_id).values("alarm")
    # Those that still call somebody, and began lately: ten that nobody answered last month silence nothing.
    ringing = Alarm.objects.ringing().filter(pk__in=mine, next_at__isnull=False, rung_at__gt=stray.seen_at - LATELY)
    if ringing.count() >= FLOOD:
        return ringing.latest("pk")
    kind = "stray" if stray.what in FOREIGN else "deviation"
    with timezone.override(stray.channel.organisation.zone):
        return ring(
            stray.organisation_id,
            subject=subject_of(stray),
            ladder=ladder(stray.channel),
            template=f"watch/mail/{kind}",
            values=_values(stray),
            link=reverse("watch:stray", args=[stray.pk]),
            by=WATCH,
        )


def _values(stray: Stray) -> dict[str, object]:
    channel = stray.channel
    return {
        "organisation": channel.organisation.name,
        "account": channel.handle,
        "practice": channel.in_practice,
        "network": channel.network_name,
        "what": What(stray.what).label,
        "posted_at": stray.posted_at,
        "seen_at": stray.seen_at,
        "automatic_at": stray.automatic_at,
        # Where only a person can remove it, whoever reads this on their phone can begin.
        "by_hand": stray.remote is not None and not channel.can_take_down,
        "first_step": next(iter(channel.network.way_by_hand(stray.remote.kind)), "") if stray.remote else "",
    }


def tell_officers(stray: Stray, template: str) -> None:
    """News about a stray for those who are called about it, by mail."""
    channel = stray.channel
    with timezone.override(channel.organisation.zone):
        link = reverse("watch:stray", args=[stray.pk])
        values = {**_values(stray), "at": timezone.now()}
        tell(channel.organisation_id, ladder(channel), template=template, values=values, link=link)


@transaction.atomic
def settle(stray: Stray, name: str, *, by: Actor, reason: str = "") -> None:
    """Move a stray to where it needs nobody any more, and end its alarm. Raises ``WrongStateError``."""
    changes = {
        "settled_at": timezone.now(),
        "settled_by": by if isinstance(by, Member) else None,
        **({"reason": reason} if reason else {}),
    }
    # Somebody may answer the alarm at this moment, so its row comes before the ledger's head.
    if stray.alarm:
        Alarm.objects.select_for_update(no_key=True).filter(pk=stray.alarm.pk).first()
    move(stray, name, by=by, changes=changes, personal={"reason": reason} if reason else None)
    _end_alarm(stray, by=by)


def _end_alarm(stray: Stray, *, by: Actor) -> None:
    others = Stray.objects.filter(alarm=stray.alarm_id, state=State.OPEN).exclude(pk=stray.pk)
    if stray.alarm is None or others.exists():  # it rings for others too
        return
    with suppress(WrongStateError):  # it had ended
        end(stray.alarm, by=by)
