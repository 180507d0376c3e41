"""How rare things are, what would find too much, and what a database can look for first."""

import pytest

from vierogen.matching.breadth import Rarity, refuse_wide, required
from vierogen.matching.errors import QueryError
from vierogen.matching.parsing import parse
from vierogen.matching.posts import Post, documents

TEXTS = [f"De school in wijk {number} is open" for number in range(98)] + ["Brand in de school", "De brandweer kwam"]
RARITY = Rarity(documents([Post(text) for text in TEXTS]))


@pytest.mark.parametrize(
    ("query", "share"),
    [("school", 0.99), ("brand", 0.01), ("brand*", 0.02), ("school OR brand", 1.0), ("brand OR brandweer", 0.02)],
)
def test_what_is_expected_is_what_the_sample_has(query: str, share: float) -> None:
    assert RARITY.expected(parse(query)) == pytest.approx(share)


@pytest.mark.parametrize("query", ["brand school", '"brand in de school"', "brand NEAR/5 school", "=brand -wijk"])
def test_more_words_are_not_expected_more_often_than_the_rarest(query: str) -> None:
    assert 0 < RARITY.expected(parse(query)) <= 0.01


def test_what_nobody_has_seen_is_rarer_than_one_in_the_sample() -> None:
    assert 0 < RARITY.expected(parse("belastingdienst")) < 0.01
    assert 0 < Rarity().expected(parse("belastingdienst")) < 0.01


def test_a_query_that_finds_much_is_refused_with_the_share_and_the_clause() -> None:
    query = parse("brand OR school in")
    with pytest.raises(QueryError) as caught:
        refuse_wide(query, RARITY)
    assert query.text[caught.value.at :] == "school in"
    assert "“school in”" in str(caught.value)
    assert "in a hundred" in str(caught.value)
    refuse_wide(parse(str(caught.value.values["example"])), RARITY)


def test_a_query_that_finds_little_is_not_refused() -> None:
    refuse_wide(parse("brand OR brandweer"), RARITY)
    refuse_wide(parse("school"), RARITY, most=1.0)
    refuse_wide(parse("school"), Rarity())


@pytest.mark.parametrize(
    ("query", "pieces"),
    [
        ("brand school", (" brand ",)),
        ("belasting* OR foto's", (" belasting", " foto s ", " fotos ")),
        ("(brand OR rook) school -oefening", (" brand ", " rook ")),
        ("~dienst de", ("dienst",)),
    ],
)
def test_a_post_that_fits_has_one_of_the_required_pieces(query: str, pieces: tuple[str, ...]) -> None:
    assert required(parse(query), RARITY) == pieces


def test_one_post_can_be_held_against_one_query() -> None:
    query, post = parse("piet OR brand lang:nl"), Post("Brand!", lang="nl")
    assert query.first(post) == 1
    assert query.first(post, documents([post])[0]) == 1
    assert query.span(1) == (8, 21)
    assert query.first(Post("Brand!")) is None
