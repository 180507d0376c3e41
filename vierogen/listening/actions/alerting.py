"""Saving and changing alerts. Nobody is listened for without the privacy officer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from vierogen.ledger.actions import record
from vierogen.ledger.moves import WrongStateError, move, subject_of
from vierogen.listening.actions import permitting
from vierogen.listening.actions.beginning import for_member, has_name_of
from vierogen.listening.actions.compiling import compiled
from vierogen.listening.actions.naming import name_in
from vierogen.listening.actions.ours import own_names
from vierogen.listening.actions.pointing import told
from vierogen.listening.actions.reading import follow
from vierogen.listening.models import Alert
from vierogen.listening.states import About, AlertState, Rhythm
from vierogen.matching.errors import QueryError
from vierogen.people.actions import insist
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Right

LONGEST_NAME = 120


@dataclass(frozen=True)
class Wish:
    """What somebody wants to listen for. Without a ``name`` the query is it. ``reason``: why this person."""

    query: str
    about: About
    name: str = ""
    reason: str = ""
    inside_words: bool = False
    spikes: bool = True

    def columns(self) -> dict[str, Any]:
        """What of it stands in the alert's row."""
        return {
            "name": self.name,
            "query": self.query,
            "about": self.about,
            "reason": self.reason,
            "inside_words": self.inside_words,
            "spikes": self.spikes,
        }


@transaction.atomic
def save(organisation: Organisation, wish: Wish, *, by: Member, rhythm: Rhythm = Rhythm.DAILY) -> Alert:
    """Make an alert, which its maker reads in this rhythm. One about a person waits for the privacy officer.

    Raises ``PermissionDenied``; ``ValidationError`` for a query that cannot be read, or a person without a reason.
    """
    insist(by, Right.LISTEN, organisation_id=organisation.pk)
    asked = judged(organisation, wish)
    _insist_on_permission(organisation, asked, by=by)
    columns = asked.columns()
    is_person = columns.pop("about") == About.PERSON
    # Nothing is seen of it before the end of the transaction: by then it waits.
    about = About.SUBJECT if is_person else asked.about
    alert = Alert.objects.create(organisation=organisation, made_by=by, about=about, **columns)
    facts, personal = {"about": asked.about.value}, {"query": asked.query}
    record(organisation.pk, "save", subject_of(alert), by=by, facts=facts, personal=personal)
    if is_person:
        permitting.ask(alert, by=by, changes=_changes(alert, asked), only_if={"revision": alert.revision})
    follow(alert, rhythm, by=by)
    return alert


@transaction.atomic
def change(alert: Alert, wish: Wish, *, by: Member, revision: int) -> None:
    """Change an alert as it was at ``revision``. Another query about a person is asked for anew.

    Raises as ``save`` does, and ``WrongStateError`` when somebody changed it meanwhile, or ended it.
    """
    insist(by, Right.LISTEN, organisation_id=alert.organisation_id)
    _is_for(alert, by)
    if alert.state == AlertState.ENDED:
        raise WrongStateError("change", subject_of(alert))
    own_name = _own_name(alert, by)
    asked = judged(alert.organisation, wish, own_name=own_name)
    _insist_on_permission(alert.organisation, asked, by=by, own_name=own_name)
    changes, only_if = _changes(alert, asked, revision=revision), {"revision": revision}
    if asked.about != About.PERSON:
        _let_go(alert, changes, by=by, only_if=only_if)
    elif _is_permitted(alert, asked) or (alert.state == AlertState.WAITING and not _differs(alert, asked)):
        permitting.write(alert, changes, by=by, only_if=only_if)
    else:
        permitting.ask(alert, by=by, changes=changes, only_if=only_if)


def _insist_on_permission(organisation: Organisation, asked: Wish, *, by: Member, own_name: str = "") -> None:
    """Words that were asked for as about a person do not become a subject because somebody says so, here or elsewhere.

    A privacy officer may say it. ``own_name``: of whoever listens for it; what stands beside it is no part of it.
    """
    if asked.about == About.PERSON or by.may(Right.PERMIT_PERSON):
        return
    if permitting.was_wanted(organisation, asked.query, own_name=own_name):
        message = _("Only the privacy officer can say that this is no person. Change the query, or ask again.")
        raise ValidationError({"about": message})


def _own_name(alert: Alert, by: Member) -> str:
    """Whoever wanted their own name to be listened for may change that alert."""
    return for_member(by).query if alert.origin == by.actor and has_name_of(alert, by) else ""


def _changes(alert: Alert, wish: Wish, *, revision: int | None = None) -> dict[str, Any]:
    touched = permitting.touched(alert.revision if revision is None else revision)
    if (alert.query, alert.inside_words) == (wish.query, wish.inside_words):
        del touched["changed_at"]
    return {**wish.columns(), **touched}


def _differs(alert: Alert, wish: Wish) -> bool:
    """Does it listen for something else, for another reason?"""
    now = (alert.query, alert.inside_words, alert.about, alert.reason)
    return now != (wish.query, wish.inside_words, wish.about, wish.reason)


def _is_permitted(alert: Alert, wish: Wish) -> bool:
    """Did the privacy officer permit exactly this?"""
    return alert.permitted_by_id is not None and not _differs(alert, wish)


def _let_go(alert: Alert, changes: dict[str, Any], *, by: Member, only_if: Mapping[str, Any]) -> None:
    """It is about nobody (any more), so it needs no permission."""
    changes |= {"reason": "", "permitted_by": None, "permit_reason": "", "asked_by": None}
    if alert.state in {AlertState.WAITING, AlertState.REFUSED}:
        changes["changed_at"] = timezone.now()
        move(alert, "activate", by=by, changes=changes, only_if=only_if, personal={"query": alert.query})
    else:
        permitting.write(alert, changes, by=by, only_if=only_if)


def judged(organisation: Organisation, wish: Wish, *, own_name: str = "") -> Wish:
    """The wish with its name, and as one about a person where the query is only a name.

    Raises ``ValidationError`` with the name of the field.
    """
    query = wish.query.strip()
    try:
        compiled(query, inside_words=wish.inside_words)
        is_name = name_in(query, ours=own_names(organisation) | {own_name.strip('"').casefold()})
    except QueryError as error:
        raise ValidationError({"query": told(error, query).whole}) from error
    about = About.PERSON if is_name else About(wish.about)
    if about == About.PERSON and not wish.reason.strip():
        raise ValidationError({"reason": NEEDS_REASON[bool(is_name)]()})
    reason = wish.reason.strip() if about == About.PERSON else ""
    name = wish.name.strip() or _short(query)
    return Wish(query, about, name, reason, inside_words=wish.inside_words, spikes=wish.spikes)


NEEDS_REASON = {
    True: lambda: _("This is, or may be, only a name, so it counts as an alert about a person. Say why you need it."),
    False: lambda: _("Say why you want to listen for this person. The privacy officer decides on it."),
}


def _short(query: str) -> str:
    words = " ".join(query.split())
    return words if len(words) <= LONGEST_NAME else words[: LONGEST_NAME - 1] + "…"


@transaction.atomic
def pause(alert: Alert, *, by: Member) -> None:
    """Hold it against nothing for the time being."""
    _step(alert, "pause", by=by)


@transaction.atomic
def resume(alert: Alert, *, by: Member) -> None:
    """Listen again."""
    _step(alert, "resume", by=by)


@transaction.atomic
def end(alert: Alert, *, by: Member) -> None:
    """Never listen for it again; what it found stays for as long as hits are kept."""
    _step(alert, "end", by=by)


def _step(alert: Alert, name: str, *, by: Member) -> None:
    insist(by, Right.LISTEN, organisation_id=alert.organisation_id)
    _is_for(alert, by)
    move(alert, name, by=by, changes=permitting.touched(alert.revision), only_if={"revision": alert.revision})


def _is_for(alert: Alert, by: Member) -> None:
    """Nobody but that member decides about the alert on a member's own name."""
    if alert.origin.startswith("member:") and alert.origin != by.actor:
        raise PermissionDenied(_("This alert is on the name of a colleague. Only they can change it."))
