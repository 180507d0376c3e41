"""What every page does with a request: whom it acts for, and saying what became of what it asks."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest

from vierogen.ledger.moves import WrongStateError
from vierogen.people.models import Member


def member_of(request: HttpRequest) -> Member:
    """The member that this request acts as; ``needs`` made sure that there is one."""
    member: Member = request.member  # type: ignore[attr-defined]
    return member


def attempt(request: HttpRequest, action: Callable[[], object], *, done: str) -> bool:
    """Do ``action`` and say what became of it; a refusal is told in its own words."""
    try:
        action()
    except ValidationError as refusal:
        for line in refusal.messages:
            messages.error(request, line)
    except (PermissionDenied, WrongStateError) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
        return True
    return False
