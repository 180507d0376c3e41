"""What every template knows: the menu, the nonce, and whether this is for practice."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, ResolverMatch, resolve, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

_DAILY = (
    ("home:today", _("Today")),
    ("posts:list", _("Posts")),
    ("listening:hits", _("Listening")),
    ("learning:list", _("Learning")),
)
_MANAGING = (
    ("posts:review_list", _("Review")),
    ("posts:moments", _("Quiet moments")),
    ("posts:consents", _("Consent")),
    ("watch:list", _("Watch")),
    ("channels:list", _("Channels")),
    ("vault:list", _("Vault")),
    ("people:list", _("People")),
    ("posts:checks", _("Checks")),
    ("ledger:list", _("Ledger")),
)
# These have a line of their own beside the room's first page.
_OWN_LINE = {"posts:review_list", "posts:moments", "posts:consents", "posts:checks", "posts:own_details"}

# Pages without a line of their own, and in which room people look for them.
_UNDER = {"drills": "learning"}


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``csp_nonce``, ``nav``, ``nav_managing``, ``practice`` and ``demo``.

    ``demo``: there are a practice network, a phone, and people who need no password.

    A line of the menu is a dictionary with ``url``, ``label`` and ``current`` ("page" on the page itself,
    "true" deeper in the same room, else ""). A page that the member has no right to has no line.
    """
    return {
        "csp_nonce": getattr(request, "csp_nonce", ""),
        "nav": SimpleLazyObject(lambda: _menu(request, _DAILY)),
        "nav_managing": SimpleLazyObject(lambda: _menu(request, _MANAGING)),
        "practice": settings.PRACTICE,
        "demo": settings.PRACTICE and bool(settings.PRACTICE_URL),
    }


def _menu(request: HttpRequest, lines: tuple[tuple[str, Any], ...]) -> list[dict[str, Any]]:
    member = getattr(request, "member", None)
    return [
        {"url": url, "label": label, "current": _current(request.resolver_match, name)}
        for name, label in lines
        if (url := _address(name)) and _open_to(member, url)
    ]


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:  # a room whose pages this installation does not have
        return ""


def _open_to(member: Any, url: str) -> bool:
    right = getattr(resolve(url).func, "right", "")
    return member is None or right in {"", "everybody", "logged_in"} or member.may(right)


def _current(match: ResolverMatch | None, name: str) -> str:
    if match is None:
        return ""
    if match.view_name == name:
        return "page"
    own = {name, match.view_name} & _OWN_LINE
    same_room = bool(match.namespace) and _UNDER.get(match.namespace, match.namespace) == name.partition(":")[0]
    return "true" if same_room and not own else ""
