"""Spam is told from news on posts that were marked before anything was tuned."""

import json
from pathlib import Path
from typing import Any

import pytest

from vierogen.listening.spam import SIGNS, SPAM, Looks, judge, reasons

POSTS = json.loads((Path(__file__).parent / "spam.json").read_text())
# The weights were chosen on the first half; the other was only ever measured.
HALVES = {"tuned on": POSTS[::2], "held out": POSTS[1::2]}


def score(post: dict[str, Any]) -> float:
    return judge(Looks(post["text"], repeats=post.get("repeats", 0)))[0]


@pytest.mark.parametrize("half", HALVES)
def test_advertising_is_told_from_news(half: str) -> None:
    posts = HALVES[half]
    spam, news = ([score(post) for post in posts if post["spam"] == asked] for asked in (True, False))
    assert sum(each >= SPAM for each in spam) >= 11
    assert sum(each >= SPAM for each in news) == 0
    assert len(spam) == 12
    assert len(news) == 16


def test_every_spammy_post_stands_below_every_other() -> None:
    for posts in HALVES.values():
        assert min(score(post) for post in posts if post["spam"]) > max(
            score(post) for post in posts if not post["spam"]
        )


def test_no_sign_alone_makes_spam() -> None:
    assert max(sign.weight for sign in SIGNS) < SPAM


def test_each_sign_is_told_in_words() -> None:
    _score, keys = judge(Looks("KOOP NU GOEDKOPE VOLGERS VOOR INSTAGRAM TWITTER", repeats=9))
    assert reasons(keys) == [
        "It has the words of a shop.",
        "Much of it is in capitals.",
        "The same author says it again and again.",
    ]
    assert reasons("gone " + keys) == reasons(keys)


@pytest.mark.parametrize("text", ["", "😀" * 5_000, "a" * 20_000, "!" * 20_000, "#" * 20_000, "http://" * 3_000])
def test_odd_texts_are_judged_too(text: str) -> None:
    assert 0 <= judge(Looks(text))[0] < 1
