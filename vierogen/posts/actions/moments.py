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
    record(by.organisation_id, "add_moment", subject_of(moment), by=by, **_told(moment))
    return moment


@transaction.atomic
def change(moment: QuietMoment, *, title: str, starts: datetime, ends: datetime, by: Member) -> None:
    """Give it another title or other times; ``ValidationError`` as with ``add``, or where it is gone."""
    insist(by, Right.MANAGE_ORGANISATION, organisation_id=moment.organisation_id)
    _refuse_bad(title, starts, ends)
    row = QuietMoment.objects.filter(pk=moment.pk)
    if not row.update(title=title.strip(), starts=starts, ends=ends):
        raise ValidationError(_("Somebody removed it a moment ago."))
    record(moment.organisation_id, "change_moment", subject_of(moment), by=by, **_told(row.get()))


@transaction.atomic
def remove(moment: QuietMoment, *, by: Member) -> None:
    """Remove it; the ledger keeps that it was there."""
    insist(by, Right.MANAGE_ORGANISATION, organisation_id=moment.organisation_id)
    row = QuietMoment.objects.filter(pk=moment.pk)
    if not row.delete()[0]:
        raise ValidationError(_("Somebody removed it a moment ago."))
    record(moment.organisation_id, "remove_moment", subject_of(moment), by=by, **_told(moment))


def _refuse_bad(title: str, starts: datetime, ends: datetime) -> None:
    if not title.strip():
        raise ValidationError(_("Say in a few words what it is."))
    if ends <= starts:
        raise ValidationError(_("It ends before it begins. Choose a later end."))


def _told(moment: QuietMoment) -> dict[str, dict[str, str]]:
    """What the ledger keeps of it. The title can name somebody: "funeral of ..."."""
    facts = {"starts": moment.starts.isoformat(), "ends": moment.ends.isoformat()}
    return {"facts": facts, "personal": {"note": moment.title}}
