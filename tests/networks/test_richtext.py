"""Links, mentions and hashtags are found where Bluesky's own apps find them, and counted in bytes."""

import time
from typing import Any

import pytest

from vierogen.networks.richtext import facets

KNOWN = {"ben.test": "did:plc:ben", "gemeente-x.nl": "did:web:gemeente-x.nl"}


def marked(text: str) -> list[tuple[str, str]]:
    """What the facets of ``text`` mark, read back from the bytes, and what they make of it."""
    found = []
    for facet in facets(text, KNOWN.get):
        place, (feature,) = facet["index"], facet["features"]
        piece = text.encode()[place["byteStart"] : place["byteEnd"]].decode()
        found.append((piece, feature.get("uri") or feature.get("did") or feature.get("tag")))
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Lees https://voorbeeld.nl/a?b=c#d nu", [("https://voorbeeld.nl/a?b=c#d",) * 2]),
        ("Lees (https://voorbeeld.nl).", [("https://voorbeeld.nl",) * 2]),
        ("https://nl.wikipedia.org/wiki/Baan_(weg)!", [("https://nl.wikipedia.org/wiki/Baan_(weg)",) * 2]),
        ("Zie www.voorbeeld.nl, ja", [("www.voorbeeld.nl", "https://www.voorbeeld.nl")]),
        ("geenhttps://voorbeeld.nl", []),
    ],
)
def test_links_are_found_without_the_sentence_around_them(text: str, expected: list[Any]) -> None:
    assert marked(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dank @ben.test!", [("@ben.test", "did:plc:ben")]),
        ("(@Ben.Test).", [("@Ben.Test", "did:plc:ben")]),
        ("@gemeente-x.nl: hallo", [("@gemeente-x.nl", "did:web:gemeente-x.nl")]),
        ("Dank @nobody.test", []),
        ("mail ben@ben.test", []),
        ("@ben zonder punt", []),
    ],
)
def test_mentions_are_found_where_the_handle_exists(text: str, expected: list[Any]) -> None:
    assert marked(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#koningsdag!", [("#koningsdag", "koningsdag")]),
        ("op #27april", [("#27april", "27april")]),
        ("wij zijn #1", []),
        ("nummer#tien", []),
        ("#️⃣ is een toets", []),
        ("# los", []),
        (f"#{'a' * 65}", []),
        ("#één-twee.", [("#één-twee", "één-twee")]),
    ],
)
def test_hashtags_are_found_as_in_the_app(text: str, expected: list[Any]) -> None:
    assert marked(text) == expected


def test_places_count_bytes_so_that_emoji_before_a_link_do_not_shift_it() -> None:
    text = "👩‍👩‍👧‍👦 één @ben.test https://voorbeeld.nl/é #feest🎉"
    assert [piece for piece, _ in marked(text)] == ["@ben.test", "https://voorbeeld.nl/é", "#feest🎉"]


def test_facets_stand_in_the_order_of_the_text() -> None:
    assert [piece for piece, _ in marked("#a @ben.test https://voorbeeld.nl #b")] == [
        "#a",
        "@ben.test",
        "https://voorbeeld.nl",
        "#b",
    ]


def test_one_handle_is_looked_up_once() -> None:
    asked: list[str] = []
    facets("@ben.test en @ben.test", asked.append)
    assert asked == ["ben.test"]


@pytest.mark.parametrize("text", ["#" + "." * 20_000 + "a", "https://a.nl/" + ")" * 20_000, "#a " * 7_000])
def test_a_strange_text_takes_no_strange_time(text: str) -> None:
    start = time.monotonic()
    marked(text)
    assert time.monotonic() - start < 1
