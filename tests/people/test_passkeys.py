"""Passkeys in a real Chromium: made, logged in with, and used to prove again who one is."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from playwright.sync_api import CDPSession, Page, expect

from tests.plugins.house import PASSWORD
from tests.posts.conftest import TEXT
from vierogen.channels.models import Channel
from vierogen.people.adapters import MFAAdapter
from vierogen.people.models import Member
from vierogen.posts.actions.writing import Content, begin, submit
from vierogen.posts.models import Approval, Version

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# A phone or computer that knows its owner's finger. https://chromedevtools.github.io/devtools-protocol/tot/WebAuthn/
BUILT_IN = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def page(new_page: Callable[..., Page], live_server: Any, settings: Any) -> Iterator[Page]:
    """A browser on our pages, under the name that passkeys belong to; the policy of our pages stops nothing."""
    settings.PUBLIC_URL = live_server.url
    assert live_server.url.startswith("http://localhost:")
    page, refused = new_page(base_url=live_server.url, locale="en-GB"), []
    page.on("console", lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None)
    yield page
    assert not refused


@pytest.fixture
def authenticator(page: Page) -> tuple[CDPSession, str]:
    """The device's own, behind the browser: the connection to it, and its number."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    added = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": BUILT_IN})
    return devtools, added["authenticatorId"]


def log_in(page: Page, member: Member) -> None:
    """With the password."""
    page.goto(reverse("account_login"))
    page.locator("[name=login]").fill(member.user.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form:has([name=password]) button[type=submit]").click()
    page.wait_for_url("/")


def log_out(page: Page) -> None:
    """Forget the session."""
    page.context.clear_cookies()


def make_passkey(page: Page) -> None:
    """On its page, after the password."""
    page.goto(reverse("mfa_add_webauthn"))
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form:has([name=password]) button[type=submit]").click()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url(reverse("mfa_view_recovery_codes"))


def test_somebody_makes_a_passkey_and_logs_in_with_nothing_else(
    page: Page, authenticator: tuple[CDPSession, str], anna: Member
) -> None:
    log_in(page, anna)
    make_passkey(page)
    stored = Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN)
    assert stored.user == anna.user
    assert stored.wrap().is_passwordless
    devtools, device = authenticator
    (credential,) = devtools.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]
    assert credential["rpId"] == "localhost"
    log_out(page)
    page.goto(reverse("account_login"))
    page.locator("#passkey_login").click()
    page.wait_for_url("/")
    page.goto(reverse("people:me"))
    expect(page.locator("[name=name]")).to_have_value("Anna")


def test_without_finger_face_or_pin_a_passkey_lets_nobody_in(
    page: Page, authenticator: tuple[CDPSession, str], anna: Member
) -> None:
    log_in(page, anna)
    make_passkey(page)
    log_out(page)
    devtools, device = authenticator
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.goto(reverse("account_login"))
    with page.expect_console_message(lambda said: "NotAllowedError" in said.text):
        page.locator("#passkey_login").click()
    page.goto(reverse("people:me"))
    assert "/log-in/" in page.url


def test_a_passkey_proves_again_who_one_is_and_the_approval_goes_on(
    page: Page, authenticator: tuple[CDPSession, str], ben: Member, offered: Version
) -> None:
    log_in(page, ben)
    make_passkey(page)
    log_out(page)
    page.goto(f"{reverse('account_login')}?next={reverse('posts:review', args=[offered.post_id])}")
    page.locator("#passkey_login").click()
    page.wait_for_url(reverse("posts:review", args=[offered.post_id]))
    page.locator("button[form=yes]").click()
    page.wait_for_url(f"{reverse('mfa_reauthenticate_webauthn')}?*")
    assert not Approval.objects.exists()
    page.locator("#mfa_webauthn_reauthenticate").click()
    page.wait_for_url(reverse("posts:detail", args=[offered.post_id]))
    approval = Approval.objects.get()
    assert (approval.by, approval.digest) == (ben, offered.digest)


@pytest.fixture
def offered(channel: Channel, anna: Member) -> Version:
    """A version of anna, offered for review."""
    version = begin(channel.organisation, Content(TEXT, (channel,)), by=anna)
    submit(version, by=anna)
    return version


def test_a_passkey_belongs_to_the_public_name_and_not_to_whatever_name_was_typed(settings: Any) -> None:
    settings.PUBLIC_URL = "https://vierogen.example.nl:8443"
    assert MFAAdapter().get_public_key_credential_rp_entity() == {"id": "vierogen.example.nl", "name": "Vierogen"}
