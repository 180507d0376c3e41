"""What a page read about somebody can be old: rights are asked again in the transaction that decides."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from tests.plugins.house import SETUP, make_member
from tests.posts.nets import TEXT
from vierogen.channels.models import Channel
from vierogen.ledger.models import Entry
from vierogen.people.actions import found
from vierogen.people.models import Member, Organisation, RoleHeld, User
from vierogen.people.partnering import agree, ask
from vierogen.people.roles import Right, Role
from vierogen.posts import jobs
from vierogen.posts.actions import (
    consenting,
    guests,
    looking,
    moments,
    mourning,
    removing,
    reviewing,
    stopping,
    writing,
)
from vierogen.posts.actions.writing import Content
from vierogen.posts.models import AfterReview, Consent, Delivery, Media, QuietMoment, Version
from vierogen.posts.states import DeliveryState
from vierogen.practice.server import PracticeServer
from vierogen.vault.actions import connect

NOW = timezone.now()


@dataclass
class World:
    """Something for every action, and somebody who may do all of it (and wrote nothing)."""

    channel: Channel
    partner: Organisation
    anna: Member
    everything: Member
    draft: Version
    offered: Version
    approved: Version
    owed: AfterReview
    delivery: Delivery
    doubtful: Delivery
    evidence: removing.Evidence
    stuck: removing.TakeDown
    picture: Media
    consent: Consent
    moment: QuietMoment


def a_version(channel: Channel, anna: Member, text: str, *, offer: bool = True) -> Version:
    version = writing.begin(channel.organisation, Content(text, (channel,)), by=anna)
    if offer:
        writing.submit(version, by=anna)
    return version


def connected(practice: PracticeServer, town: Organisation) -> Channel:
    account = practice.network.add_account("gemeente_voorbeeld", "Gemeente Voorbeeld")
    cora = make_member(town, "Cora", Role.ADMINISTRATOR)
    return connect(town, "mastodon", server=practice.url, credentials={"token": account.token}, by=cora)


@pytest.fixture(scope="module")
def built(rows_of_this_file: None) -> Iterator[World]:
    """Takes longer than what any test does with it."""
    practice = PracticeServer(None).start()
    yield build(practice, found("Gemeente Voorbeeld", by=SETUP, language="en"))
    practice.stop()


@pytest.fixture
def world(db: None, built: World) -> World:
    return deepcopy(built)


@pytest.fixture
def everything(world: World) -> Member:
    return world.everything


@pytest.fixture
def anna(world: World) -> Member:
    return world.anna


def build(practice: PracticeServer, town: Organisation) -> World:
    channel = connected(practice, town)
    anna, dirk = make_member(town, "Anna", Role.WRITER), make_member(town, "Dirk", Role.DUTY_OFFICER)
    everything = make_member(town, "Ben", *[role for role in Role if role != Role.TRAINEE])
    first = a_version(channel, anna, TEXT)
    reviewing.approve(first, by=everything, digest=first.digest)
    reviewing.publish_now(first, by=everything)
    jobs.deliver("test")
    withdrawn = removing.withdraw(Delivery.objects.get(version=first), by=dirk, reason="Fout.")
    removing.TakeDown.objects.update(state="stuck")
    urgent = a_version(channel, anna, "Brand in de wijk.", offer=False)
    reviewing.publish_in_emergency(urgent, by=dirk, reason="Brand.")
    approved = a_version(channel, anna, "De bibliotheek is open.")
    reviewing.approve(approved, by=everything, digest=approved.digest)
    held = Delivery.objects.get(version=approved)
    doubtful = Delivery.objects.get(version=urgent)
    Delivery.objects.filter(pk=doubtful.pk).update(state=DeliveryState.UNCERTAIN, next_look_at=None, attempts=1)
    about = {"sha256": "0" * 64, "mime": "image/png", "width": 1, "height": 1, "name": "x"}
    picture = Media.objects.create(organisation=channel.organisation, data=b"", uploaded_by=anna, **about)
    partner = found("Welzijn Anders", by=SETUP, language="en")
    otto = make_member(partner, "Otto", Role.ADMINISTRATOR, Role.REVIEWER)
    agree(ask(partner.name, by=everything), by=otto)
    return World(
        channel=channel,
        partner=partner,
        anna=anna,
        everything=Member.objects.get(pk=everything.pk),
        draft=a_version(channel, anna, "Nog niet af.", offer=False),
        offered=a_version(channel, anna, "Het zwembad is dicht."),
        approved=approved,
        owed=AfterReview.objects.get(),
        delivery=held,
        doubtful=Delivery.objects.get(pk=doubtful.pk),
        evidence=withdrawn.evidence,
        stuck=removing.TakeDown.objects.get(),
        picture=picture,
        consent=consenting.keep([picture], who="Noor", how="Formulier", until=None, by=anna),
        moment=moments.add("Uitvaart", starts=NOW, ends=NOW + timedelta(hours=1), by=everything),
    )


def content(world: World) -> Content:
    return Content(TEXT + " Let op.", (world.channel,))


def hold(world: World) -> Delivery:
    Delivery.objects.filter(pk=world.delivery.pk).update(state=DeliveryState.HELD)
    return Delivery.objects.get(pk=world.delivery.pk)


ACTIONS: dict[str, Callable[[World, Member], object]] = {
    "begin": lambda w, by: writing.begin(w.channel.organisation, content(w), by=by),
    "save": lambda w, by: writing.save(w.draft.post, content(w), by=by),
    "submit": lambda w, by: writing.submit(w.draft, by=by),
    "discard": lambda w, by: writing.discard(w.draft.post, by=by),
    "approve": lambda w, by: reviewing.approve(w.offered, by=by, digest=w.offered.digest),
    "ask for changes": lambda w, by: reviewing.ask_for_changes(w.offered, by=by, text="Anders."),
    "ask a partner": lambda w, by: guests.ask_partner(w.offered, w.partner, by=by),
    "publish now": lambda w, by: reviewing.publish_now(w.approved, by=by),
    "emergency": lambda w, by: reviewing.publish_in_emergency(w.draft, by=by, reason="Brand."),
    "look back": lambda w, by: reviewing.look_back(w.owed, by=by, was_right=True, note="Goed."),
    "stop": lambda w, by: stopping.stop(w.approved.post, by=by),
    "stop everything": lambda w, by: stopping.stop_everything(w.channel.organisation, by=by),
    "release": lambda w, by: stopping.release(hold(w), by=by),
    "send again": lambda w, by: looking.decide(w.doubtful, by=by, send_it_again=True),
    "give up": lambda w, by: looking.decide(w.doubtful, by=by, send_it_again=False),
    "withdraw": lambda w, by: removing.take_down(w.channel, removing.Shown("9", ""), by=by, reason="Fout."),
    "try again": lambda w, by: removing.try_again(w.stuck, by=by),
    "hold the queue": lambda w, by: mourning.hold_the_queue(w.channel.organisation, by=by, reason="Ongeval."),
    "keep consent": lambda w, by: consenting.keep([w.picture], who="Kim", how="Mail", until=None, by=by),
    "take consent back": lambda w, by: consenting.withdraw(w.consent, by=by),
    "add a moment": lambda w, by: moments.add("Mars", starts=NOW, ends=NOW + timedelta(hours=1), by=by),
    "change a moment": lambda w, by: moments.change(
        w.moment, title="Mars", starts=NOW, ends=NOW + timedelta(hours=2), by=by
    ),
    "remove a moment": lambda w, by: moments.remove(w.moment, by=by),
    "open evidence": lambda w, by: removing.open_for(w.evidence, by=by, reason="Nakijken."),
}
LOSSES: dict[str, Callable[[Member], object]] = {
    "roles": lambda member: RoleHeld.objects.filter(member=member).delete(),
    "membership": lambda member: Member.objects.filter(pk=member.pk).update(
        ends_on=timezone.now().date() - timedelta(days=2)
    ),
    "account": lambda member: User.objects.filter(pk=member.user_id).update(is_active=False),
}


@pytest.mark.parametrize("action", ACTIONS)
def test_who_may_can(action: str, world: World, everything: Member) -> None:
    ACTIONS[action](world, everything)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("action", ACTIONS)
def test_who_lost_it_a_moment_ago_cannot(action: str, loss: str, world: World, everything: Member) -> None:
    assert everything.may(Right.REVIEW)  # what the page has read, roles and all
    if action == "release":
        hold(world)
    LOSSES[loss](everything)
    before = Entry.objects.count()
    with pytest.raises(PermissionDenied):
        ACTIONS[action](world, everything)
    assert Entry.objects.count() == before


@pytest.mark.parametrize("loss", LOSSES)
def test_who_lost_it_a_moment_ago_lifts_nothing(loss: str, world: World, everything: Member, anna: Member) -> None:
    stopping.stop_everything(world.channel.organisation, by=anna)
    assert everything.may(Right.RELEASE)
    LOSSES[loss](everything)
    with pytest.raises(PermissionDenied):
        stopping.lift(world.channel.organisation, by=everything)
    assert stopping.is_halted(world.channel.organisation_id)


@pytest.mark.parametrize("loss", LOSSES)
def test_who_lost_it_a_moment_ago_ends_no_grave_event(
    loss: str, world: World, everything: Member, anna: Member
) -> None:
    mourning.hold_the_queue(world.channel.organisation, by=anna, reason="Ongeval.")
    assert everything.may(Right.RELEASE)
    LOSSES[loss](everything)
    with pytest.raises(PermissionDenied):
        mourning.let_the_queue_go(world.channel.organisation, by=everything)
    assert mourning.grave_event(world.channel.organisation_id)
