"""What a member holds of channels: those for which they answer."""

from django.urls import reverse
from django.utils.translation import gettext as _

from vierogen.channels.actions import entrust
from vierogen.channels.custody import may_keep
from vierogen.channels.models import AppOnPhone, Custodian, Takeover
from vierogen.ledger.moves import subject_of
from vierogen.people.holding import Held, Holding, number_of
from vierogen.people.models import Member

STAYS = {
    "channels.Takeover.ended_by": "it tells who finished or stopped it",
    "channels.TakeoverStep.done_by": "it tells who did the step",
    "channels.Declared.by": "it tells who declared it; it lapses by itself after a year",
    "channels.Handover.by": "it tells who wrote this version",
}


class Custody(Holding):
    """Channels for which this member answers."""

    key = "channels.custody"
    covers = ("channels.Custodian.member",)
    can_hand_over = True

    @property
    def title(self) -> str:
        """The kind in words, plural."""
        return _("Channels for which they answer")

    def held_by(self, member: Member) -> list[Held]:
        """Each channel."""
        asks = _("Somebody else answers for it.")
        rows = Custodian.objects.filter(member=member).select_related("channel").order_by("channel__handle")
        return [
            Held(subject_of(row.channel), str(row.channel), asks, reverse("channels:channel", args=[row.channel_id]))
            for row in rows
        ]

    def hand_over(self, member: Member, subject: str, *, to: Member, by: Member) -> None:
        """Let ``to`` answer for it instead. Whoever else leaves or may not any more drops out, and all hear of it."""
        row = Custodian.objects.select_related("channel").get(member=member, channel_id=number_of(subject))
        rows = row.channel.custodians.exclude(member=member).select_related("member__user", "member__organisation")
        others = [each.member for each in rows]
        staying = [each for each in others if may_keep(each)]
        entrust(row.channel, to=[*staying, to], by=by, knowing=len(staying) < len(others))


class AppsOnPhones(Holding):
    """Apps of the networks, logged in to an official account, on a phone of this member."""

    key = "channels.phones"
    covers = ("channels.AppOnPhone.member",)

    @property
    def title(self) -> str:
        """The kind in words, plural."""
        return _("Accounts that are on their phone")

    def held_by(self, member: Member) -> list[Held]:
        """Each account for which they declared it."""
        asks = _("Log out on the phone and remove the account there, or change the password. Then say so here.")
        rows = AppOnPhone.objects.filter(member=member, is_on=True).select_related("channel").order_by("pk")
        return [
            Held(subject_of(row.channel), str(row.channel), asks, reverse("channels:hygiene", args=[row.channel_id]))
            for row in rows
        ]


class TakeoversUnderWay(Holding):
    """Takeovers that the member began and nobody finished."""

    key = "channels.takeovers"
    covers = ("channels.Takeover.begun_by",)

    @property
    def title(self) -> str:
        """The kind in words, plural."""
        return _("Takeovers that they began")

    def held_by(self, member: Member) -> list[Held]:
        """Each that is under way."""
        asks = _("Somebody else finishes it, or stops it.")
        rows = Takeover.objects.running().filter(begun_by=member).select_related("channel").order_by("pk")
        return [
            Held(subject_of(row), str(row.channel), asks, reverse("vault:taking_over", args=[row.pk])) for row in rows
        ]
