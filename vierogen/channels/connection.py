"""How an account is connected, in words: what can be done with its key, and until when."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from vierogen.channels.models import Channel
from vierogen.channels.states import State
from vierogen.core.reach import why_unreachable
from vierogen.networks.abilities import Authorises, Refreshes
from vierogen.networks.base import Deletes, Network

CAN_REMOVE = gettext_noop("Vierogen can remove posts here.")
BY_HAND = gettext_noop("Vierogen cannot remove posts here: a person has to do it in the app.")
# A mark: (state, sentence), for web/marks.html.
Mark = tuple[str, str]


def may_be_asked(network: type[Network]) -> list[tuple[str, str]]:
    """The rights that a log-in at this network asks for, and what each is for; no more than the connector uses."""
    asked = [
        (_("See the account and what stands on it"), _("so that the watch notices what nobody here prepared.")),
        (_("Publish on the account"), _("so that a post goes out once two people have seen it.")),
    ]
    if issubclass(network, Deletes):
        asked.append(
            (
                _("Manage the account's content"),
                _("so that a stray can be taken down. Without it, a person has to do that in the app."),
            )
        )
    if issubclass(network, Authorises):
        asked += [(_(right), _(purpose)) for right, purpose in network.asks_also]
    if issubclass(network, Refreshes):
        asked.append((_("Stay connected"), _("so that nobody has to log in again every time the key ends.")))
    return asked


def marks_before(network: type[Network], *, server: str) -> list[Mark]:
    """What is known of the connection before an account is connected; ``server`` is "" where nobody named one yet."""
    if not issubclass(network, Deletes):
        marks = [("look", _(BY_HAND))]
    elif issubclass(network, Authorises):
        marks = [("info", _("Vierogen can remove posts here, if you allow it to manage the account's content."))]
    else:
        marks = [("ok", _(CAN_REMOVE))]
    return [*marks, fetching_mark(server)] if network.needs_picture else marks


def marks_of(channel: Channel) -> list[Mark]:
    """Everything that is to be known about the connection of ``channel``."""
    marks = [take_down_mark(channel)]
    if channel.network.needs_picture:
        marks.append(fetching_mark(channel.server))
    if life := life_mark(channel):
        marks.append(life)
    return marks


def take_down_mark(channel: Channel) -> Mark:
    """Which of the two take-downs it will be here."""
    if channel.can_take_down:
        return "ok", _(CAN_REMOVE)
    told = _(BY_HAND)
    if issubclass(channel.network, Deletes):
        told += " " + _("Connect it again and allow “manage content” to change that.")
    return "look", told


def fetching_mark(server: str) -> Mark:
    """Can the network fetch pictures from this installation?"""
    problem = why_unreachable(settings.PUBLIC_URL, server=server, allowed=settings.ALLOW_PRIVATE)
    if problem:
        return "stop", _(problem)
    return "ok", _("This network fetches each picture from Vierogen itself, and can reach it.")


def life_mark(channel: Channel) -> Mark | None:
    """Until when the key is valid, and whether it is renewed by itself; None where it has no end, or is of no use."""
    life: Any = getattr(channel, "key_life", None)
    if life is None or channel.state != State.CONNECTED:
        return None
    renews, ended = issubclass(channel.network, Refreshes), life.ends_at <= timezone.now()
    if life.problem:
        told = {"day": day_of(life.ends_at), "why": _(life.problem)}
        return "look", _("The key is valid until %(day)s and could not be renewed by itself: %(why)s") % told
    if renews and (not life.is_long or ended):
        return "ok", _("The key is renewed by itself, again and again.")
    if renews:
        return "ok", _("The key is valid until %(day)s; it is renewed by itself.") % {"day": day_of(life.ends_at)}
    if ended:
        return "stop", _("The key ended on %(day)s. Connect the account again.") % {"day": day_of(life.ends_at)}
    told, soon = {"day": day_of(life.ends_at)}, life.warned is not None
    return "look" if soon else "ok", _("The key is valid until %(day)s. Connect the account again before then.") % told


def day_of(at: datetime) -> str:
    """The day, where the reader is."""
    return date_format(timezone.localtime(at))
