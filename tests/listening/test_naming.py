"""Which queries are only a name."""

import pytest

from vierogen.listening.actions.naming import name_in


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
    # Surnames that are common words too.
    '"Jan van Dijk"', "jan van dijk", '"J. van der Meer"', "kees bos", "Anna Bos", '"mary hall"', '"P. Brug"',
    # Words that nearly every message has say nothing beside a name.
    '"Fatima Yilmaz" is', '"Fatima Yilmaz is"', "Fatima Yilmaz (is OR was)", "is Fatima Yilmaz", "Fatima is Yilmaz",
    '"Fatima Yilmaz" (is OR brandweer)', '"Fatima Yilmaz" (lang:nl OR brandweer)', "Fatima Yilmaz (brandweer OR -qq)",
    '"Kerstin Bergqvist" een', "Kerstin Bergqvist (de OR het)", "Fatima Yilmaz x", "brand OR Fatima_Yilmaz",
)  # fmt: skip
NO_NAMES = (
    "belastingdienst", '"Gemeente Voorbeeld"', '"Rode Kruis"', '"Tweede Kamer"', '"Nieuwe Markt"', '"Den Haag"',
    "stationsweg afsluiting", '"Welzijn Anders"', "Jan", '"Jan de Vries" gemeente', 'brand NOT "Jan de Vries"',
    'brand -("Jan de Vries" OR "Piet Jansen")', "@jan_de_vries", "#JanDeVries", '"van der Meer"', "KLM Cityhopper",
    '"Sociale Verzekeringsbank"', '"Anna van Burenplein"',
    "covid-19", "e-mail", "co-ouder", "foto's", "nos.nl", "x.com brand", "www.rotterdam.nl", "Noord-Holland", "wi-fi",
    '"Natuur en Milieu"', "Natuur en Milieu", '"Burgemeester en Wethouders"', '"Fatima Yilmaz" (brand OR gemeente)',
    "school fatima", "actie max", "plein emma", "twitter.com", "t.co", "wet mark", "Jan van Galenstraat", "dijk bos",
    "emmaschool", "brand.nl",
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


def test_our_own_names_are_nobody_s() -> None:
    assert name_in('"Anne Frank"')
    assert not name_in('"Anne Frank"', ours={"anne frank"})


def test_the_part_that_is_a_name_is_told() -> None:
    assert name_in('brand OR "Jan de Vries"') == '"Jan de Vries"'
