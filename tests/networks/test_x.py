"""X's connector where the walk along all networks does not look: threads, keys, money, refusals, the stream."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Event
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import time_machine

from tests.networks.walk.listening import Listening
from tests.networks.walk.running import assert_plain, picture
from vierogen.core.http import guarded_client
from vierogen.networks import x_text
from vierogen.networks.abilities import Request
from vierogen.networks.base import (
    Attempt,
    Client,
    Disconnected,
    Happened,
    Limited,
    NetworkError,
    Opened,
    Outgoing,
    Picture,
    Shown,
    Unknown,
)
from vierogen.networks.x import X
from vierogen.networks.x_api import CREDITS
from vierogen.practice.simulators.x import XSimulator
from vierogen.practice.simulators.x_records import Account

VERIFIER = "v" * 64
BACK = "https://vierogen.example/vault/back"


class Desk:
    """Opens the connector as the vault does, and keeps what it remembers and what an attempt keeps."""

    def __init__(self, simulator: XSimulator, account: Account, http: httpx.Client) -> None:
        self.simulator, self.account, self.http = simulator, account, http
        self.credentials = {"access_token": account.token, "refresh_token": account.refresh_token}
        self.kept: dict[str, Any] = {}
        self.client: Client | None = simulator.client

    def open(self, **given: Any) -> X:
        attempt = Attempt(kept=dict(self.kept), keep=self.kept.update, **given)
        return X(
            Opened(
                self.simulator.url, self.credentials, self.http, self.credentials.update, attempt, client=self.client
            )
        )


@pytest.fixture
def simulator() -> Iterator[XSimulator]:
    with XSimulator(auto=True) as running:
        yield running


@pytest.fixture
def account(simulator: XSimulator) -> Account:
    return simulator.add_account("gemeente_x", "Gemeente X")


@pytest.fixture
def desk(simulator: XSimulator, account: Account) -> Iterator[Desk]:
    with guarded_client(allowed=["127.0.0.0/8"]) as http:
        yield Desk(simulator, account, http)


def a_post(text: str, *pictures: Picture) -> Outgoing:
    now = datetime.now(UTC)
    return Outgoing(text, X.new_key(now), created_at=now, pictures=pictures)


# Counting, cutting, and the price


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("Café", 4),
        ("Cafe\u0301", 4),
        ("👾", 2),
        ("🙋🏽", 2),
        ("👨‍🎤", 2),
        ("👨‍👩‍👧‍👦", 2),
        ("🇳🇱🇧🇪", 4),
        ("1️⃣", 2),
        ("☀️ en ☀", 8),
        ("© ®", 3),
        ("日本語", 6),
        ("“Ja” – zei hij…", 16),
        ("https://example.com", 23),
        ("https://example.com/very/long/path?with=more&and=" + "x" * 300, 23),
        ("Zie https://example.com.", 28),
        ("(zie https://nl.wikipedia.org/wiki/X_(netwerk))", 29),
        ("Zie voorbeeld.nl/pad en mail jan@voorbeeld.nl", 4 + 23 + len(" en mail jan@voorbeeld.nl")),
        ("Dat was het.Morgen verder", 25),
        ("o.a. en m.b.t. en 12.30 uur", 27),
        ("#zwemmen @gemeente", 18),
    ],
)
def test_a_text_is_weighed_as_x_weighs_it(text: str, length: int) -> None:
    assert X.length(text) == length


def test_a_line_of_three_dashes_makes_a_thread() -> None:
    assert x_text.parts("Een\n---\nTwee\n\n --- \n\nDrie\nvier") == ["Een", "Twee", "Drie\nvier"]
    assert x_text.parts("Een\r\n---\r\nTwee") == ["Een", "Twee"]
    for whole in ("Een --- twee", "----\nEen", "Een\n--", "", "  Een "):
        assert x_text.parts(whole) == [whole]
    assert x_text.parts("---\nEen\n---\n---\n") == ["Een"]
    assert x_text.parts("---") == ["---"]


def test_of_a_thread_the_longest_part_has_to_fit_and_the_pictures_go_first() -> None:
    post = a_post(f"Een\n---\n{'x' * 200}\n---\nDrie", picture("Een plaatje"))
    assert X.length(post.text) == 200
    assert [(part.text[:4], len(part.pictures)) for part in X.thread(post)] == [("Een", 1), ("xxxx", 0), ("Drie", 0)]


def test_every_part_has_its_price_and_a_link_makes_it_dear() -> None:
    assert X.price(a_post("Hallo")).amount == Decimal("0.015")
    assert X.price(a_post("Zie https://voorbeeld.nl")).amount == Decimal("0.200")
    for link in (
        "voorbeeld.nl",
        "park.photography",
        "de.voorbeeld.versicherung!",
        "пример.рф",
        "a.xn--p1ai",
        "A.Koeln/x",
    ):
        assert X.price(a_post(f"Zie {link}")).amount == Decimal("0.200"), link
    for none in ("Om 9.30 uur.", "Vandaag. Morgen", "a.u.b. ", "3.50 euro...", "punt . com"):
        assert X.price(a_post(none)).amount == Decimal("0.015"), none
    assert X.price(a_post("Een\n---\nTwee https://a.nl\n---\nDrie")).amount == Decimal("0.230")
    assert X.price(a_post("Hallo")).currency == "USD"


def test_the_price_that_is_shown_is_the_price_that_is_paid(simulator: XSimulator, desk: Desk) -> None:
    for text in ("Hallo", "Zie https://voorbeeld.nl/a", "Een\n---\nTwee voorbeeld.nl\n---\nDrie"):
        before = simulator.spent
        desk.kept.clear()
        desk.open().publish(a_post(text))
        assert simulator.spent - before == X.price(a_post(text)).amount


# Threads


def test_a_thread_is_a_chain_of_answers(desk: Desk, account: Account, simulator: XSimulator) -> None:
    shown = desk.open().publish(a_post("Een\n---\nTwee\n---\nDrie", picture("Een plaatje")))
    ids = [shown.remote_id, *shown.rest]
    assert ids == simulator.ids_of(account)[::-1]
    posts = [simulator.posts.standing[each] for each in ids]
    assert [post.answers for post in posts] == ["", ids[0], ids[1]]
    assert [len(post.pictures) for post in posts] == [1, 0, 0]
    assert desk.kept["parts"] == ids
    assert desk.kept["url"] == shown.url


def test_every_part_is_asked_for_leave_and_written_down_before_the_next(desk: Desk, simulator: XSimulator) -> None:
    seen = list[tuple[int, Any]]()
    desk.open(ready=lambda: seen.append((len(simulator.posts.standing), dict(desk.kept)))).publish(
        a_post("Een\n---\nTwee")
    )
    assert [number for number, _kept in seen] == [0, 1]
    assert [kept["asked"] for _number, kept in seen] == [0, 1]
    assert [len(kept.get("parts", ())) for _number, kept in seen] == [0, 1]


def test_a_later_attempt_goes_on_after_what_was_accepted(desk: Desk, account: Account, simulator: XSimulator) -> None:
    post = a_post("Een\n---\nTwee\n---\nDrie", picture("Een plaatje"))
    simulator.limits.windows[account.id, "POST /2/tweets"] = (datetime.now(UTC).timestamp(), 99)
    with pytest.raises(Limited) as told:
        desk.open().publish(post)
    assert 890 < told.value.seconds < 902
    assert desk.open().may_repeat(post)
    simulator.limits.windows.clear()
    uploads = simulator.asked["gemeente_x", "POST /2/media/upload"]
    whole = desk.open().publish(post)
    assert len(whole.rest) == 2
    assert simulator.posts_of(account) == ["Drie", "Twee", "Een"]
    assert simulator.asked["gemeente_x", "POST /2/media/upload"] == uploads


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_looking_finds_the_part_whose_answer_was_lost(
    lost: int, desk: Desk, account: Account, simulator: XSimulator
) -> None:
    post, asked = a_post("Een\n---\nTwee\n---\nDrie"), list[int]()

    def ready() -> None:
        asked.append(1)
        if len(asked) == lost:
            simulator.faults.next("cut_after_accepting", on="POST /2/tweets")

    with pytest.raises(Unknown):
        desk.open(ready=ready).publish(post)
    found = desk.open().find(post)
    assert (found is not None) is (lost == 3)
    if found is None:
        again = desk.open()
        assert again.may_repeat(post)
        found = again.publish(post)
    assert [found.remote_id, *found.rest] == simulator.ids_of(account)[::-1]
    assert simulator.posts_of(account) == ["Drie", "Twee", "Een"]


def test_what_may_still_arrive_is_not_sent_again_unasked(desk: Desk, simulator: XSimulator) -> None:
    post = a_post("Een\n---\nTwee")
    simulator.faults.next("cut_before", on="POST /2/tweets")
    with pytest.raises(Unknown):
        desk.open().publish(post)
    looking = desk.open()
    assert looking.find(post) is None
    assert not looking.may_repeat(post)
    assert not Desk(simulator, desk.account, desk.http).open().may_repeat(post)


def test_each_part_is_the_same_post_and_no_other_is(desk: Desk) -> None:
    post = a_post("Een\n---\nTwee", picture("Een plaatje"))
    network = desk.open()
    network.publish(post)
    shown = network.recent()
    assert [network.same(post, each) for each in shown] == [True, True]
    assert not network.same(a_post("Een\n---\nAnders"), shown[0])
    assert not network.same(a_post("Een\n---\nTwee"), shown[1]), "its picture is missing"
    late = replace(post, created_at=post.created_at + timedelta(minutes=6))
    assert not network.same(late, shown[0])


# Refusals


def test_the_same_words_again_are_our_own_post_whose_answer_was_lost(
    desk: Desk, account: Account, simulator: XSimulator
) -> None:
    post = a_post("Misschien geplaatst")
    simulator.faults.next("cut_after_accepting", on="POST /2/tweets")
    with pytest.raises(Unknown):
        desk.open().publish(post)
    assert [desk.open().publish(post).remote_id] == simulator.ids_of(account)


def test_the_same_words_as_long_ago_are_refused_with_a_reason(desk: Desk, account: Account) -> None:
    with time_machine.travel(datetime.now(UTC) - timedelta(hours=1)):
        desk.simulator.post_by_phone(account, "Altijd hetzelfde")
    with pytest.raises(NetworkError) as told:
        desk.open().publish(a_post("Altijd hetzelfde"))
    assert "said them before" in told.value.reason
    assert not isinstance(told.value, Unknown)
    assert not told.value.may_retry


def test_the_same_words_that_are_not_listed_yet_are_looked_for_later(desk: Desk, account: Account) -> None:
    desk.simulator.read_lag = 60
    desk.simulator.faults.next("cut_after_accepting", on="POST /2/tweets")
    post = a_post("Nog niet te zien")
    for _try in range(2):
        with pytest.raises(Unknown):
            desk.open().publish(post)
    assert len(desk.simulator.posts_of(account)) == 1


def test_the_same_words_that_somebody_said_by_phone_are_not_ours(desk: Desk, account: Account) -> None:
    desk.simulator.post_by_phone(account, "Tegelijk")
    with pytest.raises(NetworkError, match="said them before") as told:
        desk.open().publish(a_post("Tegelijk"))
    assert not isinstance(told.value, Unknown)
    assert not told.value.may_retry
    assert desk.kept["asked"] == -1


def test_looking_for_the_same_words_can_fail_and_says_nothing(
    desk: Desk, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = a_post("Misschien geplaatst")
    desk.simulator.faults.next("cut_after_accepting", on="POST /2/tweets")
    with pytest.raises(Unknown):
        desk.open().publish(post)

    def fails(_network: X, _limit: int) -> None:
        raise NetworkError("X is not there.", may_retry=True)

    with monkeypatch.context() as patch:
        patch.setattr(X, "_posts", fails)
        with pytest.raises(Unknown):
            desk.open().publish(post)
    assert [desk.open().publish(post).remote_id] == desk.simulator.ids_of(account)


def test_a_picture_without_a_word_is_told_from_no_other(desk: Desk, account: Account) -> None:
    post, network = a_post("", picture("")), desk.open()
    shown = network.publish(post)
    assert network.reads_as(post, shown)
    assert not network.same(post, shown)
    assert not network.same(a_post("", picture("")), shown)


def test_a_fresh_post_that_cannot_be_read_yet_is_published_all_the_same(desk: Desk, account: Account) -> None:
    desk.simulator.read_lag = 60
    shown = desk.open().publish(a_post("Vers"))
    assert shown.text == "Vers"
    assert [shown.remote_id] == desk.simulator.ids_of(account)
    assert abs((shown.created_at or datetime.min.replace(tzinfo=UTC)) - datetime.now(UTC)) < timedelta(minutes=1)
    desk.kept.clear()
    assert desk.open().find(a_post("Vers")) is None


def test_without_credits_a_plain_sentence_says_so(desk: Desk) -> None:
    desk.simulator.bill.credits = Decimal(0)
    for verb in (lambda: desk.open().publish(a_post("Hallo")), lambda: desk.open().recent()):
        with pytest.raises(NetworkError) as told:
            verb()
        assert told.value.reason == CREDITS
        assert not isinstance(told.value, Unknown | Disconnected)
    assert_plain(CREDITS)


def test_a_limit_ends_when_x_says(desk: Desk, account: Account) -> None:
    desk.simulator.limits.windows[account.id, "GET /2/users/me"] = (datetime.now(UTC).timestamp() - 600, 75)
    with pytest.raises(Limited) as told:
        desk.open().me()
    assert 290 < told.value.seconds < 302


def test_a_part_that_is_refused_is_refused_and_what_is_there_is_kept(desk: Desk, account: Account) -> None:
    post = a_post("Een\n---\nTwee")
    bill = desk.simulator.bill
    bill.credits = Decimal("0.001")
    with pytest.raises(NetworkError, match="credits"):
        desk.open().publish(post)
    assert desk.kept["parts"] == desk.simulator.ids_of(account)
    assert desk.open().may_repeat(post)


# Keys


def test_a_call_that_is_made_again_with_a_new_key_asks_for_leave_again(
    desk: Desk, account: Account, simulator: XSimulator
) -> None:
    asked = list[str]()

    def ready() -> None:
        asked.append("ready")
        if len(asked) == 1:
            simulator.login.keys.clear()  # its two hours are over at this very moment
        else:
            raise NetworkError("Somebody stopped it.")

    with pytest.raises(NetworkError, match="stopped"):
        desk.open(ready=ready).publish(a_post("Na het stoppen"))
    assert len(asked) == 2
    assert simulator.posts_of(account) == []
    assert desk.kept["asked"] == -1


def test_a_key_that_ended_is_renewed_within_the_call_and_remembered(desk: Desk) -> None:
    old = dict(desk.credentials)
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=3)):
        assert desk.open().me().handle == "@gemeente_x"
        desk.open().publish(a_post("Met een nieuwe sleutel"))
        ends_at = datetime.fromisoformat(desk.credentials["expires_at"])
        assert timedelta(hours=1, minutes=59) < ends_at - datetime.now(UTC) <= timedelta(hours=2)
    assert desk.credentials["access_token"] != old["access_token"]
    assert desk.credentials["refresh_token"] != old["refresh_token"]


def test_renewing_gives_both_keys_and_the_old_one_is_spent(desk: Desk) -> None:
    old = dict(desk.credentials)
    desk.open().renew()
    assert not {old["access_token"], old["refresh_token"]} & set(desk.credentials.values())
    desk.credentials.update(old)
    with pytest.raises(Disconnected):
        desk.open().renew()


def test_access_that_was_taken_away_disconnects(desk: Desk, account: Account) -> None:
    desk.simulator.revoke(account)
    with pytest.raises(Disconnected):
        desk.open().me()


@pytest.mark.parametrize("spent", ["invalid_grant", "invalid_request"])
def test_only_a_spent_key_disconnects(spent: str, desk: Desk) -> None:
    said = {"error": spent, "error_description": "Value passed for the token was invalid."}
    with pytest.raises(Disconnected):
        renewed_with(desk, 400, said)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, {"error": "invalid_request", "error_description": "Missing required parameter."}),
        (401, {"error": "unauthorized_client", "error_description": "Missing valid authorization header"}),
        (401, {"error": "something_new"}),
        (403, {}),
        (429, {}),
        (500, {}),
        (503, {"error": "invalid"}),
        (200, {"odd": 1}),
    ],
)
def test_any_other_answer_leaves_the_old_key(status: int, said: Mapping[str, str], desk: Desk) -> None:
    old = dict(desk.credentials)
    with pytest.raises(NetworkError) as told:
        renewed_with(desk, status, said)
    assert not isinstance(told.value, Disconnected | Unknown)
    assert_plain(told.value.reason)
    assert desk.credentials == old


def renewed_with(desk: Desk, status: int, said: Mapping[str, str]) -> None:
    answer = httpx.MockTransport(lambda _request: httpx.Response(status, json=dict(said)))
    with httpx.Client(transport=answer) as http:
        Desk(desk.simulator, desk.account, http).open().renew()


def test_a_key_that_nobody_can_renew_disconnects_when_x_refuses_it(desk: Desk, account: Account) -> None:
    del desk.credentials["refresh_token"]
    assert desk.open().me()
    desk.simulator.revoke(account)
    with pytest.raises(Disconnected):
        desk.open().me()


def test_a_slip_in_the_settings_says_nothing_about_a_key(desk: Desk, account: Account) -> None:
    desk.client = None
    desk.simulator.revoke(account)
    with pytest.raises(NetworkError) as told:
        desk.open().me()
    assert told.value.may_retry
    assert not isinstance(told.value, Disconnected)


def test_a_renewal_that_fails_for_a_moment_disconnects_nobody(desk: Desk) -> None:
    desk.simulator.faults.next("error_before", on="POST /2/oauth2/token")
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=3)):
        with pytest.raises(NetworkError) as told:
            desk.open().publish(a_post("Straks"))
        assert told.value.may_retry
        assert not isinstance(told.value, Disconnected | Unknown)
        assert desk.open().publish(a_post("Straks"))


# Logging in


def a_request(simulator: XSimulator, **other: str) -> Request:
    return Request(simulator.client, **{"back": BACK, "state": "s" * 40, "verifier": VERIFIER, **other})


def sent_back(simulator: XSimulator, request: Request) -> dict[str, list[str]]:
    address = X.log_in_at(simulator.url, request)
    answer = httpx.get(address)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(f"{BACK}?")
    return parse_qs(urlsplit(answer.headers["Location"]).query)


def test_logging_in_gives_exactly_the_account_that_was_logged_in(desk: Desk, simulator: XSimulator) -> None:
    simulator.add_account("anna", "Anna privé", person="anna")
    request = a_request(simulator)
    back = sent_back(simulator, request)
    assert back["state"] == [request.state]
    [choice] = X.redeem(simulator.url, request, code=back["code"][0], http=desk.http)
    assert choice.profile.handle == "@gemeente_x"
    assert set(choice.credentials) == {"access_token", "refresh_token", "expires_at"}
    desk.credentials = dict(choice.credentials)
    assert desk.open().me() == choice.profile


def test_a_code_is_worth_nothing_without_its_verifier_and_only_once(desk: Desk, simulator: XSimulator) -> None:
    request = a_request(simulator)
    for wrong in (replace(request, verifier="w" * 64), replace(request, back=f"{BACK}/else")):
        code = sent_back(simulator, request)["code"][0]
        with pytest.raises(NetworkError):
            X.redeem(simulator.url, wrong, code=code, http=desk.http)
        with pytest.raises(NetworkError):
            X.redeem(simulator.url, request, code=code, http=desk.http)


def test_people_log_in_at_x_itself_and_no_secret_is_in_the_address() -> None:
    request = Request(Client("the-app", "the-secret"), BACK, "s" * 40, VERIFIER)
    address = X.log_in_at(X.home, request)
    assert address.startswith("https://x.com/i/oauth2/authorize?")
    assert "the-secret" not in address
    assert VERIFIER not in address
    asked = parse_qs(urlsplit(address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert "offline.access" in asked["scope"][0].split()
    assert not re.search(r"dm\.|follows|email", asked["scope"][0])


# What it shows


def test_an_edit_keeps_the_name_of_the_post(desk: Desk, account: Account, simulator: XSimulator) -> None:
    first = simulator.post_by_phone(account, "Zoals het was")
    simulator.edit_by_phone(account, first, "Zoals het werd")
    network = desk.open()
    [shown] = network.recent()
    assert (shown.remote_id, shown.text) == (first, "Zoals het werd")
    assert shown.edited_at
    assert network.read(first) == shown
    network.delete(first)
    assert network.remains(shown) == []


def test_pages_are_followed_until_enough_is_listed(desk: Desk, account: Account, simulator: XSimulator) -> None:
    for number in range(130):
        simulator.post_by_phone(account, f"Bericht {number}")
    assert [shown.text for shown in desk.open().recent(120)] == [f"Bericht {n}" for n in range(129, 9, -1)]
    assert len(desk.open().recent(200)) == 130
    assert simulator.violations == []


def test_signs_links_and_pictures_come_back_as_they_were_written(desk: Desk) -> None:
    text = "R&D <3 > 2: https://www.voorbeeld.nl/a?b=c&d=<e> en voorbeeld.nl"
    shown = desk.open().publish(a_post(text, picture("Een")))
    assert shown.text.startswith("R&D <3 > 2: https://www.voorbeeld.nl/a?b=c&d=")
    assert "t.co" not in shown.text
    assert "photo/1" not in shown.text


def test_what_cannot_be_an_id_is_not_asked_for(desk: Desk, simulator: XSimulator) -> None:
    assert desk.open().read("../users/me") is None
    assert desk.open().read("12345678901234567890") is None
    assert not [path for _whose, path in simulator.asked if "tweets/" in path]


def test_a_picture_is_gone_with_its_post(desk: Desk) -> None:
    network = desk.open()
    shown = network.publish(a_post("Weg ermee", picture("Een"), picture("Twee")))
    assert len(network.remains(shown)) == 3
    network.delete(shown.remote_id)
    assert network.remains(shown) == []


# The stream


def test_both_kinds_of_events_are_subscribed_to_once(desk: Desk, simulator: XSimulator, account: Account) -> None:
    for _time in range(2):
        with Listening(desk.open()):
            pass
    known = [(each.event, each.user_id) for each in simulator.activity.subscriptions.values()]
    assert sorted(known) == [("post.create", account.id), ("post.delete", account.id)]


def test_all_accounts_share_one_connection_and_hear_their_own(desk: Desk, simulator: XSimulator) -> None:
    others = [simulator.add_account(f"kanaal{number}", "Kanaal") for number in range(3)]
    desks = [desk, *(Desk(simulator, other, desk.http) for other in others)]
    listening = [Listening(each.open()) for each in desks]
    for each in listening:
        each.__enter__()
    assert len(simulator.activity.listeners) == 1
    made = [simulator.post_by_phone(each.account, "Voor mij") for each in desks]
    for ear, remote_id in zip(listening, made, strict=True):
        assert ear.hears("seen", remote_id).shown
        assert ear.heard.empty()
    for each in reversed(listening):
        each.__exit__(None, None, None)
    assert simulator.violations == []


def test_when_the_first_listener_leaves_the_others_end_and_can_begin_again(desk: Desk, simulator: XSimulator) -> None:
    other = Desk(simulator, simulator.add_account("ander", "Ander"), desk.http)
    first, second = Listening(desk.open()), Listening(other.open())
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    second.thread.join(5)
    assert not second.thread.is_alive()
    with Listening(other.open()) as again:
        assert again.hears("seen", simulator.post_by_phone(other.account, "Daar ben ik weer"))


def test_a_picture_that_does_not_come_along_is_looked_up(desk: Desk, simulator: XSimulator, account: Account) -> None:
    with Listening(desk.open()) as ear:
        made = simulator.post_by_phone(account, "Feestje!", picture=picture("x").data)
        heard = ear.hears("seen", made)
        assert isinstance(heard.shown, Shown)
        assert len(heard.shown.media) == 1


def test_a_stream_that_is_cut_ends_and_a_full_one_says_so(desk: Desk, simulator: XSimulator) -> None:
    with Listening(desk.open()) as ear:
        simulator.activity.cut()
        ear.thread.join(5)
        assert not ear.thread.is_alive()
    crowd = [simulator.activity.listen() for _one in range(2)]
    with pytest.raises(Limited):
        next(desk.open().stream(Event()))
    assert len(crowd) == 2


@pytest.mark.parametrize("status", [429, 503])
def test_a_stream_that_cannot_be_opened_is_an_error(status: int, desk: Desk, simulator: XSimulator) -> None:
    simulator.faults.next("limited" if status == 429 else "error_before", on="GET /2/activity/stream", seconds=3)
    with pytest.raises(NetworkError) as told:
        next(desk.open().stream(Event()))
    assert not isinstance(told.value, Disconnected | Unknown)


def test_without_an_app_there_is_no_stream_and_a_plain_sentence(desk: Desk) -> None:
    desk.client = None
    with pytest.raises(NetworkError) as told:
        next(desk.open().stream(Event()))
    assert_plain(told.value.reason)
    desk.credentials["bearer_token"] = desk.simulator.login.app_token
    assert next(desk.open().stream(Event())) == Happened("alive")


def test_a_stream_ends_with_its_key(desk: Desk) -> None:
    desk.simulator.activity.keep_alive = 0.1
    desk.credentials["expires_at"] = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
    assert {each.happening for each in desk.open().stream(Event())} == {"alive"}
