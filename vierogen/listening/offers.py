"""What a member holds of listening: alerts, hits handed to them, secret addresses."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vierogen.ledger.moves import subject_of
from vierogen.listening.actions import giving
from vierogen.listening.actions.beginning import alert_of, end_for_somebody
from vierogen.listening.models import HandOver
from vierogen.people.holding import Held, Holding, number_of
from vierogen.people.models import Member

STAYS = {
    "listening.Alert.permitted_by": "who permitted it",
    "listening.Hit.marked_by": "who judged it",
    "listening.HandOver.made_by": "who asked for it",
    "listening.Reader.member": "at what hours they read; their secret addresses are void",
    "listening.Bulletin.member": "which bulletins they got",
    "listening.Line.member": "of which hits they were told",
}


class Alerts(Holding):
    """Alerts that this member made."""

    key = "listening.alerts"
    covers = ("listening.Alert.made_by", "listening.Alert.asked_by")
    can_hand_over = True

    @property
    def title(self) -> str:
        """The kind in words, plural."""
        return _("Alerts that they look after")

    def held_by(self, member: Member) -> list[Held]:
        """Each alert that nobody ended."""
        asks = _("Somebody else looks after it, or ends it.")
        return [
            Held(subject_of(row), row.name, asks, reverse("listening:alert", args=[row.pk]))
            for row in giving.alerts_of(member)
        ]

    def hand_over(self, member: Member, subject: str, *, to: Member, by: Member) -> None:
        """Let ``to`` look after it."""
        giving.give_alert(giving.alerts_of(member).get(pk=number_of(subject)), to=to, by=by)


class Handed(Holding):
    """Hits that somebody handed to this member, and that nobody took up."""

    key = "listening.handed"
    covers = ("listening.HandOver.owner",)
    can_hand_over = True

    @property
    def title(self) -> str:
        """The kind in words, plural."""
        return _("Hits that were handed to them")

    def held_by(self, member: Member) -> list[Held]:
        """Each that waits."""
        asks = _("Somebody else does what was asked.")
        rows = HandOver.objects.filter(organisation_id=member.organisation_id, owner=member, taken_up_at=None)
        return [Held(subject_of(row), row.reason, asks, reverse("listening:handed")) for row in rows]

    def hand_over(self, member: Member, subject: str, *, to: Member, by: Member) -> None:
        """Ask ``to`` instead."""
        rows = HandOver.objects.filter(organisation_id=member.organisation_id, owner=member, taken_up_at=None)
        giving.give_handed(rows.get(pk=number_of(subject)), to=to, by=by)


class Webhooks(Holding):
    """Secret addresses to which programs bring messages, known to this member."""

    key = "listening.webhooks"
    covers = ("listening.Subscription.made_by",)

    @property
    def title(self) -> str:
        """The kind in words, plural."""
        return _("Secret addresses for programs that they know")

    def held_by(self, member: Member) -> list[Held]:
        """Each webhook whose address is still the one that they know."""
        asks = _("Give it a new address, and put that into the program that brings messages.")
        return [
            Held(subject_of(row), str(row.source), asks, reverse("listening:source", args=[row.pk]))
            for row in giving.webhooks_known_to(member)
        ]


class Readings(Holding):
    """Bulletins, the feed and the links in mails: all end at once."""

    key = "listening.readings"
    covers = ("listening.Reading.member",)
    ends_at_once = True

    @property
    def title(self) -> str:
        """The kind in words, plural."""
        return _("Bulletins and feeds")

    def held_by(self, member: Member) -> list[Held]:
        """One line with how many alerts they follow."""
        count = member.readings.count() + (alert_of(member) is not None)
        told = ngettext("follows %(count)d alert", "follows %(count)d alerts", count) % {"count": count}
        asks = _("Ends by itself as soon as the membership does.")
        return [Held(subject_of(member), told, asks, reverse("listening:bulletins"))] if count else []

    def let_go(self, member: Member) -> int:
        """No more mails; feed and links are void; nobody listens for their name any more."""
        return giving.stop_reading(member) + end_for_somebody(member)
