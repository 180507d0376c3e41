"""Choosing what is listened to: what stands behind an address, and adding, pausing, resuming and ending a source."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from vierogen.channels.models import Channel
from vierogen.channels.states import State as ChannelState
from vierogen.core.plugins import found_in
from vierogen.ledger.actions import record
from vierogen.ledger.moves import move, subject_of
from vierogen.listening.models import Source, Subscription
from vierogen.listening.sources.addresses import typed
from vierogen.listening.sources.base import Kind, Received, SourceError
from vierogen.listening.sources.documents.apart import read_apart
from vierogen.listening.sources.feed import Feed
from vierogen.listening.sources.fetching import Fetched, Limits, fetch, opened, patient, site_maps
from vierogen.listening.sources.links import host_of
from vierogen.listening.sources.page import Page
from vierogen.listening.sources.sitemap import SiteMap
from vierogen.listening.sources.webhook import Webhook
from vierogen.listening.states import SourceState
from vierogen.people.actions import insist
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Right

# Somebody waits for the answer.
LIMITS = Limits(seconds=8.0)
MOST_PROPOSALS = 8
# Of these the site is asked what they are; others are known by their address alone.
_LOOKED_AT = {Feed.key, Page.key, SiteMap.key}


@dataclass(frozen=True)
class Proposal:
    """Something that can be listened to. ``sure``: it is just what the address was meant for."""

    kind: str
    address: str
    title: str = ""
    sure: bool = False

    @property
    def label(self) -> str:
        """The kind in words."""
        return _(kinds()[self.kind].label)


@dataclass(frozen=True)
class Looked:
    """What stands behind an address. ``problem``: why it could not be seen, in words; "" where it could."""

    proposals: tuple[Proposal, ...] = ()
    problem: str = ""


def kinds() -> dict[str, type[Kind]]:
    """The kinds of sources, by their keys."""
    return found_in("vierogen.listening.sources", Kind)


def look(address: str) -> Looked:
    """What there is to listen to at an address that a person typed: itself, or the feeds that its page names.

    Asks the site at most twice and waits some seconds. Touches no database. Raises ``ValidationError`` for what
    cannot be an address.
    """
    recognised = [key for key, kind in kinds().items() if kind.recognises(address.strip())]
    for key in recognised:
        if key not in _LOOKED_AT:
            return Looked((Proposal(key, _tidied(key, address), sure=True),))
    if address.strip().startswith("#") and (named := tuple(_by_form(address.strip()))):
        return Looked(named)
    wanted = _tidied(recognised[0] if recognised else Page.key, address)
    try:
        with opened(allowed=settings.ALLOW_PRIVATE, home=settings.PUBLIC_URL) as client, patient():
            return Looked(tuple(_behind(client, wanted))[:MOST_PROPOSALS])
    except SourceError as error:
        kept = [*(Proposal(key, wanted) for key in recognised[:1]), *_by_form(wanted)]
        return Looked(tuple(kept), problem=_(error.reason))


def _by_form(address: str) -> Iterator[Proposal]:
    """What else it may be by its form: other networks have such addresses, and so has anybody.

    A kind that would make another protocol of it means other addresses.
    """
    for key, kind in kinds().items():
        if key not in _LOOKED_AT and not issubclass(kind, Received):
            with suppress(SourceError):
                tidied = kind.tidied(address)
                if address.startswith("#") or tidied.partition(":")[0] == address.partition(":")[0]:
                    yield Proposal(key, tidied)


def _behind(client: httpx.Client, address: str) -> Iterator[Proposal]:
    secret = Feed.is_secret(address)
    got = fetch(client, address, accept="text/html, application/xml, */*;q=0.5", robots=not secret, limits=LIMITS)
    for what, kind in (("feed", Feed.key), ("map", SiteMap.key)):
        if (told := _read(what, got)) is not None:
            yield Proposal(kind, address, str(told.get("title", ""))[:200], sure=True)
            return
    told = read_apart("links", got.body, got.content_type)
    yield from _feeds(told["feeds"], base=got.address)
    yield from _by_form(address)
    yield Proposal(Page.key, _tidied(Page.key, address), told["title"])
    for each in _maps(client, got.address):
        yield Proposal(SiteMap.key, each, host_of(each))


def _read(what: str, got: Fetched) -> dict[str, Any] | None:
    try:
        return read_apart(what, got.body, got.content_type)
    except SourceError:
        return None


def _feeds(told: Iterable[tuple[str, str]], *, base: str) -> Iterator[Proposal]:
    for link, title in told:
        for address in _usable([link], base=base):
            yield Proposal(Feed.key, address, title)


def _maps(client: httpx.Client, address: str) -> Iterable[str]:
    try:
        return _usable(site_maps(client, address, limits=LIMITS), base=address)
    except SourceError:
        return ()


def _usable(links: Iterable[str], *, base: str) -> Iterator[str]:
    """Those that are addresses: a page can name anything."""
    for link in links:
        with suppress(SourceError, ValueError):
            yield typed(urljoin(base, link))


def _tidied(kind: str, address: str) -> str:
    try:
        return kinds()[kind].tidied(address)
    except SourceError as error:
        raise ValidationError(_(error.reason)) from error


@transaction.atomic
def add(organisation: Organisation, proposal: Proposal, *, by: Member) -> Subscription:
    """Listen to a source from now on; one that was ended is taken up again.

    Raises ``PermissionDenied``, or ``ValidationError`` for what cannot be added or is listened to already.
    """
    insist(by, Right.LISTEN, organisation_id=organisation.pk)
    if proposal.kind not in kinds() or issubclass(kinds()[proposal.kind], Received):
        raise ValidationError(_("This kind of source does not exist."))
    address = _tidied(proposal.kind, proposal.address)
    source, _new = Source.objects.get_or_create(
        kind=proposal.kind,
        address=address,
        channel=_own_account(organisation, proposal.kind, address),
        defaults={"title": proposal.title[:200]},
    )
    known = Subscription.objects.filter(organisation=organisation, source=source).first()
    return _taken_up(known, by=by) if known else _begun(organisation, source, by=by)


def _own_account(organisation: Organisation, kind: str, address: str) -> Channel | None:
    """The account on that server through which this kind is read, where the organisation has one."""
    if not kinds()[kind].through:
        return None
    rows = organisation.channels.filter(network_key=kinds()[kind].through, state=ChannelState.CONNECTED)
    server = urlsplit(address).netloc.lower()
    return next((channel for channel in rows if urlsplit(channel.server).netloc.lower() == server), None)


def share(address: str) -> Source:
    """Let all organisations of this installation hear what an address is surely meant for: the operator's choice.

    Raises ``ValidationError`` where that is unclear.
    """
    looked = look(address)
    if len(looked.proposals) != 1 or not looked.proposals[0].sure:
        either = ", ".join(each.address for each in looked.proposals)
        raise ValidationError(looked.problem or _("Be more precise: %(either)s") % {"either": either})
    told = looked.proposals[0]
    values = {"for_everybody": True, "next_at": timezone.now()}
    source, _new = Source.objects.update_or_create(
        kind=told.kind,
        address=told.address,
        channel=None,
        defaults=values,
        create_defaults={**values, "title": told.title},
    )
    return source


def share_no_more(address: str) -> int:
    """Only who chose it hears it from now on. Returns how many were shared before."""
    return Source.objects.filter(for_everybody=True, address=address).update(for_everybody=False)


@transaction.atomic
def add_webhook(organisation: Organisation, title: str, *, by: Member) -> Subscription:
    """Make a secret address for another program."""
    insist(by, Right.LISTEN, organisation_id=organisation.pk)
    source = Source.objects.create(kind=Webhook.key, title=title[:200])
    return _begun(organisation, source, by=by)


def _begun(organisation: Organisation, source: Source, *, by: Member) -> Subscription:
    subscription = Subscription.objects.create(organisation=organisation, source=source, made_by=by)
    _read_soon(source)
    # Not the whole address: that of a person's own feed is a secret.
    facts = {"kind": source.kind, "host": host_of(source.address)}
    record(organisation.pk, "listen_to", subject_of(subscription), by=by, facts=facts)
    return subscription


def _taken_up(subscription: Subscription, *, by: Member) -> Subscription:
    again = {SourceState.ENDED: "listen_again", SourceState.PAUSED: "resume"}
    if (name := again.get(SourceState(subscription.state))) is None:
        raise ValidationError(_("You listen to this source already."))
    move(subscription, name, by=by, changes={"made_by": by})
    _read_soon(subscription.source)
    return subscription


def _read_soon(source: Source) -> None:
    """Nobody should wait for a source that had trouble, or rested, before."""
    Source.objects.filter(pk=source.pk).update(next_at=timezone.now(), silent_since=None, told_at=None)


@transaction.atomic
def change(subscription: Subscription, name: str, *, by: Member) -> None:
    """``pause``, ``resume`` or ``end`` it for the own organisation; others go on.

    Raises ``PermissionDenied``, or ``WrongStateError`` where somebody was faster.
    """
    insist(by, Right.LISTEN, organisation_id=subscription.organisation_id)
    move(subscription, name, by=by)
    if name == "resume":
        _read_soon(subscription.source)
