"""The ledger's verbs in plain words, for people who read it."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from vierogen.ledger.models import Entry

VERBS = {
    "found": gettext_noop("made the organisation"),
    "join": gettext_noop("gave a member a place"),
    "accept": gettext_noop("accepted the invitation"),
    "change_roles": gettext_noop("changed a member's roles"),
    "end": gettext_noop("ended a membership"),
    "change_settings": gettext_noop("changed the settings"),
    "connect": gettext_noop("connected a channel"),
    "reconnect": gettext_noop("connected a channel again"),
    "disconnect": gettext_noop("noticed that a network refuses our key"),
    "close": gettext_noop("closed it"),
    "change": gettext_noop("changed a channel"),
    "entrust": gettext_noop("chose the custodians"),
    "seal": gettext_noop("sealed credentials"),
    "begin": gettext_noop("began a post"),
    "edit": gettext_noop("changed a post"),
    "submit": gettext_noop("offered a post for review"),
    "send_back": gettext_noop("asked for changes"),
    "reopen": gettext_noop("took a post back to draft"),
    "approve": gettext_noop("approved a post"),
    "publish_in_emergency": gettext_noop("published in an emergency"),
    "look_back": gettext_noop("looked back at an emergency"),
    "overdue": gettext_noop("noticed an overdue review"),
    "expire": gettext_noop("let a post expire"),
    "discard": gettext_noop("threw a post away"),
    "hold": gettext_noop("held a delivery"),
    "withhold": gettext_noop("held a delivery at the last moment"),
    "release": gettext_noop("released a delivery"),
    "stop": gettext_noop("stopped a delivery"),
    "hasten": gettext_noop("published without waiting"),
    "send": gettext_noop("began to send a delivery"),
    "defer": gettext_noop("will try a delivery again"),
    "doubt": gettext_noop("does not know whether a delivery arrived"),
    "found_there": gettext_noop("saw a delivery on the network"),
    "repeat": gettext_noop("sends a delivery again under the same key"),
    "send_again": gettext_noop("decided to send a delivery again"),
    "give_up": gettext_noop("decided to leave a delivery"),
    "fail": gettext_noop("could not publish a delivery"),
    "verify": gettext_noop("read a delivery back"),
    "withdraw": gettext_noop("saw a delivery taken down"),
    "stop_everything": gettext_noop("stopped everything"),
    "lift": gettext_noop("lifted the stop"),
    "capture": gettext_noop("kept evidence"),
    "open": gettext_noop("opened evidence"),
    "forget_evidence": gettext_noop("removed old evidence"),
    "forget": gettext_noop("forgot a person's values"),
    "take_down": gettext_noop("asked for a take-down"),
    "delete": gettext_noop("removed a post from the network"),
    "confirm": gettext_noop("saw that a post is gone"),
    "get_stuck": gettext_noop("could not remove a post"),
    "try_again": gettext_noop("tries a removal again"),
}


def sentence(entry: Entry) -> str:
    """Who did what, in the reader's language; an unknown verb is shown as it is."""
    who = next((opening.value for opening in entry.openings.all() if opening.name == "who"), entry.actor)
    verb = VERBS.get(entry.verb)
    return f"{who} {_(verb) if verb else entry.verb}"
