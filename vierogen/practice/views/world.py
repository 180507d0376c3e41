"""What the world sees of the practice network: the timeline, stories, and every picture in them."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from vierogen.people.roles import Right
from vierogen.practice.drawing import ALBUM, photo
from vierogen.practice.phone import PhoneError
from vierogen.practice.views.phone import opened, stories, without_stories
from vierogen.web.doors import needs

KINDS = ("image/png", "image/jpeg", "image/gif", "image/webp")


@require_GET
@needs(Right.SEE)
def timeline(request: HttpRequest) -> HttpResponse:
    """Everybody's posts, newest first; the part that changes by itself for htmx."""
    try:
        with opened() as app:
            seen = app.timeline()
    except PhoneError as error:
        return render(request, "practice/no_network.html", {"reason": _(error.reason)}, status=503)
    page = "practice/feed.html" if request.headers.get("HX-Request") else "practice/timeline.html"
    return render(request, page, {"posts": without_stories(seen), "stories": stories(seen)})


@require_GET
@needs(Right.SEE)
def story(request: HttpRequest, pk: int) -> HttpResponse:
    """One story, as large as the screen."""
    try:
        with opened() as app:
            found = app.one(str(pk))
    except PhoneError as error:
        raise Http404 from error
    return render(request, "practice/story.html", {"story": found})


@require_GET
@needs(Right.SEE)
def picture(request: HttpRequest, path: str) -> HttpResponse:
    """A picture of the practice network from our own address; pages load nothing from elsewhere."""
    try:
        with opened() as app:
            data, kind = app.picture(path)
    except PhoneError as error:
        raise Http404 from error
    if kind not in KINDS:
        raise Http404
    # What was taken down must be gone from the screen too.
    return HttpResponse(data, content_type=kind, headers={"Cache-Control": "no-store"})


@require_GET
@needs(Right.SEE)
def album(request: HttpRequest, key: str) -> HttpResponse:
    """A drawn photo of the phone's album."""
    if key not in ALBUM:
        raise Http404
    return HttpResponse(photo(key), content_type="image/png", headers={"Cache-Control": "private, max-age=3600"})
