"""The states of a departure, with every allowed move."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from vierogen.ledger.moves import Moves, step


class DepartureState(models.TextChoices):
    """How far somebody's leaving is."""

    OPEN = "open", _("Something is left")
    CLOSED = "closed", _("Nothing is left")
    CALLED_OFF = "called_off", _("Called off: they stay, or came back")


DEPARTURE_MOVES: Moves = {
    "close": step(DepartureState.OPEN, to=DepartureState.CLOSED),
    "call_off": step(DepartureState.OPEN, to=DepartureState.CALLED_OFF),
}
