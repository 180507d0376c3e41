"""What a member holds of the vault: secrets that they saw and that still are what they saw, and open wishes to see.

And which of its tables hold something sealed, for a new key.
"""

from typing import ClassVar

from django.urls import reverse
from django.utils.translation import gettext as _

from vierogen.ledger.moves import subject_of
from vierogen.people.holding import Held, Holding
from vierogen.people.models import Member
from vierogen.vault.actions import CANARY_CONTEXT, context_of, handshake_context
from vierogen.vault.keeping import context_of as kept_context
from vierogen.vault.models import Canary, Handshake, Kept, Reveal, Secret
from vierogen.vault.revealing import lapse
from vierogen.vault.sealed import EnvelopeRows

STAYS = {
    "vault.Kept.changed_by": "it tells who put the secret in",
    "vault.Reveal.allowed_by": "it tells who agreed",
    "vault.Export.asked_by": "it tells who asked; nobody takes it who has no right any more",
    "vault.Export.allowed_by": "it tells who agreed",
    "vault.Reveal.ended_by": "it tells who stopped it or looked back",
}


class SecretsKnown(Holding):
    """Secrets that the member saw and nobody changed since: they can still be used from outside."""

    key = "secrets_known"
    covers: ClassVar[tuple[str, ...]] = ("vault.Reveal.by",)

    @property
    def title(self) -> str:
        """The kind in words."""
        return _("Secrets that they know")

    def held_by(self, member: Member) -> list[Held]:
        """One for each secret, however often it was seen."""
        rows = Reveal.objects.known_to(member).with_all()
        secrets = {row.kept_id: row.kept for row in rows}
        return [
            Held(
                subject=subject_of(kept),
                title=_("%(secret)s of %(account)s") % {"secret": kept.get_field_display(), "account": kept.channel},
                asks=_("Change it at the network, and fill in the new one here."),
                url=reverse("vault:keep", args=[kept.channel_id, kept.field]),
            )
            for kept in secrets.values()
        ]


class OpenWishes(Holding):
    """Wishes to see a secret that are still open: they end with the membership."""

    key = "open_reveals"
    covers: ClassVar[tuple[str, ...]] = ("vault.Reveal.by",)
    ends_at_once = True

    @property
    def title(self) -> str:
        """The kind in words."""
        return _("Open requests to see a secret")

    def held_by(self, member: Member) -> list[Held]:
        """Those that could still be used."""
        return [
            Held(
                subject=subject_of(row),
                title=_("%(secret)s of %(account)s")
                % {"secret": row.kept.get_field_display(), "account": row.kept.channel},
                asks=_("It ends by itself with the membership."),
                url=reverse("vault:asked", args=[row.pk]),
            )
            for row in Reveal.objects.pending().filter(by=member).with_all()
        ]

    def let_go(self, member: Member) -> int:
        """End them all."""
        return lapse(Reveal.objects.pending().filter(by=member).with_all())


class LogInsUnderWay(Holding):
    """Log-ins at networks that the member began and that are not finished."""

    key = "handshakes"
    covers: ClassVar[tuple[str, ...]] = ("vault.Handshake.member",)
    ends_at_once = True

    @property
    def title(self) -> str:
        """The kind in words."""
        return _("Log-ins at networks that are under way")

    def held_by(self, member: Member) -> list[Held]:
        """Those that were begun and not finished."""
        return [
            Held(
                subject=subject_of(row),
                title=_("A log-in at %(network)s") % {"network": row.network_key},
                asks=_("It ends by itself with the membership."),
                url=reverse("vault:connect"),
            )
            for row in Handshake.objects.filter(member=member)
        ]

    def let_go(self, member: Member) -> int:
        """Forget them, with what is sealed in them."""
        return Handshake.objects.filter(member=member).delete()[0]


class SecretRows(EnvelopeRows):
    """Credentials of connectors."""

    key = "vault.secret"
    model = Secret
    related = ("channel",)

    def context(self, row: Secret) -> bytes:
        """As ``actions`` seals them."""
        return context_of(row.channel, row.field, row.version)


class KeptRows(EnvelopeRows):
    """Secrets for people."""

    key = "vault.kept"
    model = Kept
    related = ("channel",)

    def context(self, row: Kept) -> bytes:
        """As ``keeping`` seals them."""
        return kept_context(row)


class HandshakeRows(EnvelopeRows):
    """Log-ins that are under way."""

    key = "vault.handshake"
    model = Handshake

    def context(self, row: Handshake) -> bytes:
        """As ``actions`` seals them."""
        return handshake_context(row)


class CanaryRows(EnvelopeRows):
    """The word that tells the right key."""

    key = "vault.canary"
    model = Canary

    def context(self, row: Canary) -> bytes:
        """The same for all."""
        return CANARY_CONTEXT
