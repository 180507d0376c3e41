"""An account is connected by logging in at its network: by one person, in one browser, once, and the right account."""

import base64
import hashlib
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.plugins.house import PASSWORD, make_member
from tests.vault.lighthouse import PNG, Lighthouse
from tests.vault.test_actions import everything_in_the_database
from vierogen.channels.actions import close, disconnect
from vierogen.channels.models import Channel, networks
from vierogen.ledger.actions import Machine
from vierogen.ledger.models import Entry
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Role
from vierogen.vault import log_in
from vierogen.vault.actions import opened, seal
from vierogen.vault.models import Handshake, KeyLife, Secret

Visit = Callable[[Member], Client]
CONNECT = "/channels/connect/lantern/"
BACK = "/channels/connect/lantern/back/"


def body(answer: HttpResponse) -> str:
    return " ".join(answer.content.decode().replace("<wbr>", "").split())


def begin(client: Client, url: str = CONNECT) -> str:
    """Press the button; returns the address at the network to which the browser goes by itself."""
    answer = client.post(url)
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', answer.content.decode())
    assert found, body(answer)
    return found.group(1).replace("&amp;", "&")


def come_back(client: Client, told: dict[str, str]) -> HttpResponse:
    """The network sends the browser back, and the person presses the button there."""
    page = client.get(BACK, told)
    return client.post(BACK, told) if page.status_code == 200 else page


def choose_from(client: Client, lantern: Lighthouse, url: str = CONNECT) -> str:
    """Everything up to the choice; returns its address."""
    answer = come_back(client, lantern.allow(begin(client, url)))
    assert answer.status_code == 302, body(answer)
    return str(answer.headers["Location"])


def refusal(answer: HttpResponse) -> str:
    assert answer.status_code == 422
    assert "The account is not connected" in body(answer)
    return body(answer)


# The whole way


def test_somebody_logs_in_at_the_network_chooses_the_account_and_it_is_watched(
    visit: Visit, cora: Member, lantern: Lighthouse
) -> None:
    client = visit(cora)
    choice = choose_from(client, lantern)
    answer = client.post(choice, {"account": "18"}, follow=True)
    assert "@wethouder (Lantern) is connected and watched from now on." in body(answer)
    channel = Channel.objects.get()
    assert (channel.account_id, channel.server) == ("18", lantern.url)
    with opened(channel) as network:
        assert network.me().account_id == "18"
    assert not Handshake.objects.exists()
    assert {entry.verb for entry in Entry.objects.all()} >= {"connect", "seal"}


def test_the_page_says_what_is_asked_for_and_why(visit: Visit, cora: Member, lantern: Lighthouse) -> None:
    page = body(visit(cora).get(CONNECT))
    assert "Log in at Lantern" in page
    assert "Publish on the account" in page
    assert "so that a stray can be taken down." in page
    assert 'type="password"' not in page


def test_the_page_says_which_take_down_it_will_be(visit: Visit, cora: Member, lantern: Lighthouse) -> None:
    client = visit(cora)
    words = "Vierogen can remove posts here, if you allow it to manage the account&#x27;s content."
    assert words in body(client.get(CONNECT))
    assert "Vierogen can remove posts here." in body(client.get("/channels/connect/mastodon/"))


@pytest.mark.parametrize(("public", "words"), [("https://10.0.0.1", "by its name"), ("http://v.example", "https")])
def test_where_pictures_are_fetched_the_page_says_whether_that_works(
    visit: Visit,
    cora: Member,
    kept: Channel,
    lantern: Lighthouse,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    public: str,
    words: str,
) -> None:
    monkeypatch.setattr(networks()["lantern"], "needs_picture", True)
    client, page_of = visit(cora), reverse("channels:channel", args=[kept.pk])
    assert "and can reach it." in body(client.get(CONNECT))
    assert "and can reach it." in body(client.get(page_of))
    settings.ALLOW_PRIVATE, settings.PUBLIC_URL = [], public
    for url in (CONNECT, page_of):
        page = body(client.get(url))
        assert "This network fetches pictures from Vierogen itself" in page
        assert words in page


def test_the_network_is_told_where_to_send_people_back_and_a_fresh_challenge_and_state(
    visit: Visit, cora: Member, lantern: Lighthouse
) -> None:
    client = visit(cora)
    first, second = (parse_qs(urlsplit(begin(client)).query) for _turn in range(2))
    assert first["redirect_uri"] == [django_settings.PUBLIC_URL + BACK]
    assert first["client_id"] == ["our-app"]
    assert first["code_challenge_method"] == ["S256"]
    assert first["state"] != second["state"]
    assert first["code_challenge"] != second["code_challenge"]
    assert len(base64.urlsafe_b64decode(first["state"][0] + "==")) == 32


def test_the_verifier_is_sent_and_fits_its_challenge(visit: Visit, cora: Member, lantern: Lighthouse) -> None:
    choose_from(visit(cora), lantern)
    told = next(told for path, told in lantern.requests if path == "/token")
    digest = hashlib.sha256(told["code_verifier"].encode()).digest()
    assert 43 <= len(told["code_verifier"]) <= 128
    assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == lantern.asked["code_challenge"]


def test_coming_back_changes_nothing_before_the_button_is_pressed(
    visit: Visit, cora: Member, lantern: Lighthouse
) -> None:
    client = visit(cora)
    told = lantern.allow(begin(client))
    before = list(Handshake.objects.values())
    page = client.get(BACK, told)
    assert page.status_code == 200
    assert f'action="{BACK}"' in body(page)
    assert page.headers["Referrer-Policy"] == "strict-origin"
    assert "no-store" in page.headers["Cache-Control"]
    assert list(Handshake.objects.values()) == before
    assert lantern.count("/token") == 0


def test_whoever_has_not_proved_who_they_are_does_so_first(enter: Visit, cora: Member, lantern: Lighthouse) -> None:
    answer = enter(cora).post(CONNECT)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("account_reauthenticate"))
    assert not Handshake.objects.exists()


def test_without_an_app_at_the_network_the_page_says_who_has_to_do_what(
    visit: Visit, cora: Member, lantern: Lighthouse, settings: Any
) -> None:
    settings.NETWORK_CLIENTS = {}
    client = visit(cora)
    page = body(client.get(CONNECT))
    assert "VIEROGEN_NETWORK_CLIENTS" in page
    assert "docs/howto/connect-lantern.md" in page
    assert "Log in at Lantern" not in page
    assert client.post(CONNECT).status_code == 422
    assert not Handshake.objects.exists()


def test_a_server_that_is_none_is_told(visit: Visit, cora: Member, lantern: Lighthouse, settings: Any) -> None:
    settings.NETWORK_SERVERS = {"lantern": "http://127.0.0.1:99999"}
    answer = visit(cora).get(CONNECT)
    assert answer.status_code == 422
    assert "This is not the address of a server." in body(answer)


# The state


@contextmanager
def later(minutes: float) -> Iterator[None]:
    with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
        yield


def test_without_a_state_nothing_is_redeemed(visit: Visit, cora: Member, lantern: Lighthouse) -> None:
    client = visit(cora)
    told = lantern.allow(begin(client))
    assert "was not begun in this browser" in refusal(come_back(client, {"code": told["code"]}))
    assert "was not begun in this browser" in refusal(client.post(BACK, {"code": told["code"]}))
    assert lantern.count("/token") == 0


@pytest.mark.parametrize("state", ["x", "é" * 50, "\ud800", "a" * 100_000, "\x00"])
def test_a_wrong_state_is_refused(visit: Visit, cora: Member, lantern: Lighthouse, state: str) -> None:
    client = visit(cora)
    told = lantern.allow(begin(client))
    wrong = {**told, "state": state.encode(errors="replace").decode()}
    assert "was not begun in this browser" in refusal(client.post(BACK, wrong))
    assert lantern.count("/token") == 0
    assert choose_from(client, lantern)


def test_a_state_works_once(visit: Visit, cora: Member, lantern: Lighthouse) -> None:
    client = visit(cora)
    told = lantern.allow(begin(client))
    assert come_back(client, told).status_code == 302
    assert "was used before" in refusal(client.post(BACK, told))
    assert lantern.count("/token") == 1


def test_of_two_answers_at_once_one_is_redeemed(cora: Member, lantern: Lighthouse) -> None:
    begun = log_in.begin(cora, "lantern")
    told = lantern.allow(begun.address)
    among = [begun.handshake.pk]
    one, two = (log_in.waiting(cora, "lantern", sent=told["state"], among=among) for _turn in range(2))
    log_in.answer(one, sent=told["state"], code=told["code"])
    with pytest.raises(ValidationError, match="was used before"):
        log_in.answer(two, sent=told["state"], code=told["code"])
    assert lantern.count("/token") == 1


def test_a_state_is_of_no_use_to_another_member(
    visit: Visit, cora: Member, town: Organisation, lantern: Lighthouse
) -> None:
    told = lantern.allow(begin(visit(cora)))
    thief = visit(make_member(town, "Kees", Role.CUSTODIAN))
    assert "was not begun in this browser" in refusal(come_back(thief, told))
    assert lantern.count("/token") == 0


def test_a_state_is_of_no_use_in_another_browser_of_the_same_member(
    cora: Member, lantern: Lighthouse, visit: Visit
) -> None:
    told = lantern.allow(begin(visit(cora)))
    other = Client()
    other.force_login(cora.user, backend="django.contrib.auth.backends.ModelBackend")
    other.post("/log-in/reauthenticate/", {"password": PASSWORD})
    begin(other)
    assert "was not begun in this browser" in refusal(come_back(other, told))
    assert lantern.count("/token") == 0


def test_a_state_of_another_network_is_refused(visit: Visit, cora: Member, lantern: Lighthouse) -> None:
    client = visit(cora)
    told = lantern.allow(begin(client))
    Handshake.objects.update(network_key="other")
    assert "was not begun in this browser" in refusal(come_back(client, told))


def test_after_ten_minutes_a_log_in_is_over(visit: Visit, cora: Member, lantern: Lighthouse) -> None:
    client = visit(cora)
    told = lantern.allow(begin(client))
    with later(9.9):
        assert client.get(BACK, told).status_code == 200
    with later(10.1):
        assert "took longer than ten minutes" in refusal(client.post(BACK, told))
        assert log_in.forget() == 1
        assert "was not begun in this browser" in refusal(client.post(BACK, told))
    assert lantern.count("/token") == 0


def test_what_a_log_in_gave_is_forgotten_ten_minutes_later(visit: Visit, cora: Member, lantern: Lighthouse) -> None:
    client = visit(cora)
    choice = choose_from(client, lantern)
    assert log_in.forget() == 0
    with later(10.1):
        assert client.get(choice).status_code == 404
        assert log_in.forget() == 1
    assert not Handshake.objects.exists()


def test_nobody_begins_log_ins_without_end(cora: Member, lantern: Lighthouse) -> None:
    for _turn in range(log_in.MOST):
        log_in.begin(cora, "lantern")
    with pytest.raises(ValidationError, match="Wait ten minutes"):
        log_in.begin(cora, "lantern")
    with later(10.1):
        log_in.begin(cora, "lantern")


def test_only_who_may_connect_begins(anna: Member, lantern: Lighthouse) -> None:
    with pytest.raises(PermissionDenied):
        log_in.begin(anna, "lantern")


# What the network answers


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("access_denied", "the rights that were asked for were not given"),
        ("temporarily_unavailable", "too busy at the moment"),
        ("server_error", "has trouble at the moment"),
        ("invalid_scope", "Whoever runs it has to compare its settings"),
        ("<script>", "Whoever runs it has to compare its settings"),
    ],
)
def test_a_refusal_of_the_network_is_told_in_plain_words(
    visit: Visit, cora: Member, lantern: Lighthouse, error: str, words: str
) -> None:
    client = visit(cora)
    told = lantern.allow(begin(client))
    page = refusal(client.get(BACK, {"error": error, "error_description": "Pay us", "state": told["state"]}))
    assert words in page
    assert "Pay us" not in page
    assert CONNECT in page


def test_a_network_that_names_its_refusal_by_a_number_is_understood(
    visit: Visit, cora: Member, lantern: Lighthouse
) -> None:
    page = refusal(visit(cora).get(BACK, {"error_code": "1349126", "error_message": "App not set up"}))
    assert "Whoever runs it has to compare its settings" in page


def test_a_code_that_the_network_refuses_ends_the_log_in(visit: Visit, cora: Member, lantern: Lighthouse) -> None:
    client = visit(cora)
    told = lantern.allow(begin(client))
    assert "does not know this code" in refusal(come_back(client, {**told, "code": "guessed"}))
    assert "was used before" in refusal(come_back(client, told))
    (row,) = Handshake.objects.all()
    assert (bytes(row.wrapped), bytes(row.ciphertext)) == (b"", b"")
    assert client.get(reverse("vault:choose_account", args=[row.pk])).status_code == 404


@pytest.mark.parametrize("code", ["", "x" * 10_000])
def test_a_code_of_an_odd_length_is_not_sent(visit: Visit, cora: Member, lantern: Lighthouse, code: str) -> None:
    client = visit(cora)
    told = lantern.allow(begin(client))
    refusal(come_back(client, {**told, "code": code}))
    assert lantern.count("/token") == 0


def test_whoever_looks_after_no_account_is_told_what_it_takes(visit: Visit, cora: Member, lantern: Lighthouse) -> None:
    lantern.handed_over.clear()
    client = visit(cora)
    page = refusal(come_back(client, lantern.allow(begin(client))))
    assert "you look after no account that can be connected" in page
    assert "It has to be an account of an organisation." in page
    assert not Channel.objects.exists()


# The choice


def test_accounts_are_shown_by_name_and_picture_and_none_is_chosen_before(
    visit: Visit, cora: Member, lantern: Lighthouse
) -> None:
    client = visit(cora)
    page = client.get(choose_from(client, lantern))
    assert "@voorbeeld" in body(page)
    assert "Wethouder" in body(page)
    assert f"data:image/png;base64,{base64.b64encode(PNG).decode()}" in body(page)
    assert lantern.url not in body(page)
    assert "checked" not in body(page)


def test_the_only_account_is_not_chosen_before_either(visit: Visit, cora: Member, lantern: Lighthouse) -> None:
    lantern.handed_over.remove("18")
    client = visit(cora)
    choice = choose_from(client, lantern)
    assert "checked" not in body(client.get(choice))
    answer = client.post(choice)
    assert answer.status_code == 422
    assert "Choose the account that is to be connected." in body(answer)
    assert not Channel.objects.exists()


@pytest.mark.parametrize(
    "avatar", ["https://10.0.0.1/x.png", "ftp://x", "/avatar.png", "{url}/me", "http://127.0.0.1:99999/", ""]
)
def test_a_picture_that_cannot_be_had_is_left_out(visit: Visit, cora: Member, lantern: Lighthouse, avatar: str) -> None:
    lantern.accounts["17"].avatar = avatar.format(url=lantern.url)
    client = visit(cora)
    page = body(client.get(choose_from(client, lantern)))
    assert "data:image" not in page
    assert "GV" in page


@pytest.mark.parametrize("wrong", ["19", "", "17 "])
def test_what_was_not_offered_cannot_be_chosen(visit: Visit, cora: Member, lantern: Lighthouse, wrong: str) -> None:
    client = visit(cora)
    answer = client.post(choose_from(client, lantern), {"account": wrong})
    assert answer.status_code == 422 or wrong == "17 "
    with pytest.raises(ValidationError, match="Choose the account"):
        log_in.finish(Handshake.objects.get(), account_id="19", by=cora)


def test_a_key_of_another_account_than_chosen_is_refused(cora: Member, lantern: Lighthouse, visit: Visit) -> None:
    client = visit(cora)
    choice = choose_from(client, lantern)
    one, two = lantern.accounts["17"], lantern.accounts["18"]
    one.access, two.access = two.access, one.access
    assert "another account than you chose" in body(client.post(choice, {"account": "17"}))
    assert not Channel.objects.exists()


def test_the_choice_is_of_no_use_to_others(
    visit: Visit, cora: Member, town: Organisation, otto: Member, lantern: Lighthouse
) -> None:
    choice = choose_from(visit(cora), lantern)
    for other in (make_member(town, "Kees", Role.CUSTODIAN), otto):
        assert visit(other).get(choice).status_code == 404
        assert visit(other).post(choice, {"account": "17"}).status_code == 404
    browser = Client()
    browser.force_login(cora.user, backend="django.contrib.auth.backends.ModelBackend")
    assert browser.get(choice).status_code == 404
    assert not Channel.objects.exists()


def test_trouble_while_choosing_loses_nothing(visit: Visit, cora: Member, lantern: Lighthouse) -> None:
    client = visit(cora)
    choice = choose_from(client, lantern)
    lantern.trouble = True
    answer = client.post(choice, {"account": "17"})
    assert answer.status_code == 422
    assert "The network has trouble." in body(answer)
    lantern.trouble = False
    assert client.post(choice, {"account": "17"}).status_code == 302


def test_an_account_of_another_organisation_is_refused_and_stays_theirs(
    visit: Visit, cora: Member, otto: Member, kept: Channel, lantern: Lighthouse
) -> None:
    client = visit(otto)
    answer = client.post(choose_from(client, lantern), {"account": "17"})
    assert "Another organisation here already looks after this account." in body(answer)
    assert Channel.objects.get().organisation == cora.organisation


@pytest.mark.parametrize("may_delete", [True, False])
def test_whether_posts_can_be_removed_is_asked_and_told(
    visit: Visit, cora: Member, lantern: Lighthouse, may_delete: bool
) -> None:
    lantern.accounts["17"].may_delete = may_delete
    client = visit(cora)
    answer = client.post(choose_from(client, lantern), {"account": "17"}, follow=True)
    assert Channel.objects.get().can_take_down is may_delete
    words = "Vierogen can remove posts here." if may_delete else "Vierogen cannot remove posts here: a person has to"
    assert words in body(answer)
    assert ("allow “manage content”" in body(answer)) is not may_delete


# Connecting again


def reconnect(channel: Channel) -> str:
    return reverse("vault:reconnect", args=[channel.pk])


def test_a_known_account_is_connected_again_with_its_history(
    visit: Visit, cora: Member, kept: Channel, lantern: Lighthouse
) -> None:
    disconnect(kept, by=Machine("test"), why="No.")
    before = KeyLife.objects.get().ends_at
    client = visit(cora)
    client.post(choose_from(client, lantern, reconnect(kept)), {"account": "17"})
    channel = Channel.objects.get()
    assert (channel.pk, channel.is_connected) == (kept.pk, True)
    assert KeyLife.objects.get().ends_at > before


def test_only_the_right_account_can_be_chosen_again(
    visit: Visit, cora: Member, kept: Channel, lantern: Lighthouse
) -> None:
    client = visit(cora)
    choice = choose_from(client, lantern, reconnect(kept))
    page = body(client.get(choice))
    assert page.count("disabled") == 1
    assert "(another account)" in page
    answer = client.post(choice, {"account": "18"})
    assert answer.status_code == 422
    assert "This key belongs to @wethouder, and here only @voorbeeld can be connected again." in body(answer)
    assert Channel.objects.get().account_id == "17"


def test_whoever_logs_in_without_the_right_account_is_told(
    visit: Visit, cora: Member, kept: Channel, lantern: Lighthouse
) -> None:
    lantern.handed_over.remove("17")
    client = visit(cora)
    page = body(client.get(choose_from(client, lantern, reconnect(kept))))
    assert "The right account is not among them" in page
    assert "Connect and watch this account" not in page


def test_an_account_whose_name_changed_is_still_the_same(
    visit: Visit, cora: Member, kept: Channel, lantern: Lighthouse
) -> None:
    lantern.accounts["17"].handle, lantern.accounts["18"].handle = "@nieuw", "@voorbeeld"
    client = visit(cora)
    client.post(choose_from(client, lantern, reconnect(kept)), {"account": "17"})
    assert Channel.objects.get().handle == "@nieuw"


def test_nothing_of_the_old_key_stays_when_it_is_connected_again(
    visit: Visit, cora: Member, kept: Channel, lantern: Lighthouse
) -> None:
    seal(kept, {"left_over": "of an earlier connection"})
    client = visit(cora)
    client.post(choose_from(client, lantern, reconnect(kept)), {"account": "17"})
    assert not Secret.objects.filter(field="left_over").exists()


def test_a_closed_account_is_taken_up_again(visit: Visit, cora: Member, kept: Channel, lantern: Lighthouse) -> None:
    close(kept, by=cora)
    client = visit(cora)
    client.post(choose_from(client, lantern, reconnect(kept)), {"account": "17"})
    assert Channel.objects.get().is_connected


# Nothing shows


def test_neither_code_nor_state_nor_key_is_written_down(
    visit: Visit, cora: Member, lantern: Lighthouse, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = visit(cora)
    told = lantern.allow(begin(client))
    choice = str(come_back(client, told).headers["Location"])
    sessions = "".join(str(session.get_decoded()) for session in Session.objects.all())
    written = everything_in_the_database() + sessions + caplog.text + body(client.get(choice))
    account = lantern.accounts["17"]
    for secret in (told["code"], told["state"], account.access, account.refresh):
        assert secret not in written
    client.post(choice, {"account": "17"})
    assert account.access not in everything_in_the_database() + caplog.text


def test_who_is_not_logged_in_goes_to_log_in_without_the_code(
    client: Client, cora: Member, lantern: Lighthouse
) -> None:
    told = {"state": "a-state-of-somebody", "code": "a-code-of-somebody"}
    answer = client.get(reverse("vault:back", args=["lantern"]), told)
    assert answer.status_code == 302
    assert "somebody" not in answer.headers["Location"]
    assert "somebody" not in body(client.get(answer.headers["Location"]))


@pytest.mark.parametrize("told", [{}, {"error": "access_denied"}, {"state": "no", "code": "one"}])
def test_no_page_with_a_code_in_its_address_tells_it_on(
    visit: Visit, cora: Member, lantern: Lighthouse, told: dict[str, str]
) -> None:
    answer = visit(cora).get(reverse("vault:back", args=["lantern"]), told)
    assert answer.status_code == 422
    assert answer.headers["Referrer-Policy"] == "strict-origin"


def test_a_handshake_opens_only_as_what_it_is(cora: Member, town: Organisation, lantern: Lighthouse) -> None:
    begun = log_in.begin(cora, "lantern")
    told = lantern.allow(begun.address)
    kees = make_member(town, "Kees", Role.CUSTODIAN)
    Handshake.objects.update(member=kees)
    moved = log_in.waiting(kees, "lantern", sent=told["state"], among=[begun.handshake.pk])
    with pytest.raises(ValidationError, match="Begin again"):
        log_in.answer(moved, sent=told["state"], code=told["code"])
    assert lantern.count("/token") == 0
