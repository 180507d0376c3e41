import pytest

from tests.posts.checks.saying import found, place, told
from vierogen.posts.checks.base import Tier
from vierogen.posts.checks.plate import Plate

FOUND = [
    "GT-482-R",
    "Kenteken 58-TGK-2 staat al drie dagen op de stoep",
    "rode Polo met kenteken zv 123 k reed door rood",
    "De auto (TX-84-LL) is weggesleept.",
    "wie heeft de 9-kjh-82 gezien? busje is gestolen",
    "Witte bestelwagen, 12-BK-44, parkeert dubbel",
    "scooter D-123-FG zonder licht",
    "Aanrijding met doorrijden: zwarte BMW, h 614 zt.",
    "V-12-BDF, de vrachtwagen die het bord omver reed",
    "Foutparkeerder! 1-XYZ-23!!",
    "auto met nummerplaat 7 z k t 9 8",
    "Lost: keys of a Ford, reg LK19 ABV",
    "The van bd71kwx is blocking the fire exit",
    "Driver of silver Audi, plate B123 XYZ, please move your car",
    "47tgk2 staat met alarmlichten aan op de invalidenplaats",
    "Kenteken: 12AB34 en 34-BB-12",
]
PASSED = [
    "12-03-25",
    "De wedstrijd eindigde in 3-2.",
    "Vanaf 12-MEI-26 rijdt de bus weer.",
    "4-MRT-26",
    "Kavel 4-GHB-12 is verkocht.",
    "Een kenteken op V is een bestelauto.",
    "Bus 12 van 8 uur rijdt niet, de auto wel",
    "De auto rijdt 12 km in 30 min",
    "Postcode 3512JE voor wie met de auto komt",
    "Zaak 12-ABC-3 komt voor op dinsdag",
    "A12 en N201 zijn dicht, kies een andere route met de auto",
    "COVID-19 en 5-MEO-DMT",
    "Parkeren kost 2 euro 50 per uur, max 10 uur per dag",
    "Artikel 12-BK-44 van de verordening",
    "Car boot sale at 10 am on 12 May",
    "GR-20 is een wandelpad",
    "De parkeergarage heeft 90 op laag 2 en 40 op laag 3",
    "Schaal 10-A, 32-36 uur",
]


@pytest.mark.parametrize("text", FOUND)
def test_a_plate_is_shown(text: str) -> None:
    assert {finding.tier for finding in found(Plate(), text)} == {Tier.LOOK}


@pytest.mark.parametrize("text", PASSED)
def test_dates_scores_and_codes_pass(text: str) -> None:
    assert found(Plate(), text) == []


def test_the_message_masks_the_plate() -> None:
    text = "Kenteken vx 839 k blokkeert de poort"
    [finding] = found(Plate(), text)
    assert place(finding, text) == "vx 839 k"
    assert told(finding) == "“VX••••••” looks like a licence plate."
