"""Tables of the vault: sealed secrets, and the canary that knows the right key."""

from django.db import models
from django.utils import timezone

from vierogen.channels.models import Channel
from vierogen.core.sealing import Sealed
from vierogen.people.models import Member


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


class Canary(Envelope):
    """A known word, sealed: it tells at start whether the key in use is the right one."""

    made_at = models.DateTimeField(default=timezone.now)
