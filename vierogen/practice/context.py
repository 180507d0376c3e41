"""What every page knows of drills: whether one is going on, and that all else is real."""

from django.http import HttpRequest

from vierogen.practice.models import Drill


def exercise(request: HttpRequest) -> dict[str, Drill | None]:
    """Context processor: ``exercise`` is the drill that is open at the member's organisation, or None."""
    member = getattr(request, "member", None)
    return {"exercise": Drill.objects.visible_to(member).open().first() if member else None}
