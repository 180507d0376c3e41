"""An alert about a person: asking the privacy officer, who permits or refuses it. Never one's own."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from vierogen.ledger.actions import record
from vierogen.ledger.moves import WrongStateError, move, subject_of
from vierogen.listening.actions.naming import said
from vierogen.listening.models import Alert, Wanted
from vierogen.listening.states import AlertState
from vierogen.matching.folding import fold
from vierogen.matching.parsing import parse
from vierogen.notices.actions import tell
from vierogen.people.actions import addressees, insist
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Right


def touched(revision: int) -> dict[str, Any]:
    """What every change of an alert writes, so that listeners see it."""
    return {"revision": revision + 1, "changed_at": timezone.now()}


def ask(alert: Alert, *, by: Member, changes: Mapping[str, Any], only_if: Mapping[str, Any]) -> None:
    """Write ``changes`` and let the alert wait for a privacy officer, who is told by mail. In a transaction.

    Raises ``WrongStateError`` where it is not as ``only_if`` says any more.
    """
    changes = {**changes, "asked_by": by, "permitted_by": None, "permit_reason": ""}
    Wanted.objects.get_or_create(organisation_id=alert.organisation_id, words=print_of(changes["query"]))
    if alert.state == AlertState.WAITING:
        write(alert, changes, by=by, only_if=only_if)
    else:
        told = {"query": changes["query"], "reason": changes["reason"]}
        move(alert, "ask", by=by, changes=changes, only_if=only_if, personal=told)
    tell(
        alert.organisation_id,
        addressees(others_who_may(alert.organisation, than=by)),
        template="listening/mail/person_wanted",
        values={"who": by.name},
        link=reverse("listening:alert_permit", args=[alert.pk]),
    )


def print_of(query: str) -> str:
    """The SHA-256 of its words, as the matcher reads them and without those that say nothing.

    Neither order, capitals, quotes, signs between, looking inside words nor a filter makes other words of them.
    """
    return _print(said(query))


def _print(words: Iterable[str]) -> str:
    return hashlib.sha256(" ".join(sorted(set(words))).encode()).hexdigest()


def _prints_of(query: str) -> set[str]:
    """Of it and of each part between OR; also as they were made before, by whatever stands in the text."""
    read = parse(query)
    parts = {query, *map(read.worded, range(len(read.clauses)))}
    older = {_print(set(re.findall(r"\w+", part.casefold())) - {"and", "or"}) for part in parts}
    older |= {_print(fold([part])[0].partition("|")[0].split()) for part in parts}
    return {print_of(part) for part in parts} | older


def was_wanted(organisation: Organisation, query: str) -> bool:
    """Did anybody here ask to listen for these words as about a person, whatever became of it?"""
    return Wanted.objects.filter(organisation=organisation, words__in=_prints_of(query)).exists()


def others_who_may(organisation: Organisation, *, than: Member) -> list[Member]:
    """The privacy officers who can decide on what ``than`` asks."""
    officers = organisation.members.all().who_may(Right.PERMIT_PERSON)
    return [officer for officer in officers if officer.pk != than.pk]


def write(alert: Alert, changes: Mapping[str, Any], *, by: Member, only_if: Mapping[str, Any]) -> None:
    """Change a row whose state stays, with its entry. Raises ``WrongStateError`` as ``move`` does."""
    rows = Alert.objects.filter(pk=alert.pk, **only_if).exclude(state=AlertState.ENDED)
    if not rows.update(**changes):
        raise WrongStateError("change", subject_of(alert))
    facts, personal = {"about": str(changes["about"])}, {"query": changes["query"]}
    record(alert.organisation_id, "change", subject_of(alert), by=by, facts=facts, personal=personal)
    alert.refresh_from_db()


@transaction.atomic
def permit(alert: Alert, *, by: Member, reason: str, revision: int) -> None:
    """Let the alert listen for this person, as it was at ``revision``.

    Raises ``PermissionDenied`` (also for one's own request), ``ValidationError`` without a reason, and
    ``WrongStateError`` when it was changed meanwhile or somebody else decided.
    """
    _decide(alert, "permit", by=by, reason=reason, changes={"permitted_by": by, **touched(revision)})


@transaction.atomic
def refuse(alert: Alert, *, by: Member, reason: str, revision: int) -> None:
    """Do not let it. Raises as ``permit`` does."""
    _decide(alert, "refuse", by=by, reason=reason, changes=touched(revision))


def _decide(alert: Alert, name: str, *, by: Member, reason: str, changes: dict[str, Any]) -> None:
    insist(by, Right.PERMIT_PERSON, organisation_id=alert.organisation_id)
    if by.pk == alert.asked_by_id:
        raise PermissionDenied(_("You asked for this yourself. Another privacy officer has to decide."))
    why = reason.strip()
    if not why:
        raise ValidationError({"reason": _("Say why. It is recorded.")})
    # The database says who asked: it may have been read before somebody asked for something else.
    only_if = {"revision": changes["revision"] - 1, "asked_by": alert.asked_by_id}
    move(alert, name, by=by, changes={**changes, "permit_reason": why}, only_if=only_if, personal={"reason": why})
    if alert.asked_by is not None:
        tell(
            alert.organisation_id,
            addressees([alert.asked_by]),
            template=f"listening/mail/person_{name}",
            values={"who": by.name},
            link=reverse("listening:alert", args=[alert.pk]),
        )
