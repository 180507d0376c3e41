"""What learning says to rooms below it: what of it points to members, and how they stand."""

from collections.abc import Mapping

from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vierogen.learning.models import Agreement, Lesson
from vierogen.learning.standing import Lacking, Standing, publishes, standing_of, standings_of
from vierogen.people.models import Member, Organisation
from vierogen.people.remarks import Remark, Remarks
from vierogen.people.steps import Step, Steps

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
        """Nothing of those who are up to date, or still get started: that says it all."""
        standings = standings_of(organisation)
        return {pk: _remark(one) for pk, one in standings.items() if one.open and not one.arrival}


def _remark(standing: Standing) -> Remark:
    number = len(standing.missing)
    if number:
        told = ngettext("%(number)d thing to learn is overdue", "%(number)d things to learn are overdue", number)
        return Remark("stop", told % {"number": number})
    return Remark("wait", _("%(number)d to learn, in time") % {"number": len(standing.waiting)})


class ToLearn(Steps):
    """The agreements in force, and the lessons that are asked of this member."""

    key = "learning"
    place = 1

    def of(self, member: Member) -> list[Step]:
        """None of a kind of which the organisation asks nothing."""
        open_ = standing_of(member).open
        cards = [one for one in open_ if one.what == "agreement"]
        lessons = [one for one in open_ if one.what == "lesson"]
        return [*_agreements(member, cards), *_lessons(member, lessons)]


def _agreements(member: Member, left: list[Lacking]) -> list[Step]:
    if not left and not Agreement.objects.visible_to(member).in_force().exists():
        return []
    count = len(left)
    words = ngettext("%(count)d short card, with a question.", "%(count)d short cards, each with a question.", count)
    text = words % {"count": count} if left else _("You confirmed all of them.")
    return [Step(_("Read what we agreed"), text, _there_and_back("learning:missing"), _("Read and confirm"), not left)]


def _lessons(member: Member, left: list[Lacking]) -> list[Step]:
    asked = Lesson.objects.visible_to(member).in_use().filter(mandatory=True)
    if not left and not (publishes(member) and asked.exists()):
        return []
    count = len(left)
    words = ngettext("%(count)d lesson of five minutes.", "%(count)d lessons of five minutes each.", count)
    text = words % {"count": count} if left else _("You have a certificate.")
    url = _there_and_back(left[0].url if left else "learning:list")
    return [Step(_("Learn from a real accident"), text, url, _("Do the lesson"), not left)]


def _there_and_back(page: str) -> str:
    """The address of a page that leads back to the steps."""
    return f"{resolve_url(page)}?{urlencode({'next': reverse('people:arriving')})}"
