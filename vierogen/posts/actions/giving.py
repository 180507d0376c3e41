"""Giving what somebody looked after to a colleague: posts that are not out yet, and declarations of consent."""

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from vierogen.ledger.actions import record
from vierogen.ledger.moves import subject_of
from vierogen.people.actions import fit_to_take, insist
from vierogen.people.models import Member
from vierogen.people.roles import Right, rights_of
from vierogen.posts.models import AfterReview, Consent, Delivery, Post, Version
from vierogen.posts.states import STOPPABLE, UNDER_WAY, PostState

_UNFINISHED = (PostState.DRAFT, PostState.IN_REVIEW, PostState.EXPIRED)


def unfinished(member: Member) -> QuerySet[Post]:
    """Posts that this member looks after and that still ask for something, with their versions."""
    leaving = Delivery.objects.filter(version__post=OuterRef("pk"), state__in=[*STOPPABLE, *UNDER_WAY])
    rows = Post.objects.visible_to(member).looked_after_by(member)
    rows = rows.filter(Q(state__in=_UNFINISHED) | Q(state=PostState.APPROVED) & Exists(leaving))
    return rows.prefetch_related("versions")


def only_for(member: Member) -> list[Version]:
    """What waits for a second pair of eyes and has only theirs, or nobody's any more: versions, oldest first."""
    if Right.REVIEW not in rights_of(member.roles):
        return []
    reviewers = [each.pk for each in member.organisation.members.all().who_can(Right.REVIEW) if each.pk != member.pk]
    posts = Post.objects.visible_to(member).in_review().order_by("pk").prefetch_related("versions__contributors")
    waiting = [post.latest for post in posts]
    owed = AfterReview.objects.filter(organisation_id=member.organisation_id).open().order_by("pk")
    rows = owed.select_related("approval__version").prefetch_related("approval__version__contributors")
    waiting += [row.approval.version for row in rows]
    return [version for version in waiting if _has_nobody(version, reviewers, but=member)]


def _has_nobody(version: Version, reviewers: list[int], *, but: Member) -> bool:
    wrote = {row.member_id for row in version.contributors.all()}
    return but.pk not in wrote and not set(reviewers) - wrote


@transaction.atomic
def give(post: Post, *, to: Member, by: Member) -> None:
    """Let ``to`` go on with the post. They have not written it: they may still be its second pair of eyes."""
    insist(by, Right.MANAGE_PEOPLE, organisation_id=post.organisation_id)
    taker = fit_to_take(to, Right.WRITE, organisation_id=post.organisation_id)
    Post.objects.filter(pk=post.pk).update(owner=taker)
    record(post.organisation_id, "give", subject_of(post), by=by, facts={"to": taker.actor})


def consents_kept(member: Member) -> list[Consent]:
    """Declarations that this member keeps and that are not over."""
    rows = Consent.objects.visible_to(member).filter(kept_by=member).select_related("organisation").order_by("pk")
    return [consent for consent in rows if not consent.is_over(timezone.now())]


@transaction.atomic
def give_consent_to_keep(consent: Consent, *, to: Member, by: Member) -> None:
    """Let ``to`` keep the declaration: they hear of its end."""
    insist(by, Right.MANAGE_PEOPLE, organisation_id=consent.organisation_id)
    taker = fit_to_take(to, Right.WRITE, organisation_id=consent.organisation_id)
    Consent.objects.filter(pk=consent.pk).update(kept_by=taker)
    record(consent.organisation_id, "give", subject_of(consent), by=by, facts={"to": taker.actor})
