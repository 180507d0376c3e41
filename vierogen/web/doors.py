"""The declared right of a view. Access is closed by default; a test walks all addresses."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from vierogen.web.proof import strong_proof, strong_ways

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def needs(
    right: str, *, fresh: bool = False, firm: bool = False, secret: bool = False, strong: bool = False
) -> Callable[[View[P]], View[P]]:
    """Only members who hold ``right`` pass; the right stands on the view as ``view.right``.

    With ``fresh`` a POST also needs that the person proved a moment ago who they are; the POST is kept
    meanwhile and goes on by itself. With ``firm`` the same, and whoever has a passkey or the app proves it with that:
    for what would open a way around a second step. With ``secret``, for a form in which a secret is typed, that
    proof is asked before the form is shown, and what was posted is never kept: the session would store it unsealed.
    With ``strong``, for a page that shows a secret, the same, and only a passkey or the app with codes counts.
    """

    def declare(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            member: Any = getattr(request, "member", None)
            if member is None:
                raise PermissionDenied(_("You are not a member of an organisation here (any more)."))
            if not member.may(right):
                raise PermissionDenied(_("Your role does not allow this page. Ask an administrator."))
            answer = None
            if strong:
                answer = _ask_strongly(request)
            elif secret or ((fresh or firm) and request.method != "GET"):
                answer = _ask_again(request, keep=not secret, firm=firm)
            return view(request, *args, **kwargs) if answer is None else answer

        passed: Any = guarded
        passed.right = right
        passed.fresh = fresh or firm or secret or strong
        return cast("View[P]", passed)

    return declare


def _ask_again(request: HttpRequest, *, keep: bool, firm: bool) -> HttpResponseBase | None:
    """Where somebody goes to prove again who they are; None for who did so a moment ago.

    Somebody with nothing to prove it with (single sign-on alone) sets that up first. Raises
    ``ReauthenticationRequired``, on which allauth keeps the POST and runs it afterwards.
    """
    ways = get_adapter(request).get_reauthentication_methods(request.user)
    if not ways:
        messages.error(request, _("Set up a passkey or an authenticator app first: this asks who you are again."))
        return redirect("mfa_index")
    if did_recently_reauthenticate(request):
        if not firm or strong_proof(request) is not None or not strong_ways(request):
            return None
        messages.warning(request, _("A password or a recovery code is not enough here."))
    if keep:
        raise ReauthenticationRequired
    return _sent_to(ways[0], request)


def _ask_strongly(request: HttpRequest) -> HttpResponseBase | None:
    """Where somebody goes to prove it with a passkey or the app with codes; None for who did so a moment ago."""
    if strong_proof(request) is not None:
        return None
    ways = strong_ways(request)
    if not ways:
        messages.error(
            request,
            _("A secret is shown only to who has a passkey or an authenticator app. Set one up here, then return."),
        )
        return redirect("mfa_index")
    return _sent_to(ways[0], request)


def second_step(
    view: Callable[..., HttpResponseBase], *, unless: Callable[[HttpRequest], bool] = lambda _request: False
) -> Callable[..., HttpResponseBase]:
    """A page of allauth that changes how somebody proves who they are, or shows codes that do.

    Whoever has a passkey or the app proves it with that, ``unless`` something else will do: after a password alone, a
    thief would put their own in its place. Whoever has neither sets up the first one as allauth asks.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        has_one = request.user.is_authenticated and bool(strong_ways(request))
        answer = _ask_strongly(request) if has_one and not unless(request) else None
        if answer is not None and did_recently_reauthenticate(request):
            messages.warning(
                request,
                _(
                    "A password or a recovery code is not enough here. Is your phone gone? Ask an administrator to end "
                    "your access and invite you anew."
                ),
            )
        return view(request, *args, **kwargs) if answer is None else answer

    return guarded


def _sent_to(way: dict[str, Any], request: HttpRequest) -> HttpResponseBase:
    if request.method == "POST":
        messages.warning(request, _("That took a while, so what you typed was not kept. Type it again, please."))
    return redirect(f"{way['url']}?{urlencode({'next': request.get_full_path()})}")


def everybody(view: View[P]) -> View[P]:
    """Anyone may open this, logged in or not; the view itself guards what it shows."""
    view.right = "everybody"  # type: ignore[attr-defined]
    return login_not_required(view)


def logged_in(view: View[P]) -> View[P]:
    """Anyone who logged in, member or not."""
    view.right = "logged_in"  # type: ignore[attr-defined]
    return view
