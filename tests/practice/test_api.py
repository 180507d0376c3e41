"""The client API as httpx meets it; the shapes are those of docs.joinmastodon.org."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO

import httpx
import pytest
from PIL import Image

from tests.practice.conftest import client_of, picture
from vierogen.practice.records import Account
from vierogen.practice.server import PracticeServer

Json = dict[str, object]


def post(client: httpx.Client, text: str, **more: object) -> Json:
    answer = client.post("/api/v1/statuses", json={"status": text, **more})
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def test_a_posted_status_can_be_read_by_anybody(official: httpx.Client, stranger: httpx.Client) -> None:
    posted = post(official, "Hallo\n\nX & Y", language="nl")
    assert posted["content"] == "<p>Hallo</p><p>X &amp; Y</p>"
    assert (posted["language"], posted["visibility"], posted["edited_at"]) == ("nl", "public", None)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", str(posted["created_at"]))
    assert stranger.get(f"/api/v1/statuses/{posted['id']}").json() == posted


def test_a_form_posts_as_well_as_json(official: httpx.Client, gemeente: Account) -> None:
    answer = official.post("/api/v1/statuses", data={"status": "één", "visibility": "unlisted"})
    assert answer.json()["content"] == "<p>één</p>"
    assert official.get(f"/api/v1/accounts/{gemeente.id}/statuses").json() == [answer.json()]


def test_the_same_key_gives_the_same_status(official: httpx.Client) -> None:
    ids = {
        official.post("/api/v1/statuses", json={"status": "een"}, headers={"Idempotency-Key": "k"}).json()["id"]
        for _ in range(3)
    }
    assert len(ids) == 1


def test_a_server_that_ignores_keys_posts_again() -> None:
    with PracticeServer(keys_ignored=True) as server:
        account = server.network.add_account("gemeente_x", "Gemeente X")
        with client_of(server, account) as client:
            for _ in range(2):
                client.post("/api/v1/statuses", json={"status": "een"}, headers={"Idempotency-Key": "k"})
        assert len(server.network.timeline()) == 2


def test_an_edited_status_says_when_and_keeps_its_picture(official: httpx.Client) -> None:
    medium = official.post("/api/v2/media", files={"file": ("a.png", picture())}).json()
    posted = post(official, "fuot", media_ids=[medium["id"]])
    path = f"/api/v1/statuses/{posted['id']}"
    edited = official.put(path, json={"status": "fout"}).json()
    assert edited["content"] == "<p>fout</p>"
    assert edited["edited_at"] >= posted["created_at"]
    assert [found["id"] for found in edited["media_attachments"]] == [medium["id"]]
    attributes = [{"id": medium["id"], "description": "Rood"}]
    edited = official.put(path, json={"media_attributes": attributes}).json()
    assert edited["media_attachments"][0]["description"] == "Rood"
    assert official.put(path, json={"media_attributes": [{"id": "1"}]}).status_code == 422
    assert official.put(path, json={"media_ids": []}).json()["media_attachments"] == []


def test_the_source_of_a_status_is_what_was_typed(official: httpx.Client) -> None:
    posted = post(official, "a\nb")
    source = official.get(f"/api/v1/statuses/{posted['id']}/source").json()
    assert source == {"id": posted["id"], "text": "a\nb", "spoiler_text": ""}


def test_a_deleted_status_is_gone_everywhere(official: httpx.Client, stranger: httpx.Client) -> None:
    medium = official.post("/api/v2/media", files={"file": ("a.png", picture())}).json()
    posted = post(official, "weg", media_ids=[medium["id"]])
    path = f"/api/v1/statuses/{posted['id']}"
    addresses = [path, str(posted["url"]), medium["url"]]
    assert [stranger.get(address).status_code for address in addresses] == [200, 200, 200]
    assert official.delete(path, params={"delete_media": "true"}).json()["text"] == "weg"
    assert [stranger.get(address).status_code for address in addresses] == [404, 404, 404]
    assert official.delete(path).json() == {"error": "Record not found"}


def test_a_picture_outlives_a_deletion_that_does_not_name_it(official: httpx.Client, stranger: httpx.Client) -> None:
    medium = official.post("/api/v2/media", files={"file": ("a.png", picture())}).json()
    posted = post(official, "", media_ids=[medium["id"]])
    official.delete(f"/api/v1/statuses/{posted['id']}")
    assert stranger.get(medium["url"]).content == picture()


def test_an_uploaded_picture_is_described_and_served(official: httpx.Client, stranger: httpx.Client) -> None:
    data = picture(form="JPEG", size=(40, 20))
    uploaded = official.post("/api/v2/media", files={"file": ("a.jpg", data)}, data={"description": "Een vlak"}).json()
    assert (uploaded["type"], uploaded["description"]) == ("image", "Een vlak")
    assert uploaded["meta"]["original"] == {"width": 40, "height": 20, "size": "40x20", "aspect": 2.0}
    path = f"/api/v1/media/{uploaded['id']}"
    assert official.put(path, json={"description": "Beter"}).json()["description"] == "Beter"
    assert official.get(path).json()["description"] == "Beter"
    served = stranger.get(uploaded["url"])
    assert (served.content, served.headers["Content-Type"]) == (data, "image/jpeg")
    assert stranger.get(uploaded["url"] + "x").status_code == 404
    head = stranger.head(uploaded["url"])
    assert (head.content, head.headers["Content-Length"]) == (b"", str(len(data)))


def test_what_is_no_picture_is_refused(official: httpx.Client) -> None:
    answer = official.post("/api/v2/media", files={"file": ("a.svg", b"<svg/>", "image/svg+xml")})
    assert answer.status_code == 422
    assert answer.json() == {"error": "Validation failed: File content type is invalid, File is invalid"}
    assert official.post("/api/v2/media", data={"description": "x"}).status_code == 422


def test_reposting_gives_a_status_around_the_original(
    official: httpx.Client, server: PracticeServer, anna: Account, gemeente: Account
) -> None:
    original = server.network.post_by_phone(anna, "mooi weer")
    repost = official.post(f"/api/v1/statuses/{original.id}/reblog").json()
    assert repost["id"] != original.id
    assert (repost["reblog"]["id"], repost["reblog"]["account"]["acct"]) == (original.id, "anna")
    assert (repost["reblog"]["reblogged"], repost["reblog"]["reblogs_count"]) == (True, 1)
    undone = official.post(f"/api/v1/statuses/{original.id}/unreblog").json()
    assert (undone["id"], undone["reblogged"]) == (original.id, False)
    assert official.get(f"/api/v1/accounts/{gemeente.id}/statuses").json() == []


def test_likes_are_listed_and_can_be_undone(official: httpx.Client, server: PracticeServer, anna: Account) -> None:
    original = server.network.post_by_phone(anna, "mooi weer")
    assert official.post(f"/api/v1/statuses/{original.id}/favourite").json()["favourited"] is True
    listed = official.get("/api/v1/favourites")
    assert [status["id"] for status in listed.json()] == [original.id]
    assert "max_id=1>" in listed.headers["Link"]
    assert official.post(f"/api/v1/statuses/{original.id}/unfavourite").json()["favourited"] is False
    assert official.get("/api/v1/favourites").json() == []


def test_a_list_can_be_followed_to_its_end_by_its_links(official: httpx.Client, gemeente: Account) -> None:
    for number in range(5):
        post(official, f"{number}")
    found, address = [], f"/api/v1/accounts/{gemeente.id}/statuses?limit=2"
    while True:
        page = official.get(address)
        if not page.json():
            break
        found += [status["content"] for status in page.json()]
        address = page.links["next"]["url"]
    assert found == [f"<p>{number}</p>" for number in (4, 3, 2, 1, 0)]


def test_a_story_says_when_it_ends(official: httpx.Client) -> None:
    story = post(official, "even", expires_in=3600)
    ends = datetime.fromisoformat(story["pleroma"]["expires_at"])  # type: ignore[index]
    assert abs((ends - datetime.now(UTC)).total_seconds() - 3600) < 5
    assert post(official, "blijft")["pleroma"] == {"expires_at": None}
    answer = official.post("/api/v1/statuses", json={"status": "x", "expires_in": "soon"})
    assert answer.status_code == 422


def test_a_reply_names_what_it_answers(official: httpx.Client, server: PracticeServer, anna: Account) -> None:
    asked = server.network.post_by_phone(anna, "@gemeente_x Hoe laat open?")
    reply = post(official, "@anna Om negen uur.", in_reply_to_id=asked.id)
    assert (reply["in_reply_to_id"], reply["in_reply_to_account_id"]) == (asked.id, anna.id)
    assert official.get(f"/api/v1/statuses/{asked.id}").json()["replies_count"] == 1
    missing = official.post("/api/v1/statuses", json={"status": "x", "in_reply_to_id": "1"})
    assert missing.status_code == 404


def test_the_own_account_is_known_by_its_token(
    official: httpx.Client, stranger: httpx.Client, gemeente: Account
) -> None:
    mine = official.get("/api/v1/accounts/verify_credentials").json()
    assert (mine["id"], mine["acct"], mine["display_name"]) == (gemeente.id, "gemeente_x", "Gemeente X")
    assert mine["source"]["note"] == ""
    assert stranger.get(f"/api/v1/accounts/{gemeente.id}").json()["acct"] == "gemeente_x"
    assert gemeente.token not in str(mine)


def test_a_changed_profile_has_another_avatar_address(official: httpx.Client, stranger: httpx.Client) -> None:
    old = official.get("/api/v1/accounts/verify_credentials").json()
    path = "/api/v1/accounts/update_credentials"
    new = official.patch(path, data={"display_name": "Gehackt", "note": "Koop munten"}).json()
    assert (new["display_name"], new["note"], new["avatar"]) == (
        "Gehackt",
        "<p>Koop munten</p>",
        old["avatar"],
    )
    new = official.patch(path, files={"avatar": ("a.png", picture())}).json()
    assert stranger.get(new["avatar"]).content == picture()
    assert stranger.get(old["avatar"]).status_code == 404


def test_a_drawn_avatar_is_a_real_picture(official: httpx.Client) -> None:
    mine = official.get("/api/v1/accounts/verify_credentials").json()
    for address in (mine["avatar"], mine["header"]):
        with Image.open(BytesIO(official.get(address).content)) as drawn:
            assert (drawn.format, drawn.size) == ("PNG", (96, 96))


@pytest.mark.parametrize("path", ["/api/v2/instance", "/api/v1/instance"])
def test_the_instance_says_what_it_takes(stranger: httpx.Client, path: str) -> None:
    found = stranger.get(path).json()
    assert found["configuration"]["statuses"] == {
        "max_characters": 500,
        "max_media_attachments": 4,
        "characters_reserved_per_url": 23,
    }
    assert "practice" in found["title"]


WAYS: list[Callable[[httpx.Client], httpx.Response]] = [
    lambda client: client.post("/api/v1/statuses", json={"status": "x"}),
    lambda client: client.delete("/api/v1/statuses/1"),
    lambda client: client.get("/api/v1/accounts/verify_credentials"),
    lambda client: client.get("/api/v1/favourites"),
    lambda client: client.post("/api/v2/media", files={"file": ("a.png", picture())}),
]


@pytest.mark.parametrize("way", WAYS)
def test_without_a_valid_token_mastodon_answers_401(
    stranger: httpx.Client, way: Callable[[httpx.Client], httpx.Response]
) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic wrong"}):
        stranger.headers = headers
        answer = way(stranger)
        assert (answer.status_code, answer.json()) == (401, {"error": "The access token is invalid"})


def test_a_wrong_token_is_refused_even_where_none_is_needed(stranger: httpx.Client) -> None:
    stranger.headers["Authorization"] = "Bearer wrong"
    assert stranger.get("/api/v1/timelines/public").status_code == 401


def test_refusals_come_in_mastodons_words(official: httpx.Client) -> None:
    answer = official.post("/api/v1/statuses", json={"status": " "})
    assert (answer.status_code, answer.json()) == (422, {"error": "Validation failed: Text can't be blank"})
    answer = official.get("/api/v1/statuses/1")
    assert (answer.status_code, answer.json()) == (404, {"error": "Record not found"})
    assert official.get("/api/v1/nothing").status_code == 404
    assert official.put("/api/v1/statuses").status_code == 404


def test_the_public_page_of_a_status_has_its_picture_and_alt_text(
    official: httpx.Client, stranger: httpx.Client
) -> None:
    files = {"file": ("a.png", picture())}
    medium = official.post("/api/v2/media", files=files, data={"description": 'Een "vlak"'}).json()
    posted = post(official, "<script>alert(1)</script>", media_ids=[medium["id"]])
    page = stranger.get(str(posted["url"]))
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert f'<img src="{medium["url"]}" alt="Een &quot;vlak&quot;">' in page.text
    assert "<script>" not in page.text
    assert stranger.get(str(posted["url"]).replace("gemeente_x", "anna")).status_code == 404


def test_the_public_page_of_an_account_has_its_public_posts(official: httpx.Client, stranger: httpx.Client) -> None:
    post(official, "voor iedereen")
    post(official, "voor ons", visibility="private")
    page = stranger.get("/@gemeente_x").text
    assert "voor iedereen" in page
    assert "voor ons" not in page
    assert stranger.get("/@niemand").status_code == 404
