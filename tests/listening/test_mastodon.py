"""Mastodon as a source, against a server of its API: a hashtag that is asked for, and streams."""

from collections.abc import Iterator
from threading import Event as Flag
from typing import Any

import httpx
import pytest

from tests.servers.mastodon import MastodonServer
from vierogen.core.http import guarded_client
from vierogen.listening.sources.base import Kind, SourceError
from vierogen.listening.sources.mastodon import MastodonStream, MastodonTag, found_in


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with guarded_client(allowed=["127.0.0.0/8"]) as one:
        yield one


@pytest.fixture
def address(mastodon: MastodonServer) -> str:
    return f"{mastodon.base_url}/tags/school"


def test_a_post_is_read_with_all_that_alerts_can_ask_for(
    client: httpx.Client, mastodon: MastodonServer, address: str
) -> None:
    first = mastodon.post("ben", "Dag #school", language="en")
    mastodon.post("anna", "Brand in de #school, zie https://nos.nl/a", language="nl", in_reply_to_id=first)
    found, other = MastodonTag().read(client, address, {}).found
    assert found.text == "Brand in de #school, zie https://nos.nl/a"
    assert (found.language, found.network, found.is_reply, found.has) == ("nl", "mastodon", True, {"link"})
    assert found.author == f"@anna@127.0.0.1:{mastodon.port}"
    assert found.link.startswith("http")
    assert found.key.startswith("http")
    assert found.published_at is not None
    assert (other.language, other.is_reply) == ("en", False)


def test_only_what_is_new_comes_the_next_time(client: httpx.Client, mastodon: MastodonServer, address: str) -> None:
    mastodon.post("anna", "Een #school")
    one = MastodonTag().read(client, address, {})
    assert one.again_in == 60
    two = MastodonTag().read(client, address, one.memory)
    assert (len(one.found), two.found, two.memory) == (1, (), one.memory)
    mastodon.post("anna", "Twee #school")
    mastodon.post("anna", "Iets anders")
    assert [each.text for each in MastodonTag().read(client, address, two.memory).found] == ["Twee #school"]


def test_nothing_is_missed_after_a_long_pause(client: httpx.Client, mastodon: MastodonServer, address: str) -> None:
    mastodon.post("anna", "Nul #school")
    memory = MastodonTag().read(client, address, {}).memory
    wanted = {f"Bericht {number} #school" for number in range(95)}
    for text in wanted:
        mastodon.post("anna", text)
    reading = MastodonTag().read(client, address, memory)
    assert {each.text for each in reading.found} == wanted
    assert MastodonTag().read(client, address, reading.memory).found == ()


@pytest.mark.parametrize(
    ("status", "headers", "reason", "wait"),
    [
        (429, {"Retry-After": "77"}, "slow down", 77.0),
        (503, {}, "did not answer properly", None),
        (404, {}, "does not have this", None),
    ],
)
def test_a_refusal_is_told_in_a_sentence(
    client: httpx.Client, status: int, headers: dict[str, str], reason: str, wait: float | None
) -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, headers=headers, json={"error": "no"})

    refusing = httpx.Client(transport=httpx.MockTransport(answer))
    with pytest.raises(SourceError, match=reason) as caught:
        MastodonTag().read(refusing, "https://m.example/tags/x", {})
    assert caught.value.wait == wait


@pytest.mark.parametrize("path", ["tags/school", "public", "public/local"])
def test_a_stream_tells_at_once(client: httpx.Client, mastodon: MastodonServer, path: str) -> None:
    stop, address = Flag(), MastodonStream.tidied(f"{mastodon.base_url}/{path}")
    client.headers["Authorization"] = f"Bearer {mastodon.token('ben')}"
    events = MastodonStream().listen(client, address, {}, stop=stop)
    assert next(events) == ([], {})
    mastodon.post("anna", "Brand in de #school")
    [found] = next(each for each, _memory in events if each)
    assert found.text == "Brand in de #school"
    stop.set()
    assert not any(each for each, _memory in events)


@pytest.mark.parametrize(
    ("kind", "written", "tidied"),
    [
        (MastodonTag, "https://Mastodon.Social/tags/Belastingdienst/", "https://mastodon.social/tags/belastingdienst"),
        (MastodonTag, "mastodon.social/tags/x?a=b", "https://mastodon.social/tags/x"),
        (MastodonTag, "#belastingdienst@mastodon.nl", "https://mastodon.nl/tags/belastingdienst"),
        (MastodonTag, "https://m.example/tags/caf%C3%A9", "https://m.example/tags/caf%C3%A9"),
        (MastodonStream, "https://m.example/public/", "https://m.example/public"),
        (MastodonStream, "https://m.example/tags/X", "https://m.example/tags/x"),
    ],
)
def test_addresses_take_one_form(kind: type[Kind], written: str, tidied: str) -> None:
    assert kind.tidied(written) == kind.tidied(tidied) == tidied


@pytest.mark.parametrize(
    "wrong", ["", "https://m.example/", "https://m.example/tags/", "ftp://m/tags/x", "https://u@m/tags/x"]
)
def test_what_is_no_address_of_it_is_refused(wrong: str) -> None:
    for kind in (MastodonTag, MastodonStream):
        with pytest.raises(SourceError):
            kind.tidied(wrong)


@pytest.mark.parametrize(
    "status",
    [
        {},
        {"id": "1", "visibility": "private"},
        {"id": "1", "reblog": {"id": "2"}},
        {"id": "1", "media_attachments": 3},
        {"id": "1", "account": 3},
        {"id": "1", "content": ["x"]},
    ],
)
def test_what_is_no_public_post_is_passed_over(status: dict[str, Any]) -> None:
    assert found_in(status, "https://m.example") is None


def test_media_are_told() -> None:
    kinds = ({"type": "image"}, {"type": "gifv"}, {"type": "video"}, {"type": "audio"})
    found = found_in({"id": "1", "media_attachments": list(kinds), "card": {"url": "x"}}, "https://m.example")
    assert found is not None
    assert found.has == {"image", "video", "link"}
