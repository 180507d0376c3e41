"""The states of posts, deliveries, after-reviews and take-downs, with every allowed move on one page."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from vierogen.ledger.moves import Moves, step


class PostState(models.TextChoices):
    """Where a post is on its way to a second pair of eyes."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("Waits for a second pair of eyes")
    APPROVED = "approved", _("Approved")
    EXPIRED = "expired", _("Expired: its time passed without approval")
    DISCARDED = "discarded", _("Thrown away")


POST_MOVES: Moves = {
    "submit": step(PostState.DRAFT, to=PostState.IN_REVIEW),
    "send_back": step(PostState.IN_REVIEW, to=PostState.DRAFT),
    # An edit voids whatever was asked or approved.
    "reopen": step(PostState.IN_REVIEW, PostState.APPROVED, PostState.EXPIRED, to=PostState.DRAFT),
    "approve": step(PostState.IN_REVIEW, to=PostState.APPROVED),
    "publish_in_emergency": step(PostState.DRAFT, PostState.IN_REVIEW, to=PostState.APPROVED),
    "expire": step(PostState.IN_REVIEW, to=PostState.EXPIRED),
    "discard": step(PostState.DRAFT, PostState.IN_REVIEW, PostState.EXPIRED, to=PostState.DISCARDED),
}


class DeliveryState(models.TextChoices):
    """Where one version is on its way to one channel."""

    WAITING = "waiting", _("Waits for its time")
    HELD = "held", _("Held: somebody has to release it")
    SENDING = "sending", _("Being sent")
    UNCERTAIN = "uncertain", _("Uncertain: it may or may not be there")
    PUBLISHED = "published", _("Published")
    VERIFIED = "verified", _("Published and seen on the network")
    FAILED = "failed", _("Not published")
    STOPPED = "stopped", _("Stopped before it went out")
    WITHDRAWN = "withdrawn", _("Taken down")


_D = DeliveryState

DELIVERY_MOVES: Moves = {
    "hold": step(_D.WAITING, to=_D.HELD),
    "release": step(_D.HELD, to=_D.WAITING),
    "stop": step(_D.WAITING, _D.HELD, to=_D.STOPPED),
    "hasten": step(_D.WAITING, to=_D.WAITING),
    # Committed before the network hears of it.
    "send": step(_D.WAITING, to=_D.SENDING),
    # Between the claim and the call that publishes everything was stopped, or the key did not open, or somebody
    # stopped this very post: the network heard nothing.
    "withhold": step(_D.SENDING, to=_D.HELD),
    "recall": step(_D.SENDING, to=_D.STOPPED),
    # The network certainly did not accept it, and trying again can help.
    "defer": step(_D.SENDING, to=_D.WAITING),
    "doubt": step(_D.SENDING, to=_D.UNCERTAIN),
    # What stands on the network is the truth, whatever we believed of an attempt that was made.
    "found_there": step(_D.SENDING, _D.UNCERTAIN, _D.WAITING, _D.HELD, _D.FAILED, _D.STOPPED, to=_D.PUBLISHED),
    # Only where the network itself refuses a second post under the same key.
    "repeat": step(_D.UNCERTAIN, to=_D.WAITING),
    # A person looked and decided.
    "send_again": step(_D.UNCERTAIN, to=_D.WAITING),
    "give_up": step(_D.UNCERTAIN, to=_D.FAILED),
    "fail": step(_D.SENDING, _D.WAITING, to=_D.FAILED),
    "verify": step(_D.PUBLISHED, to=_D.VERIFIED),
    "withdraw": step(_D.PUBLISHED, _D.VERIFIED, to=_D.WITHDRAWN),
}

# Something of the post may stand on the network, or is about to.
OUT = (_D.SENDING, _D.UNCERTAIN, _D.PUBLISHED, _D.VERIFIED)
# Nothing of it left yet.
STOPPABLE = (_D.WAITING, _D.HELD)
# It may be out, or go out, and nobody knows yet.
UNDER_WAY = (_D.SENDING, _D.UNCERTAIN)


class AfterReviewState(models.TextChoices):
    """The review within 24 hours that an emergency owes."""

    OPEN = "open", _("Open")
    DONE = "done", _("Done")


AFTER_REVIEW_MOVES: Moves = {"look_back": step(AfterReviewState.OPEN, to=AfterReviewState.DONE)}


class GuestReviewState(models.TextChoices):
    """Where a review is that was asked of a colleague organisation."""

    ASKED = "asked", _("Asked")
    DECIDED = "decided", _("Decided")
    WITHDRAWN = "withdrawn", _("Taken back")
    LAPSED = "lapsed", _("Lapsed: the post changed, was decided here, or its time passed")


GUEST_REVIEW_MOVES: Moves = {
    "decide": step(GuestReviewState.ASKED, to=GuestReviewState.DECIDED),
    "take_back": step(GuestReviewState.ASKED, to=GuestReviewState.WITHDRAWN),
    "lapse": step(GuestReviewState.ASKED, to=GuestReviewState.LAPSED),
}


class TakeDownState(models.TextChoices):
    """Where the removal of a remote post is."""

    ASKED = "asked", _("Being removed")
    CHECKING = "checking", _("Removed; checking that it is really gone")
    GONE = "gone", _("Gone from the network, seen by us")
    STUCK = "stuck", _("Not removed: a person has to do it")
    BY_HAND = "by_hand", _("Somebody has to remove it in the app; we look until it is gone")
    CANCELLED = "cancelled", _("Cancelled: it stays where it is")


# A person has to remove it; a worker looks until it is gone, and deletes it where it can.
IN_HANDS = (TakeDownState.BY_HAND, TakeDownState.STUCK)
# Nobody does anything about these any more.
OVER = (TakeDownState.GONE, TakeDownState.CANCELLED)
# A worker does something about these, if only by looking whether it is gone.
PURSUED = (TakeDownState.ASKED, TakeDownState.CHECKING, *IN_HANDS)

TAKE_DOWN_MOVES: Moves = {
    "delete": step(TakeDownState.ASKED, TakeDownState.STUCK, TakeDownState.BY_HAND, to=TakeDownState.CHECKING),
    "confirm": step(
        TakeDownState.ASKED,
        TakeDownState.CHECKING,
        TakeDownState.STUCK,
        TakeDownState.BY_HAND,
        to=TakeDownState.GONE,
    ),
    # The network, or the key in use, does not let us, or not soon.
    "hand_over": step(TakeDownState.ASKED, TakeDownState.STUCK, to=TakeDownState.BY_HAND),
    "get_stuck": step(TakeDownState.ASKED, TakeDownState.CHECKING, to=TakeDownState.STUCK),
    "try_again": step(TakeDownState.STUCK, to=TakeDownState.ASKED),
    # It turned out to be ours.
    "cancel": step(*IN_HANDS, to=TakeDownState.CANCELLED),
    # It was part of an exercise that is over.
    "drop": step(*PURSUED, to=TakeDownState.CANCELLED),
}
