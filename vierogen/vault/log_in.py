"""Connecting an account by logging in at its network: OAuth 2.0 with a code and PKCE (RFC 6749, RFC 7636, RFC 9700).

A log-in belongs to one member and to the browser session in which it was begun (``among``: the numbers of the
log-ins that the session holds). Neither the code nor the state is ever written down: of the state only its hash.
"""

import hashlib
import secrets
import time
from base64 import b64encode
from collections.abc import Collection
from dataclasses import asdict, dataclass
from hmac import compare_digest
from typing import Any

import httpx
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from vierogen.channels.models import Channel, networks
from vierogen.core.http import guarded_client
from vierogen.core.sealing import SealError
from vierogen.networks.abilities import Authorises, Choice, Request
from vierogen.networks.base import Client, NetworkError, Profile
from vierogen.people.actions import insist
from vierogen.people.models import Member
from vierogen.people.roles import Right
from vierogen.vault import actions
from vierogen.vault.models import Handshake

# So many log-ins of one member in ten minutes; more is no person.
MOST = 10
# No network's code or state is longer; what is, was made by somebody else.
LONGEST = 4_000
# Pictures of accounts to choose from: so many, each of so many bytes, in so many seconds together.
PICTURES, PICTURE_BYTES, PICTURE_SECONDS = 30, 300_000, 10.0
# How files of these kinds begin; anything else is not shown.
_BEGINS = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF8": "image/gif",
    b"RIFF": "image/webp",
}

_NOT_BEGUN = gettext_noop(
    "This log-in was not begun in this browser, or it is long over. Nothing was connected. Begin again."
)
_USED = gettext_noop("This log-in was used before. Nothing more was connected. Begin again.")
_LATE = gettext_noop("This log-in took longer than ten minutes, so it is over. Nothing was connected. Begin again.")
# What the network says instead of a code (RFC 6749, 4.1.2.1). Its own words are not shown: anybody can write them.
REFUSALS = {
    "access_denied": gettext_noop(
        "At the network, the rights that were asked for were not given. Nothing was connected. Begin again if you wish."
    ),
    "server_error": gettext_noop("The network has trouble at the moment. Nothing was connected. Try again later."),
    "temporarily_unavailable": gettext_noop(
        "The network is too busy at the moment. Nothing was connected. Try again later."
    ),
}
_NOT_ACCEPTED = gettext_noop(
    "The network does not accept how this installation asks. Nothing was connected. Whoever runs it has to compare "
    "its settings with the app that was made at the network."
)


@dataclass(frozen=True)
class Begun:
    """A log-in that was begun, and the ``address`` at the network to which the person goes now."""

    handshake: Handshake
    address: str


@dataclass(frozen=True)
class Candidate:
    """An account to choose from; ``picture`` is a ``data:`` address or "". ``fits``: it may be chosen here."""

    profile: Profile
    picture: str
    fits: bool


def logs_in(network_key: str) -> type[Authorises] | None:
    """The network, where its accounts are connected by logging in there."""
    network = networks().get(network_key)
    return network if network is not None and issubclass(network, Authorises) else None


def server_of(network_key: str) -> str:
    """The live network, or the simulator that stands in its place. Raises ``ValidationError`` where that is none."""
    network = networks()[network_key]
    home = network.home if issubclass(network, Authorises) else ""
    try:
        return network.server_of(settings.NETWORK_SERVERS.get(network_key) or home)
    except NetworkError as error:
        raise ValidationError(_(error.reason)) from error


def refusal(error: str) -> str:
    """What the network's ``error`` means, in plain words."""
    return _(REFUSALS.get(error, _NOT_ACCEPTED))


@transaction.atomic
def begin(member: Member, network_key: str, *, channel: Channel | None = None) -> Begun:
    """Begin a log-in, for a new account or to connect ``channel`` again.

    Raises ``ValidationError`` where the operator made no app at the network, or after too many of them.
    """
    insist(member, Right.CONNECT, organisation_id=member.organisation_id)
    now = timezone.now()
    if Handshake.objects.current(now).filter(member=member).count() >= MOST:
        raise ValidationError(_("Those were many log-ins in a short time. Wait ten minutes, please."))
    # 256 bits of state, and a verifier of 64 characters (RFC 7636, 4.1: 43 to 128).
    sent, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    handshake = Handshake(
        member=member,
        network_key=network_key,
        server=server_of(network_key),
        channel=channel,
        state_hash=_hash(sent),
        made_at=now,
    )
    address = _network(handshake).log_in_at(handshake.server, _request(handshake, sent=sent, verifier=verifier))
    actions.seal_handshake(handshake, verifier)
    handshake.save()
    return Begun(handshake, address)


def _network(handshake: Handshake) -> type[Authorises]:
    network = logs_in(handshake.network_key)
    if network is None:
        raise ValidationError(_(_NOT_BEGUN))
    return network


def _request(handshake: Handshake, *, sent: str, verifier: str) -> Request:
    back = settings.PUBLIC_URL + reverse("vault:back", args=[handshake.network_key])
    return Request(_client(handshake.network_key), back, sent, verifier)


def _client(network_key: str) -> Client:
    client = actions.client_of(network_key)
    if client is None:
        raise ValidationError(_("This installation is not known at the network yet. Whoever runs it has to do that."))
    return client


def _hash(sent: str) -> str:
    return hashlib.sha256(sent.encode(errors="replace")).hexdigest()


def waiting(member: Member, network_key: str, *, sent: str, among: Collection[int]) -> Handshake:
    """The log-in that was begun with the state ``sent``, by this member in this session, and has had no answer yet.

    Raises ``ValidationError`` with a plain sentence.
    """
    told = _hash(sent[:LONGEST])
    rows = Handshake.objects.filter(member=member, network_key=network_key, pk__in=among).select_related("channel")
    found = next((row for row in rows if compare_digest(row.state_hash, told)), None)
    if found is None:
        raise ValidationError(_(_NOT_BEGUN))
    if found.answered_at is not None:
        raise ValidationError(_(_USED))
    if not Handshake.objects.current(timezone.now()).filter(pk=found.pk).exists():
        raise ValidationError(_(_LATE))
    return found


def answer(handshake: Handshake, *, sent: str, code: str) -> Handshake:
    """Exchange the network's ``code`` for the accounts to choose from, and seal them; works once for each log-in.

    Raises ``ValidationError`` with a plain sentence; then the log-in is over.
    """
    if not 0 < len(code) <= LONGEST:
        raise ValidationError(_(_NOT_BEGUN))
    verifier = _opened(handshake)
    handshake.answered_at = timezone.now()
    # Before the network is asked, so that of two answers at once only one is redeemed. Nothing is left to open.
    spent = {"answered_at": handshake.answered_at, "wrapped": b"", "ciphertext": b""}
    if not Handshake.objects.filter(pk=handshake.pk, answered_at=None).update(**spent):
        raise ValidationError(_(_USED))
    request = _request(handshake, sent=sent, verifier=verifier)
    actions.seal_handshake(handshake, _redeemed(handshake, request, code=code))
    handshake.save(update_fields=["key_id", "wrapped", "ciphertext"])
    return handshake


def _opened(handshake: Handshake) -> Any:
    try:
        return actions.open_handshake(handshake)
    except SealError as error:
        raise ValidationError(_(_NOT_BEGUN)) from error


def _redeemed(handshake: Handshake, request: Request, *, code: str) -> list[dict[str, Any]]:
    network = _network(handshake)
    with guarded_client(allowed=settings.ALLOW_PRIVATE) as http:
        try:
            found = network.redeem(handshake.server, request, code=code, http=http)
        except NetworkError as error:
            raise ValidationError(_(error.reason)) from error
        if not found:
            raise ValidationError(_nobody(network))
        return _told(found, http)


def _nobody(network: type[Authorises]) -> str:
    told = _("You logged in, but there you look after no account that can be connected. Nothing was connected.")
    return f"{told} {_(network.none_will_do)}" if network.none_will_do else told


def _told(found: list[Choice], http: httpx.Client) -> list[dict[str, Any]]:
    until = time.monotonic() + PICTURE_SECONDS
    return [
        {
            "profile": asdict(choice.profile),
            "credentials": dict(choice.credentials),
            "picture": _picture(choice.profile.avatar, http) if n < PICTURES and time.monotonic() < until else "",
        }
        for n, choice in enumerate(found)
    ]


def _picture(url: str, http: httpx.Client) -> str:
    """The picture of an account as a ``data:`` address: our pages load nothing from elsewhere. "" where it fails."""
    try:
        limits = {"max_bytes": PICTURE_BYTES, "max_seconds": PICTURE_SECONDS / 2}
        got = http.get(url, extensions=limits, timeout=PICTURE_SECONDS / 2)
    except (httpx.HTTPError, httpx.InvalidURL):
        return ""
    kind = next((kind for begins, kind in _BEGINS.items() if got.content.startswith(begins)), "")
    return f"data:{kind};base64,{b64encode(got.content).decode()}" if got.is_success and kind else ""


def answered(member: Member, pk: int, *, among: Collection[int]) -> Handshake | None:
    """A log-in of this member and session that the network answered, and that is not over."""
    rows = Handshake.objects.current(timezone.now()).filter(member=member, pk__in=among, answered_at__isnull=False)
    return rows.filter(pk=pk).exclude(ciphertext=b"").select_related("channel").first()


def candidates(handshake: Handshake) -> list[Candidate]:
    """The accounts to choose from. Where a known account is connected again, only that one fits."""
    return [Candidate(each.profile, picture, _fits(handshake, each.profile)) for each, picture in _choices(handshake)]


def _choices(handshake: Handshake) -> list[tuple[Choice, str]]:
    return [(Choice(Profile(**told["profile"]), told["credentials"]), told["picture"]) for told in _opened(handshake)]


def _fits(handshake: Handshake, profile: Profile) -> bool:
    return handshake.channel is None or handshake.channel.is_account(profile, server=handshake.server)


def finish(handshake: Handshake, *, account_id: str, by: Member) -> Channel:
    """Connect the chosen account with its own key; then nothing of the log-in is left.

    Raises ``ValidationError`` with a plain sentence, and ``PermissionDenied``.
    """
    chosen = next((each for each, _picture in _choices(handshake) if each.profile.account_id == account_id), None)
    if chosen is None:
        raise ValidationError(_("Choose the account that is to be connected."))
    proved = actions.prove(handshake.network_key, server=handshake.server, credentials=chosen.credentials)
    if proved.profile.account_id != account_id:
        raise ValidationError(_("The network gave the key of another account than you chose. Nothing was connected."))
    if handshake.channel is not None:
        actions.refuse_another(handshake.channel, proved)
    with transaction.atomic():
        channel = actions.take(by.organisation, proved, by=by)
        if not Handshake.objects.filter(pk=handshake.pk).delete()[0]:
            raise ValidationError(_(_USED))
    return channel


def forget() -> int:
    """Remove log-ins that are over, with whatever they gave."""
    return Handshake.objects.over(timezone.now()).delete()[0]
