"""Keys that end by themselves: renewed in time, and their custodians warned where that does not work."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop

from vierogen.channels.actions import disconnect, keepers
from vierogen.channels.models import Channel
from vierogen.core.sealing import SealError
from vierogen.ledger.actions import record
from vierogen.ledger.moves import WrongStateError, subject_of
from vierogen.networks.abilities import Authorises, Refreshes
from vierogen.networks.base import Disconnected, NetworkError
from vierogen.notices.actions import tell
from vierogen.people.actions import addressees
from vierogen.vault.actions import VAULT, client_of, opened
from vierogen.vault.models import UNDER_WAY, KeyLife

log = logging.getLogger(__name__)

SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
# Days before the end on which custodians are told, where the key could not be renewed.
WARNINGS = (14, 7, 3, 1)
NOTHING_NEW = gettext_noop("The network gave no new key.")
NO_APP = gettext_noop(
    "This installation is not known at the network any more. Whoever runs it has to look at its settings."
)


def claim() -> KeyLife | None:
    """The next key that is due, for this worker alone; None where there is none, or others were faster."""
    now = timezone.now()
    for life in KeyLife.objects.due(now)[:10]:
        if KeyLife.objects.filter(pk=life.pk, next_try_at=life.next_try_at).update(next_try_at=now + UNDER_WAY):
            life.next_try_at = now + UNDER_WAY
            return life
    return None


def renew(life: KeyLife) -> None:
    """Renew a key that ``claim`` gave. Where that fails the old one stays, and it is tried again later."""
    if issubclass(life.channel.network, Authorises) and client_of(life.channel.network_key) is None:
        # Somebody's slip in the settings takes no key away: the network was not even asked.
        _try_later(life, NO_APP)
        return
    try:
        with opened(life.channel) as network:
            if isinstance(network, Refreshes):
                network.renew()
    except Disconnected as error:
        log.warning("channel %s: the network renews our key no more: %s", life.channel_id, error.detail)
        lose_connection(life.channel, why=error.reason)
    except NetworkError as error:
        log.info("channel %s: its key was not renewed: %s %s", life.channel_id, error.reason, error.detail)
        _try_later(life, error.reason, wait=timedelta(seconds=getattr(error, "seconds", 0.0)))
    except SealError as error:
        _try_later(life, str(error))
    except Exception:
        # A mistake of ours, or an answer that nobody thought of. Silence would let the key end without a warning.
        _try_later(life, NOTHING_NEW)
        raise
    else:
        # Where a new key was sealed its next renewal was planned with it, and the claim does not stand any more.
        _try_later(life, NOTHING_NEW)


def _try_later(life: KeyLife, problem: str, *, wait: timedelta = timedelta(0)) -> None:
    now = timezone.now()
    mine = KeyLife.objects.filter(pk=life.pk, next_try_at=life.next_try_at)
    mine.update(next_try_at=now + max(wait, _pause(life, now)), problem=problem)


def _pause(life: KeyLife, now: datetime) -> timedelta:
    """Half as long as it has been due: pauses that grow by half each time, from a minute to six hours."""
    network = life.channel.network
    due_at = life.due_at(network.renew_before) if issubclass(network, Refreshes) else now
    return min(max((now - due_at) / 2, SHORTEST_PAUSE), LONGEST_PAUSE)


@transaction.atomic
def _lost(channel: Channel, *, why: str) -> None:
    disconnect(channel, by=VAULT, why=why)
    KeyLife.objects.filter(channel=channel).update(next_try_at=None, problem=why)
    values = {"channel": channel.handle, "reason": why}
    link = reverse("vault:reconnect", args=[channel.pk])
    tell(
        channel.organisation_id,
        addressees(keepers(channel)),
        template="channels/mail/disconnected",
        values=values,
        link=link,
    )


def lose_connection(channel: Channel, *, why: str) -> None:
    """Mark the channel as disconnected and tell its custodians, once."""
    try:
        _lost(channel, why=why)
    except WrongStateError:  # it was marked before
        return


def warn() -> int:
    """Tell custodians of keys that end soon and are not renewed; each of 14, 7, 3 and 1 days before, once."""
    now = timezone.now()
    rows = KeyLife.objects.in_use().filter(ends_at__range=(now, now + timedelta(days=WARNINGS[0])))
    return sum(_warned(life, now) for life in rows if life.is_long and is_stuck(life))


def is_stuck(life: KeyLife) -> bool:
    """Does this key end unless a person does something?"""
    return bool(life.problem) or not issubclass(life.channel.network, Refreshes)


@transaction.atomic
def _warned(life: KeyLife, now: datetime) -> bool:
    days = min(days for days in WARNINGS if life.ends_at - now <= timedelta(days=days))
    mine = KeyLife.objects.filter(Q(warned=None) | Q(warned__gt=days), pk=life.pk, ends_at=life.ends_at)
    if not mine.update(warned=days):
        return False
    channel = life.channel
    values = {
        "organisation": channel.organisation.name,
        "account": channel.handle,
        "network": channel.network_name,
        "ends_at": life.ends_at,
        "days": days,
        "problem": life.problem,
    }
    with timezone.override(channel.organisation.zone):
        tell(
            channel.organisation_id,
            addressees(keepers(channel)),
            template="vault/mail/key_ends",
            values=values,
            link=reverse("vault:reconnect", args=[channel.pk]),
        )
    record(channel.organisation_id, "warn", subject_of(channel), by=VAULT, facts={"days": days})
    return True
