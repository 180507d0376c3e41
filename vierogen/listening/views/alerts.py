"""Pages of alerts: the list, one of them, making and changing it, with what it would have found."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vierogen.core.numbers import whole
from vierogen.ledger.moves import WrongStateError
from vierogen.listening.actions import alerting, permitting
from vierogen.listening.actions.reading import follow
from vierogen.listening.forms.alerts import AlertForm, RhythmForm
from vierogen.listening.models import Alert, Reading
from vierogen.listening.states import AlertState, Rhythm
from vierogen.listening.views.alert_lines import about_alert, lines_of, proposal_of
from vierogen.listening.views.trying import trial
from vierogen.people.requests import attempt, member_of
from vierogen.people.roles import Right
from vierogen.web.doors import needs

PER_PAGE = 50


def alert_or_404(request: HttpRequest, pk: int) -> Alert:
    """An alert that this member may see."""
    rows = Alert.objects.visible_to(member_of(request))
    people = ("made_by__user", "asked_by__user", "permitted_by__user")
    return get_object_or_404(rows.select_related("organisation", *people), pk=pk)


@require_GET
@needs(Right.LISTEN)
def alerts(request: HttpRequest) -> HttpResponse:
    """All alerts, those that wait for a decision first."""
    member, shows_ended = member_of(request), "ended" in request.GET
    rows = Alert.objects.visible_to(member)
    rows = rows.filter(state=AlertState.ENDED) if shows_ended else rows.kept()
    page = Paginator(lines_of(rows, member), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": list(page),
        "shows_ended": shows_ended,
        "may_permit": member.may(Right.PERMIT_PERSON),
        "has_own_name": any(line.origin == member.actor for line in page),
    }
    return render(request, "listening/alerts.html", context)


@require_GET
@needs(Right.LISTEN)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One alert: what it listens for, how it fares, and what can be done with it."""
    alert, member = alert_or_404(request, pk), member_of(request)
    reading = Reading.objects.filter(member=member, alert=alert).first()
    form = RhythmForm(initial={"rhythm": reading.rhythm if reading else Rhythm.NEVER})
    return render(request, "listening/alert.html", {**about_alert(alert, member), "form": form})


@require_http_methods(["GET", "POST"])
@needs(Right.LISTEN)
def new(request: HttpRequest) -> HttpResponse:
    """Make an alert."""
    member = member_of(request)
    form = AlertForm(request.POST or None, query=request.GET.get("query", ""))

    def save(filled: AlertForm) -> Alert:
        rhythm = Rhythm(filled.cleaned_data["rhythm"])
        return alerting.save(member.organisation, filled.wish(), by=member, rhythm=rhythm)

    return _saved_or_shown(request, form, save)


@require_http_methods(["GET", "POST"])
@needs(Right.LISTEN)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one, as it was when the page was opened."""
    alert, member = alert_or_404(request, pk), member_of(request)
    reading = Reading.objects.filter(member=member, alert=alert).first()
    proposed = proposal_of(alert) if "proposal" in request.GET else ""
    rhythm = reading.rhythm if reading else Rhythm.NEVER
    form = AlertForm(request.POST or None, alert=alert, query=proposed, rhythm=rhythm)
    revision = whole(request.POST.get("revision", "")) or alert.revision

    def save(filled: AlertForm) -> Alert:
        alerting.change(alert, filled.wish(), by=member, revision=revision)
        follow(alert, filled.cleaned_data["rhythm"], by=member)
        return alert

    return _saved_or_shown(request, form, save)


def _saved_or_shown(request: HttpRequest, form: AlertForm, save: Callable[[AlertForm], Alert]) -> HttpResponse:
    if request.method == "POST" and request.POST.get("do") == "compose":  # without a script
        return _shown(request, form.from_boxes())
    if request.method == "POST" and form.is_valid() and (alert := _saved(request, form, save)) is not None:
        messages.success(request, _outcome(alert))
        return redirect("listening:alert", pk=alert.pk)
    return _shown(request, form, status=422 if request.method == "POST" else 200)


def _saved(request: HttpRequest, form: AlertForm, save: Callable[[AlertForm], Alert]) -> Alert | None:
    try:
        return save(form)
    except ValidationError as refusal:
        form.add_error(None, refusal)
    except (PermissionDenied, WrongStateError) as refusal:
        messages.error(request, str(refusal))
    return None


def _outcome(alert: Alert) -> str:
    if alert.state != AlertState.WAITING:
        return _("Saved. From now on we listen for this.")
    if alert.asked_by and permitting.others_who_may(alert.organisation, than=alert.asked_by):
        return _("Saved. The privacy officer got a mail. We listen for it as soon as they agree.")
    return _("Saved, but nobody here can agree to it: an administrator has to make somebody privacy officer.")


def _shown(request: HttpRequest, form: AlertForm, *, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "alert": form.alert, **trial(form, member_of(request))}
    if form.is_bound and status == 200:  # the boxes wrote the query; nothing was asked to be saved
        context["hides_errors"] = True
    return render(request, "listening/alert_form.html", context, status=status)


@require_POST
@needs(Right.LISTEN)
def preview(request: HttpRequest) -> HttpResponse:
    """What the query would have found, while it is typed; and the other half of the form, query or boxes."""
    typed, is_from_boxes = AlertForm(request.POST), "boxes" in request.GET
    form = typed.from_boxes() if is_from_boxes else typed.from_query()
    context = {"form": form, "is_from_boxes": is_from_boxes, "hides_errors": True, **trial(form, member_of(request))}
    return render(request, "listening/while_typing.html", context)


@require_POST
@needs(Right.LISTEN)
def rhythm(request: HttpRequest, pk: int) -> HttpResponse:
    """Hear of it in another rhythm."""
    alert, form = alert_or_404(request, pk), RhythmForm(request.POST)
    if form.is_valid():
        chosen = form.cleaned_data["rhythm"]
        attempt(request, lambda: follow(alert, chosen, by=member_of(request)), done=_("Saved."))
    return redirect("listening:alert", pk=pk)


@require_POST
@needs(Right.LISTEN)
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop for the time being."""
    return _done(request, pk, alerting.pause, _("Paused. Nothing new is found until you go on."))


@require_POST
@needs(Right.LISTEN)
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on."""
    return _done(request, pk, alerting.resume, _("We listen for it again."))


@require_POST
@needs(Right.LISTEN)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Never listen for it again."""
    return _done(request, pk, alerting.end, _("Ended. What it found stays for as long as you keep hits."))


def _done(request: HttpRequest, pk: int, action: Callable[..., None], words: str) -> HttpResponse:
    alert = alert_or_404(request, pk)
    attempt(request, lambda: action(alert, by=member_of(request)), done=words)
    return redirect("listening:alert", pk=pk)
