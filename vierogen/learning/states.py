"""The states of an agreement's version and of a lesson's."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from vierogen.ledger.moves import Moves, step


class AgreementState(models.TextChoices):
    """Does this version of a card count?"""

    DRAFT = "draft", _("Draft")
    IN_FORCE = "in_force", _("In force")
    REPLACED = "replaced", _("Replaced by a newer version")
    WITHDRAWN = "withdrawn", _("Withdrawn")


AGREEMENT_MOVES: Moves = {
    "put_in_force": step(AgreementState.DRAFT, to=AgreementState.IN_FORCE),
    "replace": step(AgreementState.IN_FORCE, to=AgreementState.REPLACED),
    "retire": step(AgreementState.IN_FORCE, to=AgreementState.WITHDRAWN),
}


class LessonState(models.TextChoices):
    """Can people do this version of a lesson?"""

    DRAFT = "draft", _("Draft")
    IN_USE = "in_use", _("In use")
    REPLACED = "replaced", _("Replaced by a newer version")
    WITHDRAWN = "withdrawn", _("Withdrawn")


LESSON_MOVES: Moves = {
    "use": step(LessonState.DRAFT, to=LessonState.IN_USE),
    "replace": step(LessonState.IN_USE, to=LessonState.REPLACED),
    "retire": step(LessonState.IN_USE, to=LessonState.WITHDRAWN),
}
