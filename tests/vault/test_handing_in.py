"""Who handed a key in knows it, until somebody else hands in another one."""

from importlib import import_module

import time_machine
from django.apps import apps
from django.urls import reverse

from tests.plugins.house import make_member
from tests.vault.lighthouse import Lighthouse
from vierogen.channels.models import Channel
from vierogen.people.holding import Held
from vierogen.people.models import Member
from vierogen.people.roles import Role
from vierogen.practice.network import Account
from vierogen.practice.server import PracticeServer
from vierogen.vault import jobs, log_in
from vierogen.vault.actions import reconnect, seal
from vierogen.vault.models import KeyLife, Secret
from vierogen.vault.offers import KeysHandedIn


def held_by(member: Member) -> list[Held]:
    return KeysHandedIn().held_by(member)


def test_a_key_is_held_until_somebody_else_hands_in_another(
    channel: Channel, official: Account, practice: PracticeServer, cora: Member
) -> None:
    kees = make_member(channel.organisation, "Kees", Role.CUSTODIAN)
    (held,) = held_by(cora)
    assert (held.subject, held.url) == (f"channels.channel:{channel.pk}", reverse("vault:takeover", args=[channel.pk]))
    reconnect(channel, server=channel.server, credentials={"token": official.token}, by=kees)
    assert (len(held_by(cora)), held_by(kees)) == (1, []), "the key that Cora knows still works"
    new = practice.network.new_token(official)
    reconnect(channel, server=channel.server, credentials={"token": new.token}, by=kees)
    assert (held_by(cora), len(held_by(kees))) == ([], 1)


def test_a_key_that_does_not_open_any_more_is_replaced_all_the_same(
    channel: Channel, official: Account, cora: Member
) -> None:
    kees = make_member(channel.organisation, "Kees", Role.CUSTODIAN)
    Secret.objects.filter(channel=channel).update(ciphertext=b"damaged")
    reconnect(channel, server=channel.server, credentials={"token": official.token}, by=kees)
    assert (held_by(cora), len(held_by(kees))) == ([], 1)


def test_what_a_machine_renewed_still_hangs_on_who_logged_in(kept: Channel, lantern: Lighthouse, cora: Member) -> None:
    life = KeyLife.objects.get(channel=kept)
    assert life.next_try_at
    before = Secret.objects.get(channel=kept, field="access").version
    with time_machine.travel(life.next_try_at, tick=False):
        assert jobs.renew("worker")
    assert Secret.objects.get(channel=kept, field="access").version > before
    (held,) = held_by(cora)
    assert "log in at the network" in held.asks
    kees = make_member(kept.organisation, "Kees", Role.CUSTODIAN)
    begun = log_in.begin(kees, "lantern", channel=kept)
    back = lantern.allow(begun.address)
    handshake = log_in.waiting(kees, "lantern", sent=back["state"], among=[begun.handshake.pk])
    log_in.answer(handshake, sent=back["state"], code=back["code"])
    log_in.finish(handshake, account_id="17", by=kees)
    assert (held_by(cora), len(held_by(kees))) == ([], 1)


def test_what_nobody_handed_in_is_nobodys(channel: Channel, cora: Member) -> None:
    Secret.objects.all().delete()
    seal(channel, {"token": "back from a sealed export"})
    assert held_by(cora) == []


def test_of_keys_from_before_the_ledger_tells_it(channel: Channel, official: Account, cora: Member) -> None:
    kees = make_member(channel.organisation, "Kees", Role.CUSTODIAN)
    reconnect(channel, server=channel.server, credentials={"token": official.token}, by=kees)
    Secret.objects.update(changed_by=None)
    import_module("vierogen.vault.migrations.0006_who_handed_in").ask_the_ledger(apps, None)
    assert (held_by(cora), len(held_by(kees))) == ([], 1)
