"""My settings: which alerts I follow, how often and when I get mail about them, and the addresses of my feeds."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from vierogen.listening.actions.bulletins import AN_HOUR_AT_MOST, GROUPED
from vierogen.listening.actions.example import send_example
from vierogen.listening.actions.gathering import TELLING
from vierogen.listening.actions.links import feed_address
from vierogen.listening.actions.reading import choose, reader_of, renew_addresses
from vierogen.listening.actions.timetable import zone_of
from vierogen.listening.models import Alert, Reader
from vierogen.listening.reading_form import ReadingForm
from vierogen.people.requests import member_of
from vierogen.people.roles import Right
from vierogen.web.doors import needs


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.SEE)
def mine(request: HttpRequest) -> HttpResponse:
    """What I follow, and when I hear of it."""
    member = member_of(request)
    reader = reader_of(member)
    alerts = list(Alert.objects.readable_by(member).kept().order_by("name", "pk"))
    rhythms = dict(member.readings.values_list("alert_id", "rhythm"))
    form = ReadingForm(
        request.POST if request.method == "POST" else None, reader=reader, alerts=alerts, rhythms=rhythms
    )
    if form.is_valid():
        choose(member, form.times, form.chosen)
        messages.success(request, _("Saved. Your next mail comes as you chose."))
        return redirect("listening:bulletins")
    status = 422 if form.is_bound else 200
    return render(request, "listening/bulletins.html", _shown(reader, form), status=status)


def _shown(reader: Reader, form: ReadingForm) -> dict[str, Any]:
    return {
        "form": form,
        "reader": reader,
        "zone": zone_of(reader),
        "feed": feed_address(reader) if reader.pk else "",
        "feeds": _feeds(reader, form) if reader.pk else [],
        "grouped": int(GROUPED.total_seconds() // 60),
        "most": AN_HOUR_AT_MOST,
    }


def _feeds(reader: Reader, form: ReadingForm) -> list[tuple[Alert, str]]:
    return [(alert, feed_address(reader, alert_id=alert.pk)) for alert in form.alerts if alert.state in TELLING]


@require_POST
@needs(Right.SEE)
def example(request: HttpRequest) -> HttpResponse:
    """Mail me what a bulletin looks like."""
    send_example(member_of(request))
    messages.success(request, _("The example is on its way: look at your mail."))
    return redirect("listening:bulletins")


@require_POST
@needs(Right.SEE)
def renew(request: HttpRequest) -> HttpResponse:
    """Make my secret addresses anew."""
    renew_addresses(member_of(request))
    messages.success(request, _("There are new addresses. The old ones show nothing any more."))
    return redirect("listening:bulletins")
