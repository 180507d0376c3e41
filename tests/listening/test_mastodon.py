"""Mastodon as a source, against a server of its API: a hashtag that is asked for, and streams."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event as Flag
from typing import Any

import httpx
import pytest

from tests.servers.mastodon import MastodonServer
from vierogen.core.http import guarded_client
from vierogen.listening.sources import mastodon as mastodon_source
from vierogen.listening.sources.base import Kind, Memory, SourceError
from vierogen.listening.sources.mastodon import UNLISTED, MastodonStream, MastodonTag, _missed, _noted, found_in


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
    assert next(events) == ([], {"newest": ""})
    mastodon.post("anna", "Brand in de #school")
    [found] = next(each for each, _memory in events if each)
    assert found.text == "Brand in de #school"
    stop.set()
    assert not any(each for each, _memory in events)


LISTED = ("https://m.example/api/v1/timelines/public", dict[str, str]())


class TimeLine:
    """A time-line whose ids tell when a post was made, as Mastodon's do: one from elsewhere may come in late.

    A simulator: mastodon-mock gives ids in the order of coming in.
    """

    def __init__(self, *, page: int = 40) -> None:
        self.statuses = dict[int, dict[str, Any]]()
        self.now = datetime.now(UTC).isoformat()
        self.asked, self._page = list[str](), page
        self.client = httpx.Client(transport=httpx.MockTransport(self))
        # It answers so many calls more; so many posts come with each; does it know ``min_id``?
        self.fails_after: int | None = None
        self.grows_by, self.reads_on = 0, True

    def add(self, *ids: int, **more: Any) -> None:
        for each in ids:
            self.statuses[each] = {
                "id": str(each),
                "uri": f"https://m.example/{each}",
                "content": str(each),
                "created_at": self.now,
                **more,
            }

    def __call__(self, request: httpx.Request) -> httpx.Response:
        after = request.url.params.get("min_id", "")
        self.asked.append(after)
        if self.fails_after is not None:
            self.fails_after -= 1
            if self.fails_after < 0:
                return httpx.Response(503)
        if after and not self.reads_on:
            return httpx.Response(200, json=[])
        limit = min(int(request.url.params["limit"]), self._page)
        known = sorted(each for each in self.statuses if each > int(after or 0))
        shown = known[:limit] if after else known[-limit:]
        self.add(*range(max(known, default=0) + 1, max(known, default=0) + 1 + self.grows_by))
        return httpx.Response(200, json=[self.statuses[each] for each in reversed(shown)])

    def read(self, memory: Memory) -> tuple[list[int], Memory]:
        reading = MastodonTag().read(self.client, "https://m.example/tags/x", memory)
        return sorted(int(each.text) for each in reading.found), reading.memory

    def missed(self, memory: Memory) -> tuple[list[int], Memory]:
        found = list[int]()
        told = list(_missed(self.client, LISTED, memory))
        for statuses, _memory in told:
            found += [int(status["id"]) for status in statuses]
        return sorted(found), told[-1][1]


def test_what_comes_in_late_from_another_server_is_read_too() -> None:
    line = TimeLine()
    line.add(100, 300)
    _found, memory = line.read({})
    line.add(200)
    found, memory = line.read(memory)
    assert found == [200]
    line.add(250, 400)
    found, memory = line.read(memory)
    assert found == [250, 400]
    assert line.read(memory)[0] == []
    assert line.asked == [""] * 4


def test_what_stood_there_for_long_is_no_news() -> None:
    line, now = TimeLine(), datetime.now(UTC)
    line.add(1, created_at="2019-05-01T10:00:00Z")
    line.add(2, created_at=(now - timedelta(days=6)).isoformat())
    found, memory = line.read({})
    assert found == [2]
    line.add(3, created_at="2019-05-02T10:00:00Z")
    assert line.read(memory)[0] == [3]


def test_what_was_edited_is_read_again_once() -> None:
    line = TimeLine()
    line.add(1, 2)
    _found, memory = line.read({})
    line.add(2, edited_at="2026-11-28T10:00:00Z")
    found, memory = line.read(memory)
    assert found == [2]
    assert line.read(memory)[0] == []


@pytest.mark.parametrize("page", [20, 40])
def test_a_pause_of_any_length_is_caught_up_with(page: int) -> None:
    """Also where a server lists fewer at once than was asked for, and more came than one reading takes."""
    line = TimeLine(page=page)
    line.add(5, 6)
    found, memory = line.read({})
    line.add(*range(7, 1007))
    for _reading in range(5):
        more, memory = line.read(memory)
        found += more
    assert sorted(set(found)) == list(range(5, 1007))
    assert len(memory["seen"]) == 40


def test_ids_without_measure_are_no_ids() -> None:
    line = TimeLine()
    line.add(1)
    line.statuses[2] = {"id": "2" * 1_000_000, "uri": "https://m.example/2"}
    assert len(str(line.read({})[1])) < 200


@pytest.mark.parametrize("path", ["tags/school", "public", "public/local"])
def test_a_stream_tells_what_it_missed(client: httpx.Client, mastodon: MastodonServer, path: str) -> None:
    address = MastodonStream.tidied(f"{mastodon.base_url}/{path}")

    def hear(memory: Memory, *texts: str, until: int) -> tuple[list[str], Memory]:
        stop, heard = Flag(), list[str]()
        for found, reached in MastodonStream().listen(client, address, memory, stop=stop):
            memory = reached
            heard += [each.text for each in found]
            for text in texts:
                mastodon.post("anna", text)
            texts = ()
            if len(heard) >= until:
                stop.set()
        return heard, memory

    mastodon.post("anna", "Lang geleden #school")
    heard, memory = hear({}, "Een #school", until=1)
    assert heard == ["Een #school"]
    wanted = [f"Bericht {number} #school" for number in range(95)]
    for text in wanted:
        mastodon.post("ben", text)
    heard, memory = hear(memory, "Nu #school", until=96)
    assert sorted(heard) == sorted([*wanted, "Nu #school"])
    heard, _memory = hear(memory, "Straks #school", until=1)
    assert heard == ["Straks #school"]


@pytest.mark.parametrize("status", [401, 403, 404, 422])
def test_a_server_that_lists_nothing_is_heard_all_the_same(status: int) -> None:
    refusing = httpx.Client(
        transport=httpx.MockTransport(lambda _request: httpx.Response(status, json={"error": "no"}))
    )
    assert list(_missed(refusing, LISTED, {"newest": "3"})) == [([], {"newest": "3", UNLISTED: True})]


@pytest.mark.parametrize("answer", [httpx.Response(503), httpx.Response(429), httpx.Response(200, text="<html>")])
def test_a_list_that_is_away_is_asked_again_at_the_next_connection(answer: httpx.Response) -> None:
    """What comes now is heard meanwhile, and is not taken for the newest that was read back."""
    failing = httpx.Client(transport=httpx.MockTransport(lambda _request: answer))
    ((_found, memory),) = _missed(failing, LISTED, {"newest": "3", "seen": {"3": ""}})
    memory = _noted(memory, [{"id": "9"}])
    assert memory["newest"] == "3"
    line = TimeLine()
    line.add(3, 4, 9, 10)
    assert line.missed(memory)[0] == [4, 10]


def test_what_fails_halfway_goes_on_from_there() -> None:
    line = TimeLine()
    line.add(*range(1, 101))
    line.fails_after = 2
    first, memory = line.missed({"newest": "3", "seen": {"3": ""}})
    assert memory[UNLISTED]
    line.fails_after = None
    second, memory = line.missed(memory)
    assert sorted({*first, *second}) == list(range(4, 101))
    assert UNLISTED not in memory


def test_where_posts_come_faster_than_they_are_read_back_it_goes_live() -> None:
    """Up to the newest of when that began: what came meanwhile is told already."""
    line = TimeLine()
    line.add(*range(1, 201))
    line.grows_by = 45
    found, memory = line.missed({"newest": "3", "seen": {"3": ""}})
    assert UNLISTED not in memory
    assert {*range(4, 201)} <= {*found}
    assert len(line.asked) < 10


def test_what_is_too_much_to_read_back_is_gone_on_with_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mastodon_source, "PAGES_BACK", 2)
    line = TimeLine()
    line.add(*range(1, 201))
    found, memory = line.missed({"newest": "3", "seen": {"3": ""}})
    assert memory[UNLISTED]
    for _connection in range(5):
        more, memory = line.missed(memory)
        found += more
    assert sorted({*found}) == list(range(4, 201))
    assert UNLISTED not in memory


def test_a_list_that_was_empty_at_first_is_read_back_too() -> None:
    line = TimeLine()
    _found, memory = line.missed({})
    line.add(1)
    assert line.missed(memory)[0] == [1]


def test_a_list_that_is_back_is_read_from_where_it_was() -> None:
    line = TimeLine()
    line.add(3, 4)
    told = list(_missed(line.client, LISTED, {"newest": "3", UNLISTED: True}))
    assert told[0] == ([], {"newest": "3"})
    assert [status["id"] for statuses, _memory in told for status in statuses] == ["4"]
    assert UNLISTED not in told[-1][1]


def test_what_was_deleted_brings_nothing_old_back() -> None:
    line = TimeLine()
    line.add(*range(1, 60))
    _found, memory = line.read({})
    for each in (40, 50, 59):
        del line.statuses[each]
    assert line.read(memory)[0] == []
    line.add(45, edited_at="2026-11-28T10:00:00Z")
    assert line.read(memory)[0] == [45]
    assert line.read({"newest": "58"})[0] == []  # as it was remembered before there was more of it


def test_of_a_list_that_fails_halfway_what_was_read_is_kept() -> None:
    line = TimeLine()
    line.add(*range(1, 10))
    _found, memory = line.read({})
    line.add(*range(10, 110))
    line.fails_after = 2
    found, memory = line.read(memory)
    assert found == list(range(10, 50))
    line.fails_after = None
    found, _memory = line.read(memory)
    assert found == list(range(50, 110))


def test_a_server_that_does_not_read_on_is_read_as_far_as_it_goes() -> None:
    line = TimeLine()
    line.add(*range(1, 10))
    _found, memory = line.read({})
    line.add(*range(10, 110))
    line.reads_on = False
    assert line.read(memory)[0] == list(range(70, 110))


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
