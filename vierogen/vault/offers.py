"""What a member holds in the vault."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vierogen.ledger.moves import subject_of
from vierogen.people.holding import Held, Holding
from vierogen.people.models import Member
from vierogen.vault import log_in


class Handshakes(Holding):
    """Log-ins at a network that are under way: what they brought is thrown away."""

    key = "vault.handshakes"
    covers = ("vault.Handshake.member",)
    ends_at_once = True

    @property
    def title(self) -> str:
        """The kind in words, plural."""
        return _("Accounts that are being connected")

    def held_by(self, member: Member) -> list[Held]:
        """One line with how many there are."""
        count = log_in.under_way(member)
        told = ngettext("%(count)d log-in at a network", "%(count)d log-ins at a network", count) % {"count": count}
        asks = _("Ends by itself as soon as the membership does.")
        return [Held(subject_of(member), told, asks, reverse("vault:connect"))] if count else []

    def let_go(self, member: Member) -> int:
        """Throw them away."""
        return log_in.throw_away(member)
