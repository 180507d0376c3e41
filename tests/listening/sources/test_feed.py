"""Feeds of every format, as they are: read once, told once, with what they say of themselves."""

from datetime import UTC, datetime

import httpx
import pytest
import time_machine

from tests.listening.sources.site import Site
from vierogen.listening.sources.base import Found, Memory, Reading
from vierogen.listening.sources.feed import Feed

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def then() -> object:
    """The day on which the documents were written."""
    with time_machine.travel(NOW, tick=True):
        yield


def read(client: httpx.Client, address: str, memory: Memory | None = None) -> Reading:
    """Read it once."""
    return Feed().read(client, address, memory or {})


def by_title(reading: Reading) -> dict[str, Found]:
    """What was found, by its title."""
    return {each.title: each for each in reading.found}


def test_rss_with_everything_in_it(site: Site, client: httpx.Client) -> None:
    reading = read(client, site.document("rss2.xml"))
    assert (reading.title, reading.language) == ("De Streekbode & meer", "nl-NL")
    found = by_title(reading)["R&D-centrum naar Café Zuid"]
    assert found.text == "Het college kiest voor Café Zuid.\nDe raad beslist in mei."
    assert found.link == found.key == "https://streekbode.example/nieuws/1?id=7"
    assert found.published_at == datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
    assert (found.author, found.language, found.has) == ("Jan de Vries", "nl-NL", {"image", "link"})
    assert by_title(reading)['Brug "De Hoop" dicht'].text == "De brug is een week dicht. Foto’s volgen."


def test_messages_come_in_the_order_in_which_they_happened(site: Site, client: httpx.Client) -> None:
    moments = [each.published_at for each in read(client, site.document("rss2.xml")).found]
    assert moments == sorted(moments)  # type: ignore[type-var]


def test_rss_091_names_its_document_type_and_nobody_fetches_that(site: Site, client: httpx.Client) -> None:
    reading = read(client, site.document("rss091.xml"), {"seen": {}})
    assert [each.title for each in reading.found] == ["Zwembad open"]
    assert site.paths() == ["/feed"]


def test_rdf(site: Site, client: httpx.Client) -> None:
    (found,) = read(client, site.document("rdf.xml")).found
    assert (found.title, found.text) == ("Omgevingsvergunning Dorpsstraat 1", "Het kappen van een boom.")
    assert (found.author, found.language) == ("Gemeente Voorbeeld", "nl")
    assert found.published_at == datetime(2026, 11, 24, 6, 0, tzinfo=UTC)


def test_atom_with_xhtml_and_a_relative_link(site: Site, client: httpx.Client) -> None:
    (found,) = read(client, site.document("atom.xml")).found
    assert found.title == "Over onze buurt"
    assert found.text == "Er komt een speeltuin.\nglijbaan\nschommel"
    assert found.link == f"{site.url}/2026/over-onze-buurt"
    assert (found.author, found.language) == ("Noor", "nl")


def test_json_feed(site: Site, client: httpx.Client) -> None:
    address = site.document("jsonfeed.json", type="application/feed+json")
    first, second = sorted(read(client, address, {"seen": {}}).found, key=lambda found: found.title, reverse=True)
    assert (first.title, first.text, first.author) == ("Feest op het plein", "Zaterdag is er feest.", "Sam")
    assert first.has == {"image", "link"}
    assert second.text == "Alleen tekst < 140 tekens & meer"
    assert second.key.startswith(f"{site.url}/feed#")


def test_google_alerts_leads_to_the_page_itself(site: Site, client: httpx.Client) -> None:
    (found,) = read(client, site.document("google-alerts.xml")).found
    assert found.link == found.key == "https://krant.example/loket?pagina=2"
    assert found.title == "Gemeente Voorbeeld opent loket"
    assert found.text == "De gemeente Voorbeeld opent een loket ..."
    assert Feed.is_secret("https://www.google.com/alerts/feeds/0123/4567")
    assert Feed.is_secret("https://www.google.nl/alerts/feeds/0123/4567")
    assert not Feed.is_secret("https://www.google.com.evil.example/x")


def test_a_broken_feed_loses_none_of_its_words(site: Site, client: httpx.Client) -> None:
    reading = read(client, site.document("broken.xml"), {"seen": {}})
    assert reading.title == "Slordig & Co"
    first = next(each for each in reading.found if "R&D" in each.title)
    assert first.title == "Overleg R&D & co over café De Kroon"
    assert first.text == "De burgemeester sprak uitvoerig met Jansen & Zn."
    assert first.link == "https://slordig.example/?a=1&b=2"


@pytest.mark.parametrize(
    ("encoding", "declared", "header"),
    [
        ("utf-8", "iso-8859-1", "text/xml; charset=iso-8859-1"),
        ("cp1252", "iso-8859-1", "text/xml"),
        ("cp1252", "utf-8", "text/xml; charset=utf-8"),
        ("iso-8859-15", "iso-8859-15", "text/xml"),
        ("utf-16", "utf-16", "text/xml"),
        ("utf-16-le", "utf-16", "application/xml"),
        ("utf-8-sig", "utf-8", "application/rss+xml"),
        ("cp1251", "windows-1251", "text/xml"),
        ("shift_jis", "Shift_JIS", "text/xml"),
    ],
)
def test_wrong_and_right_encodings(site: Site, client: httpx.Client, encoding: str, declared: str, header: str) -> None:
    word = {"cp1251": "Привет мир", "shift_jis": "日本語の見出し"}.get(encoding, "Café Zuid één € 5")
    told = f"<?xml version='1.0' encoding='{declared}'?><rss version='2.0'><channel><item><title>{word}</title>"
    address = site.put("/feed", (told + "</item></channel></rss>").encode(encoding), header)
    assert [each.title for each in read(client, address, {"seen": {}}).found] == [word]


@pytest.mark.parametrize(
    "said",
    ["gisteren", "Tue, 99 Foo 2026 99:99:99 +9999", "0000-00-00T00:00:00Z", "1969-01-01", "2999-01-01T00:00:00Z"],
)
def test_wrong_dates_are_no_dates(site: Site, client: httpx.Client, said: str) -> None:
    told = f"<rss version='2.0'><channel><item><title>a</title><pubDate>{said}</pubDate></item></channel></rss>"
    assert [each.published_at for each in read(client, site.put("/feed", told), {"seen": {}}).found] == [None]


def rss(*items: tuple[str, str], date: str = "Tue, 24 Nov 2026 10:00:00 GMT") -> str:
    """A feed of (guid, title)."""
    told = "".join(
        f"<item><guid isPermaLink='false'>{guid}</guid><title>{title}</title><pubDate>{date}</pubDate></item>"
        for guid, title in items
    )
    return f"<rss version='2.0'><channel><title>t</title>{told}</channel></rss>"


def test_each_message_is_told_once_and_again_when_its_words_change(site: Site, client: httpx.Client) -> None:
    address = site.put("/feed", rss(("1", "een")))
    first = read(client, address)
    assert [each.title for each in first.found] == ["een"]
    again = read(client, address, first.memory)
    assert again.found == ()
    site.put("/feed", rss(("2", "twee"), ("1", "een")))
    second = read(client, address, again.memory)
    assert [each.title for each in second.found] == ["twee"]
    site.put("/feed", rss(("2", "twee!"), ("1", "een")))
    third = read(client, address, second.memory)
    assert [each.title for each in third.found] == ["twee!"]
    assert third.found[0].key == second.found[0].key
    # What was away for a while and comes back is not new.
    site.put("/feed", rss(("3", "drie")))
    fourth = read(client, address, third.memory)
    site.put("/feed", rss(("3", "drie"), ("1", "een")))
    assert read(client, address, fourth.memory).found == ()


def test_the_first_reading_tells_no_old_news(site: Site, client: httpx.Client) -> None:
    address = site.put("/feed", rss(("1", "oud"), date="Tue, 10 Nov 2026 10:00:00 GMT"))
    first = read(client, address)
    assert first.found == ()
    site.put("/feed", rss(("2", "zonder datum"), date=""))
    assert [each.title for each in read(client, address, first.memory).found] == ["zonder datum"]


def test_a_feed_that_did_not_change_is_not_sent_again(site: Site, client: httpx.Client) -> None:
    address = site.put(
        "/feed", rss(("1", "een")), headers={"ETag": '"a1"', "Last-Modified": "Tue, 24 Nov 2026 10:00:00 GMT"}
    )
    first = read(client, address)
    second = read(client, address, first.memory)
    third = read(client, address, second.memory)
    asked = [headers for path, headers in site.asked if path == "/feed"]
    assert [headers.get("If-None-Match") for headers in asked] == [None, '"a1"', '"a1"']
    assert asked[1]["If-Modified-Since"] == "Tue, 24 Nov 2026 10:00:00 GMT"
    assert second.found == third.found == ()


def test_the_rhythm_and_the_wishes_of_a_feed_say_when_it_is_read_again(site: Site, client: httpx.Client) -> None:
    def told(minutes: int, ttl: str = "") -> str:
        items = "".join(
            f"<item><title>{number}</title><pubDate>Tue, 24 Nov 2026 {11 - number * minutes // 60:02d}:"
            f"{59 - number * minutes % 60:02d}:00 GMT</pubDate></item>"
            for number in range(6)
        )
        return f"<rss version='2.0'><channel>{ttl}{items}</channel></rss>"

    assert read(client, site.put("/quick", told(10))).again_in == 300.0
    assert read(client, site.put("/slow", told(59))).again_in == pytest.approx(59 * 30)
    assert read(client, site.put("/ttl", told(10, "<ttl>90</ttl>"))).again_in == 5_400.0
    age = {"Cache-Control": "public, max-age=1200"}
    assert read(client, site.put("/age", told(10), headers=age)).again_in == 1_200.0
    year = {"Cache-Control": "max-age=31536000"}
    assert read(client, site.put("/year", told(10), headers=year)).again_in == 86_400.0


def test_what_stays_in_memory_is_small(site: Site, client: httpx.Client) -> None:
    import json

    address = site.put("/feed", rss(*((str(number), f"bericht {number}") for number in range(1_500))))
    reading = read(client, address)
    assert len(reading.found) == 1_000
    assert len(json.dumps(reading.memory)) < 40_000


@pytest.mark.parametrize("typed", ["feed://krant.example/rss", "feed:https://krant.example/rss", "krant.example/rss "])
def test_an_address_is_tidied(typed: str) -> None:
    assert Feed.tidied(typed) == "https://krant.example/rss"
