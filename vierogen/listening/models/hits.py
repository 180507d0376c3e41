"""What was found, what people did with it, and how much there was of it."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vierogen.listening.models.alerts import Alert
from vierogen.listening.models.sources import Source, Subscription
from vierogen.listening.states import Mark
from vierogen.people.models import Member, Organisation


class Item(models.Model):
    """One message of a source that at least one alert found. Shared by all hits on it; gone with the last of them.

    ``key`` tells the same message in 64 hexadecimal digits. It holds the source, so that nobody's feed puts words into
    another's; only what the sources for everybody bring is one message, whichever of them brings it. ``link`` is
    without what only follows people around. ``has`` holds words such as "image", with spaces between. ``text`` is as
    it first came; ``later`` as it last came in other words (it was edited), "" where it never did; ``edited_at`` when
    we saw that.
    """

    key = models.CharField(max_length=64, unique=True)
    source = models.ForeignKey(Source, on_delete=models.SET_NULL, null=True, related_name="+")
    network = models.CharField(max_length=40, blank=True)
    link = models.CharField(max_length=2_000, blank=True)
    title = models.CharField(max_length=500, blank=True)
    text = models.TextField(blank=True)
    later = models.TextField(blank=True, default="")
    edited_at = models.DateTimeField(null=True, blank=True)
    language = models.CharField(max_length=10, blank=True)
    author = models.CharField(max_length=200, blank=True)
    has = models.CharField(max_length=60, blank=True)
    is_reply = models.BooleanField(default=False)
    published_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return self.title or self.words[:80]

    @property
    def words(self) -> str:
        """Its text as it last came."""
        return self.later or self.text

    @property
    def writer(self) -> str:
        """Who wrote it, for people: a stream of Bluesky tells a number of 32 signs, which says nothing to anybody."""
        return gettext("Somebody on Bluesky") if self.author.startswith("did:") else self.author


class HitQuerySet(models.QuerySet["Hit"]):
    """Hits."""

    def visible_to(self, member: Member) -> "HitQuerySet":
        """Those of the member's organisation."""
        return self.filter(organisation_id=member.organisation_id)

    def leading(self) -> "HitQuerySet":
        """One of each group of copies: the first that was found."""
        return self.filter(copy_of=None)

    def with_source(self) -> "HitQuerySet":
        """With what ``Hit.source`` asks for, in the same query."""
        hears = Subscription.objects.filter(organisation=OuterRef("organisation"), source=OuterRef("item__source"))
        return self.select_related("item__source").annotate(hears_source=Exists(hears))

    def since(self, moment: datetime) -> "HitQuerySet":
        """Those that were found from then on."""
        return self.filter(found_at__gte=moment)


class Hit(models.Model):
    """An alert found an item. ``clause`` is the part of the query that did, as it was written.

    ``copy_of`` is the first hit of the same alert on (nearly) the same words; copies always point to a leading one.
    ``grouped_at`` is when somebody looked for that; before then it goes into no bulletin. ``spam`` is 0 (no) to
    1 (surely), and ``spam_why`` the keys of the reasons in ``listening/spam.py``, with spaces between.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="hits")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="hits")
    clause = models.CharField(max_length=300, blank=True)
    found_at = models.DateTimeField(default=timezone.now)
    grouped_at = models.DateTimeField(null=True, blank=True)
    copy_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="copies")
    spam = models.FloatField(default=0.0)
    spam_why = models.CharField(max_length=120, blank=True, default="")
    mark = models.CharField(max_length=10, choices=Mark.choices, blank=True, default=Mark.NONE)
    marked_by = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, related_name="+")
    marked_at = models.DateTimeField(null=True, blank=True)

    objects = HitQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["alert", "item"], name="a_hit_is_stored_once")]
        indexes = [
            models.Index(fields=["alert", "found_at"], name="hit_of_alert"),
            models.Index(fields=["organisation", "found_at"], name="hit_of_organisation"),
            models.Index(fields=["found_at"], condition=models.Q(grouped_at=None), name="hit_to_group"),
        ]

    @property
    def source(self) -> Source | None:
        """Where it came from, as far as that is the organisation's to know: its address may be somebody's secret."""
        source = self.item.source
        if source is None or source.for_everybody:
            return source
        hears: bool | None = getattr(self, "hears_source", None)
        if hears is None:
            hears = source.subscriptions.filter(organisation_id=self.organisation_id).exists()
        return source if hears else None


class Sketch(models.Model):
    """The words of a leading hit in 256 bytes (see ``listening/likeness.py``): copies are found without its text.

    ``alert`` and ``found_at`` are the hit's own. What another ``version`` of the sketching made is not comparable.
    """

    hit = models.OneToOneField(Hit, on_delete=models.CASCADE, primary_key=True, related_name="sketch")
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="+", db_index=False)
    found_at = models.DateTimeField()
    version = models.PositiveSmallIntegerField()
    bands = models.BinaryField(max_length=256)

    class Meta:
        indexes = [models.Index(fields=["alert", "found_at"], name="sketch_of_alert")]


class Count(models.Model):
    """How many hits an alert had in one hour (its beginning, UTC). Kept longer than the hits: it names nobody."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="counts")
    hour = models.DateTimeField()
    number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["alert", "hour"], name="one_count_an_hour")]


class Spike(models.Model):
    """Much more than usual, from one hour on. ``expected`` is what is usual then; ``top`` the hit that says most.

    ``number`` is how many there were when it was seen, ``total`` how many since then, and ``until`` the last hour in
    which it was still much more than usual: as long as that goes on it is one spike.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="spikes_seen")
    hour = models.DateTimeField()
    number = models.PositiveIntegerField()
    expected = models.FloatField()
    top = models.ForeignKey(Hit, on_delete=models.SET_NULL, null=True, related_name="+")
    seen_at = models.DateTimeField(default=timezone.now)
    total = models.PositiveIntegerField(default=0)
    until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["alert", "hour"], name="one_spike_an_hour")]

    @property
    def is_recent(self) -> bool:
        """Was it still much more than usual in this hour or the one before?"""
        return (self.until or self.hour) >= timezone.now() - timedelta(hours=2)


class HandOver(models.Model):
    """Somebody has to do something with a hit or a spike. Later rooms take it up: then they say as what.

    ``taken_up_as`` is a subject as the ledger writes it (``room.model:id``); "" while nobody did.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    hit = models.ForeignKey(Hit, on_delete=models.SET_NULL, null=True, related_name="hand_overs")
    spike = models.ForeignKey(Spike, on_delete=models.SET_NULL, null=True, related_name="hand_overs")
    reason = models.CharField(_("why, or what to do"), max_length=500)
    owner = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    link = models.CharField(max_length=2_000, blank=True)
    made_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    taken_up_at = models.DateTimeField(null=True, blank=True)
    taken_up_as = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["-pk"]
