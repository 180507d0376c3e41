"""What every page does with a request: whom it acts for, and saying what became of what it asks."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.http import urlencode

from vierogen.ledger.moves import WrongStateError
from vierogen.people.models import Member


def member_of(request: HttpRequest) -> Member:
    """The member that this request acts as; ``needs`` made sure that there is one."""
    member: Member = request.member  # type: ignore[attr-defined]
    return member


def told(request: HttpRequest, refusal: Exception) -> str:
    """A refusal in its own words; where it names a page on which that is mended, with the way there and back."""
    url: str = getattr(refusal, "url", "")
    if not url:
        return str(refusal)
    came_from = urlsplit(request.headers.get("referer", ""))
    query = urlencode({"next": came_from.path if came_from.netloc == request.get_host() else ""})
    return format_html('{} <a href="{}?{}">{}</a>', str(refusal), url, query, getattr(refusal, "action", url))


def attempt(request: HttpRequest, action: Callable[[], object], *, done: str | Callable[[object], str]) -> bool:
    """Do ``action`` and say what became of it; a refusal is told in its own words.

    ``done`` is what to say then, or makes that from what ``action`` returned.
    """
    try:
        came = action()
    except ValidationError as refusal:
        for line in refusal.messages:
            messages.error(request, line)
    except (PermissionDenied, WrongStateError) as refusal:
        messages.error(request, told(request, refusal))
    else:
        messages.success(request, done(came) if callable(done) else done)
        return True
    return False
