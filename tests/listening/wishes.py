"""What people of these tests want to listen for, and what was found."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from vierogen.listening.actions.alerting import Wish, save
from vierogen.listening.models import Alert, Hit, Item
from vierogen.listening.states import About
from vierogen.people.models import Member

NAME = '"Fatima Yilmaz"'
WHY = "Zij wordt bedreigd om haar werk hier."
_numbers = count(1)


def make(by: Member, query: str = "zwembad", *, about: About = About.SUBJECT, **more: Any) -> Alert:
    """An alert of this member."""
    alert = save(by.organisation, Wish(query, about, **more), by=by)
    return Alert.objects.select_related("organisation", "asked_by__user").get(pk=alert.pk)


def again(alert: Alert) -> Alert:
    """As the database has it now."""
    return Alert.objects.select_related("organisation", "asked_by__user").get(pk=alert.pk)


def find(alert: Alert, text: str, *, at: datetime | None = None, **more: Any) -> Item:
    """The alert found this."""
    number = next(_numbers)
    moment = at or timezone.now() - timedelta(minutes=1)
    item = Item.objects.create(key=f"{number:064x}", text=text, seen_at=moment, **more)
    Hit.objects.create(organisation_id=alert.organisation_id, alert=alert, item=item, found_at=moment)
    return item
