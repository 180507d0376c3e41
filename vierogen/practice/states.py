"""The states of a drill, and why it ended."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from vierogen.ledger.moves import Moves, step


class State(models.TextChoices):
    """How far a drill is."""

    ASKED = "asked", _("Being prepared")
    RUNNING = "running", _("Going on")
    ENDED = "ended", _("Over")


class Why(models.TextChoices):
    """Why a drill ended."""

    PERSON = "person", _("Ended by who led it")
    TIME = "time", _("Ended by itself: an hour had passed")
    REAL = "real", _("Ended by itself: something real asked for attention")
    UNPREPARED = "unprepared", _("Never began: its account could not be watched")
    LOST = "lost", _("Ended by itself: the exercise network could not go on")


MOVES: Moves = {
    "start_drill": step(State.ASKED, to=State.RUNNING),
    "end_drill": step(State.ASKED, State.RUNNING, to=State.ENDED),
}
