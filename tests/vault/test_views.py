"""The pages on which credentials are handed in: proved, sealed, and never shown again."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from vierogen.channels.models import Channel, networks
from vierogen.networks.abilities import Authorises
from vierogen.people.models import Member
from vierogen.practice.network import Account
from vierogen.practice.server import PracticeServer
from vierogen.vault.forms import CredentialsForm
from vierogen.vault.models import Secret

Visit = Callable[[Member], Client]
MASTODON = "mastodon"


def body(answer: HttpResponse) -> str:
    return " ".join(answer.content.decode().split())


def connect_to(key: str) -> str:
    return reverse("vault:connect_to", args=[key])


def test_every_network_can_be_chosen_and_what_is_missing_is_said(visit: Visit, cora: Member) -> None:
    page = body(visit(cora).get(reverse("vault:connect")))
    for key, network in networks().items():
        assert connect_to(key) in page
        assert network.name in page
    assert "LinkedIn and Facebook are not there yet." in page


@pytest.mark.parametrize("key", sorted(networks()))
def test_each_network_asks_for_its_own_fields(visit: Visit, cora: Member, key: str, settings: Any) -> None:
    settings.NETWORK_SERVERS = {key: "http://127.0.0.1:9"}  # not the live one
    page = body(visit(cora).get(connect_to(key)))
    assert f"Connect an account on {networks()[key].name}" in page
    for field in [] if issubclass(networks()[key], Authorises) else networks()[key].fields:
        assert f'name="{field.name}"' in page
        if field.secret:
            assert f'type="password" name="{field.name}"' in page


@pytest.mark.parametrize("key", sorted(networks()))
def test_only_what_is_optional_may_be_left_empty(key: str) -> None:
    network = networks()[key]
    form = CredentialsForm({}, network=network)
    assert set(form.errors) == {field.name for field in network.fields if not field.optional}


def test_a_right_key_is_sealed_and_the_account_is_watched(
    visit: Visit, cora: Member, practice: PracticeServer, official: Account
) -> None:
    told = {"server": practice.url, "token": official.token}
    answer = visit(cora).post(connect_to(MASTODON), told, follow=True)
    assert "is connected and watched from now on." in body(answer)
    assert official.token not in body(answer)
    assert Secret.objects.get().channel == Channel.objects.get()


def test_a_wrong_key_is_told_in_plain_words_and_not_shown_again(
    visit: Visit, cora: Member, practice: PracticeServer
) -> None:
    answer = visit(cora).post(connect_to(MASTODON), {"server": practice.url, "token": "verkeerd"})
    assert answer.status_code == 422
    assert "The network refuses this key. Check that it was copied whole." in body(answer)
    assert practice.url in body(answer)
    assert "verkeerd" not in body(answer)
    assert not Channel.objects.exists()


def test_what_is_missing_is_told_beside_the_field(visit: Visit, cora: Member) -> None:
    answer = visit(cora).post(connect_to(MASTODON), {"server": "mastodon.example"})
    assert answer.status_code == 422
    assert 'href="#id_token"' in body(answer)


def test_a_known_account_is_connected_again_with_its_history(
    visit: Visit, cora: Member, channel: Channel, practice: PracticeServer, official: Account
) -> None:
    client, url = visit(cora), reverse("vault:reconnect", args=[channel.pk])
    assert f'value="{practice.url}"' in body(client.get(url))
    client.post(url, {"server": practice.url, "token": official.token})
    assert Channel.objects.get() == channel


def test_the_key_of_another_account_is_refused_and_both_are_named(
    visit: Visit, cora: Member, channel: Channel, practice: PracticeServer
) -> None:
    other = practice.network.add_account("wethouder", "Wethouder")
    before = list(Secret.objects.values())
    told = {"server": practice.url, "token": other.token}
    answer = visit(cora).post(reverse("vault:reconnect", args=[channel.pk]), told)
    assert answer.status_code == 422
    assert "This key belongs to @wethouder@" in body(answer)
    assert f"only {channel.handle} can be connected again" in body(answer)
    assert Channel.objects.get() == channel
    assert list(Secret.objects.values()) == before


def test_an_account_with_the_same_number_on_another_server_is_another_account(
    visit: Visit, cora: Member, channel: Channel
) -> None:
    server = PracticeServer(None)
    server.start()
    try:
        namesake = server.network.add_account("gemeente_voorbeeld", "Gemeente Voorbeeld")
        told = {"server": server.url, "token": namesake.token}
        answer = visit(cora).post(reverse("vault:reconnect", args=[channel.pk]), told)
    finally:
        server.stop()
    assert "This key belongs to" in body(answer)
    assert Channel.objects.get() == channel


def test_an_unknown_network_and_another_organisations_account_do_not_exist(
    visit: Visit, cora: Member, otto: Member, channel: Channel
) -> None:
    assert visit(cora).get(connect_to("myspace")).status_code == 404
    assert visit(otto).get(reverse("vault:reconnect", args=[channel.pk])).status_code == 404
