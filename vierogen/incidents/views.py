"""Pages of incidents: the list, one incident, opening and closing it."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vierogen.core.numbers import whole
from vierogen.incidents import actions
from vierogen.incidents.forms import NoteForm, OpenForm
from vierogen.incidents.models import Incident
from vierogen.ledger.moves import WrongStateError
from vierogen.people.requests import attempt, member_of
from vierogen.people.roles import Right
from vierogen.watch.models import Stray
from vierogen.watch.views import posted
from vierogen.web.doors import needs


def _incident_or_404(request: HttpRequest, pk: int) -> Incident:
    rows = Incident.objects.visible_to(member_of(request))
    rows = rows.select_related("stray__channel", "opened_by__user", "closed_by__user")
    return get_object_or_404(rows, pk=pk)


@require_GET
@needs(Right.READ_INCIDENTS)
def incidents(request: HttpRequest) -> HttpResponse:
    """All incidents, the newest first."""
    rows = Incident.objects.visible_to(member_of(request)).select_related("stray__channel", "opened_by__user")
    return render(request, "incidents/list.html", {"incidents": rows, "rights": member_of(request).rights})


@require_http_methods(["GET", "POST"])
@needs(Right.ANSWER_ALARM)
def open_incident(request: HttpRequest) -> HttpResponse:
    """Open an incident; ``?stray=`` says with which stray it begins."""
    stray = _stray(request)
    title = f"{stray.get_what_display()}: {stray.channel.handle}" if stray else ""
    form = OpenForm(posted(request), initial={"title": title})
    if form.is_valid():
        try:
            opened = actions.open_incident(**form.cleaned_data, by=member_of(request), stray=stray)
        except ValidationError as refusal:
            form.add_error("title", refusal)
        except (PermissionDenied, WrongStateError) as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("incidents:detail", pk=opened.pk)
    return render(request, "incidents/open.html", {"form": form, "stray": stray})


def _stray(request: HttpRequest) -> Stray | None:
    number = request.GET.get("stray", "")
    if not number:
        return None
    rows = Stray.objects.visible_to(member_of(request)).on_show()
    return get_object_or_404(rows, pk=whole(number) or 0)


@require_GET
@needs(Right.READ_INCIDENTS)
def incident(request: HttpRequest, pk: int) -> HttpResponse:
    """One incident, and a place to write down what is known."""
    found = _incident_or_404(request, pk)
    return _shown(request, found, NoteForm(initial={"note": found.note}))


def _shown(request: HttpRequest, found: Incident, form: NoteForm) -> HttpResponse:
    context = {"incident": found, "form": form, "rights": member_of(request).rights}
    return render(request, "incidents/detail.html", context, status=422 if form.errors else 200)


@require_POST
@needs(Right.ANSWER_ALARM)
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what is known now."""
    found = _incident_or_404(request, pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _shown(request, found, form)
    text, member = form.cleaned_data["note"], member_of(request)
    attempt(request, lambda: actions.write_note(found, note=text, by=member), done=_("Written down."))
    return redirect("incidents:detail", pk=pk)


@require_POST
@needs(Right.ANSWER_ALARM)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Nothing is left to do."""
    found = _incident_or_404(request, pk)
    attempt(request, lambda: actions.close(found, by=member_of(request)), done=_("The incident is closed."))
    return redirect("incidents:detail", pk=pk)


@require_POST
@needs(Right.ANSWER_ALARM)
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """It was not over yet."""
    found = _incident_or_404(request, pk)
    attempt(request, lambda: actions.reopen(found, by=member_of(request)), done=_("The incident is open again."))
    return redirect("incidents:detail", pk=pk)
