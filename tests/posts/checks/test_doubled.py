import pytest

from tests.posts.checks.conftest import Drafted
from vierogen.posts.checks.base import Tier
from vierogen.posts.checks.doubled import Doubled


@pytest.mark.parametrize(
    "text",
    [
        "Het zwembad gaat later open wegens een storing. Sorry. Het zwembad gaat later open wegens een storing.",
        "De brug is dicht vanaf maandag De brug is dicht vanaf maandag",
        "Morgen is de balie gesloten.\n\nBel 14 0123.\n\nmorgen is de balie GESLOTEN",
        "The bridge is closed until Friday. Sorry! The bridge is closed until Friday!",
    ],
)
def test_what_stands_twice_is_shown(drafted: Drafted, text: str) -> None:
    [finding] = Doubled().findings(drafted(text))
    assert finding.tier is Tier.LOOK
    assert finding.message % finding.values
    assert text[finding.start : finding.end]


@pytest.mark.parametrize(
    "text",
    [
        "Doe mee! Ruim op. Doe mee!",
        "Bel 112. Echt. Bel 112.",
        "FREE TREES FREE TREES come and get them",
        "De markt is open. De markt is vol. De markt is leuk.",
        "Oefening oefening oefening",
        "Ja ja ja ja ja ja ja ja ja ja",
        "Van 9 tot 12 uur in Oost. Van 9 tot 12 uur in West.",
    ],
)
def test_a_refrain_passes(drafted: Drafted, text: str) -> None:
    assert list(Doubled().findings(drafted(text))) == []
