"""What other programs brought and no listener has taken up yet."""

from django.db import models
from django.utils import timezone

from vierogen.listening.models.sources import Source


class Brought(models.Model):
    """One delivery at a webhook, as it came. Removed as soon as its messages were held against all alerts.

    A listener that takes it up has until ``claimed_until``; then another may.
    """

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="brought")
    body = models.BinaryField()
    content_type = models.CharField(max_length=100, blank=True)
    brought_at = models.DateTimeField(default=timezone.now, db_index=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
