"""Which queries are only a name."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.matching.test_matcher import POSTS, TREES
from tests.matching.test_parsing import SIGNS
from vierogen.listening.actions.naming import name_in
from vierogen.listening.actions.ways import ways
from vierogen.matching.errors import QueryError
from vierogen.matching.leaves import leaf
from vierogen.matching.parsing import parse
from vierogen.matching.posts import Post, documents
from vierogen.matching.tree import View


@pytest.fixture(params=[True, False], ids=["with the extra", "without it"])
def _extra(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if not request.param:
        monkeypatch.setattr("vierogen.listening.actions.naming.name_finder", lambda: None)


NAMES = (
    '"Jan de Vries"', '"jan de vries"', "Jan Vries", '"J. de Vries"', '="Jan Bot"', '"jan bot" lang:nl',
    '"Jan de Vries" -voetbal', "Jan NEAR/2 Vries", '("Jan de Vries" OR "Piet Jansen") -voetbal',
    '"Kerstin Bergqvist"', '"Jan Peter Balkenende"', '"mevrouw Jansen"', '"mark rutte"', '"Fatima el Yilmaz"',
    'brandweer OR "Fatima Yilmaz"', '"Jan" "Jansen"', 'Jan "Jansen"', '"Jan" Jansen', '"Jan Jansen" "Jan Jansen" jan',
    # Whatever the matcher reads as these words.
    "Fatima-Yilmaz", "Fatima_Yilmaz", "Fatima.Yilmaz", "fatima/yilmaz", "Fatima,Yilmaz", '"Fatima (Yilmaz)"',
    "Fati\u00adma Yilmaz", "fátima yilmaz", "Fatima\u200b Yilmaz", "Fatima+Yilmaz", "Kerstin_Bergqvist", "j.bergqvist",
    "fatima'yilmaz", '"Fatima-Yilmaz"', "Jan.de.Vries", "J.P.Balkenende", '"J.P. Balkenende"', "Will Smith",
    # The surname first, and initials without a space.
    "yilmaz fatima", '"yilmaz, fatima"', "Yilmaz Fatima", "vries jan de", "de vries jan", '"vries, j. de"',
    '"Vries, J."', "dijk jan van", "yilmaz-fatima",
    "yilmaz.fatima", "j.de.vries", "J.de.Vries", "j.van.der.meer", "j.bos", "j.p.balkenende",
    '"j de vries"', '"h. m. van dijk"', '"willem jan van dijk"', "jan-willem van dijk", '"Jan Willem Bos"',
    # Surnames that are common words too.
    '"Jan van Dijk"', "jan van dijk", '"J. van der Meer"', "kees bos", "Anna Bos", '"mary hall"', '"P. Brug"',
    # Words that nearly every message has say nothing beside a name.
    '"Fatima Yilmaz" is', '"Fatima Yilmaz is"', "Fatima Yilmaz (is OR was)", "is Fatima Yilmaz", "Fatima is Yilmaz",
    '"Fatima Yilmaz" (is OR brandweer)', '"Fatima Yilmaz" (lang:nl OR brandweer)', "Fatima Yilmaz (brandweer OR -qq)",
    # What stands beside it and says no more, also as one choice of several.
    '("fatima yilmaz" OR xqzwv)', '"fatima yilmaz" (yilmaz OR xqzwv)', '"fatima yilmaz" ~yilm', '"fatima yilmaz" yil*',
    'fatima (yilmaz OR "xq zw")', '"fatima yilmaz" ~ilma ~lmaz fat*', "fatima NEAR/9 (yilmaz OR brandweer)",
    'yilmaz -(-fatima -zwembad)', '-(brand -"fatima yilmaz") "fatima yilmaz"', '-(-fatima OR -yilmaz)',
    # Tags and accounts that are names.
    'from:"fatima yilmaz"', "from:fatima.yilmaz", "from:@FatimaYilmaz@mastodon.social",
    "from:fatimayilmaz.bsky.social",
    "#fatimayilmaz", "#FatimaYilmaz", "#fatima_yilmaz", "#JanDeVries", "#fatimayilm*",
    "#fatima #yilmaz", "fatima #yilmaz",
    "#MarkRutte", "#pieterbos", '"fatima yilmaz" from:nos', '#fatimayilmaz lang:nl', 'brand OR #fatimayilmaz',
    '"Kerstin Bergqvist" een', "Kerstin Bergqvist (de OR het)", "Fatima Yilmaz x", "brand OR Fatima_Yilmaz",
)  # fmt: skip
NO_NAMES = (
    "belastingdienst", '"Gemeente Voorbeeld"', '"Rode Kruis"', '"Tweede Kamer"', '"Nieuwe Markt"', '"Den Haag"',
    "stationsweg afsluiting", '"Welzijn Anders"', "Jan", '"Jan de Vries" gemeente', 'brand NOT "Jan de Vries"',
    'brand -("Jan de Vries" OR "Piet Jansen")', "@jan_de_vries", '"van der Meer"', "KLM Cityhopper",
    '"Sociale Verzekeringsbank"', '"Anna van Burenplein"',
    "covid-19", "e-mail", "co-ouder", "foto's", "nos.nl", "x.com brand", "www.rotterdam.nl", "Noord-Holland", "wi-fi",
    '"Natuur en Milieu"', "Natuur en Milieu", '"Burgemeester en Wethouders"', '"Fatima Yilmaz" (brand OR gemeente)',
    "school fatima", "actie max", "plein emma", "twitter.com", "t.co", "wet mark", "Jan van Galenstraat", "dijk bos",
    "emmaschool", "brand.nl",
    '("fatima yilmaz" brand OR xqzwv)', '"fatima yilmaz" (zwembad OR xqzwv)', '"fatima yilmaz" ~zwem',
    "-(-brand OR -rook)",
    "#marktplaats", "#theaters", "#veranderen", "#petersburg", "#annemie", "#CodeRood", "#BrandVeilig",
    "#philippines", "#johannesburg", "#StormEunice", "#christenunie", "#noordzee", "#fatima", "from:nos", "from:nos.nl",
    "from:emma.nl",
    "from:gemeente.bsky.social", "-from:fatimayilmaz brand", "#julianalaan", "#emmahuis", "#emmaplein", "#willekeurige",
    '"fatima yilmaz" #zwembad',
    '"Fatima Yilmaz" is gemeente', "anti-racisme", "non-profit", "T-shirt", "pro-rail", "mini-cursus",
)  # fmt: skip


@pytest.mark.usefixtures("_extra")
@pytest.mark.parametrize("query", NAMES)
def test_a_first_name_and_a_surname_are_seen(query: str) -> None:
    assert name_in(query)


@pytest.mark.usefixtures("_extra")
@pytest.mark.parametrize("query", NO_NAMES)
def test_what_names_a_body_a_place_or_a_subject_is_let_be(query: str) -> None:
    assert not name_in(query)


@given(TREES | st.lists(SIGNS, max_size=14).map("".join), st.lists(POSTS, max_size=5))
@settings(deadline=None)
def test_whatever_fits_does_so_in_one_of_the_ways(query: str, posts: list[Post]) -> None:
    try:
        read = parse(query)
    except QueryError:
        return
    name_in(query)
    found = ways(query)
    assert found is not None
    for post in posts:
        view = View(post.text, documents([post])[0])
        has_a_way = any(all(leaf(token).holds(view) for token in way) for way in found)
        assert has_a_way or read.first(post) is None


def test_our_own_names_are_nobody_s() -> None:
    assert name_in('"Anne Frank"')
    assert not name_in('"Anne Frank"', ours={"anne frank"})


def test_the_part_that_is_a_name_is_told() -> None:
    assert name_in('brand OR "Jan de Vries"') == '"Jan de Vries"'


def test_so_many_choices_that_nobody_can_tell_are_a_question() -> None:
    choices = [f"({' OR '.join(f'{name}{number}' for number in range(20))})" for name in ("brand", "rook", "vuur")]
    assert not name_in(" ".join(choices[:2]))
    assert name_in(" ".join(choices))
    assert not name_in(f"({' OR '.join(f'w{number}' for number in range(480))}) -oefening")


def test_the_tag_of_our_own_town_is_nobody() -> None:
    assert name_in("#geertruidenberg")
    ours = {"geertruidenberg", "gemeente geertruidenberg", "hendrik-ido-ambacht"}
    assert not name_in("#geertruidenberg", ours=ours)
    assert not name_in("#HendrikIdoAmbacht", ours=ours)
