"""The states of a departure, with every allowed move."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from vierogen.ledger.moves import Moves, step


class DepartureState(models.TextChoices):
    """How far somebody's leaving is."""

    OPEN = "open", _("Something is left")
    CLOSED = "closed", _("Nothing is left")
    CALLED_OFF = "called_off", _("Called off: they stay, or came back")


class PartnershipState(models.TextChoices):
    """How far two organisations are with being each other's second pair of eyes."""

    ASKED = "asked", _("Asked")
    AGREED = "agreed", _("Agreed")
    ENDED = "ended", _("Ended")


PARTNERSHIP_MOVES: Moves = {
    "agree": step(PartnershipState.ASKED, to=PartnershipState.AGREED),
    "end": step(PartnershipState.ASKED, PartnershipState.AGREED, to=PartnershipState.ENDED),
}


DEPARTURE_MOVES: Moves = {
    "close": step(DepartureState.OPEN, to=DepartureState.CLOSED),
    "call_off": step(DepartureState.OPEN, to=DepartureState.CALLED_OFF),
}
