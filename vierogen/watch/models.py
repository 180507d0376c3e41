"""Tables of the watch: which channel is watched by whom, every remote post that was seen, and the strays."""

from datetime import datetime, timedelta
from math import ceil

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vierogen.channels.models import Channel
from vierogen.channels.states import State as ChannelState
from vierogen.core.leases import Leased, free
from vierogen.networks.abilities import Paced
from vierogen.notices.models import Alarm
from vierogen.people.models import Member, Organisation
from vierogen.posts.models import Delivery, Evidence, TakeDown
from vierogen.posts.states import TakeDownState
from vierogen.watch.pace import SLOWING, WORK
from vierogen.watch.states import FOREIGN, MOVES, REMOVABLE, Mode, Origin, State, What

# A stream gives a sign of life every 15 seconds; six of them missing is silence.
STREAM_SILENCE = timedelta(seconds=90)
# So many looks that should have happened and did not are silence.
LOOKS_MISSED = 3
# Seconds that a fast pace is given at least, so that one slow answer is no silence.
IMPATIENT = 60.0
# Seconds between two readings of the profile, and where calls are counted by the day.
PROFILE_EVERY, PACED_PROFILE_EVERY = 60.0, 900.0
# How many remote posts each look lists.
NEWEST = 40
# From so many seconds on a promise is told in minutes.
MINUTES_FROM = 120.0
# So long without a look that succeeds is silence too, however lively the stream.
LOOKS_FAIL = timedelta(minutes=10)
# A watcher renews its leases every two seconds. So long after its end it is dead, or nobody took its place.
UNHELD = timedelta(seconds=60)
# So long after a publication of ours somebody with the app in their hand is likeliest to take the wrong account.
JUST_PUBLISHED = timedelta(minutes=10)


class WatchedQuerySet(models.QuerySet["Watched"]):
    """Watched channels."""

    def visible_to(self, member: Member) -> "WatchedQuerySet":
        """Those of the member's organisation."""
        return self.filter(channel__organisation_id=member.organisation_id)

    def claimable(self, now: datetime) -> "WatchedQuerySet":
        """Connected channels that no watcher has (any more)."""
        return self.filter(free(now), channel__state=ChannelState.CONNECTED)

    def silent(self, now: datetime) -> "WatchedQuerySet":
        """Channels in our care of which too long nothing was heard or seen, whatever the cause.

        A stream that lives does not tell likes and changes of the profile everywhere, nor what it missed.
        """
        # Where calls are counted by the day the pace may be slower than that, and ``expected_by`` follows it.
        unseen = Q(polled_at__lt=now - LOOKS_FAIL, promised=None)
        # Whatever the pace, somebody has to be at it; what was connected just now is taken up in a moment.
        care = {"channel__state": ChannelState.CONNECTED, "channel__connected_at__lt": now - UNHELD}
        unheld = Q(lease_until__lt=now - UNHELD, **care)
        return self.filter(Q(expected_by__lt=now) | unseen | unheld).exclude(channel__state=ChannelState.CLOSED)

    def hurried(self, now: datetime) -> "WatchedQuerySet":
        """Where an accident is likelier, or matters more: right after a publication of ours, and in an alarm."""
        published = Delivery.objects.filter(channel=OuterRef("channel"), sent_at__gte=now - JUST_PUBLISHED)
        alarm = Stray.objects.filter(channel=OuterRef("channel"), alarm__isnull=False, alarm__ended_at=None)
        return self.filter(Exists(published) | Exists(alarm))


class Watched(Leased):
    """How one channel is watched. The lease says which watcher has it.

    ``heard_at`` is the last sign of life of the network, ``polled_at`` the last whole look, and ``expected_by``
    when the next sign of life must have come. What is dated before ``old_before`` and surfaces later was there
    before the baseline. ``problem`` is a translatable sentence.
    """

    channel = models.OneToOneField(Channel, on_delete=models.CASCADE, related_name="watched")
    baseline_at = models.DateTimeField(null=True, blank=True)
    old_before = models.DateTimeField(null=True, blank=True)
    mode = models.CharField(max_length=10, choices=Mode.choices, default=Mode.NONE, blank=True)
    heard_at = models.DateTimeField(null=True, blank=True)
    polled_at = models.DateTimeField(null=True, blank=True)
    expected_by = models.DateTimeField()
    silent_since = models.DateTimeField(null=True, blank=True)
    alarm = models.ForeignKey(Alarm, on_delete=models.SET_NULL, null=True, related_name="+")
    cursor = models.TextField(blank=True)
    # Where the network limits calls by the day: seconds within which something is seen at the present pace, the
    # share of its calls that was used, and how many it has in 24 hours.
    promised = models.FloatField(null=True, blank=True)
    usage = models.FloatField(null=True, blank=True)
    calls_a_day = models.PositiveBigIntegerField(null=True, blank=True)
    problem = models.TextField(blank=True)
    profile = models.JSONField(default=dict)

    objects = WatchedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"watch of {self.channel}"

    @property
    def needs_baseline(self) -> bool:
        """Was the account taken into care (again) since we last wrote down what stood there?"""
        return self.baseline_at is None or self.baseline_at < self.channel.connected_at

    def patience(self) -> timedelta:
        """How long without a sign of life is silence."""
        if self.mode == Mode.STREAMED:
            return STREAM_SILENCE
        if self.promised is None:
            return timedelta(seconds=LOOKS_MISSED * self.channel.network.poll_every)
        return timedelta(seconds=max(LOOKS_MISSED * self.promised, IMPATIENT))

    def within(self) -> float:
        """Seconds within which something is seen where nothing is streamed, if looking succeeds."""
        network = self.channel.network
        return self.promised or network.poll_every + network.read_lag + WORK

    def promise(self) -> str:
        """How soon something is seen, as it is at this moment: a plain sentence."""
        if not self.channel.is_connected or self.silent_since is not None or self.is_unheld():
            return _("No promise: it is not watched at this moment")
        if self.mode == Mode.STREAMED:
            return _("Live: within about a second")
        if self.problem:
            return _("No promise at this moment: the last look failed")
        if issubclass(self.channel.network, Paced) and self.promised is None:
            return _("The first look shows how soon")
        return _within(self.within(), paced=self.promised is not None)

    def is_unheld(self) -> bool:
        """Has no watcher had it for longer than a change of watchers takes?"""
        return self.lease_until is not None and self.lease_until < timezone.now() - UNHELD

    def is_slowed(self) -> bool:
        """Is it looked at less often, because most of the calls that the network allows were used?"""
        return self.usage is not None and self.usage >= SLOWING

    def blind_to(self) -> str:
        """What can never be seen on this network: a plain sentence, or nothing."""
        unseen = self.channel.network.blind_to
        return _(unseen) if unseen else ""

    def seen_later(self) -> str:
        """What the promise does not hold for, where nothing is streamed: a plain sentence, or nothing."""
        if self.mode == Mode.STREAMED:
            return ""
        minutes = ceil(self.profile_every().total_seconds() / 60)
        told = {"count": minutes, "newest": NEWEST}
        return (
            ngettext(
                "A changed profile is seen within about %(count)d minute. Of posts below the newest %(newest)d an "
                "edit is not seen, and a removal later.",
                "A changed profile is seen within about %(count)d minutes. Of posts below the newest %(newest)d an "
                "edit is not seen, and a removal later.",
                minutes,
            )
            % told
        )

    def profile_every(self) -> timedelta:
        """How often its profile is read, where looking succeeds: with one of the looks, so not sooner than those."""
        every = PACED_PROFILE_EVERY if issubclass(self.channel.network, Paced) else PROFILE_EVERY
        return timedelta(seconds=every + self.within())


def _within(seconds: float, *, paced: bool) -> str:
    """In words, never less than it is."""
    count = ceil(seconds) if seconds < MINUTES_FROM else ceil(seconds / 60)
    if seconds < MINUTES_FROM:
        words = ngettext(
            "A new post or story: within %(count)d second", "A new post or story: within %(count)d seconds", count
        )
    else:
        words = ngettext(
            "A new post or story: within %(count)d minute", "A new post or story: within %(count)d minutes", count
        )
    words %= {"count": count}
    return _("%(within)s, at the present pace") % {"within": words} if paced else words


class RemotePostQuerySet(models.QuerySet["RemotePost"]):
    """Remote posts."""

    def standing(self) -> "RemotePostQuerySet":
        """Those that are there as far as we know."""
        return self.filter(gone_at=None)


class RemotePost(models.Model):
    """Something on the network that was seen on one of our channels, and what explains it.

    ``fingerprint`` is a SHA-256 of its content; the content itself is not kept, save sealed as evidence.
    ``media`` holds the addresses of a stray's pictures, so that a take-down can look whether they are gone.
    """

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="remote_posts")
    remote_id = models.CharField(max_length=300)
    kind = models.CharField(max_length=10)
    url = models.CharField(max_length=500, blank=True)
    target = models.CharField(max_length=300, blank=True)
    media = models.JSONField(default=list)
    fingerprint = models.CharField(max_length=64)
    posted_at = models.DateTimeField(null=True, blank=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    first_seen_at = models.DateTimeField(default=timezone.now)
    origin = models.CharField(max_length=10, choices=Origin.choices)
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, null=True, related_name="+")
    gone_at = models.DateTimeField(null=True, blank=True)

    objects = RemotePostQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            # Stream and look may see the same at the same time: this decides who was first.
            models.UniqueConstraint(fields=["channel", "remote_id"], name="a_remote_post_is_met_once"),
            models.CheckConstraint(
                condition=~Q(origin=Origin.EXPLAINED) | Q(delivery__isnull=False), name="explained_by_a_delivery"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.remote_id}"


class StrayQuerySet(models.QuerySet["Stray"]):
    """Strays and deviations."""

    def visible_to(self, member: Member) -> "StrayQuerySet":
        """Those of the member's organisation."""
        return self.filter(organisation_id=member.organisation_id)

    def open(self) -> "StrayQuerySet":
        """Those with which nobody has dealt."""
        return self.filter(state=State.OPEN)

    def asking(self) -> "StrayQuerySet":
        """Those that ask for somebody: open, or gone again before anybody answered the alarm."""
        return self.filter(Q(state=State.OPEN) | Q(state=State.VANISHED, alarm__state="ringing"))

    def on_show(self) -> "StrayQuerySet":
        """With everything that pages show of them, in a constant number of queries."""
        return self.select_related(
            "channel", "remote", "alarm", "evidence", "settled_by__user", "take_down__asked_by__user", "incident"
        )

    def to_take_down(self, now: datetime) -> "StrayQuerySet":
        """Open strays whose time to be taken down by themselves has come, where that is still switched on."""
        return self.open().filter(
            what__in=FOREIGN,
            automatic_at__lte=now,
            take_down=None,
            channel__automatic_take_down_after__isnull=False,
            channel__may_delete=True,
        )


class Stray(models.Model):
    """Something on an official account that nobody here approved: a stray, or a deviation (see ``What``).

    ``parts`` names what changed in a profile. ``reason`` is why somebody adopted it.
    """

    MOVES = MOVES

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="strays")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="strays")
    remote = models.ForeignKey(RemotePost, on_delete=models.PROTECT, null=True, related_name="strays")
    what = models.CharField(max_length=10, choices=What.choices)
    parts = models.JSONField(default=list)
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    # Evidence is removed when its retention ends; the stray stays.
    evidence = models.ForeignKey(Evidence, on_delete=models.SET_NULL, null=True, related_name="+")
    alarm = models.ForeignKey(Alarm, on_delete=models.SET_NULL, null=True, related_name="+")
    take_down = models.ForeignKey(TakeDown, on_delete=models.PROTECT, null=True, related_name="strays")
    posted_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(default=timezone.now)
    automatic_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)
    settled_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = StrayQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(state=State.ADOPTED) | ~Q(reason=""), name="adopted_with_a_reason")
        ]
        indexes = [models.Index(fields=["state", "automatic_at"], name="stray_open")]

    def __str__(self) -> str:
        return f"{self.get_what_display()} ({self.channel})"

    @property
    def is_open(self) -> bool:
        """Has nobody dealt with it?"""
        return bool(self.state == State.OPEN)

    @property
    def is_ringing(self) -> bool:
        """Has nobody answered its alarm?"""
        return self.alarm is not None and self.alarm.is_ringing

    @property
    def asks(self) -> bool:
        """Does it ask for somebody? As ``StrayQuerySet.asking``."""
        return self.is_open or (self.state == State.VANISHED and self.is_ringing)

    @property
    def is_being_removed(self) -> bool:
        """Is a take-down of it under way?"""
        return self.take_down is not None and self.take_down.state in {TakeDownState.ASKED, TakeDownState.CHECKING}

    @property
    def may_be_taken_down(self) -> bool:
        """Does something stand there that can be removed, by us or by hand, and is nobody at it?"""
        free = (TakeDownState.STUCK, TakeDownState.CANCELLED)
        busy = self.take_down is not None and self.take_down.state not in free
        stands = self.remote is not None and self.remote.gone_at is None
        removable = self.what in REMOVABLE and "remove" in self.moves()
        return removable and stands and not busy

    @property
    def will_be_taken_down_at(self) -> datetime | None:
        """When it is taken down by itself, if nobody decides otherwise before."""
        waits = self.is_open and self.take_down is None
        switched_on = self.channel.automatic_take_down_after is not None and self.channel.can_take_down
        return self.automatic_at if waits and switched_on else None

    def moves(self) -> list[str]:
        """What can be done with it in the state that it is in."""
        return [name for name, line in MOVES.items() if self.state in line.sources]
