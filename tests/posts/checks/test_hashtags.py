import pytest

from tests.posts.checks.conftest import Drafted
from vierogen.posts.checks.base import Tier
from vierogen.posts.checks.hashtags import Hashtags


@pytest.mark.parametrize(
    "text",
    [
        "300 bomen #samenvooreengroenerwaalburg",
        "#harrowdaleplantsforthefuture",
        "Kom ook #weekvandemantelzorg",
        "#dagvandebouw",
        "#samentegeneenzaamheid",
        "#worldmentalhealthday",
        "#wijzijnwaalburg",
        "#trotsoponzestad",
        "#thankyouvolunteers",
        "#shoplocalharrowdale",
        "Doe mee #opschoondagindebuurt",
    ],
)
def test_several_words_without_capitals_are_shown(drafted: Drafted, text: str) -> None:
    [finding] = Hashtags().findings(drafted(text))
    assert finding.tier is Tier.LOOK
    assert finding.message % finding.values
    assert text[finding.start : finding.end]


@pytest.mark.parametrize(
    "text",
    [
        "#WeekTegenEenzaamheid en #SamenEten",
        "#Rietmeer #boomfeestdag",
        "#gemeenteraad",
        "#verkiezingen",
        "#gemeenteraadsverkiezingen",
        "#CodeGeel",
        "#koningsdag",
        "#mantelzorger",
        "#vacature",
        "#14 0123",
        "https://a.example/#samenvooreengroenerwaalburg",
        "#vierdaagse",
        "#BigHarrowdaleTidy",
        "#zomervakantie",
        "#klimaatadaptatie",
        "#duurzaamheid",
        "#buitenspeeldag",
        "#volunteering",
        "#sustainability",
        "#brandveiligheid",
        "#samenwerking",
        "#WMO",
    ],
)
def test_capitals_and_single_words_pass(drafted: Drafted, text: str) -> None:
    assert list(Hashtags().findings(drafted(text))) == []
