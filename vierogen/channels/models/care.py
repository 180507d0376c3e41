"""Tables of how an account is kept: the nightly look at its custodians, what is declared of it, its handover file."""

from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vierogen.channels.models.channels import Channel
from vierogen.people.models import Member

# What somebody declared holds for so long.
HOLDS_FOR = timedelta(days=365)
# So old a handover file is no longer believed.
FRESH_FOR = timedelta(days=90)


class CustodyCheck(models.Model):
    """What the nightly look found: ``problem`` is "" where two people who stay answer for the channel.

    ``told_on`` is when custodians and administrators were last told; ``handover_told_on`` the same for the file.
    """

    channel = models.OneToOneField(Channel, on_delete=models.CASCADE, related_name="custody_check")
    checked_on = models.DateField()
    problem = models.CharField(max_length=200, blank=True)
    told_on = models.DateField(null=True, blank=True)
    handover_told_on = models.DateField(null=True, blank=True)


class Declared(models.Model):
    """What a custodian declared about an account, one row for each question; a new answer takes its place."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="declared")
    key = models.CharField(max_length=20)
    is_so = models.BooleanField()
    note = models.TextField(blank=True)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "key"], name="one_answer_per_question")]

    @property
    def is_current(self) -> bool:
        """Was it declared less than a year ago?"""
        return self.at > timezone.now() - HOLDS_FOR


class AppOnPhone(models.Model):
    """What a member declared: is the network's app, logged in to this account, on a phone of theirs?"""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="phones")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    is_on = models.BooleanField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "member"], name="one_phone_answer_each")]

    @property
    def is_current(self) -> bool:
        """Was it declared less than a year ago?"""
        return self.at > timezone.now() - HOLDS_FOR


class Handover(models.Model):
    """A version of what somebody has to know who takes over tomorrow; the newest one holds, the others stay."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="handovers")
    number = models.PositiveIntegerField()
    tone = models.TextField(_("How we sound here"), blank=True)
    contacts = models.TextField(_("Who to call"), blank=True)
    rhythm = models.TextField(_("When we post what"), blank=True)
    conversations = models.TextField(_("Conversations that are going on"), blank=True)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["channel", "number"], name="handover_versions_are_counted")]

    @property
    def is_fresh(self) -> bool:
        """Did somebody look at it in the last ninety days?"""
        return self.at > timezone.now() - FRESH_FOR
