"""A page may have read its member long ago: people, channels, the watch and incidents ask for rights once more.

They do so in the transaction that decides. The gateway's own are in tests/posts/test_stale_rights.py.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from tests.plugins.house import make_member
from tests.watch.conftest import by_phone, look_again, network, watched  # noqa: F401 - a watched channel
from vierogen.channels import actions as channels
from vierogen.channels.models import Channel
from vierogen.incidents import actions as incidents
from vierogen.incidents.models import Incident
from vierogen.ledger.models import Entry
from vierogen.networks.base import Profile
from vierogen.people import actions as people
from vierogen.people.models import Member, Organisation, RoleHeld, User
from vierogen.people.roles import Right, Role
from vierogen.watch.actions import answering
from vierogen.watch.models import Stray

LATER = timezone.now().date() + timedelta(days=300)


@dataclass
class World:
    """Something for every action."""

    town: Organisation
    channel: Channel
    anna: Member
    invited: Member
    stray: Stray
    incident: Incident
    closed: Incident


@pytest.fixture
def able(town: Organisation) -> Member:
    """Somebody with every role, as a page has read them."""
    made = make_member(town, "Nel", *[role for role in Role if role != Role.TRAINEE])
    read = Member.objects.select_related("user", "organisation").get(pk=made.pk)
    assert read.may(Right.MANAGE_PEOPLE)
    return read


@pytest.fixture
def world(
    town: Organisation,
    anna: Member,
    cora: Member,
    dirk: Member,
    look_again: Callable[[], list[Stray]],  # noqa: F811 - fixtures
    by_phone: Callable[..., str],  # noqa: F811
) -> World:
    by_phone("Oeps")
    (stray,) = look_again()
    closed = incidents.open_incident("Voorbij", by=dirk)
    incidents.close(closed, by=dirk)
    return World(
        town=town,
        channel=stray.channel,
        anna=anna,
        invited=people.invite(town, "Nora", "nora@voorbeeld.example", roles=[Role.WRITER], by=cora),
        stray=stray,
        incident=incidents.open_incident("Privéfoto", by=dirk),
        closed=closed,
    )


ACTIONS: dict[str, Callable[[World, Member], object]] = {
    "join": lambda w, by: people.join(w.town, User.objects.create_user("x@x.example"), roles=[Role.WRITER], by=by),
    "invite": lambda w, by: people.invite(w.town, "Kim", "kim@x.example", roles=[Role.WRITER], by=by),
    "invite again": lambda w, by: people.invite_again(w.invited, by=by),
    "change roles": lambda w, by: people.change_roles(w.anna, roles=[Role.AUDITOR], ends_on=LATER, by=by),
    "end": lambda w, by: people.end(w.anna, by=by),
    "change settings": lambda w, by: people.change_settings(w.town, by=by, cooling_off_seconds=300),
    "connect": lambda w, by: channels.add(
        w.town, Profile("did:plc:1", "@x", "X"), network_key="bluesky", server="https://x.example", by=by
    ),
    "change": lambda w, by: channels.change(w.channel, by=by, colour="pink", automatic_take_down_after=30),
    "entrust": lambda w, by: channels.entrust(w.channel, to=[], by=by),
    "close": lambda w, by: channels.close(w.channel, by=by),
    "acknowledge": lambda w, by: answering.acknowledge(w.stray, by=by),
    "adopt": lambda w, by: answering.adopt(w.stray, by=by, reason="Van ons."),
    "take down": lambda w, by: answering.take_down(w.stray, by=by, reason="Weg."),
    "hand on": lambda w, by: answering.hand_on(w.stray, by=by),
    "open an incident": lambda w, by: incidents.open_incident("Nog een", by=by),
    "open one of a stray": lambda w, by: incidents.open_incident("Nog een", by=by, stray=w.stray),
    "write a note": lambda w, by: incidents.write_note(w.incident, note="Van Jan", by=by),
    "close an incident": lambda w, by: incidents.close(w.incident, by=by),
    "reopen an incident": lambda w, by: incidents.reopen(w.closed, by=by),
}
LOSSES: dict[str, Callable[[Member], object]] = {
    "roles": lambda member: RoleHeld.objects.filter(member=member).delete(),
    "membership": lambda member: Member.objects.filter(pk=member.pk).update(ends_on=LATER - timedelta(days=400)),
    "account": lambda member: User.objects.filter(pk=member.user_id).update(is_active=False),
}


@pytest.mark.parametrize("action", ACTIONS)
def test_who_may_can(action: str, world: World, able: Member) -> None:
    ACTIONS[action](world, able)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("action", ACTIONS)
def test_who_lost_it_a_moment_ago_cannot(action: str, loss: str, world: World, able: Member) -> None:
    LOSSES[loss](able)
    before = Entry.objects.count()
    with pytest.raises(PermissionDenied):
        ACTIONS[action](world, able)
    assert Entry.objects.count() == before
