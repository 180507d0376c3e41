"""Pages on which an administrator looks after lessons."""

from typing import Any

from django.forms import formset_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vierogen.core.numbers import whole
from vierogen.learning.actions import teaching
from vierogen.learning.forms import LessonForm, QuestionForm, about_question
from vierogen.learning.models import Lesson
from vierogen.learning.scorm import package
from vierogen.learning.states import LessonState
from vierogen.learning.views.asking import latest, lesson_or_404, newest_or_404
from vierogen.people.requests import attempt, member_of
from vierogen.people.roles import Right
from vierogen.web.doors import needs

# Questions that the form has room for; one that is left empty is left out.
MOST = 4
FIRST_DAYS = 14
Questions = formset_factory(QuestionForm, extra=0, min_num=MOST, max_num=MOST)


@require_POST
@needs(Right.MANAGE_ORGANISATION)
def begin_lessons(request: HttpRequest) -> HttpResponse:
    """Take the lessons of the starter set into use."""
    member = member_of(request)
    language = member.organisation.language[:2]
    done = _("The lessons are there. None of them is mandatory yet.")
    attempt(request, lambda: teaching.take_lessons(member.organisation, language=language, by=member), done=done)
    return redirect("learning:lessons")


@require_GET
@needs(Right.MANAGE_ORGANISATION)
def lessons(request: HttpRequest) -> HttpResponse:
    """Every lesson with its version in use and its draft."""
    rows = Lesson.objects.visible_to(member_of(request)).exclude(state=LessonState.REPLACED)
    context = {"lessons": latest(rows.order_by("position", "number")), "days": FIRST_DAYS}
    return render(request, "learning/lessons.html", context)


@require_http_methods(["GET", "POST"])
@needs(Right.MANAGE_ORGANISATION)
def new_lesson(request: HttpRequest) -> HttpResponse:
    """Write a lesson of one's own."""
    member = member_of(request)
    form, asked = LessonForm(request.POST or None), _asked(request, None)
    if request.method == "POST" and _is_whole(form, asked):
        values = {**form.values(), "questions": _kept(asked), "language": member.organisation.language}
        made = teaching.draft_lesson(member.organisation, values, by=member)
        return redirect("learning:lesson_draft", pk=made.pk)
    return _shown(request, None, form, asked)


@require_POST
@needs(Right.MANAGE_ORGANISATION)
def change_lesson(request: HttpRequest, key: str) -> HttpResponse:
    """Begin the next version of a lesson, also of one that was taken out of use."""
    rows = Lesson.objects.visible_to(member_of(request)).filter(key=key).exclude(state=LessonState.DRAFT)
    made = teaching.draft_lesson_anew(newest_or_404(rows), by=member_of(request))
    return redirect("learning:lesson_draft", pk=made.pk)


def _draft_or_404(request: HttpRequest, pk: int) -> Lesson:
    rows = Lesson.objects.visible_to(member_of(request)).filter(state=LessonState.DRAFT)
    return get_object_or_404(rows, pk=pk)


@require_http_methods(["GET", "POST"])
@needs(Right.MANAGE_ORGANISATION)
def lesson_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a draft; below it the button that takes it into use."""
    found = _draft_or_404(request, pk)
    form = LessonForm(request.POST) if request.method == "POST" else LessonForm.about(found)
    asked = _asked(request, found)
    if request.method == "POST" and _is_whole(form, asked):
        values = {**form.values(), "questions": _kept(asked)}
        done = _("Saved.")
        attempt(request, lambda: teaching.rewrite_lesson(found, values, by=member_of(request)), done=done)
        return redirect("learning:lesson_draft", pk=pk)
    return _shown(request, found, form, asked)


def _asked(request: HttpRequest, found: Lesson | None) -> Any:
    if request.method == "POST":
        return Questions(
            request.POST, prefix="q", form_kwargs={"empty_permitted": True, "use_required_attribute": False}
        )
    initial = [about_question(question) for question in found.asks] if found else []
    return Questions(initial=initial, prefix="q")


def _is_whole(form: LessonForm, asked: Any) -> bool:
    """Is everything filled in, and at least one question asked?"""
    fits = form.is_valid() and asked.is_valid()
    if fits and not _kept(asked):
        form.add_error(None, _("Ask at least one question."))
        return False
    return bool(fits)


def _kept(asked: Any) -> list[dict[str, Any]]:
    return [each.asked() for each in asked.forms if each.cleaned_data.get("question")]


def _shown(request: HttpRequest, found: Lesson | None, form: LessonForm, asked: Any) -> HttpResponse:
    is_wrong = bool(form.errors) or (request.method == "POST" and bool(asked.total_error_count()))
    context = {"lesson": found, "form": form, "questions": asked}
    return render(request, "learning/lesson_draft.html", context, status=422 if is_wrong else 200)


@require_POST
@needs(Right.MANAGE_ORGANISATION)
def use_lesson(request: HttpRequest, pk: int) -> HttpResponse:
    """Let people do it from now on."""
    found = _draft_or_404(request, pk)
    done = _("In use: %(title)s") % {"title": found.title}
    attempt(request, lambda: teaching.use(found, by=member_of(request)), done=done)
    return redirect("learning:lessons")


@require_POST
@needs(Right.MANAGE_ORGANISATION)
def throw_lesson_away(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    found = _draft_or_404(request, pk)
    attempt(request, lambda: teaching.throw_lesson_away(found, by=member_of(request)), done=_("Thrown away."))
    return redirect("learning:lessons")


@require_POST
@needs(Right.MANAGE_ORGANISATION)
def retire_lesson(request: HttpRequest, key: str) -> HttpResponse:
    """Take a lesson out of use."""
    found = lesson_or_404(request, key)
    done = _("Out of use: %(title)s") % {"title": found.title}
    attempt(request, lambda: teaching.retire_lesson(found, by=member_of(request)), done=done)
    return redirect("learning:lessons")


@require_POST
@needs(Right.MANAGE_ORGANISATION)
def oblige(request: HttpRequest, key: str) -> HttpResponse:
    """Make a lesson mandatory, or voluntary again."""
    found, member = lesson_or_404(request, key), member_of(request)
    mandatory = request.POST.get("mandatory") == "1"
    chosen = whole(request.POST.get("days", ""))
    days = FIRST_DAYS if chosen is None else chosen
    done = _("Mandatory within %(days)d days.") % {"days": days} if mandatory else _("Voluntary again.")
    attempt(request, lambda: teaching.oblige(found, mandatory=mandatory, days=days, by=member), done=done)
    return redirect("learning:lessons")


@require_GET
@needs(Right.MANAGE_ORGANISATION)
def scorm(request: HttpRequest, key: str) -> HttpResponse:
    """The lesson for the organisation's own learning system (SCORM 1.2)."""
    found = lesson_or_404(request, key)
    response = HttpResponse(package(found), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{found.key}-scorm12.zip"'
    return response
