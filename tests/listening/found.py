"""Alerts, and what they found, for tests of hits."""

from datetime import datetime
from hashlib import sha256
from itertools import count
from typing import Any

from django.utils import timezone

from vierogen.listening.models import Alert, Hit, Item
from vierogen.people.models import Organisation

_NUMBER = count(1)


def listening_for(organisation: Organisation, query: str = "voorbeeld", **more: Any) -> Alert:
    """An active alert."""
    return Alert.objects.create(organisation=organisation, name=more.pop("name", query), query=query, **more)


def heard(alert: Alert, text: str, *, at: datetime | None = None, **of_item: Any) -> Hit:
    """A hit that nobody has grouped yet."""
    when = at or timezone.now()
    key = sha256(f"{text}{next(_NUMBER)}".encode()).hexdigest()
    item = Item.objects.create(key=key, text=text, published_at=when, seen_at=when, **of_item)
    return Hit.objects.create(organisation_id=alert.organisation_id, alert=alert, item=item, found_at=when)
