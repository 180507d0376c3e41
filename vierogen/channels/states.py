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


class TakeoverState(models.TextChoices):
    """How far a takeover, or an exercise of one, is."""

    RUNNING = "running", _("Under way")
    FINISHED = "finished", _("Finished")
    STOPPED = "stopped", _("Stopped")


TAKEOVER_MOVES: Moves = {
    "finish_takeover": step(TakeoverState.RUNNING, to=TakeoverState.FINISHED),
    "stop_takeover": step(TakeoverState.RUNNING, to=TakeoverState.STOPPED),
}


class StepState(models.TextChoices):
    """How far one step of a takeover is."""

    TODO = "todo", _("To do")
    DONE = "done", _("Done")
    SKIPPED = "skipped", _("Passed over, with a reason")


STEP_MOVES: Moves = {
    "do_step": step(StepState.TODO, to=StepState.DONE),
    "skip_step": step(StepState.TODO, to=StepState.SKIPPED),
}
