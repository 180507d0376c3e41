"""An alert about a person: asking the privacy officer, who permits or refuses it. Never one's own."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from itertools import permutations
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from vierogen.ledger.actions import record
from vierogen.ledger.moves import WrongStateError, move, subject_of
from vierogen.listening.actions.naming import every_word, is_only_a_name, said
from vierogen.listening.actions.ways import Way, ways
from vierogen.listening.models import Alert, Wanted
from vierogen.listening.states import AlertState
from vierogen.matching.folding import fold
from vierogen.matching.parsing import parse
from vierogen.notices.actions import tell
from vierogen.people.actions import addressees, insist
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Right

# Of so many words every order is kept.
MOST_TURNED = 3


def touched(revision: int) -> dict[str, Any]:
    """What a change of what an alert listens for, or of its state, writes: listeners see it, and a rhythm begins."""
    return {"revision": revision + 1, "changed_at": timezone.now()}


def ask(alert: Alert, *, by: Member, changes: Mapping[str, Any], only_if: Mapping[str, Any]) -> None:
    """Write ``changes`` and let the alert wait for a privacy officer, who is told by mail. In a transaction.

    Raises ``WrongStateError`` where it is not as ``only_if`` says any more.
    """
    changes = {**changes, "changed_at": timezone.now(), "asked_by": by, "permitted_by": None, "permit_reason": ""}
    _remember(alert.organisation_id, changes["query"])
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


def _remember(organisation_id: int, query: str) -> None:
    """Keep the prints of words that were asked for as about a person, also joined together as in a tag."""
    found = ways(query) or []
    names = [way for way in found if len(found) == 1 or is_only_a_name(way)]
    prints = {print_of(query)}.union(*map(_joined, names))
    rows = [Wanted(organisation_id=organisation_id, words=each) for each in sorted(prints)]
    Wanted.objects.bulk_create(rows, ignore_conflicts=True)


def print_of(query: str) -> str:
    """The SHA-256 of its words, as the matcher reads them and without those that say nothing.

    Neither order, capitals, quotes, signs between, looking inside words nor a filter makes other words of them.
    """
    words = said(token for way in ways(query) or [] for token in way)
    return _print(words or fold([query])[0].partition("|")[0].split())


def _print(words: Iterable[str]) -> str:
    return hashlib.sha256(" ".join(sorted(set(words))).encode()).hexdigest()


def _joined(way: Way) -> set[str]:
    """The prints of its words without spaces between: "jandevries", "janvries", "vriesjan"."""
    whole, telling = every_word(way), said(way)
    orders = permutations(telling) if len(telling) <= MOST_TURNED else [tuple(telling)]
    return {_print(["".join(words)]) for words in (whole, *orders)}


def _prints_of(query: str) -> set[str]:
    """Of it, of each part between OR, and of each way to fulfil it; also as they were made before, by whatever stands
    in the text."""
    read = parse(query)
    parts = {query, *map(read.worded, range(len(read.clauses)))}
    older = {_print(set(re.findall(r"\w+", part.casefold())) - {"and", "or"}) for part in parts}
    older |= {_print(fold([part])[0].partition("|")[0].split()) for part in parts}
    found = ways(query) or []
    return {print_of(query), *map(_print, map(said, found)), *older}.union(*map(_joined, found))


def was_wanted(organisation: Organisation, query: str, *, own_name: str = "") -> bool:
    """Did anybody here ask to listen for these words as about a person, whatever became of it?

    Their ``own_name`` is everybody's own to listen for.
    """
    prints = _prints_of(query) - (_prints_of(own_name) if own_name else set())
    return Wanted.objects.filter(organisation=organisation, words__in=prints).exists()


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
