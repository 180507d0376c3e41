"""The phone page: what is done there is really on the network, for the account that the page showed."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.plugins.house import make_member
from tests.practice.conftest import picture
from tests.servers.axe import Check
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Role
from vierogen.practice.demo import phone_file
from vierogen.practice.network import STORY, TEXT_LIMIT, Draft
from vierogen.practice.phone import Login, PhoneError, logins, remember
from vierogen.practice.records import Account, Status
from vierogen.practice.server import PracticeServer

Enter = Callable[[Member], Client]


@pytest.fixture
def private(practice: PracticeServer) -> Account:
    """Anna's own account."""
    return practice.network.add_account("anna_thuis", "Anna thuis")


@pytest.fixture
def town_account(practice: PracticeServer) -> Account:
    """The official one."""
    return practice.network.add_account("gemeente_voorbeeld", "Gemeente Voorbeeld")


@pytest.fixture
def writer(town: Organisation) -> Member:
    """Anna herself."""
    return make_member(town, "Anna", Role.WRITER)


@pytest.fixture
def phone(practice: PracticeServer, private: Account, town_account: Account, settings: Any, tmp_path: Path) -> Path:
    """A phone that is logged in to both accounts."""
    settings.HOME, settings.PRACTICE_URL = tmp_path, practice.url
    accounts = [(private, True), (town_account, False)]
    remember(phone_file(), [Login(one.handle, one.token, private=own) for one, own in accounts])
    return phone_file()


@pytest.fixture
def anna_holds(phone: Path, enter: Enter, writer: Member) -> Client:
    """Anna, with the phone in her hand."""
    return enter(writer)


def send(client: Client, name: str, /, *numbers: str, **content: Any) -> HttpResponse:
    answer: Any = client.post(reverse(f"practice:{name}", args=numbers), content, follow=True)
    return answer


def shown(client: Client, name: str, *numbers: str) -> str:
    answer = client.get(reverse(f"practice:{name}", args=numbers))
    assert answer.status_code == 200
    return answer.content.decode()


def of(practice: PracticeServer, account: Account) -> list[Status]:
    return practice.network.statuses_of(account)


def test_the_official_account_is_on_and_one_tap_switches(
    anna_holds: Client, practice: PracticeServer, town_account: Account, private: Account
) -> None:
    assert 'name="to" value="anna_thuis"' in shown(anna_holds, "phone")
    send(anna_holds, "switch", to="anna_thuis")
    assert 'name="to" value="gemeente_voorbeeld"' in shown(anna_holds, "phone")
    send(anna_holds, "write", text="Voor mijn vrienden", account="anna_thuis")
    assert [post.text for post in of(practice, private)] == ["Voor mijn vrienden"]
    assert of(practice, town_account) == []


def test_a_switch_to_an_account_that_the_phone_has_not_does_nothing(anna_holds: Client) -> None:
    send(anna_holds, "switch", to="koning")
    assert 'name="to" value="anna_thuis"' in shown(anna_holds, "phone")


def test_the_account_that_the_page_showed_posts_whatever_was_switched_since(
    anna_holds: Client, practice: PracticeServer, town_account: Account, private: Account
) -> None:
    send(anna_holds, "switch", to="anna_thuis")
    send(anna_holds, "write", text="Van een ander tabblad", account="gemeente_voorbeeld")
    assert [post.text for post in of(practice, town_account)] == ["Van een ander tabblad"]
    assert of(practice, private) == []


def test_a_private_photo_goes_out_as_a_story(
    anna_holds: Client, practice: PracticeServer, town_account: Account
) -> None:
    answer = send(anna_holds, "write", photo="beach", **{"as": "story"})
    (story,) = of(practice, town_account)
    assert story.expires_at is not None
    assert story.expires_at - story.created_at == STORY
    (photo,) = story.media
    assert (photo.width, photo.height) == (800, 800)
    assert "@gemeente_voorbeeld" in answer.content.decode()
    # It stands in the ring, and its picture comes from our own address.
    assert reverse("practice:story", args=[story.id]) in shown(anna_holds, "phone")
    assert reverse("practice:picture", args=[f"media/{photo.file_name}"]) in shown(anna_holds, "story", story.id)


def test_an_own_picture_goes_out_with_its_words(
    anna_holds: Client, practice: PracticeServer, town_account: Account
) -> None:
    file = SimpleUploadedFile("feest.png", picture("green", size=(40, 30)))
    send(anna_holds, "write", file=file, photo="beach", alt="Een groen vlak", **{"as": "post"})
    (post,) = of(practice, town_account)
    assert post.expires_at is None
    assert [(one.description, one.width) for one in post.media] == [("Een groen vlak", 40)]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"text": ""}, "Write something, or choose a picture."),
        ({"text": "x" * (TEXT_LIMIT + 1)}, "Text character limit of 500 exceeded"),
        ({"text": "hoi", "photo": "elsewhere"}, "elsewhere"),
    ],
)
def test_what_the_network_does_not_take_stays_on_the_page(
    anna_holds: Client, practice: PracticeServer, content: dict[str, str], said: str
) -> None:
    anna_holds.cookies["django_language"] = "en"
    answer = send(anna_holds, "write", **content)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert practice.posted == []


def test_a_file_that_is_no_picture_is_refused(anna_holds: Client, practice: PracticeServer) -> None:
    answer = send(anna_holds, "write", file=SimpleUploadedFile("x.png", b"<svg onload=alert(1)>"))
    assert answer.status_code == 422
    assert "File content type is invalid" in answer.content.decode()
    assert practice.posted == []


def test_a_post_can_be_changed_liked_reposted_and_deleted(
    anna_holds: Client, practice: PracticeServer, town_account: Account
) -> None:
    network = practice.network
    post = network.publish(town_account, Draft("Zaterdag feest"))
    assert "Zaterdag feest" in shown(anna_holds, "edit", post.id)
    send(anna_holds, "edit", post.id, text="Zondag feest")
    assert network.status(post.id).text == "Zondag feest"
    for verb, count in (("like", "favourites"), ("repost", "reblogs")):
        send(anna_holds, verb, post.id)
        assert getattr(network.standing(network.status(post.id)), count) == 1
        send(anna_holds, verb, post.id, undo="1")
        assert getattr(network.standing(network.status(post.id)), count) == 0
    send(anna_holds, "delete", post.id)
    assert of(practice, town_account) == []


def test_the_posts_of_others_cannot_be_changed(anna_holds: Client, practice: PracticeServer, private: Account) -> None:
    post = practice.network.publish(private, Draft("Van Anna zelf"))
    assert anna_holds.get(reverse("practice:edit", args=[post.id])).status_code == 404
    anna_holds.cookies["django_language"] = "en"
    assert "It is not there any more." in send(anna_holds, "delete", post.id).content.decode()
    assert practice.network.status(post.id).text == "Van Anna zelf"


def test_the_name_of_the_account_can_be_changed(
    anna_holds: Client, practice: PracticeServer, town_account: Account
) -> None:
    assert send(anna_holds, "profile", name="").status_code == 422
    send(anna_holds, "profile", name="Gemeente Grapjas")
    assert practice.network.account(town_account.id).name == "Gemeente Grapjas"


def test_the_world_sees_posts_and_stories_until_they_are_gone(
    anna_holds: Client, practice: PracticeServer, town_account: Account, private: Account
) -> None:
    practice.network.publish(private, Draft("Mooi weer <b>vandaag</b>"))
    story = practice.network.post_by_phone(town_account, "", picture=picture(), story=True)
    page = shown(anna_holds, "timeline")
    assert "Mooi weer &lt;b&gt;vandaag&lt;/b&gt;" in page
    assert reverse("practice:story", args=[story.id]) in page
    part = anna_holds.get(reverse("practice:timeline"), headers={"HX-Request": "true"}).content.decode()
    assert "Mooi weer" in part
    assert "<html" not in part
    address = reverse("practice:picture", args=[f"media/{story.media[0].file_name}"])
    answer = anna_holds.get(address)
    assert answer["Content-Type"] == "image/png"
    assert answer["Cache-Control"] == "no-store"
    practice.network.delete(town_account, story.id, with_media=True)
    assert anna_holds.get(address).status_code == 404
    assert anna_holds.get(reverse("practice:story", args=[story.id])).status_code == 404
    assert reverse("practice:story", args=[story.id]) not in shown(anna_holds, "timeline")


def test_only_pictures_of_the_network_are_passed_on(anna_holds: Client, practice: PracticeServer) -> None:
    for path in ("media/..", "media/1.png", "avatars/1-drawn", "api/v1/instance", "media/../api/v1/instance"):
        assert anna_holds.get(f"/practice/pictures/{path}").status_code == 404
    account = practice.network.accounts()[0]
    avatar = anna_holds.get(reverse("practice:picture", args=[f"avatars/{account.id}-drawn"]))
    assert Image.open(BytesIO(avatar.content)).size == (96, 96)


def test_the_album_holds_drawn_photos(anna_holds: Client) -> None:
    answer = anna_holds.get(reverse("practice:album", args=["beach"]))
    assert Image.open(BytesIO(answer.content)).size == (800, 800)
    assert anna_holds.get(reverse("practice:album", args=["elsewhere"])).status_code == 404


def test_looking_changes_nothing(anna_holds: Client, practice: PracticeServer, town_account: Account) -> None:
    post = practice.network.publish(town_account, Draft("Zaterdag feest"))
    for name in ("switch", "like", "repost", "delete"):
        numbers = [] if name == "switch" else [post.id]
        assert anna_holds.get(reverse(f"practice:{name}", args=numbers)).status_code == 405
    assert practice.network.status(post.id) == post


def test_who_is_logged_out_sees_no_phone(phone: Path, client: Client) -> None:
    for name in ("phone", "timeline", "write", "profile"):
        assert client.get(reverse(f"practice:{name}")).status_code == 302


def test_without_a_practice_network_there_is_no_phone(enter: Enter, writer: Member, settings: Any) -> None:
    settings.PRACTICE_URL = ""
    client = enter(writer)
    for name in ("phone", "timeline", "write", "profile"):
        assert client.get(reverse(f"practice:{name}")).status_code == 404


def test_a_network_that_is_away_is_a_plain_sentence(anna_holds: Client, practice: PracticeServer) -> None:
    practice.stop()
    for name in ("phone", "timeline", "write"):
        answer = anna_holds.get(reverse(f"practice:{name}"))
        assert answer.status_code == 503
        assert b"Traceback" not in answer.content
    answer = send(anna_holds, "like", "1")
    assert answer.status_code == 503


def test_a_phone_that_was_logged_out_says_so(
    anna_holds: Client, practice: PracticeServer, town_account: Account
) -> None:
    practice.network.new_token(town_account)
    anna_holds.cookies["django_language"] = "en"
    answer = anna_holds.get(reverse("practice:phone"))
    assert answer.status_code == 503
    assert "The phone was logged out of this account." in answer.content.decode()


def test_the_tokens_of_the_phone_are_for_its_owner_only(phone: Path, town_account: Account) -> None:
    assert phone.stat().st_mode & 0o077 == 0
    (_private, known) = logins(phone)
    assert known.token == town_account.token
    assert town_account.token not in repr(known)
    assert logins(phone.with_name("none.json")) == []
    assert str(PhoneError("a reason")) == "a reason"


# ---- In a browser ----


@pytest.fixture
def in_hand(browser_page: Page, live_server: LiveServer, anna_holds: Client) -> Page:
    """Anna's browser, on a desk and on a phone."""
    cookies = [
        {"name": name, "value": morsel.value, "url": live_server.url} for name, morsel in anna_holds.cookies.items()
    ]
    browser_page.context.add_cookies([*cookies, {"name": "django_language", "value": "en", "url": live_server.url}])
    browser_page.goto(live_server.url + reverse("practice:phone"))
    return browser_page


@pytest.mark.django_db(transaction=True)
def test_the_accident_in_a_browser(
    in_hand: Page, axe: Check, practice: PracticeServer, town_account: Account, live_server: LiveServer
) -> None:
    practice.network.publish(town_account, Draft("Het zwembad is dicht."))
    in_hand.reload()
    pages = {"home": axe(in_hand)}
    in_hand.get_by_role("link", name="New").click()
    pages["write"] = axe(in_hand)
    in_hand.get_by_label("Private: on the beach").check()
    in_hand.get_by_role("button", name="As a story").click()
    expect(in_hand.get_by_role("status")).to_contain_text("@gemeente_voorbeeld")
    (story, _post) = of(practice, town_account)
    assert story.expires_at is not None
    in_hand.get_by_role("link", name="Story of gemeente_").click()
    expect(in_hand.get_by_role("heading", name="Gemeente Voorbeeld")).to_be_visible()
    pages["story"] = axe(in_hand)
    in_hand.get_by_role("link", name="Profile").or_(in_hand.get_by_role("link", name="Back to the phone")).click()
    in_hand.get_by_role("link", name="Change").click()
    pages["edit"] = axe(in_hand)
    in_hand.get_by_role("link", name="Profile").click()
    pages["profile"] = axe(in_hand)
    in_hand.goto(live_server.url + reverse("practice:timeline"))
    pages["timeline"] = axe(in_hand)
    assert not any(pages.values()), pages
    assert in_hand.evaluate("document.documentElement.scrollWidth") <= in_hand.viewport_size["width"]  # type: ignore[index]
    # What is taken down disappears by itself.
    practice.network.delete(town_account, story.id, with_media=True)
    expect(in_hand.get_by_role("link", name="Story of gemeente_")).to_have_count(0)


@pytest.mark.django_db(transaction=True)
def test_the_phone_works_without_javascript(
    new_page: Callable[..., Page], live_server: LiveServer, anna_holds: Client, practice: PracticeServer
) -> None:
    page = new_page(java_script_enabled=False)
    session = anna_holds.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.goto(live_server.url + reverse("practice:phone"))
    page.locator("button.account").click()
    expect(page.locator("button.account")).to_contain_text("@anna_thuis")
    page.locator(".app-tabs a").nth(1).click()
    page.locator("textarea").fill("Zonder programma's")
    page.locator("button[value=post]").click()
    expect(page.locator(".status").first).to_contain_text("Zonder programma's")
    page.locator(".status footer button").first.click()
    expect(page.locator("[aria-pressed=true]")).to_have_count(1)
    (post,) = practice.network.timeline()
    assert (post.account.handle, practice.network.standing(post).favourites) == ("anna_thuis", 1)
