"""The table of incidents: a plain record of what went wrong."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vierogen.incidents.states import MOVES, State
from vierogen.people.models import Member, Organisation
from vierogen.watch.models import Stray


class IncidentQuerySet(models.QuerySet["Incident"]):
    """Incidents."""

    def visible_to(self, member: Member) -> "IncidentQuerySet":
        """Incidents of the member's organisation."""
        return self.filter(organisation_id=member.organisation_id)

    def led_by(self, member: Member) -> "IncidentQuerySet":
        """Those that are this member's to bring to an end: given to them, or opened by them and given to nobody."""
        return self.filter(Q(leader=member) | Q(leader=None, opened_by=member))

    def open(self) -> "IncidentQuerySet":
        """Those with which somebody is still busy."""
        return self.filter(state=State.OPEN)


class Incident(models.Model):
    """Something went wrong. ``stray`` is what it began with, where it began with one."""

    MOVES = MOVES

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="incidents")
    title = models.CharField(_("What is going on?"), max_length=200)
    note = models.TextField(_("What do you know?"), blank=True)
    stray = models.OneToOneField(Stray, on_delete=models.PROTECT, null=True, related_name="incident")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    opened_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    # Who goes on with it where that is somebody else than who opened it.
    leader = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    closed_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Is somebody still busy with it?"""
        return bool(self.state == State.OPEN)
