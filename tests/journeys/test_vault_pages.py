"""The vault's pages in a real browser: accessible, narrow and enlarged, and usable with the keyboard."""

import time

import pytest
from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import Page

from tests.journeys.walking import HEIGHTS, Stop, Walk, entered
from tests.plugins.house import make_member
from vierogen.channels.actions import entrust
from vierogen.channels.hygiene import declare_phone
from vierogen.channels.models import Channel
from vierogen.people.actions import end
from vierogen.people.models import Member, User
from vierogen.people.roles import Role
from vierogen.practice.care_demo import look_after
from vierogen.vault.keeping import keep
from vierogen.vault.revealing import break_glass, reveal
from vierogen.web.proof import Proof

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def strongly(member: Member) -> str:
    """The session of somebody who proved it with the app with codes."""
    key = entered(member)
    session = SessionStore(key)
    given = {"method": "mfa", "type": "totp", "at": time.time(), "reauthenticated": True}
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(member.user_id)
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [*session[AUTHENTICATION_METHODS_SESSION_KEY], given]
    session.save()
    return key


def in_dutch(channel: Channel) -> None:
    """As people see it who have it in use, without the number of this computer."""
    User.objects.update(language="nl")
    channel.handle = "@gemeente_voorbeeld"
    channel.save(update_fields=["handle"])


def say_why(page: Page) -> None:
    """Ask for it, so that it is shown."""
    page.locator("#id_reason").fill("De app op de nieuwe telefoon vraagt erom")
    page.locator("main form .buttons button").click()
    page.wait_for_selector(".secret .code")


@pytest.mark.parametrize("width", sorted(HEIGHTS))
def test_the_vault_is_for_everybody(
    channel: Channel, cora: Member, walk: Walk, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    kees, kim = (make_member(channel.organisation, name, Role.CUSTODIAN) for name in ("Kees", "Kim"))
    entrust(channel, to=[kees, kim], by=cora)
    password = keep(channel, "password", "vier ogen zien meer", by=cora)
    keep(channel, "otp_seed", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", by=cora)
    proof = Proof(kees.user_id, "totp", time.time())
    reveal(password, by=kees, reason="De app op de nieuwe telefoon vraagt erom", proof=proof)
    asked = break_glass(password, by=kees, reason="Kim is ziek en niemand anders weet het", proof=proof)
    in_dutch(channel)
    monkeypatch.setattr("tests.journeys.conftest.entered", strongly)
    here = f"/channels/{channel.pk}/vault/"
    stops = [
        Stop("vault", cora, "/channels/vault/", "main a.button", shown=False),
        Stop("vault-secrets", kees, here, "main a.button"),
        Stop("vault-keep", cora, f"{here}notes/", "main form .buttons button", shown=False),
        Stop("vault-see", kees, f"{here}password/see/", "main form .buttons button"),
        Stop("vault-shown", kees, f"{here}password/see/", "", say_why, shown=False),
        Stop("vault-code", kees, f"{here}otp_seed/see/", "", say_why, shown=False),
        Stop("vault-emergency", kees, f"{here}otp_seed/emergency/", "main form button.danger", shown=False),
        Stop("vault-export", cora, "/channels/vault/export/", "main form .buttons button", shown=False),
        Stop("vault-asked", kim, f"/channels/vault/asked/{asked.pk}/", "main form button.danger", shown=False),
    ]
    assert walk(stops, width) == []


@pytest.mark.parametrize("width", sorted(HEIGHTS))
def test_the_care_of_an_account_is_for_everybody(
    channel: Channel, cora: Member, dirk: Member, walk: Walk, width: int
) -> None:
    kees = make_member(channel.organisation, "Kees", Role.CUSTODIAN)
    entrust(channel, to=[cora, kees], by=cora)
    look_after(channel, by=cora, also=kees)
    nora = make_member(channel.organisation, "Nora", Role.WRITER)
    declare_phone(channel, is_on=True, by=nora)
    end(nora, by=cora)
    in_dutch(channel)
    here = f"/channels/{channel.pk}/"
    stops = [
        Stop("care", kees, f"{here}care/", "main .button"),
        Stop("handover", kees, f"{here}handover/", "main a.button"),
        Stop("handover-refresh", kees, f"{here}handover/refresh/", "main form .buttons button", shown=False),
        Stop("care-read", dirk, f"{here}care/", shown=False),
        Stop("channel-cared-for", kees, here, "main form .buttons button", shown=False),
    ]
    assert walk(stops, width) == []
