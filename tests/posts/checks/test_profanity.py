import pytest

from tests.posts.checks.conftest import Drafted
from vierogen.posts.checks.base import Tier
from vierogen.posts.checks.profanity import Profanity


@pytest.mark.parametrize(
    "text",
    [
        "Godverdomme, weer de verkeerde foto",
        "Wat een kutweer vandaag",
        "Kut, vergeten te plannen",
        "Die kutprinter doet het weer niet",
        "klotezooi hier",
        "Wat een klootzak",
        "Gaat alles naar de kloten",
        "Krijg de tering",
        "teringherrie bij de buren",
        "Opgesodemieterd nu",
        "sodemieter op",
        "wat een gezeik zeg",
        "Hou toch je bek",
        "stelletje sukkels",
        "Stomme eikel",
        "gvd weer regen",
        "Het interesseert me geen reet",
        "Wij hebben schijt aan regels",
        "Wat een gelul",
        "Rotzak",
        "What the fuck is this",
        "F*ck this",
        "This is bullshit",
        "a piece of shit",
        "shitty weather",
        "You absolute dick",
        "Piss off",
        "pissed off again",
        "Bloody hell",
        "What a load of crap",
        "damn it",
        "Arseholes everywhere",
        "wankers",
        "sod off",
        "Stop taking the piss",
        "WTF",
        "k*t zeg",
        "sh*t",
        "dirty homo's",
    ],
)
def test_swear_words_are_shown(drafted: Drafted, text: str) -> None:
    [finding] = Profanity().findings(drafted(text))
    assert finding.tier is Tier.LOOK
    assert finding.message % finding.values
    assert text[finding.start : finding.end]


@pytest.mark.parametrize(
    "text",
    [
        "Scunthorpe en Penistone liggen in Engeland",
        "Dead trees in Cockermouth Wood",
        "Uitslag klootschieten: De Heurne won",
        "Kort zat is ons motto",
        "Flikkert de lantaarn voor uw deur?",
        "Schijterig voor de tandarts?",
        "Onderzoek naar darmkanker: doe mee",
        "KWF Kankerbestrijding collecteert",
        "Kankerpatiënten kunnen bellen",
        "Tering heette vroeger tuberculose",
        "Essex, Sussex and Middlesex",
        "Arsenal beat Assen",
        "Assess your assets in class",
        "Dick Schoof and Philip K. Dick",
        "Charles Dickens",
        "The cocktail party",
        "Vliegtuigbouwer Fokker",
        "Een koekoek in het bos",
        "Eikels rapen in het bos",
        "De eikel valt niet ver van de boom",
        "Zoek de shiitake in het bos",
        "De Mongoolse ambassade en een Mongool uit Ulaanbaatar",
        "Prick your finger for the test",
        "Sukkelend naar de finish",
        "The shitake mushroom",
        "Zürich-Kloten",
        "Cumulatief",
        "Kutno ligt in Polen",
        "Fire retardant curtains",
        "Bloody Sunday memorial",
        "Matsushita",
        "Hoerenkreek",
        "Rotonde dicht",
        "Opgedoekt",
        "Ballast en ballen",
        "Reetje? Nee, reetjes en reeën",
        "The pool is damp",
        "Titicacameer",
        "Moeder van de bruid",
        "Oprotpremie",
    ],
)
def test_words_and_names_that_only_hold_such_letters_pass(drafted: Drafted, text: str) -> None:
    assert list(Profanity().findings(drafted(text))) == []
