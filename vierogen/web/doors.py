"""The declared right of a view. Access is closed by default; a test walks all addresses."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from allauth.account.decorators import reauthentication_required
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def needs(right: str, *, fresh: bool = False) -> Callable[[View[P]], View[P]]:
    """Only members who hold ``right`` pass; the right stands on the view as ``view.right``.

    With ``fresh`` a POST also needs that the person proved a moment ago who they are; the POST is kept
    meanwhile and goes on by itself.
    """

    def declare(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            member: Any = getattr(request, "member", None)
            if member is None:
                raise PermissionDenied(_("You are not a member of an organisation here (any more)."))
            if not member.may(right):
                raise PermissionDenied(_("Your role does not allow this page. Ask an administrator."))
            return view(request, *args, **kwargs)

        passed: Any = reauthentication_required(guarded, allow_get=True) if fresh else guarded
        passed.right = right
        return cast("View[P]", passed)

    return declare


def everybody(view: View[P]) -> View[P]:
    """Anyone may open this, logged in or not; the view itself guards what it shows."""
    view.right = "everybody"  # type: ignore[attr-defined]
    return login_not_required(view)


def logged_in(view: View[P]) -> View[P]:
    """Anyone who logged in, member or not."""
    view.right = "logged_in"  # type: ignore[attr-defined]
    return view
