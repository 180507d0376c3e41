"""What a network asks for a post, and how many it still takes: told before anybody reviews it."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vierogen.channels.models import Channel, Room
from vierogen.networks.abilities import Charges, Price
from vierogen.networks.base import Outgoing
from vierogen.posts.actions.asking import room_of
from vierogen.posts.checks.addresses import LINK

_SIGNS = {"USD": "$", "EUR": "€"}


def terms(channel: Channel, post: Outgoing) -> Iterator[str]:
    """A sentence for the price and one for the room that is left, where the network has them. Asks no network."""
    network = channel.network
    if issubclass(network, Charges):
        yield _costs(network, post, name=network.name)
    room = room_of(channel)
    if room:
        yield _left(room, name=network.name)


def _costs(network: type[Charges], post: Outgoing, *, name: str) -> str:
    price = network.price(post)
    values = {"price": _money(price), "network": name}
    if network.price(replace(post, text=LINK.sub("", post.text))).amount < price.amount:
        return _("Costs about %(price)s on %(network)s, because there is a link in it.") % values
    return _("Costs about %(price)s on %(network)s.") % values


def _money(price: Price) -> str:
    """With two decimals, or as many as it has: "$0.20", "$0.015"."""
    exponent = price.amount.normalize().as_tuple().exponent
    decimals = max(2, -exponent) if isinstance(exponent, int) else 2
    sign = _SIGNS.get(price.currency, f"{price.currency} ")
    return sign + number_format(Decimal(price.amount), decimal_pos=decimals, use_l10n=True)


def _left(room: Room, *, name: str) -> str:
    hours = max(1, round(room.seconds / 3600))
    period = ngettext("in the next hour", "in the next %(hours)d hours", hours) % {"hours": hours}
    minutes = max(0, int((timezone.now() - room.read_at).total_seconds() // 60))
    asked = _("asked just now")
    if minutes:
        asked = ngettext("asked %(count)d minute ago", "asked %(count)d minutes ago", minutes) % {"count": minutes}
    values = {"network": name, "left": room.left, "period": period, "asked": asked}
    words = ngettext(
        "%(network)s takes %(left)d more post from this account %(period)s, %(asked)s.",
        "%(network)s takes %(left)d more posts from this account %(period)s, %(asked)s.",
        room.left,
    )
    return words % values
