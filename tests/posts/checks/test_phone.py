import pytest

from tests.posts.checks.saying import OWN, found, place, told
from vierogen.posts.checks.base import Tier
from vierogen.posts.checks.phone import Phone

FOUND = [
    "App me op 06 12 34 56 78",
    "06-12345678",
    "Mijn nummer is nog steeds 0612345678",
    "Bel Kees even, +31 6 21 43 65 87",
    "+31 (0)6 2143 6587 is van de buurvrouw",
    "0031621436587 opnemen als het kan",
    "Ik ben te bereiken op 06.21.43.65.87 tot een uur of tien",
    "nul zes twaalf 34 56 78, maar niet doorvertellen",
    "zero six one two three four five six seven eight",
    "0 6 2 1 4 3 6 5 8 7",
    "06/21436587 vragen naar Johan",
    "Haar thuisnummer: 0493-691234",
    "Bel mevrouw De Bruin op 020 - 623 45 67, ze zit te wachten",
    "Opa is bereikbaar op (073) 612 34 56",
    "Wil jij meneer Vos terugbellen? 040-2123456",
    "Contact Danny on 07700 900482, he has the spare keys",
    "text me on +44 7700 900123 when the cake is there",
    "My new mobile: 07911 123456",
    "Ring her back on 01632 960123, she sounded upset",
    "Zijn privételefoon (06 8765 4321) staat altijd aan",
    "Vrijwilligers gezocht, bel Truus 0487-512345 of stuur een kaartje",
    "0６－２１４３６５８７ is het nummer van de klusjesman",
    "Oppas nodig? 06 - 43 21 87 65 (Noor, 16 jaar)",
]
PASSED = [
    "Bel 14 0123 voor een afspraak.",
    "Bij spoed 112, anders 0900-8844.",
    "Denk je aan zelfmoord? Bel 113 of 0800-0113.",
    "Kindertelefoon: 0800 0432, elke dag tot 21.00 uur.",
    "Ons team is er op 088 - 246 80 13.",
    "De receptie is bereikbaar op 026-3773911.",
    "Bel ons op 0493-697100, ma t/m vr van 9 tot 16 uur.",
    "Voor vragen: 020 624 1111.",
    "WhatsApp ons op 06-21436587.",
    "Stuur een appje naar de gemeente: 06 21 43 65 87.",
    "Meld je aan bij het Buurtcentrum, 0487-512345.",
    "Call the council on 01632 960400 before 5pm.",
    "Missed a bin? Ring 020 7946 0211.",
    "Police: 101. Fire: 999. Out of hours 0300 123 4567.",
    "Op 06-11-2026 is het loket dicht.",
    "Temperatuur: 06 tot 12 graden, 345 mm regen.",
    "Zaaknummer 0612345678 ligt ter inzage.",
    "KvK 41012345, btw NL001234567B01.",
    "De wedstrijd begint om 06.45 en duurt tot 12.30 uur.",
    "NL57 RABO 0621 4365 87 t.n.v. de gemeente",
    "Bel het Meldpunt Overlast: 073-6155155.",
    "Storing aan de verlichting? 0800-9009.",
    "Vragen? 0497 532 600, vraag naar het wijkteam.",
    "Bestelnummer 0621436587 vindt u op de bon.",
]


@pytest.mark.parametrize("text", FOUND)
def test_a_number_of_somebody_is_shown(text: str) -> None:
    assert {finding.tier for finding in found(Phone(), text)} == {Tier.LOOK}


@pytest.mark.parametrize("text", PASSED)
def test_general_numbers_pass(text: str) -> None:
    assert found(Phone(), text) == []


@pytest.mark.parametrize("text", ["Bel Kim op 06 11 22 33 44", "Bel Kim op +31611223344", "Bel Kim: 0493-555100"])
def test_the_organisations_own_numbers_pass(text: str) -> None:
    assert found(Phone(), text)
    assert found(Phone(), text, own=OWN) == []


def test_the_message_masks_the_number() -> None:
    text = "App Greet op nul zes 41 90 27 33, dank"
    [finding] = found(Phone(), text)
    assert place(finding, text) == "nul zes 41 90 27 33"
    assert told(finding) == "06•••••• looks like somebody's own telephone number."
