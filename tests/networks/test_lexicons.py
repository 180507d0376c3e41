"""Records of Bluesky are written as its lexicons say, and shown whatever others put into them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from vierogen.networks.base import Media, Outgoing, Picture
from vierogen.networks.lexicons import image, parts, post_record, profile, says_the_same, shown

NINE = datetime.fromisoformat("2026-11-21T10:00:00.123456+01:00")
POST = Outgoing(text="Hallo", key="3jzfcijpj2z2a", created_at=NINE, language="nl")
URI = "at://did:plc:anna/app.bsky.feed.post/3jzfcijpj2z2a"


def blob(cid: str, mime: str = "image/jpeg") -> dict[str, Any]:
    return {"$type": "blob", "ref": {"$link": cid}, "mimeType": mime, "size": 9}


def media_of(embed: Any) -> tuple[Media, ...]:
    return shown(URI, {"text": "", "embed": embed}, blob=lambda cid: f"blob:{cid}").media


def test_a_post_is_written_with_its_time_in_utc_and_its_language() -> None:
    assert post_record(POST, facets=[], images=[]) == {
        "$type": "app.bsky.feed.post",
        "text": "Hallo",
        "createdAt": "2026-11-21T09:00:00.123Z",
        "langs": ["nl"],
    }


def test_a_picture_is_written_with_alt_text_and_proportions() -> None:
    written = image(Picture(b"", "image/png", "Een boom", 40, 30), blob("bafy"))
    assert written == {
        "image": blob("bafy"),
        "alt": "Een boom",
        "aspectRatio": {"width": 40, "height": 30},
    }


def test_records_that_differ_in_facets_only_say_the_same() -> None:
    one = post_record(POST, facets=[{"index": {}, "features": []}], images=[])
    other = post_record(POST, facets=[], images=[])
    assert says_the_same(one, other)
    assert not says_the_same(one, {**other, "text": "Dag"})
    assert not says_the_same(one, {**other, "reply": {}})


def test_a_post_is_shown_with_its_key_and_address() -> None:
    seen = shown(URI, post_record(POST, facets=[], images=[]), blob=str)
    assert (seen.remote_id, seen.text, seen.kind, seen.key) == (URI, "Hallo", "post", "3jzfcijpj2z2a")
    assert seen.url == "https://bsky.app/profile/did:plc:anna/post/3jzfcijpj2z2a"
    assert seen.created_at == datetime(2026, 11, 21, 9, 0, 0, 123000, tzinfo=UTC)


@pytest.mark.parametrize(("collection", "kind"), [("repost", "repost"), ("like", "like")])
def test_a_repost_or_like_is_shown_with_its_target(collection: str, kind: str) -> None:
    uri = f"at://did:plc:anna/app.bsky.feed.{collection}/3jzfcijpj2z2b"
    seen = shown(uri, {"subject": {"uri": URI, "cid": "bafy"}}, blob=str)
    assert (seen.kind, seen.target, seen.text) == (kind, URI, "")


@pytest.mark.parametrize("created", [None, "", "gisteren", 12, "2026-13-40T00:00:00Z", "0001-01-01T00:00:00+14:00"])
def test_a_time_that_is_none_is_left_out(created: Any) -> None:
    assert shown(URI, {"createdAt": created}, blob=str).created_at is None


def test_pictures_are_shown_with_their_alt_texts() -> None:
    images = [{"image": blob("bafy1"), "alt": "Een"}, {"image": blob("bafy2", "image/png"), "alt": ""}]
    assert media_of({"$type": "app.bsky.embed.images", "images": images}) == (
        Media("blob:bafy1", "Een", "image/jpeg"),
        Media("blob:bafy2", "", "image/png"),
    )


@pytest.mark.parametrize(
    ("embed", "alt"),
    [
        ({"$type": "app.bsky.embed.video", "video": blob("bafy"), "alt": "Film"}, "Film"),
        ({"external": {"uri": "https://x.nl", "title": "Kop", "thumb": blob("bafy")}}, "Kop"),
        ({"record": {"uri": URI}, "media": {"images": [{"image": blob("bafy"), "alt": "Foto"}]}}, "Foto"),
        ({"$type": "app.bsky.embed.notYetInvented", "deep": {"er": [[blob("bafy")]]}}, ""),
    ],
)
def test_media_are_found_in_every_kind_of_embed(embed: Any, alt: str) -> None:
    assert media_of(embed) == (Media("blob:bafy", alt, "image/jpeg"),)


@pytest.mark.parametrize("value", [{"embed": 7}, {"embed": [None, "x"]}, {"subject": "x"}, {"text": None}])
def test_strange_records_are_shown_all_the_same(value: dict[str, Any]) -> None:
    seen = shown(URI, value, blob=str)
    assert (seen.text, seen.media, seen.target) == ("", (), "")


def test_what_a_database_cannot_hold_is_replaced() -> None:
    seen = shown(URI, {"text": "a\x00b\ud800c", "x\x00": ["\x00"]}, blob=str)
    assert seen.text == "a\ufffdb\ufffdc"
    assert seen.raw["x\ufffd"] == ["\ufffd"]


def test_what_lies_too_deep_is_left_out() -> None:
    deep: Any = "bodem"
    for _ in range(5000):
        deep = [deep]
    seen = shown(URI, {"text": "Diep", "embed": deep}, blob=str)
    assert seen.text == "Diep"
    assert str(seen.raw).count("[") < 50


def test_a_profile_is_shown_whatever_is_in_it() -> None:
    seen = profile("did:plc:anna", "anna.test", {"displayName": 7, "avatar": "x"}, blob=str)
    assert (seen.name, seen.about, seen.avatar) == ("", "", "")


@pytest.mark.parametrize("uri", ["", "https://bsky.app/profile/a/post/b", "at://did:plc:anna", "at:x/a/b/c"])
def test_other_addresses_are_not_taken_for_records(uri: str) -> None:
    with pytest.raises(ValueError):
        parts(uri)
