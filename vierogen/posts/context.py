"""What every page knows of the gateway: whether everything is stopped, and whether something grave happened."""

from django.http import HttpRequest

from vierogen.posts.actions.mourning import grave_event
from vierogen.posts.actions.stopping import is_halted
from vierogen.posts.models import Halt, Mourning


def halt(request: HttpRequest) -> dict[str, Halt | Mourning | None]:
    """Context processor: ``halt`` is what stopped the member's organisation, ``grave`` what happened there, or None."""
    member = getattr(request, "member", None)
    if member is None:
        return {"halt": None, "grave": None}
    return {"halt": is_halted(member.organisation_id), "grave": grave_event(member.organisation_id)}
