"""The simulated X keeps what X's documents say: keys, prices, limits, problems, what is shown and what is streamed."""

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import time_machine

from tests.practice.conftest import picture
from vierogen.practice.simulators.door import simulators
from vierogen.practice.simulators.x import XSimulator
from vierogen.practice.simulators.x_records import Account

BACK = "https://vierogen.example/back"
VERIFIER = "v" * 50
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
APP = ("simulated-app", "simulated-secret")


@pytest.fixture
def x() -> Iterator[XSimulator]:
    with XSimulator() as simulator:
        yield simulator


@pytest.fixture
def account(x: XSimulator) -> Account:
    return x.add_account("gemeente_x", "Gemeente X")


@pytest.fixture
def http(x: XSimulator) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=x.url) as client:
        yield client


@pytest.fixture
def as_account(x: XSimulator, account: Account) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=x.url, headers={"Authorization": f"Bearer {account.token}"}) as client:
        yield client


def asked(**other: str) -> dict[str, str]:
    """What an app asks for when it sends somebody to log in."""
    usual = {
        "response_type": "code",
        "client_id": APP[0],
        "redirect_uri": BACK,
        "scope": "tweet.read tweet.write users.read offline.access",
        "state": "s" * 20,
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    return usual | other


def code_of(http: httpx.Client, **other: str) -> str:
    answer = http.post("/i/oauth2/authorize", data=asked(**other))
    return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]


def redeemed(http: httpx.Client, code: str, **other: str) -> httpx.Response:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
    return http.post("/2/oauth2/token", data=form | other, auth=APP)


def test_it_is_found_by_the_key_of_its_network() -> None:
    assert simulators()["x"] is XSimulator


# Keys


def test_the_page_names_the_account_and_has_one_button_and_cancel(http: httpx.Client, account: Account) -> None:
    page = http.get("/i/oauth2/authorize", params=asked())
    assert (page.status_code, page.text.count("<button"), "@gemeente_x" in page.text) == (200, 1, True)
    cancelled = http.get("/i/oauth2/authorize", params=asked(declined="1"))
    assert parse_qs(urlsplit(cancelled.headers["Location"]).query) == {"error": ["access_denied"], "state": ["s" * 20]}


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "another"},
        {"code_challenge_method": "plain"},
        {"code_challenge": ""},
        {"response_type": "token"},
        {"redirect_uri": "javascript:1"},
    ],
)
def test_what_is_asked_wrongly_leads_nowhere(wrong: dict[str, str], http: httpx.Client, account: Account) -> None:
    answer = http.get("/i/oauth2/authorize", params=asked(**wrong))
    assert (answer.status_code, answer.headers.get("Location")) == (400, None)


def test_a_code_becomes_keys_once(http: httpx.Client, account: Account) -> None:
    code = code_of(http)
    keys = redeemed(http, code).json()
    assert keys["expires_in"] == 7200
    assert keys["refresh_token"]
    me = http.get("/2/users/me", headers={"Authorization": f"Bearer {keys['access_token']}"})
    assert me.json()["data"]["username"] == "gemeente_x"
    assert redeemed(http, code).status_code == 400


def test_a_code_needs_its_verifier_its_address_its_client_and_half_a_minute(
    http: httpx.Client, account: Account
) -> None:
    assert redeemed(http, code_of(http), code_verifier="w" * 50).json()["error"] == "invalid_grant"
    assert redeemed(http, code_of(http), redirect_uri=f"{BACK}/else").json()["error"] == "invalid_grant"
    form = {"grant_type": "authorization_code", "code": code_of(http), "redirect_uri": BACK, "code_verifier": VERIFIER}
    assert http.post("/2/oauth2/token", data=form, auth=("simulated-app", "guess")).status_code == 401
    assert http.post("/2/oauth2/token", data=form).status_code == 401
    code = code_of(http)
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=31)):
        assert redeemed(http, code).status_code == 400


def test_without_offline_access_there_is_no_renewal(http: httpx.Client, account: Account) -> None:
    assert "refresh_token" not in redeemed(http, code_of(http, scope="tweet.read users.read")).json()


def test_a_key_does_only_what_was_asked_for(http: httpx.Client, account: Account) -> None:
    keys = redeemed(http, code_of(http, scope="tweet.read users.read")).json()
    bearer = {"Authorization": f"Bearer {keys['access_token']}"}
    assert http.get("/2/users/me", headers=bearer).is_success
    assert http.post("/2/tweets", json={"text": "Hoi"}, headers=bearer).status_code == 403


def test_a_refresh_token_is_good_for_one_renewal(http: httpx.Client, account: Account) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": account.refresh_token}
    first = http.post("/2/oauth2/token", data=form, auth=APP)
    assert first.json()["refresh_token"] not in {"", account.refresh_token}
    again = http.post("/2/oauth2/token", data=form, auth=APP)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


def test_a_key_lasts_two_hours(as_account: httpx.Client) -> None:
    assert as_account.get("/2/users/me").is_success
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=2, seconds=1)):
        refused = as_account.get("/2/users/me")
    assert (refused.status_code, refused.json()["title"]) == (401, "Unauthorized")
    assert refused.headers["Content-Type"] == "application/problem+json"


def test_access_can_be_taken_away(x: XSimulator, account: Account, as_account: httpx.Client) -> None:
    x.revoke(account)
    assert as_account.get("/2/users/me").status_code == 401
    form = {"grant_type": "refresh_token", "refresh_token": account.refresh_token}
    assert as_account.post("/2/oauth2/token", data=form, auth=APP).status_code == 400


# Posts


def test_a_post_costs_money_and_more_with_a_link(x: XSimulator, as_account: httpx.Client) -> None:
    assert as_account.post("/2/tweets", json={"text": "Hoi"}).status_code == 201
    assert x.spent == Decimal("0.015")
    made = as_account.post("/2/tweets", json={"text": "Zie https://voorbeeld.nl/a"}).json()["data"]
    assert x.spent == Decimal("0.215")
    assert made["text"].startswith("Zie https://t.co/")
    assert as_account.delete(f"/2/tweets/{made['id']}").json() == {"data": {"deleted": True}}
    assert x.spent == Decimal("0.225")
    assert as_account.delete(f"/2/tweets/{made['id']}").status_code == 404


def test_reading_a_post_costs_once_a_day(x: XSimulator, account: Account, as_account: httpx.Client) -> None:
    made = x.post_by_phone(account, "Hoi")
    for _look in range(3):
        as_account.get(f"/2/tweets/{made}")
    assert x.bill.spent_reading == Decimal("0.005")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"text": "  "}, 400),
        ({"text": "x" * 281}, 403),
        ({"text": "日" * 141}, 403),
        ({"text": "Hoi", "media": {"media_ids": ["1"]}}, 400),
        ({"text": "Hoi", "reply": {"in_reply_to_tweet_id": "1"}}, 403),
    ],
)
def test_what_x_does_not_take(body: dict[str, Any], status: int, x: XSimulator, as_account: httpx.Client) -> None:
    assert as_account.post("/2/tweets", json=body).status_code == status
    assert (x.spent, x.posts.standing) == (0, {})


def test_the_same_words_are_refused_for_a_while(x: XSimulator, account: Account, as_account: httpx.Client) -> None:
    x.post_by_phone(account, "Zelfde")
    refused = as_account.post("/2/tweets", json={"text": "Zelfde"})
    assert (refused.status_code, "duplicate content" in refused.json()["detail"]) == (403, True)
    assert x.posts_of(account) == ["Zelfde"]


def test_without_credits_nothing_works(x: XSimulator, as_account: httpx.Client) -> None:
    x.bill.credits = Decimal("0.010")
    assert as_account.post("/2/tweets", json={"text": "Hoi"}).status_code == 201
    refused = as_account.get("/2/users/me")
    assert (refused.status_code, refused.json()["title"]) == (402, "CreditsDepleted")


def test_fields_and_media_come_only_when_asked_for(x: XSimulator, account: Account, as_account: httpx.Client) -> None:
    made = x.post_by_phone(account, "Kijk", picture=picture())
    bare = as_account.get(f"/2/tweets/{made}").json()
    assert set(bare["data"]) == {"id", "text", "edit_history_tweet_ids"}
    asked_for = {"tweet.fields": "attachments", "expansions": "attachments.media_keys", "media.fields": "url,alt_text"}
    [media] = as_account.get(f"/2/tweets/{made}", params=asked_for).json()["includes"]["media"]
    assert httpx.get(media["url"]).content == picture()
    x.delete_by_phone(account, made)
    assert httpx.get(media["url"]).status_code == 404
    gone = as_account.get(f"/2/tweets/{made}")
    assert gone.json()["errors"][0]["type"].endswith("/resource-not-found")
    assert as_account.get("/2/tweets/12345678901234567890").status_code == 400


def test_an_alt_text_is_put_beside_a_picture(as_account: httpx.Client) -> None:
    sent = {"files": {"media": ("a.png", picture(), "image/png")}, "data": {"media_category": "tweet_image"}}
    made = as_account.post("/2/media/upload", **sent).json()["data"]  # type: ignore[arg-type]
    told = {"id": made["id"], "metadata": {"alt_text": {"text": "Een plaatje"}}}
    assert as_account.post("/2/media/metadata", json=told).is_success
    too_long = {"id": made["id"], "metadata": {"alt_text": {"text": "x" * 1001}}}
    assert as_account.post("/2/media/metadata", json=too_long).status_code == 400
    status = as_account.get("/2/media/upload", params={"command": "STATUS", "media_id": made["id"]}).json()
    assert status["data"]["processing_info"]["state"] == "succeeded"


def test_a_timeline_has_pages(x: XSimulator, account: Account, as_account: httpx.Client) -> None:
    for number in range(12):
        x.post_by_phone(account, f"Nummer {number}")
    path = f"/2/users/{account.id}/tweets"
    first = as_account.get(path).json()
    assert [each["text"] for each in first["data"]] == [f"Nummer {number}" for number in range(11, 1, -1)]
    more = {"pagination_token": first["meta"]["next_token"]}
    rest = as_account.get(path, params=more).json()
    assert [each["text"] for each in rest["data"]] == ["Nummer 1", "Nummer 0"]
    assert "next_token" not in rest["meta"]
    assert as_account.get(path, params={"max_results": 4}).status_code == 400


def test_a_fresh_post_may_not_be_listed_yet(x: XSimulator, account: Account, as_account: httpx.Client) -> None:
    x.read_lag = 5
    made = x.post_by_phone(account, "Vers")
    assert "data" not in as_account.get(f"/2/tweets/{made}").json()
    assert "data" not in as_account.get(f"/2/users/{account.id}/tweets").json()
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=6)):
        assert as_account.get(f"/2/tweets/{made}").json()["data"]["text"] == "Vers"


def test_a_repost_shows_what_it_reposts_and_can_be_undone(
    x: XSimulator, account: Account, as_account: httpx.Client
) -> None:
    theirs = x.post_by_phone(x.add_account("anna", "Anna"), "Feest!")
    made = x.repost_by_phone(account, theirs)
    asked_for = {"tweet.fields": "referenced_tweets", "expansions": "referenced_tweets.id"}
    shown = as_account.get(f"/2/tweets/{made}", params=asked_for).json()
    assert shown["data"]["referenced_tweets"] == [{"type": "retweeted", "id": theirs}]
    assert shown["includes"]["tweets"][0]["text"] == "Feest!"
    assert as_account.delete(f"/2/tweets/{theirs}").status_code == 403
    for _twice in range(2):
        undone = as_account.delete(f"/2/users/{account.id}/retweets/{theirs}")
        assert undone.json() == {"data": {"retweeted": False}}
    assert "data" not in as_account.get(f"/2/tweets/{made}").json()


# Limits


@pytest.mark.parametrize(("number", "verb"), [(100, "post"), (50, "delete"), (900, "list")])
def test_each_endpoint_has_its_limit_for_a_quarter_of_an_hour(number: int, verb: str, x: XSimulator) -> None:
    account = x.add_account("druk", "Druk")
    made = [x.post_by_phone(account, f"Nr. {n}") for n in range(number + 1)] if verb == "delete" else []
    with httpx.Client(base_url="http://x", transport=x.transport()) as http:
        http.headers["Authorization"] = f"Bearer {account.token}"
        calls = {
            "post": lambda n: http.post("/2/tweets", json={"text": f"Bericht {n}"}),
            "delete": lambda n: http.delete(f"/2/tweets/{made[n]}"),
            "list": lambda _n: http.get(f"/2/users/{account.id}/tweets"),
        }
        answers = [calls[verb](n) for n in range(number)]
        assert all(answer.is_success for answer in answers)
        assert answers[-1].headers["x-rate-limit-remaining"] == "0"
        assert x.violations == []
        refused = calls[verb](number)
        assert (refused.status_code, refused.json()["status"]) == (429, 429)
        assert 0 < int(refused.headers["x-rate-limit-reset"]) - time.time() < 902
        assert len(x.violations) == 1
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=15, seconds=1)):
            assert calls[verb](number).is_success


# The activity stream


def app_of(http: httpx.Client) -> dict[str, str]:
    answer = http.post("/oauth2/token", data={"grant_type": "client_credentials"}, auth=APP)
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def test_an_app_needs_its_own_key_for_the_stream(http: httpx.Client, as_account: httpx.Client) -> None:
    assert http.post("/oauth2/token", data={"grant_type": "client_credentials"}).status_code == 403
    assert as_account.get("/2/activity/subscriptions").status_code == 401
    assert http.get("/2/activity/subscriptions", headers=app_of(http)).json()["meta"] == {"total_subscriptions": 0}


def test_subscriptions_come_and_go(http: httpx.Client, account: Account) -> None:
    app = app_of(http)
    wanted = {"event_type": "post.create", "filter": {"user_id": account.id}, "tag": "ours"}
    [made] = http.post("/2/activity/subscriptions", json=wanted, headers=app).json()["data"]
    assert made["filter"] == {"user_id": account.id}
    assert http.post("/2/activity/subscriptions", json=wanted, headers=app).status_code == 400
    assert http.post("/2/activity/subscriptions", json=wanted | {"event_type": "odd"}, headers=app).status_code == 400
    gone = http.delete(f"/2/activity/subscriptions/{made['subscription_id']}", headers=app)
    assert gone.json() == {"data": {"deleted": True}, "meta": {"total_subscriptions": 0}}


def test_what_somebody_subscribed_to_is_told_and_silence_is_no_death(
    x: XSimulator, http: httpx.Client, account: Account
) -> None:
    app, x.activity.keep_alive = app_of(http), 0.3
    for event in ("post.create", "post.delete"):
        wanted = {"event_type": event, "filter": {"user_id": account.id}}
        assert http.post("/2/activity/subscriptions", json=wanted, headers=app).is_success
    other = x.add_account("ander", "Ander")
    with http.stream("GET", "/2/activity/stream", headers=app) as flow:
        lines = flow.iter_lines()
        assert next(lines) == ""
        x.post_by_phone(other, "Niet van ons")
        made = x.post_by_phone(account, "Feestje!")
        x.delete_by_phone(account, made)
        told = [json.loads(next(line for line in lines if line))["data"] for _event in range(2)]
    assert [each["event_type"] for each in told] == ["post.create", "post.delete"]
    assert told[0]["payload"]["text"] == "Feestje!"
    assert told[1]["payload"] == {"id": made, "author_id": account.id}


def test_two_may_listen_and_no_third(x: XSimulator, http: httpx.Client, account: Account) -> None:
    app = app_of(http)
    with (
        httpx.Client(base_url=x.url, headers=app) as client,
        client.stream("GET", "/2/activity/stream"),
        client.stream("GET", "/2/activity/stream"),
    ):
        refused = http.get("/2/activity/stream", headers=app)
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (429, "streaming-connection")


def test_what_it_does_not_have_is_404(as_account: httpx.Client) -> None:
    assert as_account.get("/2/dm_events").status_code == 404
