"""Giving what somebody looked after in listening to a colleague, and ending what was theirs alone."""

from django.db import transaction
from django.db.models import F, Q

from vierogen.ledger.actions import record
from vierogen.ledger.moves import subject_of
from vierogen.listening.actions.reading import follow, kept
from vierogen.listening.models import Alert, HandOver, Reader, Subscription
from vierogen.listening.models.alerts import AlertQuerySet
from vierogen.listening.sources.webhook import Webhook
from vierogen.listening.states import AlertState, SourceState
from vierogen.people.actions import fit_to_take, insist
from vierogen.people.models import Member
from vierogen.people.roles import Right


def alerts_of(member: Member) -> AlertQuerySet:
    """Alerts that this member looks after: made them, or asked for one that waits for the privacy officer."""
    theirs = Q(made_by=member) | Q(asked_by=member, state=AlertState.WAITING)
    return Alert.objects.visible_to(member).kept().filter(theirs).exclude(origin__startswith="member:")


@transaction.atomic
def give_alert(alert: Alert, *, to: Member, by: Member) -> None:
    """Let ``to`` look after the alert, and follow it as they follow others: each day."""
    insist(by, Right.MANAGE_PEOPLE, organisation_id=alert.organisation_id)
    taker = fit_to_take(to, Right.LISTEN, organisation_id=alert.organisation_id)
    Alert.objects.filter(pk=alert.pk).update(made_by=taker)
    Alert.objects.filter(pk=alert.pk, state=AlertState.WAITING).exclude(asked_by=None).update(asked_by=taker)
    if not alert.readings.filter(member=taker).exists():
        follow(alert, by=taker)
    record(alert.organisation_id, "give", subject_of(alert), by=by, facts={"to": taker.actor})


@transaction.atomic
def give_handed(handed: HandOver, *, to: Member, by: Member) -> None:
    """Let ``to`` do what was asked of somebody else."""
    insist(by, Right.MANAGE_PEOPLE, organisation_id=handed.organisation_id)
    taker = fit_to_take(to, Right.LISTEN, organisation_id=handed.organisation_id)
    HandOver.objects.filter(pk=handed.pk).update(owner=taker)
    record(handed.organisation_id, "give", subject_of(handed), by=by, facts={"to": taker.actor})


def webhooks_known_to(member: Member) -> list[Subscription]:
    """Webhooks whose secret address this member made, and that nobody renewed since."""
    rows = Subscription.objects.filter(organisation_id=member.organisation_id, made_by=member, source__kind=Webhook.key)
    return list(rows.exclude(state=SourceState.ENDED).select_related("source").order_by("pk"))


@transaction.atomic
def stop_reading(member: Member) -> int:
    """Mail them nothing any more, and make their secret addresses void; returns how many alerts they followed."""
    count: int = member.readings.count()
    reader = kept(member)
    member.readings.all().delete()
    voided = {"links": F("links") + 1, "daily_at": None, "weekly_at": None, "no_news": False}
    Reader.objects.filter(pk=reader.pk).update(**voided)
    return count
