"""The organisation's quiet moments: added, changed and removed by who looks after its settings."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from vierogen.ledger.actions import record
from vierogen.ledger.moves import subject_of
from vierogen.people.actions import insist
from vierogen.people.models import Member
from vierogen.people.roles import Right
from vierogen.posts.models import QuietMoment


@transaction.atomic
def add(title: str, *, starts: datetime, ends: datetime, by: Member) -> QuietMoment:
    """Add one. Raises ``ValidationError`` where it has no title, or ends before it begins."""
    insist(by, Right.MANAGE_ORGANISATION, organisation_id=by.organisation_id)
    _refuse_bad(title, starts, ends)
    told = {"title": title.strip(), "starts": starts, "ends": ends}
    moment = QuietMoment.objects.create(organisation_id=by.organisation_id, by=by, **told)
    _record(moment, "add_moment", by=by)
    return moment


@transaction.atomic
def change(moment: QuietMoment, *, title: str, starts: datetime, ends: datetime, by: Member) -> None:
    """Give it another title or other times; ``ValidationError`` as with ``add``, or where it is gone."""
    insist(by, Right.MANAGE_ORGANISATION, organisation_id=moment.organisation_id)
    _refuse_bad(title, starts, ends)
    row = QuietMoment.objects.filter(pk=moment.pk)
    if not row.update(title=title.strip(), starts=starts, ends=ends):
        raise ValidationError(_("Somebody removed it a moment ago."))
    _record(row.get(), "change_moment", by=by)


@transaction.atomic
def remove(moment: QuietMoment, *, by: Member) -> None:
    """Remove it; the ledger keeps that it was there."""
    insist(by, Right.MANAGE_ORGANISATION, organisation_id=moment.organisation_id)
    subject = QuietMoment.objects.filter(pk=moment.pk)
    if not subject.exists():
        raise ValidationError(_("Somebody removed it a moment ago."))
    _record(moment, "remove_moment", by=by)
    subject.delete()


def _refuse_bad(title: str, starts: datetime, ends: datetime) -> None:
    if not title.strip():
        raise ValidationError(_("Say in a few words what it is."))
    if ends <= starts:
        raise ValidationError(_("It ends before it begins. Choose a later end."))


def _record(moment: QuietMoment, verb: str, *, by: Member) -> None:
    # The title can name somebody: "funeral of ...".
    facts = {"starts": moment.starts.isoformat(), "ends": moment.ends.isoformat()}
    record(moment.organisation_id, verb, subject_of(moment), by=by, facts=facts, personal={"note": moment.title})
