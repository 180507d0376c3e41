"""Pages on which a draft is written and offered."""

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vierogen.learning.standing import Suspended
from vierogen.ledger.moves import WrongStateError
from vierogen.people.requests import member_of, told
from vierogen.people.roles import Right
from vierogen.posts.actions import writing
from vierogen.posts.actions.checking import preview_findings
from vierogen.posts.actions.sights import is_on, is_waiting
from vierogen.posts.forms import ComposerForm
from vierogen.posts.models import Delivery, Media, Post, Version
from vierogen.posts.states import PostState
from vierogen.posts.views.noticed import not_checked_here, noticed_while_writing
from vierogen.posts.views.reading import about, post_or_404
from vierogen.posts.views.shown import counters, drafted
from vierogen.web.doors import needs
from vierogen.web.fields import typed


@require_http_methods(["GET", "POST"])
@needs(Right.WRITE)
def new(request: HttpRequest) -> HttpResponse:
    """Write a new post."""
    return _compose(request, None)


@require_http_methods(["GET", "POST"])
@needs(Right.WRITE)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a post; that makes a new version."""
    found = post_or_404(request, pk)
    if request.method == "GET" and (why := _why_no_change(found)):
        messages.error(request, why)
        return redirect("posts:detail", pk=pk)
    return _compose(request, found)


def _why_no_change(post: Post) -> str:
    """A refusal before anything was typed; the save decides again."""
    if post.state == PostState.DISCARDED:
        return _("This post was thrown away. Write a new post instead.")
    try:
        writing.refuse_change(Delivery.objects.filter(version__post=post))
    except PermissionDenied as refusal:
        return str(refusal)
    return ""


def _compose(request: HttpRequest, post: Post | None) -> HttpResponse:
    member = member_of(request)
    version = post.latest if post else None
    form = ComposerForm(request.POST or None, request.FILES or None, member=member, version=version)
    # "Add these pictures" without the script: the same page again, with the pictures in it.
    only_pictures = request.POST.get("do") == "pictures"
    if request.method == "POST" and form.is_valid() and not only_pictures:
        saved = _saved(form, post)
        if saved:
            return redirect("posts:detail", pk=saved.post_id)
    context = {**_while_writing(form), "post": post, "version": version}
    return render(request, "posts/compose.html", context, status=422 if form.errors else 200)


def _saved(form: ComposerForm, post: Post | None) -> Version | None:
    """The new version, or None with the reason in the form."""
    member = form.member
    try:
        if post:
            return writing.save(post, form.content(), by=member)
        return writing.begin(member.organisation, form.content(), by=member)
    except (ValidationError, PermissionDenied) as refusal:
        form.add_error(None, refusal.messages if isinstance(refusal, ValidationError) else str(refusal))
        return None


def _while_writing(form: ComposerForm) -> dict[str, Any]:
    """What stands around the text: the targets, the room that is left, how it will look, and what was noticed."""
    content = form.content()
    shown = drafted(content, form.pictures)
    is_empty = not content.text.strip() and not content.pictures
    findings = [] if is_empty else preview_findings(content, form.member.organisation)
    return {
        "form": form,
        "previews": shown,
        "counters": counters(shown),
        "findings": noticed_while_writing(findings, content),
        "not_here": not_checked_here(),
        "language": content.language,
        "is_empty": is_empty,
        "not_before": content.not_before,
    }


@require_POST
@needs(Right.WRITE)
def check(request: HttpRequest) -> HttpResponse:
    """What stands around a text that is still being typed (htmx)."""
    form = ComposerForm(request.POST, member=member_of(request))
    form.is_valid()
    return render(request, "posts/while_writing.html", _while_writing(form))


@require_POST
@needs(Right.WRITE)
def add_pictures(request: HttpRequest) -> HttpResponse:
    """Take pictures in at once, while the rest is still being written (htmx)."""
    form = ComposerForm(request.POST, request.FILES, member=member_of(request))
    form.is_valid()
    return render(request, "posts/pictures.html", {"form": form})


@require_GET
@needs(Right.WRITE)
def seen(request: HttpRequest, pk: int) -> HttpResponse:
    """What was seen in a picture, as soon as somebody looked at it (htmx)."""
    rows = Media.objects.filter(organisation_id=member_of(request).organisation_id)
    media = get_object_or_404(rows.select_related("look").defer("data"), pk=pk)
    if is_waiting(media) and not is_on():
        return HttpResponse("")
    response = render(request, "posts/seen.html", {"media": media})
    if not is_waiting(media):
        # What we notice beside the text is asked for once more.
        response["HX-Trigger"] = json.dumps({"looked": {"target": "#noticed"}})
    return response


@require_POST
@needs(Right.WRITE)
def offer(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer the newest version for review, with a reason for each stop."""
    found = post_or_404(request, pk)
    version = found.latest
    stops = version.stops()
    for stop in stops:
        stop.reason = request.POST.get(f"reason_{stop.pk}", "")
    try:
        reasons = {stop.pk: typed(request.POST, f"reason_{stop.pk}") for stop in stops}
        writing.submit(version, by=member_of(request), reasons=reasons)
    except ValidationError as refusal:
        for line in refusal.messages:
            messages.error(request, line)
        # Not another page: what was typed stays.
        return render(request, "posts/detail.html", about(request, found), status=422)
    except Suspended as refusal:
        messages.error(request, told(request, refusal))
        return render(request, "posts/detail.html", about(request, found), status=422)
    except WrongStateError as refusal:
        messages.error(request, str(refusal))
        return redirect("posts:detail", pk=pk)
    names = ", ".join(str(member) for member in writing.reviewers_of(version))
    if names:
        messages.success(request, _("Offered. Asked for their eyes: %(names)s.") % {"names": names})
    else:
        messages.warning(request, _("Offered, but nobody here can review it. Ask an administrator for a reviewer."))
    return redirect("posts:detail", pk=pk)


@require_POST
@needs(Right.WRITE)
def throw_away(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    try:
        writing.discard(post_or_404(request, pk), by=member_of(request))
    except WrongStateError as refusal:
        messages.error(request, str(refusal))
        return redirect("posts:detail", pk=pk)
    messages.success(request, _("Thrown away."))
    return redirect("posts:list")
