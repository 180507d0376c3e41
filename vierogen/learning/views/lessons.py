"""Pages of lessons: reading one, its questions, and the certificate."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from vierogen.learning.actions.teaching import finish
from vierogen.learning.models import Certificate, Lesson
from vierogen.learning.numbers import read, written
from vierogen.learning.quiz import Said
from vierogen.learning.views.asking import back_to, lesson_or_404, was_read
from vierogen.ledger.moves import WrongStateError
from vierogen.people.requests import member_of
from vierogen.people.roles import Right
from vierogen.web.doors import everybody, needs


@require_http_methods(["GET", "POST"])
@needs(Right.SEE)
def lesson(request: HttpRequest, key: str) -> HttpResponse:
    """A lesson with its questions below; all of them right gives a certificate."""
    found, further = lesson_or_404(request, key), back_to(request)
    heard: list[Said] = []
    if request.method == "POST":
        if not was_read(request, found):
            return redirect(f"{request.path}?{urlencode({'next': further})}")
        answers = [request.POST.get(f"answer_{place}", "") for place in range(len(found.asks))]
        try:
            made, heard = finish(found, answers=answers, by=member_of(request))
        except WrongStateError as refusal:
            messages.error(request, str(refusal))
            return redirect("learning:list")
        if made:
            until = {"number": written(made.number)}
            messages.success(request, _("All right! Your certificate: %(number)s") % until)
            return redirect(further or "learning:certificates")
    context = {"lesson": found, "asked": _asked(found, heard), "further": further, "mine": _mine(request, found)}
    return render(request, "learning/lesson.html", context, status=422 if heard else 200)


def _asked(found: Lesson, heard: list[Said]) -> list[dict[str, Any]]:
    return [
        {"question": question, "name": f"answer_{place}", "said": heard[place] if heard else None}
        for place, question in enumerate(found.asks)
    ]


def _mine(request: HttpRequest, found: Lesson) -> Certificate | None:
    rows = Certificate.objects.filter(member=member_of(request), lesson__key=found.key)
    return rows.filter(lesson__organisation=found.organisation_id).order_by("-valid_until").first()


@require_GET
@needs(Right.SEE)
def certificates(request: HttpRequest) -> HttpResponse:
    """My own certificates, with the address at which others can look whether one is valid."""
    rows = Certificate.objects.filter(member=member_of(request)).select_related("lesson").order_by("-pk")
    shown = [(row, written(row.number), row.is_valid()) for row in rows]
    return render(request, "learning/certificates.html", {"certificates": shown})


@require_GET
@everybody
def certificate(request: HttpRequest, number: str) -> HttpResponse:
    """Whether a certificate is valid, for who was given its number. Of the person only the initials."""
    kept = read(number)
    rows = Certificate.objects.select_related("lesson__organisation", "member__user")
    found = rows.filter(number=kept).first() if kept else None
    context = {
        "certificate": found,
        "number": written(kept) if kept else "",
        "is_valid": bool(found and found.is_valid()),
    }
    return render(request, "learning/certificate.html", context, status=200 if found else 404)
