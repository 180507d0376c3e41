"""The table of reviews that are asked of a colleague organisation."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from vierogen.people.models import Member, Organisation, Partnership
from vierogen.people.states import PartnershipState
from vierogen.posts.models.writing import Version
from vierogen.posts.states import GUEST_REVIEW_MOVES, GuestReviewState, PostState


class GuestReviewQuerySet(models.QuerySet["GuestReview"]):
    """Reviews asked of others."""

    def asked(self) -> "GuestReviewQuerySet":
        """Those that nobody decided, took back or let lapse yet."""
        return self.filter(state=GuestReviewState.ASKED)

    def open(self) -> "GuestReviewQuerySet":
        """Those that hold at this moment: still this version, still in review, still partners, still in time."""
        newer = Version.objects.filter(post=OuterRef("version__post"), number__gt=OuterRef("version__number"))
        in_time = Q(version__not_before=None) | Q(version__not_before__gt=timezone.now())
        return self.asked().filter(
            ~Exists(newer),
            in_time,
            version__post__state=PostState.IN_REVIEW,
            partnership__state=PartnershipState.AGREED,
        )

    def visible_to(self, member: Member) -> "GuestReviewQuerySet":
        """Those that the member's organisation was asked to judge, without what this member wrote elsewhere."""
        return self.filter(partner_id=member.organisation_id).exclude(
            version__contributors__member__user_id=member.user_id
        )


class GuestReview(models.Model):
    """One version of a post of ``organisation``, which ``partner`` was asked to judge."""

    MOVES = GUEST_REVIEW_MOVES

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    partner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="guest_reviews")
    state = models.CharField(max_length=12, choices=GuestReviewState.choices, default=GuestReviewState.ASKED)
    asked_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = GuestReviewQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "partner"], condition=Q(state=GuestReviewState.ASKED), name="a_guest_is_asked_once"
            ),
            models.CheckConstraint(condition=~Q(organisation=models.F("partner")), name="a_guest_is_from_elsewhere"),
        ]
