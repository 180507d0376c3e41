"""The last door: what the publisher itself asks of a delivery, whatever happened at all doors before it."""

from django.utils.translation import gettext_noop

from vierogen.posts.models import AfterReview, Approval, Delivery, GuestReview, Version
from vierogen.posts.states import GuestReviewState

CHANGED = gettext_noop("The content does not match what was approved, so it was not sent.")
UNAPPROVED = gettext_noop("Nobody who may has approved this, so it was not sent.")
ASTRAY = gettext_noop("This post was not meant for this channel, so it was not sent.")


def why_not(delivery: Delivery) -> str:
    """Why this delivery may not leave, as a sentence; "" when exactly this was approved for exactly there."""
    version, approval = delivery.version, delivery.approval
    if approval.version_id != version.pk or not version.holds(approval.digest):
        return CHANGED
    if version.post.versions.filter(number__gt=version.number).exists():
        return CHANGED
    if not _is_meant_for(delivery):
        return ASTRAY
    return "" if _is_justified(version, approval) else UNAPPROVED


def _is_meant_for(delivery: Delivery) -> bool:
    owners = {delivery.organisation_id, delivery.version.post.organisation_id, delivery.channel.organisation_id}
    return len(owners) == 1 and delivery.version.targets.filter(channel=delivery.channel_id).exists()


def _is_justified(version: Version, approval: Approval) -> bool:
    """Did a colleague who wrote nothing of it say yes, or a guest who was asked, or is it an emergency with everything
    that one owes?"""
    is_guest = approval.by.organisation_id != version.post.organisation_id
    if is_guest and (approval.emergency or not _was_asked(version, approval)):
        return False
    if approval.emergency:
        return bool(approval.reason.strip()) and AfterReview.objects.filter(approval=approval).exists()
    wrote = version.contributors.filter(member__user_id=approval.by.user_id).exists()
    return not wrote and version.written_by.user_id != approval.by.user_id


def _was_asked(version: Version, approval: Approval) -> bool:
    """Is it what this guest decided, when their organisation was asked about exactly this version?"""
    by = approval.by
    return GuestReview.objects.filter(
        version=version, partner_id=by.organisation_id, state=GuestReviewState.DECIDED, decided_by=by
    ).exists()
