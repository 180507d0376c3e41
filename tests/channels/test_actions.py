"""An official account belongs to one organisation, however it is written and wherever it lives."""

import pytest
from django.core.exceptions import ValidationError

from vierogen.channels.actions import add
from vierogen.channels.models import Channel, networks
from vierogen.networks.base import NetworkError, Profile
from vierogen.networks.mastodon import Mastodon
from vierogen.people.models import Member, Organisation


def test_an_account_with_a_name_of_its_own_is_the_same_on_every_server(
    town: Organisation, elsewhere: Organisation, cora: Member, otto: Member
) -> None:
    profile = Profile("did:plc:voorbeeld", "@voorbeeld.example", "Gemeente Voorbeeld")
    first = add(town, profile, network_key="bluesky", server="https://bsky.example", by=cora)
    moved = add(town, profile, network_key="bluesky", server="https://pds.example", by=cora)
    assert (moved.pk, Channel.objects.get().server) == (first.pk, "https://pds.example")
    with pytest.raises(ValidationError, match="Another organisation"):
        add(elsewhere, profile, network_key="bluesky", server="https://third.example", by=otto)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("social.example", "https://social.example"),
        (" Social.Example. ", "https://social.example"),
        ("https://social.example:443/web/home", "https://social.example"),
        ("http://[::1]:3000/", "http://[::1]:3000"),
    ],
)
def test_a_server_is_written_in_one_way(typed: str, written: str) -> None:
    assert all(network.server_of(typed) == written for network in networks().values())


@pytest.mark.parametrize("typed", ["social.example:huh", "http://[", "https://social.example:99999"])
def test_what_is_no_server_is_told(typed: str) -> None:
    with pytest.raises(NetworkError, match="not the address of a server"):
        Mastodon.server_of(typed)
