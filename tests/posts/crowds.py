"""Many posts at once: written, approved and due, as people make them one by one, but in a moment."""

from django.utils import timezone

from vierogen.channels.models import Channel
from vierogen.people.models import Member
from vierogen.posts.models import Approval, Contributor, Delivery, Post, Target, Version
from vierogen.posts.states import PostState


def many_due(channel: Channel, number: int, *, writer: Member, reviewer: Member) -> None:
    """Approved deliveries to this channel that are due now; each has its own text."""
    now = timezone.now()
    posts = [
        Post(organisation=channel.organisation, created_by=writer, state=PostState.APPROVED) for _ in range(number)
    ]
    Post.objects.bulk_create(posts)
    versions = [Version(post=post, number=1, text=f"Bericht {post.pk}", written_by=writer) for post in posts]
    Version.objects.bulk_create(versions)
    Target.objects.bulk_create(Target(version=version, channel=channel) for version in versions)
    Contributor.objects.bulk_create(Contributor(version=version, member=writer) for version in versions)
    for version in versions:
        version.digest = version.compute_digest()
    Version.objects.bulk_update(versions, ["digest"])
    approvals = [Approval(version=each, digest=each.digest, by=reviewer, writer=writer) for each in versions]
    Approval.objects.bulk_create(approvals)
    Delivery.objects.bulk_create(
        Delivery(
            organisation=channel.organisation,
            version=approval.version,
            channel=channel,
            approval=approval,
            key=channel.network.new_key(now),
            dated=now,
            cooling_until=now,
            due_at=now,
        )
        for approval in approvals
    )
