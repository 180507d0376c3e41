"""The states of a channel."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from vierogen.ledger.moves import Moves, step


class State(models.TextChoices):
    """Can we reach the account, and do we still look after it?"""

    CONNECTED = "connected", _("Connected")
    DISCONNECTED = "disconnected", _("Disconnected: the network refuses our key")
    CLOSED = "closed", _("Closed: not looked after any more")


MOVES: Moves = {
    "disconnect": step(State.CONNECTED, to=State.DISCONNECTED),
    "reconnect": step(State.CONNECTED, State.DISCONNECTED, State.CLOSED, to=State.CONNECTED),
    "close": step(State.CONNECTED, State.DISCONNECTED, to=State.CLOSED),
}
