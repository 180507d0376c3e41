"""The photo app on the phone: what is done there is really on the simulated network, as the account that was on."""

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.plugins.house import make_member
from tests.servers.axe import Check
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Role
from vierogen.practice.drawing import photo
from vierogen.practice.phone import Login, remember
from vierogen.practice.photo_app import photo_phone_file
from vierogen.practice.photo_network import PhotoNetwork
from vierogen.practice.simulators.instagram_records import Account

Enter = Callable[[Member], Client]
TLS = httpx.create_ssl_context(trust_env=False)


@pytest.fixture
def network(tmp_path: Path) -> Iterator[PhotoNetwork]:
    """A simulated Instagram with the doors of its app."""
    with PhotoNetwork(tmp_path / "instagram.json") as network:
        yield network


@pytest.fixture
def official(network: PhotoNetwork) -> Account:
    """The town's account."""
    return network.add_account("gemeente_voorbeeld", "Gemeente Voorbeeld")


@pytest.fixture
def private(network: PhotoNetwork) -> Account:
    """Anna's own account."""
    return network.add_account("anna_thuis", "Anna thuis", person="anna")


@pytest.fixture
def phone(network: PhotoNetwork, private: Account, official: Account, settings: Any, tmp_path: Path) -> Path:
    """A phone on which the app is logged in to both."""
    settings.HOME, settings.NETWORK_SERVERS = tmp_path, {"instagram": network.url}
    accounts = ((private, True), (official, False))
    remember(photo_phone_file(), [Login(one.username, one.token, private=own) for one, own in accounts])
    return photo_phone_file()


@pytest.fixture
def anna_holds(phone: Path, enter: Enter, town: Organisation) -> Client:
    """Anna, with the phone in her hand."""
    return enter(make_member(town, "Anna", Role.WRITER))


def send(client: Client, name: str, /, *numbers: str, **content: Any) -> HttpResponse:
    answer: HttpResponse = client.post(reverse(f"practice:{name}", args=numbers), content, follow=True)
    return answer


def shown(client: Client, name: str, *numbers: str) -> str:
    answer = client.get(reverse(f"practice:{name}", args=numbers))
    assert answer.status_code == 200
    return answer.content.decode()


def is_on(page: str, handle: str) -> bool:
    """Is this account marked as the one that is on?"""
    return f'value="{handle}" aria-current="true"' in " ".join(page.split())


def test_the_official_account_is_on_and_one_tap_switches(anna_holds: Client) -> None:
    page = shown(anna_holds, "photos")
    assert is_on(page, "gemeente_voorbeeld")
    assert not is_on(page, "anna_thuis")
    send(anna_holds, "photo_switch", to="anna_thuis")
    assert is_on(shown(anna_holds, "photo_new"), "anna_thuis")
    send(anna_holds, "photo_switch", to="koning")
    assert is_on(shown(anna_holds, "photos"), "anna_thuis")


def test_a_private_photo_is_out_as_an_official_story_at_once(
    anna_holds: Client, network: PhotoNetwork, official: Account, private: Account
) -> None:
    answer = send(anna_holds, "photo_new", photo="beach", account="gemeente_voorbeeld", **{"as": "story"})
    (story,) = network.stories_of(official)
    assert network.media_of(official) == network.stories_of(private) == []
    assert "@gemeente_voorbeeld" in answer.content.decode()
    assert reverse("practice:photo_story", args=[story.id]) in shown(anna_holds, "photos")
    assert reverse("practice:photo_picture", args=[story.id]) in shown(anna_holds, "photo_story", story.id)
    assert story.file is not None
    assert httpx.get(network.url + story.file.path, verify=TLS).status_code == 200


def test_a_photo_stands_in_the_feed_with_its_words(
    anna_holds: Client, network: PhotoNetwork, official: Account
) -> None:
    send(anna_holds, "photo_new", photo="hall", text="Ons <b>stadhuis</b>", **{"as": "post"})
    (post,) = network.media_of(official)
    assert post.caption == "Ons <b>stadhuis</b>"
    page = shown(anna_holds, "photos")
    assert "Ons &lt;b&gt;stadhuis&lt;/b&gt;" in page
    assert reverse("practice:photo_picture", args=[post.id]) in page
    assert anna_holds.get(reverse("practice:photo_story", args=[post.id])).status_code == 404


def test_without_a_photo_nothing_goes_out(anna_holds: Client, network: PhotoNetwork, official: Account) -> None:
    anna_holds.cookies["django_language"] = "en"
    answer = send(anna_holds, "photo_new", text="Alleen woorden", **{"as": "story"})
    assert answer.status_code == 422
    assert "Choose a photo first." in answer.content.decode()
    assert network.stories_of(official) == []


def test_the_account_that_the_page_showed_posts_whatever_was_switched_since(
    anna_holds: Client, network: PhotoNetwork, official: Account, private: Account
) -> None:
    send(anna_holds, "photo_switch", to="anna_thuis")
    send(anna_holds, "photo_new", photo="beach", account="gemeente_voorbeeld", **{"as": "story"})
    assert len(network.stories_of(official)) == 1
    assert network.stories_of(private) == []


def test_three_dots_and_delete_and_it_is_gone_with_its_address(
    anna_holds: Client, network: PhotoNetwork, official: Account
) -> None:
    story = network.post_by_phone(official, "", picture=photo("party"), story=True)
    (media,) = network.stories_of(official)
    page = shown(anna_holds, "photo_story", story)
    assert f'action="{reverse("practice:photo_delete", args=[story])}"' in page
    send(anna_holds, "photo_delete", story, account="gemeente_voorbeeld")
    assert network.stories_of(official) == []
    assert media.file is not None
    assert httpx.get(network.url + media.file.path, verify=TLS).status_code == 404
    assert anna_holds.get(reverse("practice:photo_picture", args=[story])).status_code == 404
    assert anna_holds.get(reverse("practice:photo_story", args=[story])).status_code == 404


def test_what_others_show_cannot_be_removed(anna_holds: Client, network: PhotoNetwork, private: Account) -> None:
    post = network.post_by_phone(private, "Van Anna zelf", picture=photo("beach"))
    assert reverse("practice:photo_delete", args=[post]) not in shown(anna_holds, "photos")
    anna_holds.cookies["django_language"] = "en"
    answer = send(anna_holds, "photo_delete", post, account="gemeente_voorbeeld")
    assert "It is not there any more." in answer.content.decode()
    assert len(network.media_of(private)) == 1


def test_the_profile_shows_everything_of_the_account_that_is_on(
    anna_holds: Client, network: PhotoNetwork, official: Account, private: Account
) -> None:
    mine = network.post_by_phone(official, "Stadhuis", picture=photo("hall"))
    brief = network.post_by_phone(official, "", picture=photo("hall"), story=True)
    foreign = network.post_by_phone(private, "Strand", picture=photo("beach"))
    page = shown(anna_holds, "photo_profile")
    assert f"{reverse('practice:photos')}#shot-{mine}" in page
    assert reverse("practice:photo_story", args=[brief]) in page
    assert foreign not in page


def test_pictures_come_from_our_own_address(anna_holds: Client, network: PhotoNetwork, official: Account) -> None:
    post = network.post_by_phone(official, "", picture=photo("hall"))
    answer = anna_holds.get(reverse("practice:photo_picture", args=[post]))
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("image/jpeg", "no-store")
    avatar = anna_holds.get(reverse("practice:photo_avatar", args=["gemeente_voorbeeld"]))
    assert Image.open(BytesIO(avatar.content)).size == (96, 96)
    assert anna_holds.get(reverse("practice:photo_avatar", args=["koning"])).status_code == 404
    assert anna_holds.get(reverse("practice:photo_picture", args=["1"])).status_code == 404


def test_looking_changes_nothing(anna_holds: Client, network: PhotoNetwork, official: Account) -> None:
    post = network.post_by_phone(official, "", picture=photo("hall"))
    assert anna_holds.get(reverse("practice:photo_switch")).status_code == 405
    assert anna_holds.get(reverse("practice:photo_delete", args=[post])).status_code == 405
    for name in ("photos", "photo_new", "photo_profile"):
        shown(anna_holds, name)
    assert [media.id for media in network.media_of(official)] == [post]


def test_both_apps_lead_to_each_other(anna_holds: Client, practice: Any, settings: Any, tmp_path: Path) -> None:
    assert reverse("practice:phone") in shown(anna_holds, "photos")
    settings.PRACTICE_URL = practice.url
    account = practice.network.add_account("gemeente_voorbeeld", "Gemeente Voorbeeld")
    remember(tmp_path / "phone.json", [Login(account.handle, account.token, private=False)])
    assert reverse("practice:photos") in shown(anna_holds, "phone")
    settings.NETWORK_SERVERS = {}
    assert reverse("practice:photos") not in shown(anna_holds, "phone")


def test_without_a_simulated_network_there_is_no_app(anna_holds: Client, settings: Any) -> None:
    settings.NETWORK_SERVERS = {}
    for name in ("photos", "photo_new", "photo_profile"):
        assert anna_holds.get(reverse(f"practice:{name}")).status_code == 404


def test_a_network_that_is_away_is_a_plain_sentence(anna_holds: Client, network: PhotoNetwork) -> None:
    network.stop()
    for name in ("photos", "photo_profile"):
        answer = anna_holds.get(reverse(f"practice:{name}"))
        assert answer.status_code == 503
        assert b"Traceback" not in answer.content
    answer = send(anna_holds, "photo_new", photo="beach", **{"as": "story"})
    assert answer.status_code == 503


def test_a_phone_that_was_logged_out_says_so(anna_holds: Client, official: Account) -> None:
    official.token = "another"
    anna_holds.cookies["django_language"] = "en"
    assert "The phone was logged out of this account." in anna_holds.get(reverse("practice:photos")).content.decode()


def test_its_public_page_leads_to_the_phone_as_long_as_it_stands(network: PhotoNetwork, official: Account) -> None:
    story = network.post_by_phone(official, "", picture=photo("party"), story=True)
    address = network.kept.media[story].url
    assert f'{reverse("practice:photos")}">Remove it on the phone of the demo' in httpx.get(address, verify=TLS).text
    network.delete_by_phone(official, story)
    assert httpx.get(address, verify=TLS).status_code == 404


# ---- The doors, and what is kept ----


def test_the_doors_of_the_app_want_the_token_of_an_account_and_count_for_nobody(
    network: PhotoNetwork, official: Account
) -> None:
    with httpx.Client(base_url=network.url, verify=TLS) as stranger:
        assert stranger.get("/phone/shots").status_code == 401
        stranger.headers["Authorization"] = f"Bearer {official.token}"
        assert stranger.get("/phone/shots").json() == []
        assert stranger.get("/phone/elsewhere").status_code == 404
        assert stranger.post("/phone/shots", files={"photo": b"no picture"}).status_code == 422
    assert not network.asked


def test_a_second_start_knows_everything_and_gives_no_id_twice(
    network: PhotoNetwork, official: Account, tmp_path: Path
) -> None:
    post = network.post_by_phone(official, "Stadhuis", picture=photo("hall"))
    gone = network.post_by_phone(official, "", picture=photo("hall"), story=True)
    network.delete_by_phone(official, gone)
    network.keep()
    network.stop()
    with PhotoNetwork(tmp_path / "instagram.json") as again:
        account = again.account("gemeente_voorbeeld")
        assert account == official
        assert again.kept.media == network.kept.media
        assert again.kept.tokens.keys() == network.kept.tokens.keys()
        assert int(again.post_by_phone(account, "")) > int(gone) > int(post)
    assert (tmp_path / "instagram.json").stat().st_mode & 0o077 == 0


# ---- In a browser ----


@pytest.fixture
def in_hand(browser_page: Page, live_server: LiveServer, anna_holds: Client) -> Page:
    """Anna's browser, on a desk and on a phone."""
    cookies = [
        {"name": name, "value": morsel.value, "url": live_server.url} for name, morsel in anna_holds.cookies.items()
    ]
    browser_page.context.add_cookies([*cookies, {"name": "django_language", "value": "en", "url": live_server.url}])
    browser_page.goto(live_server.url + reverse("practice:photos"))
    return browser_page


@pytest.mark.django_db(transaction=True)
def test_the_accident_in_a_browser(
    in_hand: Page, axe: Check, network: PhotoNetwork, official: Account, private: Account
) -> None:
    network.post_by_phone(official, "Ons stadhuis", picture=photo("hall"))
    network.post_by_phone(private, "", picture=photo("party"), story=True)
    in_hand.reload()
    pages = {"home": axe(in_hand)}
    in_hand.get_by_role("link", name="New").click()
    pages["new"] = axe(in_hand)
    in_hand.get_by_label("Private: on the beach").check()
    in_hand.get_by_role("button", name="Your story").click()
    expect(in_hand.get_by_role("status")).to_contain_text("@gemeente_voorbeeld")
    assert len(network.stories_of(official)) == 1
    in_hand.get_by_role("link", name="Your story").click()
    pages["story"] = axe(in_hand)
    in_hand.get_by_role("link", name="Profile").click()
    pages["profile"] = axe(in_hand)
    in_hand.get_by_role("link", name="Story,").click()
    in_hand.get_by_text("More", exact=True).locator("xpath=..").click()
    pages["three dots"] = axe(in_hand)
    assert in_hand.evaluate("document.documentElement.scrollWidth") <= in_hand.viewport_size["width"]  # type: ignore[index]
    in_hand.get_by_role("button", name="Delete").click()
    expect(in_hand.get_by_role("status")).to_contain_text("Deleted")
    assert network.stories_of(official) == []
    assert not any(pages.values()), pages


@pytest.mark.django_db(transaction=True)
def test_the_app_works_without_javascript_and_with_the_keyboard(
    new_page: Callable[..., Page], live_server: LiveServer, anna_holds: Client, network: PhotoNetwork, private: Account
) -> None:
    page = new_page(java_script_enabled=False)
    session = anna_holds.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.goto(live_server.url + reverse("practice:photos"))
    page.locator("button[value=anna_thuis]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".switcher [aria-current]")).to_contain_text("anna_thuis")
    page.locator(".app-tabs .add").focus()
    page.keyboard.press("Enter")
    page.locator("input[value=beach]").focus()
    page.keyboard.press("Space")
    page.locator("button[value=story]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".stories li").first.locator(".ring:not(.new)")).to_be_visible()
    (story,) = network.stories_of(private)
    page.goto(live_server.url + reverse("practice:photo_story", args=[story.id]))
    page.locator(".more summary").focus()
    page.keyboard.press("Enter")
    page.locator(".more button").press("Enter")
    expect(page.get_by_role("status")).to_be_visible()
    assert network.stories_of(private) == []
