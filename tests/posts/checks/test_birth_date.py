import pytest

from tests.posts.checks.saying import found, place, told
from vierogen.posts.checks.base import Tier
from vierogen.posts.checks.birth_date import BirthDate

FOUND = [
    "Geboortedatum: 04-11-2012",
    "geb. 3 maart 1967 te Zwolle",
    "geboren 12/03/87",
    "Hij is geboren op 1 januari 1950, zegt hij zelf",
    "geboortedatum van de aanvrager is 1988-11-23",
    "(geb. 9-2-'71)",
    "Onze dochter Fleur werd op 14 augustus 2026 geboren!",
    "Geboren: 3 december 2001, nationaliteit onbekend",
    "DOB 17.06.1979",
    "date of birth: 3rd February 2008",
    "born on 5 May 1984 in Leeds",
    "She was born January 12, 1990",
    "Zijn verjaardag is 12-10-1975, hij wordt dus vijftig",
    "Cliënt, 23-11-1988, komt morgen voor de intake",
    "Mohammed el Amrani (12-03-1987) kreeg de sleutel",
    "gebdatum 01 02 1964",
    "Geboren op ０４-１１-２０１２",
]
PASSED = [
    "Bent u geboren tussen 1 januari 1958 en 31 december 1963?",
    "Kinderen geboren vóór 1 oktober 2022 mogen naar school.",
    "Vincent van Gogh is geboren op 30 maart 1853.",
    "Aletta Jacobs, geboren 9 februari 1854 in Sappemeer",
    "De raad vergadert op 12-03-2025.",
    "Op 14 augustus 2026 opent het park.",
    "Aangifte van geboorte doet u binnen drie dagen.",
    "Het veulen is geboren op 3 april 2026!",
    "Subsidieregeling 2025-2028",
    "Born before 1 September 2021? Apply now.",
    "Everyone born after 1 January 1960 gets a letter.",
    "Uw geboortedatum heeft u nodig bij het inloggen.",
    "Dit idee is geboren op de bewonersavond van 3 juni 2024.",
    "Registered charity since 4 May 1999",
    "Factuur van 23-11-2024",
]


@pytest.mark.parametrize("text", FOUND)
def test_a_date_of_birth_is_shown(text: str) -> None:
    assert {finding.tier for finding in found(BirthDate(), text)} == {Tier.LOOK}


@pytest.mark.parametrize("text", PASSED)
def test_other_dates_pass(text: str) -> None:
    assert found(BirthDate(), text) == []


def test_the_message_masks_the_date() -> None:
    text = "geboren 2 3 / 1 1 / 1 9 8 8 te Best"
    [finding] = found(BirthDate(), text)
    assert place(finding, text) == "2 3 / 1 1 / 1 9 8 8"
    assert "9" not in told(finding)
