"""The pages about people and logging in, as a person sees them: on a phone and on a desk, checked by axe."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings as configured
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, Response

from tests.people.conftest import Prove
from tests.plugins.house import make_member
from vierogen.people import departing, first_run
from vierogen.people.actions import _entrance, change_roles, end, invite
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Axe = Callable[[Page], list[str]]
WIDTHS = (390, 1280)
OPEN = ("account_login", "account_reset_password", "account_reset_password_done", "account_inactive")
OWN = ("people:me", "mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "account_change_password")
PEOPLE = ("people:list", "people:invite", "people:settings", "people:first_steps")


@pytest.fixture
def page(new_page: Callable[..., Page], live_server: Any, settings: Any) -> Iterator[Page]:
    """A browser on our pages; the policy of our pages stops nothing."""
    settings.PUBLIC_URL = live_server.url
    page, refused = new_page(base_url=live_server.url, locale="en-GB"), []
    page.on("console", lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None)
    yield page
    assert not refused


@pytest.fixture
def come_in(page: Page, enter: Callable[[Member], Client], prove: Prove, live_server: Any) -> Callable[..., None]:
    """Log the browser in; ``seconds`` ago the member proved who they are, by the password or by ``kind``."""

    def log_in(member: Member, *, seconds: float = 0, kind: str = "") -> None:
        client = enter(member)
        prove(client, member, seconds=seconds, kind=kind)
        name = configured.SESSION_COOKIE_NAME
        page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])

    return log_in


@pytest.fixture
def look(page: Page, axe: Axe) -> Callable[[str], None]:
    """Open a page at each width: axe has nothing against it, and nothing has to be scrolled sideways."""

    def looked_at(path: str) -> None:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 844})
            answer = page.goto(path)
            assert isinstance(answer, Response)
            assert answer.status < 500
            assert page.locator("h1").count() == 1
            assert axe(page) == [], f"{path} at {width}"
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} at {width}"

    return looked_at


def test_the_pages_before_the_door(look: Callable[[str], None], town: Organisation, settings: Any) -> None:
    app = {"provider_id": "sso", "name": "Gemeente-account", "client_id": "x", "settings": {"server_url": "x"}}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    for name in OPEN:
        look(reverse(name))


def test_the_wizard(look: Callable[[str], None], page: Page, tmp_path: Any, settings: Any) -> None:
    settings.HOME = tmp_path
    look(first_run.setup_address())
    page.locator("main button[type=submit]").click()
    assert page.locator(":focus").count() == 1
    assert page.locator("[aria-invalid=true]").count() == 6


def test_an_invitation_and_one_that_is_over(look: Callable[[str], None], town: Organisation, cora: Member) -> None:
    nora = invite(town, "Nora", "nora@voorbeeld.example", roles=[Role.WRITER], by=cora)
    look(_entrance(nora.user))
    look(reverse("people:accept", args=["MQ", "x"]))


def test_my_own_pages(look: Callable[[str], None], come_in: Callable[..., None], anna: Member) -> None:
    come_in(anna)
    for name in OWN:
        look(reverse(name))


def test_the_pages_of_somebody_with_everything(
    look: Callable[[str], None], come_in: Callable[..., None], anna: Member
) -> None:
    key = Authenticator.objects.create(user=anna.user, type="webauthn", data={"name": "Passkey 1", "credential": {}})
    RecoveryCodes.activate(anna.user)
    come_in(anna, kind="webauthn")
    for name in ("mfa_list_webauthn", "mfa_view_recovery_codes", "mfa_generate_recovery_codes"):
        look(reverse(name))
    for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        look(reverse(name, args=[key.pk]))


def test_being_asked_again(look: Callable[[str], None], come_in: Callable[..., None], anna: Member) -> None:
    RecoveryCodes.activate(anna.user)
    come_in(anna, seconds=900)
    look(reverse("account_reauthenticate"))
    look(reverse("mfa_reauthenticate"))


def test_the_people_of_an_organisation(
    look: Callable[[str], None],
    come_in: Callable[..., None],
    town: Organisation,
    cora: Member,
    anna: Member,
    ben: Member,
) -> None:
    make_member(town, "Een-heel-lange-naam van der Voorbeeldigheden-Zonder-Einde", Role.AUDITOR, Role.CUSTODIAN)
    change_roles(anna, roles=[Role.TRAINEE], ends_on=town.today() + timedelta(days=30), by=cora)
    end(ben, by=cora)
    come_in(cora)
    for name in PEOPLE:
        look(reverse(name))
    look(reverse("people:member", args=[anna.pk]))
    departing.begin(anna, last_day=None, by=cora)
    for who in (anna, ben):
        look(reverse("people:member", args=[who.pk]))
        look(f"{reverse('people:invite')}?again={who.pk}")


def test_the_page_of_somebody_who_belongs_nowhere(
    look: Callable[[str], None], come_in: Callable[..., None], anna: Member, cora: Member
) -> None:
    come_in(anna)
    end(anna, by=cora)
    look(reverse("people:nowhere"))
    look(reverse("people:first_steps"))
