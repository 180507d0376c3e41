import pytest

from tests.posts.checks.conftest import Drafted
from vierogen.posts.checks.base import Tier
from vierogen.posts.checks.politics import Politics


@pytest.mark.parametrize(
    "text",
    [
        "Gelukkig heeft de PVV hier niks te vertellen. Stem in maart verstandig, stem op D66!",
        "U krijgt trekken van de drammers Jesse Klaver (GroenLinks) en Rob Jetten (D66).",
        "Gewoon teleurstellend dat ChristenUnie zo links geworden is.",
        "Stem VVD!",
        "Stem op lijst 3",
        "Stem dit keer niet op de PVV",
        "Geef jouw stem aan Volt",
        "Wilders liegt weer",
        "Wat een leider, die Timmermans",
        "Het kabinet heeft er weer niks van begrepen",
        "Dit kabinet maakt alles kapot",
        "Hopelijk wint GroenLinks",
        "Schandalig wat de VVD doet",
        "Stem links",
        "De SP is de enige partij die naar u luistert",
        "Only Reform could come up with a plan that daft. Vote Labour in May",
        "Vote them out",
        "Vote Conservative",
        "Don't vote for Farage",
        "Thank god the Tories lost",
        "Starmer is useless",
        "The Greens are the only party that cares",
        "Obamas gma even knew it was going 2 b bad!",
        "Trump is a disgrace",
        "This government is a joke",
        "Wilders bakt er weer niks van.",
        "Wie op de PVV stemt weet niet wat hij doet.",
        "Van de VVD hoef je niks te verwachten",
        "Eindelijk een kabinet dat wel luistert!",
        "This government doesn't care about our town.",
        "Back the Greens this May",
    ],
)
def test_taking_sides_is_shown(drafted: Drafted, text: str) -> None:
    [finding] = Politics().findings(drafted(text))
    assert finding.tier is Tier.LOOK
    assert finding.message % finding.values
    assert text[finding.start : finding.end]


@pytest.mark.parametrize(
    "text",
    [
        "Stem op 18 maart",
        "Woensdag 18 maart kiest u een nieuwe gemeenteraad. Neem stempas mee.",
        "De raad nam een motie aan van VVD, GroenLinks-PvdA en Lokaal Elsterveen voor meer bankjes",
        "Stem op uw favoriete kunstwerk",
        "Uw stem telt! Stemmen kan tot 21.00 uur",
        "Labour and Green members supported it, Conservatives and Liberal Democrats voted against",
        "Minister-president Schoof bezoekt vrijdag de dijk",
        "Wethouder De Vries (CDA) opent het zwembad",
        "Kom naar het lijsttrekkersdebat met VVD, D66, CDA en SP",
        "Denk mee over het plein",
        "Gelukkig is niemand gewond",
        "Het kabinet trekt 12 miljoen uit voor de dijk",
        "De regering valt onder de Grondwet",
        "Vote on Thursday 7 May: polling stations are open from 7am",
        "Bring photo ID to vote",
        "Reform of the parking rules starts on Monday",
        "Een plan van het college voor betere zorg, gelukkig op tijd",
        "Kies voor groen in je tuin",
        "President Obama visited in 2014",
        "Breaking: Barack Obama is injured",
        "CU in 't zwembad!",
        "De minister weet niet wanneer de wet ingaat. Tot die tijd blijft alles zoals het is.",
        "Het kabinet luistert naar gemeenten: er komt meer geld voor jeugdzorg.",
        "We're proud to back our food bank volunteers.",
    ],
)
def test_neutral_news_passes(drafted: Drafted, text: str) -> None:
    assert list(Politics().findings(drafted(text))) == []
