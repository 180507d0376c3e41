"""Alerts, and how long an organisation keeps what they found."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vierogen.listening.states import ALERT_MOVES, About, AlertState
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Right

LONGEST_QUERY = 4_000


class AlertQuerySet(models.QuerySet["Alert"]):
    """Alerts."""

    def visible_to(self, member: Member) -> "AlertQuerySet":
        """Those of the member's organisation."""
        return self.filter(organisation_id=member.organisation_id)

    def readable_by(self, member: Member) -> "AlertQuerySet":
        """Those whose hits this member may read: all with the right to listen, else the one on their own name."""
        rows = self.visible_to(member)
        return rows if member.may(Right.LISTEN) else rows.filter(origin=member.actor)

    def kept(self) -> "AlertQuerySet":
        """Those that nobody ended."""
        return self.exclude(state=AlertState.ENDED)


class Alert(models.Model):
    """A saved query that is held against everything that comes in.

    ``origin`` says what made it where no person did: ``organisation:3``, ``channel:12``, ``member:7``; "" else.
    ``revision`` grows with each change, so that nobody overwrites another's. ``changed_at`` is when anything changed
    that the matcher looks at (``query``, ``inside_words``, state): a listener asks for what did since it last looked,
    and only from then on the alert's rhythm is known.
    """

    MOVES = ALERT_MOVES

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="alerts")
    name = models.CharField(_("name"), max_length=120)
    query = models.TextField(_("what to listen for"), max_length=LONGEST_QUERY)
    inside_words = models.BooleanField(
        _("also inside longer words"),
        default=False,
        help_text=_("“dienst” then also finds “belastingdienstmedewerker”. From four letters on."),
    )
    about = models.CharField(_("about"), max_length=10, choices=About.choices, default=About.SUBJECT)
    reason = models.TextField(_("why this person"), blank=True, max_length=1_000)
    state = models.CharField(max_length=10, choices=AlertState.choices, default=AlertState.ACTIVE)
    origin = models.CharField(max_length=40, blank=True, default="")
    spikes = models.BooleanField(_("warn when it is suddenly much more than usual"), default=True)
    made_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    # Who asked for this query about a person: somebody else permits it.
    asked_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    permitted_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    permit_reason = models.TextField(blank=True, max_length=1_000)
    revision = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "origin"], condition=~Q(origin=""), name="one_alert_each"),
            # Whatever code forgets: nobody is listened for without the privacy officer.
            models.CheckConstraint(
                condition=~Q(about=About.PERSON, state=AlertState.ACTIVE) | Q(permitted_by__isnull=False),
                name="a_person_needs_permission",
            ),
            models.CheckConstraint(
                condition=Q(permitted_by=None) | ~Q(permitted_by=F("asked_by")), name="nobody_permits_their_own"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_on_a_person(self) -> bool:
        """Is its name that of a person, which no title of a mail may show?"""
        return bool(self.about == About.PERSON or self.origin.startswith("member:"))


class Wanted(models.Model):
    """Words that somebody once asked to listen for as about a person: they do not become a subject later on.

    Only their SHA-256 is kept (``permitting.print_of``): it recognises the words, and shows nobody's name by itself.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    words = models.CharField(max_length=64)
    asked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "words"], name="wanted_once")]


class Keeping(models.Model):
    """How many days an organisation keeps hits. What found nothing is not kept at all."""

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, related_name="keeping")
    days = models.PositiveIntegerField(
        _("days that hits are kept"), default=90, validators=[MinValueValidator(7), MaxValueValidator(3_660)]
    )
