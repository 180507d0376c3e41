"""The query language: its page tells the truth, and whatever somebody types gives a query or a plain error."""

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vierogen.matching.errors import QueryError
from vierogen.matching.folding import spaced
from vierogen.matching.matcher import Matcher
from vierogen.matching.parsing import parse
from vierogen.matching.posts import Post, documents
from vierogen.matching.tree import Query

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "query-language.md").read_text()
ROWS = re.findall(r"^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)
FILTERS = re.findall(r"^\| `([^`]+)` \| [^|]+ \|$", PAGE, re.MULTILINE)
SIGNS = st.sampled_from(
    [
        "(",
        ")",
        '"',
        "“",
        "-",
        "*",
        "~",
        "=",
        "#",
        "@",
        ":",
        "/",
        "AND",
        "OR",
        "NOT",
        "NEAR/3",
        "NEAR",
        "NEAR/²",
        "jan",
        "de",
        "lang:",
        "from:",
        "has:image",
        "foto's",
        "ü",
        "東",
        "🙂",
        "|",
        "İ",
        "ß",
        "²",
    ]
) | st.sampled_from([" ", "\n", "\0", "\ud800", "\u0301"])


def fits(query: str, post: Post) -> bool:
    return bool(Matcher({1: parse(query)}).match(post))


def read(query: str) -> Query | QueryError:
    try:
        return parse(query)
    except QueryError as error:
        return error


def refused(query: str) -> QueryError:
    with pytest.raises(QueryError) as caught:
        parse(query)
    return caught.value


def test_the_page_has_examples() -> None:
    assert len(ROWS) > 20
    assert len(FILTERS) == 6


@pytest.mark.parametrize(("query", "found", "other"), ROWS, ids=[row[0] for row in ROWS])
def test_each_example_of_the_page_is_true(query: str, found: str, other: str) -> None:
    assert fits(query, Post(found))
    assert not fits(query, Post(other))


FITTING = Post(
    "brand",
    lang="nl-NL",
    author="nos@mastodon.nl",
    source="https://www.nos.nl/rss",
    network="Mastodon",
    has=frozenset({"image"}),
    is_reply=True,
)


@pytest.mark.parametrize("filtered", FILTERS)
def test_a_filter_lets_through_what_it_says(filtered: str) -> None:
    assert fits(f"brand {filtered}", FITTING)
    assert not fits(f"brand -{filtered}", FITTING)
    assert not fits(f"brand {filtered}", Post("brand"))
    assert fits(f"brand -{filtered}", Post("brand"))


@given(st.lists(SIGNS | st.text(max_size=4)).map("".join) | st.text())
@settings(max_examples=500, deadline=None)
def test_anything_typed_is_a_query_or_an_error_at_a_place(text: str) -> None:
    query = read(text)
    if isinstance(query, QueryError):
        assert 0 <= query.at <= len(text)
        assert query.sentence.format(**query.values)
    else:
        assert query.clauses
        assert all(query.worded(number) for number in range(len(query.clauses)))
        Matcher({1: query}).match(Post(text))


@pytest.mark.parametrize(
    ("query", "at", "says"),
    [
        ("", 0, "nothing to search for"),
        ('brand "school', 6, "not closed"),
        ("brand (school", 6, "not closed"),
        ("brand school)", 12, "no opening one"),
        ("brand ()", 7, "Before “)”"),
        ("brand OR", 8, "something is missing"),
        ("OR brand", 0, "Before “OR”"),
        ("brand de*l", 8, "end of a word"),
        ("*", 0, "no letters"),
        ("brand 🙂", 6, "no letters"),
        ("brand taal:nl", 6, "no filter “taal:”"),
        ("brand has:sound", 10, "image, video, link"),
        ("brand lang:dutch", 11, "short code"),
        ("brand lang: nl", 11, "has to follow"),
        ("brand NEAR school", 6, "from 1 to 50"),
        ("brand NEAR/51 school", 6, "from 1 to 50"),
        ("brand NEAR/3 #school", 13, "both sides of NEAR"),
        ("=brand*", 6, "do not go together"),
        ('~"brand school"', 0, "takes one word"),
        ("(" * 21 + "a" + ")" * 21, 20, "more than 20 brackets"),
        ("brand " * 1000, 4000, "longer than 4000"),
        ("brand OF school", 6, "not understood as “OR”"),
        ("zwembad NIET dicht", 8, "not understood as “NOT”"),
        ("brand EN school", 6, "not understood as “AND”"),
        ('rook "' + "a" * 200 + '"', 5, "longer than 200"),
        ("rook ~" + "a" * 40, 5, "longer than 40"),
    ],
)
def test_an_error_points_at_the_character(query: str, at: int, says: str) -> None:
    error = refused(query)
    assert error.at == at
    assert says in str(error)


@pytest.mark.parametrize(
    ("query", "at", "says"),
    [
        ("-brand", 0, "nothing that must be in"),
        ("NOT (brand OR rook)", 0, "nothing that must be in"),
        ("brand OR -rook", 9, "nothing that must be in"),
        ("lang:nl", 0, "nothing that must be in"),
        ("has:image -is:reply", 0, "nothing that must be in"),
        ("de", 0, "in nearly every message"),
        ('"in de"', 0, "in nearly every message"),
        ("brand OR the", 9, "in nearly every message"),
        ("(brand OR the)", 10, "in nearly every message"),
        ("x", 0, "in nearly every message"),
        ("C++", 0, "“c” is in nearly every message"),
        ("be*", 0, "too short a beginning"),
        ("#b*", 0, "too short a beginning"),
        ('"in d*"', 0, "too short a beginning"),
        ("het*", 0, "also finds words that nearly every message has"),
        ("(=OM OR =Om)", 8, "in nearly every message"),
        ("~die", 0, "too short to search inside"),
        ("de NEAR/3 het", 0, "in nearly every message"),
    ],
)
def test_what_would_find_nearly_everything_is_refused_with_a_proposal(query: str, at: int, says: str) -> None:
    error = refused(query)
    assert error.at == at
    assert says in str(error)
    assert error.proposal


def test_what_is_proposed_can_be_used() -> None:
    for query in ("-brand", "de", "lang:nl", "-(brand OR rook)", "br*nd", "belasting*dienst", "het*"):
        parse(str(refused(query).values["example"]))


@pytest.mark.parametrize(
    "query",
    [
        "brand de be* lang:nl -x",
        "from:nos",
        "source:nos.nl",
        '"to be or not"',
        "vis OR aap",
        "https://nos.nl",
        "12:30 uur",
        '"NEAR"',
        "NOTA*",
        "brand -(NOT school)",
        "“jan de vries”",
        "nos.nl",
    ],
)
def test_what_is_rare_enough_is_taken(query: str) -> None:
    assert parse(query).clauses


def test_two_nots_are_none() -> None:
    assert fits("NOT NOT brand", Post("brand"))
    assert fits("-(-brand OR school)", Post("brand"))
    assert not fits("-(-brand OR school)", Post("brand school"))


def test_a_name_in_an_address_is_no_mention_and_a_piece_of_an_address_no_tag() -> None:
    assert not fits("@nos", Post("mail info@nos.nl"))
    assert not fits("#top", Post("https://nos.nl/a#top"))
    assert fits("@jan_de.vries", Post("dag @Jan_de.Vries."))


def test_a_tag_may_follow_the_end_of_a_sentence_and_have_its_accents_apart() -> None:
    assert fits("#brand", Post("Het einde.#brand"))
    assert fits("@nos", Post("Het einde,@nos"))
    for text in ("Naar het #cafe\u0301leven", "Naar het #caféleven"):
        assert fits("#caféleven", Post(text))
        assert fits("#cafe\u0301leven", Post(text))
    assert fits("@jose\u0301", Post("Dag @josé"))


def test_a_word_with_a_colon_behind_it_is_no_filter() -> None:
    for query in ("let op: brand", "NOS: brand", "(brand OR rook:) op", "brand:"):
        assert fits(query, Post("Let op, volgens de NOS is er brand"))
    assert "no filter" in str(refused("let op:brand"))
    assert "no filter" in str(refused('op:"brand"'))
    assert "has to follow" in str(refused("brand lang: nl"))


def test_a_source_is_found_by_its_domain_and_by_where_the_message_stands() -> None:
    feed = Post("Brand", source="https://feeds.nos.nl/nosnieuws", link="https://www.nos.nl:443/artikel/1")
    for query in ("source:nos.nl", "source:feeds.nos.nl", "source:www.nos.nl", "source:https://feeds.nos.nl/nosnieuws"):
        assert fits(query, feed), query
    assert fits("source:nos.nl", Post("Brand", source="https://www.google.com/alerts/feeds/1", link="https://nos.nl/a"))
    assert fits("source:nos.nl", Post("Brand", source="feeds.nos.nl"))
    for other in (
        "https://nos.nl.example/",
        "https://os.nl/",
        "https://vnos.nl/",
        "https://[nos.nl/",
        "nos.nl",
        "mailto:a@nos.nl",
    ):
        assert not fits("source:nos.nl", Post("Brand", link=other)), other
    assert not fits("source:nl", feed)
    assert len(documents([Post("", link=f"https://{'a.' * 120}nl/")])[0]) < 300


def test_what_nobody_sees_parts_no_word() -> None:
    unseen = [chr(number) for number in range(0x110000) if unicodedata.category(chr(number)) == "Cf"]
    assert all(spaced(f"Belasting{sign}dienst") == " Belastingdienst " for sign in unseen)
    assert fits("=Belastingdienst", Post("De Belasting\u00addienst"))


def test_a_word_of_a_field_is_no_word_of_the_text() -> None:
    post = Post("brand", author="school", source="rook", lang="nl")
    assert not any(fits(query, post) for query in ("school", "rook", "~scho", "brand from*", "sour*", "lang*", "~from"))
