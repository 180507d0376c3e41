import pytest

from tests.posts.checks.saying import found, place, told
from vierogen.posts.checks.base import Tier
from vierogen.posts.checks.card import Card

FOUND = [
    "4340 1878 0175 9891",
    "Betaald met visa 4834788783848371, bon volgt",
    "creditcardnr 4261-6751-3613-4124 exp 04/29",
    "Kaart 5224.2646.2889.7515 is kwijt, wie blokkeert hem?",
    "Hotel booked on 5540 2614 0141 9316 cvc 123",
    "Mastercard 2221417058649208 van de afdeling Communicatie",
    "2500 8312 4023 4483 geldig t/m 11/28",
    "amex 3434 782450 40005 graag afschrijven",
    "My card 378838737167863 was declined at the garden centre",
    "Discover 6011 8433 5326 5025",
    "Maestro 6759 3407 2247 0457 blokkeren svp",
    "kaartnr: ４５２４ ２７３１ ６７２３ ２６８７",
    "She paid by phone with 4656 3551 5058 7704",
    "de pas van mijn moeder, 4 6 5 8 9 4 8 1 1 3 1 1 4 4 0 6, doet het niet",
]
PASSED = [
    "Betalen kan met creditcard, pin en contant.",
    "Kaartnummer 4340 1878 0175 9892 klopt niet.",
    "ISBN 9789025869571 is uitgeleend.",
    "Uw zending 3SABCD4834788783848371 is onderweg.",
    "Tracknummer 4834788783848371 volgt u via de site.",
    "Voorbeeld van een pasnummer: 6064 0000 1234 5671.",
    "Van 4340 naar 1878 bezoekers in 0175 dagen.",
    "0000 0000 0000 0000",
    "Bij 1234567890123456 stopt de teller.",
    "Ordernummer 5224264628897515: de bankjes komen eraan.",
    "Library cards have 14 digits, like 36014620168491.",
    "EAN 4006381333931 is de pen die iedereen kwijt is.",
    "IMEI 490154203237518 hoort bij de gevonden telefoon.",
]


@pytest.mark.parametrize("text", FOUND)
def test_a_card_number_is_a_stop(text: str) -> None:
    assert {finding.tier for finding in found(Card(), text)} == {Tier.STOP}


@pytest.mark.parametrize("text", PASSED)
def test_other_long_numbers_pass(text: str) -> None:
    assert found(Card(), text) == []


def test_the_message_masks_the_number() -> None:
    text = "visa 4340 1878 0175 9891 dus"
    [finding] = found(Card(), text)
    assert place(finding, text) == "4340 1878 0175 9891"
    assert told(finding) == "43•••••• looks like the number of a payment card."
