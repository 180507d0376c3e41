"""Who follows which alert, and when they want to hear of it. A member's own choice: nobody else's, and no ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from vierogen.listening.actions.timetable import Clock
from vierogen.listening.models import Alert, Reader, Reading
from vierogen.listening.states import Rhythm
from vierogen.people.actions import insist
from vierogen.people.models import Member
from vierogen.people.roles import NEVER_FOR_TRAINEES, Right, Role, roles_with


@dataclass(frozen=True)
class Times:
    """When bulletins come. ``weekday`` 0 is Monday; ``time_zone`` as in the IANA database."""

    hour: int
    weekday: int
    time_zone: str
    no_news: bool


def reader_of(member: Member) -> Reader:
    """The member's settings; until they chose, those of a morning where their organisation is (and not saved)."""
    return Reader.objects.filter(member=member).first() or _fresh(member)


def entitled(right: Right = Right.SEE) -> QuerySet[Member]:
    """Members who may be told: still there, with a role that sees. ``Member.may`` knows their last day to the hour."""
    rows = Member.objects.current().filter(held__role__in=roles_with(right))
    return rows.exclude(held__role=Role.TRAINEE) if right in NEVER_FOR_TRAINEES else rows


def readable() -> Q:
    """For readings: may their member read what the alert finds? As ``readable_by`` says of the alerts of one member."""
    own = Concat(Value("member:"), Cast("member_id", CharField()), output_field=CharField())
    is_open = Q(member__in=entitled(Right.LISTEN)) | Q(alert__origin=own)
    return Q(member__in=entitled()) & is_open


@transaction.atomic
def follow(alert: Alert, rhythm: str = Rhythm.DAILY, *, by: Member) -> Reading:
    """Let ``by`` hear of this alert in this rhythm, from now on. Raises ``PermissionDenied``."""
    _insist_on_reading(alert, by)
    reader = kept(by)
    reading = _follow(by, alert, rhythm)
    _plan(reader, afresh=False)
    return reading


@transaction.atomic
def choose(member: Member, times: Times, rhythms: Mapping[Alert, str]) -> Reader:
    """Save when ``member`` wants bulletins, and how often of each alert. What is not among ``rhythms`` stays.

    Other hours count from now on: what was due before comes at the next one. Raises ``PermissionDenied``.
    """
    insist(member, Right.SEE, organisation_id=member.organisation_id)
    for alert in rhythms:
        _insist_on_reading(alert, member)
    reader = kept(member)
    before = Times(reader.hour, reader.weekday, reader.time_zone, reader.no_news)
    reader.hour, reader.weekday, reader.time_zone = times.hour, times.weekday, times.time_zone
    reader.no_news = times.no_news
    reader.save(update_fields=["hour", "weekday", "time_zone", "no_news"])
    followed = set(member.readings.values_list("alert_id", flat=True))
    for alert, rhythm in rhythms.items():
        if rhythm != Rhythm.NEVER or alert.pk in followed:
            _follow(member, alert, rhythm)
    _plan(reader, afresh=before != times)
    return reader


def _insist_on_reading(alert: Alert, member: Member) -> None:
    """Who may listen reads all alerts; others only the one on their own name."""
    right = Right.SEE if alert.origin == member.actor else Right.LISTEN
    insist(member, right, organisation_id=alert.organisation_id)


@transaction.atomic
def stop_mail(reader: Reader, *, alert_id: int = 0) -> None:
    """No more mail about this alert; 0: about none. Feeds go on."""
    locked = Reader.objects.select_for_update(of=("self",), no_key=True).select_related("member__organisation")
    row = locked.get(pk=reader.pk)
    readings = Reading.objects.filter(member_id=row.member_id)
    if alert_id:
        readings = readings.filter(alert_id=alert_id)
    else:
        row.no_news = False
        row.save(update_fields=["no_news"])
    readings.update(rhythm=Rhythm.NEVER)
    _plan(row, afresh=False)


@transaction.atomic
def renew_addresses(member: Member) -> None:
    """Make the member's secret addresses void, and new ones that nobody knows yet."""
    reader = kept(member)
    Reader.objects.filter(pk=reader.pk).update(links=F("links") + 1)


def _fresh(member: Member) -> Reader:
    return Reader(member=member, time_zone=member.organisation.time_zone)


def kept(member: Member) -> Reader:
    """The member's row, made if need be, and locked until the end of the transaction."""
    Reader.objects.get_or_create(member=member, defaults={"time_zone": member.organisation.time_zone})
    rows = Reader.objects.select_for_update(of=("self",), no_key=True).select_related("member__organisation")
    return rows.get(member=member)


def _follow(member: Member, alert: Alert, rhythm: str) -> Reading:
    reading, _is_new = Reading.objects.get_or_create(member=member, alert=alert, defaults={"rhythm": rhythm})
    if reading.rhythm == rhythm:
        return reading
    if reading.rhythm == Rhythm.NEVER:  # what was found meanwhile was not asked for
        reading.since = timezone.now()
    reading.rhythm = rhythm
    reading.save(update_fields=["rhythm", "since"])
    return reading


def _plan(reader: Reader, *, afresh: bool) -> None:
    """Say when the next bulletins are due, if any are wanted; what is planned stays, unless ``afresh``."""
    wanted = set(Reading.objects.filter(member_id=reader.member_id).values_list("rhythm", flat=True))
    wanted -= {Rhythm.NEVER}
    is_weekly = Rhythm.WEEKLY in wanted or (reader.no_news and bool(wanted))
    daily, weekly = (None, None) if afresh else (reader.daily_at, reader.weekly_at)
    reader.daily_at = (daily or _next(reader, Rhythm.DAILY)) if Rhythm.DAILY in wanted else None
    reader.weekly_at = (weekly or _next(reader, Rhythm.WEEKLY)) if is_weekly else None
    reader.save(update_fields=["daily_at", "weekly_at"])


def _next(reader: Reader, rhythm: str) -> datetime:
    return Clock.of(reader).after(timezone.now(), rhythm)
