"""Pages of hits: the list, a group of copies, marking one, and how long they are kept."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vierogen.listening.actions import keeping, marking, noise
from vierogen.listening.forms.hits import FilterForm, KeepingForm
from vierogen.listening.models import Alert, Hit, Source, Spike
from vierogen.listening.models.hits import HitQuerySet
from vierogen.listening.states import About
from vierogen.listening.views.alerts import alert_or_404
from vierogen.listening.views.chart import chart_of
from vierogen.listening.views.hit_lines import SORTED, line_of, most_useful_first
from vierogen.people.models import Member
from vierogen.people.requests import attempt, member_of
from vierogen.people.roles import Right
from vierogen.web.doors import needs

PER_PAGE = 20


def lines(member: Member) -> HitQuerySet:
    """Leading hits with all that a line shows, the newest first."""
    rows = Hit.objects.visible_to(member).with_source().select_related("alert", "marked_by__user")
    return rows.annotate(number=Count("copies")).order_by("-found_at", "-pk")


def hit_or_404(request: HttpRequest, pk: int) -> Hit:
    """A hit that this member may see."""
    return get_object_or_404(lines(member_of(request)), pk=pk)


@require_GET
@needs(Right.LISTEN)
def hits(request: HttpRequest) -> HttpResponse:
    """What was found: newest or most useful first, by alert, language and source."""
    member = member_of(request)
    form = FilterForm(request.GET, member=member)
    form.is_valid()
    wanted = form.cleaned_data  # what could not be read is left out, and said beside its field
    taste = marking.taste_of(member.organisation_id)
    rows = _asked(lines(member).leading(), wanted)
    ordered = most_useful_first(rows[:SORTED], taste) if wanted.get("order") == "useful" else rows
    page: Any = Paginator(ordered, PER_PAGE).get_page(request.GET.get("page"))
    alert = wanted.get("alert")
    context = {
        "form": form,
        "page": page,
        "lines": [line_of(hit, taste) for hit in page],
        "alert": alert,
        "chart": chart_of(member.organisation, alert.pk if alert else None),
        "is_filtered": any(wanted.values()),
        "is_sorted": wanted.get("order") == "useful",
        "sorted_number": SORTED,
        "has_alerts": len(form.fields["alert"].queryset) > 0,  # type: ignore[attr-defined]
        "has_sources": Source.objects.heard_by(member.organisation_id).exists(),
        "spike": Spike.objects.filter(organisation=member.organisation).select_related("alert").first(),
        "may_keep": member.may(Right.MANAGE_ORGANISATION),
    }
    return render(request, "listening/hits.html", context)


def _asked(rows: HitQuerySet, wanted: dict[str, Any]) -> HitQuerySet:
    columns = {"alert": "alert", "language": "item__language", "source": "item__source"}
    chosen = {column: wanted[name] for name, column in columns.items() if wanted.get(name)}
    return rows.filter(**chosen)


@require_GET
@needs(Right.LISTEN)
def hit(request: HttpRequest, pk: int) -> HttpResponse:
    """One hit, and its copies."""
    found = hit_or_404(request, pk)
    if found.copy_of_id:
        return redirect("listening:hit", pk=found.copy_of_id)
    taste = marking.taste_of(found.organisation_id)
    page: Any = Paginator(lines(member_of(request)).filter(copy_of=found), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "line": line_of(found, taste),
        "page": page,
        "copies": [line_of(copy, taste) for copy in page],
        "handed": found.hand_overs.select_related("owner__user", "made_by__user"),
    }
    return render(request, "listening/one_hit.html", context)


@require_POST
@needs(Right.LISTEN)
def mark(request: HttpRequest, pk: int) -> HttpResponse:
    """Useful, not useful, or neither after all. htmx gets the line anew, others the page that they came from."""
    found = hit_or_404(request, pk)
    asked = request.POST.get("mark", "")
    if request.htmx:  # type: ignore[attr-defined]
        try:
            marking.mark(found, asked, by=member_of(request))
        except (PermissionDenied, ValidationError):
            return HttpResponse(status=422)
        line = line_of(found, marking.taste_of(found.organisation_id))
        return render(request, "listening/hit.html", {"line": line, "just_marked": True})
    done = _("Thanks, noted.") if asked else _("Taken back.")
    attempt(request, lambda: marking.mark(found, asked, by=member_of(request)), done=done)
    back = request.POST.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back if is_ours else "listening:hits")


@require_http_methods(["GET", "POST"])
@needs(Right.LISTEN)
def leave_out(request: HttpRequest, pk: int) -> HttpResponse:
    """What could be left out of an alert; a POST with ``words`` does so."""
    alert: Alert = alert_or_404(request, pk)
    if request.method == "POST":
        words = request.POST.get("words", "")
        done = _("Done: what says “%(words)s” is left out from now on.") % {"words": words}
        attempt(request, lambda: noise.accept(alert, words=words, by=member_of(request)), done=done)
        return redirect("listening:noise", pk=pk)
    context = {"alert": alert, "proposals": noise.proposals(alert), "is_person": alert.about == About.PERSON}
    return render(request, "listening/noise.html", context)


@require_http_methods(["GET", "POST"])
@needs(Right.MANAGE_ORGANISATION)
def keep(request: HttpRequest) -> HttpResponse:
    """How many days hits are kept."""
    organisation = member_of(request).organisation
    days = keeping.days_of(organisation.pk)
    form = KeepingForm(request.POST if request.method == "POST" else None, initial={"days": days})
    if form.is_valid():
        wanted = form.cleaned_data["days"]
        done = _("Hits are kept for %(days)d days.") % {"days": wanted}
        attempt(request, lambda: keeping.keep_for(organisation, days=wanted, by=member_of(request)), done=done)
        return redirect("listening:keeping")
    return render(request, "listening/keeping.html", {"form": form})
