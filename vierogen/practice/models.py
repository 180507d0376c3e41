"""The table of drills: accidents that are played on an account that exists for that alone."""

from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from vierogen.channels.models import Channel
from vierogen.core.leases import Leased, free, lock, taken
from vierogen.people.models import Member, Organisation
from vierogen.practice.scenario import Scenario, scenarios
from vierogen.practice.states import MOVES, State, Why

# So long a drill lasts at most: nobody must find one going on that everybody forgot.
LASTS = timedelta(hours=1)


class DrillQuerySet(models.QuerySet["Drill"]):
    """Drills."""

    def visible_to(self, member: Member) -> "DrillQuerySet":
        """Those of the member's organisation."""
        return self.filter(organisation_id=member.organisation_id)

    def open(self) -> "DrillQuerySet":
        """Those that are being prepared or going on."""
        return self.exclude(state=State.ENDED)

    def claim(self, owner: str) -> "Drill | None":
        """Take an open drill that nobody has (any more) under a lease; None where there is none."""
        rows = self.open().filter(free(timezone.now())).order_by("pk")
        if not rows.exists():  # spares SQLite its write lock
            return None
        with transaction.atomic():
            found: Drill | None = lock(rows).first()
            if found is not None:
                self.filter(pk=found.pk).update(**taken(owner))
                found.refresh_from_db()
        return found


class Drill(Leased):
    """An exercise: ``channel`` is its own account on this machine, ``remote_id`` the post that should not be there.

    ``result`` holds what was measured, once it is over: see ``measuring.Moment``. The lease says which worker runs
    the exercise network. A trigger keeps every other account out of ``channel`` (see ``guard``).
    """

    MOVES = MOVES

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="drills")
    scenario = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    led_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    channel = models.OneToOneField(Channel, on_delete=models.PROTECT, null=True, related_name="drill")
    remote_id = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=10, choices=Why.choices, blank=True)
    # The first statement, as somebody wrote it; never published.
    statement = models.TextField(blank=True)
    result = models.JSONField(default=list)

    objects = DrillQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=~Q(state=State.ENDED), name="one_drill_at_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.RUNNING) | (Q(channel__isnull=False) & ~Q(remote_id="")),
                name="a_drill_that_goes_on_has_its_post",
            ),
        ]

    def __str__(self) -> str:
        return f"drill {self.pk}"

    @property
    def plays(self) -> type[Scenario] | None:
        """What is played; None where that scenario is no more."""
        return scenarios().get(self.scenario)

    @property
    def is_open(self) -> bool:
        """Is it being prepared or going on?"""
        return bool(self.state != State.ENDED)

    @property
    def is_running(self) -> bool:
        """Does the post stand there?"""
        return bool(self.state == State.RUNNING)

    @property
    def over_at(self) -> datetime:
        """When it ends by itself."""
        return (self.started_at or self.asked_at) + LASTS

    def took(self, key: str) -> float | None:
        """Seconds from the post to the moment ``key``, of a drill that is over; None where it never came."""
        moments: list[dict[str, Any]] = self.result
        return next((moment["seconds"] for moment in moments if moment["key"] == key), None)
