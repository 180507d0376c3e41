"""Tables of the vault: sealed secrets, and the canary that knows the right key."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone

from vierogen.channels.models import Channel
from vierogen.channels.states import State as ChannelState
from vierogen.core.sealing import Sealed
from vierogen.people.models import Member

# A key that ends within this is renewed silently: nobody is warned of the end of a day.
SHORT = timedelta(days=15)
A_DAY = timedelta(days=1)
# So long a renewal may take before another worker may try: with a refresh token that works once, never two at a time.
UNDER_WAY = timedelta(minutes=2)
HANDSHAKE_LASTS = timedelta(minutes=10)


class Envelope(models.Model):
    """The columns of something sealed (see core.sealing)."""

    key_id = models.CharField(max_length=16)
    wrapped = models.BinaryField()
    ciphertext = models.BinaryField()

    class Meta:
        abstract = True

    @property
    def sealed(self) -> Sealed:
        """The envelope as core.sealing knows it."""
        return Sealed(self.key_id, bytes(self.wrapped), bytes(self.ciphertext))


class Secret(Envelope):
    """One credential of a channel. ``version`` grows with each new value; older versions are removed."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="secrets")
    field = models.CharField(max_length=40)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "field"], name="one_value_per_field")]


class KeyLifeQuerySet(models.QuerySet["KeyLife"]):
    """When keys end."""

    def visible_to(self, member: Member) -> "KeyLifeQuerySet":
        """Those of the member's organisation."""
        return self.filter(channel__organisation_id=member.organisation_id)

    def in_use(self) -> "KeyLifeQuerySet":
        """Those of accounts that are connected, with account and organisation."""
        rows = self.filter(channel__state=ChannelState.CONNECTED)
        return rows.select_related("channel__organisation")

    def due(self, now: datetime) -> "KeyLifeQuerySet":
        """Those to be renewed by now, the longest due first."""
        return self.in_use().filter(next_try_at__lte=now).order_by("next_try_at")

    def at_work(self, now: datetime) -> "KeyLifeQuerySet":
        """Those that a worker claimed for renewal and has not finished with; one that waits to try again counts too."""
        return self.filter(next_try_at__gt=now, next_try_at__lte=now + UNDER_WAY)


class KeyLife(models.Model):
    """When a channel's key ends by itself; in the open, so that it can be asked for.

    ``warned`` is the smallest number of days before the end that its custodians were warned of. ``problem`` is a
    translatable sentence: why it could not be renewed.
    """

    channel = models.OneToOneField(Channel, on_delete=models.CASCADE, related_name="key_life")
    ends_at = models.DateTimeField()
    renewed_at = models.DateTimeField(null=True, blank=True)
    next_try_at = models.DateTimeField(null=True, blank=True)
    warned = models.PositiveSmallIntegerField(null=True, blank=True)
    problem = models.TextField(blank=True)

    objects = KeyLifeQuerySet.as_manager()

    @property
    def is_long(self) -> bool:
        """Does the key live so long that people can do something about its end?"""
        return self.ends_at - (self.renewed_at or self.ends_at) > SHORT

    def still_ends(self, end: datetime | None) -> bool:
        """Does a new key that lives until ``end`` (None: nobody said) leave all as it was: is it no renewal?"""
        return self.is_long and (end is None or abs(end - self.ends_at) <= A_DAY)

    def due_at(self, before: timedelta) -> datetime:
        """When to renew it: so long before its end, but not in the first half of its life."""
        half = (self.ends_at - (self.renewed_at or self.ends_at)) / 2
        return self.ends_at - min(before, half)


class HandshakeQuerySet(models.QuerySet["Handshake"]):
    """Log-ins that are under way."""

    def current(self, now: datetime) -> "HandshakeQuerySet":
        """Those that have not ended: ten minutes to come back, and ten more to choose."""
        return self.annotate(moved_at=Coalesce("answered_at", "made_at")).filter(moved_at__gt=now - HANDSHAKE_LASTS)

    def over(self, now: datetime) -> "HandshakeQuerySet":
        """The others."""
        return self.annotate(moved_at=Coalesce("answered_at", "made_at")).filter(moved_at__lte=now - HANDSHAKE_LASTS)


class Handshake(Envelope):
    """A log-in at a network that is under way, for one member; ends after ten minutes, or when it was used.

    What is sealed: the verifier before, the accounts to choose from with their credentials after the network
    answered. ``channel`` is set where a known account is connected again. ``state_hash`` is the SHA-256 of the state.
    """

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    network_key = models.CharField(max_length=30)
    server = models.CharField(max_length=200)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, null=True, related_name="+")
    state_hash = models.CharField(max_length=64, unique=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    objects = HandshakeQuerySet.as_manager()


class Canary(Envelope):
    """A known word, sealed: it tells at start whether the key in use is the right one."""

    made_at = models.DateTimeField(default=timezone.now)
