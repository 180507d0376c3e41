"""Who one is in the demo: one click, no password. None of this exists outside the practice environment."""

from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import resume_request
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from vierogen.practice.demo import ORGANISATION, entrance, people
from vierogen.web.doors import everybody, logged_in

BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_GET
@everybody
def choose(request: HttpRequest) -> HttpResponse:
    """A button for each of the people of the demo."""
    there = [
        {
            "name": person.name,
            "email": person.email,
            "does": _(person.does),
            "neighbour": person.organisation if person.organisation != ORGANISATION else "",
        }
        for person, _user in people()
    ]
    if not there:
        return redirect("account_login")
    return render(request, "practice/people.html", {"people": there, "next": _onwards(request)})


@require_POST
@everybody
def enter(request: HttpRequest) -> HttpResponse:
    """Go on as one of them."""
    login(request, entrance(request.POST.get("email", "")), backend=BACKEND)
    return redirect(_onwards(request) or "home:today")


@require_POST
@logged_in
def prove(request: HttpRequest) -> HttpResponse:
    """Take it from one of them that they are still themselves, and go on with what they were about to do."""
    user = entrance(request.user.email if request.user.is_authenticated else "")
    record_authentication(request, user, method="practice", reauthenticated=True)
    onwards: HttpResponse | None = resume_request(request)
    return onwards or redirect("home:today")


def _onwards(request: HttpRequest) -> str:
    """Where somebody was going, as long as that is here."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}) else ""
