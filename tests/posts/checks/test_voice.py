from dataclasses import replace

import pytest

from tests.posts.checks.conftest import Drafted
from tests.posts.checks.test_all_checks import HARMLESS
from vierogen.posts.checks.base import Draft, Finding, Tier
from vierogen.posts.checks.voice import FEWEST, Voice

HISTORY = tuple(line.strip() for line in HARMLESS)


def with_history(draft: Draft, history: tuple[str, ...]) -> Draft:
    return replace(draft, targets=tuple(replace(target, history=history) for target in draft.targets[:1]))


def found(drafted: Drafted, text: str, history: tuple[str, ...] = HISTORY) -> list[Finding]:
    return list(Voice().findings(with_history(drafted(text), history)))


@pytest.mark.parametrize(
    "text",
    [
        "haha lekker aan het bier met de mannen, wat een avond weer 😂",
        "Kan iemand oppassen vanavond? Sjaak is ziek en ik heb sport",
        "Schat, neem jij melk mee? Ik ben pas om zes uur thuis",
        "zit nu al drie uur op de bank met chips, beste zondag ooit",
        "hoe laat eten we? ik heb honger",
        "jeeeej geslaagd!!! trots op mn zusje",
        "omg this burger tho",
        "so tired, bed by nine i think",
        "Mijn zus en ik waren gister in de kroeg, wat een kater...",
    ],
)
def test_a_private_voice_is_shown(drafted: Drafted, text: str) -> None:
    [finding] = found(drafted, text)
    assert finding.tier is Tier.LOOK
    assert finding.message % finding.values == f"This does not sound like what {finding.channel} posted before."


@pytest.mark.parametrize("text", HISTORY)
def test_each_post_of_a_history_sounds_like_the_others(drafted: Drafted, text: str) -> None:
    assert found(drafted, text, tuple(line for line in HISTORY if line != text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "Vanaf 1 juni betaalt u voor parkeren in de binnenstad ook op zondag.",
        "De balie is vrijdagmiddag gesloten wegens een storing.",
        "Op zaterdag 6 september houden we open dag op de gemeentewerf.",
        "Vraag uw kapvergunning voortaan digitaal aan.",
        "Quantumzeppelins boven het Vechtplantsoen: xylofoonconcert.",
        "“Ik durfde de enveloppen niet meer open te maken”, vertelt een deelnemer.",
        "Mijn Waalburg ligt er vanavond uit.",
        "Hoera!",
    ],
)
def test_a_new_subject_is_no_other_voice(drafted: Drafted, text: str) -> None:
    assert found(drafted, text) == []


def test_it_is_silent_while_the_history_is_short(drafted: Drafted) -> None:
    text = "haha lekker aan het bier met de mannen 😂"
    assert found(drafted, text, HISTORY[: FEWEST - 1]) == []
    assert len(found(drafted, text, HISTORY[:FEWEST])) == 1


def test_a_channel_that_always_talks_so_is_let_be(drafted: Drafted) -> None:
    chatty = tuple(f"hoi! ik was vandaag op straat {number}, wat een lekker weertje weer 😂" for number in range(30))
    assert found(drafted, "ik sta morgen op de markt, lekker hoor 😂", chatty) == []


def test_one_sentence_over_and_over_is_a_history_too(drafted: Drafted) -> None:
    assert found(drafted, "De markt is open.", ("De markt is open.",) * 40) == []
    assert found(drafted, "...", ("",) * 40) == []


def test_each_channel_has_its_own_voice(drafted: Drafted) -> None:
    draft = drafted("haha lekker aan het bier met de mannen 😂")
    first, second = draft.targets[:2]
    both = replace(draft, targets=(replace(first, history=HISTORY), second))
    assert [finding.channel for finding in Voice().findings(both)] == [first.channel]
