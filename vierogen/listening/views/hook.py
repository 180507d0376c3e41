"""The door for other programs: everybody who knows a secret address may bring messages there."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from vierogen.core.numbers import whole
from vierogen.listening.actions import bringing
from vierogen.listening.sources.base import SourceError
from vierogen.web.doors import everybody


@csrf_exempt
@require_POST
@everybody
def hook(request: HttpRequest, token: str) -> HttpResponse:
    """Take what a program brings: 202 with the number of messages; 400 and a sentence, 404, 413, or 429."""
    source = bringing.source_of(token)
    if source is None:
        return JsonResponse({"error": _("This address is not in use.")}, status=404)
    if (whole(request.headers.get("Content-Length") or "0") or 0) > bringing.MAX_BYTES:
        return JsonResponse({"error": _("This is too large: 1 MB at most.")}, status=413)
    signature = request.headers.get("X-Hub-Signature-256", "")
    try:
        number = bringing.bring(source, request.body, request.content_type or "", signature=signature)
    except SourceError as error:
        return JsonResponse({"error": _(error.reason)}, status=400)
    except bringing.Busy as busy:
        answer = JsonResponse({"error": _("This is too much at once. Try again later.")}, status=429)
        answer["Retry-After"] = str(busy.seconds)
        return answer
    return JsonResponse({"messages": number}, status=202)
