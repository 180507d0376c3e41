"""Everything that changes a channel, except its credentials (see the vault)."""

from collections.abc import Collection, Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vierogen.channels.custody import ENOUGH, Custody, may_keep
from vierogen.channels.models import Channel, Colour, Custodian, networks, realm_of
from vierogen.channels.states import State
from vierogen.ledger.actions import Actor, record
from vierogen.ledger.moves import move, subject_of
from vierogen.networks.base import Profile
from vierogen.notices.actions import Addressee, tell
from vierogen.people.actions import addressees, insist, same_organisation
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Right


@transaction.atomic
def add(organisation: Organisation, profile: Profile, *, network_key: str, server: str, by: Member) -> Channel:
    """Take an account into care, or take it up again with its history; refuses another organisation's account."""
    insist(by, Right.CONNECT, organisation_id=organisation.pk)
    realm = realm_of(networks()[network_key], server)
    known = Channel.objects.filter(network_key=network_key, realm=realm, account_id=profile.account_id).first()
    if known and known.organisation_id != organisation.pk:
        raise ValidationError(_("Another organisation here already looks after this account."))
    if known:
        changes: dict[str, object] = {"handle": profile.handle, "name": profile.name, "server": server}
        facts: dict[str, object] = {}
        if known.server != server:
            # Where an id holds on every server, any server can claim to have this account.
            facts = {"server": server, "server_before": known.server}
            _tell_of_server(known, server, by=by)
        if known.state == State.CLOSED:
            # What was posted while nobody looked after it is not a stray.
            changes["connected_at"] = timezone.now()
        move(known, "reconnect", by=by, changes=changes, facts=facts)
        return known
    channel = Channel.objects.create(
        organisation=organisation,
        network_key=network_key,
        server=server,
        realm=realm,
        account_id=profile.account_id,
        handle=profile.handle,
        name=profile.name,
    )
    record(
        organisation.pk,
        "connect",
        subject_of(channel),
        by=by,
        facts={"network": network_key, "handle": profile.handle},
    )
    return channel


@transaction.atomic
def add_exercise(organisation: Organisation, *, server: str, account_id: str, name: str, by: Actor) -> Channel:
    """An account on this machine, for the length of an exercise, of which ``name`` tells. Nobody answers for it."""
    channel = Channel.objects.create(
        organisation=organisation,
        network_key="mastodon",
        server=server,
        realm=server,
        account_id=account_id,
        handle=name,
        name=name,
        colour=Colour.GREY,
        is_exercise=True,
    )
    record(organisation.pk, "connect", subject_of(channel), by=by, facts={"exercise": True})
    return channel


def close_exercise(channel: Channel, *, by: Actor) -> None:
    """The exercise is over, so nobody looks at its account any more. Raises ``WrongStateError`` where it was closed."""
    if not channel.is_exercise:
        raise ValueError(f"{channel.pk} is no exercise")
    move(channel, "close", by=by)


@transaction.atomic
def close(channel: Channel, *, by: Member) -> None:
    """Stop looking after an account; its history stays. Nobody is warned of strays any more: the others hear of it."""
    insist(by, Right.CONNECT, organisation_id=channel.organisation_id)
    values = {"who": by.name, "account": channel.handle, "network": channel.network_name}
    link = reverse("channels:channel", args=[channel.pk])
    tell(channel.organisation_id, _others(channel, by), template="channels/mail/closed", values=values, link=link)
    move(channel, "close", by=by)


@transaction.atomic
def change(channel: Channel, *, by: Member, colour: str, automatic_take_down_after: int | None) -> None:
    """Change how a channel looks and whether strays are taken down by themselves."""
    insist(by, Right.CONNECT, organisation_id=channel.organisation_id)
    channel.colour, channel.automatic_take_down_after = colour, automatic_take_down_after
    channel.full_clean()
    channel.save(update_fields=["colour", "automatic_take_down_after"])
    facts = {"colour": colour, "automatic_take_down_after": automatic_take_down_after}
    record(channel.organisation_id, "change", subject_of(channel), by=by, facts=facts)


@transaction.atomic
def entrust(
    channel: Channel, *, to: Iterable[Member], by: Member, knowing: bool = False, seen: Collection[int] | None = None
) -> None:
    """Say who answers for the channel: exactly these members, who can take it over and are here to stay.

    Fewer than two who came in, where there were more, only ``knowing`` it. Whoever answered for it or does now hears of
    each change: to be its custodian is the way to its secrets. ``seen`` are the numbers of those whom a page knew of:
    whom somebody else took away meanwhile does not come back by it.
    """
    insist(by, Right.CONNECT, organisation_id=channel.organisation_id)
    Channel.objects.select_for_update(of=("self",), no_key=True).get(pk=channel.pk)
    _insist_on_seen(channel, seen)
    rows = Member.objects.filter(pk__in=[member.pk for member in to]).order_by("pk")
    members = list(rows.select_related("user", "organisation"))
    for member in members:
        same_organisation(member, channel.organisation_id)
        if not may_keep(member):
            raise ValidationError(
                _("%(name)s cannot be a custodian: that is somebody who may connect accounts and has no last day.")
                % {"name": member.name}
            )
    # Also those who lost the right a moment ago: whoever took it away may want to be unseen here.
    known = {row.member for row in channel.custodians.with_members() if row.member.is_current}
    before = Custody.of(channel.custodians.able().with_members()).keepers
    able = [member for member in members if not member.is_awaited]
    is_fewer = len(able) < ENOUGH and len(able) < len(before)
    if is_fewer and not knowing:
        raise ValidationError(_TOO_FEW)
    channel.custodians.exclude(member__in=members).delete()
    kept = [Custodian(channel=channel, member=member) for member in members]
    Custodian.objects.bulk_create(kept, ignore_conflicts=True)
    facts: dict[str, object] = {"custodians": sorted(member.actor for member in members), "knowing": is_fewer}
    if removed := known - set(members):
        facts["removed"] = sorted(member.actor for member in removed)
    if is_fewer:
        _tell_of_fewer(channel, known, by=by)
    if known != set(members) and not (is_fewer and set(members) < known):
        _tell_of_change(channel, known, set(members), by=by)
    record(channel.organisation_id, "entrust", subject_of(channel), by=by, facts=facts)


_TOO_FEW = gettext_lazy(
    "Then fewer than two people answer for this account, and when one is ill or leaves it is lost. Choose another one "
    "who has come in, or say below that you know this."
)


def _insist_on_seen(channel: Channel, seen: Collection[int] | None) -> None:
    now = {row.member_id: row.member.name for row in channel.custodians.with_members()}
    if seen is not None and set(seen) != now.keys():
        names = ", ".join(sorted(now.values())) or _("nobody")
        raise ValidationError(
            _(
                "Somebody else changed the custodians meanwhile: now it is %(names)s. Look at whom you chose, and save "
                "again if it should be them."
            )
            % {"names": names}
        )


def _others(channel: Channel, by: Member) -> list[Addressee]:
    """The account's keepers and the administrators, but not whoever does it."""
    everybody = [*keepers(channel), *channel.organisation.members.all().who_may(Right.MANAGE_ORGANISATION)]
    return addressees(member for member in everybody if member.pk != by.pk)


def _tell_of_fewer(channel: Channel, before: Iterable[Member], *, by: Member) -> None:
    everybody = [*before, *channel.organisation.members.all().who_may(Right.MANAGE_ORGANISATION)]
    others = {member.pk: member for member in everybody if member.pk != by.pk}
    values = {"who": by.name, "account": channel.handle, "network": channel.network_name}
    link = reverse("channels:channel", args=[channel.pk])
    told = addressees(others.values())
    tell(channel.organisation_id, told, template="channels/mail/fewer", values=values, link=link)


def _tell_of_change(channel: Channel, before: set[Member], now: set[Member], *, by: Member) -> None:
    """The other custodians, also those who are none any more; where there are none, the other administrators."""
    administrators = channel.organisation.members.all().who_may(Right.MANAGE_ORGANISATION)
    others = sorted((before | now) - {by}, key=lambda one: one.pk)
    told = addressees(others or [one for one in administrators if one.pk != by.pk])
    names = ", ".join(sorted(one.name for one in now))
    values = {"who": by.name, "account": channel.handle, "network": channel.network_name, "names": names}
    link = reverse("channels:channel", args=[channel.pk])
    template = "channels/mail/oneself" if by in now - before else "channels/mail/entrusted"
    tell(channel.organisation_id, told, template=template, values=values, link=link)


def _tell_of_server(channel: Channel, server: str, *, by: Member) -> None:
    told = {"who": by.name, "account": channel.handle, "network": channel.network_name}
    values = {**told, "server": server, "before": channel.server}
    link = reverse("channels:channel", args=[channel.pk])
    to = _others(channel, by)
    tell(channel.organisation_id, to, template="channels/mail/server", values=values, link=link, urgent=True)


def disconnect(channel: Channel, *, by: Actor, why: str) -> None:
    """The network recognisably refuses our key: mark it. ``why`` is a plain sentence without a secret."""
    move(channel, "disconnect", by=by, facts={"why": why})


@transaction.atomic
def may_not_delete(channel: Channel, *, by: Actor) -> None:
    """The network refused to remove something: our key does not allow it. Connecting again asks anew."""
    if Channel.objects.filter(pk=channel.pk, may_delete=True).update(may_delete=False):
        record(channel.organisation_id, "may_not_delete", subject_of(channel), by=by)
    channel.may_delete = False


def keepers(channel: Channel) -> list[Member]:
    """The channel's custodians who may connect channels today, else everybody who may."""
    custody = Custody.of(channel.custodians.able().with_members())
    return list(custody.keepers) or channel.organisation.members.all().who_may(Right.CONNECT)
