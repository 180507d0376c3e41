"""Tables of the vault: sealed secrets, who wished to see them, and the canary that knows the right key."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vierogen.channels.models import Channel, Takeover
from vierogen.channels.states import State as ChannelState
from vierogen.core.sealing import Sealed
from vierogen.people.models import Member, Organisation
from vierogen.vault.states import (
    EXPORT_MOVES,
    EXPORTS_PENDING,
    PENDING,
    REVEAL_MOVES,
    SEEN,
    ExportState,
    RevealState,
)

# A key that ends within this is renewed silently: nobody is warned of the end of a day.
SHORT = timedelta(days=15)
A_DAY = timedelta(days=1)
# So long a renewal may take before another worker may try: with a refresh token that works once, never two at a time.
UNDER_WAY = timedelta(minutes=2)
# The longest delay that an organisation can choose (people.Organisation.break_glass_minutes).
LONGEST = timedelta(days=1)
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
    """One credential of a channel. ``version`` grows with each new value; older versions are removed.

    ``changed_by`` handed the key in, or logged in at the network for it; what a machine renewed descends from that. It
    is None for a key that nobody ever had: made in a takeover, or back from a sealed export.
    """

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="secrets")
    field = models.CharField(max_length=40)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")

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


class Field(models.TextChoices):
    """What people need to know of an account; connectors have credentials of their own (``Secret``)."""

    PASSWORD = "password", _("Password")
    ACCESS_TOKEN = "access_token", _("Access token")
    RECOVERY_CODES = "recovery_codes", _("Recovery codes")
    RECOVERY_EMAIL = "recovery_email", _("Recovery e-mail address")
    RECOVERY_PHONE = "recovery_phone", _("Recovery phone number")
    OTP_SEED = "otp_seed", _("Codes of the app (one-time passwords)")
    NOTES = "notes", _("Notes")


class KeptQuerySet(models.QuerySet["Kept"]):
    """Secrets for people."""

    def visible_to(self, member: Member) -> "KeptQuerySet":
        """Those of the member's organisation; that they exist, not what they say."""
        return self.filter(channel__organisation_id=member.organisation_id)

    def filled(self) -> "KeptQuerySet":
        """Those that hold something."""
        return self.exclude(key_id="")

    def known_to(self, member: Member) -> "KeptQuerySet":
        """Those of which ``member`` knows what works: seen, or filled in by ``member``, and the same since.

        Also of one that was removed: at the network it goes on to work until somebody else says that it is ended.
        """
        now, gone = (
            Reveal.objects.known_to(member).values("kept"),
            Reveal.objects.gone_but_known_to(member).values("kept"),
        )
        is_known = ~Q(key_id="") & (Q(changed_by=member) | Q(pk__in=now))
        is_open = Q(key_id="") & (Q(ended_by=None) | Q(ended_by=member))
        return self.filter(is_known | (is_open & (Q(filled_by=member) | Q(pk__in=gone))))


class Kept(Envelope):
    """A secret of an account, kept for people. One that was removed keeps its row, for who saw it; it holds nothing.

    ``needs_second``: another custodian has to agree before anybody sees it. ``changed_by`` is None where it came back
    from a sealed export. ``server`` is where the account was when it was put in: it is sent to no other. Of one that
    was removed, ``filled_by`` and ``filled_at`` tell who had put it in, and ``ended_by`` who said that it is ended at
    the network as well.
    """

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="kept")
    field = models.CharField(max_length=20, choices=Field.choices)
    version = models.PositiveIntegerField(default=1)
    needs_second = models.BooleanField(_("another custodian has to agree before anybody sees it"), default=False)
    server = models.CharField(max_length=200, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    filled_at = models.DateTimeField(null=True, blank=True)
    filled_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    ended_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")

    objects = KeptQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "field"], name="one_kept_value_per_field")]

    @property
    def is_empty(self) -> bool:
        """Was what it held removed?"""
        return not self.key_id

    @property
    def is_seed(self) -> bool:
        """Is it shown as a code, and itself only by breaking the glass?"""
        return self.field == Field.OTP_SEED

    @property
    def organisation_id(self) -> int:
        """Whose it is."""
        return self.channel.organisation_id


class RevealQuerySet(models.QuerySet["Reveal"]):
    """Looks at secrets."""

    def visible_to(self, member: Member) -> "RevealQuerySet":
        """Those in the member's organisation."""
        return self.filter(organisation_id=member.organisation_id)

    def with_all(self) -> "RevealQuerySet":
        """With everything that a line about them says."""
        return self.select_related("kept__channel__organisation", "by__user", "allowed_by__user", "ended_by__user")

    def pending(self) -> "RevealQuerySet":
        """Those that have not come to an end."""
        return self.filter(state__in=PENDING)

    def seen(self) -> "RevealQuerySet":
        """Those in which the secret was on somebody's screen."""
        return self.filter(state__in=SEEN)

    def over(self, now: datetime) -> "RevealQuerySet":
        """Those whose time passed unused."""
        return self.pending().filter(ends_at__lte=now)

    def opened(self, now: datetime) -> "RevealQuerySet":
        """Emergencies that can be seen now; nobody was told so."""
        return self.filter(
            state=RevealState.ASKED, is_emergency=True, opens_at__lte=now, ends_at__gt=now, open_told_at=None
        )

    def owed(self) -> "RevealQuerySet":
        """Emergencies that somebody else has to look back at."""
        return self.filter(state=RevealState.OWES_REVIEW)

    def overdue(self, now: datetime) -> "RevealQuerySet":
        """Those among them at which nobody looked in time."""
        return self.owed().filter(review_due_at__lt=now)

    def known_to(self, member: Member) -> "RevealQuerySet":
        """Those of ``member`` in which something was seen that still is the secret; a code is over in a minute."""
        rows = self.seen().filter(by=member, version=F("kept__version")).exclude(kept__key_id="")
        return rows.exclude(kept__field=Field.OTP_SEED, is_emergency=False)

    def gone_but_known_to(self, member: Member) -> "RevealQuerySet":
        """Those in which ``member`` saw what was in a secret when it was removed; that made one version more."""
        rows = self.seen().filter(by=member, version=F("kept__version") - 1, kept__key_id="")
        return rows.exclude(kept__field=Field.OTP_SEED, is_emergency=False)


class Reveal(models.Model):
    """Somebody's wish to see a secret, once, and what became of it.

    ``version`` is the one that was seen. ``opens_at`` is when broken glass shows it, ``told`` how many heard of that.
    ``open_told_at`` is when whoever waited long for it was told that it opened. ``ended_by`` stopped it, or looked back
    at it; ``reminded_at`` is when it was said that nobody did.
    """

    MOVES = REVEAL_MOVES

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    kept = models.ForeignKey(Kept, on_delete=models.CASCADE, related_name="reveals")
    version = models.PositiveIntegerField()
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="reveals")
    reason = models.TextField()
    is_emergency = models.BooleanField(default=False)
    needs_second = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=RevealState.choices, default=RevealState.ASKED)
    asked_at = models.DateTimeField(default=timezone.now)
    opens_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    allowed_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    shown_at = models.DateTimeField(null=True, blank=True)
    told = models.PositiveSmallIntegerField(null=True, blank=True)
    open_told_at = models.DateTimeField(null=True, blank=True)
    review_due_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True)

    objects = RevealQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(allowed_by=F("by")), name="nobody_agrees_with_oneself"),
            models.CheckConstraint(
                condition=~Q(state=RevealState.REVIEWED) | ~Q(ended_by=F("by")), name="somebody_else_looks_back"
            ),
        ]

    @property
    def waits_longest(self) -> bool:
        """Does it wait as long as can be? Then nobody sits and waits for it."""
        return self.opens_at - self.asked_at >= LONGEST


class OldKey(Envelope):
    """The credentials with which a channel was connected when its takeover began, until that ends.

    They are needed to end them at the network, and to see that it refuses them: at ``server``, which has them already,
    and at no other.
    """

    takeover = models.OneToOneField(Takeover, on_delete=models.CASCADE, related_name="old_key")
    server = models.CharField(max_length=200, blank=True)


class ExportQuerySet(models.QuerySet["Export"]):
    """Sealed exports that were asked for."""

    def visible_to(self, member: Member) -> "ExportQuerySet":
        """Those of the member's organisation."""
        return self.filter(organisation_id=member.organisation_id)

    def pending(self) -> "ExportQuerySet":
        """Those that have not come to an end."""
        return self.filter(state__in=EXPORTS_PENDING)

    def over(self, now: datetime) -> "ExportQuerySet":
        """Those whose time passed unused."""
        return self.pending().filter(ends_at__lte=now)


class Export(models.Model):
    """A sealed export of an organisation's secrets: one asks, another agrees, one of them takes it, once."""

    MOVES = EXPORT_MOVES

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    recipients = models.JSONField()
    state = models.CharField(max_length=8, choices=ExportState.choices, default=ExportState.ASKED)
    asked_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()
    allowed_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(null=True, blank=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(allowed_by=F("asked_by")), name="an_export_takes_two"),
        ]
