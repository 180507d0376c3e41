"""Authenticator apps and recovery codes: the second step of a log-in."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from tests.people.conftest import Prove, code_of, is_in
from vierogen.notices.models import Message
from vierogen.people.actions import _entrance
from vierogen.people.models import Departure, Member, RoleHeld
from vierogen.people.roles import Role
from vierogen.people.states import DepartureState

LogIn = Callable[..., Client]


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """Stands still, so that no code expires between two lines of a test."""
    with time_machine.travel("2026-03-02T10:00:05Z", tick=False) as clock:
        yield clock


@pytest.fixture
def seed(log_in: LogIn, anna: Member, prove: Prove) -> str:
    """Anna connected an app; the browser is logged out again."""
    client = log_in(anna)
    prove(client, anna)
    seed: str = client.get(reverse("mfa_activate_totp")).context["form"].secret
    answer = client.post(reverse("mfa_activate_totp"), {"code": code_of(seed)})
    assert answer.status_code == 302
    client.logout()
    return seed


def test_an_app_is_connected_only_with_a_code_that_it_shows(log_in: LogIn, anna: Member, prove: Prove) -> None:
    client = log_in(anna)
    prove(client, anna)
    page = client.get(reverse("mfa_activate_totp"))
    assert b"data:image/svg+xml" in page.content
    wrong = code_of(page.context["form"].secret, later=100)
    assert client.post(reverse("mfa_activate_totp"), {"code": wrong}).status_code == 200
    assert not Authenticator.objects.exists()


def test_connecting_an_app_asks_again_who_it_is(log_in: LogIn, anna: Member) -> None:
    answer = log_in(anna).get(reverse("mfa_activate_totp"))
    assert answer["Location"].startswith(reverse("account_reauthenticate"))


def test_the_password_alone_is_then_not_enough(log_in: LogIn, anna: Member, seed: str) -> None:
    client = log_in(anna)
    assert not is_in(client)
    assert client.get(reverse("home:today")).status_code == 302


def test_with_the_code_of_the_app_the_log_in_goes_on(log_in: LogIn, anna: Member, seed: str) -> None:
    client = log_in(anna)
    client.post(reverse("mfa_authenticate"), {"code": code_of(seed)})
    assert is_in(client)


@pytest.mark.parametrize("later", [-2, 2])
def test_a_code_of_another_time_does_not_work(log_in: LogIn, anna: Member, seed: str, later: int) -> None:
    client = log_in(anna)
    client.post(reverse("mfa_authenticate"), {"code": code_of(seed, later=later)})
    assert not is_in(client)


def test_a_code_works_once(log_in: LogIn, anna: Member, seed: str) -> None:
    client = log_in(anna)
    client.post(reverse("mfa_authenticate"), {"code": code_of(seed)})
    client.logout()
    client = log_in(anna)
    client.post(reverse("mfa_authenticate"), {"code": code_of(seed)})
    assert not is_in(client)


def test_guessing_codes_is_stopped(log_in: LogIn, anna: Member, seed: str, clock: time_machine.Traveller) -> None:
    client = log_in(anna)
    for later in range(100, 105):
        client.post(reverse("mfa_authenticate"), {"code": code_of(seed, later=later)})
    clock.shift(timedelta(seconds=30))
    client.post(reverse("mfa_authenticate"), {"code": code_of(seed)})
    assert not is_in(client)


def test_a_recovery_code_replaces_the_phone_once(
    log_in: LogIn, anna: Member, seed: str, prove: Prove, clock: time_machine.Traveller
) -> None:
    client = log_in(anna)
    client.post(reverse("mfa_authenticate"), {"code": code_of(seed)})
    prove(client, anna)
    codes = re.findall(r'class="secret">([0-9]+)<', client.get(reverse("mfa_view_recovery_codes")).content.decode())
    assert len(codes) == 10
    client.logout()
    client = log_in(anna)
    client.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert is_in(client)
    client.logout()
    client = log_in(anna)
    client.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert not is_in(client)


def test_the_seed_is_sealed_in_the_database(anna: Member, seed: str) -> None:
    stored = Authenticator.objects.get(user=anna.user, type=Authenticator.Type.TOTP)
    assert seed not in str(stored.data)
    assert Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES).data["seed"].startswith('["')


def test_mails_tell_that_an_app_was_connected_and_disconnected(
    log_in: LogIn, anna: Member, prove: Prove, django_capture_on_commit_callbacks: Any
) -> None:
    client = log_in(anna)
    prove(client, anna)
    seed = client.get(reverse("mfa_activate_totp")).context["form"].secret
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("mfa_activate_totp"), {"code": code_of(seed)})
    prove(client, anna, kind="totp")
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.exists()
    assert [message.email for message in Message.objects.all()] == [anna.user.email] * 2


CHANGES = (
    "deactivate_totp",
    "add_webauthn",
    "view_recovery_codes",
    "download_recovery_codes",
    "generate_recovery_codes",
)


@pytest.mark.parametrize("page", CHANGES)
def test_a_password_alone_changes_no_second_step(
    log_in: LogIn, anna: Member, seed: str, prove: Prove, clock: time_machine.Traveller, page: str
) -> None:
    """A thief at an open laptop, who knows the password, would put an app of their own in its place."""
    client = log_in(anna)
    client.post(reverse("mfa_authenticate"), {"code": code_of(seed)})
    clock.shift(timedelta(hours=1))
    prove(client, anna)
    before = list(Authenticator.objects.order_by("pk").values())
    path = reverse(f"mfa_{page}")
    for answer in (client.get(path), client.post(path)):
        assert answer["Location"].startswith(reverse("mfa_reauthenticate"))
    assert list(Authenticator.objects.order_by("pk").values()) == before
    client.post(reverse("mfa_reauthenticate"), {"code": code_of(seed)})
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("page", ["remove_webauthn", "edit_webauthn"])
def test_nor_does_it_change_a_passkey(log_in: LogIn, anna: Member, prove: Prove, page: str) -> None:
    client = log_in(anna)
    told = {"name": "Passkey 1", "credential": {}}
    key = Authenticator.objects.create(user=anna.user, type=Authenticator.Type.WEBAUTHN, data=told)
    prove(client, anna)
    answer = client.post(reverse(f"mfa_{page}", args=[key.pk]), {"name": "Another"})
    assert answer["Location"].startswith(reverse("mfa_reauthenticate_webauthn"))
    assert Authenticator.objects.get().data == told


@pytest.mark.parametrize("role", [Role.CUSTODIAN, Role.ADMINISTRATOR])
def test_nor_does_a_recovery_code_where_it_would_lead_to_secrets(
    log_in: LogIn, anna: Member, seed: str, clock: time_machine.Traveller, role: Role
) -> None:
    """It lies on paper (decision 0023)."""
    RoleHeld.objects.create(member=anna, role=role)
    client = log_in(anna)
    codes = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES).wrap().get_unused_codes()
    client.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert is_in(client)
    client.post(reverse("mfa_reauthenticate"), {"code": codes[1]})
    told = client.post(reverse("mfa_deactivate_totp"), follow=True).content.decode()
    assert "Ask an administrator to end your access" in told
    assert Authenticator.objects.filter(type=Authenticator.Type.TOTP).exists()


def test_everybody_else_takes_the_lost_phone_away_with_a_recovery_code(
    log_in: LogIn, anna: Member, seed: str, clock: time_machine.Traveller
) -> None:
    client = log_in(anna)
    codes = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES).wrap().get_unused_codes()
    client.post(reverse("mfa_authenticate"), {"code": codes[0]})
    clock.shift(timedelta(hours=1))
    client.post(reverse("mfa_deactivate_totp"))
    assert Authenticator.objects.filter(type=Authenticator.Type.TOTP).exists()
    client.post(reverse("mfa_reauthenticate"), {"code": codes[1]})
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(type=Authenticator.Type.TOTP).exists()


def test_an_invitation_is_no_way_around_the_second_step(anna: Member, seed: str, client: Client) -> None:
    """Somebody of single sign-on who has an app, and is invited elsewhere, chooses a password there."""
    anna.user.set_unusable_password()
    anna.user.save()
    path = _entrance(anna.user)
    told = {"new_password1": "an even longer password", "new_password2": "an even longer password"}
    assert client.post(path, told)["Location"].startswith(reverse("mfa_authenticate"))
    assert not is_in(client)


def test_whoever_lost_phone_and_codes_comes_in_again_as_the_howto_says(
    log_in: LogIn, anna: Member, cora: Member, seed: str, prove: Prove
) -> None:
    told = "Is your phone gone"
    page = log_in(anna).get(reverse("mfa_authenticate"))
    assert told in page.content.decode()
    administrator = Client()
    administrator.force_login(cora.user, backend="django.contrib.auth.backends.ModelBackend")
    prove(administrator, cora)
    left = administrator.post(reverse("people:end", args=[anna.pk]), follow=True)
    assert "has no access any more" in left.content.decode()
    assert not is_in(log_in(anna))
    form = {"name": "Anna", "email": anna.user.email, "roles": ["writer"]}
    assert administrator.post(reverse("people:invite"), form).status_code == 302
    assert Departure.objects.get().state == DepartureState.CALLED_OFF
    path = re.search(r"/join/\S+", Message.objects.filter(user_id=anna.user_id).latest("pk").text)
    assert path
    hers = Client()
    hers.post(path[0], {"new_password1": "an even longer password", "new_password2": "an even longer password"})
    assert is_in(hers)
    assert not Authenticator.objects.exists()


def test_where_no_passkey_can_be_made_none_is_offered(log_in: LogIn, anna: Member, settings: Any) -> None:
    """The operator gave a number for an address; a passkey belongs to a name."""
    settings.MFA_SUPPORTED_TYPES, settings.MFA_PASSKEY_LOGIN_ENABLED = ["totp", "recovery_codes"], False
    client = log_in(anna)
    assert "passkey" not in Client().get(reverse("account_login")).content.decode()
    assert reverse("mfa_add_webauthn") not in client.get(reverse("mfa_index")).content.decode()
