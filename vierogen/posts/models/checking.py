"""What an organisation decides about its checks, and what the checks know besides a text."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vierogen.channels.models import Channel
from vierogen.core.leases import Leased, free
from vierogen.people.models import Member, Organisation
from vierogen.posts.models.writing import Media


class CheckLevel(models.Model):
    """How much the findings of a check weigh in an organisation that chose otherwise than the check itself."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    check_key = models.CharField(max_length=40)
    level = models.CharField(
        max_length=5, choices=[("off", _("Off")), ("look", _("Point it out")), ("stop", _("Stop"))]
    )
    # What happened before says nothing about how the check fares at this level.
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "check_key"], name="check_level_once")]


class OwnDetails(models.Model):
    """What belongs to the organisation itself, so that no check takes it for somebody's secret; one a line.

    ``days`` are the ISO weekdays on which somebody is there, "12345"; ``latitude`` and ``longitude`` are in degrees.
    """

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, related_name="own_details")
    phones = models.TextField(_("telephone numbers"), blank=True)
    emails = models.TextField(_("e-mail addresses"), blank=True)
    ibans = models.TextField(_("bank accounts"), blank=True)
    addresses = models.TextField(_("addresses of your buildings"), blank=True)
    names = models.TextField(_("names that may be said"), blank=True)
    languages = models.CharField(_("languages in which you write"), max_length=40, default="nl en")
    days = models.CharField(_("days on which somebody is there"), max_length=7, default="12345", blank=True)
    opens = models.TimeField(_("from"), null=True, blank=True)
    closes = models.TimeField(_("until"), null=True, blank=True)
    latitude = models.FloatField(
        _("latitude"), null=True, blank=True, validators=[MinValueValidator(-90), MaxValueValidator(90)]
    )
    longitude = models.FloatField(
        _("longitude"), null=True, blank=True, validators=[MinValueValidator(-180), MaxValueValidator(180)]
    )


class EarlierText(models.Model):
    """A text that stands, or stood, on a channel: by these the voice of the channel is known. Told by the watch."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    remote_id = models.CharField(max_length=300)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "remote_id"], name="earlier_text_once")]
        indexes = [models.Index(fields=["channel", "-at"], name="earlier_text_newest")]


class QuietMomentQuerySet(models.QuerySet["QuietMoment"]):
    """Quiet moments."""

    def visible_to(self, member: Member) -> "QuietMomentQuerySet":
        """Those of the member's organisation."""
        return self.filter(organisation_id=member.organisation_id)

    def to_come(self, now: datetime) -> "QuietMomentQuerySet":
        """Those that are not over."""
        return self.filter(ends__gt=now)


class QuietMoment(models.Model):
    """A moment of the organisation's own at which posts are unwelcome, such as a funeral."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    title = models.CharField(_("what it is"), max_length=120)
    starts = models.DateTimeField(_("from"))
    ends = models.DateTimeField(_("until"))
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")

    objects = QuietMomentQuerySet.as_manager()

    class Meta:
        ordering = ["starts"]
        constraints = [models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="a_moment_lasts")]


class Mourning(models.Model):
    """Something grave happened: as long as an open one exists, nothing goes out that was approved before it."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(_("what happened"))
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation"], condition=Q(ended_at=None), name="one_open_mourning")
        ]


class PictureLookQuerySet(models.QuerySet["PictureLook"]):
    """Looks at pictures."""

    def waiting(self) -> "PictureLookQuerySet":
        """Those at whose picture nobody has looked yet."""
        return self.filter(looked_at=None)

    def due(self, now: datetime) -> "PictureLookQuerySet":
        """Those that nobody is at."""
        return self.waiting().filter(free(now))


class PictureLook(Leased):
    """What was seen in a picture; a row without ``looked_at`` waits for somebody to look.

    ``problem`` says why nobody could, a translatable sentence.
    """

    media = models.OneToOneField(Media, on_delete=models.CASCADE, related_name="look")
    attempts = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField(default=timezone.now)
    looked_at = models.DateTimeField(null=True, blank=True)
    problem = models.TextField(blank=True)
    faces = models.PositiveIntegerField(default=0)
    text = models.TextField(blank=True)
    codes = models.JSONField(default=list)

    objects = PictureLookQuerySet.as_manager()


class ConsentQuerySet(models.QuerySet["Consent"]):
    """Declarations of consent."""

    def visible_to(self, member: Member) -> "ConsentQuerySet":
        """Those of the member's organisation."""
        return self.filter(organisation_id=member.organisation_id)

    def about(self, *, organisation_id: int, sha256s: Iterable[str]) -> "ConsentQuerySet":
        """Those for these pictures, also where the same picture was added once more under another name."""
        return self.filter(organisation_id=organisation_id, media__sha256__in=list(sha256s)).distinct()


class Consent(models.Model):
    """A declaration that somebody may be seen in pictures: who, how it was given, and until when it holds.

    ``told`` counts the mails about its end: one two weeks before, one on its last day.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    media = models.ManyToManyField(Media, related_name="consents")
    who = models.CharField(_("who"), max_length=200)
    how = models.CharField(_("how it was given"), max_length=200)
    until = models.DateField(_("until"), null=True, blank=True)
    kept_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    told = models.PositiveSmallIntegerField(default=0)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def holds_on(self, day: date) -> bool:
        """Is it still given on that day?"""
        return self.withdrawn_at is None and (self.until is None or day <= self.until)

    def is_over(self, now: datetime) -> bool:
        """Was it withdrawn, or is its last day over?"""
        return self.ended_at is not None and self.ended_at <= now

    @property
    def ended_at(self) -> datetime | None:
        """When it was withdrawn, or its last day was over; None where it has no end yet."""
        if self.withdrawn_at or self.until is None:
            return self.withdrawn_at
        return datetime.combine(self.until + timedelta(days=1), datetime.min.time(), self.organisation.zone)
