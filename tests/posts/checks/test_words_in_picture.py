"""The check of the words in pictures."""

from collections.abc import Iterator

import pytest

from tests.posts.checks.conftest import Drafted
from tests.posts.checks.pictures import findings, showing, told
from vierogen.posts.checks import running
from vierogen.posts.checks.base import Check, Draft, Finding, Level, Tier
from vierogen.posts.checks.words_in_picture import WordsInPicture, as_sentences, is_conversation

CHAT = "Marieke\nHeb je het gehoord?\n10:42\nNee wat dan??\n10:43 ✓✓\nNiet verder vertellen\n10:47"
BOARD = "Overleg maandag\nWachtwoord: Zomer2026!"


class Reader(Check):
    """Stops: a text with a certain word."""

    key = "bsn"
    kind = "BSN"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield the word where it stands, twice: in the text and in the text on a channel."""
        for text in (draft.text, draft.text):
            if "999" in text:
                yield Finding(self.key, Tier.STOP, "%(masked)s is a citizen service number.", {"masked": "999…"})


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """The only check of personal data there is."""
    monkeypatch.setattr(running, "checks", lambda: {"bsn": Reader()})


@pytest.mark.usefixtures("reader")
def test_what_a_check_of_text_finds_keeps_its_kind_and_weight(drafted: Drafted) -> None:
    (found,) = findings(WordsInPicture(), drafted(pictures=(showing(), showing("BSN\n999990019"))))
    assert (found.check, found.kind, found.tier) == ("words_in_picture", "BSN", Tier.STOP)
    assert told(found) == "In picture 2 (dag.jpg): 999… is a citizen service number."


def test_a_label_stands_above_its_number_on_a_card() -> None:
    assert as_sentences("BSN\n999990019\nGeboortedatum\n12-03-1984") == "BSN: 999990019\nGeboortedatum: 12-03-1984"
    assert as_sentences("Tel.06-12345678") == "Tel. 06-12345678"
    assert as_sentences("Kom ook!\nNeem mee:\nKoffie\nThee") == "Kom ook!\nNeem mee:\nKoffie\nThee"


@pytest.mark.usefixtures("reader")
def test_the_text_of_the_post_is_no_business_of_this_check(drafted: Drafted) -> None:
    assert not findings(WordsInPicture(), drafted("BSN 999990019", pictures=(showing("Een open dag"),)))


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize(
    "text",
    [
        BOARD,
        "Meeting ID: 812 3456 7890\nPincode: 483920",
        "PIN\n4821",
        "inlog balie\nwachtwoord is Welkom01",
        "deurcode = 4711#",
    ],
)
def test_a_password_on_a_board_is_pointed_out(drafted: Drafted, text: str) -> None:
    (found,) = findings(WordsInPicture(), drafted(pictures=(showing(text),)))
    assert (found.kind, found.tier) == ("SECRET", Tier.LOOK)
    assert not any(word in told(found) for word in ("Zomer", "4821", "Welkom", "4711", "483920"))


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize(
    "text",
    [
        "Wachtwoord vergeten?\nBel ons",
        "Pinnen kan hier vanaf 2026",
        "Nieuw wachtwoord nodig: zo werkt het",
        "Toegang met pincode",
        "Programma\n10:00 Ontvangst\n10:45 Rondleiding\n12:15 Lunch\n13:30 Markt",
        "Bus 12\nvertrek 8:07 8:22 8:37",
        "zondag 14:00\nmaandag 19:30\ndinsdag 20:15",
    ],
)
def test_ordinary_posters_are_left_alone(drafted: Drafted, text: str) -> None:
    assert not findings(WordsInPicture(), drafted(pictures=(showing(text),)))


@pytest.mark.usefixtures("reader")
def test_a_screenshot_of_a_conversation_is_pointed_out(drafted: Drafted) -> None:
    (found,) = findings(WordsInPicture(), drafted(pictures=(showing(CHAT),)))
    assert (found.kind, found.tier) == ("CHAT", Tier.LOOK)


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize(
    ("levels", "tiers"),
    [
        ({"bsn": Level.OFF}, []),
        ({"bsn": Level.LOOK}, [Tier.LOOK]),
        ({"bsn": Level.LOOK, "words_in_picture": Level.STOP}, [Tier.STOP]),
        ({"words_in_picture": Level.OFF}, []),
    ],
)
def test_what_an_organisation_chose_for_texts_counts_for_pictures(
    drafted: Drafted, monkeypatch: pytest.MonkeyPatch, levels: dict[str, Level], tiers: list[Tier]
) -> None:
    every = {"bsn": Reader(), "words_in_picture": WordsInPicture()}
    monkeypatch.setattr(running, "checks", lambda: every)
    found = running.run(drafted("Dag.", pictures=(showing("BSN\n999990019"),)), levels)
    assert [each.tier for each in found] == tiers


def test_one_word_of_a_messenger_makes_one_time_enough() -> None:
    assert is_conversation("Anna\nlaatst gezien vandaag om 9:12")
    assert not is_conversation("Anna\nlaatst gezien op de markt")
