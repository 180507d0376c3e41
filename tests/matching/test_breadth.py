"""How rare things are, what would find too much, and what a database can look for first."""

import pytest

from vierogen.matching.breadth import Rarity, required
from vierogen.matching.errors import QueryError
from vierogen.matching.matcher import Matcher
from vierogen.matching.parsing import parse
from vierogen.matching.posts import Post, documents

TEXTS = [f"De school in wijk {number} is open" for number in range(98)] + ["Brand in de school", "De brandweer kwam"]
RARITY = Rarity(documents([Post(text) for text in TEXTS]))


@pytest.mark.parametrize(
    ("pattern", "share"), [(" school ", 0.99), (" brand ", 0.01), (" brand", 0.02), (" de ", 1.0), (" het", 1.0)]
)
def test_what_is_expected_is_what_the_sample_has(pattern: str, share: float) -> None:
    assert RARITY.of(pattern) == pytest.approx(share)


@pytest.mark.parametrize("pattern", [" brand school ", " brand in de school ", " school brand "])
def test_more_words_are_not_expected_more_often_than_the_rarest(pattern: str) -> None:
    assert 0 < RARITY.of(pattern) <= 0.01


def test_what_nobody_has_seen_is_rarer_than_one_in_the_sample() -> None:
    assert 0 < RARITY.of(" belastingdienst ") < 0.01
    assert 0 < Rarity().of(" belastingdienst ") < 0.01


@pytest.mark.parametrize(
    "query",
    [
        "het*",
        "een* -x",
        '"in d*"',
        '"in de d*"',
        '"van het*"',
        "wor*",
        "ver*",
        "who*",
        "brand OR nie*",
        "=Om",
        "=a",
        "a b",
    ],
)
def test_what_nearly_every_message_has_is_refused(query: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query)
    example = str(caught.value.values.get("example", "belastingdienst"))
    assert parse(example)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("=OM", "Volgens het OM niet"), ("=WHO", "De WHO waarschuwt"),
        ("=IT", "Een baan in IT."), ("=US", "Naar de US"),
        ("=NU", "Op NU staat"), ("=ME", "De ME greep in"), ("B&W", "B&W besluit"), ("R&D", "Meer R & D"),
        ("H&M", "Bij h&m"), ('"C&A"', "De C&A is dicht"), ("V&D", "Toen V&D nog"), ("=B&W", "Het college van B&W"),
        ("#het*", "Op #hetnieuws"), ("hetz*", "Hetzelfde"), ("verk*", "Verkiezing"),
        ('"in het huis*"', "In het huisje"),
        ("het* brandweer", "Het is de brandweer"), ("welz*", "Het welzijn"),
        ('"to be or not to be"', "To be or not to be"),
    ],
)  # fmt: skip
def test_what_is_rarer_is_not_refused(query: str, text: str) -> None:
    small = text.casefold()
    assert Matcher({7: parse(query)}).match_many([Post(text), Post("Om wie het nu ook is")]) == [{7: 0}, {}]
    if query.startswith("="):
        assert Matcher({7: parse(query)}).match(Post(small)) == {}


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
