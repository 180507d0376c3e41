"""Sources that fell silent are told of, once, and again when they live: a dead source looks like good news."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext, gettext_noop

from vierogen.listening.models import Source, Subscription
from vierogen.listening.sources.webhook import Webhook
from vierogen.listening.states import SourceState
from vierogen.notices.actions import tell
from vierogen.people.actions import addressees
from vierogen.people.models import Member
from vierogen.people.roles import Right, Role

log = logging.getLogger(__name__)

# A source that cannot be read for so long is told of.
FAILING = timedelta(days=1)
# So many times its own rhythm is much longer than its own rhythm.
MUCH_LONGER = 10
# Fewer messages tell no rhythm, and those of less than a day hardly one, unless they are many: then a silence counts
# that is so long.
KNOWN_FROM, KNOWN_AFTER, MANY = 5, timedelta(days=1), 500
BARELY_KNOWN, UNKNOWN = timedelta(days=7), timedelta(days=30)
# No rhythm is so quick that less than this is silence, by the seconds between two messages; nights are quiet.
FLOORS = ((5.0, timedelta(hours=1)), (600.0, timedelta(hours=9)), (float("inf"), timedelta(days=2)))
LONGEST = timedelta(days=60)

_QUIET = gettext_noop("It has given nothing for much longer than usual.")
_FAILS = gettext_noop("It could not be read for a day.")


def patience(source: Source) -> timedelta:
    """How long this source may say nothing before that is odd."""
    if source.quiet_after:
        return timedelta(seconds=source.quiet_after)
    heard = source.items - source.backlog
    span = source.item_at - source.added_at if source.item_at else timedelta()
    if heard < KNOWN_FROM:
        return UNKNOWN
    if span < KNOWN_AFTER and heard < MANY:
        return BARELY_KNOWN
    usual = max(0.0, span.total_seconds()) / heard
    floor = next(least for seconds, least in FLOORS if usual <= seconds)
    return min(max(floor, timedelta(seconds=usual * MUCH_LONGER)), LONGEST)


def why_silent(source: Source, *, now: datetime) -> str:
    """A translatable English sentence, "" for a source that lives."""
    if source.failures and now - (source.read_at or source.added_at) > FAILING:
        return _FAILS
    # One that never gave anything is as quiet as one that stopped; a webhook may be waiting for its program.
    last = source.item_at or (None if source.kind == Webhook.key else source.added_at)
    return _QUIET if last and now - last > patience(source) else ""


def mind() -> int:
    """Tell of every source that fell silent, and of every one that lives again; returns how many."""
    now = timezone.now()
    told = 0
    for source in Source.objects.wanted().iterator(chunk_size=500):
        why = why_silent(source, now=now)
        if bool(why) != bool(source.silent_since):
            told += _safely(source, why, now=now)
    return told


def _safely(source: Source, why: str, *, now: datetime) -> int:
    try:
        return _told(source, why, now=now)
    except Exception:  # one that goes wrong keeps no other from being told
        log.exception("the silence of source %s could not be told; it is tried again", source.pk)
        return 0


@transaction.atomic
def _told(source: Source, why: str, *, now: datetime) -> int:
    """Note it and write to people; 0 where another worker was faster."""
    mine = Source.objects.filter(pk=source.pk, silent_since=source.silent_since)
    changes = {"silent_since": now, "told_at": now} if why else {"silent_since": None, "told_at": None}
    if not mine.update(**changes):
        return 0
    rows = source.subscriptions.filter(state=SourceState.ACTIVE)
    for subscription in rows.select_related("organisation", "made_by__user", "made_by__organisation"):
        _tell(subscription, source, why)
    return 1


def _tell(subscription: Subscription, source: Source, why: str) -> None:
    organisation = subscription.organisation
    values = {
        "organisation": organisation.name,
        "source": source_name(source),
        "item_at": source.item_at,
        "is_silent": bool(why),
        "fails": why == _FAILS,
    }
    link = reverse("listening:source", args=[subscription.pk])
    with timezone.override(organisation.zone):
        for to in addressees(_caring(subscription), standing_in=Right.LISTEN):
            with translation.override(to.language):
                said = {**values, "problem": gettext(source.problem) if source.problem else ""}
            tell(organisation.pk, [to], template="listening/mail/silence", values=said, link=link)


def source_name(source: Source) -> str:
    """What people call it."""
    return source.title or source.address


def _caring(subscription: Subscription) -> Iterable[Member]:
    """Whoever added it, as long as they may listen; else the administrators that may."""
    added = subscription.made_by
    if added is not None and added.may(Right.LISTEN):
        return [added]
    members = Member.objects.filter(organisation_id=subscription.organisation_id).who_may(Right.LISTEN)
    return [member for member in members if Role.ADMINISTRATOR in member.roles]
