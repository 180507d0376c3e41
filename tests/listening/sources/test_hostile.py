"""The worst that an address can give: nothing crashes, nothing leaks, and no inside address is asked anything."""

import gzip
import socket
import time
import tracemalloc
from contextlib import suppress
from functools import cache
from http.server import BaseHTTPRequestHandler

import httpx
import pytest

from tests.listening.sources.site import Site
from vierogen.listening.sources import fetching
from vierogen.listening.sources.base import Polled, SourceError
from vierogen.listening.sources.documents import apart
from vierogen.listening.sources.feed import Feed
from vierogen.listening.sources.fetching import Limits
from vierogen.listening.sources.page import Page as PageKind
from vierogen.listening.sources.sitemap import SiteMap

KINDS: list[type[Polled]] = [Feed, PageKind, SiteMap]
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "'
    + b"x" * 50
    + b'">'
    + b"".join(
        f'<!ENTITY {name} "{("&" + before + ";") * 10}">'.encode()
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + b"]><rss version='2.0'><channel><item><title>&i;</title></item></channel></rss>"
)
FILE = (
    b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    b"<rss version='2.0'><channel><item><title>&a;</title></item></channel></rss>"
)
PARAMETER = b'<!DOCTYPE rss [<!ENTITY % p SYSTEM "http://127.0.0.1/x"> %p;]><rss version="2.0"><channel/></rss>'


def refused(client: httpx.Client, kind: type[Polled], address: str) -> str:
    """Why reading fails, in words."""
    with pytest.raises(SourceError) as caught:
        kind().read(client, address, {})
    assert caught.value.reason
    assert "root" not in caught.value.reason
    return caught.value.reason


@pytest.mark.parametrize("bomb", [BOMB, FILE, PARAMETER, BOMB.decode().encode("utf-16"), b"\n\n  " + BOMB])
@pytest.mark.parametrize("kind", [Feed, SiteMap])
def test_documents_that_define_entities_are_refused(
    site: Site, client: httpx.Client, kind: type[Polled], bomb: bytes
) -> None:
    began = time.monotonic()
    assert "attack" in refused(client, kind, site.put("/feed", bomb))
    assert time.monotonic() - began < 5
    assert site.paths() == ["/feed"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_far_too_large_is_cut_off(site: Site, client: httpx.Client, kind: type[Polled]) -> None:
    sent = []

    def pour(answer: BaseHTTPRequestHandler) -> None:
        answer.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<rss version='2.0'><channel>")
        for _part in range(800):  # 50 MB
            answer.wfile.write(b"<item><title>x</title></item>" * 2_260)
            sent.append(65_540)

    tracemalloc.start()
    assert refused(client, kind, site.put("/huge", pour=pour)) == "The answer was too large."
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 60_000_000
    assert sum(sent) < 50_000_000


@pytest.mark.parametrize("kind", KINDS)
def test_a_packed_answer_is_not_unpacked_without_end(site: Site, client: httpx.Client, kind: type[Polled]) -> None:
    bomb = packed_bomb()
    assert len(bomb) < 250_000
    # Said to be packed, although we asked for it unpacked; and a packed file, as site maps are.
    packed = site.put("/said", bomb, headers={"Content-Encoding": "gzip"})
    assert refused(client, kind, packed) == "The answer was packed although we asked for it unpacked."
    assert refused(client, kind, site.put("/file.gz", bomb, "application/gzip")) == "The answer was too large."


@cache
def packed_bomb() -> bytes:
    """200 MB in 200 kB."""
    return gzip.compress(b"<rss>" + b"\x00" * 200_000_000, 6)


def test_a_damaged_packed_file_is_told_of(site: Site, client: httpx.Client) -> None:
    refused(client, SiteMap, site.put("/file.gz", gzip.compress(b"<urlset/>" * 100)[:30] + b"\xff" * 50))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("kind", KINDS)
def test_a_redirect_to_an_inside_address_is_not_followed(
    site: Site, inside: Site, client: httpx.Client, kind: type[Polled], status: int
) -> None:
    address = site.put("/go", status=status, headers={"Location": f"{inside.url}/feed"})
    assert refused(client, kind, address) == "This address is not on the public internet, so it was not contacted."
    assert inside.asked == []


INSIDE = [
    "http://127.0.0.2:{port}/feed",
    "http://2130706434:{port}/feed",
    "http://0177.0.0.2:{port}/feed",
    "http://0x7f.2:{port}/feed",
    "http://[::ffff:127.0.0.2]:{port}/feed",
    "http://[::1]:{port}/feed",
    "http://[::]:{port}/feed",
    "http://0.0.0.0:{port}/feed",
    "http://10.0.0.1/feed",
    "http://192.168.1.1/feed",
    "http://169.254.169.254/latest/meta-data/",
    "http://[fe80::1]/",
    "http://100.64.0.1/",
    "http://user:word@127.0.0.2:{port}/feed",
]


@pytest.mark.parametrize("where", INSIDE)
def test_no_inside_address_is_asked_however_it_is_written(
    site: Site, inside: Site, client: httpx.Client, where: str
) -> None:
    address = where.format(port=inside.url.rpartition(":")[2])
    refused(client, Feed, address)
    refused(client, Feed, site.put("/go", status=302, headers={"Location": address}))
    assert inside.asked == []


def test_robots_txt_leads_to_no_inside_address(site: Site, inside: Site, client: httpx.Client) -> None:
    site.put("/robots.txt", status=302, headers={"Location": f"{inside.url}/robots.txt"})
    refused(client, Feed, site.document("rss2.xml"))
    assert inside.asked == []


def test_a_map_leads_to_no_inside_address(site: Site, inside: Site, client: httpx.Client) -> None:
    told = f"<sitemapindex><sitemap><loc>{inside.url}/map.xml</loc></sitemap></sitemapindex>"
    address = site.put("/index.xml", told)
    first = SiteMap().read(client, address, {})
    site.put("/index.xml", f"<urlset><url><loc>{inside.url}/feed</loc></url></urlset>")
    assert SiteMap().read(client, address, first.memory).found == ()
    assert inside.asked == []


@pytest.mark.parametrize(
    "place", ["file:///etc/passwd", "gopher://127.0.0.1/", "//", "http://", "http://[::zz]/", "\x00", "javascript:x"]
)
def test_a_redirect_to_nowhere_is_told_of(site: Site, client: httpx.Client, place: str) -> None:
    def pour(answer: BaseHTTPRequestHandler) -> None:
        answer.wfile.write(f"HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n".encode())

    refused(client, Feed, site.put("/go", pour=pour))


def test_redirects_that_go_round_end(site: Site, client: httpx.Client) -> None:
    address = site.put("/a", status=302, headers={"Location": "/b"})
    site.put("/b", status=302, headers={"Location": "/a"})
    assert refused(client, Feed, address) == "The address leads on and on, and never arrives."
    assert len(site.paths()) == 6


SOON = Limits(seconds=1.0)


def test_an_answer_that_never_ends_is_cut_off(site: Site, client: httpx.Client) -> None:
    def pour(answer: BaseHTTPRequestHandler) -> None:
        answer.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n<rss>")
        while True:
            answer.wfile.write(b" ")
            time.sleep(0.05)

    slow_enough(client, site.put("/endless", pour=pour))


def test_headers_that_trickle_in_are_cut_off(site: Site, client: httpx.Client) -> None:
    def pour(answer: BaseHTTPRequestHandler) -> None:
        answer.wfile.write(b"HTTP/1.1 200 OK\r\nX-Never-Ends: ")
        while True:
            answer.wfile.write(b"a")
            time.sleep(0.05)

    slow_enough(client, site.put("/endless", pour=pour))


def test_silence_is_cut_off(site: Site, client: httpx.Client) -> None:
    slow_enough(client, site.put("/silent", pour=lambda _answer: time.sleep(3)))


def slow_enough(client: httpx.Client, address: str) -> None:
    """Fetching it ends by itself, a little after the limit."""
    began = time.monotonic()
    with pytest.raises(SourceError) as caught:
        fetching.fetch(client, address, accept="*/*", limits=SOON)
    assert time.monotonic() - began < 2.5
    assert "too long" in caught.value.reason


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x00" * 100,
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 999999 Odd\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: \xff\xfe; charset=\xff\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.1 429 No\r\nRetry-After: never\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 503 No\r\nRetry-After: 99999999999999999999\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_answers_that_make_no_sense(site: Site, client: httpx.Client, answer: bytes) -> None:
    def pour(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(answer)
        handler.wfile.flush()
        handler.connection.shutdown(socket.SHUT_RDWR)

    with pytest.raises(SourceError) as caught:
        Feed().read(client, site.put("/odd", pour=pour), {})
    assert caught.value.wait is None or caught.value.wait <= 86_400


DEEP = 20_000
NESTED = [
    b"<rss version='2.0'><channel><item><description>" + b"<b>" * DEEP + b"x" + b"</b>" * DEEP,
    b"<rss version='2.0'><channel><item><description>"
    + b"&lt;div&gt;" * DEEP
    + b"x</description></item></channel></rss>",
    b"<rss version='2.0'><channel><item><description><![CDATA["
    + b"<table><tr><td>" * DEEP
    + b"]]></description></item></channel></rss>",
    b"<rss version='2.0'>" + b"<channel>" * DEEP,
    b'{"version": "https://jsonfeed.org/version/1", "items": ' + b"[" * DEEP,
    b'{"version": "https://jsonfeed.org/version/1", "items": [{"a": ' * 5_000,
    b"<rss version='2.0'><channel><item a='" + b"x" * 3_000_000 + b"'/></channel></rss>",
    b"<rss version='2.0' " + b" ".join(b"a%d='x'" % number for number in range(100_000)) + b"></rss>",
    b"<rss version='2.0'><channel>" + b"<!--" * 100_000,
    b"<rss version='2.0'><channel><item><title>" + b"&" * 500_000,
    b"<rss version='2.0'><channel><item><title>" + b"<" * 500_000,
    b"<rss version='2.0'><channel><item><title><![CDATA[" * 50_000,
    b"<rss version='2.0'>\x00\x00<channel>\x00<item><title>a\x00b</title></item></channel></rss>",
    b"<html><body>" + b"<div>" * DEEP + b"text",
    b"<urlset>" + b"<url><loc>https://a.example/</loc></url>" * 60_000 + b"</urlset>",
    b"<sitemapindex>" + b"<sitemap>" * DEEP,
    b"<rss version='2.0'><channel><item><title>e" + "\u0301".encode() * 500_000,
    bytes(range(256)) * 400,
]


@pytest.mark.parametrize("number", range(len(NESTED)))
@pytest.mark.parametrize("what", ["feed", "page", "links", "map"])
def test_whatever_is_in_a_document_it_is_read_or_refused_in_time(
    monkeypatch: pytest.MonkeyPatch, what: str, number: int
) -> None:
    monkeypatch.setattr(apart.APART, "to_answer", 4.0)
    began = time.monotonic()
    with suppress(SourceError):
        assert "\x00" not in str(apart.read_apart(what, NESTED[number], "text/xml"))
    assert time.monotonic() - began < apart.TIMEOUT + apart.START_TIMEOUT


def test_a_reader_that_hangs_is_ended_and_the_next_document_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    apart.read_apart("map", b"<urlset/>")
    process = apart.APART.process
    assert process
    monkeypatch.setattr(apart.APART, "to_answer", 0.0)
    with pytest.raises(SourceError) as caught:
        apart.read_apart("page", b"<html><body><p>a</p></body></html>" * 10_000)
    assert "too long" in caught.value.reason
    assert process.poll() is not None
    monkeypatch.undo()
    assert apart.read_apart("map", b"<urlset/>") == {"maps": [], "pages": []}


def test_a_reader_that_ended_for_want_of_work_is_followed_by_another() -> None:
    apart.read_apart("map", b"<urlset/>")
    process = apart.APART.process
    assert process
    assert process.stdin
    process.stdin.close()
    process.wait()
    assert process.returncode == 0
    assert apart.read_apart("map", b"<urlset/>") == {"maps": [], "pages": []}


def test_the_reader_has_no_rights() -> None:
    """No secret of ours is in its environment, and it can open no file."""
    apart.read_apart("map", b"<urlset/>")
    process = apart.APART.process
    assert process
    with open(f"/proc/{process.pid}/environ", "rb") as environment:  # noqa: PTH123 - a file of the kernel
        assert environment.read() == b""
    with open(f"/proc/{process.pid}/limits") as limits:  # noqa: PTH123
        told = {line[:26].strip(): line[26:].split() for line in limits}
    assert told["Max open files"][:2] == ["3", "3"]
    assert told["Max processes"][:2] == ["0", "0"]
    assert told["Max file size"][:2] == ["0", "0"]
    assert int(told["Max address space"][0]) == 1_000_000_000


def test_nothing_that_was_read_has_markup_left(site: Site, client: httpx.Client) -> None:
    told = (
        "<rss version='2.0'><channel><title>&lt;script&gt;x&lt;/script&gt;k</title><item>"
        "<title>&lt;img src=x onerror=alert(1)&gt;kop</title><author>&lt;b&gt;wie&lt;/b&gt;</author>"
        "<link>javascript:alert(1)</link><guid>javascript:alert(2)</guid>"
        "<description><![CDATA[<svg onload=alert(1)><p onclick='x'>tekst</p><a href='javascript:x'>hier</a>]]>"
        "</description>"
        "</item></channel></rss>"
    )
    reading = Feed().read(client, site.put("/feed", told), {"seen": {}})
    (found,) = reading.found
    assert (found.title, found.author, found.link) == ("kop", "wie", "")
    assert "tekst" in found.text
    assert "<" not in f"{found.title}{found.text}{found.author}{reading.title}"
