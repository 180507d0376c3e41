"""Pages of the organisation's quiet moments: everybody sees them, who looks after the settings changes them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vierogen.people.requests import attempt, member_of
from vierogen.people.roles import Right
from vierogen.posts.actions import moments as actions
from vierogen.posts.forms import QuietMomentForm
from vierogen.posts.models import QuietMoment
from vierogen.web.doors import needs

# So many that are over are shown.
MOST_OVER = 10


@require_GET
@needs(Right.SEE)
def moments(request: HttpRequest) -> HttpResponse:
    """Those to come, and the last ones that are over."""
    member, now = member_of(request), timezone.now()
    rows = QuietMoment.objects.visible_to(member)
    context = {
        "to_come": rows.to_come(now),
        "over": rows.filter(ends__lte=now).order_by("-ends")[:MOST_OVER],
        "may_change": member.may(Right.MANAGE_ORGANISATION),
        "now": now,
    }
    return render(request, "posts/moments.html", context)


@require_http_methods(["GET", "POST"])
@needs(Right.MANAGE_ORGANISATION)
def new(request: HttpRequest) -> HttpResponse:
    """Add one."""
    form, member = QuietMomentForm(request.POST or None), member_of(request)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        if attempt(request, lambda: actions.add(**told, by=member), done=_("Added.")):
            return redirect("posts:moments")
    return _shown(request, form, None)


@require_http_methods(["GET", "POST"])
@needs(Right.MANAGE_ORGANISATION)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Give it another title or other times."""
    moment, member = _moment_or_404(request, pk), member_of(request)
    known = {"title": moment.title, "starts": moment.starts, "ends": moment.ends}
    form = QuietMomentForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        if attempt(request, lambda: actions.change(moment, **told, by=member), done=_("Saved.")):
            return redirect("posts:moments")
    return _shown(request, form, moment)


@require_POST
@needs(Right.MANAGE_ORGANISATION)
def take_away(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove it."""
    moment, member = _moment_or_404(request, pk), member_of(request)
    attempt(request, lambda: actions.remove(moment, by=member), done=_("Removed."))
    return redirect("posts:moments")


def _shown(request: HttpRequest, form: QuietMomentForm, moment: QuietMoment | None) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "moment": moment}
    return render(request, "posts/moment.html", context, status=422 if request.method == "POST" else 200)


def _moment_or_404(request: HttpRequest, pk: int) -> QuietMoment:
    return get_object_or_404(QuietMoment.objects.visible_to(member_of(request)), pk=pk)
