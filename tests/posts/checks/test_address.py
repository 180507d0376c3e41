import pytest

from tests.posts.checks.saying import OWN, found, place, told
from vierogen.posts.checks.address import Address
from vierogen.posts.checks.base import Tier

FOUND = [
    "Mevrouw Smit, Lindelaan 14, 6711 KL Ede",
    "Even langs bij 6543 AB 12, hij doet niet open",
    "Het pakketje voor de familie Bos kan naar Kerkstraat 8a.",
    "Wij hebben een huisbezoek aan de Dorpsweg 113-2.",
    "Cliënt woont nu in de Van der Helststraat 7.",
    "6711kl 14",
    "Feestje! Bij mij thuis, Molenpad 3, vanaf acht uur.",
    "Wie rijdt mee? Ik woon Beatrixlaan 22, 5731 ZX.",
    "Hij is verhuisd: Burgemeester Visserplein 9, 1181 HD Amstelveen",
    "Brandmelding bij mevrouw op de Prins Hendrikkade 45.",
    "Postcode 3512 JE, nummer 14: melding van geluidsoverlast door hem",
    "She lives at 22 Acacia Avenue, SW1A 2AA.",
    "Home visit tomorrow: 7 Mill Lane, third bell.",
    "Mr Patel, 14a Station Road, LE3 5QT, needs a new bin",
    "Zij zit ondergedoken op de Oude Gracht 212, niet delen",
]
PASSED = [
    "De Lindelaan is tot vrijdag dicht.",
    "Riolering: Kerkstraat 2 t/m 48 krijgt nieuwe buizen.",
    "Stadskantoor: Raadhuislaan 1, 6841 AB Waalburg.",
    "Kom langs in de bibliotheek, Marktplein 12, 5731 KR Elsterveen.",
    "Het buurthuis aan de Molenstraat 5 is weer open.",
    "Voedselbank, Industrieweg 8, 1234 AB: elke vrijdag van 10 tot 12 uur.",
    "Vergunning aangevraagd: dakkapel aan de Dorpsstraat 12.",
    "Bezoekadres: Plein 3, 2511 CR Den Haag",
    "Town hall: 1 High Street, HD1 2TT. Closed on Monday.",
    "Lijn 12 rijdt om via de Stationsweg.",
    "Vanaf 1 mei 2026 in de hele wijk",
    "Voor 8 uur aan de straat zetten.",
    "Inloop op dinsdag in de Kerkstraat 40, de koffie staat klaar",
    "The library at 14 Bridge Street opens at nine.",
    "Onderzoek naar 1250 jongeren",
    "Maximaal 30 op de Ringweg 2 kilometer lang",
    "Stembureau 14: basisschool De Regenboog, Iepenlaan 2, 6711 KL.",
]


@pytest.mark.parametrize("text", FOUND)
def test_a_home_address_is_shown(text: str) -> None:
    assert {finding.tier for finding in found(Address(), text)} == {Tier.LOOK}


@pytest.mark.parametrize("text", PASSED)
def test_streets_and_public_buildings_pass(text: str) -> None:
    assert found(Address(), text) == []


def test_an_address_of_the_organisation_passes() -> None:
    text = "Mevrouw De Wit krijgt haar lintje op Raadhuislaan 1, 6841 AB Waalburg"
    assert found(Address(), text)
    assert found(Address(), text, own=OWN) == []


def test_the_message_leaves_the_numbers_out() -> None:
    text = "Hij woont aan de Lindelaan 14 in Ede."
    [finding] = found(Address(), text)
    assert place(finding, text) == "Lindelaan 14"
    assert told(finding) == "“Lindelaan ••” looks like a home address."
