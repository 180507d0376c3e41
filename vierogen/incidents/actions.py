"""Everything that changes an incident."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from vierogen.incidents.models import Incident
from vierogen.ledger.actions import record
from vierogen.ledger.moves import WrongStateError, move, subject_of
from vierogen.people.actions import fit_to_take, insist
from vierogen.people.models import Member
from vierogen.people.roles import Right
from vierogen.watch.actions.answering import hand_on
from vierogen.watch.models import Stray


@transaction.atomic
def open_incident(title: str, *, by: Member, note: str = "", stray: Stray | None = None) -> Incident:
    """Write down that something went wrong; a stray that is handed on asks for nobody else any more.

    Raises ``WrongStateError`` when the stray is in an incident already.
    """
    insist(by, Right.ANSWER_ALARM, organisation_id=stray.organisation_id if stray else by.organisation_id)
    if not title.strip():
        raise ValidationError(_("Say in one line what is going on."))
    if stray is not None:
        if Incident.objects.filter(stray=stray).exists():
            raise WrongStateError("hand_on", subject_of(stray))
        hand_on(stray, by=by)
    incident = Incident.objects.create(
        organisation_id=by.organisation_id, title=title.strip(), note=note.strip(), stray=stray, opened_by=by
    )
    personal = {"title": incident.title, "note": incident.note}
    facts = {"stray": stray and stray.pk}
    record(by.organisation_id, "open_incident", subject_of(incident), by=by, facts=facts, personal=personal)
    return incident


@transaction.atomic
def write_note(incident: Incident, *, note: str, by: Member) -> None:
    """Write down what is known now; what was written before stays in the ledger, as a commitment."""
    insist(by, Right.ANSWER_ALARM, organisation_id=incident.organisation_id)
    incident.note = note.strip()
    incident.save(update_fields=["note"])
    record(incident.organisation_id, "write_note", subject_of(incident), by=by, personal={"note": incident.note})


@transaction.atomic
def close(incident: Incident, *, by: Member) -> None:
    """Nothing is left to do."""
    insist(by, Right.ANSWER_ALARM, organisation_id=incident.organisation_id)
    move(incident, "close", by=by, changes={"closed_by": by, "closed_at": timezone.now()})


@transaction.atomic
def reopen(incident: Incident, *, by: Member) -> None:
    """It was not over yet."""
    insist(by, Right.ANSWER_ALARM, organisation_id=incident.organisation_id)
    move(incident, "reopen", by=by, changes={"closed_by": None, "closed_at": None})


@transaction.atomic
def give(incident: Incident, *, to: Member, by: Member) -> None:
    """Let ``to`` bring it to an end instead of who does now. For whoever manages people."""
    insist(by, Right.MANAGE_PEOPLE, organisation_id=incident.organisation_id)
    taker = fit_to_take(to, Right.ANSWER_ALARM, organisation_id=incident.organisation_id)
    Incident.objects.filter(pk=incident.pk).update(leader=taker)
    record(incident.organisation_id, "give", subject_of(incident), by=by, facts={"to": taker.actor})
