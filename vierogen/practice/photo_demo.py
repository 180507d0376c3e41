"""The demo's simulated Instagram: two official accounts, of which one lets nobody remove anything, and Anna's own."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from vierogen.channels import actions as channels
from vierogen.channels.models import Channel, Colour
from vierogen.people.models import Organisation
from vierogen.people.roles import Role
from vierogen.practice.demo import ORGANISATION, entrust
from vierogen.practice.drawing import photo
from vierogen.practice.phone import Login, remember
from vierogen.practice.photo_app import KEY, photo_phone_file
from vierogen.practice.photo_network import PhotoNetwork
from vierogen.practice.simulators.instagram_records import Account
from vierogen.vault.actions import connect

# The handles of the phone's other app: who sees one of them thinks of both.
PRIVATE, OFFICIAL, YOUTH = "anna_thuis", "gemeente_voorbeeld", "jongerenwerk"
# (handle, name, about, whose it is, whether Vierogen may remove something): Anna's own one first, as on her phone.
ACCOUNTS = (
    (PRIVATE, "Anna thuis", "Privé. Zee, ijs en feestjes.", "anna", True),
    (OFFICIAL, ORGANISATION, "Officieel account van een gemeente die niet bestaat. #oefenen", "cora", True),
    (YOUTH, "Jongerenwerk Voorbeeld", "Voor en door jongeren in Voorbeeld. #oefenen", "cora", False),
)
COLOURS = {OFFICIAL: Colour.PINK, YOUTH: Colour.ORANGE}
# (handle, hours ago, words, photo of the album): what stood there before anybody watched.
EARLIER = (
    (OFFICIAL, 75, "Ons stadhuis is weer elke donderdagavond open. Kom je langs?", "hall"),
    (PRIVATE, 52, "Eindelijk weekend!", "party"),
)


def furnish_photos(network: PhotoNetwork) -> None:
    """Make what is missing, after ``furnish``; what is there stays as people left it. Safe to repeat."""
    accounts = {handle: network.account(handle) or _account(network, handle) for handle, *_rest in ACCOUNTS}
    network.keep()
    remember(
        photo_phone_file(), [Login(one.username, one.token, private=one.person == "anna") for one in accounts.values()]
    )
    connected = Channel.objects.filter(network_key=KEY)
    # The network moves when somebody else took its port; its channels move along.
    connected.update(server=network.url)
    if not connected.exists():
        with transaction.atomic():
            for handle in COLOURS:
                _connect(Organisation.objects.earliest("pk"), accounts[handle], network.url)


def _account(network: PhotoNetwork, handle: str) -> Account:
    _handle, name, about, person, may_delete = next(told for told in ACCOUNTS if told[0] == handle)
    account = network.add_account(handle, name, may_delete=may_delete, person=person)
    account.about = about
    for owner, hours, words, key in EARLIER:
        if owner == handle:
            post = network.post_by_phone(account, words, picture=photo(key))
            network.kept.media[post].created_at = timezone.now() - timedelta(hours=hours)
    return account


def _connect(organisation: Organisation, account: Account, url: str) -> None:
    rows = organisation.members.select_related("user", "organisation")
    cora, *others = (member for member in rows.order_by("pk") if Role.CUSTODIAN in member.roles)
    channel = connect(
        organisation, KEY, server=url, credentials={"token": account.token, "account_id": account.id}, by=cora
    )
    channels.change(channel, by=cora, colour=COLOURS[account.username], automatic_take_down_after=None)
    entrust(channel, [cora, *others])
