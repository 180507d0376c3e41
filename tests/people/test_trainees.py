"""A trainee drafts, and can never publish, approve, see a secret, or be the only one who knows."""

from datetime import date
from inspect import unwrap

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from tests.plugins.house import SETUP, make_member
from tests.test_doors import OURS
from vierogen.channels.actions import entrust
from vierogen.channels.custody import candidates
from vierogen.channels.models import Channel
from vierogen.people import departing
from vierogen.people.actions import fit_to_take, guide, insist, join
from vierogen.people.models import Member, Organisation, User
from vierogen.people.roles import NEVER_FOR_TRAINEES, RIGHTS, Right, Role, rights_of
from vierogen.posts.actions.content import Content
from vierogen.posts.actions.reviewing import approve, ask_for_changes, publish_in_emergency, publish_now
from vierogen.posts.actions.writing import begin, submit

# What goes out, lets go out, shows a secret, or hands somebody the only key.
DANGEROUS = {
    Right.REVIEW,
    Right.RELEASE,
    Right.DECIDE,
    Right.EMERGENCY,
    Right.TAKE_DOWN,
    Right.OPEN_EVIDENCE,
    Right.CONNECT,
    Right.LISTEN,
    Right.MANAGE_PEOPLE,
}


@pytest.fixture
def tess(town: Organisation, cora: Member) -> Member:
    """A trainee whom Cora invited."""
    user = User.objects.create_user("tess@voorbeeld.example", "a long enough password", name="Tess", language="en")
    return join(town, user, roles=[Role.TRAINEE], ends_on=date(2199, 1, 1), by=cora)


def test_what_is_dangerous_is_never_for_trainees() -> None:
    assert DANGEROUS <= NEVER_FOR_TRAINEES
    assert {Right.SEE, Right.WRITE} <= RIGHTS[Role.TRAINEE]


@pytest.mark.parametrize("other", [role for role in Role if role != Role.TRAINEE])
def test_no_other_role_gives_a_trainee_more(other: Role) -> None:
    assert not rights_of({Role.TRAINEE, other}) & NEVER_FOR_TRAINEES
    assert rights_of({other}) & NEVER_FOR_TRAINEES or other == Role.WRITER


@pytest.mark.parametrize("other", [role for role in Role if role != Role.TRAINEE])
def test_every_action_refuses_a_trainee_also_with_a_second_role_by_mistake(
    tess: Member, town: Organisation, other: Role
) -> None:
    """All actions ask ``insist`` first (tests/test_stale_rights.py), so it is asked for each right."""
    tess.held.create(role=other)
    for right in NEVER_FOR_TRAINEES:
        with pytest.raises(PermissionDenied):
            insist(tess, right, organisation_id=town.pk)
    insist(tess, Right.WRITE, organisation_id=town.pk)


def test_every_address_that_needs_such_a_right_stays_shut(client: Client, tess: Member, town: Organisation) -> None:
    tess.held.create(role=Role.DUTY_OFFICER)
    client.force_login(tess.user, backend="django.contrib.auth.backends.ModelBackend")
    shut = [door for door in OURS if door.right in NEVER_FOR_TRAINEES and not door.things]
    assert len(shut) > 10
    for door in shut:
        assert {client.get(reverse(door.name)).status_code, client.post(reverse(door.name)).status_code} <= {403, 405}
    # Those with something in their address ask the same question first, before they look for what it names.
    for door in OURS:
        if door.right in NEVER_FOR_TRAINEES and door.things:
            assert unwrap(door.view) is not door.view, door.name
    assert client.get(reverse("posts:list")).status_code == 200


def test_a_trainee_offers_a_draft_and_never_says_yes(channel: Channel, tess: Member, anna: Member, ben: Member) -> None:
    version = begin(channel.organisation, Content("Open dag", (channel,)), by=anna)
    submit(version, by=anna)
    with pytest.raises(PermissionDenied):
        approve(version, by=tess, digest=version.digest)
    with pytest.raises(PermissionDenied):
        publish_in_emergency(version, by=tess, digest=version.digest, reason="Now")
    approve(version, by=ben, digest=version.digest)
    with pytest.raises(PermissionDenied):
        publish_now(version, by=tess)
    own = begin(channel.organisation, Content("Nog een open dag", (channel,)), by=tess)
    submit(own, by=tess)


def test_a_trainee_answers_for_nothing_alone(channel: Channel, tess: Member, cora: Member) -> None:
    dora = make_member(cora.organisation, "Dora", Role.CUSTODIAN)
    tess.held.create(role=Role.CUSTODIAN)
    with pytest.raises(ValidationError, match="cannot be a custodian"):
        entrust(channel, to=[cora, tess], by=cora)
    entrust(channel, to=[cora, dora], by=cora)
    assert tess not in candidates(cora.organisation)
    assert tess not in departing.takers(dora)
    with pytest.raises(ValidationError, match="cannot take this over"):
        fit_to_take(tess, Right.WRITE, organisation_id=tess.organisation_id)
    assert fit_to_take(dora, Right.CONNECT, organisation_id=tess.organisation_id) == dora


def test_somebody_knows_what_a_trainee_is_busy_with(
    channel: Channel, client: Client, tess: Member, ben: Member, cora: Member
) -> None:
    assert tess.guide == cora
    version = begin(channel.organisation, Content("Open dag", (channel,)), by=tess)
    submit(version, by=tess)
    ask_for_changes(version, text="Which day?", by=ben)
    client.force_login(cora.user, backend="django.contrib.auth.backends.ModelBackend")
    assert "For Tess" in client.get(reverse("home:today")).content.decode()
    nora = make_member(cora.organisation, "Nora", Role.WRITER)
    guide(tess, by_whom=nora, by=cora)
    assert "For Tess" not in client.get(reverse("home:today")).content.decode()


def test_a_guide_who_leaves_hands_the_trainee_over(tess: Member, ben: Member, cora: Member) -> None:
    guide(tess, by_whom=ben, by=cora)
    departure = departing.begin(ben, last_day=None, by=cora)
    with pytest.raises(ValidationError, match="1 thing is left"):
        departing.close(departure, by=cora)
    departing.hand_over(departure, "people.trainees", [f"people.member:{tess.pk}"], to=cora, by=cora)
    departing.close(departure, by=cora)


def test_a_trainee_has_a_last_day(town: Organisation) -> None:
    user = User.objects.create_user("t@voorbeeld.example", name="T")
    with pytest.raises(ValidationError, match="needs a last day"):
        join(town, user, roles=[Role.TRAINEE], by=SETUP)
    assert join(town, user, roles=[Role.TRAINEE], ends_on=date(2199, 1, 1), by=SETUP).ends_on
