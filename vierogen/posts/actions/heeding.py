"""Learning from use: which findings writers act upon, and which they do not."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from vierogen.people.models import Organisation
from vierogen.posts.checks.base import Tier
from vierogen.posts.models import Approval, CheckLevel, FoundThing, Version

WINDOW = timedelta(days=90)
# Fewer say nothing about a check.
ENOUGH = 10


@dataclass(frozen=True)
class Use:
    """How one check fared. Each number counts posts, so that saving often counts once.

    ``shown``: a version of the post was saved in which the check pointed something out, or stopped.
    ``heeded``: of these, it is gone in the newest version. ``overridden``: of these, it still stands in the newest
    version, and that version was approved (in an emergency too), or, where it was found when its time came, somebody
    let it through. The rest is still being written, waits for review,
    was thrown away, or expired. Only versions of the last 90 days count, and none from before the organisation
    last chose how much the check weighs. What a check could not look at is no finding.
    """

    shown: int = 0
    heeded: int = 0
    overridden: int = 0

    @property
    def decided(self) -> int:
        """How many posts say something."""
        return self.heeded + self.overridden

    @property
    def is_mostly_overridden(self) -> bool:
        """Is it overridden more than half the time, and often enough to mean something?"""
        return self.decided >= ENOUGH and 2 * self.overridden > self.decided


def use_of_checks(organisation: Organisation) -> dict[str, Use]:
    """How each check fared that said something, by its key; in one query."""
    newer = Version.objects.filter(post=OuterRef("version__post"), number__gt=OuterRef("version__number"))
    # A newest version that nobody checked yet does not say that a finding is gone.
    unknown = newer.filter(checked_at=None)
    changed = CheckLevel.objects.filter(
        organisation=organisation, check_key=OuterRef("check_key"), since__gt=OuterRef("version__created_at")
    )
    said = FoundThing.objects.filter(
        ~Exists(changed),
        version__post__organisation=organisation,
        version__created_at__gte=timezone.now() - WINDOW,
        tier__in=[Tier.STOP, Tier.LOOK],
    )
    approved = Q(Exists(Approval.objects.filter(version=OuterRef("version"))))
    # What was found after the approval, when its time came, the reviewer did not see.
    let_through = Q(when_due=False) | Q(passed_by__isnull=False)
    stands, open_ = ~Q(Exists(newer)), Q(Exists(unknown))
    rows = said.order_by().values("check_key")
    counted = rows.annotate(
        shown=_posts(Q()), kept=_posts(stands | open_), overridden=_posts(stands & approved & let_through)
    ).values_list("check_key", "shown", "kept", "overridden")
    return {key: Use(shown, shown - kept, overridden) for key, shown, kept, overridden in counted}


def _posts(where: Q) -> Count:
    return Count("version__post", filter=where, distinct=True)
