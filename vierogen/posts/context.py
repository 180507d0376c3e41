"""What every page knows of the gateway: whether everything is stopped."""

from django.http import HttpRequest

from vierogen.posts.actions.stopping import is_halted
from vierogen.posts.models import Halt


def halt(request: HttpRequest) -> dict[str, Halt | None]:
    """Context processor: ``halt`` is what stopped the member's organisation, or None."""
    member = getattr(request, "member", None)
    return {"halt": is_halted(member.organisation_id) if member else None}
