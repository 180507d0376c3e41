"""What the demo begins with: a fictitious municipality, its people, two accounts, and some posts on their way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from secrets import token_urlsafe

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from vierogen.channels import actions as channels
from vierogen.channels.models import Channel, Colour
from vierogen.learning.actions.agreeing import confirm
from vierogen.learning.actions.beginning import take_set
from vierogen.learning.actions.teaching import finish, oblige, take_lessons
from vierogen.learning.models import Agreement, Lesson
from vierogen.learning.starting import Kind
from vierogen.ledger.actions import Machine
from vierogen.networks.mastodon import Mastodon
from vierogen.notices.models import Message
from vierogen.people import partnering
from vierogen.people.actions import change_settings, found, guide, join
from vierogen.people.models import Member, Organisation, User
from vierogen.people.roles import Role
from vierogen.posts.actions import guests, writing
from vierogen.posts.actions.content import Content
from vierogen.practice.care_demo import look_after
from vierogen.practice.drawing import photo
from vierogen.practice.network import Draft, PracticeNetwork
from vierogen.practice.phone import Login, remember
from vierogen.practice.records import Account
from vierogen.practice.server import PracticeServer
from vierogen.vault.actions import connect
from vierogen.vault.keeping import keep
from vierogen.vault.models import Field
from vierogen.watch.models import Watched

DEMO = Machine("demo")
ORGANISATION, NEIGHBOUR = "Gemeente Voorbeeld", "Gemeente Buurdorp"
TRAINEESHIP = timedelta(days=90)
OFFICIAL, YOUTH, PRIVATE = "gemeente_voorbeeld", "jongerenwerk", "anna_thuis"


@dataclass(frozen=True)
class Person:
    """Somebody of the demo; ``does`` is translatable English for on a button."""

    name: str
    roles: tuple[Role, ...]
    does: str
    is_temporary: bool = False
    organisation: str = ORGANISATION

    @property
    def email(self) -> str:
        """An address that nobody can have (RFC 2606)."""
        return f"{self.name}@{self.organisation.split()[-1]}.example".lower()


PEOPLE = (
    Person("Anna", (Role.WRITER,), gettext_noop("writes")),
    Person("Ben", (Role.REVIEWER,), gettext_noop("is the second pair of eyes")),
    Person("Cora", (Role.ADMINISTRATOR, Role.CUSTODIAN), gettext_noop("administers, and holds keys")),
    Person("Dirk", (Role.DUTY_OFFICER, Role.CUSTODIAN), gettext_noop("is on duty, and holds keys")),
    Person("Fleur", (Role.PRIVACY_OFFICER,), gettext_noop("guards privacy")),
    Person("Tess", (Role.TRAINEE,), gettext_noop("is a trainee, for three months"), is_temporary=True),
)
# They can be asked for the second pair of eyes, and see nothing else.
NEIGHBOURS = (
    Person("Guus", (Role.REVIEWER,), gettext_noop("looks along, as a guest"), organisation=NEIGHBOUR),
    Person(
        "Hilde",
        (Role.ADMINISTRATOR, Role.DUTY_OFFICER),
        gettext_noop("administers there, and agreed to it"),
        organisation=NEIGHBOUR,
    ),
)

# (handle, name, about, colour on the network): the official accounts, somebody's own, and two that read along.
ACCOUNTS = (
    (OFFICIAL, ORGANISATION, "Officieel account van een gemeente die niet bestaat. #oefenen", "#0a66b0"),
    (YOUTH, "Jongerenwerk Voorbeeld", "Voor en door jongeren in Voorbeeld. #oefenen", "#7b2d8b"),
    (PRIVATE, "Anna thuis", "Privé. Zee, ijs en feestjes.", "#b34700"),
    ("buurtkrant", "De Buurtkrant", "Nieuws uit Voorbeeld.", "#1d6b52"),
    ("sjoerd_fietst", "Sjoerd fietst", "Elke dag naar het werk.", "#46536b"),
)


@dataclass(frozen=True)
class Earlier:
    """A post from before anybody watched; ``photo`` is one of the album."""

    handle: str
    hours_ago: int
    text: str
    photo: str = ""
    description: str = ""


EARLIER = (
    Earlier(OFFICIAL, 75, "Ons stadhuis is weer elke donderdagavond open.", "hall", "Het stadhuis van Voorbeeld"),
    Earlier("sjoerd_fietst", 52, "De nieuwe fietsbrug ligt er mooi bij!"),
    Earlier(YOUTH, 30, "Vrijdag open podium in het jongerencentrum. Iedereen mag meedoen, toegang gratis."),
    Earlier("buurtkrant", 27, "Vanaf maandag werk aan de Stationsweg. Wat betekent dat voor de bus?"),
    Earlier(OFFICIAL, 5, "Het zwembad sluit vandaag om 17.00 uur in plaats van 21.00 uur, door een storing."),
    Earlier(PRIVATE, 3, "Eindelijk weekend."),
)

UNFINISHED = "Zaterdag is de buurtbarbecue op het Plein. Kom je ook?"
OFFERED = (
    "De Stationsweg is maandag van 7.00 tot 16.00 uur dicht voor auto's. "
    "Fietsers en voetgangers kunnen er langs. De bus rijdt om via de Kerkstraat."
)
TOGETHER = "De brug naar Buurdorp is weer open voor fietsers. Bedankt voor jullie geduld!"


def phone_file() -> Path:
    """Where the phone keeps the accounts that it is logged in to."""
    return Path(settings.HOME) / "phone.json"


def mail_folder() -> Path:
    """Where the practice mailbox keeps its mails."""
    return Path(settings.HOME) / "mailbox"


def people() -> list[tuple[Person, User]]:
    """The people of the demo who are there; nobody outside the practice environment."""
    if not settings.PRACTICE:
        return []
    there = {user.email: user for user in User.objects.filter(is_active=True)}
    return [(person, there[person.email]) for person in (*PEOPLE, *NEIGHBOURS) if person.email in there]


def entrance(email: str) -> User:
    """Somebody of the demo, who needs no password. Raises ``PermissionDenied`` for everybody else, and elsewhere."""
    for person, user in people():
        if person.email == email:
            return user
    raise PermissionDenied(_("Only the people of the demo can be chosen here."))


def furnish(server: PracticeServer) -> None:
    """Make what is missing; what is there stays as people left it. Safe to repeat."""
    accounts = _accounts(server.network)
    chosen = [accounts[PRIVATE], accounts[OFFICIAL]]
    remember(phone_file(), [Login(one.handle, one.token, private=one.handle == PRIVATE) for one in chosen])
    _follow_to(server.url)
    if not Organisation.objects.exists():
        with transaction.atomic():  # half a demo would never be made whole
            _organise(server.url, accounts)


def _accounts(network: PracticeNetwork) -> dict[str, Account]:
    accounts = {
        handle: network.add_account(handle, name, about=about, colour=colour)
        for handle, name, about, colour in ACCOUNTS
    }
    if not network.timeline():
        for earlier in EARLIER:
            _post(network, accounts[earlier.handle], earlier)
    return accounts


def _post(network: PracticeNetwork, account: Account, earlier: Earlier) -> None:
    media = []
    if earlier.photo:
        media = [network.add_media(account, photo(earlier.photo), description=earlier.description).id]
    status = network.publish(account, Draft(earlier.text, media_ids=media, language="nl"))
    network.backdate(status, timezone.now() - timedelta(hours=earlier.hours_ago))


def _follow_to(url: str) -> None:
    """The practice network moves when somebody else took its port; its channels move along."""
    moved = Channel.objects.official().filter(network_key=Mastodon.key).exclude(server=url)
    # Else their own new address would count as a change by somebody else.
    Watched.objects.filter(channel__in=moved).update(profile={})
    moved.update(server=url, realm=url)


def _organise(url: str, accounts: dict[str, Account]) -> None:
    organisation = found(ORGANISATION, by=DEMO)
    members = {person.name: _join(organisation, person) for person in PEOPLE if not person.is_temporary}
    cora = members["Cora"]
    _teach(organisation, list(members.values()), by=cora)
    # Who came later still has to read: the demo shows that too.
    members |= {person.name: _join(organisation, person) for person in PEOPLE if person.is_temporary}
    change_settings(organisation, by=cora, own_domains="voorbeeld.example")
    guide(members["Tess"], by_whom=members["Anna"], by=cora)
    keepers = [cora, members["Dirk"]]
    town = _connect(organisation, accounts[OFFICIAL], url, colour=Colour.BLUE, keepers=keepers)
    _connect(organisation, accounts[YOUTH], url, colour=Colour.PURPLE, keepers=keepers)
    keep(town, Field.PASSWORD, "Alleen-om-te-oefenen-7", by=cora)
    keep(town, Field.NOTES, "De telefoon met de app ligt in de kluis van de receptie.", by=cora)
    look_after(town, by=cora, also=members["Dirk"])
    _write(organisation, town, by=members["Anna"])
    _ask_along(town, cora=cora, anna=members["Anna"])


def _teach(organisation: Organisation, members: list[Member], *, by: Member) -> None:
    """Agreements and a mandatory lesson, which everybody who is there has read and done."""
    take_set(organisation, kind=Kind.MUNICIPALITY, language="nl", days=14, by=by)
    take_lessons(organisation, language="nl", by=by)
    lesson = Lesson.objects.filter(organisation=organisation).in_use()[0]
    oblige(lesson, mandatory=True, days=14, by=by)
    for member in members:
        for card in Agreement.objects.filter(organisation=organisation).in_force():
            confirm(card, answer=str(card.asks.right), by=member)
        finish(lesson, answers=[str(question.right) for question in lesson.asks], by=member)


def _join(organisation: Organisation, person: Person) -> Member:
    # Nobody knows the password: people of the demo come in by a button, which only practice has.
    user = User.objects.create_user(person.email, token_urlsafe(32), name=person.name)
    ends_on = organisation.today() + TRAINEESHIP if person.is_temporary else None
    return join(organisation, user, roles=person.roles, by=DEMO, ends_on=ends_on, is_new=person.is_temporary)


def _connect(
    organisation: Organisation, account: Account, url: str, *, colour: Colour, keepers: Sequence[Member]
) -> Channel:
    cora, *_others = keepers
    channel = connect(organisation, Mastodon.key, server=url, credentials={"token": account.token}, by=cora)
    # Without the number of this computer and its port, which tell people nothing.
    channel.handle = f"@{account.handle}"
    channel.save(update_fields=["handle"])
    channels.change(channel, by=cora, colour=colour, automatic_take_down_after=None)
    entrust(channel, keepers)
    return channel


def entrust(channel: Channel, keepers: Sequence[Member]) -> None:
    """To these two or more. Whoever opens the mailbox later has to find what they caused, and no mail about this."""
    before = set(Message.objects.values_list("pk", flat=True))
    channels.entrust(channel, to=keepers, by=keepers[-1])
    Message.objects.exclude(pk__in=before).delete()


def _write(organisation: Organisation, channel: Channel, *, by: Member) -> None:
    writing.begin(organisation, Content(UNFINISHED, (channel,)), by=by)
    shown = writing.add_picture(organisation, photo("hall"), name="stationsweg.png", by=by)
    pictures = ((shown.pk, "Tekening van het stadhuis aan de Stationsweg"),)
    offered = writing.begin(organisation, Content(OFFERED, (channel,), pictures=pictures), by=by)
    writing.submit(offered, by=by)


def _ask_along(channel: Channel, *, cora: Member, anna: Member) -> None:
    """A colleague organisation, and a post that waits for its eyes (and for ours: whoever comes first)."""
    neighbour = found(NEIGHBOUR, by=DEMO)
    members = {person.name: _join(neighbour, person) for person in NEIGHBOURS}
    partnering.agree(partnering.ask(NEIGHBOUR, by=cora), by=members["Hilde"])
    version = writing.begin(channel.organisation, Content(TOGETHER, (channel,)), by=anna)
    writing.submit(version, by=anna)
    guests.ask_partner(version, neighbour, by=anna)
