"""Addresses of allauth, less those of things that nobody does here: signing up, and giving oneself an address."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path, re_path

from vierogen.web.doors import everybody


@everybody
def absent(_request: HttpRequest) -> HttpResponse:
    """There is nothing here. The address exists because allauth asks for its name."""
    raise Http404


CLOSED = (
    # Accounts come from invitations.
    r"^signup/$",
    # The address that somebody logs in with is the one at which alarms reach them; an administrator knows it.
    r"^(?:confirm-)?email/",
    # A first password is chosen by a link in the mail, which proves the address.
    r"^password/set/$",
    # An identity of single sign-on is tied to an account by its verified address alone.
    r"^3rdparty/(?:$|signup)",
    # allauth's former addresses.
    r"^social/",
    r"^login/code/",
)

urlpatterns = [*(re_path(closed, absent) for closed in CLOSED), path("", include("allauth.urls"))]
