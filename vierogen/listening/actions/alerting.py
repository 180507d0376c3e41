"""Changing alerts."""

from django.db import transaction
from django.utils import timezone

from vierogen.listening.models import Alert
from vierogen.people.actions import insist
from vierogen.people.models import Member
from vierogen.people.roles import Right


@transaction.atomic
def change(alert: Alert, *, query: str, by: Member) -> None:
    """Change the query."""
    insist(by, Right.LISTEN, organisation_id=alert.organisation_id)
    alert.query, alert.revision, alert.changed_at = query, alert.revision + 1, timezone.now()
    alert.save(update_fields=["query", "revision", "changed_at"])
