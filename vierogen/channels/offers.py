"""What a member holds of channels: those for which they answer."""

from django.urls import reverse
from django.utils.translation import gettext as _

from vierogen.channels.actions import entrust
from vierogen.channels.models import Custodian
from vierogen.ledger.moves import subject_of
from vierogen.people.holding import Held, Holding, number_of
from vierogen.people.models import Member


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
        """Let ``to`` answer for it instead."""
        row = Custodian.objects.select_related("channel").get(member=member, channel_id=number_of(subject))
        others = [each.member for each in row.channel.custodians.exclude(member=member).select_related("member")]
        entrust(row.channel, to=[*others, to], by=by)
