"""Who follows which alert. A member's own choice: nobody else's, and no ledger."""

from django.db import transaction
from django.utils import timezone

from vierogen.listening.models import Alert, Reader, Reading
from vierogen.listening.states import Rhythm
from vierogen.people.actions import insist
from vierogen.people.models import Member
from vierogen.people.roles import Right


@transaction.atomic
def follow(alert: Alert, rhythm: str = Rhythm.DAILY, *, by: Member) -> Reading:
    """Let ``by`` hear of this alert in this rhythm, from now on. Raises ``PermissionDenied``."""
    insist(by, Right.SEE, organisation_id=alert.organisation_id)
    Reader.objects.get_or_create(member=by, defaults={"time_zone": by.organisation.time_zone})
    reading, _is_new = Reading.objects.get_or_create(member=by, alert=alert, defaults={"rhythm": rhythm})
    if reading.rhythm == rhythm:
        return reading
    if reading.rhythm == Rhythm.NEVER:  # what was found meanwhile was not asked for
        reading.since = timezone.now()
    reading.rhythm = rhythm
    reading.save(update_fields=["rhythm", "since"])
    return reading
