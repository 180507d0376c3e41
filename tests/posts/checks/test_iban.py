import pytest

from tests.posts.checks.saying import OWN, found, place, told
from vierogen.posts.checks.base import Tier
from vierogen.posts.checks.iban import Iban

FOUND = [
    "Maak het maar over op NL24 SNSB 0414 5705 48, dan zet ik het klaar.",
    "De borg van dhr. Petersen gaat terug naar NL79REVO0358277203",
    "mijn rek nr is nl36 asnb 0378 4908 28",
    "Salaris van de invalkracht graag naar NL44-ABNA-0165-3957-29.",
    "Haar uitkering ging per ongeluk naar NL14.ASNB.0591.9466.11",
    "Tikkie doet het niet, hier mijn rekening: NL28 REVO 0551 6461 66",
    "Cliënt gebruikt sinds kort NL57RABO0572580523.",
    "Reiskosten declareren? Die van mij: NL50ABNA0753430573, alvast dank!",
    "Mevrouw Kaya wil de kinderbijslag op N L 2 6 R A B O 0933 2654 93",
    "NL02ABNA0285055879 t.n.v. J. de Wit",
    "Refund the deposit to GB29 NWBK 6016 1331 9268 19, account of Mr Hall.",
    "My Belgian account: BE68 5390 0754 7034",
    "Please pay her wages into DE12500105170648489890 from now on",
    "De gemeente betaalt de bijzondere bijstand van mevrouw Haddou uit op NL18ABNA0608409165.",
    "IBAN van de huurder: NL89\u00a0INGB\u00a00697\u00a05111\u00a059",
]
PASSED = [
    "Steun de voedselbank: NL23 RABO 0450 0206 65 t.n.v. Stichting Voedselbank Waalburg.",
    "Uw gift is welkom op NL92REVO0669863085.",
    "Betaal uw aanslag op NL52 REVO 0618 0664 84 van de gemeente Waalburg.",
    "Doneren voor Giro 555 kan op NL29INGB0701613399.",
    "Contributie graag voor 1 maart naar NL16RABO0366818750, vermeld je naam.",
    "Ons rekeningnummer is NL94 RABO 0370 4055 70.",
    "Een IBAN begint met NL, dan twee cijfers en de bank.",
    "Vraag nooit iemands IBAN via een privébericht.",
    "NL00 BANK 0123 4567 89 is geen echt nummer.",
    "Ons btw-nummer: NL748781468B01.",
    "Please donate to the flood appeal: GB29 NWBK 6016 1331 9268 19.",
    "Council tax can be paid into GB29NWBK60161331926819, quote your reference.",
    "Vlucht KL1234 naar AB12 CD34 EF56",
    "Let op oplichters: wij gebruiken alleen NL57RABO0572580523 van Belastingen Waalburg.",
    "De inschrijving kost 10 euro, over te maken op NL50ABNA0753430573 van het Oranjecomité.",
]


@pytest.mark.parametrize("text", FOUND)
def test_the_account_of_a_person_is_a_stop(text: str) -> None:
    assert {finding.tier for finding in found(Iban(), text)} == {Tier.STOP}


@pytest.mark.parametrize("text", PASSED)
def test_accounts_to_pay_and_give_to_pass(text: str) -> None:
    assert found(Iban(), text) == []


def test_the_organisations_own_account_passes() -> None:
    text = "Maak het over op NL94RABO0370405570, mevrouw."
    assert found(Iban(), text)
    assert found(Iban(), text, own=OWN) == []


def test_the_message_masks_the_account() -> None:
    text = "Naar nl24 snsb 0414 5705 48 van mijn zus"
    [finding] = found(Iban(), text)
    assert place(finding, text) == "nl24 snsb 0414 5705 48"
    assert told(finding) == "NL24•••••• looks like somebody's bank account."
