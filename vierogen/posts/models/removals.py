"""Evidence of remote posts, and their take-down."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone

from vierogen.channels.models import Channel
from vierogen.core.leases import Leased, free
from vierogen.people.models import Member, Organisation
from vierogen.posts.models.deliveries import Delivery
from vierogen.posts.states import IN_HANDS, OVER, PURSUED, TAKE_DOWN_MOVES, TakeDownState
from vierogen.vault.models import Envelope


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    """Evidence."""

    def kept(self) -> "EvidenceQuerySet":
        """What is still there to be opened."""
        return self.exclude(ciphertext=b"")

    def visible_to(self, member: Member) -> "EvidenceQuerySet":
        """Evidence of the member's organisation."""
        return self.filter(organisation_id=member.organisation_id)


class Evidence(Envelope):
    """A remote post as it was seen: sealed JSON, its SHA-256, and until when it is kept.

    It may be a colleague's private photo: nobody sees it without a reason that is recorded first.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="evidence")
    remote_id = models.CharField(max_length=300)
    sha256 = models.CharField(max_length=64)
    seen_at = models.DateTimeField(default=timezone.now)
    retain_until = models.DateTimeField()
    # None: still to be fetched; False: the network no longer gave them.
    media_complete = models.BooleanField(null=True)

    objects = EvidenceQuerySet.as_manager()

    @property
    def is_forgotten(self) -> bool:
        """Did its retention end, so that only the row is left?"""
        return not self.ciphertext


class EvidenceMedia(Envelope):
    """A picture of the remote post, sealed, with the SHA-256 of its bytes."""

    evidence = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="media")
    sha256 = models.CharField(max_length=64)
    mime = models.CharField(max_length=60)
    url = models.TextField()


class EvidenceOpening(models.Model):
    """Who looked at evidence, when and why; committed before anything is shown."""

    evidence = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="openings")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    at = models.DateTimeField(default=timezone.now)


class TakeDownQuerySet(models.QuerySet["TakeDown"]):
    """Take-downs."""

    def visible_to(self, member: Member) -> "TakeDownQuerySet":
        """Take-downs of the member's organisation."""
        return self.filter(organisation_id=member.organisation_id)

    def due(self, now: datetime) -> "TakeDownQuerySet":
        """Those that want a next step now."""
        return self.filter(free(now), state__in=PURSUED, next_at__lte=now)

    def under_way(self) -> "TakeDownQuerySet":
        """Those that have not come to an end."""
        return self.exclude(state__in=OVER)

    def in_hands(self) -> "TakeDownQuerySet":
        """Those that wait for a person in the network's own app."""
        return self.filter(state__in=IN_HANDS)


class TakeDown(Leased):
    """The removal of a remote post, done when the post *and* its media were read again and are gone."""

    MOVES = TAKE_DOWN_MOVES

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="take_downs")
    remote_id = models.CharField(max_length=300)
    # What the post consisted of, to be able to read all of it again: url, kind, target, media addresses.
    shown = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=TakeDownState.choices, default=TakeDownState.ASKED)
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="take_downs")
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, null=True, related_name="take_downs")
    asked_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    next_at = models.DateTimeField(default=timezone.now)
    # Where a person was asked: before then no deletion is tried. None: our key did not allow any.
    delete_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    remains = models.JSONField(default=list)
    problem = models.TextField(blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    gone_at = models.DateTimeField(null=True, blank=True)

    objects = TakeDownQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "remote_id"],
                condition=~Q(state__in=["gone", "cancelled"]),
                name="one_open_take_down_per_post",
            )
        ]
