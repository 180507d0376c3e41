"""The public address at which a network fetches a picture of the post that is being sent to it. Open to everybody."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from vierogen.posts.actions.offering import name_of, offered
from vierogen.posts.views.ranges import answered
from vierogen.web.doors import everybody


@require_safe
@everybody
def picture(request: HttpRequest, token: str, name: str) -> HttpResponse:
    """Exactly the bytes that the network takes, or nothing at all: no reason, no page, no cookie."""
    found = offered(token)
    if found is None or name != name_of(found):
        response = HttpResponse(status=404, content_type="text/plain")
    else:
        response = answered(request, found.data, mime=found.mime)
    response["Cache-Control"] = "no-store"
    return response
