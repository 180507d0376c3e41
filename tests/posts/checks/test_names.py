import pytest

from tests.posts.checks.saying import OWN, found, place, told
from vierogen.posts.checks.base import Span, Tier
from vierogen.posts.checks.names import Names

FOUND = [
    "Mevrouw Jansen wil graag teruggebeld worden.",
    "Dhr. Van der Velde heeft zijn afspraak gemist.",
    "Meneer El Idrissi krijgt een nieuwe rollator.",
    "Mw. K. Visser-de Boer staat op de wachtlijst.",
    "Familie Tesfay verhuist naar de opvang.",
    "De heer P.J. Smits heeft bezwaar gemaakt",
    "Cliënt Karim Bouazza is weer thuis.",
    "Bewoner Kees Mulder klaagt over de herrie.",
    "Collega Floor Terwindt zit ziek thuis.",
    "Leerling Daan de Groot is geschorst.",
    "Gefeliciteerd Sanne Kuiper met je schuldsanering!",
    "Youssef Benali slaapt niet meer op straat.",
    "Mijn buurman Henk Postma is door de politie meegenomen.",
    "Bel Fatima even terug, ze zit in de schuldhulp.",
    "Ahmed heeft eindelijk zijn verblijfsvergunning!",
    "Wat knap: Marieke is al een jaar clean.",
    "De jongen heet Dylan Roelofsen en is verdacht van diefstal.",
    "Aangifte van R. Oosterling is binnen.",
    "Patiënt Hendriks kreeg de verkeerde medicatie.",
    "Mrs Dunmore paid her arrears today.",
    "Mr. Okafor's case file is on my desk.",
    "Client Tyrone Achebe moved out of the shelter.",
    "Well done Leanne Whitcombe, six months sober!",
    "Colin Stubbs was arrested for fraud.",
    "Our neighbour Susan Clarke has dementia, please look out for her.",
    "Jayden uit groep 6 is uit huis geplaatst.",
    "mevrouw De Wit (72) is gevallen en ligt in het ziekenhuis",
    "Inspreker Dhr. Kwakernaak was weer aan het woord.",
    "Refund for Claire Hutchings bounced.",
]
PASSED = [
    "Burgemeester Marleen van Oosten opent het zwembad.",
    "Wethouder De Jonge praat met jongeren over schulden.",
    "Wethouder mevrouw Yilmaz bezoekt het hospice.",
    "Koning Willem-Alexander komt naar Elsterveen.",
    "Minister Karin de Vries wil minder regels in de jeugdzorg.",
    "Op 17 november vertelt hoogleraar Joke Verhagen over dementie.",
    "Lezing van Peter de Wit over armoede.",
    "De Jan Smitstraat krijgt nieuwe riolering.",
    "Anne Frank schreef haar dagboek in het Achterhuis.",
    "Aletta Jacobs sprak hier over gezondheid.",
    "Vincent van Gogh werd in 1853 geboren.",
    "Stichting Jan Smit helpt mensen met schulden.",
    "Het Wilhelmina Ziekenhuis zoekt vrijwilligers.",
    "Huisarts Tom Bakker geeft uitleg over diabetes.",
    "Councillor Priya Nandakumar answers questions on dementia services.",
    "Mayor Helen Grant visited the food bank.",
    "Author Kate Morris talks about depression on Tuesday.",
    "Ben je mantelzorger? Wij helpen je.",
    "Mark je agenda: inloop over schulden op 3 mei.",
    "Wij helpen jaarlijks 1.250 inwoners met een depressie.",
    "Beste mevrouw, meneer, dank voor uw bericht.",
    "De familie staat centraal in de jeugdzorg.",
    "Sinterklaas komt aan op 14 november.",
    "Dank aan Piet en Truus voor de koffie!",
    "Eva de Vries wint de voorleeswedstrijd.",
    "St Mary's Hospital is closed to visitors.",
    "Ook de Wmo-consulent Sandra Bos is er bij.",
    "Raadslid Tim Hofman stelde vragen over de bijstand.",
    "Maria, Jozef en een ezel: het kerstspel begint om 19.00 uur.",
    "Storm Pieter raast over het land, blijf thuis.",
]


@pytest.mark.parametrize("text", FOUND)
def test_a_private_person_is_shown(text: str) -> None:
    assert {finding.tier for finding in found(Names(), text)} == {Tier.LOOK}


@pytest.mark.parametrize("text", PASSED)
def test_people_in_office_streets_and_names_alone_pass(text: str) -> None:
    assert found(Names(), text) == []


def test_names_that_may_be_said_pass() -> None:
    text = "Inspreker dhr. Kwakernaak was er weer."
    assert found(Names(), text)
    assert found(Names(), text, own=OWN) == []


def test_a_rare_name_is_found_by_the_extra() -> None:
    text = "Xanthippe Quaedvlieg zit in de schuldsanering."
    assert found(Names(), text) == []
    [finding] = found(Names(), text, find_names=lambda _text: [Span(0, 20)])
    assert place(finding, text) == "Xanthippe Quaedvlieg"
    assert finding.tier is Tier.LOOK


def test_a_name_from_the_extra_that_says_nothing_private_passes() -> None:
    assert found(Names(), "Xanthippe wint de quiz.", find_names=lambda _text: [Span(0, 9)]) == []


def test_the_message_says_the_name() -> None:
    text = "Vanmorgen belde mevrouw Van den Berg weer."
    [finding] = found(Names(), text)
    assert place(finding, text) == "Van den Berg"
    assert told(finding) == "“Van den Berg” looks like the name of a private person."
