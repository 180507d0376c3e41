"""One sentence about where a post is, and one about what that means: the top of its page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from vierogen.posts.models import Delivery, Post
from vierogen.posts.states import DeliveryState, PostState
from vierogen.web.templatetags.vierogen import moment

_D, _P = DeliveryState, PostState

# The first of these states that one of the deliveries has is what the page is about.
_ORDER = (_D.UNCERTAIN, _D.HELD, _D.FAILED, _D.SENDING, _D.WAITING, _D.PUBLISHED, _D.VERIFIED, _D.WITHDRAWN)

_WORDS: dict[str, tuple[str, str]] = {
    "uncertain": (
        gettext_noop("Is it there? We are looking"),
        gettext_noop("Sending was cut off. You need do nothing yet."),
    ),
    "person": (
        gettext_noop("Is it there? Somebody has to look"),
        gettext_noop(
            "Sending was cut off, and we could not find out whether it arrived. It is not sent again by itself."
        ),
    ),
    _D.HELD: (
        gettext_noop("It waits until somebody releases it"),
        gettext_noop("It does not go out by itself any more. Look whether it is still right."),
    ),
    _D.FAILED: (gettext_noop("It did not go out"), gettext_noop("Below you see what the network said.")),
    "partly": (
        gettext_noop("It did not go out everywhere"),
        gettext_noop("Below you see what happened on each account."),
    ),
    _D.SENDING: (gettext_noop("It is being sent"), gettext_noop("This takes a few seconds.")),
    "cooling": (
        gettext_noop("It goes out in a moment"),
        gettext_noop("Did you see something that is wrong? Stop it now."),
    ),
    _D.WAITING: (gettext_noop("It goes out %(when)s"), gettext_noop("Until then everybody in the team can stop it.")),
    _D.PUBLISHED: (gettext_noop("It is out"), gettext_noop("We read it back on the network to be sure.")),
    _D.VERIFIED: (gettext_noop("It is out"), gettext_noop("We saw it on the network.")),
    _D.WITHDRAWN: (
        gettext_noop("It was taken down"),
        gettext_noop("People may have made copies. Think of a correction."),
    ),
    _D.STOPPED: (
        gettext_noop("It was stopped"),
        gettext_noop("It did not go out, and is a draft again. Change it to offer it once more, or throw it away."),
    ),
    _P.DRAFT: (
        gettext_noop("Look at it once more"),
        gettext_noop("Only your team sees it. Offer it when it is right."),
    ),
    _P.IN_REVIEW: (
        gettext_noop("It waits for a second pair of eyes"),
        gettext_noop("It goes nowhere until a colleague has approved it."),
    ),
    _P.APPROVED: (gettext_noop("Approved"), ""),
    _P.EXPIRED: (
        gettext_noop("Its time passed without approval"),
        gettext_noop(
            "So it did not go out, and it never goes out late by itself. Choose a new time to offer it again."
        ),
    ),
    _P.DISCARDED: (gettext_noop("Thrown away"), gettext_noop("It stays in the records, and goes nowhere.")),
}


@dataclass(frozen=True)
class Headline:
    """``title`` says where the post is, ``text`` what that means for whoever reads it."""

    title: str
    text: str


def headline(post: Post, deliveries: Iterable[Delivery]) -> Headline:
    """The sentence for this post and the deliveries of its newest version."""
    rows = list(deliveries)
    title, text = _WORDS[_key(post, rows)]
    due: datetime | None = min((row.due_at for row in rows), default=None)
    return Headline(_(title) % {"when": moment(due)} if "%" in title else _(title), _(text) if text else "")


def _key(post: Post, rows: list[Delivery]) -> str:
    found = next((state for state in _ORDER if any(row.state == state for row in rows)), None)
    special = {
        _D.UNCERTAIN: ("person", any(row.needs_a_person for row in rows)),
        _D.WAITING: ("cooling", any(goes_soon(row) for row in rows)),
        _D.FAILED: ("partly", any(row.is_out for row in rows)),
    }
    if found is None:
        return str(_D.STOPPED if rows and post.state in {_P.DRAFT, _P.APPROVED} else post.state)
    name, applies = special.get(found, ("", False))
    return name if applies else str(found)


def goes_soon(delivery: Delivery) -> bool:
    """Does it go out as soon as its cooling-off ends, and not later?"""
    return delivery.is_cooling and delivery.due_at <= delivery.cooling_until
