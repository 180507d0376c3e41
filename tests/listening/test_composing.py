"""Boxes write a query, and a query fills in the boxes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vierogen.listening.actions.composing import Parts, compose, decompose
from vierogen.matching.errors import QueryError
from vierogen.matching.parsing import parse
from vierogen.matching.posts import Post, documents
from vierogen.matching.tree import View

BOTH_WAYS = (
    (Parts(all_words="brand school"), "brand school"),
    (Parts(phrase="jan de vries"), '"jan de vries"'),
    (Parts(any_words="brand rook"), "brand OR rook"),
    (Parts(all_words="school", any_words='brand "loos alarm"'), 'school (brand OR "loos alarm")'),
    (Parts(all_words="brand", none_words="oefening"), "brand -oefening"),
    (Parts(any_words="brand rook", language="nl", network="mastodon"), "(brand OR rook) lang:nl network:mastodon"),
    (Parts(all_words="#brandveilig @gemeente belasting*"), "#brandveilig @gemeente belasting*"),
)


@pytest.mark.parametrize(("parts", "query"), BOTH_WAYS)
def test_boxes_and_query_say_the_same_both_ways(parts: Parts, query: str) -> None:
    assert compose(parts) == query
    assert decompose(query) == parts


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        (Parts(all_words="brand, school; rook"), "brand school rook"),
        (Parts(all_words="AND OR brand"), '"AND" "OR" brand'),
        (Parts(phrase='"jan" de vries'), '"jan de vries"'),
        (Parts(all_words="tijd:12 brand"), '"tijd:12" brand'),
        (Parts(none_words="-oefening", all_words="brand"), 'brand -"-oefening"'),
        (Parts(), ""),
    ],
)
def test_what_people_type_in_boxes_becomes_words(typed: Parts, query: str) -> None:
    assert compose(typed) == query


@pytest.mark.parametrize(
    "query", ["brand school OR rook", "brand NEAR/3 school", "from:nos", "-(brand OR rook) vuur", '="Jan Bot"', "(", ""]
)
def test_a_query_that_says_more_fills_in_no_boxes(query: str) -> None:
    assert decompose(query) is None


WORD = st.sampled_from(
    ["brand", "rook", "school", "#tag", "@naam", "AND", "x:y", "(", '"', "-", "zwembad,", "foto's", "é"]
)
WORDS = st.lists(WORD, max_size=4).map(" ".join)


def refusal_of(query: str) -> str:
    """What is wrong with it, "" where nothing is."""
    try:
        parse(query)
    except QueryError as error:
        return str(error)
    return ""


@given(st.builds(Parts, WORDS, WORDS, WORDS, WORDS, st.sampled_from(["", "nl"]), st.sampled_from(["", "mastodon"])))
def test_whatever_is_typed_in_boxes_can_be_read_or_is_refused_as_too_wide(parts: Parts) -> None:
    query = compose(parts)
    assert not query or "nearly every message" in (refusal_of(query) or "nearly every message")


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("De school staat in brand", True),
        ("Rook bij de school", True),
        ("Brand in een schuur", False),
        ("School: oefening met rook", False),
    ],
)
def test_what_boxes_write_finds_what_they_say(text: str, fits: bool) -> None:
    query = parse(compose(Parts(all_words="school", any_words="brand rook", none_words="oefening")))
    view = View(text, documents([Post(text)])[0])
    assert any(node.holds(view) for node in query.clauses) is fits
