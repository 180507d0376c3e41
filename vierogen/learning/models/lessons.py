"""Tables of lessons and of the certificates that prove them."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Max, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vierogen.learning.quiz import Question
from vierogen.learning.states import LESSON_MOVES, LessonState
from vierogen.ledger.moves import Moves
from vierogen.people.models import Member, Organisation


class LessonQuerySet(models.QuerySet["Lesson"]):
    """Versions of lessons."""

    def visible_to(self, member: Member) -> "LessonQuerySet":
        """Those of the member's organisation."""
        return self.filter(organisation_id=member.organisation_id)

    def in_use(self) -> "LessonQuerySet":
        """Those that people can do now, in their order."""
        return self.filter(state=LessonState.IN_USE).order_by("position", "pk")

    def with_mine(self, member: Member) -> "LessonQuerySet":
        """Each with ``mine_until``: when this member's last certificate of it ends; None where there is none."""
        theirs = Certificate.objects.filter(
            member=member.pk, lesson__organisation=OuterRef("organisation"), lesson__key=OuterRef("key")
        )
        latest = theirs.order_by().values("member").annotate(until=Max("valid_until")).values("until")
        return self.annotate(mine_until=Subquery(latest))

    def due_for(self, member: Member, before: datetime) -> "LessonQuerySet":
        """Those of which this member has no certificate that lasts beyond ``before``; with ``mine_until``."""
        return self.with_mine(member).filter(Q(mine_until=None) | Q(mine_until__lte=before))


class Lesson(models.Model):
    """One version of a five-minute lesson. ``key`` is the lesson, the same for all its versions.

    ``questions`` are kept as ``quiz.Question`` says. Where ``mandatory`` nobody publishes without a certificate of it
    after ``due_at``; it lasts ``months``. A certificate of an earlier version stays valid until its end.
    """

    MOVES: ClassVar[Moves] = LESSON_MOVES

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="lessons")
    key = models.SlugField(max_length=40)
    number = models.PositiveIntegerField(default=1)
    position = models.PositiveIntegerField(default=0)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="nl")
    title = models.CharField(_("title"), max_length=100)
    story = models.TextField(_("What happened"), max_length=3000)
    wrong = models.TextField(_("What went wrong"), max_length=2000)
    helps = models.TextField(_("What would have helped"), max_length=2000)
    questions = models.JSONField()
    months = models.PositiveIntegerField(
        _("Months that a certificate lasts"), default=12, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    state = models.CharField(max_length=10, choices=LessonState.choices, default=LessonState.DRAFT)
    mandatory = models.BooleanField(default=False)
    asked_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    written_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[LessonQuerySet] = LessonQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["position", "key", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key", "number"], name="lesson_number_once"),
            models.UniqueConstraint(
                fields=["organisation", "key"], condition=Q(state="in_use"), name="one_version_in_use"
            ),
            models.UniqueConstraint(
                fields=["organisation", "key"], condition=Q(state="draft"), name="one_draft_a_lesson"
            ),
            models.CheckConstraint(
                condition=Q(mandatory=False) | Q(asked_at__isnull=False, due_at__isnull=False),
                name="a_mandatory_lesson_has_its_dates",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def asks(self) -> list[Question]:
        """Its questions."""
        return [Question.told(kept) for kept in self.questions]

    @property
    def is_draft(self) -> bool:
        """May it still be changed?"""
        return bool(self.state == LessonState.DRAFT)

    @property
    def is_in_use(self) -> bool:
        """Can people do it now?"""
        return bool(self.state == LessonState.IN_USE)


class CertificateQuerySet(models.QuerySet["Certificate"]):
    """Certificates."""

    def visible_to(self, member: Member) -> "CertificateQuerySet":
        """Those of the member's organisation."""
        return self.filter(member__organisation_id=member.organisation_id)


class Certificate(models.Model):
    """A member did a lesson. ``number`` can be shown to anybody, who can look whether it is valid (numbers.py)."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="certificates")
    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="certificates")
    number = models.CharField(max_length=20, unique=True)
    issued_at = models.DateTimeField(default=timezone.now)
    valid_until = models.DateTimeField()

    objects: ClassVar[CertificateQuerySet] = CertificateQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-pk"]

    def is_valid(self, at: datetime | None = None) -> bool:
        """Is it still worth something?"""
        return (at or timezone.now()) < self.valid_until
