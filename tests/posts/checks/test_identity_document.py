import pytest

from tests.posts.checks.saying import found, place, told
from vierogen.posts.checks.base import Tier
from vierogen.posts.checks.identity_document import IdentityDocument

FOUND = [
    "Paspoortnummer NW4KRH5P8",
    "paspoort nr. NX7D2FK19 is verlopen",
    "Zijn ID-kaart IR82P0K47 ligt nog bij ons",
    "Identiteitskaart I R 8 2 P 0 K 4 7 gevonden in de bus",
    "rijbewijsnummer 5193846207",
    "Rijbewijs van de chauffeur: 5 1 9 3 8 4 6 2 0 7",
    "Documentnummer: npr7xk2b5, geldig tot 2031",
    "Gevonden: rijbewijs met nummer 4812736450.",
    "Verblijfsdocument IJ1234567 ingenomen",
    "Kopie legitimatie ontvangen, SPECI2014 graag verwijderen; paspoort SPEC12014",
    "passport number 562091473",
    "Her passport (GB 925665416) is in the safe",
    "driving licence MORGA753116SM9IJ",
    "Nummer NW4KRH5P8 is een paspoort dat niemand ophaalt",
    "id nr. XT82KL4P6 hoort bij de bewoner van kamer 4",
    "Residence permit no. RX0123456 lost near the station",
]
PASSED = [
    "Paspoort kwijt? Bel 14 0123.",
    "Neem uw identiteitsbewijs mee.",
    "Een paspoort kost € 83,87 en is tien jaar geldig.",
    "Rijbewijs vernieuwen? Maak een afspraak via waalburg.example",
    "Het documentnummer staat rechtsboven, bij punt 5.",
    "Paspoort ophalen kan vanaf 12-03-2026 om 09.30 uur.",
    "ID-kaart aanvragen: bel 0612345678.",
    "Rijbewijs C1E en theorie-examen in 2026",
    "Bring your passport and your BSN to desk 12.",
    "Zaaknummer 5193846207: rijbewijs ingenomen bij controle",
    "Paspoorten en ID-kaarten: 1234567 stuks in 2025? Nee, 12.345.",
    "Vreemdelingen en nieuwkomers: inloop in gebouw B12",
    "Wist u dat een paspoortnummer negen tekens heeft?",
    "New passports from 1 June 2026, fee 77.85 euro",
    "Driving licence renewals take 10 working days in 2026.",
]


@pytest.mark.parametrize("text", FOUND)
def test_the_number_of_a_document_is_a_stop(text: str) -> None:
    assert {finding.tier for finding in found(IdentityDocument(), text)} == {Tier.STOP}


@pytest.mark.parametrize("text", PASSED)
def test_documents_without_their_number_pass(text: str) -> None:
    assert found(IdentityDocument(), text) == []


def test_the_message_masks_the_number() -> None:
    text = "Paspoort NW4KRH5P8 ingenomen"
    [finding] = found(IdentityDocument(), text)
    assert place(finding, text) == "NW4KRH5P8"
    assert told(finding) == "NW•••••• looks like the number of an identity document."
