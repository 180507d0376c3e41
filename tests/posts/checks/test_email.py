import pytest

from tests.posts.checks.saying import OWN, found, place, told
from vierogen.posts.checks.base import Tier
from vierogen.posts.checks.email import Email

FOUND = [
    "Stuur je foto naar anja.kuipers@gmail.com",
    "Mail me: t.bos@waalburg.example",
    "klaas@hotmail.com heeft hem gevonden",
    "pietje1987@live.nl wil ook een kaartje",
    "j.van.den.berg@rijksorganisatie.example",
    "De reactie van MIEKE_JANSSEN@ZIGGO.NL is binnen",
    "sanne.de.boer [at] gmail.com",
    "sanne (at) outlook (punt) com",
    "h punt meijer apenstaartje kpnmail punt nl",
    "bert.bakker{at}xs4all{dot}nl",
    "write to paul dot jones at gmail dot com",
    "priya.nair@harrowdale.example is on leave, sorry",
    "kees＠ziggo.nl",
    "henk.dries\u200b@gmail.com",
    "Klachten over ons gaan naar w.heeren@stad.example, niet naar mij",
    "Contact: marieke_vd_velde@yahoo.com",
    "emma@waalburg.example beantwoordt alles over het feest",
]
PASSED = [
    "Mail info@waalburg.example",
    "pers@waalburg.example of bel de woordvoerder",
    "Aanmelden via balie@buurthuis.example",
    "klantcontact@gemeente-voorbeeld.nl",
    "Stuur uw zienswijze naar griffie@waalburg.example",
    "wijkteam.noord@waalburg.example helpt je verder",
    "info (at) museum (punt) nl",
    "team-jeugd@welzijn.example",
    "Sollicitaties: werkenbij@waalburg.example",
    "volunteer@harrowdale.example",
    "Questions? housing.options@harrowdale.example",
    "buurtvereniging.deplataan@gmail.com",
    "stichtingspeeltuin@hotmail.com",
    "Volg @gemeente_waalburg en @sanne",
    "Kom om 3 uur @ het plein",
    "Volg ons: @gemeente@social.example",
    "zorgloket@waalburg.example en schuldhulp@waalburg.example",
    "Ons adres is veranderd: communicatie@waalburg.example wordt comms@waalburg.example",
    "De markt is at het plein, punt uit.",
    "privacy@waalburg.example is van de functionaris gegevensbescherming",
]


@pytest.mark.parametrize("text", FOUND)
def test_an_address_of_somebody_is_shown(text: str) -> None:
    assert {finding.tier for finding in found(Email(), text)} == {Tier.LOOK}


@pytest.mark.parametrize("text", PASSED)
def test_addresses_of_a_function_pass(text: str) -> None:
    assert found(Email(), text) == []


def test_an_address_that_the_organisation_named_passes() -> None:
    assert found(Email(), "Mail anneke.smit@waalburg.example", own=OWN) == []


def test_the_message_masks_the_address() -> None:
    text = "naar annelies.k83[at]ziggo[punt]nl, graag"
    [finding] = found(Email(), text)
    assert place(finding, text) == "annelies.k83[at]ziggo[punt]nl"
    assert told(finding) == "a•••@ziggo.nl looks like somebody's own e-mail address."
