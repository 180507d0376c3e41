"""What the tests of people share."""

import time
from collections.abc import Callable

import pytest
from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client
from django.urls import reverse

from tests.plugins.house import PASSWORD
from vierogen.people.models import Member

Prove = Callable[..., None]


def code_of(seed: str, *, later: int = 0) -> str:
    """What an authenticator app shows for ``seed`` (RFC 6238), ``later`` periods of 30 seconds from now."""
    return format_hotp_value(hotp_value(seed, int(time.time()) // 30 + later))


def is_in(client: Client) -> bool:
    """Does this browser have a session of somebody?"""
    return "_auth_user_id" in client.session


@pytest.fixture
def log_in(client: Client) -> Callable[..., Client]:
    """A browser-like client in which the member has just typed the password."""

    def type_password(member: Member, password: str = PASSWORD) -> Client:
        client.post(reverse("account_login"), {"login": member.user.email, "password": password})
        return client

    return type_password


@pytest.fixture
def prove() -> Prove:
    """Makes a session in which the member proved ``seconds`` ago who they are: by the password, or by ``kind``."""

    def proved(client: Client, member: Member, *, seconds: float = 0, kind: str = "") -> None:
        session = client.session
        session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(member.user_id)
        how = {"method": "mfa", "type": kind} if kind else {"method": "password"}
        record = {**how, "at": time.time() - seconds, "reauthenticated": True}
        session[AUTHENTICATION_METHODS_SESSION_KEY] = [record]
        session.save()

    return proved
