"""Tables of the vault: sealed secrets, and the canary that knows the right key."""

from django.db import models
from django.utils import timezone

from vierogen.channels.models import Channel
from vierogen.core.sealing import Sealed


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


class Canary(Envelope):
    """A known word, sealed: it tells at start whether the key in use is the right one."""

    made_at = models.DateTimeField(default=timezone.now)
