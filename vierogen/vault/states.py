"""The states of a look at a secret and of a sealed export, with every allowed move on one page."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from vierogen.ledger.moves import Moves, step


class RevealState(models.TextChoices):
    """Where somebody's wish to see a secret is."""

    ASKED = "asked", _("Asked")
    ALLOWED = "allowed", _("Allowed: it can be seen once")
    SHOWN = "shown", _("Seen")
    LAPSED = "lapsed", _("Lapsed: not used in time")
    VETOED = "vetoed", _("Stopped")
    OWES_REVIEW = "owes_review", _("Seen in an emergency; somebody else has to look back")
    REVIEWED = "reviewed", _("Seen in an emergency, and looked back at")


REVEAL_MOVES: Moves = {
    # A second custodian agrees, where the secret asks for one.
    "allow_reveal": step(RevealState.ASKED, to=RevealState.ALLOWED),
    # Where it does not, the one who asked sees it at once.
    "reveal": step(RevealState.ASKED, RevealState.ALLOWED, to=RevealState.SHOWN),
    "veto_reveal": step(RevealState.ASKED, RevealState.ALLOWED, to=RevealState.VETOED),
    "let_reveal_lapse": step(RevealState.ASKED, RevealState.ALLOWED, to=RevealState.LAPSED),
    "break_glass": step(RevealState.ASKED, to=RevealState.OWES_REVIEW),
    "review_reveal": step(RevealState.OWES_REVIEW, to=RevealState.REVIEWED),
}
# Those that have not come to an end.
PENDING = (RevealState.ASKED, RevealState.ALLOWED)
# Those in which the secret was on somebody's screen.
SEEN = (RevealState.SHOWN, RevealState.OWES_REVIEW, RevealState.REVIEWED)


class ExportState(models.TextChoices):
    """Where a sealed export is."""

    ASKED = "asked", _("Waits for a custodian")
    ALLOWED = "allowed", _("Agreed: it can be taken once")
    MADE = "made", _("Taken")
    LAPSED = "lapsed", _("Lapsed: not used in time")
    VETOED = "vetoed", _("Stopped")


EXPORT_MOVES: Moves = {
    "allow_export": step(ExportState.ASKED, to=ExportState.ALLOWED),
    "make_export": step(ExportState.ALLOWED, to=ExportState.MADE),
    "veto_export": step(ExportState.ASKED, ExportState.ALLOWED, to=ExportState.VETOED),
    "let_export_lapse": step(ExportState.ASKED, ExportState.ALLOWED, to=ExportState.LAPSED),
}
EXPORTS_PENDING = (ExportState.ASKED, ExportState.ALLOWED)
