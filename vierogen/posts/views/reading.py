"""Pages that only show: the list, one post, what waits for review, a picture."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from vierogen.learning.standing import Standing, standing_of, standings_of
from vierogen.people.models import Member
from vierogen.people.requests import member_of
from vierogen.people.roles import Right
from vierogen.posts.actions.consenting import ended_in, given
from vierogen.posts.actions.guests import asked_of
from vierogen.posts.actions.rechecking import unanswered
from vierogen.posts.actions.writing import reviewers_of
from vierogen.posts.models import AfterReview, Comment, Delivery, Media, Post, TakeDown, Version
from vierogen.posts.states import IN_HANDS, DeliveryState, PostState
from vierogen.posts.views.differences import compared_with, differences
from vierogen.posts.views.headlines import goes_soon, headline
from vierogen.posts.views.noticed import not_checked_here, noticed_in
from vierogen.posts.views.ranges import answered
from vierogen.posts.views.road import Road, roads
from vierogen.posts.views.shown import POST_LOOK, Preview, previews
from vierogen.web.doors import needs

MOVING = {DeliveryState.WAITING, DeliveryState.SENDING, DeliveryState.UNCERTAIN, DeliveryState.PUBLISHED}
PER_PAGE = 20
# Words that fit on a tab.
TABS = {
    PostState.DRAFT: gettext_lazy("Drafts"),
    PostState.IN_REVIEW: gettext_lazy("In review"),
    PostState.APPROVED: gettext_lazy("Approved"),
    PostState.EXPIRED: gettext_lazy("Expired"),
    PostState.DISCARDED: gettext_lazy("Thrown away"),
}


def post_or_404(request: HttpRequest, pk: int) -> Post:
    """A post that this member may see, with all that a page shows of it."""
    return get_object_or_404(Post.objects.visible_to(member_of(request)).with_latest(), pk=pk)


@require_GET
@needs(Right.SEE)
def posts(request: HttpRequest) -> HttpResponse:
    """All posts, newest first, by state."""
    rows = Post.objects.visible_to(member_of(request))
    state = request.GET.get("state", "")
    tabs = _tabs(dict(rows.order_by().values_list("state").annotate(Count("pk"))), state)
    rows = rows.filter(state=state) if state in PostState.values else rows.exclude(state=PostState.DISCARDED)
    page = Paginator(rows.with_latest(), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "posts/list.html", {"page": page, "posts": [_line(row) for row in page], "tabs": tabs})


def _tabs(counts: dict[str, int], chosen: str) -> list[dict[str, Any]]:
    every = [{"url": "?", "label": _("All"), "current": chosen not in PostState.values}]
    return every + [
        {"url": f"?state={state}", "label": label, "current": state == chosen, "count": counts.get(state, 0)}
        for state, label in TABS.items()
        if state == chosen or state in counts
    ]


def _line(post: Post) -> dict[str, Any]:
    version = post.latest
    shown = previews(version)
    return {
        "post": post,
        "version": version,
        "previews": shown,
        "look": POST_LOOK[PostState(post.state)],
        # Once it is on its way, each channel says how it fares there.
        "is_under_way": any(_stands(preview) for preview in shown),
    }


def _stands(preview: Preview) -> bool:
    return preview.delivery is not None and preview.delivery.state != DeliveryState.STOPPED


@require_GET
@needs(Right.SEE)
def to_review(request: HttpRequest) -> HttpResponse:
    """What waits for a second pair of eyes; first what this member can judge."""
    return render(request, "posts/review_list.html", _waiting(member_of(request)))


@require_GET
@needs(Right.SEE)
def to_review_live(request: HttpRequest) -> HttpResponse:
    """The part of that page that changes by itself."""
    return render(request, "posts/review_waiting.html", _waiting(member_of(request)))


def _waiting(member: Member) -> dict[str, Any]:
    waiting = [_line(post) for post in Post.objects.visible_to(member).in_review().with_latest()]
    owed = AfterReview.objects.open().visible_to(member).with_post()
    mine = [line for line in waiting if may_judge(member, line["version"])]
    looks_back = [(one, may_look_back(member, one)) for one in owed]
    return {
        "mine": mine,
        "others": [line for line in waiting if line not in mine],
        "owed": looks_back,
        "for_you": len(mine) + sum(may for _one, may in looks_back),
    }


def may_judge(member: Member, version: Version) -> bool:
    """May this member approve this version?"""
    return member.may(Right.REVIEW) and not version.has_contributor(member)


def may_look_back(member: Member, owed: AfterReview) -> bool:
    """May this member do the review that an emergency owes?"""
    approval = owed.approval
    return approval.by_id != member.pk and may_judge(member, approval.version)


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
    shown = previews(version)
    deliveries = [preview.delivery for preview in shown if preview.delivery]
    owed = AfterReview.objects.open().filter(approval__version__post=found).with_post().order_by("due_at").first()
    asked = found.state == PostState.IN_REVIEW
    take_downs = _take_downs(found)
    return {
        "post": found,
        "version": version,
        "headline": headline(found, deliveries),
        "previews": shown,
        "look": POST_LOOK[PostState(found.state)],
        "findings": noticed_in(version),
        "not_here": not_checked_here(),
        "ended": ended_in(version) if found.state != PostState.DISCARDED else [],
        "new_stops": bool(unanswered(version)),
        "people": _people(version),
        "comments": Comment.objects.filter(version__post=found).select_related("by__user", "version"),
        "approval": approval,
        "may_judge": may_judge(member, version),
        **asked_of(found, member),
        **_stand(version, member, asked=asked),
        **_may(member, found, approved=approval is not None, deliveries=deliveries),
        "is_reviewer": approval is not None and approval.by_id == member.pk and not approval.emergency,
        "is_cooling": any(row.is_cooling for row in deliveries),
        "cooling_until": max((row.cooling_until for row in deliveries if goes_soon(row)), default=None),
        "stoppable": approval is not None
        and not approval.revoked_at
        and any(row.can_be_stopped and not row.needs_a_person for row in deliveries),
        # The page follows what happens: a colleague's decision, and then the delivery.
        "busy": asked or any(row.state in MOVING for row in deliveries) or any(way for _row, way in take_downs),
        "take_downs": take_downs,
        "owed": owed,
        "looked_back": AfterReview.objects.done().filter(approval__version__post=found).last(),
        "may_look_back": owed is not None and may_look_back(member, owed),
        "rights": member.rights,
    }


def _stand(version: Version, member: Member, *, asked: bool) -> dict[str, Any]:
    """What agreements and lessons let this member do, and those who were asked to judge."""
    return {
        "standing": standing_of(member),
        "asked": _asked(version) if asked else [],
        "writer_lacks": _lacks(version, member) if asked else [],
    }


def _asked(version: Version) -> list[str]:
    """Who was asked to judge it; of who cannot at the moment it says why."""
    standings = standings_of(version.post.organisation)
    return [_named(member, standings.get(member.pk)) for member in reviewers_of(version)]


def _named(member: Member, standing: Standing | None) -> str:
    if standing is None or standing.ok:
        return member.name
    told = {"name": member.name, "what": "; ".join(one.sentence for one in standing.refuses)}
    return _("%(name)s (cannot now: %(what)s)") % told


def _lacks(version: Version, member: Member) -> list[str]:
    """What its writer lacks, for who judges it: it was offered before that."""
    if version.written_by_id == member.pk:
        return []
    return [lacking.sentence for lacking in standing_of(version.written_by).refuses]


def _people(version: Version) -> list[tuple[Media, int]]:
    """Its pictures and films, with how many people said that they may be seen there, on the day that it goes out."""
    shown = [attachment.media for attachment in version.attachments.all()]
    organisation = version.post.organisation
    day = (version.not_before or timezone.now()).astimezone(organisation.zone).date()
    holds = given(organisation, {media.sha256 for media in shown}, day=day)
    return [(media, holds[media.sha256]) for media in shown]


def _take_downs(post: Post) -> list[tuple[TakeDown, Road | None]]:
    """With the road for those that somebody has to do by hand."""
    rows = TakeDown.objects.filter(delivery__version__post=post)
    every = list(rows.select_related("channel__organisation", "organisation", "evidence", "delivery"))
    found = roads(row for row in every if row.state in IN_HANDS)
    return [(row, found.get(row.pk)) for row in every]


def _may(member: Member, found: Post, *, approved: bool, deliveries: list[Delivery]) -> dict[str, bool]:
    """Which ways lead on from here; the actions decide again."""
    writes = member.may(Right.WRITE)
    is_out = any(row.is_out or row.state == DeliveryState.WITHDRAWN for row in deliveries)
    early = found.state in {PostState.DRAFT, PostState.IN_REVIEW}
    return {
        "may_change": writes and not is_out and found.state != PostState.DISCARDED,
        "may_hurry": member.may(Right.EMERGENCY) and early and not approved,
        "may_discard": writes and (early or found.state == PostState.EXPIRED),
    }


def about_review(request: HttpRequest, found: Post) -> dict[str, Any]:
    """The same, with what changed since the version that readers know."""
    version = found.latest
    before = compared_with(version)
    known = about(request, found)
    return known | {
        "before": before,
        "previews": previews(version, before=before),
        "differences": differences(before, version) if before else [],
        "stops": len([one for one in known["findings"] if one.tier == "stop"]),
    }


@require_GET
@needs(Right.SEE)
def picture(request: HttpRequest, pk: int) -> HttpResponse:
    """The bytes of a picture or film; it never changes, and nothing in it can run."""
    media = get_object_or_404(Media, pk=pk, organisation_id=member_of(request).organisation_id)
    response = answered(request, bytes(media.data), mime=media.mime)
    response["Cache-Control"] = "private, max-age=86400, immutable"
    return response
