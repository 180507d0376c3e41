"""Tables of notices: mails and pushes that wait, devices, alarms with their ladder. Rows are the queue."""

from datetime import datetime
from typing import ClassVar, Protocol, TypeVar, cast

from django.db import models, transaction
from django.db.models import Min, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vierogen.core.leases import Leased, free, lock, taken
from vierogen.ledger.moves import Moves
from vierogen.notices.states import MOVES, State

Row = TypeVar("Row", bound="Waiting")


class HasOrganisation(Protocol):
    """Somebody who acts for one organisation: a member, but this room knows no people."""

    @property
    def organisation_id(self) -> int:
        """Whose rows they may see."""


class WaitingQuerySet(models.QuerySet[Row]):
    """Rows that are to be sent."""

    def due(self, now: datetime) -> "WaitingQuerySet[Row]":
        """What may be tried now and is in nobody's hands, longest waiting first."""
        return self.filter(free(now), next_at__lte=now).order_by("next_at", "pk")

    def claim(self, owner: str) -> Row | None:
        """Take the first due row under a lease; None when nothing is due or another sender was faster."""
        if not self.due(timezone.now()).exists():  # spares SQLite its write lock when there is nothing to do
            return None
        with transaction.atomic():
            row = cast("Row | None", lock(self.due(timezone.now())).first())
            if row is None:
                return None
            self.filter(pk=row.pk).update(**taken(owner))
            row.refresh_from_db(fields=["lease_owner", "lease_until", "fence"])
        return row

    def next_at(self) -> datetime | None:
        """When the first row that still waits is due; one in a sender's hands when its lease ends."""
        now = timezone.now()
        waiting = self.filter(next_at__isnull=False)
        unheld = waiting.filter(free(now)).aggregate(first=Min("next_at"))["first"]
        held = waiting.exclude(free(now)).aggregate(first=Min("lease_until"))["first"]
        return min((moment for moment in (unheld, held) if moment), default=None)


class Waiting(Leased):
    """The columns of a row to be sent: ``next_at`` is when to try (again), None once it is settled."""

    next_at = models.DateTimeField(null=True, blank=True, default=timezone.now, db_index=True)
    attempts = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True


class AlarmQuerySet(models.QuerySet["Alarm"]):
    """Alarms."""

    def visible_to(self, member: HasOrganisation) -> "AlarmQuerySet":
        """Alarms of the member's organisation."""
        return self.filter(organisation_id=member.organisation_id)

    def ringing(self) -> "AlarmQuerySet":
        """Alarms that nobody has answered, oldest first."""
        return self.filter(state=State.RINGING).order_by("pk")

    def due(self, now: datetime) -> "AlarmQuerySet":
        """Ringing alarms whose next call is due."""
        return self.filter(state=State.RINGING, next_at__lte=now).order_by("next_at", "pk")


class Alarm(models.Model):
    """Somebody must look at ``subject`` (``room.model:id``, as the ledger writes it) now.

    ``calls`` counts how often people were told; ``next_at`` is when the next are (None: nobody any more).
    ``repeat_after`` is in seconds.
    """

    MOVES: ClassVar[Moves] = MOVES

    organisation_id = models.BigIntegerField()
    subject = models.CharField(max_length=80, db_index=True)
    link = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=15, choices=State.choices, default=State.RINGING)
    rung_at = models.DateTimeField(default=timezone.now)
    repeat_after = models.PositiveIntegerField(default=120)
    calls = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=120, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = AlarmQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["state", "next_at"], name="alarm_due")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=State.RINGING) | Q(next_at=None), name="an_answered_alarm_calls_nobody"
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject} ({self.get_state_display()})"

    @property
    def is_ringing(self) -> bool:
        """Has nobody answered yet?"""
        return bool(self.state == State.RINGING)


class AlarmStep(models.Model):
    """A rung of the ladder: who is told, and with which words (rendered once, in their language)."""

    alarm = models.ForeignKey(Alarm, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveIntegerField()
    user_id = models.BigIntegerField()
    email = models.EmailField()
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=10)
    title = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField()
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["alarm", "position"], name="one_person_a_rung")]


class MessageQuerySet(WaitingQuerySet["Message"]):
    """Mails."""

    def visible_to(self, member: HasOrganisation) -> "MessageQuerySet":
        """Mails of the member's organisation."""
        return self.filter(organisation_id=member.organisation_id)

    def troubled(self) -> "MessageQuerySet":
        """Mails that failed for good, or that the mail server did not take yet; newest first."""
        return self.filter(Q(failed_at__isnull=False) | Q(sent_at=None, attempts__gt=0)).order_by("-pk")


class Message(Waiting):
    """One mail to one person. ``problem`` is the last refusal, for people; ``mail_id`` is its Message-ID.

    ``headers`` are those that only this kind of mail has, by name.
    """

    organisation_id = models.BigIntegerField()
    user_id = models.BigIntegerField(db_index=True)
    email = models.EmailField()
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=10)
    title = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField()
    headers = models.JSONField(default=dict, blank=True)
    urgent = models.BooleanField(default=False)
    mail_id = models.CharField(max_length=200, unique=True)
    alarm = models.ForeignKey(Alarm, on_delete=models.CASCADE, null=True, related_name="messages")
    sent_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at=None, failed_at=None)
                | Q(next_at=None, sent_at=None)
                | Q(next_at=None, failed_at=None),
                name="a_settled_mail_waits_no_more",
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} → {self.email}"


class PushSubscription(models.Model):
    """A browser that shows our notices (Push API, https://www.w3.org/TR/push-api/).

    ``p256dh`` and ``auth`` are the browser's keys in base64url; its service last took one at ``reached_at``.
    """

    user_id = models.BigIntegerField(db_index=True)
    endpoint = models.URLField(_("address"), max_length=500, unique=True)
    p256dh = models.CharField(max_length=100)
    auth = models.CharField(max_length=40)
    label = models.CharField(_("device"), max_length=80, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    reached_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]


class Push(Waiting):
    """One notice on its way to one browser: a title and a link, never content. Gone once it is delivered."""

    subscription = models.ForeignKey(PushSubscription, on_delete=models.CASCADE, related_name="pushes")
    title = models.CharField(max_length=200)
    link = models.CharField(max_length=500)

    objects: ClassVar[WaitingQuerySet["Push"]] = WaitingQuerySet["Push"].as_manager()  # type: ignore[assignment]
