"""What a member holds of the vault: secrets and keys that they know and nobody changed since, and open wishes to see.

And which of its tables hold something sealed, for a new key.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from django.db.models import Exists, Min, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from vierogen.channels.handover import HandoverSection
from vierogen.channels.models import Channel
from vierogen.ledger.models import Entry
from vierogen.ledger.moves import subject_of
from vierogen.networks.abilities import Authorises, Refreshes
from vierogen.people.holding import Held, Holding
from vierogen.people.models import Member
from vierogen.vault.actions import CANARY_CONTEXT, context_of, handshake_context
from vierogen.vault.keeping import context_of as kept_context
from vierogen.vault.models import Canary, Export, Field, Handshake, Kept, OldKey, Reveal, Secret
from vierogen.vault.old_keys import context_of as old_key_context
from vierogen.vault.revealing import lapse
from vierogen.vault.sealed import EnvelopeRows
from vierogen.vault.states import ExportState

STAYS = {
    "vault.Reveal.allowed_by": "it tells who agreed",
    "vault.Reveal.ended_by": "it tells who stopped it or looked back",
}


# Where an account is got back by: to know them is no harm, but they may be the leaver's own.
RECOVERY = (Field.RECOVERY_EMAIL, Field.RECOVERY_PHONE)


class SecretsKnown(Holding):
    """Secrets that the member saw or filled in and nobody changed since: they can still be used from outside.

    Notes too: nobody knows what is in them. Who looked through them fills them in again. And those that were destroyed
    here: at the network they go on to work until somebody else says that they do not.
    """

    key = "secrets_known"
    covers: ClassVar[tuple[str, ...]] = (
        "vault.Reveal.by",
        "vault.Kept.changed_by",
        "vault.Kept.filled_by",
        "vault.Kept.ended_by",
    )

    @property
    def title(self) -> str:
        """The kind in words."""
        return _("Secrets that they know")

    def held_by(self, member: Member) -> list[Held]:
        """One for each secret, however often it was seen."""
        rows = Kept.objects.known_to(member).select_related("channel").order_by("pk")
        now = set(Kept.objects.known_now_to(member).values_list("pk", flat=True))
        return [self._known(kept) if kept.pk in now else _destroyed(kept) for kept in rows]

    def _known(self, kept: Kept) -> Held:
        return Held(
            subject=subject_of(kept),
            title=_("%(secret)s of %(account)s") % {"secret": kept.get_field_display(), "account": kept.channel},
            asks=_("See that it is not theirs, and fill in here what holds from now on.")
            if kept.field in RECOVERY
            else _("Change it at the network, and fill in the new one here."),
            url=reverse("vault:keep", args=[kept.channel_id, kept.field]),
        )


def _destroyed(kept: Kept) -> Held:
    told = {"secret": kept.get_field_display(), "account": kept.channel}
    return Held(
        subject=subject_of(kept),
        title=_("%(secret)s of %(account)s, destroyed here") % told,
        asks=_("It is gone here, and may still work at the network. End it there, and say so on the account's page."),
        url=reverse("vault:secrets", args=[kept.channel_id]),
    )


class KeysHandedIn(Holding):
    """Connectors' keys that the member handed in, or that hang on how they logged in at the network.

    In use, or of an account that is closed here: at the network a key goes on to work.
    """

    key = "keys_handed_in"
    covers: ClassVar[tuple[str, ...]] = ("vault.Secret.changed_by",)

    @property
    def title(self) -> str:
        """The kind in words."""
        return _("Keys that they handed in")

    def held_by(self, member: Member) -> list[Held]:
        """One for each account, of however many parts its key is."""
        theirs = Secret.objects.filter(changed_by=member).values("channel")
        return [
            Held(
                subject=subject_of(channel),
                title=_("The key of %(account)s") % {"account": channel},
                asks=self._asks(channel),
                url=reverse("vault:takeover", args=[channel.pk]),
            )
            for channel in Channel.objects.filter(pk__in=theirs).order_by("handle", "pk")
        ]

    def _asks(self, channel: Channel) -> str:
        if issubclass(channel.network, Authorises):
            return _(
                "Take the account over, or let somebody who stays log in at the network and connect it again. Take "
                "away what the leaver may do there."
            )
        return _("Take the account over, or end this key at the network and connect the account with a new one.")


class ExportsTaken(Holding):
    """What is in a sealed export that the member asked for or agreed to, and nobody changed since.

    Who can open the file the member may have chosen, and nobody can look where it is.
    """

    key = "exports_taken"
    covers: ClassVar[tuple[str, ...]] = ("vault.Export.asked_by", "vault.Export.allowed_by")

    @property
    def title(self) -> str:
        """The kind in words."""
        return _("What is in a sealed export that they asked for or agreed to")

    def held_by(self, member: Member) -> list[Held]:
        """One for each secret and each key; what did not change since the newest export is in the older ones too."""
        rows = Export.objects.filter(Q(asked_by=member) | Q(allowed_by=member), state=ExportState.MADE)
        newest = rows.order_by("-made_at").first()
        if newest is None or newest.made_at is None:
            return []
        channels = Channel.objects.official().filter(organisation_id=newest.organisation_id).order_by("handle", "pk")
        kept = Kept.objects.filled().filter(channel__in=channels, changed_at__lte=newest.made_at)
        # Of what was destroyed before the newest one was made an older one may hold it.
        held_it = rows.filter(made_at__gte=OuterRef("filled_at"), made_at__lt=OuterRef("changed_at"))
        is_open = Q(ended_by=None) | Q(ended_by=member)
        gone = Kept.objects.filter(is_open, Exists(held_it), channel__in=channels, gone_version__isnull=False)
        gone = gone.exclude(pk__in=kept.values("pk"))
        return [
            *(self._secret(row) for row in kept.select_related("channel").order_by("pk")),
            *(_destroyed(row) for row in gone.select_related("channel").order_by("pk")),
            *(self._key(channel) for channel in _as_exported(channels, newest.made_at)),
        ]

    def _secret(self, kept: Kept) -> Held:
        told = {"secret": kept.get_field_display(), "account": kept.channel}
        return Held(
            subject=subject_of(kept),
            title=_("%(secret)s of %(account)s") % told,
            asks=_("Change it at the network, and fill in the new one here."),
            url=reverse("vault:keep", args=[kept.channel_id, kept.field]),
        )

    def _key(self, channel: Channel) -> Held:
        asks = _("Take the account over, or end this key at the network and connect the account with a new one.")
        title = _("The key of %(account)s") % {"account": channel}
        return Held(subject_of(channel), title, asks, reverse("vault:takeover", args=[channel.pk]))


def _as_exported(channels: Iterable[Channel], at: datetime) -> list[Channel]:
    """Those whose key is still the one of then. What a machine renewed since hangs on the same log-in."""
    oldest = dict(
        Secret.objects.filter(channel__in=channels).values_list("channel").annotate(Min("changed_at")).order_by()
    )
    handed_in = Entry.objects.filter(verb="seal", subject__in=[subject_of(one) for one in channels], at__gt=at)
    anew = set(handed_in.values_list("subject", flat=True))
    return [
        one
        for one in channels
        if one.pk in oldest
        and (oldest[one.pk] <= at or (issubclass(one.network, Refreshes) and subject_of(one) not in anew))
    ]


class OpenWishes(Holding):
    """Wishes to see a secret that are still open, also others' to which they agreed: they end with the membership."""

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
            for row in self._open(member)
        ]

    def let_go(self, member: Member) -> int:
        """End them all."""
        return lapse(self._open(member))

    def _open(self, member: Member) -> Iterable[Reveal]:
        return Reveal.objects.pending().filter(Q(by=member) | Q(allowed_by=member)).with_all()


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


class WhereThePasswordsAre(HandoverSection):
    """Which secrets are in the vault; never what they say."""

    key = "vault"

    @property
    def title(self) -> str:
        """What it is about."""
        return _("Where the passwords are")

    def lines(self, channel: Channel) -> list[str]:
        """Each kind that is kept, since when."""
        rows = Kept.objects.filled().filter(channel=channel).order_by("field")
        told = [
            _("%(secret)s: in the vault, since %(day)s")
            % {"secret": row.get_field_display(), "day": date_format(timezone.localtime(row.changed_at))}
            for row in rows
        ]
        return told or [_("Nothing is in the vault. Ask a custodian where the password is.")]


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


class OldKeyRows(EnvelopeRows):
    """Keys from before a takeover."""

    key = "vault.old_keys"
    model = OldKey
    related = ("takeover__channel",)

    def context(self, row: OldKey) -> bytes:
        """As the takeover put them aside."""
        return old_key_context(row.takeover)
