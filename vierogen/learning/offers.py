"""What learning says to rooms below it: what of it points to members, and how they stand."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vierogen.learning.standing import Standing, standings_of
from vierogen.people.models import Organisation
from vierogen.people.remarks import Remark, Remarks

STAYS = {
    "learning.Agreement.written_by": "who wrote a version of an agreement",
    "learning.Agreement.in_force_by": "who put it in force",
    "learning.Confirmation.member": "that somebody confirmed an agreement stays true",
    "learning.Reminder.member": "goes with the member; nobody is reminded who left",
    "learning.Lesson.written_by": "who wrote a version of a lesson",
    "learning.Certificate.member": "a certificate stays valid until its end, also for who left",
}


class StandingOfMembers(Remarks):
    """Who still has something to read or to learn."""

    key = "learning"

    def of(self, organisation: Organisation) -> Mapping[int, Remark]:
        """Nothing of those who are up to date."""
        return {pk: _remark(one) for pk, one in standings_of(organisation).items() if one.open}


def _remark(standing: Standing) -> Remark:
    number = len(standing.missing)
    if number:
        told = ngettext("%(number)d thing to learn is overdue", "%(number)d things to learn are overdue", number)
        return Remark("stop", told % {"number": number})
    return Remark("wait", _("%(number)d to learn, in time") % {"number": len(standing.waiting)})
