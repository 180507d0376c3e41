"""Who reads what, how often, and the bulletins that they got."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vierogen.listening.models.alerts import Alert
from vierogen.listening.models.hits import Hit
from vierogen.listening.states import Rhythm
from vierogen.notices.models import Message
from vierogen.people.models import Member


class Reader(models.Model):
    """When a member wants bulletins, by the clock of ``time_zone``. ``weekday``: 0 is Monday.

    ``links`` counts how often the secret addresses (feed, unsubscribe) were made anew: older ones are void.
    ``daily_at`` and ``weekly_at`` are when the next one is due, None where none is wanted. Before ``quiet_until``
    nothing is mailed at once.
    """

    member = models.OneToOneField(Member, on_delete=models.CASCADE, related_name="reader")
    time_zone = models.CharField(_("time zone"), max_length=60, default="Europe/Amsterdam")
    hour = models.PositiveSmallIntegerField(_("hour"), default=8, validators=[MaxValueValidator(23)])
    weekday = models.PositiveSmallIntegerField(_("day of the week"), default=0, validators=[MaxValueValidator(6)])
    no_news = models.BooleanField(_("also a weekly mail when there is no news"), default=False)
    links = models.PositiveIntegerField(default=1)
    daily_at = models.DateTimeField(null=True, blank=True, db_index=True)
    weekly_at = models.DateTimeField(null=True, blank=True, db_index=True)
    quiet_until = models.DateTimeField(null=True, blank=True)


class Reading(models.Model):
    """A member follows an alert. Hits from ``since`` on are told, at most once each; it moves on as they are."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="readings")
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="readings")
    rhythm = models.CharField(max_length=10, choices=Rhythm.choices, default=Rhythm.DAILY)
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "alert"], name="one_reading_each")]
        indexes = [models.Index(fields=["alert"], condition=Q(rhythm=Rhythm.AT_ONCE), name="read_at_once")]


class Bulletin(models.Model):
    """A digest mail. ``due_at`` is the moment that the reader chose; one is made for each, whoever makes it.

    ``hits`` counts all that it tells of, copies included. Where there was nothing to tell there is none.
    """

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="bulletins")
    rhythm = models.CharField(max_length=10, choices=Rhythm.choices)
    due_at = models.DateTimeField()
    made_at = models.DateTimeField(default=timezone.now)
    message = models.OneToOneField(Message, on_delete=models.SET_NULL, null=True, related_name="+")
    hits = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "rhythm", "due_at"], name="one_bulletin_each"),
            models.CheckConstraint(condition=~Q(rhythm=Rhythm.NEVER), name="no_bulletin_for_nobody"),
        ]


class Line(models.Model):
    """A hit in a bulletin. A member is told of a hit once, in whichever bulletin."""

    bulletin = models.ForeignKey(Bulletin, on_delete=models.CASCADE, related_name="lines")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    hit = models.ForeignKey(Hit, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "hit"], name="told_once")]
