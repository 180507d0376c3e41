"""Pages made of components only, so that the room is tested without the rooms above it."""

from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template import engines
from django.urls import path
from django.urls.conf import include
from django.utils import timezone
from django.views.i18n import set_language

from vierogen.web.doors import everybody

CHANNELS = [
    SimpleNamespace(
        handle="@voorbeeld@social.example",
        name="Gemeente Voorbeeld",
        network_name="Mastodon",
        colour="indigo",
        initials="GV",
    ),
    SimpleNamespace(
        handle="@een_heel_lange_naam_van_een_kanaal.voorbeeld.example",
        name="",
        network_name="Bluesky",
        colour="blue",
        initials="EH",
    ),
]
HERE = Path(__file__).parent


class Words(forms.Form):
    """One of each kind of field."""

    words = forms.CharField(widget=forms.Textarea, help_text="What people will read.")
    when = forms.DateField(required=False)
    where = forms.MultipleChoiceField(choices=[("1", "one"), ("2", "two")], widget=forms.CheckboxSelectMultiple)
    sure = forms.BooleanField(help_text="Both people said yes.")
    picture = forms.FileField(required=False)


def shown(request: HttpRequest, page: str, **context: Any) -> HttpResponse:
    """``page`` for somebody who is logged in."""
    request.member = SimpleNamespace(  # type: ignore[attr-defined]
        organisation_id=1,
        organisation=SimpleNamespace(pk=1, name="Gemeente Voorbeeld"),
        may=lambda right: True,
    )
    return HttpResponse(engines["django"].from_string((HERE / page).read_text()).render(context, request))


@everybody
def components(request: HttpRequest) -> HttpResponse:
    """Everything on one page."""
    now = timezone.now()
    return shown(
        request,
        "components.html",
        channels=CHANNELS,
        text="One\nTwo",
        channel=None,
        pictures=[SimpleNamespace(url="/static/web/favicon.svg", alt="Four eyes")],
        states=["ok", "look", "stop", "wait", "info", "off", "not_checked"],
        until=now + timedelta(seconds=90),
        past=now - timedelta(minutes=5),
        columns=["Goes out", "Post", "Where"],
        rows=[["tomorrow", "The market is on Friday", "Mastodon"]],
        tabs=[SimpleNamespace(url="#", label="To do", current=True, count=2)],
        entries=[SimpleNamespace(at=now, state="ok", text="Ben approved", detail="Version 3", url="")],
        form=Words({"words": ""} if "wrong" in request.GET else None),
    )


@everybody
def live(request: HttpRequest) -> HttpResponse:
    """What moves."""
    return shown(request, "live.html", soon=_soon(request))


def _soon(request: HttpRequest) -> datetime:
    return timezone.now() + timedelta(seconds=float(request.GET.get("seconds", "1.2")))


@everybody
def halt(request: HttpRequest) -> HttpResponse:
    """Stands for posts:halt: without the script its page, with the dialog its form."""
    return HttpResponse(f"{request.method} {request.POST.get('reason', '')}")


@everybody
def away(request: HttpRequest) -> HttpResponse:
    """Leads elsewhere."""
    return HttpResponseRedirect("/elsewhere/")


def answers(words: str, **options: Any) -> Any:
    """A view that says ``words``."""

    @everybody
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(words, **options)

    return view


urlpatterns = [
    path("", components),
    path("live/", live),
    path("add/", answers("1")),
    path("away/", away),
    path("elsewhere/", answers("<h1>Elsewhere</h1>")),
    path("broken/", answers("a long stack trace", status=500)),
    path("evil/", answers("2<script>document.title = 'evil'</script><img src=x onerror=\"document.title='evil'\">")),
    path("told/", answers("the server was told")),
    path("stopped/", answers("stopped")),
    path("language/", everybody(set_language), name="set_language"),
    path("home/", include(([path("", components, name="today")], "home"))),
    path("watch/", include(([path("", components, name="list")], "watch"))),
    path("halt/", include(([path("", halt, name="halt")], "posts"))),
]
