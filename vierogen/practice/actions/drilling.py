"""What people do with a drill: begin it, write its first statement, tick off what has to be done, and end it."""

from contextlib import suppress
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from vierogen.channels.actions import close_exercise
from vierogen.channels.models import Channel
from vierogen.incidents.models import Incident
from vierogen.ledger.actions import Actor, Machine, record
from vierogen.ledger.moves import WrongStateError, move, subject_of
from vierogen.notices.actions import end as end_alarm
from vierogen.notices.actions import tell
from vierogen.notices.models import Alarm
from vierogen.people.actions import addressees, insist
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Right
from vierogen.posts.actions import removing
from vierogen.posts.actions.mourning import grave_event
from vierogen.posts.actions.stopping import is_halted
from vierogen.posts.models import TakeDown
from vierogen.practice.measuring import moments
from vierogen.practice.models import Drill
from vierogen.practice.scenario import scenarios
from vierogen.practice.states import State, Why
from vierogen.vault.models import Secret
from vierogen.watch.actions.raising import settle
from vierogen.watch.models import RemotePost, Stray

EXERCISE = Machine("exercise")
# A first statement is a few sentences.
LONGEST = 2_000


def is_busy(organisation: Organisation) -> bool:
    """Does something real ask for attention: a stray, an incident, a stop, or a grave event?"""
    asking = Stray.objects.filter(organisation=organisation, channel__is_exercise=False).asking()
    incidents = Incident.objects.open().filter(organisation=organisation).exclude(stray__channel__is_exercise=True)
    stopped = is_halted(organisation.pk) or grave_event(organisation.pk)
    return bool(stopped) or asking.exists() or incidents.exists()


@transaction.atomic
def begin(organisation: Organisation, scenario: str, *, by: Member) -> Drill:
    """Ask for a drill; a worker makes its account ready and puts the post there. There is no account to choose.

    Raises ``ValidationError`` where one is going on already, or something real asks for attention.
    """
    insist(by, Right.MANAGE_ORGANISATION, organisation_id=organisation.pk)
    if scenario not in scenarios():
        raise ValidationError(_("There is no such exercise."))
    if is_busy(organisation):
        raise ValidationError(_("Something real asks for attention now. Practise when that is over."))
    try:
        with transaction.atomic():
            drill = Drill.objects.create(organisation=organisation, scenario=scenario, led_by=by)
    except IntegrityError as error:
        raise ValidationError(_("An exercise is going on already. End it first.")) from error
    record(organisation.pk, "ask_drill", subject_of(drill), by=by, facts={"scenario": scenario})
    return drill


@transaction.atomic
def state_first(drill: Drill, text: str, *, by: Member) -> None:
    """Write the first statement, or better words for it: the first time counts. It goes nowhere."""
    insist(by, Right.STOP, organisation_id=drill.organisation_id)
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise ValidationError(_("Write the statement in a few sentences."))
    if not Drill.objects.filter(pk=drill.pk, state=State.RUNNING).update(statement=text):
        raise WrongStateError("state_first", subject_of(drill))
    record(drill.organisation_id, "state_first", subject_of(drill), by=by)
    drill.statement = text


@transaction.atomic
def do_measure(drill: Drill, key: str, *, by: Member) -> None:
    """Say that this was done. A second time changes nothing."""
    insist(by, Right.STOP, organisation_id=drill.organisation_id)
    now = Drill.objects.select_for_update(of=("self",), no_key=True).get(pk=drill.pk)
    known = {one.key for one in (now.plays.measures if now.plays else ())}
    if not now.is_running or key not in known:
        raise WrongStateError("do_measure", subject_of(drill))
    if key not in {moment.key for moment in moments(now)}:
        record(drill.organisation_id, "do_measure", subject_of(drill), by=by, facts={"measure": key})


@transaction.atomic
def end(drill: Drill, *, by: Actor, why: Why = Why.PERSON) -> None:
    """The exercise is over: keep what was measured, settle what it left, and tell everybody who was called.

    ``drill`` may have been read before the worker went on with it: what counts is the row as it is now. Raises
    ``WrongStateError`` where somebody was faster.
    """
    if isinstance(by, Member):
        insist(by, Right.MANAGE_ORGANISATION, organisation_id=drill.organisation_id)
    now = _locked(drill)
    kept = [moment.kept() for moment in moments(now)]
    facts = {"why": why, "result": kept}
    changes = {"why": why, "ended_at": timezone.now(), "result": kept}
    if now.channel is not None:
        clear(now.channel)
    _tell(now)
    move(now, "end_drill", by=by, changes=changes, facts=facts)
    drill.refresh_from_db()


def _locked(drill: Drill) -> Drill:
    """The drill as it is now, and all that ending it changes: in the order in which all others lock.

    The ledger comes last, so nobody who waits for one of these rows holds it.
    """
    rows = Drill.objects.select_for_update(of=("self",), no_key=True).select_related("organisation", "led_by__user")
    now = rows.get(pk=drill.pk)
    if not now.is_open:
        raise WrongStateError("end_drill", subject_of(now))
    channel = now.channel_id
    every: tuple[QuerySet[Any], ...] = (
        RemotePost.objects.filter(channel=channel),
        Stray.objects.filter(channel=channel),
        Channel.objects.filter(pk__in=[channel]),
        TakeDown.objects.filter(channel=channel),
        Alarm.objects.filter(pk__in=Stray.objects.filter(channel=channel).values("alarm")),
    )
    for some in every:
        list(some.select_for_update(of=("self",), no_key=True).order_by("pk"))
    return now


def clear(channel: Channel) -> None:
    """Nothing of an exercise asks for anybody any more. Doing it again does no harm."""
    for asked in TakeDown.objects.under_way().filter(channel=channel).select_related("channel"):
        removing.drop(asked, by=EXERCISE)
    strays = Stray.objects.asking().filter(channel=channel)
    for stray in strays.select_related("alarm", "remote", "channel__organisation"):
        if stray.is_open:
            settle(stray, "vanish", by=EXERCISE)
        elif stray.alarm is not None:
            end_alarm(stray.alarm, by=EXERCISE)
    with suppress(WrongStateError):
        close_exercise(channel, by=EXERCISE)
    # The key of an account that is no more.
    Secret.objects.filter(channel=channel).delete()


def _tell(drill: Drill) -> None:
    called = drill.organisation.members.all().who_may(Right.ANSWER_ALARM)
    people = {member.pk: member for member in [*called, drill.led_by]}
    values = {"organisation": drill.organisation.name, "began": drill.started_at is not None, "practice": True}
    link = reverse("drills:drill", args=[drill.pk])
    with translation.override(drill.organisation.language), timezone.override(drill.organisation.zone):
        tell(
            drill.organisation_id, addressees(people.values()), template="practice/mail/over", values=values, link=link
        )
