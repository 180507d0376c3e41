from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.posts.checks.conftest import NOW, TEXT, Drafted
from vierogen.posts.checks.base import Draft, Tier
from vierogen.posts.checks.duplicate import Duplicate

LONG = (
    "Vanaf maandag werken we aan de riolering in de Kerkstraat. Fietsers kunnen er langs, auto's rijden om "
    "via de Molenweg. De winkels blijven open."
)


def said(draft: Draft) -> list[tuple[Tier, str]]:
    return [(found.tier, found.message % found.values) for found in Duplicate().findings(draft)]


def earlier(text: str, **ago: float) -> tuple[tuple[str, datetime], ...]:
    return ((text, NOW - timedelta(**ago)),)


def test_exactly_the_text_of_an_hour_ago_is_a_stop(drafted: Drafted) -> None:
    [(tier, sentence)] = said(drafted(recent=earlier(TEXT, hours=1)))
    assert tier is Tier.STOP
    assert TEXT in sentence


def test_exactly_the_text_of_last_week_is_shown(drafted: Drafted) -> None:
    [(tier, sentence)] = said(drafted(recent=earlier(TEXT, days=7)))
    assert tier is Tier.LOOK
    assert "days ago: 7" in sentence


def test_a_text_of_more_than_a_month_ago_passes(drafted: Drafted) -> None:
    assert said(drafted(recent=earlier(TEXT, days=31))) == []


@pytest.mark.parametrize("same", [TEXT.upper(), f"  {TEXT}\n", TEXT.replace(". ", "! "), f"{TEXT} 👷"])
def test_capitals_signs_and_layout_make_no_other_text(drafted: Drafted, same: str) -> None:
    assert said(drafted(same, recent=earlier(TEXT, hours=1)))[0][0] is Tier.STOP


def test_a_text_with_one_other_word_is_shown(drafted: Drafted) -> None:
    nearly = LONG.replace("riolering", "waterleiding")
    [(tier, sentence)] = said(drafted(nearly, recent=earlier(LONG, days=2)))
    assert tier is Tier.LOOK
    assert sentence.startswith("Nearly this text")


def test_an_account_of_days_left_is_no_duplicate(drafted: Drafted) -> None:
    text = "Nog 3 dagen om te reageren op het bestemmingsplan voor de wijk Zuid."
    assert said(drafted(text.replace("3", "2"), recent=earlier(text, days=1))) == []


def test_short_texts_may_resemble_each_other(drafted: Drafted) -> None:
    assert said(drafted("Goedemorgen allemaal", recent=earlier("Goedemorgen!", days=1))) == []


def test_another_message_passes(drafted: Drafted) -> None:
    assert said(drafted(recent=earlier(LONG, hours=1))) == []


def test_pictures_without_a_text_are_no_duplicates(drafted: Drafted) -> None:
    assert said(drafted("", recent=earlier("", hours=1) + earlier("👏", hours=1))) == []


def test_what_counts_is_when_it_goes_out(drafted: Drafted) -> None:
    recent = earlier(TEXT, hours=1)
    assert said(drafted(recent=recent, due_at=NOW + timedelta(days=3)))[0][0] is Tier.LOOK
    assert said(drafted(recent=recent, due_at=NOW - timedelta(days=3)))[0][0] is Tier.STOP


def test_the_text_of_one_channel_counts_too(drafted: Drafted) -> None:
    target = replace(drafted().targets[0], text=LONG)
    assert said(drafted(targets=(target,), recent=earlier(LONG, hours=1)))[0][0] is Tier.STOP


def test_of_several_the_heaviest_is_told(drafted: Drafted) -> None:
    recent = earlier(TEXT, days=9) + earlier(TEXT, hours=2) + earlier(TEXT, days=3)
    [(tier, _sentence)] = said(drafted(recent=recent))
    assert tier is Tier.STOP


def test_without_a_time_the_same_text_is_still_shown(drafted: Drafted) -> None:
    assert said(drafted(recent=earlier(TEXT, hours=1), now=None))[0][0] is Tier.LOOK
