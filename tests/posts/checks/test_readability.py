import pytest

from tests.posts.checks.conftest import Drafted
from vierogen.posts.checks.base import Tier
from vierogen.posts.checks.readability import Readability

LONG = "Wij " + "vragen " * 35 + "u iets."


def test_a_sentence_of_more_than_thirty_five_words_is_shown(drafted: Drafted) -> None:
    [finding] = Readability().findings(drafted(f"De markt is open. {LONG} Tot dan!"))
    assert finding.tier is Tier.LOOK
    assert finding.values["count"] == 38
    assert finding.kind == ""
    assert Readability.kind == "LONG"


def test_a_very_long_word_is_shown(drafted: Drafted) -> None:
    [finding] = Readability().findings(drafted("De meervoudigepersoonlijkheidsstoornis komt weinig voor."))
    assert finding.values == {"found": "meervoudigepersoonlijkheidsstoornis"}


@pytest.mark.parametrize(
    "text",
    [
        "Wij " + "vragen " * 33 + "iets.",
        "Nodig:\n" + "- een paspoort en een pasfoto\n" * 20,
        "Van 9.00 tot 17.00 uur i.v.m. de markt. " * 10,
        "aansprakelijkheidsverzekering en gemeenteraadsverkiezingen",
        "https://gemeente.example/" + "a" * 60,
        "#" + "a" * 40,
        "Hoera" + "a" * 60,
        "Vraag? " * 60,
    ],
)
def test_ordinary_sentences_lists_and_addresses_pass(drafted: Drafted, text: str) -> None:
    assert list(Readability().findings(drafted(text))) == []


def test_it_never_says_which_level_a_text_has() -> None:
    check = Readability()
    assert "B1" not in check.title + check.why + check.todo
