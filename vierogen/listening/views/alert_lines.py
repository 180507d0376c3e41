"""What pages show of alerts."""

from datetime import timedelta
from typing import Any

from django.db.models import Case, CharField, Count, IntegerField, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from vierogen.listening.actions.beginning import proposals
from vierogen.listening.actions.permitting import others_who_may
from vierogen.listening.models import Alert, Hit, Reading
from vierogen.listening.states import About, AlertState, Rhythm
from vierogen.people.models import Member
from vierogen.people.roles import Right

LATELY = timedelta(days=7)
# How a state looks: the name of a shape (web/state.html).
LOOKS = {
    AlertState.WAITING: "wait",
    AlertState.ACTIVE: "ok",
    AlertState.PAUSED: "off",
    AlertState.REFUSED: "stop",
    AlertState.ENDED: "off",
}


def lines_of(rows: "QuerySet[Alert]", member: Member) -> "QuerySet[Alert]":
    """The alerts with ``lately`` (leading hits of a week) and ``rhythm`` (the member's own), what waits first."""
    hits = Hit.objects.leading().since(timezone.now() - LATELY).order_by()
    counted = hits.filter(alert=OuterRef("pk")).values("alert").annotate(number=Count("pk")).values("number")
    mine = Reading.objects.filter(alert=OuterRef("pk"), member=member).values("rhythm")[:1]
    waits = Case(When(state=AlertState.WAITING, then=Value(0)), default=Value(1))
    return rows.annotate(
        lately=Coalesce(Subquery(counted, output_field=IntegerField()), 0),
        rhythm=Coalesce(Subquery(mine), Value(str(Rhythm.NEVER)), output_field=CharField()),
        waits=waits,
    ).order_by("waits", "name", "pk")


def about_alert(alert: Alert, member: Member) -> dict[str, Any]:
    """Everything that the page of one alert shows."""
    waits = alert.state == AlertState.WAITING
    return {
        "alert": alert,
        "look": LOOKS[AlertState(alert.state)],
        "lately": alert.hits.leading().since(timezone.now() - LATELY).count(),
        "is_person": alert.about == About.PERSON,
        "may_decide": waits and member.may(Right.PERMIT_PERSON) and alert.asked_by_id != member.pk,
        "nobody_decides": waits and alert.asked_by and not others_who_may(alert.organisation, than=alert.asked_by),
        "is_a_colleague_s": alert.origin.startswith("member:") and alert.origin != member.actor,
        "proposed": proposal_of(alert),
    }


def proposal_of(alert: Alert) -> str:
    """The query with a name that changed since; "" where there is nothing to propose."""
    return "" if alert.state == AlertState.ENDED else proposals([alert]).get(alert.pk, "")
