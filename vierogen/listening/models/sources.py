"""Sources, and which organisations listen to them."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vierogen.channels.models import Channel
from vierogen.core.leases import Leased, free
from vierogen.listening.states import SOURCE_MOVES, SourceState
from vierogen.people.models import Member, Organisation

# What is due for so long is read by nobody.
OVERDUE = timedelta(minutes=10)


class SourceQuerySet(models.QuerySet["Source"]):
    """Sources."""

    def heard_by(self, organisation_id: int) -> "SourceQuerySet":
        """Those whose posts are held against this organisation's alerts."""
        mine = Subscription.objects.filter(organisation_id=organisation_id, state=SourceState.ACTIVE)
        return self.filter(Q(for_everybody=True) | Q(pk__in=mine.values("source_id")))

    def wanted(self) -> "SourceQuerySet":
        """Those that anybody listens to."""
        active = Subscription.objects.filter(state=SourceState.ACTIVE)
        return self.filter(Q(for_everybody=True) | Q(pk__in=active.values("source_id")))

    def overdue(self, now: datetime) -> "SourceQuerySet":
        """Those that a listener should have in hand, and none has."""
        return self.filter(free(now), next_at__lt=now - OVERDUE).exclude(kind="webhook")


class Source(Leased):
    """A feed, stream or page. Read once, however many organisations of this installation listen to it.

    ``kind`` is the key of a class in ``listening/sources/``; ``address`` its URL ("" for a webhook, which is told
    apart by its ``pk``). ``for_everybody``: all organisations of this installation hear it; only the operator makes
    such a source. ``memory`` is what the kind gave to remember (validators, cursor, what was seen).
    ``next_at``: when a polled one is read again. ``channel``: the own account through which it is read, where the
    network asks that somebody is logged in. ``problem`` is a translatable English sentence, "" where all is well.
    Of ``items`` messages so far ``backlog`` stood there before we first read it: those tell nothing of its rhythm.
    ``quiet_after`` seconds without an item make it silent; 0: by its own rhythm.
    """

    kind = models.CharField(max_length=20)
    address = models.CharField(_("address"), max_length=1_000, blank=True)
    title = models.CharField(_("name"), max_length=200, blank=True)
    language = models.CharField(max_length=10, blank=True)
    for_everybody = models.BooleanField(default=False)
    channel = models.ForeignKey(Channel, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    memory = models.JSONField(default=dict, blank=True)
    next_at = models.DateTimeField(default=timezone.now, db_index=True)
    added_at = models.DateTimeField(default=timezone.now)
    tried_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    item_at = models.DateTimeField(null=True, blank=True)
    items = models.PositiveBigIntegerField(default=0)
    backlog = models.PositiveIntegerField(default=0)
    lag = models.FloatField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)
    quiet_after = models.PositiveIntegerField(default=0)
    silent_since = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "address"],
                condition=Q(channel=None) & ~Q(address=""),
                name="one_source_each",
            ),
            models.UniqueConstraint(
                fields=["kind", "address", "channel"],
                condition=Q(channel__isnull=False),
                name="one_source_through_each",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.address


class Subscription(models.Model):
    """An organisation listens to a source. Its state is its own: another organisation may go on."""

    MOVES = SOURCE_MOVES

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="subscriptions")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="subscriptions")
    state = models.CharField(max_length=10, choices=SourceState.choices, default=SourceState.ACTIVE)
    made_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "source"], name="one_subscription_each")]
