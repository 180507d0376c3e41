"""A busy day at the town hall: something in every state that a page can show."""

from dataclasses import dataclass
from datetime import timedelta
from secrets import token_hex

from django.utils import timezone

from tests.plugins.house import PASSWORD, SETUP
from vierogen.channels import actions as channels
from vierogen.channels.models import Channel, Colour
from vierogen.ledger.moves import move
from vierogen.networks.base import Profile
from vierogen.people import partnering
from vierogen.people.actions import change_settings, found, join
from vierogen.people.models import Member, Organisation, User
from vierogen.people.roles import Role
from vierogen.posts.actions import consenting, delivering, guests, moments, reviewing, writing
from vierogen.posts.actions.stopping import stop
from vierogen.posts.models import Consent, Delivery, GuestReview, Media, Version
from vierogen.practice.demo import NEIGHBOUR, NEIGHBOURS, phone_file
from vierogen.practice.drawing import photo
from vierogen.practice.network import Account
from vierogen.practice.phone import Login, remember
from vierogen.practice.server import PracticeServer
from vierogen.vault.actions import connect, opened
from vierogen.watch.actions.looking import look
from vierogen.watch.actions.minding import enrol
from vierogen.watch.models import Stray, Watched

ROADWORKS = "Morgen beginnen de werkzaamheden aan de Stationsweg. {} Vragen? Stel ze hier, we antwoorden vandaag nog."


@dataclass(frozen=True)
class Team:
    """Everybody at work."""

    anna: Member
    ben: Member
    cora: Member
    dirk: Member


@dataclass(frozen=True)
class Accounts:
    """Three official accounts on two networks."""

    town: Channel
    youth: Channel
    sky: Channel


@dataclass(frozen=True)
class Day:
    """What a page is opened on."""

    team: Team
    accounts: Accounts
    draft: Version
    asked: Version
    cooling: Version
    uncertain: Version
    emergency: Version
    published: Version
    stray: Stray
    consent: Consent
    # Of a colleague organisation, and what it is asked to judge.
    guus: Member
    guest: GuestReview
    # A story in the phone's photo app, where there is one.
    photo_story: str = ""


def begin(practice: PracticeServer, team: Team) -> Day:
    """Let it all happen, among people who read Dutch."""
    User.objects.update(language="nl")
    Organisation.objects.update(language="nl")
    team.dirk.held.create(role=Role.CUSTODIAN)
    change_settings(team.cora.organisation, by=team.cora, own_domains="voorbeeld.example")
    official = practice.network.add_account("gemeente_voorbeeld", "Gemeente Voorbeeld", colour="#5b4bd6")
    accounts = _connected(practice, official, team)
    published = _published(accounts, team)
    _scheduled(accounts, team)
    _ended(accounts, team)
    emergency = _written("Code rood: blijf vanavond binnen. Het stormt hard.", accounts.town, by=team.anna)
    reviewing.publish_in_emergency(emergency, by=team.dirk, reason="De storm is er over een half uur.")
    _held(accounts, team)
    asked = _asked(accounts, team)
    guest = _asked_along(asked, team)
    return Day(
        team=team,
        accounts=accounts,
        draft=_written(
            "Zaterdag is de buurtbarbecue op het Plein. Begint om [tijd invullen].", accounts.youth, by=team.anna
        ),
        asked=asked,
        cooling=_approved("Kapotte lantaarnpaal? Meld het via de app.", accounts.town, team),
        uncertain=_uncertain(accounts, team),
        emergency=emergency,
        published=published,
        stray=_stray(practice, official, accounts),
        consent=_consent(team),
        guus=guest.partner.members.get(user__name="Guus"),
        guest=guest,
    )


def _connected(practice: PracticeServer, official: Account, team: Team) -> Accounts:
    youth = practice.network.add_account("jongerenwerk_voorbeeld", "Jongerenwerk Voorbeeld", colour="#1d6b52")
    private = practice.network.add_account("anna_thuis", "Anna thuis", about="Privé.", colour="#b34700")
    remember(phone_file(), [Login(one.handle, one.token, private=one is private) for one in (private, official)])
    cora, organisation = team.cora, team.cora.organisation
    found = [
        connect(organisation, "mastodon", server=practice.url, credentials={"token": one.token}, by=cora)
        for one in (official, youth)
    ]
    profile = Profile("did:plc:voorbeeld", "@voorbeeld.example", "Gemeente Voorbeeld")
    sky = channels.add(organisation, profile, network_key="bluesky", server="https://bsky.example", by=cora)
    for channel, colour in zip([*found, sky], (Colour.INDIGO, Colour.GREEN, Colour.BLUE), strict=True):
        channels.change(channel, by=cora, colour=colour, automatic_take_down_after=None)
    for channel in found:
        # The practice network's own address is a number with a port.
        channel.handle = channel.handle.replace(practice.url.removeprefix("http://"), "social.example")
        channel.save(update_fields=["handle"])
        channels.entrust(channel, to=[cora, team.dirk], by=cora)
    channels.entrust(sky, to=[cora], by=cora)
    return Accounts(*found, sky)


def _written(text: str, *on: Channel, by: Member, **more: object) -> Version:
    content = writing.Content(text, on, **more)  # type: ignore[arg-type]
    return writing.begin(by.organisation, content, by=by)


def _approved(text: str, on: Channel, team: Team, **more: object) -> Version:
    version = _written(text, on, by=team.anna, **more)
    writing.submit(version, by=team.anna)
    reviewing.approve(version, by=team.ben, digest=version.digest)
    return version


def _delivery(text: str, on: Channel, team: Team) -> Delivery:
    """On its way out, out of reach of a worker that was not meant to send it."""
    version = _approved(text, on, team)
    reviewing.publish_now(version, by=team.ben)
    return Delivery.objects.get(version=version)


def _asked(accounts: Accounts, team: Team) -> Version:
    """A second version waits for a reviewer, with two pictures, of which one is not described."""
    organisation, by = team.anna.organisation, team.anna
    pictures = [writing.add_picture(organisation, photo(key), name=f"{key}.png", by=by) for key in ("hall", "beach")]
    told = ((pictures[0].pk, "Gele omleidingsborden bij de Stationsweg"), (pictures[1].pk, ""))
    both = (accounts.town, accounts.sky)
    tomorrow = timezone.localtime().replace(hour=8, minute=30, second=0, microsecond=0) + timedelta(days=1)
    first = _written(ROADWORKS.format("Rij om via de Dorpsstraat."), *both, by=by, pictures=told)
    link = "https://omleiding.example/werk"
    texts = {accounts.sky.pk: "Morgen werk aan de Stationsweg. Volg de gele borden."}
    content = writing.Content(
        ROADWORKS.format(f"Volg de gele borden, zie {link}."), both, texts=texts, pictures=told, not_before=tomorrow
    )
    version = writing.save(first.post, content, by=by)
    reasons = {found.pk: "Dat is het strand; wat er staat, staat ook in de tekst." for found in version.stops()}
    writing.submit(version, by=by, reasons=reasons)
    return version


def _asked_along(version: Version, team: Team) -> GuestReview:
    """The neighbours of the demo are partners, and are asked to look at this version."""
    there = found(NEIGHBOUR, by=SETUP)
    for person in NEIGHBOURS:
        user = User.objects.create_user(person.email, PASSWORD, name=person.name, language="nl")
        join(there, user, roles=person.roles, by=SETUP)
    hilde = there.members.get(user__name="Hilde")
    partnering.agree(partnering.ask(NEIGHBOUR, by=team.cora), by=hilde)
    return guests.ask_partner(version, there, by=team.anna)


def _consent(team: Team) -> Consent:
    """Somebody may be seen in a picture that waits for review, and a quiet moment is planned."""
    funeral = timezone.localtime().replace(hour=11, minute=0, second=0, microsecond=0) + timedelta(days=2)
    moments.add("Uitvaart van oud-burgemeester Jansen", starts=funeral, ends=funeral + timedelta(hours=2), by=team.cora)
    picture = Media.objects.get(name="hall.png")
    how = "Getekend formulier, 12 oktober"
    consenting.keep([picture], who="Sanne Voorbeeld", how="Mail aan Anna", until=None, by=team.anna)
    until = timezone.localdate() + timedelta(days=40)
    return consenting.keep([picture], who="Noor Voorbeeld", how=how, until=until, by=team.anna)


def _published(accounts: Accounts, team: Team) -> Version:
    delivery = _delivery("De weekmarkt is deze week op vrijdag.", accounts.town, team)
    claimed = delivering.claim("a worker")
    assert claimed == delivery
    delivering.send(claimed)
    return delivery.version


def _scheduled(accounts: Accounts, team: Team) -> None:
    friday = timezone.now() + timedelta(days=3)
    _approved(
        "Vrijdag open podium in het jongerencentrum. Iedereen mag meedoen.", accounts.youth, team, not_before=friday
    )


def _ended(accounts: Accounts, team: Team) -> None:
    """One stopped in its cooling-off, one that nobody approved in time, one sent back."""
    stopped = _approved("Het zwembad gaat morgen weer open!", accounts.town, team)
    stop(stopped.post, by=team.dirk)
    soon = timezone.now() + timedelta(seconds=20)
    late = _written("Vanavond om 20.00 uur: raadsvergadering.", accounts.town, by=team.anna, not_before=soon)
    writing.submit(late, by=team.anna)
    reviewing.expire_due(soon + timedelta(seconds=1))


def _held(accounts: Accounts, team: Team) -> None:
    delivery = _delivery("De bibliotheek is vandaag tot 21.00 uur open.", accounts.town, team)
    move(delivery, "hold", by=delivering.WORKER, changes={"problem": delivering.LATE})


def _uncertain(accounts: Accounts, team: Team) -> Version:
    delivery = _delivery("Vandaag halen we het grofvuil op in Noord.", accounts.sky, team)
    move(delivery, "send", by=delivering.WORKER, changes={"attempts": 1, "sent_at": timezone.now()})
    move(delivery, "doubt", by=delivering.WORKER, changes={"problem": delivering.LOST, "next_look_at": None})
    return delivery.version


def _stray(practice: PracticeServer, official: Account, accounts: Accounts) -> Stray:
    """Every account is watched; on one of them somebody posts with the ordinary app."""
    enrol()
    now = timezone.now()
    live = {"mode": "streamed", "heard_at": now, "expected_by": now + timedelta(hours=1)}
    Watched.objects.update(**live)
    Watched.objects.filter(channel=accounts.sky).update(baseline_at=now)
    strays: list[Stray] = []
    for channel in (accounts.youth, accounts.town):
        row = Watched.objects.select_related("channel__organisation").get(channel=channel)
        with opened(channel) as network:
            look(row, network)
            if channel == accounts.town:
                practice.network.post_by_phone(official, "Lekker in de zon met de kids " + token_hex(2))
                strays = look(row, network)
    [stray] = strays
    return stray
