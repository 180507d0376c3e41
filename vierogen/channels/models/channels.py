"""Tables of the official accounts, and who answers for them."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vierogen.channels.states import MOVES, State
from vierogen.core.plugins import found_in
from vierogen.networks.base import Deletes, Network, Profile
from vierogen.people.models import Member, Organisation, RoleHeld
from vierogen.people.roles import Right, roles_with

# How the server of an exercise begins: no network outside can be reached by such an address.
HERE = "http://127.0.0.1:"


def networks() -> Mapping[str, type[Network]]:
    """Every network that this installation speaks, by key."""
    return found_in("vierogen.networks", Network)  # type: ignore[type-abstract]


def realm_of(network: type[Network], server: str) -> str:
    """Within what an account's id names it: its server, or nothing where ids are the same everywhere."""
    return "" if network.id_is_global else server


class Colour(models.TextChoices):
    """A channel's own colour: one of a fixed set in which white letters are readable."""

    BLUE = "blue", _("Blue")
    PURPLE = "purple", _("Purple")
    PINK = "pink", _("Pink")
    RED = "red", _("Red")
    ORANGE = "orange", _("Orange")
    BROWN = "brown", _("Brown")
    OLIVE = "olive", _("Olive")
    GREEN = "green", _("Green")
    TEAL = "teal", _("Teal")
    CYAN = "cyan", _("Cyan")
    INDIGO = "indigo", _("Indigo")
    GREY = "grey", _("Grey")


class ChannelQuerySet(models.QuerySet["Channel"]):
    """Channels."""

    def visible_to(self, member: Member) -> "ChannelQuerySet":
        """Channels of the member's organisation."""
        return self.filter(organisation_id=member.organisation_id)

    def watched(self) -> "ChannelQuerySet":
        """Channels that are looked after."""
        return self.exclude(state=State.CLOSED)

    def official(self) -> "ChannelQuerySet":
        """Channels without those that exist for an exercise only."""
        return self.filter(is_exercise=False)


class Channel(models.Model):
    """One official account on one network.

    ``automatic_take_down_after`` (seconds) removes strays by itself; empty, the default, leaves it to a person.
    """

    MOVES = MOVES

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="channels")
    network_key = models.CharField(_("network"), max_length=30)
    server = models.CharField(_("server"), max_length=200)
    # See ``realm_of``.
    realm = models.CharField(max_length=200, blank=True)
    account_id = models.CharField(max_length=200)
    handle = models.CharField(_("account"), max_length=200)
    name = models.CharField(_("name"), max_length=200, blank=True)
    colour = models.CharField(_("colour"), max_length=10, choices=Colour.choices, default=Colour.BLUE)
    state = models.CharField(max_length=15, choices=State.choices, default=State.CONNECTED)
    automatic_take_down_after = models.PositiveIntegerField(
        _("take strays down by itself after so many seconds"), null=True, blank=True
    )
    connected_at = models.DateTimeField(default=timezone.now)
    # Whether the key in use lets us remove posts; asked of the network when the account is connected.
    may_delete = models.BooleanField(default=True)
    # An account on this very machine that exists for the length of an exercise only, and never becomes another one.
    is_exercise = models.BooleanField(default=False, editable=False)

    objects = ChannelQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["network_key", "realm", "account_id"], name="an_account_has_one_owner"),
            models.CheckConstraint(
                # Nothing before an @ is a host.
                condition=Q(is_exercise=False)
                | (Q(server__startswith=HERE, network_key="mastodon") & ~Q(server__contains="@")),
                name="an_exercise_stays_on_this_machine",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.handle} ({self.network_name})"

    @property
    def network(self) -> type[Network]:
        """The connector's class."""
        return networks()[self.network_key]

    @property
    def network_name(self) -> str:
        """The network's name, for people."""
        return gettext("exercise network") if self.is_exercise else self.network.name

    @property
    def initials(self) -> str:
        """Two letters for the round badge."""
        words = (self.name or self.handle.lstrip("@")).replace("_", " ").replace(".", " ").split()
        return "".join(word[0] for word in words[:2]).upper() or "?"

    @property
    def can_take_down(self) -> bool:
        """Do the network and the key in use let us remove posts?"""
        return self.may_delete and issubclass(self.network, Deletes)

    @property
    def in_practice(self) -> bool:
        """Is all that happens to it an exercise? Every mail about it says so."""
        return settings.PRACTICE or self.is_exercise

    def is_account(self, profile: Profile, *, server: str) -> bool:
        """Is this the account behind ``profile`` on ``server``? A handle can change hands, so it does not count."""
        return (self.realm, self.account_id) == (realm_of(self.network, server), profile.account_id)

    @property
    def is_connected(self) -> bool:
        """Does the network accept our key?"""
        return bool(self.state == State.CONNECTED)


class Room(models.Model):
    """How much may still be published on a channel, as the network last said: ``used`` of ``total`` in ``seconds``."""

    channel = models.OneToOneField(Channel, on_delete=models.CASCADE, related_name="room")
    used = models.PositiveIntegerField()
    total = models.PositiveIntegerField()
    seconds = models.PositiveIntegerField()
    read_at = models.DateTimeField(default=timezone.now)

    @property
    def left(self) -> int:
        """How many more posts it takes now."""
        return max(0, self.total - self.used)

    @property
    def full_until(self) -> datetime | None:
        """When it certainly takes one again, None where it takes one now."""
        return None if self.left else self.read_at + timedelta(seconds=self.seconds)


class CustodianQuerySet(models.QuerySet["Custodian"]):
    """Who answers for which channel."""

    def able(self) -> "CustodianQuerySet":
        """Those whose roles let them connect accounts; who lost that cannot take one over, and stops nothing."""
        able = RoleHeld.objects.filter(role__in=roles_with(Right.CONNECT)).values("member")
        return self.filter(member__in=able)

    def with_members(self) -> "CustodianQuerySet":
        """In order of choice, with what ``Custody`` asks of members."""
        return self.select_related("member__user", "member__organisation").order_by("pk")


class Custodian(models.Model):
    """A member who answers for a channel and can take it over."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="custodians")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="custodian_of")

    objects = CustodianQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "member"], name="custodian_once")]
