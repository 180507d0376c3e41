"""The simulated Instagram keeps to the contract that its files cite."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import time_machine
from PIL import Image

from vierogen.practice.simulators.door import simulators
from vierogen.practice.simulators.instagram import InstagramSimulator
from vierogen.practice.simulators.instagram_records import Account

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FILM = b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 50
BACK = "https://voorbeeld.nl/terug"


def drawn(width: int = 800, height: int = 800, kind: str = "JPEG") -> bytes:
    packed = BytesIO()
    Image.new("RGB", (width, height), "#0a66b0").save(packed, kind)
    return packed.getvalue()


class Shelf(ThreadingHTTPServer):
    """Serves bytes by name, as an installation offers its pictures."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files: dict[str, bytes] = {}

    def offer(self, data: bytes) -> str:
        name = f"/{len(self.files)}"
        self.files[name] = data
        return f"http://127.0.0.1:{self.server_port}{name}"


class _Handler(BaseHTTPRequestHandler):
    server: Shelf

    def do_GET(self) -> None:
        data = self.server.files.get(self.path)
        self.send_response(200 if data else 404)
        self.end_headers()
        self.wfile.write(data or b"")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it
        """Say nothing."""


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    server = Shelf()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def instagram() -> InstagramSimulator:
    return InstagramSimulator()


@pytest.fixture
def town(instagram: InstagramSimulator) -> Account:
    return instagram.add_account("gemeente_x", "Gemeente X")


def ask(instagram: InstagramSimulator, account: Account | None, method: str, path: str, **values: str) -> Any:
    """What the network answers; refusals as they come."""
    return answered(instagram, account, method, path, **values).json()


def answered(
    instagram: InstagramSimulator, account: Account | None, method: str, path: str, **values: str
) -> httpx.Response:
    headers = {"Authorization": f"Bearer {account.token}"} if account else {}
    with httpx.Client(transport=instagram.transport(), base_url=instagram.base) as client:
        if method == "POST":
            return client.post(f"/v23.0{path}", data=values, headers=headers)
        return client.request(method, f"/v23.0{path}", params=values, headers=headers)


def published(instagram: InstagramSimulator, account: Account, **values: str) -> str:
    container = ask(instagram, account, "POST", f"/{account.id}/media", **values)["id"]
    return str(ask(instagram, account, "POST", f"/{account.id}/media_publish", creation_id=container)["id"])


def code_of(refusal: Any) -> tuple[int, int]:
    return refusal["error"]["code"], refusal["error"].get("error_subcode", 0)


def test_it_is_found_by_its_key() -> None:
    assert simulators()["instagram"] is InstagramSimulator


def test_a_picture_becomes_a_container_and_then_a_post(
    instagram: InstagramSimulator, town: Account, shelf: Shelf
) -> None:
    posted = published(
        instagram, town, image_url=shelf.offer(drawn()), caption="Open om negen uur", alt_text="Een blauw vlak"
    )
    fields = "caption,alt_text,media_type,media_product_type,media_url,permalink,timestamp"
    read = ask(instagram, town, "GET", f"/{posted}", fields=fields)
    assert read["caption"] == "Open om negen uur"
    assert (read["alt_text"], read["media_type"], read["media_product_type"]) == ("Een blauw vlak", "IMAGE", "FEED")
    assert [each["id"] for each in ask(instagram, town, "GET", f"/{town.id}/media")["data"]] == [posted]
    assert [each.caption for each in instagram.media_of(town)] == ["Open om negen uur"]
    assert posted.isdigit()


def test_a_container_is_published_at_most_once(instagram: InstagramSimulator, town: Account, shelf: Shelf) -> None:
    container = ask(instagram, town, "POST", f"/{town.id}/media", image_url=shelf.offer(drawn()))["id"]
    assert ask(instagram, town, "GET", f"/{container}", fields="status_code")["status_code"] == "FINISHED"
    assert "id" in ask(instagram, town, "POST", f"/{town.id}/media_publish", creation_id=container)
    assert "error" in ask(instagram, town, "POST", f"/{town.id}/media_publish", creation_id=container)
    assert ask(instagram, town, "GET", f"/{container}", fields="status_code")["status_code"] == "PUBLISHED"
    assert len(instagram.media_of(town)) == 1


def test_a_container_needs_its_time_and_ends_after_a_day(
    instagram: InstagramSimulator, town: Account, shelf: Shelf
) -> None:
    instagram.processing = 30.0
    with time_machine.travel(NOON, tick=False) as clock:
        container = ask(instagram, town, "POST", f"/{town.id}/media", image_url=shelf.offer(drawn()))["id"]
        early = ask(instagram, town, "POST", f"/{town.id}/media_publish", creation_id=container)
        assert code_of(early) == (9007, 2207027)
        clock.shift(timedelta(seconds=31))
        assert ask(instagram, town, "GET", f"/{container}", fields="status_code")["status_code"] == "FINISHED"
        clock.shift(timedelta(hours=24))
        assert ask(instagram, town, "GET", f"/{container}", fields="status_code")["status_code"] == "EXPIRED"
        late = ask(instagram, town, "POST", f"/{town.id}/media_publish", creation_id=container)
        assert code_of(late) == (-2, 2207020)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (drawn(kind="PNG"), (36001, 2207005)),
        (drawn(300, 900), (36003, 2207009)),
        (b"no picture", (9004, 2207052)),
        (b"", (9004, 2207052)),
    ],
    ids=["a PNG", "too narrow", "no picture", "not there"],
)
def test_it_fetches_pictures_and_takes_only_what_it_takes(
    instagram: InstagramSimulator, town: Account, shelf: Shelf, data: bytes, code: tuple[int, int]
) -> None:
    refusal = ask(instagram, town, "POST", f"/{town.id}/media", image_url=shelf.offer(data))
    assert code_of(refusal) == code


def test_a_film_that_is_none_shows_in_its_container(instagram: InstagramSimulator, town: Account, shelf: Shelf) -> None:
    good, bad = (
        ask(instagram, town, "POST", f"/{town.id}/media", video_url=shelf.offer(data), media_type="REELS")["id"]
        for data in (FILM, b"no film at all")
    )
    assert ask(instagram, town, "GET", f"/{good}", fields="status_code")["status_code"] == "FINISHED"
    status = ask(instagram, town, "GET", f"/{bad}", fields="status_code,status")
    assert status["status_code"] == "ERROR"
    assert "2207026" in status["status"]


def test_a_carousel_has_its_parts_in_order(instagram: InstagramSimulator, town: Account, shelf: Shelf) -> None:
    parts = [
        ask(
            instagram,
            town,
            "POST",
            f"/{town.id}/media",
            image_url=shelf.offer(drawn(800 + each)),
            is_carousel_item="true",
            alt_text=f"Foto {each}",
        )["id"]
        for each in range(3)
    ]
    posted = published(instagram, town, media_type="CAROUSEL", children=",".join(parts), caption="Drie")
    children = ask(instagram, town, "GET", f"/{posted}", fields="children{alt_text,media_url}")["children"]["data"]
    assert [child["alt_text"] for child in children] == ["Foto 0", "Foto 1", "Foto 2"]
    assert len({child["media_url"] for child in children}) == 3
    one = ask(instagram, town, "POST", f"/{town.id}/media", media_type="CAROUSEL", children=parts[0])
    assert code_of(one) == (100, 2207028)


@pytest.mark.parametrize("kind", [{"media_type": "STORIES"}, {"media_type": "REELS"}], ids=["story", "reel"])
def test_an_alt_text_is_for_pictures_in_the_feed_only(
    instagram: InstagramSimulator, town: Account, shelf: Shelf, kind: dict[str, str]
) -> None:
    values = {**kind, "video_url": shelf.offer(FILM), "alt_text": "Een film"}
    assert code_of(ask(instagram, town, "POST", f"/{town.id}/media", **values)) == (100, 0)


def test_a_story_stands_apart_and_vanishes_after_a_day(instagram: InstagramSimulator, town: Account) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        story = instagram.post_by_phone(town, "Feest!", story=True)
        assert ask(instagram, town, "GET", f"/{town.id}/media")["data"] == []
        assert [each["id"] for each in ask(instagram, town, "GET", f"/{town.id}/stories")["data"]] == [story]
        address = ask(instagram, town, "GET", f"/{story}", fields="media_url")["media_url"]
        path = urlsplit(address).path
        assert answered(instagram, None, "GET", path).status_code == 200
        clock.shift(timedelta(hours=24, seconds=1))
        assert ask(instagram, town, "GET", f"/{town.id}/stories")["data"] == []
        assert code_of(ask(instagram, town, "GET", f"/{story}")) == (100, 33)
        assert answered(instagram, None, "GET", path).status_code == 404


def test_what_the_api_never_lists_is_in_no_list(instagram: InstagramSimulator, town: Account) -> None:
    hidden = [instagram.reshare_story(town), instagram.live_by_phone(town)]
    lists = [ask(instagram, town, "GET", f"/{town.id}/{edge}")["data"] for edge in ("media", "stories")]
    assert lists == [[], []]
    assert all(code_of(ask(instagram, town, "GET", f"/{each}")) == (100, 33) for each in hidden)


def test_lists_go_on_page_by_page(instagram: InstagramSimulator, town: Account) -> None:
    posted = [instagram.post_by_phone(town, f"Nummer {each}", picture=drawn()) for each in range(5)]
    first = ask(instagram, town, "GET", f"/{town.id}/media", limit="2")
    after = first["paging"]["cursors"]["after"]
    second = ask(instagram, town, "GET", f"/{town.id}/media", limit="2", after=after)
    last = ask(instagram, town, "GET", f"/{town.id}/media", limit="2", after=second["paging"]["cursors"]["after"])
    found = [each["id"] for page in (first, second, last) for each in page["data"]]
    assert found == posted[::-1]
    assert "next" in first["paging"]
    assert "next" not in last["paging"]


def test_fresh_media_is_shown_only_after_the_read_lag(instagram: InstagramSimulator, town: Account) -> None:
    instagram.read_lag = 3.0
    with time_machine.travel(NOON, tick=False) as clock:
        posted = instagram.post_by_phone(town, "Net geplaatst", picture=drawn())
        assert code_of(ask(instagram, town, "GET", f"/{posted}")) == (100, 33)
        assert ask(instagram, town, "GET", f"/{town.id}/media")["data"] == []
        clock.shift(timedelta(seconds=4))
        assert ask(instagram, town, "GET", f"/{posted}") == {"id": posted}


def test_what_is_deleted_is_gone_everywhere(instagram: InstagramSimulator, town: Account) -> None:
    posted = instagram.post_by_phone(town, "Weg ermee", picture=drawn())
    address = ask(instagram, town, "GET", f"/{posted}", fields="media_url,permalink")
    assert ask(instagram, town, "DELETE", f"/{posted}") == {"success": True}
    for gone in (address["media_url"], address["permalink"]):
        assert answered(instagram, None, "GET", urlsplit(gone).path).status_code == 404
    assert code_of(ask(instagram, town, "DELETE", f"/{posted}")) == (100, 33)


def test_deleting_needs_the_permission_for_it(instagram: InstagramSimulator) -> None:
    bound = instagram.add_account("museum_x", "Museum X", may_delete=False, person="anna")
    posted = instagram.post_by_phone(bound, "Blijft staan", picture=drawn())
    assert code_of(ask(instagram, bound, "DELETE", f"/{posted}")) == (10, 0)
    rows = ask(instagram, bound, "GET", "/me/permissions")["data"]
    assert {row["permission"]: row["status"] for row in rows}["instagram_manage_contents"] == "declined"
    assert [each.id for each in instagram.media_of(bound)] == [posted]


@pytest.mark.parametrize("subcode", [458, 460, 463, 467])
def test_a_token_that_is_refused_says_why(instagram: InstagramSimulator, town: Account, subcode: int) -> None:
    instagram.revoke(town, subcode=subcode)
    refusal = answered(instagram, town, "GET", f"/{town.id}", fields="username")
    assert (refusal.status_code, code_of(refusal.json())) == (401, (190, subcode))


def test_an_account_is_seen_by_its_own_person_only(instagram: InstagramSimulator, town: Account) -> None:
    other = instagram.add_account("otto", "Otto", person="otto")
    assert code_of(ask(instagram, other, "GET", f"/{town.id}", fields="username")) == (100, 33)
    instagram.add_account("bibliotheek_x", "Bibliotheek X")
    fields = "name,instagram_business_account{id,username,name,profile_picture_url}"
    pages = ask(instagram, town, "GET", "/me/accounts", fields=fields)["data"]
    assert [page["instagram_business_account"]["username"] for page in pages] == ["gemeente_x", "bibliotheek_x"]


def test_every_call_of_an_account_counts_and_says_so(instagram: InstagramSimulator, town: Account) -> None:
    instagram.quota_factor = 10 / 48_000
    usage = answered(instagram, town, "GET", f"/{town.id}/media").headers["X-Business-Use-Case-Usage"]
    (counted,) = json.loads(usage)[town.page_id]
    assert (counted["type"], counted["call_count"]) == ("instagram", 10)
    for _ in range(9):
        ask(instagram, town, "GET", f"/{town.id}/media")
    assert not instagram.violations
    refusal = answered(instagram, town, "GET", f"/{town.id}/stories")
    assert code_of(refusal.json()) == (80002, 0)
    (counted,) = json.loads(refusal.headers["X-Business-Use-Case-Usage"])[town.page_id]
    assert counted["estimated_time_to_regain_access"] >= 1439
    assert len(instagram.violations) == 1


def test_calls_come_back_after_a_day(instagram: InstagramSimulator, town: Account) -> None:
    instagram.quota_factor = 2 / 48_000
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(3):
            refusal = ask(instagram, town, "GET", f"/{town.id}/media")
        assert code_of(refusal) == (80002, 0)
        clock.shift(timedelta(hours=24, minutes=1))
        assert ask(instagram, town, "GET", f"/{town.id}/media") == {"data": []}


def test_the_limit_of_publications_is_told_and_kept(instagram: InstagramSimulator, town: Account) -> None:
    instagram.publishing_total, instagram.fetches = 2, False
    for _ in range(2):
        published(instagram, town, image_url="https://voorbeeld.nl/foto.jpg")
    limit = ask(instagram, town, "GET", f"/{town.id}/content_publishing_limit", fields="config,quota_usage")
    assert limit["data"] == [{"config": {"quota_total": 2, "quota_duration": 86_400}, "quota_usage": 2}]
    container = ask(instagram, town, "POST", f"/{town.id}/media", image_url="https://voorbeeld.nl/foto.jpg")["id"]
    refusal = ask(instagram, town, "POST", f"/{town.id}/media_publish", creation_id=container)
    assert code_of(refusal) == (9, 2207042)
    assert len(instagram.media_of(town)) == 2
    assert instagram.violations


def test_the_views_of_the_last_day_are_told(instagram: InstagramSimulator) -> None:
    busy = instagram.add_account("druk", "Druk", impressions=77)
    told = ask(instagram, busy, "GET", f"/{busy.id}/insights", metric="views", period="day", metric_type="total_value")
    assert told["data"][0]["total_value"] == {"value": 77}


def test_a_field_that_does_not_exist_is_refused(instagram: InstagramSimulator, town: Account) -> None:
    instagram.post_by_phone(town, "Er moet iets staan", picture=drawn())
    for fields in ("caption,shoe_size", "children{", "}"):
        assert code_of(ask(instagram, town, "GET", f"/{town.id}/media", fields=fields)) == (100, 0)


# Logging in


def dialog(instagram: InstagramSimulator, **changed: str) -> dict[str, str]:
    asked = {
        "client_id": instagram.client.id,
        "redirect_uri": BACK,
        "state": "zeker<weten>",
        "scope": "instagram_basic,instagram_manage_contents,pages_show_list",
        "response_type": "code",
    }
    return {**asked, **changed}


def returned(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(BACK)
    assert answer.headers["Location"].endswith("#_=_")
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def redeemed(instagram: InstagramSimulator, good: str, **changed: str) -> httpx.Response:
    asked = {
        "client_id": instagram.client.id,
        "client_secret": instagram.client.secret,
        "redirect_uri": BACK,
        "code": good,
    }
    return answered(instagram, None, "GET", "/oauth/access_token", **{**asked, **changed})


@pytest.mark.usefixtures("town")
def test_the_dialog_asks_first_and_its_button_brings_a_code(instagram: InstagramSimulator) -> None:
    page = answered(instagram, None, "GET", "/dialog/oauth", **dialog(instagram))
    assert "Continue as cora" in page.text
    assert "zeker<weten>" not in page.text
    back = returned(answered(instagram, None, "POST", "/dialog/oauth", **dialog(instagram)))
    assert back["state"] == "zeker<weten>"
    token = redeemed(instagram, back["code"]).json()
    assert token["expires_in"] == 3600
    assert "error" in redeemed(instagram, back["code"]).json(), "a code works once"


@pytest.mark.usefixtures("town")
def test_who_declines_is_sent_back_without_a_code(instagram: InstagramSimulator) -> None:
    back = returned(answered(instagram, None, "GET", "/dialog/oauth", **dialog(instagram, declined="1")))
    assert (back["error"], back["state"]) == ("access_denied", "zeker<weten>")
    assert "code" not in back


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize(
    "changed", [{"client_secret": "wrong"}, {"redirect_uri": f"{BACK}/elders"}, {"client_id": "1"}, {"code": "x"}]
)
def test_a_code_is_exchanged_only_by_who_asked_for_it(instagram: InstagramSimulator, changed: dict[str, str]) -> None:
    instagram.auto = True
    code = returned(answered(instagram, None, "GET", "/dialog/oauth", **dialog(instagram)))["code"]
    assert "error" in redeemed(instagram, code, **changed).json()
    assert "access_token" in redeemed(instagram, code).json()


@pytest.mark.usefixtures("town")
def test_a_verifier_that_was_offered_is_checked(instagram: InstagramSimulator) -> None:
    # RFC 7636, appendix B.
    verifier, challenge = (
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    )
    instagram.auto = True
    asked = dialog(instagram, code_challenge=challenge)
    code = returned(answered(instagram, None, "GET", "/dialog/oauth", **asked))["code"]
    assert "error" in redeemed(instagram, code, code_verifier="another").json()
    assert "access_token" in redeemed(instagram, code, code_verifier=verifier).json()


def test_a_short_token_becomes_a_long_one_and_ends(instagram: InstagramSimulator, town: Account) -> None:
    instagram.auto = True
    with time_machine.travel(NOON, tick=False) as clock:
        code = returned(answered(instagram, None, "GET", "/dialog/oauth", **dialog(instagram)))["code"]
        short = redeemed(instagram, code).json()["access_token"]
        asked = {"grant_type": "fb_exchange_token", "fb_exchange_token": short}
        long = redeemed(instagram, "", **asked).json()
        assert long["expires_in"] == 60 * 86_400
        new = Account(town.id, town.username, town.name, long["access_token"])
        about = ask(instagram, new, "GET", "/debug_token", input_token=long["access_token"])["data"]
        assert (about["is_valid"], about["scopes"][0]) == (True, "instagram_basic")
        clock.shift(timedelta(days=61))
        assert code_of(ask(instagram, new, "GET", "/me")) == (190, 463)


def test_an_app_that_is_not_known_gets_no_dialog(instagram: InstagramSimulator) -> None:
    assert answered(instagram, None, "GET", "/dialog/oauth", **dialog(instagram, client_id="1")).status_code == 400
    bad = dialog(instagram, redirect_uri="javascript:alert(1)")
    assert answered(instagram, None, "GET", "/dialog/oauth", **bad).status_code == 400


def test_it_answers_over_http_too(instagram: InstagramSimulator) -> None:
    with instagram:
        account = instagram.add_account("gemeente_y", "Gemeente Y")
        posted = instagram.post_by_phone(account, "Hallo")
        headers = {"Authorization": f"Bearer {account.token}"}
        told = httpx.get(f"{instagram.url}/v23.0/{posted}?fields=media_url", headers=headers).json()
        assert httpx.get(told["media_url"]).content[:2] == b"\xff\xd8"
        assert instagram.asked["gemeente_y", f"GET /v23.0/{posted}"] == 1
