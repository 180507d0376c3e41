"""Finds the member that a request acts as."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from vierogen.people.models import Member


class CurrentMember:
    """Sets ``request.member``: the chosen current membership of the user, else the first, else None.

    Read afresh with each request, so a membership that ends today ends for open sessions too.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Attach the member and the time zone of their organisation."""
        member = member_of(request) if request.user.is_authenticated else None
        request.member = member  # type: ignore[attr-defined]
        if request.user.is_authenticated and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        if member is None:
            return self.get_response(request)
        with timezone.override(member.organisation.zone):
            return self.get_response(request)


def current_memberships(request: HttpRequest) -> list[Member]:
    """Every organisation that the user belongs to today, oldest membership first."""
    rows = Member.objects.filter(user_id=int(request.user.pk or 0)).select_related("user", "organisation")
    return [member for member in rows.prefetch_related("held").order_by("pk") if member.is_current]


def member_of(request: HttpRequest) -> Member | None:
    """The chosen current membership, else the first; the others become ``request.organisations``."""
    current = current_memberships(request)
    request.organisations = [member.organisation for member in current]  # type: ignore[attr-defined]
    chosen = request.session.get("organisation")
    return next((m for m in current if m.organisation_id == chosen), current[0] if current else None)
