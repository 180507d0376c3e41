"""The drawings that a card can have; each is a file of its name in static/learning."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Picture(models.TextChoices):
    """A drawing, with what is on it in words."""

    TWO_PHONES = "two-phones", _("Two phones")
    FRAME = "frame", _("A picture of people")
    ENVELOPE = "envelope", _("A closed envelope")
    CUP = "cup", _("A cup of coffee")
    FLOWER = "flower", _("A flower")
    SCALES = "scales", _("A pair of scales")
    PEOPLE = "people", _("Two people")
    KEY = "key", _("A key")
    CHAIN = "chain", _("Two links of a chain")
    CHECKLIST = "checklist", _("A list with ticks")
    GLASSES = "glasses", _("A pair of glasses")
    SPEECH = "speech", _("Two speech bubbles")
    BELL = "bell", _("A bell")
    STORM = "storm", _("A thundercloud")
    HEART = "heart", _("A heart")
    MEDAL = "medal", _("A medal")
