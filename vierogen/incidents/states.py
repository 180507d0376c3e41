"""The states of an incident."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from vierogen.ledger.moves import Moves, step


class State(models.TextChoices):
    """Is somebody still busy with it?"""

    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")


MOVES: Moves = {
    "close": step(State.OPEN, to=State.CLOSED),
    "reopen": step(State.CLOSED, to=State.OPEN),
}
