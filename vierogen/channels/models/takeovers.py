"""Tables of takeovers: an account gets into other hands without whoever leaves, or people practise that."""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

from vierogen.channels.models.channels import Channel
from vierogen.channels.states import STEP_MOVES, TAKEOVER_MOVES, StepState, TakeoverState
from vierogen.people.models import Member


class TakeoverQuerySet(models.QuerySet["Takeover"]):
    """Takeovers and exercises."""

    def visible_to(self, member: Member) -> "TakeoverQuerySet":
        """Those of the member's organisation."""
        return self.filter(channel__organisation_id=member.organisation_id)

    def running(self) -> "TakeoverQuerySet":
        """Those that have not come to an end."""
        return self.filter(state=TakeoverState.RUNNING)

    def waiting_for(self, channel: Channel, *keys: str) -> "Takeover | None":
        """The one of this account that is under way, no exercise, and whose next step is one of these."""
        found = self.running().filter(channel=channel, is_drill=False).first()
        due = found and found.steps.filter(state=StepState.TODO).first()
        return found if due and due.key in keys else None


class Takeover(models.Model):
    """An account gets into other hands, step by step; with ``is_drill`` nothing changes and only the time is taken."""

    MOVES = TAKEOVER_MOVES

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="takeovers")
    is_drill = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=TakeoverState.choices, default=TakeoverState.RUNNING)
    begun_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(default=timezone.now)
    ended_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = TakeoverQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel"], condition=Q(state=TakeoverState.RUNNING), name="one_takeover_at_a_time"
            )
        ]

    @property
    def organisation_id(self) -> int:
        """Whose it is."""
        return self.channel.organisation_id

    @property
    def took(self) -> timedelta:
        """How long it took, or takes already."""
        return (self.ended_at or timezone.now()) - self.begun_at

    @property
    def minutes(self) -> int:
        """The same in minutes, rounded up."""
        return max(1, -(-int(self.took.total_seconds()) // 60))


class TakeoverStep(models.Model):
    """One step of a takeover; ``key`` says which, ``note`` (translatable English) what came of it."""

    MOVES = STEP_MOVES

    takeover = models.ForeignKey(Takeover, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=StepState.choices, default=StepState.TODO)
    done_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["takeover", "key"], name="a_step_once_in_a_takeover")]

    @property
    def organisation_id(self) -> int:
        """Whose it is."""
        return self.takeover.organisation_id
