"""Tables of agreements: versions of cards, and who confirmed which."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vierogen.learning.pictures import Picture
from vierogen.learning.quiz import Question
from vierogen.learning.states import AGREEMENT_MOVES, AgreementState
from vierogen.ledger.moves import Moves
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Right


class AlreadyInForceError(Exception):
    """Somebody tried to change the words of an agreement that is, or was, in force."""


class AgreementQuerySet(models.QuerySet["Agreement"]):
    """Versions of agreements."""

    def visible_to(self, member: Member) -> "AgreementQuerySet":
        """Those of the member's organisation."""
        return self.filter(organisation_id=member.organisation_id)

    def in_force(self) -> "AgreementQuerySet":
        """Those that count now, in the order of the cards."""
        return self.filter(state=AgreementState.IN_FORCE).order_by("position", "pk")

    def ever_in_force(self) -> "AgreementQuerySet":
        """Those that count now, and those that did: the versions of a card after each other."""
        rows = self.filter(in_force_at__isnull=False)
        return rows.order_by("organisation", "key", "number")

    def with_mine(self, member: Member) -> "AgreementQuerySet":
        """Each with ``mine``: did this member confirm it, or an earlier version that counts for it?"""
        return self.annotate(mine=Exists(_theirs(member)))

    def unconfirmed_by(self, member: Member) -> "AgreementQuerySet":
        """Those that this member did not confirm."""
        return self.filter(~Exists(_theirs(member)))


def _theirs(member: Member) -> "ConfirmationQuerySet":
    """A member's confirmations that count for the agreement of the query around it."""
    return Confirmation.objects.order_by().filter(
        member=member.pk,
        agreement__organisation=OuterRef("organisation"),
        agreement__key=OuterRef("key"),
        agreement__number__gte=OuterRef("counts_from"),
    )


# What nobody changes any more once a version was in force; the database refuses it too (guard.py).
FIXED = (
    "organisation_id",
    "key",
    "number",
    "position",
    "picture",
    "own_picture_id",
    "picture_alt",
    "language",
    "title",
    "does",
    "does_not",
    "why",
    "example",
    "question",
    "material",
    "days",
    "counts_from",
    "asked_at",
    "due_at",
)


class CardPictureQuerySet(models.QuerySet["CardPicture"]):
    """Pictures on cards."""

    def visible_to(self, member: Member) -> "CardPictureQuerySet":
        """Those of the member's organisation; that of a draft only for who looks after the agreements."""
        rows = self.filter(organisation_id=member.organisation_id)
        if member.may(Right.MANAGE_ORGANISATION):
            return rows
        return rows.filter(pk__in=Agreement.objects.filter(in_force_at__isnull=False).values("own_picture"))


class CardPicture(models.Model):
    """A picture of an organisation's own on cards, drawn anew by ``core.pictures``. Its bytes never change (guard.py).

    ``data`` stands in the database so that a backup never misses it.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    data = models.BinaryField()
    mime = models.CharField(max_length=30)
    sha256 = models.CharField(max_length=64)

    objects: ClassVar[CardPictureQuerySet] = CardPictureQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "sha256"], name="card_picture_once")]


class Agreement(models.Model):
    """One version of a card: what we do and what we don't. ``key`` is the card, the same for all its versions.

    ``does`` and ``does_not`` hold a line each. ``own_picture`` stands in place of the drawing, told in ``picture_alt``.
    Not ``material``: who confirmed the version before need not do so again; then ``counts_from`` is the number of the
    oldest version whose confirmation counts, and ``asked_at`` and ``due_at`` are that one's. Words, pictures and dates
    never change once it was in force.
    """

    MOVES: ClassVar[Moves] = AGREEMENT_MOVES

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="agreements")
    key = models.SlugField(max_length=40)
    number = models.PositiveIntegerField(default=1)
    position = models.PositiveIntegerField(default=0)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="nl")
    picture = models.CharField(_("picture"), max_length=20, choices=Picture.choices, default=Picture.PEOPLE)
    own_picture = models.ForeignKey(
        CardPicture, on_delete=models.PROTECT, null=True, blank=True, related_name="agreements"
    )
    picture_alt = models.CharField(_("What is on the picture"), max_length=300, blank=True)
    title = models.CharField(_("title"), max_length=80)
    does = models.TextField(_("What we do"), max_length=1000)
    does_not = models.TextField(_("What we do not"), max_length=600, blank=True)
    why = models.TextField(_("Why"), max_length=600)
    example = models.TextField(_("Example"), max_length=600, blank=True)
    question = models.JSONField()
    state = models.CharField(max_length=10, choices=AgreementState.choices, default=AgreementState.DRAFT)
    material = models.BooleanField(_("Everybody has to confirm it anew"), default=True)
    days = models.PositiveIntegerField(
        _("Days until it has to be confirmed"), default=14, validators=[MaxValueValidator(365)]
    )
    counts_from = models.PositiveIntegerField(default=1)
    asked_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    written_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)
    in_force_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    in_force_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[AgreementQuerySet] = AgreementQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["position", "key", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key", "number"], name="agreement_number_once"),
            models.UniqueConstraint(
                fields=["organisation", "key"], condition=Q(state="in_force"), name="one_version_in_force"
            ),
            models.UniqueConstraint(
                fields=["organisation", "key"], condition=Q(state="draft"), name="one_draft_a_card"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(asked_at__isnull=False, due_at__isnull=False, in_force_at__isnull=False),
                name="what_was_in_force_has_its_dates",
            ),
            models.CheckConstraint(
                condition=Q(own_picture=None) | ~Q(picture_alt=""), name="an_own_picture_is_told_in_words"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, **kwargs: Any) -> None:
        """Keep a draft. Raises ``AlreadyInForceError`` for what is or was in force."""
        self._refuse_if_fixed()
        super().save(**kwargs)

    def delete(self, using: Any = None, keep_parents: bool = False) -> tuple[int, dict[str, int]]:
        """Throw a draft away. Raises ``AlreadyInForceError`` for what is or was in force."""
        self._refuse_if_fixed()
        return super().delete(using=using, keep_parents=keep_parents)

    def _refuse_if_fixed(self) -> None:
        kept = Agreement.objects.filter(pk=self.pk).exclude(state=AgreementState.DRAFT)
        if self.pk and kept.exists():
            raise AlreadyInForceError("the words of an agreement in force never change: make a new version")

    @property
    def asks(self) -> Question:
        """The question that goes with it."""
        return Question.told(self.question)

    @property
    def does_lines(self) -> list[str]:
        """What we do, line by line."""
        return _lines(self.does)

    @property
    def does_not_lines(self) -> list[str]:
        """What we do not, line by line."""
        return _lines(self.does_not)

    @property
    def is_draft(self) -> bool:
        """May it still be changed?"""
        return bool(self.state == AgreementState.DRAFT)

    @property
    def is_in_force(self) -> bool:
        """Does it count now?"""
        return bool(self.state == AgreementState.IN_FORCE)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


class ConfirmationQuerySet(models.QuerySet["Confirmation"]):
    """Confirmations."""

    def visible_to(self, member: Member) -> "ConfirmationQuerySet":
        """Those of the member's organisation."""
        return self.filter(agreement__organisation_id=member.organisation_id)


class Confirmation(models.Model):
    """A member read this version and answered its question. Wrong answers before it are kept nowhere."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="confirmations")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="confirmations")
    at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[ConfirmationQuerySet] = ConfirmationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["member", "agreement"], name="confirmed_once")]


class Reminder(models.Model):
    """When a member was last reminded of what waits for them; one mail for everything together."""

    member = models.OneToOneField(Member, on_delete=models.CASCADE, related_name="learning_reminder")
    at = models.DateTimeField()
