from datetime import UTC, datetime

import pytest

from tests.posts.checks.conftest import Drafted
from vierogen.posts.checks.base import Tier
from vierogen.posts.checks.dates import Dates

# A Monday.
NOW = datetime(2026, 10, 12, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Kom dinsdag 12 november naar de informatieavond.",
        "Don't forget: coffee morning on Friday 22 October, 10am.",
        "Coffee on Friday, 22nd of October",
        "Coffee on Friday, October 22",
        "Inloop op vr 22 okt.",
        "De markt is dinsdag 12-11-2026.",
        "Op maandagavond 13 oktober praat de raad.",
        "Zaterdag 30 en zondag 31 oktober is de kerk open.",
        "Van vrijdag 30 oktober tot en met zondag 2 november",
        "12 november (dinsdag) is de opening",
        "Friday 13 May 2025 was quiet",
        "Wo 12/11: inloopspreekuur",
    ],
)
def test_a_weekday_that_does_not_fit_is_shown(drafted: Drafted, text: str) -> None:
    [finding] = Dates().findings(drafted(text, now=NOW))
    assert finding.tier is Tier.LOOK
    assert "does not agree" in finding.message


def test_the_right_weekday_is_named(drafted: Drafted) -> None:
    [finding] = Dates().findings(drafted("Kom dinsdag 12 november langs.", now=NOW))
    said = "“dinsdag 12 november” does not agree: that day is a Thursday."
    assert finding.message % finding.values == said


@pytest.mark.parametrize(
    "text",
    [
        "De markt is op 31 november.",
        "Tot 30 februari kunt u reageren",
        "On 31 June we close",
        "op 29 februari 2026",
        "31-04-2027",
    ],
)
def test_a_day_that_does_not_exist_is_shown(drafted: Drafted, text: str) -> None:
    [finding] = Dates().findings(drafted(text, now=NOW))
    assert finding.message == "“%(found)s” is not a day that exists."


@pytest.mark.parametrize(
    "text",
    [
        "Nog even geduld: op 4 oktober gaat ons zorgloket open. Tot dan!",
        "Kom op 9 oktober naar de inloop!",
        "Meld je aan voor 1 oktober.",
        "Join us on 3 October in the park.",
        "Don't miss it: the fair opens on 10 October.",
        "Inschrijven kan tot en met 30-09-2026.",
        "Op 1 december 2025 start de cursus, meld je aan!",
        "We zien je graag op maandag 5 oktober!",
    ],
)
def test_what_is_over_and_announced_is_shown(drafted: Drafted, text: str) -> None:
    [finding] = Dates().findings(drafted(text, now=NOW))
    assert "is over" in finding.message


@pytest.mark.parametrize(
    "text",
    [
        "Kom donderdag 12 november naar de informatieavond.",
        "Thursday 22 October, 10am",
        "Op maandag 12 oktober, vandaag dus, is het stadskantoor dicht.",
        "Terugblik: op 3 maart openden wij de inloop. Inmiddels schoven er al 140 aan!",
        "Op dinsdag 3 maart openden wij de inloop.",
        "Afgelopen vrijdag 9 oktober was de opening. Kom gerust eens kijken!",
        "Vanaf 1 januari betaalt u minder.",
        "Sinds 1 oktober gaat de brug niet meer open.",
        "Van 1 oktober t/m 30 november gaat de app open.",
        "De raad stelde op 6 oktober de begroting vast.",
        "Bent u geboren tussen 1 januari 1958 en 31 december 1963? Kom dan voor de prik.",
        "Ben je geboren op 29 februari? Dan krijg je taart.",
        "Woensdag 2 juni is de opening, volgend jaar dus.",
        "Woensdag 2 juni 2027 is de opening.",
        "You may 5 of these, and march 10 miles",
        "Tussen 8-12 uur; 9/10 inwoners; 1.5-2.5 m",
        "May 12 people come?",
        "Zaterdag 31 oktober en zondag 1 november",
        "vrijdag 30 oktober t/m zondag 1 november",
        "Jan 6 jaar, Mei 8 jaar",
        "Open zo 12-17 uur",
        "in 12 maanden, 3 seconden, 10 marktkramen",
        "Open: ma 9-12, di 13-17, wo 9-12 uur.",
        "De wet geldt vanaf 1 januari 2026.",
    ],
)
def test_what_can_be_right_passes(drafted: Drafted, text: str) -> None:
    assert list(Dates().findings(drafted(text, now=NOW))) == []


def test_it_counts_from_the_day_on_which_the_post_goes_out_there(drafted: Drafted) -> None:
    text = "Kom op 14 oktober naar de inloop!"
    assert list(Dates().findings(drafted(text, now=NOW))) == []
    # It is the 15th in Amsterdam already.
    late = datetime(2026, 10, 14, 22, 30, tzinfo=UTC)
    assert len(list(Dates().findings(drafted(text, now=NOW, due_at=late)))) == 1
    assert list(Dates().findings(drafted(text, now=NOW, due_at=late, zone="Europe/London"))) == []


def test_without_a_day_to_count_from_only_certain_things_are_said(drafted: Drafted) -> None:
    assert list(Dates().findings(drafted("Kom dinsdag 12 november langs.", now=None))) == []
    assert len(list(Dates().findings(drafted("Kom dinsdag 12 november 2026 langs.", now=None)))) == 1
