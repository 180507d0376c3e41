import pytest

from tests.posts.checks.conftest import Drafted
from vierogen.posts.checks.base import Tier
from vierogen.posts.checks.gibberish import Gibberish


@pytest.mark.parametrize(
    "text",
    [
        ";l;;gmlxzssaw",
        "asdfasdf",
        "Morgen sluiten we de brug. sdlkfjhsdf",
        "qwertyuiop",
        "kjhgfd",
        "zxcvbnm",
        "hjkdfgs tot morgen",
        "hjkl;;;;;;;;p0oiuu",
        "vbnm,,./ ]]]]#",
        "De weekmarkt staat op het plein. sdfgjkk,,,mn b",
        "asdasd",
        "jkljkl",
        "gggggggg",
        "qweqwe",
        ";;;;;;;",
    ],
)
def test_keys_pressed_by_accident_are_shown(drafted: Drafted, text: str) -> None:
    [finding] = Gibberish().findings(drafted(text))
    assert finding.tier is Tier.LOOK


@pytest.mark.parametrize(
    "word",
    [
        "rechtstreeks",
        "herfststorm",
        "angstschreeuw",
        "slechtstschrijvend",
        "handschrift",
        "ambtsketting",
        "hoofdstraat",
        "marktplaats",
        "kunstschilder",
        "tekstschrijver",
        "angstpsycholoog",
        "arbeidsmarktstrategie",
        "nachtvlucht",
        "stadhuisstraat",
        "eerstvolgende",
        "dorpsstraat",
        "rijksstraatweg",
        "herfstvakantie",
        "fietsbrug",
        "westfriesland",
        "borstvoeding",
        "zelfstandig",
        "achtste",
        "'sGravenhage",
        "Krzysztof",
        "Szczecin",
        "Christchurch",
        "Knightsbridge",
        "strengths",
        "twelfths",
        "Rechtschreibung",
        "Goldschmidt",
        "wahrscheinlich",
        "VRZHZ",
        "VNG",
        "KvK",
        "WhatsApp",
        "brrrrrr",
        "pssssst",
        "hmmmmm",
        "jaaaaaa",
        "LinkedIn",
        "#gmlxzssaw",
        "@sdlkfjh",
        "https://gemeente.example/sdlkfjhsdf?x=qwrtplk",
        "info@sdlkfjh.example",
        "NL91ABNA0417164300",
        "Українська",
        "العربية",
        "gft-container",
        "stadsbos",
        "wijkschouw",
        "ijsstrijd",
        "zzzzzz",
        "Bzzzzzz",
        "mmmmmm",
        "----------",
        "......",
        "======",
        "(...)",
        "[1/3];",
        "vijfhonderdste",
    ],
)
def test_real_words_names_and_addresses_pass(drafted: Drafted, word: str) -> None:
    assert list(Gibberish().findings(drafted(f"Het woord is {word}."))) == []


def test_languages_with_other_syllables_are_left_alone(drafted: Drafted) -> None:
    welsh = "Cyngor y dref: ffwrdd, gwrthrychau, cwblhawyd"
    assert list(Gibberish().findings(drafted(welsh, language="cy"))) == []
    assert len(list(Gibberish().findings(drafted(welsh, language="en-GB")))) == 1
