"""An account is taken over without whoever left, in the browser: by clicking alone, and with the keyboard alone."""

import re
import time
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from secrets import token_hex

import httpx
import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from tests.journeys.test_vault_pages import in_dutch, strongly
from tests.journeys.walking import HEIGHTS, STOPS, Stop, Walk, Window
from tests.people.conftest import code_of
from tests.plugins.house import make_member
from tests.servers.pds import PDS, Account
from vierogen.channels.actions import entrust
from vierogen.channels.models import Channel, Takeover
from vierogen.people import departing
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Role
from vierogen.practice.records import Account as Practised
from vierogen.practice.server import PracticeServer
from vierogen.vault import taking_over
from vierogen.vault.actions import connect
from vierogen.vault.keeping import keep
from vierogen.vault.models import Field
from vierogen.web.proof import Proof

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NAMES = count(1)


@pytest.fixture
def lena(cora: Member) -> Member:
    """The one who answered for it, and nobody else."""
    return make_member(cora.organisation, "Lena", Role.CUSTODIAN)


@pytest.fixture
def kees(cora: Member) -> Member:
    """A custodian by role."""
    return make_member(cora.organisation, "Kees", Role.CUSTODIAN)


@pytest.fixture
def account(pds: PDS) -> Account:
    """On a real Bluesky server."""
    return pds.create_account(f"overdracht{next(NAMES)}")


@pytest.fixture
def old(account: Account) -> str:
    """The app password that Lena made on her own laptop, and still has."""
    return str(account.call("com.atproto.server.createAppPassword", name="laptop of Lena")["password"])


@pytest.fixture
def sky(town: Organisation, account: Account, old: str, cora: Member, lena: Member) -> Channel:
    """Connected by that key; the main password is in the vault, and Lena is the only one who answers for it."""
    told = {"handle": account.handle, "app_password": old}
    channel = connect(town, "bluesky", server=account.server, credentials=told, by=cora)
    entrust(channel, to=[lena], by=cora, knowing=True)
    keep(channel, "password", account.password, by=lena)
    return channel


def app_of(member: Member) -> Callable[[], str]:
    """The app with codes on somebody's phone."""
    seed = generate_totp_secret()
    TOTP.activate(member.user, seed)
    return lambda: code_of(seed)


def logs_in(account: Account, password: str) -> bool:
    """Does the network still take this password?"""
    login = {"identifier": account.handle, "password": password}
    answer = account.http.post(f"{account.server}/xrpc/com.atproto.server.createSession", json=login)
    assert answer.status_code in (200, 401)
    return bool(answer.is_success)


def change_password(account: Account, new: str) -> None:
    """What a person does in the settings of Bluesky, with a code that comes by mail; this server sends none."""
    told = {"did": account.did, "password": new}
    address = f"{account.server}/xrpc/com.atproto.admin.updateAccountPassword"
    account.http.post(address, json=told, auth=httpx.BasicAuth("admin", "administrator")).raise_for_status()


def fill_code(page: Page, code: Callable[[], str]) -> None:
    """The house asks who it is; the phone says the six digits."""
    page.locator("input[name=code]").fill(code())
    page.locator("form[action$='/reauthenticate/'] button").click()


def title_of_due(page: Page) -> Locator:
    """The step that has a button."""
    return page.locator("main ol > li").filter(has=page.locator("form")).locator("h2")


def press(page: Page, name: str) -> None:
    """Press the button of the step that is next."""
    due = title_of_due(page).inner_text()
    page.locator("main ol").get_by_role("button", name=name, exact=True).click()
    expect(page.locator("main ol > li").filter(has_text=due)).to_contain_text("Done:")


@pytest.mark.pds
def test_a_bluesky_account_is_taken_over_by_clicking_alone(
    window: Window, sky: Channel, account: Account, old: str, cora: Member, lena: Member, kees: Member
) -> None:
    departing.begin(lena, last_day=None, by=cora)
    assert logs_in(account, old)
    code, page = app_of(cora), window(cora)
    page.goto("/channels/")
    page.locator(f"a[href='/channels/{sky.pk}/']").click()
    page.get_by_role("link", name="Take it over, or practise that").click()
    page.get_by_role("link", name="Take it over", exact=True).click()
    fill_code(page, code)
    page.get_by_role("button", name=f"Take over {account.handle}").click()
    expect(title_of_due(page)).to_contain_text("A new key")
    press(page, "Let Vierogen do it")
    assert logs_in(account, old)  # until the new one is sealed, and not longer
    press(page, "Let Vierogen do it")
    expect(page.locator("main")).to_contain_text("Tried a moment later: the network refuses the old key.")
    assert not logs_in(account, old)
    new = token_hex(8)
    change_password(account, new)
    page.get_by_role("link", name="Put the new one into the vault").click()
    page.locator("#id_value").fill(new)
    page.get_by_role("button", name="Seal it").click()
    steps = (
        "Change the main password",
        "Log out everywhere else",
        "Look at the e-mail address",
        "Switch on the code by mail",
    )
    for step in steps:
        expect(title_of_due(page)).to_contain_text(step)
        press(page, "This is done")
    page.get_by_role("link", name="Choose custodians").click()
    for keeper in ("Kees", "Cora"):
        page.get_by_label(keeper).check()
    page.get_by_role("button", name="Save for").click()
    press(page, "This is done")
    takeover = Takeover.objects.get()
    assert (takeover.state, logs_in(account, account.password)) == ("finished", False)
    expect(page.locator("h1")).to_contain_text(f"Done, in {takeover.minutes} minute")
    assert takeover.minutes <= taking_over.GOAL
    assert {each.member for each in sky.custodians.all()} == {cora, kees}


@pytest.mark.pds
def test_what_the_steps_say_of_a_new_main_password_is_so_at_bluesky(sky: Channel, account: Account, old: str) -> None:
    change_password(account, "another-password")
    again = account.http.post(
        f"{account.server}/xrpc/com.atproto.server.refreshSession",
        headers={"Authorization": f"Bearer {account.refresh}"},
    )
    assert again.status_code in (400, 401)  # whoever was logged in with the old one is out
    assert logs_in(account, old)  # app passwords outlive it, so that Vierogen goes on
    visit = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "none"}
    page = account.http.get(f"{account.server}/account", headers=visit, follow_redirects=True)
    assert page.is_success  # where apps that logged in another way are taken away


FOCUSED = """name => {
  const here = document.activeElement;
  const said = [here.innerText, here.getAttribute("aria-label"), ...[...here.labels ?? []].map(each => each.innerText)];
  return said.some(each => each && each.replaceAll("\u200b", "").trim().startsWith(name));
}"""


def tab_to(page: Page, name: str) -> None:
    """Go there with Tab alone, from wherever the focus is."""
    page.wait_for_load_state()
    for _stop in range(2 * STOPS):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED, name):
            return
    pytest.fail(f"the keyboard does not come to {name!r} on {page.url}")


def follow(page: Page, name: str) -> None:
    """Follow a link or press a button with the keyboard; wait for the page that comes."""
    tab_to(page, name)
    enter(page)


def enter(page: Page) -> None:
    """Press Enter, and wait for the page that comes."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def write(page: Page, name: str, text: str) -> None:
    """Fill a field in with the keyboard."""
    tab_to(page, name)
    page.keyboard.type(text)


def test_a_mastodon_account_is_taken_over_by_hand_with_the_keyboard_alone(
    window: Window, channel: Channel, practice: PracticeServer, official: Practised, cora: Member, lena: Member
) -> None:
    kees = make_member(cora.organisation, "Kees", Role.CUSTODIAN)
    entrust(channel, to=[lena, kees], by=cora)
    code, page = app_of(kees), window(kees, 390)
    page.goto(f"/channels/{channel.pk}/takeover/")
    follow(page, "Take it over")
    write(page, "Code", code())
    enter(page)
    follow(page, "Take over @gemeente_voorbeeld")
    given = practice.network.new_token(official)  # what Kees does at the server, as the step says
    follow(page, "Connect it again with the new key")
    write(page, "Access token", given.token)
    enter(page)
    follow(page, "This is done")
    follow(page, "This is done")
    expect(page.locator("main")).to_contain_text("the network refuses the old key")
    renew(page, Field.PASSWORD, "a new long password")
    follow(page, "This is done")  # log out everywhere else
    renew(page, Field.OTP_SEED, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
    follow(page, "This is done")  # look at the e-mail address
    follow(page, "This is done")  # who answers for it now
    expect(page.locator("h1")).to_contain_text(re.compile(r"Done, in \d+ minutes?"))
    takeover = Takeover.objects.get()
    assert (takeover.state, takeover.minutes <= taking_over.GOAL) == ("finished", True)
    assert {step.done_by for step in takeover.steps.all()} == {kees}


def renew(page: Page, field: Field, value: str) -> None:
    """Put into the vault what is new at the network, come back to the steps by itself, and say that it is done."""
    follow(page, "Put the new one into the vault")
    write(page, str(field.label), value)
    follow(page, "Seal it")
    follow(page, "This is done")


@pytest.mark.parametrize("width", sorted(HEIGHTS))
def test_the_pages_of_a_takeover_are_for_everybody(
    channel: Channel, cora: Member, kees: Member, walk: Walk, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    entrust(channel, to=[cora, kees], by=cora)
    in_dutch(channel)
    drill = taking_over.begin(channel, by=kees, is_drill=True)
    while step := taking_over.current(drill):
        taking_over.do(step, by=kees)
    Takeover.objects.update(begun_at=timezone.now() - timedelta(minutes=14))
    proof = Proof(cora.user_id, "totp", time.time())
    taking_over.stop(taking_over.begin(channel, by=cora, proof=proof), by=cora)
    keep(channel, "password", "vier ogen zien meer", by=cora)
    monkeypatch.setattr("tests.journeys.conftest.entered", strongly)
    here = f"/channels/{channel.pk}/takeover/"
    stops = [
        Stop("takeover", cora, here, "main a.button"),
        Stop("takeover-begin", cora, f"{here}begin/", "main form .buttons button", shown=False),
        Stop("takeover-exercise", cora, f"/channels/takeover/{drill.pk}/", shown=False),
    ]
    assert walk(stops, width) == []
    takeover = taking_over.begin(channel, by=cora, proof=proof)
    taking_over.skip(takeover.steps.all()[0], by=cora, why="De server ligt er vannacht uit", proof=proof)
    stops = [
        Stop("taking-over", cora, f"/channels/takeover/{takeover.pk}/", "main ol form button"),
        Stop("takeover-under-way", cora, here, "main .box-note a", shown=False),
    ]
    assert walk(stops, width) == []
