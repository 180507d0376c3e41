"""Single sign-on, against a real OpenID Connect provider in another process."""

import base64
import hashlib
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.people.conftest import code_of, is_in
from tests.plugins.house import PASSWORD
from tests.servers.oidc import Provider
from vierogen.notices.models import Message
from vierogen.people.actions import end, invite
from vierogen.people.adapters import MFAAdapter
from vierogen.people.models import Member, Organisation, User
from vierogen.people.roles import Role

SIGN_ON = Callable[..., HttpResponse]


@pytest.fixture(autouse=True)
def provider(oidc: Provider, settings: Any) -> Provider:
    """The operator set up single sign-on."""
    app = {
        "provider_id": "sso",
        "name": "Gemeente-account",
        "client_id": "vierogen",
        "secret": "a secret",
        "settings": {"server_url": oidc.url},
    }
    kept = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {**kept, "APPS": [app]}}
    settings.OIDC_URL, settings.OIDC_NAME = oidc.url, "Gemeente-account"
    return oidc


def begin(client: Client, **query: str) -> str:
    """Press the button; returns the provider's address to which the browser is sent."""
    path = reverse("openid_connect_login", args=["sso"])
    answer = client.post(path, query_params=query)
    assert answer.status_code == 302, answer.content
    return str(answer["Location"])


@pytest.fixture
def sign_on(client: Client, provider: Provider) -> SIGN_ON:
    """Log in as ``subject``, of whom the provider tells ``claims``; returns what we answer."""

    def log_in(subject: str, **claims: Any) -> HttpResponse:
        provider.knows(subject, **claims)
        sent_to = begin(client)
        back = httpx.post(sent_to, data={"sub": subject}).headers["location"]
        answer = client.get(back.removeprefix("http://testserver"))
        assert isinstance(answer, HttpResponse)
        return answer

    return log_in


@pytest.fixture
def nora(town: Organisation, cora: Member) -> Member:
    """Was invited, and has no password."""
    return invite(town, "Nora", "nora@voorbeeld.example", roles=[Role.REVIEWER], by=cora)


def test_who_was_invited_gets_in_with_that_address(client: Client, nora: Member, sign_on: SIGN_ON) -> None:
    answer = sign_on("n-1", email="Nora@voorbeeld.example", email_verified=True)
    assert answer["Location"] == "/"
    assert client.session["_auth_user_id"] == str(nora.user_id)


def test_the_second_time_the_provider_s_own_name_for_them_counts(
    client: Client, nora: Member, sign_on: SIGN_ON
) -> None:
    sign_on("n-2", email="nora@voorbeeld.example", email_verified=True)
    client.logout()
    sign_on("n-2", email="nora.jansen@voorbeeld.example", email_verified=True)
    assert client.session["_auth_user_id"] == str(nora.user_id)


def test_somebody_unknown_is_told_plainly_and_gets_no_account(client: Client, sign_on: SIGN_ON, cora: Member) -> None:
    answer = sign_on("s-1", email="stranger@elsewhere.example", email_verified=True)
    assert answer.status_code == 403
    assert "stranger@elsewhere.example" in answer.content.decode()
    assert not is_in(client)
    assert not User.objects.filter(email="stranger@elsewhere.example").exists()


@pytest.mark.parametrize("claims", [{"email_verified": False}, {"email_verified": "false"}, {"email_verified": 1}, {}])
def test_an_address_that_the_provider_does_not_vouch_for_opens_nothing(
    client: Client, cora: Member, sign_on: SIGN_ON, claims: dict[str, Any]
) -> None:
    """Else anybody who may type an address at the provider would be cora."""
    answer = sign_on(f"evil-{claims}", email=cora.user.email, **claims)
    assert answer.status_code == 403
    assert not is_in(client)
    assert not SocialAccount.objects.exists()


def test_the_operator_can_trust_a_provider_that_says_nothing_about_addresses(
    client: Client, nora: Member, sign_on: SIGN_ON, settings: Any
) -> None:
    settings.OIDC_TRUST_ADDRESSES = True
    sign_on("n-3", email=nora.user.email)
    assert is_in(client)


def test_even_a_trusted_provider_is_believed_when_it_says_no(
    client: Client, nora: Member, sign_on: SIGN_ON, settings: Any
) -> None:
    settings.OIDC_TRUST_ADDRESSES = True
    assert sign_on("n-4", email=nora.user.email, email_verified=False).status_code == 403
    assert not is_in(client)


def test_an_address_that_only_looks_the_same_opens_nothing(
    client: Client, town: Organisation, cora: Member, sign_on: SIGN_ON
) -> None:
    invite(town, "Kim", "kim@voorbeeld.example", roles=[Role.WRITER], by=cora)
    sign_on("k-1", email="\N{KELVIN SIGN}im@voorbeeld.example", email_verified=True)
    assert not is_in(client)


def test_a_password_that_somebody_has_already_stays(client: Client, anna: Member, sign_on: SIGN_ON) -> None:
    sign_on("a-1", email=anna.user.email, email_verified=True)
    anna.user.refresh_from_db()
    assert anna.user.check_password(PASSWORD)


def test_nobody_ties_a_second_identity_to_their_account(
    client: Client, anna: Member, provider: Provider, enter: Callable[[Member], Client]
) -> None:
    """Else the next log-in of the colleague whose identity it is would open anna's account."""
    provider.knows("b-1", email="ben@voorbeeld.example", email_verified=True)
    browser = enter(anna)
    sent_to = begin(browser, process="connect")
    back = httpx.post(sent_to, data={"sub": "b-1"}).headers["location"]
    assert browser.get(back.removeprefix("http://testserver")).status_code == 404
    assert not SocialAccount.objects.exists()


def test_the_code_is_of_use_to_this_browser_only(client: Client, db: None) -> None:
    """PKCE, RFC 7636 with S256: who steals the code has not the verifier."""
    query = parse_qs(urlsplit(begin(client)).query)
    state = next(iter(client.session["socialaccount_states"].values()))[0]
    digest = hashlib.sha256(state["pkce_code_verifier"].encode()).digest()
    assert query["code_challenge_method"] == ["S256"]
    assert query["code_challenge"] == [base64.urlsafe_b64encode(digest).rstrip(b"=").decode()]


def test_an_answer_that_this_browser_did_not_ask_for_is_refused(
    client: Client, nora: Member, provider: Provider
) -> None:
    provider.knows("n-5", email=nora.user.email, email_verified=True)
    back = httpx.post(begin(client), data={"sub": "n-5"}).headers["location"]
    victim = Client()
    assert victim.get(back.removeprefix("http://testserver")).status_code in {200, 401}
    assert not is_in(victim)


def test_opening_the_address_of_the_button_sends_nobody_anywhere(client: Client, db: None) -> None:
    assert client.get(reverse("openid_connect_login", args=["sso"])).status_code == 200


def test_the_end_of_a_membership_ends_access(client: Client, nora: Member, cora: Member, sign_on: SIGN_ON) -> None:
    sign_on("n-6", email=nora.user.email, email_verified=True)
    assert client.get(reverse("posts:list")).status_code == 200
    end(nora, by=cora)
    assert client.get(reverse("posts:list")).status_code == 403
    client.logout()
    answer = sign_on("n-6", email=nora.user.email, email_verified=True)
    assert client.get(answer["Location"])["Location"] == reverse("people:nowhere")


def test_who_connected_an_app_is_asked_for_a_code_here_too(client: Client, nora: Member, sign_on: SIGN_ON) -> None:
    seed = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    Authenticator.objects.create(user=nora.user, type="totp", data={"secret": MFAAdapter().encrypt(seed)})
    answer = sign_on("n-7", email=nora.user.email, email_verified=True)
    assert answer["Location"].startswith(reverse("mfa_authenticate"))
    assert not is_in(client)
    for later in (0, 1):  # the period may end between showing and checking
        client.post(reverse("mfa_authenticate"), {"code": code_of(seed, later=later)})
    assert is_in(client)


def test_another_organisation_s_invitation_is_no_way_to_a_password_either(
    client: Client, nora: Member, otto: Member, sign_on: SIGN_ON
) -> None:
    assert "/join/" in Message.objects.get().text
    sign_on("n-9", email=nora.user.email, email_verified=True)
    invite(otto.organisation, "Nora", nora.user.email, roles=[Role.WRITER], by=otto)
    mail = Message.objects.order_by("-pk")[0]
    assert "/join/" not in mail.text
    assert "Log in as you already do." in mail.text


def test_who_never_had_a_password_cannot_get_one_around_the_provider(
    client: Client, nora: Member, sign_on: SIGN_ON
) -> None:
    sign_on("n-8", email=nora.user.email, email_verified=True)
    client.logout()
    client.post(reverse("account_reset_password"), {"email": nora.user.email})
    mail = Message.objects.order_by("-pk")[0]
    assert "Gemeente-account" in mail.text
    assert "http" not in mail.text
