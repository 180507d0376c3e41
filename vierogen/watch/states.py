"""The states of a stray, what it can be, and every allowed move on one page."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from vierogen.ledger.moves import Moves, step


class What(models.TextChoices):
    """What was seen that nobody here approved: the first four are strays, the others deviations."""

    POST = "post", _("Stray post")
    STORY = "story", _("Stray story")
    REPOST = "repost", _("Stray repost")
    LIKE = "like", _("Stray like")
    EDIT = "edit", _("Edited by somebody else")
    DELETION = "deletion", _("Deleted by somebody else")
    PROFILE = "profile", _("Profile changed by somebody else")


# Something stands on the network that can be taken down.
REMOVABLE = (What.POST, What.STORY, What.REPOST, What.LIKE, What.EDIT)
# What an organisation may have taken down by itself: never one of its own posts, even if edited.
FOREIGN = (What.POST, What.STORY, What.REPOST, What.LIKE)


class Origin(models.TextChoices):
    """What explains a remote post."""

    BASELINE = "baseline", _("Was there before the account was connected")
    EXPLAINED = "explained", _("Sent by Vierogen")
    STRAY = "stray", _("Stray: nobody here sent it")


class Mode(models.TextChoices):
    """How a channel is watched at this moment."""

    NONE = "", _("Not watched")
    STREAMED = "streamed", _("Live")
    POLLED = "polled", _("Looked at now and then")


class State(models.TextChoices):
    """What became of a stray. Whether somebody is looking at it stands on its alarm."""

    OPEN = "open", _("Waits for somebody")
    EXPLAINED = "explained", _("Ours after all: a delivery explains it")
    ADOPTED = "adopted", _("Ours: somebody here says so")
    TAKEN_DOWN = "taken_down", _("Taken down, and seen to be gone")
    VANISHED = "vanished", _("Gone: somebody else removed it, or its time was over")
    HANDED_ON = "handed_on", _("In an incident")


_S = State

MOVES: Moves = {
    "adopt": step(_S.OPEN, _S.VANISHED, to=_S.ADOPTED),
    # The delivery's answer came later than we were willing to wait.
    "explain": step(_S.OPEN, _S.VANISHED, to=_S.EXPLAINED),
    "remove": step(_S.OPEN, _S.ADOPTED, _S.HANDED_ON, to=_S.TAKEN_DOWN),
    "vanish": step(_S.OPEN, _S.HANDED_ON, to=_S.VANISHED),
    "hand_on": step(_S.OPEN, _S.ADOPTED, _S.TAKEN_DOWN, _S.VANISHED, to=_S.HANDED_ON),
}
