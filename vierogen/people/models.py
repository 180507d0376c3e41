"""Tables of people: users, organisations, members and the roles they hold."""

from datetime import date, datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from vierogen.people.roles import Right, Role, rights_of, roles_with
from vierogen.people.states import DEPARTURE_MOVES, PARTNERSHIP_MOVES, DepartureState, PartnershipState

# What nobody may do before they have arrived (arriving.py), and others wait for.
_AFTER_ARRIVING = (Right.REVIEW, Right.RELEASE)


class UserManager(BaseUserManager["User"]):
    """Makes users; the e-mail address is the log-in."""

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> "User":
        """Make a user; without a password the user can only enter by single sign-on or an invitation."""
        user = self.model(email=self.normalize_email(email).lower(), **extra)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """Log-in does not care about capitals."""
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person who can log in. What they may do hangs on their memberships, never on this row."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="nl")
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def has_a_way_in(self) -> bool:
        """Can they log in: with a password, or as they did before (by single sign-on)?"""
        return self.last_login is not None or self.has_usable_password()


def _known_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValidationError(_("This time zone is not known. Use for example Europe/Amsterdam.")) from error


class Organisation(models.Model):
    """The tenant; everything belongs to exactly one."""

    name = models.CharField(_("name"), max_length=120)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="nl")
    time_zone = models.CharField(_("time zone"), max_length=60, default="Europe/Amsterdam", validators=[_known_zone])
    cooling_off_seconds = models.PositiveIntegerField(
        _("cooling-off in seconds"), default=120, validators=[MaxValueValidator(86_400)]
    )
    late_after_minutes = models.PositiveIntegerField(
        _("minutes after which a post is too late to go out by itself"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(1_440)],
    )
    break_glass_minutes = models.PositiveIntegerField(
        _("minutes before broken glass shows a secret"),
        default=60,
        validators=[MinValueValidator(15), MaxValueValidator(1_440)],
        help_text=_("In this time every custodian and administrator can stop it. At most a day: 1440."),
    )
    own_domains = models.TextField(
        _("own and allowed web addresses"),
        blank=True,
        help_text=_("One a line, for example gemeente-voorbeeld.nl. Links to others are pointed out."),
    )
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name

    @property
    def organisation_id(self) -> int:
        """An organisation belongs to itself, as far as the ledger is concerned."""
        return int(self.pk)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which its days begin and end."""
        return ZoneInfo(self.time_zone)

    def today(self) -> date:
        """Today's date where the organisation is."""
        return timezone.now().astimezone(self.zone).date()

    def domains(self) -> tuple[str, ...]:
        """Own and allowed domains, in lower case."""
        return tuple(line.strip().lower() for line in self.own_domains.splitlines() if line.strip())


class MemberQuerySet(models.QuerySet["Member"]):
    """Members of organisations."""

    def current(self) -> "MemberQuerySet":
        """Those whose membership has not ended, by the calendar of UTC; ``Member.is_current`` knows the zone."""
        today = timezone.now().date()
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=today - timedelta(days=1)), user__is_active=True)

    def over(self, now: datetime) -> "list[Member]":
        """Those whose membership ended and of whom nothing was let go yet, by the calendars of their organisations."""
        ended = Q(ends_on__lte=now.date()) | Q(user__is_active=False)
        rows = self.filter(ended, let_go_at=None).select_related("user", "organisation").order_by("pk")
        return [member for member in rows if not member.is_current]

    def who_may(self, right: Right) -> "list[Member]":
        """Current members that hold ``right``, in order of joining."""
        rows = self.current().filter(held__role__in=roles_with(right)).distinct().order_by("pk")
        members = rows.select_related("user", "organisation").prefetch_related("held")
        return [member for member in members if member.may(right)]

    def who_can(self, right: Right) -> "list[Member]":
        """Those of ``who_may`` on whom one can count today: they came in and, if a post goes out by it, arrived."""
        able = [member for member in self.who_may(right) if not member.is_awaited]
        return [member for member in able if right not in _AFTER_ARRIVING or member.arriving_since is None]

    def locked(self) -> "MemberQuerySet":
        """With user and organisation; each row that is read stays as it is until the transaction ends."""
        return self.select_for_update(of=("self",), no_key=True).select_related("user", "organisation")

    def visible_to(self, member: "Member") -> "MemberQuerySet":
        """Members of the same organisation."""
        return self.filter(organisation_id=member.organisation_id)


class Member(models.Model):
    """A person's place in an organisation, perhaps with an end date."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    joined_at = models.DateTimeField(default=timezone.now)
    # Here for a while: a trainee, a replacement, somebody hired. Always with a last day.
    is_temporary = models.BooleanField(_("here for a while"), default=False)
    # Who knows what a trainee is busy with: sees their remarks too, and hears of their last day.
    guide = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="guides")
    # How many days before the last day people were warned of it last; 0: not yet.
    warned = models.PositiveSmallIntegerField(default=0)
    # When everything was ended that ends at once with a membership; None while it lasts.
    let_go_at = models.DateTimeField(null=True, blank=True)
    # Since when they get started, and may make nothing go out yet (arriving.py); None: they have arrived.
    arriving_since = models.DateTimeField(null=True, blank=True)
    # When they were invited, and asked for these steps; None: they began the organisation, or were here before.
    invited_at = models.DateTimeField(null=True, blank=True)
    # Who sent the last invitation, and so stands for whoever comes in with it.
    invited_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="invited")

    objects = MemberQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "user"], name="one_membership_each")]

    def __str__(self) -> str:
        return self.user.name

    @property
    def name(self) -> str:
        """The person's name."""
        return self.user.name

    @property
    def actor(self) -> str:
        """The pseudonym in the ledger."""
        return f"member:{self.pk}"

    @property
    def is_current(self) -> bool:
        """Is today no later than the last day, where the organisation is?"""
        return self.user.is_active and (self.ends_on is None or self.organisation.today() <= self.ends_on)

    @property
    def as_shown(self) -> str:
        """Roles and last day as a page shows them: a form sends it along, so that a stale one is noticed."""
        return " ".join([*sorted(self.roles), str(self.ends_on), *(["temporary"] * self.is_temporary)])

    @cached_property
    def roles(self) -> set[str]:
        """The keys of the roles this member holds."""
        return {held.role for held in self.held.all()}

    @property
    def rights(self) -> frozenset[Right]:
        """Everything this member may do today."""
        return rights_of(self.roles) if self.is_current else frozenset()

    @property
    def is_awaited(self) -> bool:
        """Were they invited, and did they never come in: not here, and not by another organisation?"""
        return self.is_current and not self.user.has_a_way_in

    @property
    def is_trainee(self) -> bool:
        """Do they learn here: draft, and never publish, approve, see a secret, or be the only one who knows?"""
        return Role.TRAINEE in self.roles

    def may(self, right: Right | str) -> bool:
        """Does this member hold ``right`` today?"""
        return Right(right) in self.rights

    def role_names(self) -> list[str]:
        """The roles in words."""
        return [str(role.label) for role in Role if role in self.roles]


class RoleHeld(models.Model):
    """A role that a member holds."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="held")
    role = models.CharField(max_length=20, choices=Role.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "role"], name="role_once")]


class AbsenceQuerySet(models.QuerySet["Absence"]):
    """Absences."""

    def visible_to(self, member: Member) -> "AbsenceQuerySet":
        """Those of the member's organisation."""
        return self.filter(member__organisation_id=member.organisation_id)

    def on(self, day: date) -> "AbsenceQuerySet":
        """Those that last on that day."""
        return self.filter(starts__lte=day, ends__gte=day)

    def to_come(self, day: date) -> "AbsenceQuerySet":
        """Those that are not over on that day."""
        return self.filter(ends__gte=day)

    def with_people(self) -> "AbsenceQuerySet":
        """With who is away and who stands in."""
        return self.select_related("member__user", "member__organisation", "stand_in__user", "stand_in__organisation")


class Absence(models.Model):
    """Somebody is away, from ``starts`` to ``ends`` (both days are), and somebody else stands in."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="absences")
    stand_in = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="stands_in")
    starts = models.DateField(_("first day"))
    ends = models.DateField(_("last day"))
    made_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ["starts", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends__gte=models.F("starts")), name="an_absence_lasts"),
            models.CheckConstraint(condition=~Q(member=models.F("stand_in")), name="nobody_stands_in_for_themselves"),
        ]

    @property
    def organisation_id(self) -> int:
        """Whose ledger gets the entries."""
        return int(self.member.organisation_id)


class DepartureQuerySet(models.QuerySet["Departure"]):
    """Departures."""

    def visible_to(self, member: Member) -> "DepartureQuerySet":
        """Those of the member's organisation."""
        return self.filter(organisation_id=member.organisation_id)

    def open(self) -> "DepartureQuerySet":
        """Those that are not closed."""
        return self.filter(state=DepartureState.OPEN)


class Departure(models.Model):
    """Somebody leaves. It is closed when they hold nothing any more.

    ``begun_by`` None: it began by itself, the night after the last day. ``ended`` is how much of each kind ended at
    once, by the kind's key.
    """

    MOVES = DEPARTURE_MOVES

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="departures")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="departures")
    state = models.CharField(max_length=12, choices=DepartureState.choices, default=DepartureState.OPEN)
    last_day = models.DateField(_("last day"))
    begun_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    begun_at = models.DateTimeField(default=timezone.now)
    ended = models.JSONField(default=dict, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = DepartureQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["member"], condition=Q(state=DepartureState.OPEN), name="one_open_departure_each"
            )
        ]


class Task(models.Model):
    """One thing that somebody who leaves held: who took it, and when. ``kind`` is the key of its holding."""

    departure = models.ForeignKey(Departure, on_delete=models.CASCADE, related_name="tasks")
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)
    title = models.CharField(max_length=300)
    seen_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    taken_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["kind", "pk"]
        constraints = [models.UniqueConstraint(fields=["departure", "kind", "subject"], name="one_task_each")]


class PartnershipQuerySet(models.QuerySet["Partnership"]):
    """Partnerships."""

    def of(self, organisation_id: int) -> "PartnershipQuerySet":
        """Those in which that organisation is one of the two."""
        return self.filter(Q(organisation_id=organisation_id) | Q(partner_id=organisation_id))

    def visible_to(self, member: Member) -> "PartnershipQuerySet":
        """Those of the member's organisation."""
        return self.of(member.organisation_id)

    def agreed(self) -> "PartnershipQuerySet":
        """Those to which both said yes, and which nobody ended."""
        return self.filter(state=PartnershipState.AGREED)


class Partnership(models.Model):
    """Two organisations that may ask each other for a second pair of eyes; ``organisation`` asked ``partner``."""

    MOVES = PARTNERSHIP_MOVES

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    partner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=PartnershipState.choices, default=PartnershipState.ASKED)
    asked_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    agreed_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    ended_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")

    objects = PartnershipQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(organisation=models.F("partner")), name="nobody_is_their_own_partner"),
            models.UniqueConstraint(
                fields=["organisation", "partner"],
                condition=~Q(state=PartnershipState.ENDED),
                name="one_partnership_each",
            ),
        ]

    def other(self, organisation_id: int) -> Organisation:
        """The organisation at the other end."""
        return self.partner if self.organisation_id == organisation_id else self.organisation
