"""Links, rhythm, webhooks, and addresses as people type them."""

import json
import random
from datetime import UTC, datetime, timedelta

import pytest

from vierogen.core.plugins import found_in
from vierogen.listening.sources import pacing
from vierogen.listening.sources.addresses import typed
from vierogen.listening.sources.base import Kind, SourceError
from vierogen.listening.sources.links import clean, host_of
from vierogen.listening.sources.webhook import Webhook


@pytest.mark.parametrize(
    ("link", "wanted"),
    [
        ("https://a.example/x?utm_source=a&utm_medium=b&fbclid=c&gclid=d&id=1", "https://a.example/x?id=1"),
        ("https://a.example/x?id=1&b=%20c", "https://a.example/x?id=1&b=%20c"),
        ("HTTPS://A.Example:443/X?UTM_Source=a", "https://a.example/X"),
        ("http://a.example:80", "http://a.example/"),
        ("http://a.example:8080/", "http://a.example:8080/"),
        ("https://a.example/x#:~:text=abc", "https://a.example/x"),
        ("https://a.example/x#hoofdstuk-2", "https://a.example/x#hoofdstuk-2"),
        ("https://www.google.com/url?rct=j&url=https://b.example/%3Fa%3D1&ct=ga", "https://b.example/?a=1"),
        ("https://www.google.nl/url?q=https://b.example/", "https://b.example/"),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Fb.example%2F%3Ffbclid%3D1", "https://b.example/"),
        ("https://www.bing.com/news/apiclick.aspx?ref=x&url=https%3a%2f%2fb.example%2f1&c=2", "https://b.example/1"),
        ("https://www.google.com/url?url=javascript:alert(1)", "https://www.google.com/url?url=javascript:alert(1)"),
        (
            "https://www.google.com.evil.example/url?url=https://b.example/",
            "https://www.google.com.evil.example/url?url=https://b.example/",
        ),
        (" https://a.example/een twee\n", "https://a.example/een%20twee"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("java\nscript:alert(1)", ""),
        ("mailto:a@b.example", ""),
        ("https://user:word@a.example/", ""),
        ("https://[::zz]/", ""),
        ("https://a.example:99999/", ""),
        ("//a.example/x", ""),
        ("", ""),
        ("https://a.example/" + "x" * 3_000, ""),
    ],
)
def test_links_are_kept_without_what_follows_people_around(link: str, wanted: str) -> None:
    assert clean(link) == wanted


def test_relative_links_become_whole() -> None:
    assert clean("/x?utm_source=a", base="https://a.example/feed") == "https://a.example/x"
    assert clean("//b.example/x", base="https://a.example/feed") == "https://b.example/x"
    assert clean("javascript:x", base="https://a.example/feed") == ""
    assert host_of("https://WWW.A.example./x") == "www.a.example"
    assert host_of("http://[") == ""


def test_the_same_link_cleaned_twice_stays_the_same() -> None:
    link = "https://a.example/x?a=1&b=&utm_campaign=%C3%A9&c=%2F"
    assert clean(clean(link)) == clean(link)


def test_failures_wait_twice_as_long_each_time_up_to_a_day_for_ever() -> None:
    dice = random.Random(1)  # noqa: S311 - only spreads
    waits = [pacing.after_failure(number, dice=dice) for number in range(1, 200)]
    assert 0.75 * 300 <= waits[0] <= 1.25 * 300
    assert all(0.75 * 300 * 2**number <= waits[number] <= 1.25 * 300 * 2**number for number in range(7))
    assert all(0.75 * 86_400 <= wait <= 86_400 for wait in waits[9:])
    assert len(set(waits[:7])) == 7


def test_a_failure_waits_at_least_as_long_as_the_site_asks_but_not_for_a_year() -> None:
    assert pacing.after_failure(1, wait=7_200) == 7_200
    assert pacing.after_failure(1, wait=1e9) == 86_400
    assert pacing.after_failure(0) >= 225


def test_a_source_that_slowed_down_is_read_less_often() -> None:
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    quick = [now - timedelta(minutes=10 * number) for number in range(6)]
    assert pacing.again_in(quick, now=now) == 300.0
    assert pacing.again_in(quick, now=now + timedelta(days=30)) == pacing.LATEST
    assert pacing.again_in([], now=now) == pacing.USUAL
    assert pacing.rhythm(quick[:2]) is None


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("krant.example", "https://krant.example"),
        (" HTTP://Krant.example/Nieuws#top ", "http://krant.example/Nieuws"),
        ("//krant.example/x", "https://krant.example/x"),
        ("https://café.example/é", "https://xn--caf-dma.example/%C3%A9"),
        ("http://[2001:db8::1]/x", "http://[2001:db8::1]/x"),
    ],
)
def test_addresses_as_people_type_them(address: str, wanted: str) -> None:
    assert typed(address) == wanted


@pytest.mark.parametrize(
    "address",
    [
        "",
        "krant",
        "ftp://krant.example/",
        "https://",
        "javascript:x",
        "https://a:b@c.example/",
        "https://[::zz]/",
        "https://k.example/" + "x" * 2_000,
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(SourceError):
        typed(address)


def unpacked(told: object) -> list[object]:
    """What a program brings."""
    return list(Webhook().unpack(json.dumps(told).encode(), "application/json"))


def test_webhooks_take_the_usual_names() -> None:
    (found,) = Webhook().unpack(
        json.dumps(
            {
                "content": "<p>Hallo <b>wereld</b></p>",
                "headline": "Kop",
                "permalink": "https://a.example/1?utm_source=x",
                "user": {"username": "jan"},
                "lang": "nl",
                "created_at": 1_790_000_000,
                "image": "x.png",
            }
        ).encode(),
        "application/json",
    )
    assert (found.text, found.title, found.link, found.key) == (
        "Hallo wereld",
        "Kop",
        "https://a.example/1",
        "https://a.example/1",
    )
    assert (found.author, found.language, found.has) == ("jan", "nl", {"image", "link"})
    assert found.published_at == datetime.fromtimestamp(1_790_000_000, UTC)


def test_webhooks_take_lists_and_lines() -> None:
    assert len(unpacked([{"text": "a"}, {"text": "b"}])) == 2
    assert len(unpacked({"items": [{"text": "a"}, {"title": "b"}]})) == 2
    assert len(Webhook().unpack(b'{"text": "a"}\n\n{"message": "b"}\n', "application/x-ndjson")) == 2
    assert unpacked({"items": []}) == []
    one, again = unpacked({"text": "a"}), unpacked({"text": "a"})
    assert one == again


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a": 1}',
        b"3",
        b'"text"',
        json.dumps([{"text": "a"}] * 501).encode(),
    ],
)
def test_webhooks_refuse_in_plain_words(body: bytes) -> None:
    with pytest.raises(SourceError) as caught:
        Webhook().unpack(body, "")
    assert caught.value.reason


@pytest.mark.parametrize("moment", [1e300, -5, True, [], {}, "x", 99999999999999999999, "2999-01-01", None])
def test_webhooks_survive_odd_values(moment: object) -> None:
    (found,) = unpacked(
        {"text": "a\x00\ud800b", "date": moment, "author": [1], "url": 5, "id": {"a": {}}, "lang": "x" * 500}
    )
    assert "\x00" not in str(found)
    assert found.published_at is None  # type: ignore[attr-defined]
    str(found).encode()


KINDS = found_in("vierogen.listening.sources", Kind)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_kind_says_what_it_is_and_recognises_no_nonsense(kind: type[Kind]) -> None:
    assert kind.key
    assert kind.label
    for odd in ("", "krant", "javascript:x", "\x00", "https://[", "x" * 5_000, "https://krant.example/"):
        assert not kind.recognises(odd)
