"""Jetstream: what is read of its events, and a stream that goes on where it was."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Event as Flag
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.listening.jetstream import JetstreamServer, event
from tests.waiting import eventually
from vierogen.core.http import guarded_client
from vierogen.listening.sources.base import Found, Memory, SourceError
from vierogen.listening.sources.jetstream import OVERLAP, Jetstream, read
from vierogen.matching.matcher import Matcher
from vierogen.matching.parsing import parse
from vierogen.matching.posts import Post


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with guarded_client(allowed=["127.0.0.0/8"]) as one:
        yield one


def of(*events: Any) -> list[Found]:
    return read([each if isinstance(each, str | bytes) else json.dumps(each) for each in events])[0]


def test_a_post_is_read_with_all_that_alerts_can_ask_for() -> None:
    said = {"createdAt": "2024-09-09T19:46:02.102Z", "reply": {"root": {}, "parent": {}}}
    [found] = of(event("Brand in de school", **said))
    assert found == Found(
        key="at://did:plc:eygmaihciaxprqvxpfvl6flk/app.bsky.feed.post/3l3qo2vuowo1",
        text="Brand in de school",
        link="https://bsky.app/profile/did:plc:eygmaihciaxprqvxpfvl6flk/post/3l3qo2vuowo1",
        language="nl",
        author="did:plc:eygmaihciaxprqvxpfvl6flk",
        network="bluesky",
        published_at=datetime(2024, 9, 9, 19, 46, 2, 102000, tzinfo=UTC),
        is_reply=True,
    )


def test_a_post_in_two_languages_is_found_in_both() -> None:
    [found] = of(event("Brand in de school", langs=["en", "nl-BE", "fy", "de"]))
    assert found.language == "en nl-BE fy"
    matcher = Matcher((number, parse(query)) for number, query in enumerate(("brand lang:nl", "brand lang:de")))
    assert set(matcher.match(Post(found.text, lang=found.language))) == {0}


@pytest.mark.parametrize(
    ("embed", "has"),
    [
        ({"$type": "app.bsky.embed.images", "images": [{"alt": "", "image": {}}]}, {"image"}),
        ({"$type": "app.bsky.embed.video", "video": {}}, {"video"}),
        ({"$type": "app.bsky.embed.external", "external": {"uri": "https://nos.nl", "title": "Nieuws"}}, {"link"}),
        ({"$type": "app.bsky.embed.record", "record": {"uri": "at://x"}}, set()),
        (
            {"$type": "app.bsky.embed.recordWithMedia", "record": {}, "media": {"$type": "app.bsky.embed.images"}},
            {"image"},
        ),
        ({"$type": "nl.example.embed", "thing": 3}, set()),
    ],
)
def test_what_is_attached_is_told(embed: dict[str, Any], has: set[str]) -> None:
    [found] = of(event("Kijk", embed=embed))
    assert found.has == has


def test_the_title_of_a_linked_page_counts() -> None:
    [found] = of(event("Lees dit", embed={"$type": "app.bsky.embed.external", "external": {"title": "Brand geblust"}}))
    assert found.title == "Brand geblust"


def test_a_shortened_link_is_read_in_full() -> None:
    text = "Zie één: nos.nl/art... nu"
    start = len("Zie één: ".encode())
    facet = {
        "index": {"byteStart": start, "byteEnd": start + len("nos.nl/art...")},
        "features": [{"$type": "app.bsky.richtext.facet#link", "uri": "https://nos.nl/artikel/brand"}],
    }
    [found] = of(event(text, facets=[facet]))
    assert found.text == "Zie één: https://nos.nl/artikel/brand nu"
    assert found.has == {"link"}


def test_a_facet_that_points_nowhere_changes_nothing() -> None:
    link = {"$type": "app.bsky.richtext.facet#link", "uri": "https://nos.nl"}
    facets = [
        {"index": {"byteStart": start, "byteEnd": end}, "features": [link]} for start, end in [(5, 2), (3, 99), (-1, 2)]
    ]
    assert of(event("Dag!", facets=facets))[0].text == "Dag!"


def test_tags_beside_the_text_count() -> None:
    assert of(event("Dag", tags=["brand"]))[0].text == "Dag\n#brand"


def test_what_is_no_new_post_is_passed_over() -> None:
    liked = event("")
    liked["commit"] |= {"collection": "app.bsky.feed.like", "record": {"subject": {"uri": "at://x"}}}
    edited, deleted = event("x"), event("x")
    edited["commit"]["operation"] = "update"
    deleted["commit"] = {**deleted["commit"], "operation": "delete", "record": None}
    identity = {"did": "did:plc:x", "time_us": 7, "kind": "identity", "identity": {"handle": "a.example"}}
    assert read([json.dumps(each) for each in (liked, edited, deleted, identity)]) == ([], 7)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "[]",
        b"\xff\xfe",
        '{"did": 3, "time_us": "x"}',
        json.dumps(event("x", langs="nl")),
        json.dumps(event("x", record={"text": ["a"]})),
        "[" * 100_000,
    ],
)
def test_a_line_that_makes_no_sense_does_not_stop_the_others(line: str | bytes) -> None:
    assert [each.text for each in of(line, event("Goed"))] == ["Goed"]


def test_a_post_of_the_future_was_made_when_the_network_saw_it() -> None:
    told = event("x", createdAt="2099-01-01T00:00:00Z")
    [found] = of(told)
    assert found.published_at == datetime.fromtimestamp(told["time_us"] / 1_000_000, UTC)


def test_signs_that_no_database_holds_are_replaced() -> None:
    assert of(event("een\x00twee"))[0].text == "een\ufffdtwee"


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_nothing_that_a_record_holds_stops_the_stream(value: Any) -> None:
    for name in ("text", "langs", "embed", "facets", "reply", "createdAt", "tags"):
        of(event("x", record={name: value}))


def test_addresses_take_one_form() -> None:
    for written in ("jetstream2.us-east.bsky.network", "https://JETSTREAM2.us-east.bsky.network/subscribe?cursor=3"):
        assert Jetstream.tidied(written) == "wss://jetstream2.us-east.bsky.network/subscribe"
    assert Jetstream.recognises("wss://x.example/subscribe")
    for wrong in ("", "ftp://x", "wss://a@b/subscribe"):
        with pytest.raises(SourceError):
            Jetstream.tidied(wrong)


def heard(client: httpx.Client, address: str, memory: Memory, stop: Flag) -> Iterator[tuple[list[Found], Memory]]:
    return ((found, told) for found, told in Jetstream().listen(client, address, memory, stop=stop) if found)


def test_only_posts_are_asked_for_and_they_come_at_once(stream: JetstreamServer, client: httpx.Client) -> None:
    stop = Flag()
    events = Jetstream().listen(client, stream.address, {}, stop=stop)
    assert list(next(events)[1]) == ["cursor"]
    eventually(lambda: stream.listeners)
    stream.post("Brand in de school")
    [found], memory = next(each for each in events if each[0])
    assert found.text == "Brand in de school"
    assert memory == {"cursor": stream.events[0]["time_us"]}
    assert stream.asked[0]["wantedCollections"] == ["app.bsky.feed.post"]
    stop.set()
    assert list(events) == []


def test_it_goes_on_some_seconds_before_it_was_cut(stream: JetstreamServer, client: httpx.Client) -> None:
    now = time.time_ns() // 1_000
    for number, ago in enumerate((60, 3, 0)):
        stream.tell(event(f"Bericht {number}", number=number) | {"time_us": now - ago * 1_000_000})
    stop = Flag()
    events = heard(client, stream.address, {"cursor": now}, stop)
    assert [next(events)[0][0].text for _ in range(2)] == ["Bericht 1", "Bericht 2"]
    assert stream.asked[0]["cursor"] == [str(now - OVERLAP)]
    stop.set()


def test_a_server_that_is_away_gives_a_sentence(client: httpx.Client) -> None:
    with pytest.raises(SourceError, match="could not be reached"):
        next(Jetstream().listen(client, "ws://127.0.0.1:1/subscribe", {}, stop=Flag()))
