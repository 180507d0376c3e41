"""What a member holds of incidents: those that they bring to an end."""

from django.urls import reverse
from django.utils.translation import gettext as _

from vierogen.incidents.actions import give
from vierogen.incidents.models import Incident
from vierogen.ledger.moves import subject_of
from vierogen.people.holding import Held, Holding, number_of
from vierogen.people.models import Member

STAYS = {"incidents.Incident.closed_by": "who closed it"}


class Led(Holding):
    """Open incidents that this member leads."""

    key = "incidents.led"
    covers = ("incidents.Incident.opened_by", "incidents.Incident.leader")
    can_hand_over = True

    @property
    def title(self) -> str:
        """The kind in words, plural."""
        return _("Open incidents that they lead")

    def held_by(self, member: Member) -> list[Held]:
        """Each open incident."""
        asks = _("Somebody else brings it to an end.")
        return [
            Held(subject_of(row), row.title, asks, reverse("incidents:detail", args=[row.pk]))
            for row in Incident.objects.visible_to(member).open().led_by(member)
        ]

    def hand_over(self, member: Member, subject: str, *, to: Member, by: Member) -> None:
        """Let ``to`` lead it."""
        give(Incident.objects.visible_to(member).led_by(member).get(pk=number_of(subject)), to=to, by=by)
