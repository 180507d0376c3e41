"""The table of reviews that are asked of a colleague organisation."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from vierogen.learning.standing import standings_among
from vierogen.people.models import Member, MemberQuerySet, Organisation, Partnership
from vierogen.people.roles import Right
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
        """Those that the member's organisation was asked to judge.

        Without what this member wrote elsewhere, and without those of where they are ``barred``.
        """
        elsewhere = Member.objects.filter(user_id=member.user_id).exclude(organisation_id=member.organisation_id)
        closed = [row.organisation_id for row in barred(elsewhere)]
        rows = self.filter(partner_id=member.organisation_id).exclude(organisation_id__in=closed)
        return rows.exclude(version__contributors__member__user_id=member.user_id)


def barred(rows: MemberQuerySet) -> list[Member]:
    """Those of ``rows`` who may not judge at their own organisation, and so not as a guest from elsewhere either.

    Trainees, who left, who has no such role, who still has something to read or to learn. Few queries, however many.
    """
    members = list(rows.select_related("user", "organisation").prefetch_related("held"))
    judges = [member.pk for member in members if member.may(Right.REVIEW)]
    standings = standings_among(Member.objects.filter(pk__in=judges)) if judges else {}
    return [member for member in members if member.pk not in standings or not standings[member.pk].ok]


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
