"""Approvals, deliveries, and what can hold them."""

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from vierogen.channels.models import Channel
from vierogen.channels.states import State as ChannelState
from vierogen.core.leases import Leased, free
from vierogen.people.models import Member, Organisation
from vierogen.posts.checks.running import checks
from vierogen.posts.models.checking import Mourning
from vierogen.posts.models.writing import Version
from vierogen.posts.states import (
    AFTER_REVIEW_MOVES,
    DELIVERY_MOVES,
    OUT,
    STOPPABLE,
    UNDER_WAY,
    AfterReviewState,
    DeliveryState,
    PostState,
)


class Approval(models.Model):
    """A second person's yes to exactly one version. An emergency has none, and says why."""

    version = models.OneToOneField(Version, on_delete=models.PROTECT, related_name="approval")
    digest = models.CharField(max_length=64)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="approvals")
    # Copied from the version so that the database itself can refuse the author's own approval.
    writer = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    emergency = models.BooleanField(default=False)
    reason = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)
    # Somebody stopped the post: nothing of it is sent (again) on this approval, whatever was under way then.
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(by=F("writer")) | Q(emergency=True), name="nobody_approves_own_work"),
            models.CheckConstraint(condition=Q(emergency=False) | ~Q(reason=""), name="an_emergency_has_a_reason"),
        ]


class Halt(models.Model):
    """*Stop everything*: as long as an open one exists, nothing of the organisation leaves."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="halts")
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation"], condition=Q(lifted_at=None), name="one_open_halt")
        ]


# Before the key of the check that held a delivery when its time came, in ``problem``.
BY_CHECK = "check:"
NO_CONSENT = gettext_noop(
    "Somebody in a picture took back their consent, or it ended. Take the picture out, or ask them once more."
)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Deliveries."""

    def visible_to(self, member: Member) -> "DeliveryQuerySet":
        """Deliveries of the member's organisation."""
        return self.filter(organisation_id=member.organisation_id)

    def locked(self) -> "list[Delivery]":
        """These rows, locked until the transaction ends. Before the first move: that takes the ledger's head."""
        return list(self.select_for_update(of=("self",), no_key=True).order_by("pk"))

    def due(self, now: datetime) -> "DeliveryQuerySet":
        """Whose time has come, and what nobody stopped. Whether it may leave, ``permits.why_not`` says."""
        halted = Halt.objects.filter(organisation=OuterRef("organisation"), lifted_at=None)
        return self.undisturbed().filter(
            ~Exists(halted),
            free(now),
            Q(next_try_at=None) | Q(next_try_at__lte=now),
            state=DeliveryState.WAITING,
            due_at__lte=now,
            cooling_until__lte=now,
            channel__state=ChannelState.CONNECTED,
            version__post__state=PostState.APPROVED,
        )

    def near(self, now: datetime, *, ahead: timedelta) -> "DeliveryQuerySet":
        """Planned ones whose time comes within ``ahead``, and that nobody checked again yet; the first comes first."""
        planned = self.filter(version__not_before__isnull=False, version__post__state=PostState.APPROVED)
        soon = planned.filter(free(now), due_at__gt=now, due_at__lte=now + ahead, state=DeliveryState.WAITING)
        return soon.filter(rechecked_at=None, rechecks=0).order_by("due_at")

    def undisturbed(self) -> "DeliveryQuerySet":
        """Those that no grave event holds: nothing happened, or a person let them go out knowing what happened."""
        return self.exclude(self._disturbed())

    def disturbed(self) -> "DeliveryQuerySet":
        """Those that were approved, or released, before something grave happened that still goes on."""
        return self.filter(self._disturbed())

    @staticmethod
    def _disturbed() -> Q:
        stands = Mourning.objects.filter(organisation=OuterRef("organisation"), ended_at=None)
        return Q(Exists(stands)) & ~Q(Exists(stands.filter(pk=OuterRef("despite"))))

    def doubtful(self, now: datetime) -> "DeliveryQuerySet":
        """What somebody has to look for: uncertain ones whose time it is, and those of a worker that died."""
        abandoned = Q(state=DeliveryState.SENDING, lease_until__lt=now)
        to_look = Q(state=DeliveryState.UNCERTAIN, next_look_at__lte=now) & free(now)
        return self.filter(abandoned | to_look)

    def that_made(self, channel_id: Any, remote_id: Any) -> "DeliveryQuerySet":
        """Those that became this remote post, or of which it is a part; ids, or expressions for them."""
        parts = Part.objects.filter(channel=channel_id, remote_id=remote_id)
        return self.filter(Q(remote_id=remote_id) | Q(pk__in=parts.values("delivery")), channel=channel_id)

    def in_flight(self) -> "DeliveryQuerySet":
        """Attempts of which the network may show something that we do not know: under way, or without an answer.

        One that the network certainly refused explains nothing that somebody posts later, however alike.
        """
        return self.filter(Q(state=DeliveryState.SENDING) | Q(doubted=True), remote_id="")

    def begun(self) -> "DeliveryQuerySet":
        """Not settled, and the connector kept something of an attempt: parts of it may stand there for certain."""
        return self.filter(remote_id="").exclude(kept={})


class Delivery(Leased):
    """The sending of one version to one channel, at most once.

    ``due_at`` is when it should go out; ``cooling_until`` when cooling-off ends. ``uncertain`` with
    ``next_look_at`` None waits for a person. ``doubted``: an attempt ended without an answer, so it may have
    arrived; from then on ``key`` and ``dated`` stay the same for every attempt.
    """

    MOVES = DELIVERY_MOVES

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="deliveries")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="deliveries")
    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, related_name="deliveries")
    state = models.CharField(max_length=12, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    key = models.CharField(max_length=80, unique=True)
    # The moment that the post carries where the network lets us say it: when it is sent, not when it was approved.
    dated = models.DateTimeField()
    doubted = models.BooleanField(default=False)
    cooling_until = models.DateTimeField()
    due_at = models.DateTimeField(db_index=True)
    attempts = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    looks = models.PositiveIntegerField(default=0)
    next_look_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    remote_id = models.CharField(max_length=300, blank=True)
    url = models.CharField(max_length=500, blank=True)
    problem = models.TextField(blank=True)
    released_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True, blank=True)
    # The grave event that whoever approved or released it knew of; any other that goes on holds it.
    despite = models.ForeignKey(Mourning, on_delete=models.PROTECT, null=True, related_name="+")
    # When its time came: how often somebody began to check it again, and when that was done.
    rechecks = models.PositiveSmallIntegerField(default=0)
    rechecked_at = models.DateTimeField(null=True, blank=True)
    # What the connector keeps between attempts (networks.base.Attempt), and how far the present one is.
    kept = models.JSONField(default=dict)
    progress = models.CharField(max_length=200, blank=True)
    percent = models.PositiveSmallIntegerField(default=0)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "channel"], name="one_delivery_per_version_and_channel"),
            models.UniqueConstraint(
                fields=["channel", "remote_id"],
                condition=~Q(remote_id=""),
                name="a_remote_post_is_explained_once",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_at"], name="delivery_due")]

    def __str__(self) -> str:
        return f"delivery {self.pk}"

    @property
    def is_out(self) -> bool:
        """May something of it stand on the network?"""
        return self.state in OUT

    @property
    def can_be_stopped(self) -> bool:
        """Is there anything left to stop: what has not left, or what could be sent again?"""
        return self.state in STOPPABLE or self.state in UNDER_WAY

    @property
    def is_in_flight(self) -> bool:
        """See ``DeliveryQuerySet.in_flight``."""
        return not self.remote_id and (self.doubted or self.state == DeliveryState.SENDING)

    @property
    def needs_a_person(self) -> bool:
        """Could looking not settle what happened?"""
        return self.state == DeliveryState.UNCERTAIN and self.next_look_at is None

    @property
    def why(self) -> str:
        """``problem`` as a sentence in the reader's language."""
        if not self.problem.startswith(BY_CHECK):
            return _(self.problem) if self.problem else ""
        check = checks().get(self.problem.removeprefix(BY_CHECK))
        told = {"check": _(check.title) if check else self.problem.removeprefix(BY_CHECK)}
        return _("A check found something new when its time came: %(check)s. Look whether it may still go out.") % told

    @property
    def is_held_by_check(self) -> bool:
        """Did a check find something new when its time came?"""
        return self.state == DeliveryState.HELD and self.problem.startswith(BY_CHECK)

    @property
    def wants_a_look(self) -> bool:
        """Is there something on its own page that whoever releases it has to read first?"""
        return self.is_held_by_check or (self.state == DeliveryState.HELD and self.problem == NO_CONSENT)

    @property
    def looked_at(self) -> datetime:
        """When a person last said that it may go out."""
        return self.released_at or self.approval.at

    @property
    def is_cooling(self) -> bool:
        """Can it still be stopped in its cooling-off time?"""
        return self.state == DeliveryState.WAITING and self.cooling_until > timezone.now()

    @property
    def planned_for(self) -> datetime:
        """When it should have gone out, however often it was held, released or tried again since."""
        return max(self.cooling_until, self.version.not_before or self.cooling_until)

    @property
    def lateness(self) -> float:
        """Seconds between when it was planned and when it was out; 0 while it is not."""
        return max(0.0, (self.published_at - self.planned_for).total_seconds()) if self.published_at else 0.0


class Part(models.Model):
    """What follows the first remote post of a delivery in a thread; ``place`` counts from 1."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="parts")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+")
    remote_id = models.CharField(max_length=300)
    place = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["place"]
        constraints = [models.UniqueConstraint(fields=["channel", "remote_id"], name="a_part_is_explained_once")]


class AfterReviewQuerySet(models.QuerySet["AfterReview"]):
    """After-reviews."""

    def visible_to(self, member: Member) -> "AfterReviewQuerySet":
        """Those of the member's organisation."""
        return self.filter(organisation_id=member.organisation_id)

    def with_post(self) -> "AfterReviewQuerySet":
        """With the post that went out, and who wrote and published it."""
        rows = self.select_related("approval__version__post", "approval__by__user")
        return rows.prefetch_related("approval__version__contributors", "approval__version__targets__channel")

    def open(self) -> "AfterReviewQuerySet":
        """Those still owed."""
        return self.filter(state=AfterReviewState.OPEN)

    def done(self) -> "AfterReviewQuerySet":
        """Those that somebody has done, with whom."""
        return self.filter(state=AfterReviewState.DONE).select_related("by__user")

    def overdue(self, now: datetime) -> "AfterReviewQuerySet":
        """Those owed too long; while one exists, the emergency path is closed."""
        return self.open().filter(due_at__lt=now)


class AfterReview(models.Model):
    """The second pair of eyes that an emergency owes, within 24 hours."""

    MOVES = AFTER_REVIEW_MOVES

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    approval = models.OneToOneField(Approval, on_delete=models.PROTECT, related_name="after_review")
    state = models.CharField(max_length=8, choices=AfterReviewState.choices, default=AfterReviewState.OPEN)
    due_at = models.DateTimeField()
    by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    was_right = models.BooleanField(null=True)
    note = models.TextField(blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    objects = AfterReviewQuerySet.as_manager()
