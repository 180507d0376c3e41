"""Makes alerts and what they found, as the listener would have stored it."""

from datetime import datetime
from itertools import count
from typing import Any

from django.utils import timezone

from vierogen.listening.models import Alert, Hit, Item, Source
from vierogen.people.models import Organisation

NUMBER = count(1)


def make_alert(organisation: Organisation, name: str = "zwembad", **values: Any) -> Alert:
    """An alert that is active."""
    return Alert.objects.create(organisation=organisation, name=name, query=name, **values)


def make_source(title: str = "Omroep Voorbeeld") -> Source:
    """A feed that everybody here listens to."""
    address = f"https://omroep.example/{next(NUMBER)}.xml"
    return Source.objects.create(kind="feed", address=address, title=title, for_everybody=True)


def make_item(title: str = "Zwembad gaat open", **values: Any) -> Item:
    """A message of a source."""
    number = next(NUMBER)
    usual = {
        "key": f"{number:064x}",
        "title": title,
        "text": f"{title}. Vanaf zaterdag kan iedereen weer zwemmen, zegt de wethouder.",
        "link": f"https://omroep.example/nieuws/{number}",
        "language": "nl",
    }
    return Item.objects.create(**usual | values)


def make_hit(alert: Alert, title: str = "Zwembad gaat open", *, at: datetime | None = None, **values: Any) -> Hit:
    """A hit that was grouped; it was found at this moment, or at ``at``."""
    at = at or timezone.now()
    of_hit = {"copy_of", "spam", "mark", "grouped_at", "item"} & values.keys()
    of_item = {name: values.pop(name) for name in values.keys() - of_hit}
    values.setdefault("grouped_at", at)
    item = values.pop("item", None) or make_item(title, **of_item)
    return Hit.objects.create(organisation=alert.organisation, alert=alert, item=item, found_at=at, **values)
