import pytest

from tests.posts.checks.saying import found, place, told
from vierogen.posts.checks.base import Tier
from vierogen.posts.checks.health import Health

FOUND = [
    "Mevrouw Yilmaz zit in de bijstand.",
    "Meneer Vos heeft een herseninfarct gehad.",
    "Jeroen Visser kreeg vandaag zijn Wmo-indicatie.",
    "Piet is opgenomen in de GGZ.",
    "Gefeliciteerd Sanne de Boer met je schuldsanering!",
    "Onze collega van de balie zit thuis met een burn-out.",
    "Onze receptioniste is geopereerd en komt in mei terug.",
    "De man op nummer 12 is gisteren door de politie aangehouden.",
    "Die jongen uit groep 8 heeft autisme.",
    "De buurvrouw van nummer 9 is dakloos geraakt.",
    "Mijn leidinggevende is overspannen, dus wie tekent dit?",
    "Jayden is uit huis geplaatst.",
    "Dossier familie Tesfay: onder bewind sinds maart.",
    "Vervuild huis aan de Esdoornstraat 37, mevrouw wil geen hulp.",
    "Colin Stubbs was arrested for fraud.",
    "Mrs Dunmore paid her arrears.",
    "Sarah Jenkins has been diagnosed with cancer.",
    "The lady with the parrot above the chip shop has had her benefits stopped.",
    "Our caretaker is off sick with depression again.",
    "Tyler is out of prison, welcome back!",
    "De vader van Lotte zit in de gevangenis, vandaar.",
    "Client Owen Price is back in rehab.",
    "Ruud Pellikaan had 38.000 euro schuld.",
]
PASSED = [
    "Wij helpen jaarlijks 1.250 inwoners met een depressie.",
    "Meer weten over schuldhulp? Kijk op onze website.",
    "Heeft uw partner dementie? Kom naar het Alzheimercafé.",
    "Inloopspreekuur over bijstand en toeslagen.",
    "Verslaafd aan gokken? Bel anoniem 0800-2400022.",
    "Burgemeester Marleen van Oosten bezocht het hospice.",
    "Huisarts Tom Bakker geeft uitleg over diabetes.",
    "Op 17 november vertelt hoogleraar Joke Verhagen over dementie.",
    "De politie heeft drie verdachten aangehouden op de Markt.",
    "Het ziekenhuis krijgt een nieuwe ingang aan de Parklaan 3.",
    "Jongeren met schulden kunnen terecht bij Team Geldzorgen.",
    "De GGD prikt weer tegen corona.",
    "Een deelnemer vertelt: ik durfde de post niet meer te openen.",
    "Voor mensen met een beperking is er een lift.",
    "Kent u iemand die verward is? Bel het meldpunt.",
    "Dank aan Piet en Truus voor de koffie!",
    "Living with cancer? Our support group meets on Mondays.",
    "If your neighbour has dementia, we can help.",
    "Debt advice every Tuesday at the library.",
    "Councillor Priya Nandakumar answers questions on dementia services.",
    "Rates of depression among teenagers fell last year.",
    "Rolstoel nodig? Leen er een bij de balie.",
    "De bewoner staat centraal in onze zorg.",
    "De cliënt heeft recht op een tolk bij opname in het ziekenhuis.",
    "Wie ziek is, blijft thuis.",
    "Onze vrijwilligers helpen met schulden.",
]


@pytest.mark.parametrize("text", FOUND)
def test_what_is_private_to_somebody_is_shown(text: str) -> None:
    assert {finding.tier for finding in found(Health(), text)} == {Tier.LOOK}


@pytest.mark.parametrize("text", PASSED)
def test_services_figures_and_people_in_general_pass(text: str) -> None:
    assert found(Health(), text) == []


def test_the_message_says_which_words() -> None:
    text = "Mevrouw Yilmaz zit in de bijstand."
    [finding] = found(Health(), text)
    assert place(finding, text) == "bijstand"
    assert told(finding) == "“bijstand” seems to tell something private about somebody."
