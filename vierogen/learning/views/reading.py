"""Pages on which people read: everything there is to learn, and one card."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from vierogen.learning.actions import agreeing
from vierogen.learning.models import Agreement, CardPicture, Lesson
from vierogen.learning.quiz import Said, said
from vierogen.learning.standing import standing_of
from vierogen.learning.starting import Kind
from vierogen.learning.views.asking import card_or_404, was_read
from vierogen.people.requests import attempt, member_of
from vierogen.people.roles import Right
from vierogen.web.doors import needs


@require_GET
@needs(Right.SEE)
def learning(request: HttpRequest) -> HttpResponse:
    """Everything there is to learn, and what waits for this member."""
    member = member_of(request)
    standing = standing_of(member)
    context = {
        "standing": standing,
        "lessons_asked": {one.pk for one in standing.open if one.what == "lesson"},
        "cards": Agreement.objects.visible_to(member).in_force().with_mine(member),
        "lessons": Lesson.objects.visible_to(member).in_use().with_mine(member),
        "may_manage": member.may(Right.MANAGE_ORGANISATION),
        "kinds": Kind.choices,
        "now": timezone.now(),
    }
    return render(request, "learning/list.html", context)


@require_http_methods(["GET", "POST"])
@needs(Right.SEE)
def card(request: HttpRequest, key: str) -> HttpResponse:
    """One card; confirming it asks one question."""
    found = card_or_404(request, key)
    heard = None
    if request.method == "POST":
        if not was_read(request, found):
            return redirect("learning:card", key=key)
        heard = said(found.asks, request.POST.get("answer", ""))
        if confirmed(request, found, heard):
            return redirect("learning:card", key=key)
    mine = Agreement.objects.with_mine(member_of(request)).get(pk=found.pk).mine  # type: ignore[attr-defined]
    context: dict[str, Any] = {"card": found, "mine": mine, "said": heard, "question": found.asks}
    open_ = () if mine else standing_of(member_of(request)).open
    context["was_late"] = any(one.was_late for one in open_ if one.what == "agreement" and one.pk == found.pk)
    context["may_manage"] = member_of(request).may(Right.MANAGE_ORGANISATION)
    return render(request, "learning/card.html", context, status=422 if heard else 200)


@require_GET
@needs(Right.SEE)
def picture(request: HttpRequest, pk: int) -> HttpResponse:
    """The bytes of a card's own picture; it never changes, and nothing in it can run."""
    found = get_object_or_404(CardPicture.objects.visible_to(member_of(request)), pk=pk)
    response = HttpResponse(bytes(found.data), content_type=found.mime)
    response["Content-Disposition"] = "inline"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=86400, immutable"
    return response


def confirmed(request: HttpRequest, found: Agreement, heard: Said) -> bool:
    """Confirm a card with this answer; a wrong one is explained beside the question, not as an error."""
    if not heard.is_right:
        return False
    answer = str(heard.chosen)
    return attempt(
        request,
        lambda: agreeing.confirm(found, answer=answer, by=member_of(request)),
        done=_("Confirmed: %(title)s") % {"title": found.title},
    )
