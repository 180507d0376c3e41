import pytest

from tests.posts.checks.conftest import Drafted
from vierogen.posts.checks.base import Tier
from vierogen.posts.checks.capitals import Capitals


@pytest.mark.parametrize(
    "text",
    [
        "LAATSTE KANS!!! VRAAG NU DE ENERGIETOESLAG AAN, ANDERS KRIJGT U NIETS MEER",
        "FREE TREES COME AND GET THEM NOW",
        "Let op: DE MARKT GAAT VANDAAG NIET DOOR",
        "BEL NU METEEN DE GEMEENTE",
        "Please DO NOT PARK YOUR CARS HERE today",
    ],
)
def test_shouting_is_shown(drafted: Drafted, text: str) -> None:
    [finding] = Capitals().findings(drafted(text))
    assert finding.tier is Tier.LOOK
    assert finding.message % finding.values
    assert text[finding.start : finding.end]


@pytest.mark.parametrize(
    "text",
    [
        "LET OP: morgen dicht",
        "UWV, SVB, WMO, BRP, IOAW… duizelt het u?",
        "NHS, DWP, HMRC, PIP: lost in the alphabet?",
        "GGD, VRK en KNMI",
        "GGD VRK KNMI RIVM",
        "OEFENING OEFENING OEFENING OEFENING",
        "NL27 TRIO 0258 1332 36",
        "STOP! Niet doen.",
        "Wat een WEER",
        "IBAN NL00 BANK 0123",
        "WOZ-waarde en BSN",
        "CODE ORANJE voor Limburg",
        "DE NIEUWE website is er",
    ],
)
def test_abbreviations_and_single_words_pass(drafted: Drafted, text: str) -> None:
    assert list(Capitals().findings(drafted(text))) == []
