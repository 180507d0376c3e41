"""Pages that only show: the list, one post, what waits for review, a picture."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from vierogen.people.models import Member
from vierogen.people.roles import Right
from vierogen.posts.models import AfterReview, Comment, Media, Post, TakeDown, Version
from vierogen.posts.states import AfterReviewState, DeliveryState, PostState
from vierogen.posts.views.shown import POST_LOOK, previews, shown_findings
from vierogen.web.doors import needs

MOVING = {DeliveryState.WAITING, DeliveryState.SENDING, DeliveryState.UNCERTAIN, DeliveryState.PUBLISHED}


def member_of(request: HttpRequest) -> Member:
    """The member that this request acts as; ``needs`` made sure that there is one."""
    member: Member = request.member  # type: ignore[attr-defined]
    return member


def post_or_404(request: HttpRequest, pk: int) -> Post:
    """A post that this member may see, with all that a page shows of it."""
    return get_object_or_404(Post.objects.visible_to(member_of(request)).with_latest(), pk=pk)


@require_GET
@needs(Right.SEE)
def posts(request: HttpRequest) -> HttpResponse:
    """All posts, newest first, by state."""
    rows = Post.objects.visible_to(member_of(request)).with_latest()
    state = request.GET.get("state", "")
    rows = rows.filter(state=state) if state in PostState.values else rows.exclude(state=PostState.DISCARDED)
    page = Paginator(rows, 20).get_page(request.GET.get("page"))
    listed = [_line(row) for row in page]
    context = {"page": page, "posts": listed, "states": PostState.choices, "state": state}
    return render(request, "posts/list.html", context)


def _line(post: Post) -> dict[str, Any]:
    version = post.latest
    return {
        "post": post,
        "version": version,
        "previews": previews(version),
        "look": POST_LOOK[PostState(post.state)],
    }


@require_GET
@needs(Right.SEE)
def to_review(request: HttpRequest) -> HttpResponse:
    """What waits for a second pair of eyes; first what this member can judge."""
    member = member_of(request)
    waiting = [_line(post) for post in Post.objects.visible_to(member).in_review().with_latest()]
    owed = AfterReview.objects.open().filter(organisation_id=member.organisation_id)
    context = {
        "mine": [line for line in waiting if may_judge(member, line["version"])],
        "others": [line for line in waiting if not may_judge(member, line["version"])],
        "owed": owed.select_related("approval__version__post", "approval__by__user"),
    }
    return render(request, "posts/review_list.html", context)


def may_judge(member: Member, version: Version) -> bool:
    """May this member approve this version?"""
    return member.may(Right.REVIEW) and not version.has_contributor(member)


@require_GET
@needs(Right.SEE)
def post(request: HttpRequest, pk: int) -> HttpResponse:
    """One post: how it looks, what was found, what happens next."""
    return render(request, "posts/detail.html", about(request, post_or_404(request, pk)))


@require_GET
@needs(Right.SEE)
def live(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that changes by itself."""
    return render(request, "posts/progress.html", about(request, post_or_404(request, pk)))


def about(request: HttpRequest, found: Post) -> dict[str, Any]:
    """Everything that the pages of one post show."""
    member, version = member_of(request), found.latest
    approval = getattr(version, "approval", None)
    before = next((v for v in found.versions.all() if v.number == version.number - 1), None)
    shown = previews(version, before=before)
    cooling = [preview.delivery for preview in shown if preview.delivery and preview.delivery.is_cooling]
    return {
        "post": found,
        "version": version,
        "previews": shown,
        "look": POST_LOOK[PostState(found.state)],
        "findings": shown_findings(list(version.findings.all())),
        "comments": Comment.objects.filter(version__post=found).select_related("by__user", "version"),
        "approval": approval,
        "may_judge": may_judge(member, version),
        "is_reviewer": approval is not None and approval.by_id == member.pk and not approval.emergency,
        "cooling_until": max((row.cooling_until for row in cooling), default=None),
        "stoppable": any(p.delivery and p.delivery.state in {"waiting", "held"} for p in shown),
        # The page follows what happens: a colleague's decision, and then the delivery.
        "busy": found.state == PostState.IN_REVIEW or any(p.delivery and p.delivery.state in MOVING for p in shown),
        "take_downs": TakeDown.objects.filter(delivery__version__post=found).select_related("channel"),
        "owed": AfterReview.objects.filter(approval__version__post=found, state=AfterReviewState.OPEN).first(),
        "rights": member.rights,
    }


@require_GET
@needs(Right.SEE)
def picture(request: HttpRequest, pk: int) -> HttpResponse:
    """The bytes of a picture; it never changes, and nothing in it can run."""
    media = get_object_or_404(Media, pk=pk, organisation_id=member_of(request).organisation_id)
    response = HttpResponse(bytes(media.data), content_type=media.mime)
    response["Cache-Control"] = "private, max-age=86400, immutable"
    response["Content-Disposition"] = "inline"
    return response
