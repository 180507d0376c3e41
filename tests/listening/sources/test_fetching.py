"""The polite fetcher: its name, robots.txt, moved addresses, refusals in plain words, and rest for hosts."""

import threading
import time
from http.server import BaseHTTPRequestHandler

import httpx
import pytest

from tests.listening.sources.site import Site
from vierogen.listening.sources import politeness
from vierogen.listening.sources.base import SourceError
from vierogen.listening.sources.feed import Feed
from vierogen.listening.sources.fetching import Fetched, NotYet, cut, fetch, patient
from vierogen.listening.sources.politeness import HOSTS, Hosts

RSS = "<rss version='2.0'><channel><title>t</title></channel></rss>"


def got(client: httpx.Client, address: str, memory: dict[str, object] | None = None) -> Fetched:
    """Fetch it."""
    return fetch(client, address, accept="*/*", memory=memory)


def why(client: httpx.Client, address: str) -> SourceError:
    """Why that fails."""
    with pytest.raises(SourceError) as caught:
        got(client, address)
    return caught.value


def test_it_says_who_asks_and_where_to_ask_back(site: Site, client: httpx.Client) -> None:
    got(client, site.put("/feed", RSS))
    names = {headers["User-Agent"] for _path, headers in site.asked}
    assert len(names) == 1
    assert names.pop().endswith(" (+https://luister.example)")


def test_what_robots_txt_forbids_is_not_read(site: Site, client: httpx.Client) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /private/*.xml$\n", "text/plain")
    assert "robots.txt" in why(client, site.put("/private/a.xml", RSS)).reason
    assert got(client, site.put("/private/a.rss", RSS)).body
    assert site.paths() == ["/private/a.rss"]
    assert [path for path, _headers in site.asked].count("/robots.txt") == 1


def test_what_robots_txt_says_to_us_counts_before_what_it_says_to_all(site: Site, client: httpx.Client) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /\n\nUser-agent: Vierogen\nAllow: /\n", "text/plain")
    assert got(client, site.put("/feed", RSS)).body


def test_a_site_whose_robots_txt_is_in_trouble_is_left_alone(site: Site, client: httpx.Client) -> None:
    site.put("/robots.txt", status=503)
    assert "trouble" in why(client, site.put("/feed", RSS)).reason
    assert site.paths() == []


def test_a_robots_txt_that_is_a_web_page_or_garbage_forbids_nothing(site: Site, client: httpx.Client) -> None:
    site.put("/robots.txt", b"<html>\x00\xff" * 100_000, "text/html")
    assert got(client, site.put("/feed", RSS)).body


def test_a_permanent_move_is_remembered_and_a_temporary_one_is_not(site: Site, client: httpx.Client) -> None:
    site.put("/new", RSS)
    site.put("/now", RSS + " ")
    first = got(client, site.put("/old", status=301, headers={"Location": "/new"}))
    assert first.memory["moved"] == f"{site.url}/new"
    again = got(client, f"{site.url}/old", first.memory)
    assert again.unchanged
    assert site.paths() == ["/old", "/new", "/new"]
    assert "moved" not in got(client, site.put("/today", status=302, headers={"Location": "/now"})).memory


def test_where_a_moved_address_is_gone_the_old_one_has_its_chance_again(site: Site, client: httpx.Client) -> None:
    site.put("/new", RSS)
    memory = got(client, site.put("/old", status=308, headers={"Location": "/new"})).memory
    del site.pages["/new"]
    site.put("/old", RSS + "<!-- back -->")
    back = got(client, f"{site.url}/old", memory)
    assert back.body.endswith(b"<!-- back -->")
    assert "moved" not in back.memory


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "logged in"),
        (403, "programs"),
        (404, "nothing at this address"),
        (410, "gone for good"),
        (418, "makes no sense"),
        (429, "less often"),
        (451, "legal"),
        (500, "trouble"),
        (503, "trouble"),
    ],
)
def test_a_refusal_is_told_in_plain_words(site: Site, client: httpx.Client, status: int, words: str) -> None:
    error = why(client, site.put("/feed", status=status))
    assert words in error.reason
    assert error.gone == (status == 410)


def test_who_asks_us_to_wait_is_left_alone_with_all_its_sources(site: Site, client: httpx.Client) -> None:
    error = why(client, site.put("/feed", status=429, headers={"Retry-After": "1800"}))
    assert error.wait == 1_800.0
    site.put("/other", RSS)
    with pytest.raises(NotYet) as caught:
        got(client, f"{site.url}/other")
    assert caught.value.wait == pytest.approx(1_800, abs=5)
    # That is no reading, and no sign that the source is well.
    with pytest.raises(NotYet):
        Feed().read(client, f"{site.url}/other", {"seen": {"a": "b"}})
    with pytest.raises(SourceError, match="a moment ago"), patient():
        got(client, f"{site.url}/other")
    assert site.paths() == ["/feed"]


def test_sites_without_a_name_or_a_server_are_told_of(client: httpx.Client) -> None:
    assert "could not be reached" in why(client, "http://nowhere.invalid/feed").reason
    assert "could not be reached" in why(client, "http://127.0.0.1:9/feed").reason
    assert "usable" in why(client, "http:///feed").reason


def test_a_host_has_a_rest_between_two_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(politeness, "PAUSE", 0.05)
    hosts, began = Hosts(), time.monotonic()
    assert [hosts.turn("a.example") for _time in range(4)] == [0.0] * 4
    assert time.monotonic() - began >= 0.15
    assert hosts.turn("b.example") == 0.0


def test_nobody_waits_long_for_a_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(politeness, "PAUSE", 0.0)
    hosts = Hosts()
    assert hosts.turn("a.example", pause=30.0) == 0.0
    assert 25 < hosts.turn("a.example") <= 30


def test_a_crawl_delay_is_kept(site: Site, client: httpx.Client) -> None:
    site.put("/robots.txt", "User-agent: *\nCrawl-delay: 20\n", "text/plain")
    got(client, site.put("/feed", RSS))
    with pytest.raises(NotYet) as caught:
        got(client, f"{site.url}/feed")
    assert 15 < caught.value.wait <= 20
    HOSTS.forget()
    assert got(client, f"{site.url}/feed").body


def test_whoever_has_to_go_waits_for_no_site(site: Site, client: httpx.Client) -> None:
    begun = threading.Event()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        begun.set()
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for _second in range(300):
            handler.wfile.write(b"X-More: 1\r\n")
            time.sleep(0.1)

    address = site.put("/slow", pour=drip)
    said: list[BaseException] = []

    def read() -> None:
        try:
            fetch(client, address, accept="*/*")
        except NotYet as busy:
            said.append(busy)

    reader = threading.Thread(target=read)
    reader.start()
    assert begun.wait(10)
    cut(client)
    reader.join(timeout=10)  # by itself it would read for forty seconds
    assert not reader.is_alive()
    assert [type(each) for each in said] == [NotYet]
    with pytest.raises(NotYet):
        fetch(client, site.put("/quick", b"x"), accept="*/*")
