"""The way back: one page that walks past all that is missing, and then leads to where the person was."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from vierogen.core.numbers import whole
from vierogen.learning.models import Agreement
from vierogen.learning.quiz import Said, said
from vierogen.learning.standing import standing_of
from vierogen.learning.views.asking import changed_meanwhile, onwards
from vierogen.learning.views.reading import confirmed
from vierogen.people.requests import member_of
from vierogen.people.roles import Right
from vierogen.web.doors import needs


@require_http_methods(["GET", "POST"])
@needs(Right.SEE)
def missing(request: HttpRequest) -> HttpResponse:
    """The first thing that is missing; once it is done, the next."""
    further = onwards(request)
    heard: Said | None = None
    if request.method == "POST":
        rows = Agreement.objects.visible_to(member_of(request)).in_force()
        found = rows.filter(pk=whole(request.POST.get("agreement", "")) or 0).first()
        if found is None:  # another version came in force meanwhile
            changed_meanwhile(request)
            return _next(request, further)
        heard = said(found.asks, request.POST.get("answer", ""))
        if confirmed(request, found, heard):
            return _next(request, further)
    context = _first(request, further, heard)
    if further and "first" not in context:  # the last thing was done on a page of its own
        return redirect(further)
    return render(request, "learning/missing.html", context, status=422 if heard else 200)


def _next(request: HttpRequest, further: str) -> HttpResponse:
    if standing_of(member_of(request)).open:
        return redirect(f"{reverse('learning:missing')}?{urlencode({'next': further})}")
    messages.success(request, _("All done. You can go on."))
    return redirect(further or "learning:list")


def _first(request: HttpRequest, further: str, heard: Said | None) -> dict[str, Any]:
    standing = standing_of(member_of(request))
    context: dict[str, Any] = {"standing": standing, "further": further, "said": heard}
    if not standing.open:
        return context
    first = standing.open[0]
    if first.what == "agreement":
        card = Agreement.objects.get(pk=first.pk)
        context |= {"card": card, "question": card.asks}
    back = f"{reverse('learning:missing')}?{urlencode({'next': further})}"
    return context | {"first": first, "lesson_url": f"{first.url}?{urlencode({'next': back})}"}
