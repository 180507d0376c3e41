import pytest

from tests.posts.checks.conftest import Drafted
from vierogen.posts.checks.base import Tier
from vierogen.posts.checks.boasting import Boasting


@pytest.mark.parametrize(
    "text",
    [
        "Wij zijn gewoon de allerbeste gemeente van Nederland",
        "Andere gemeenten kunnen nog heel wat van ons leren",
        "Daar kunnen andere gemeenten nog wat van leren",
        "Niemand doet het beter dan wij",
        "Wij regelen het sneller dan alle andere gemeenten",
        "Wie doet ons dat na?",
        "Iedereen is jaloers op ons",
        "Onze dienstverlening is echt de beste van Nederland",
        "Wij zijn nummer 1",
        "Wij zijn met afstand de slimste stad",
        "We zijn onverslaanbaar",
        "We're simply the best council in the country",
        "No other council comes close",
        "Other councils can learn from us",
        "Our library is second to none",
        "We are the envy of the whole county",
        "Nobody does it better than us",
        "Our team is by far the best",
        "Our world-beating recycling service",
        "Zo'n mooi stadhuis heeft niemand.",
        "Geen enkele gemeente in de regio is zo klantvriendelijk als wij.",
        "Let's face it: nobody fixes potholes faster than us.",
        "Our neighbours could learn a thing or two from us.",
    ],
)
def test_a_boast_is_shown(drafted: Drafted, text: str) -> None:
    [finding] = Boasting().findings(drafted(text))
    assert finding.tier is Tier.LOOK
    assert finding.message % finding.values
    assert text[finding.start : finding.end]


@pytest.mark.parametrize(
    "text",
    [
        "Trots op de 84 vrijwilligers die de oevers schoonmaakten",
        "Onze bibliotheek is verkozen tot beste van Nederland",
        "We're over the moon! Our home care team just passed its inspection",
        "Het beste van Waalburg: stem op uw favoriete plek",
        "Wat is de beste tijd om te planten?",
        "Onze strooiers doen hun best",
        "Wij wensen u het allerbeste voor 2027",
        "Andere gemeenten doen ook mee aan de actie",
        "Our library was named the best in England",
        "What is the best way to reach us?",
        "Wij willen de schoonste gemeente van Nederland worden",
        "We are doing our best to help",
        "Zaterdag vindt u op de markt de beste kaas van Nederland",
        "Wij leren graag van andere gemeenten",
        "All the best for the new year from all of us",
        "Zo'n mooi park heeft niet elke stad.",
        "De rest volgt in 2027: dan zijn ook de Molenweg en de Dijk aan de beurt.",
        "Geen gemeente is zo waterrijk als de onze, dus zwemles is belangrijk.",
        "Learn a thing or two from us at the composting workshop.",
    ],
)
def test_pride_and_prizes_pass(drafted: Drafted, text: str) -> None:
    assert list(Boasting().findings(drafted(text))) == []
