"""Spikes: an alert that suddenly has much more mentions than its own rhythm makes usual. One event rings once."""

from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from django.db import transaction
from django.db.models import Count as Number
from django.db.models import Max, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vierogen.listening.actions.links import page_for
from vierogen.listening.models import Alert, Count, Hit, Reading, Spike
from vierogen.listening.rhythm import FEWEST, HISTORY, WINDOWS, Rhythm, Verdict
from vierogen.listening.states import AlertState
from vierogen.listening.states import Rhythm as Often
from vierogen.notices.actions import tell
from vierogen.people.actions import addressees
from vierogen.people.models import Member
from vierogen.people.roles import Right

HOUR = timedelta(hours=1)
# What flares up again within so long is the same event: something at night goes on in the morning.
SAME_EVENT = timedelta(hours=12)
# An alert that was made or changed less than this ago has no rhythm yet.
UNKNOWN = timedelta(hours=24)


@dataclass(frozen=True)
class _Now:
    """The moment of looking."""

    at: datetime

    @property
    def hour(self) -> datetime:
        """The beginning of the running hour."""
        return self.at.replace(minute=0, second=0, microsecond=0)

    @property
    def part(self) -> float:
        """How much of it has passed; never nothing."""
        return max((self.at - self.hour) / HOUR, 1 / 60)


def look(now: datetime | None = None, *, seen: MutableMapping[int, tuple[datetime, int]] | None = None) -> list[Spike]:
    """Look at every alert that had mentions in the past hours; returns the spikes that began.

    ``seen`` remembers what the last look saw of each alert (the hour, and the mentions of eight hours): nothing is
    computed anew where that is the same. May run anywhere at any time: an event rings once.
    """
    moment, known = _Now(now or timezone.now()), {} if seen is None else seen
    changed = {}
    for alert_id, total in _lively(moment):
        state = (moment.hour, total)
        if known.get(alert_id) != state:
            changed[alert_id] = state
    found = [spike for alert in _alerts(changed) if (spike := _look_at(alert, moment))]
    known.update(changed)
    return found


def _lively(now: _Now) -> Iterable[tuple[int, int]]:
    rows = Count.objects.filter(hour__gt=now.hour - max(WINDOWS) * HOUR, hour__lte=now.hour, alert__spikes=True)
    rows = rows.filter(alert__state=AlertState.ACTIVE, alert__changed_at__lte=now.at - UNKNOWN)
    return rows.values_list("alert").annotate(total=Sum("number")).filter(total__gte=FEWEST).order_by("alert")


def _alerts(pks: Iterable[int]) -> Iterable[Alert]:
    wanted = list(pks)
    for start in range(0, len(wanted), 500):
        yield from Alert.objects.filter(pk__in=wanted[start : start + 500]).select_related("organisation")


def judged(alert: Alert, at: datetime | None = None) -> Verdict:
    """How unusual the mentions of this alert are at this moment."""
    now = _Now(at or timezone.now())
    counts = Count.objects.filter(alert=alert, hour__gt=now.hour - HISTORY * HOUR, hour__lte=now.hour)
    by_hour: dict[int, int] = {}
    running = 0
    for hour, number in counts.values_list("hour", "number"):
        if hour == now.hour:
            # By itself: in the night of the clock change the hour before it may have the same number.
            running = number
            continue
        here = _clock(hour, alert)
        by_hour[here] = by_hour.get(here, 0) + number
    last = _clock(now.hour, alert)
    first = max(_clock(alert.changed_at, alert), last - HISTORY)
    past = [by_hour.get(hour, 0) for hour in range(first, last)]
    return Rhythm(past, first % 168).judge(running, part=now.part)


def _clock(moment: datetime, alert: Alert) -> int:
    """Hours since a Monday long ago, by the clock on the organisation's wall: rhythms follow that one."""
    local = moment.astimezone(alert.organisation.zone)
    return local.toordinal() * 24 + local.hour - 24


def _look_at(alert: Alert, now: _Now) -> Spike | None:
    verdict = judged(alert, now.at)
    if not verdict.goes_on:
        return None
    with transaction.atomic():
        # Whoever else looks at this alert waits here, and then sees what we wrote.
        Alert.objects.select_for_update(no_key=True).get(pk=alert.pk)
        last = Spike.objects.filter(alert=alert).order_by("-hour").first()
        if last and (last.until or last.hour) >= now.hour - SAME_EVENT:
            _go_on(last, now)
            return None
        return _begin(alert, verdict, now) if verdict.is_spike else None


def _go_on(spike: Spike, now: _Now) -> None:
    spike.total = _mentions(spike.alert_id, since=spike.hour)
    spike.until = now.hour
    spike.save(update_fields=["total", "until"])


def _mentions(alert_id: int, *, since: datetime) -> int:
    return Count.objects.filter(alert_id=alert_id, hour__gte=since).aggregate(n=Sum("number"))["n"] or 0


def _begin(alert: Alert, verdict: Verdict, now: _Now) -> Spike:
    since = now.hour - (verdict.hours - 1) * HOUR
    spike = Spike.objects.create(
        organisation_id=alert.organisation_id,
        alert=alert,
        hour=now.hour,
        number=verdict.number,
        expected=verdict.expected,
        top=top_of(alert, since=since),
        seen_at=now.at,
        total=verdict.number,
        until=now.hour,
    )
    _ring(spike, hours=verdict.hours)
    return spike


def top_of(alert: Alert, *, since: datetime) -> Hit | None:
    """The leading hit of which the most were found since then, itself or copies; then the one least like spam."""
    rows = Hit.objects.filter(alert=alert).since(since).annotate(leader=Coalesce("copy_of", "pk"))
    groups = rows.values("leader").annotate(number=Number("pk"), worst=Max("spam"))
    first = groups.order_by("-number", "worst", "leader").first()
    return Hit.objects.select_related("item").filter(pk=first["leader"]).first() if first else None


def _ring(spike: Spike, *, hours: int) -> None:
    organisation = spike.alert.organisation
    top = spike.top.item if spike.top else None
    values = {
        "organisation": organisation.name,
        "alert": spike.alert.name,
        "named": "" if spike.alert.is_on_a_person else spike.alert.name,
        "number": spike.number,
        "usual": usual(spike.expected),
        "hours": hours,
        "top": top.link if top else "",
        "said": str(top)[:200] if top else "",
    }
    link = reverse("listening:spike", args=[spike.pk])
    with timezone.override(organisation.zone):
        for member in _listeners(spike.alert):
            told, page = addressees([member]), page_for(member, link)
            tell(organisation.pk, told, template="listening/mail/spike", values=values, link=page, urgent=True)


def usual(expected: float) -> str:
    """What is usual as people say it: whole mentions. Translated when it is shown."""
    return str(round(expected)) if expected >= 0.5 else cast("str", _("less than 1"))


def _listeners(alert: Alert) -> list[Member]:
    """The duty officers, and whoever gets mail about this alert: who may listen, or whose own name it is. Each once."""
    members = Member.objects.filter(organisation_id=alert.organisation_id)
    officers = members.who_may(Right.ANSWER_ALARM)
    follows = Reading.objects.filter(alert=alert).exclude(rhythm=Often.NEVER)
    followers = members.filter(pk__in=follows.values("member")).who_may(Right.SEE)
    readers = [each for each in followers if each.may(Right.LISTEN) or each.actor == alert.origin]
    return list({member.pk: member for member in [*officers, *readers]}.values())
