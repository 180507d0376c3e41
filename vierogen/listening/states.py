"""The states of an alert and of a source, and what else there is to choose from."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from vierogen.ledger.moves import Moves, step


class AlertState(models.TextChoices):
    """Is it held against what comes in?"""

    WAITING = "waiting", _("Waits for the privacy officer")
    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    REFUSED = "refused", _("Refused")
    ENDED = "ended", _("Ended")


ALERT_MOVES: Moves = {
    "permit": step(AlertState.WAITING, to=AlertState.ACTIVE),
    "refuse": step(AlertState.WAITING, to=AlertState.REFUSED),
    # Changed so that it became one about a person.
    "ask": step(AlertState.ACTIVE, AlertState.PAUSED, AlertState.REFUSED, to=AlertState.WAITING),
    # Changed so that it is no longer about a person.
    "activate": step(AlertState.WAITING, AlertState.REFUSED, to=AlertState.ACTIVE),
    "pause": step(AlertState.ACTIVE, to=AlertState.PAUSED),
    "resume": step(AlertState.PAUSED, to=AlertState.ACTIVE),
    "end": step(AlertState.WAITING, AlertState.ACTIVE, AlertState.PAUSED, AlertState.REFUSED, to=AlertState.ENDED),
}


class About(models.TextChoices):
    """What an alert is about. One about a person needs the privacy officer's reason."""

    OURSELVES = "ourselves", _("Ourselves")
    SUBJECT = "subject", _("A subject")
    PERSON = "person", _("A person")


class SourceState(models.TextChoices):
    """Is it read?"""

    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    ENDED = "ended", _("Ended")


SOURCE_MOVES: Moves = {
    "pause": step(SourceState.ACTIVE, to=SourceState.PAUSED),
    "resume": step(SourceState.PAUSED, to=SourceState.ACTIVE),
    "end": step(SourceState.ACTIVE, SourceState.PAUSED, to=SourceState.ENDED),
    "listen_again": step(SourceState.ENDED, to=SourceState.ACTIVE),
}


class Rhythm(models.TextChoices):
    """How often a member gets mail about an alert."""

    AT_ONCE = "at_once", _("At once")
    DAILY = "daily", _("Daily")
    WEEKLY = "weekly", _("Weekly")
    NEVER = "never", _("No mail")


class Mark(models.TextChoices):
    """What a member found of a hit. It tunes the order and hides nothing."""

    NONE = "", _("Not judged")
    USEFUL = "useful", _("Useful")
    NOT_USEFUL = "not_useful", _("Not useful")
