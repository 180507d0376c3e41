"""The states of an alarm."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from vierogen.ledger.moves import Moves, step


class State(models.TextChoices):
    """Has somebody said that they are looking at it?"""

    RINGING = "ringing", _("Ringing: nobody has answered yet")
    ACKNOWLEDGED = "acknowledged", _("Answered: somebody is looking at it")
    ENDED = "ended", _("Ended")


MOVES: Moves = {
    "acknowledge": step(State.RINGING, to=State.ACKNOWLEDGED),
    "end": step(State.RINGING, State.ACKNOWLEDGED, to=State.ENDED),
}
